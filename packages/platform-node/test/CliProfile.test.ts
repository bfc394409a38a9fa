/** Profiles of the aliyun CLI, written as it writes them, in every mode; those that ask Sts or the metadata service over sockets. */
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execPath } from "node:process"
import { canary, emulated, give, home, key, offline, plain, refuse, rsa, sts, Wire } from "./support/Home.js"

/** what the CLI writes with every profile */
const common = {
  region_id: "cn-hangzhou",
  output_format: "json",
  language: "en",
  site: "",
  retry_timeout: 0,
  connect_timeout: 0,
  retry_count: 0,
  auto_plugin_install: false
}
const profile = (mode: string, settings: object = {}, name = "default") => ({ name, mode, ...settings, ...common })
const config = (...profiles: ReadonlyArray<object>) => ({ current: "default", profiles, meta_path: "" })
const role = {
  ram_role_arn: "acs:ram::1234567890123456:role/narrow",
  ram_session_name: "session",
  expired_seconds: 900
}
const token = (claims: object) =>
  [{ alg: "RS256" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".") +
  `.${canary}`

/** the one thing that was sent to Sts */
const form = Effect.map(Wire, ({ sent }) => {
  assert.strictEqual(sent.length, 1)
  return sent[0]!.form
})

describe("a profile of the CLI", () => {
  it.scopedLive("in mode AK is its key", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      write(config(profile("AK", key)))
      const credential = yield* give(NodeCredentials.cliProfile(), env)
      assert.deepStrictEqual(plain(credential), [key.access_key_id, key.access_key_secret])
      assert.strictEqual(credential.provider, "cli_profile/static_ak")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("in mode StsToken is its key and token", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      write(config(profile("StsToken", sts)))
      const credential = yield* give(NodeCredentials.cliProfile(), env)
      assert.deepStrictEqual(plain(credential), [sts.access_key_id, sts.access_key_secret, sts.sts_token])
      assert.strictEqual(credential.provider, "cli_profile/static_sts")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("in mode BearerToken is its token, in mode Anonymous nobody", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      write(config(profile("BearerToken", { bearer_token: `${canary}-bearer` }), profile("Anonymous", {}, "nobody")))
      assert.deepStrictEqual(plain(yield* give(NodeCredentials.cliProfile(), env)), [`${canary}-bearer`])
      const nobody = yield* give(NodeCredentials.cliProfile({ profile: "nobody" }), env)
      assert.deepStrictEqual([nobody._tag, nobody.provider], ["Anonymous", "cli_profile/anonymous"])
      write(config(profile("BearerToken", { bearer_token: `${canary}`, bearer_token_header_key: "x-other" })))
      assert.include(
        (yield* refuse(NodeCredentials.cliProfile(), env)).why,
        "bearer_token_header_key of profile 'default'"
      )
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("in mode RamRoleArn takes the role on, with all that the CLI lets it say", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const policy = JSON.stringify({ Version: "1", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] })
      write(config(profile("RamRoleArn", { ...sts, ...role, external_id: "ext-1", policy })))
      const credential = yield* give(NodeCredentials.cliProfile(), env)
      assert.strictEqual(credential._tag, "Sts")
      assert.strictEqual(credential.provider, "cli_profile/ram_role_arn/static_sts")
      assert.closeTo((credential.expiration ?? 0) - Date.now(), 900_000, 10_000)
      assert.deepInclude(yield* form, {
        RoleArn: role.ram_role_arn,
        RoleSessionName: "session",
        DurationSeconds: "900",
        ExternalId: "ext-1",
        Policy: policy
      })
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("in mode RamRoleArn asks Sts where the profile says, or the environment", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { routes, sent } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      const { expired_seconds: _, ram_session_name: _name, ...bare } = role
      write(config(profile("RamRoleArn", { ...key, ...bare, sts_endpoint: url })))
      yield* give(NodeCredentials.cliProfile(), { ...env, ALIBABA_CLOUD_ROLE_SESSION_NAME: "from-env" })
      assert.strictEqual(new URL(sent[0]!.url).origin, url)
      assert.deepInclude(sent[0]!.form, { RoleSessionName: "from-env", DurationSeconds: "3600" })
      assert.strictEqual(routes.size, 0)
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive(
    "in mode RamRoleArn with a region goes to that region, inside a VPC where the environment says so",
    () =>
      Effect.gen(function* () {
        const { config: write, env } = yield* home
        const { sent } = yield* Wire
        write(
          config(
            profile("RamRoleArn", { ...key, ...role, sts_region: "cn-beijing" }),
            profile("RamRoleArn", { ...key, ...role }, "bare")
          )
        )
        const variables = {
          ...env,
          ALIBABA_CLOUD_STS_REGION: "cn-shanghai",
          ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: "TRUE"
        }
        for (const name of ["default", "bare"]) {
          // nobody answers there
          yield* refuse(NodeCredentials.cliProfile({ profile: name }), variables)
        }
        const hosts = new Set(sent.map(({ url }) => new URL(url).host))
        assert.deepStrictEqual([...hosts], ["sts-vpc.cn-beijing.aliyuncs.com", "sts-vpc.cn-shanghai.aliyuncs.com"])
      }).pipe(Effect.provide(offline)),
    60_000
  )

  it.scopedLive("in mode EcsRamRole asks the metadata service for the role it names, or for its own", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { sent } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      write(config(profile("EcsRamRole"), profile("EcsRamRole", { ram_role_name: "EmulatorRole" }, "named")))
      for (const name of ["default", "named"]) {
        const credential = yield* give(NodeCredentials.cliProfile({ profile: name, metadataEndpoint: url }), env)
        assert.deepStrictEqual([credential._tag, credential.provider], ["Sts", "cli_profile/ecs_ram_role"])
      }
      const paths = sent.map((request) => request.url.slice(url.length))
      const roles = "/latest/meta-data/ram/security-credentials/"
      assert.deepStrictEqual(paths, [
        "/latest/api/token",
        roles,
        `${roles}EmulatorRole`,
        "/latest/api/token",
        `${roles}EmulatorRole`
      ])
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("in mode EcsRamRole remembers the token of the metadata service from one time to the next", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { sent } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      write(config(profile("EcsRamRole", { ram_role_name: "EmulatorRole" })))
      const provider = NodeCredentials.cliProfile({ metadataEndpoint: url })
      yield* give(provider, env)
      yield* give(provider, env)
      assert.strictEqual(sent.filter((request) => request.url.endsWith("/api/token")).length, 1)
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("M09: in mode EcsRamRole with the metadata service switched off is a failure, and sends nothing", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { sent } = yield* Wire
      write(config(profile("EcsRamRole")))
      const error = yield* refuse(NodeCredentials.cliProfile(), { ...env, ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" })
      assert.strictEqual(error._tag, "Failed")
      assert.include(error.why, "ALIBABA_CLOUD_ECS_METADATA_DISABLED is true")
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("in mode RamRoleArnWithRoleName takes the role on as the role of the machine", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { sent } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      write(config(profile("RamRoleArnWithRoleName", { ...role, ram_role_name: "EmulatorRole" })))
      const credential = yield* give(NodeCredentials.cliProfile({ metadataEndpoint: url }), env)
      assert.strictEqual(credential.provider, "cli_profile/ram_role_arn/ecs_ram_role")
      assert.deepInclude(sent.at(-1)!.form, { RoleArn: role.ram_role_arn })
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("in mode ChainableRamRoleArn takes the role on as another profile, however far that leads", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { sent } = yield* Wire
      const arn = (name: string) => ({ ...role, ram_role_arn: `acs:ram::1234567890123456:role/${name}` })
      write(
        config(
          profile("ChainableRamRoleArn", { ...arn("c"), source_profile: "b", external_id: "ext-2" }),
          profile("ChainableRamRoleArn", { ...arn("b"), source_profile: "a" }, "b"),
          profile("RamRoleArn", { ...arn("a"), ...key }, "a")
        )
      )
      const credential = yield* give(NodeCredentials.cliProfile(), env)
      assert.strictEqual(credential._tag, "Sts")
      assert.deepStrictEqual(
        sent.map(({ form }) => form["RoleArn"]?.at(-1)),
        ["a", "b", "c"]
      )
      assert.strictEqual(sent[2]!.form["ExternalId"], "ext-2")
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("in mode ChainableRamRoleArn that leads in a circle is a failure that names the profiles", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { sent } = yield* Wire
      const to = (source: string, name: string) =>
        profile("ChainableRamRoleArn", { ...role, source_profile: source }, name)
      write(config(to("b", "default"), to("c", "b"), to("b", "c"), to("self", "self"), to("gone", "lost")))
      const error = yield* refuse(NodeCredentials.cliProfile(), env)
      assert.strictEqual(error._tag, "Failed")
      assert.include(error.why, "in a circle: 'b' -> 'c' -> 'b'")
      assert.include((yield* refuse(NodeCredentials.cliProfile({ profile: "self" }), env)).why, "'self' -> 'self'")
      assert.include((yield* refuse(NodeCredentials.cliProfile({ profile: "lost" }), env)).why, "no profile 'gone'")
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("in mode RsaKeyPair has Sts give it a key, by the private key or the path of one", () =>
    Effect.gen(function* () {
      const { config: write, env, write: file } = yield* home
      const path = file("key.pem", rsa.privateKey)
      const der = rsa.privateKey.replace(/-----[^-]+-----|\s/g, "")
      for (const privateKey of [rsa.privateKey, der, path]) {
        write(config(profile("RsaKeyPair", { private_key: privateKey, key_pair_name: "rsaid", expired_seconds: 900 })))
        const credential = yield* give(NodeCredentials.cliProfile(), env)
        assert.deepStrictEqual([credential._tag, credential.provider], ["AccessKey", "cli_profile/rsa_key_pair"])
      }
      write(config(profile("RsaKeyPair", { private_key: `${path}.gone`, key_pair_name: "rsaid" })))
      assert.match(
        (yield* refuse(NodeCredentials.cliProfile(), env)).why,
        /^the file that private_key of .* is not there$/
      )
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive(
    "in mode RsaKeyPair with a private key that is none is told without it, as it may be a key all the same",
    () =>
      Effect.gen(function* () {
        const { config: write, env, path } = yield* home
        const named = `the file that private_key of profile 'default' of '${path}/.aliyun/config.json' names`
        for (const [privateKey, why] of [
          [`${canary}key`, `${named} is not there`],
          [`/dev/null/${canary}key`, `${named} is not there`],
          [canary.repeat(100), `${named} cannot be read (ENAMETOOLONG)`],
          [`${canary}\0key`, `${named} cannot be read (ERR_INVALID_ARG_VALUE)`]
        ] as const) {
          write(config(profile("RsaKeyPair", { private_key: privateKey, key_pair_name: "rsaid" })))
          const error = yield* refuse(NodeCredentials.cliProfile(), env)
          assert.deepStrictEqual([error._tag, error.why], ["Failed", why])
        }
      }).pipe(Effect.provide(offline))
  )

  it.scopedLive("C14: in mode OIDC takes the role on with the token in the file, read each time", () =>
    Effect.gen(function* () {
      const { config: write, env, write: file } = yield* home
      const { sent } = yield* Wire
      const claims = {
        iss: "https://oidc.example",
        sub: "app",
        aud: "sts.aliyuncs.com",
        exp: Math.floor(Date.now() / 1000) + 600
      }
      const path = file("token", `${token({ ...claims, sub: "one" })}\n`)
      const oidc = {
        ...role,
        oidc_provider_arn: "acs:ram::1234567890123456:oidc-provider/cluster",
        oidc_token_file: path
      }
      write(config(profile("OIDC", oidc)))
      const provider = NodeCredentials.cliProfile()
      assert.strictEqual((yield* give(provider, env)).provider, "cli_profile/oidc_role_arn")
      file("token", token({ ...claims, sub: "two" }))
      yield* give(provider, env)
      assert.deepStrictEqual(
        sent.map(({ form }) => form["OIDCToken"]),
        [token({ ...claims, sub: "one" }), token({ ...claims, sub: "two" })]
      )
      write(config(profile("OIDC", { ...oidc, oidc_token_file: `${path}.gone` })))
      const error = yield* refuse(provider, env)
      assert.deepStrictEqual([error._tag, error.why], ["Failed", `there is no file '${path}.gone'`])
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("in mode CredentialsURI asks its URI, unless programs and addresses are switched off", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const { routes } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      routes.set("http://localhost:1", url)
      write(config(profile("CredentialsURI", { credentials_uri: `http://localhost:1/${canary}` })))
      const error = yield* refuse(NodeCredentials.cliProfile(), env)
      assert.strictEqual(error._tag, "Failed")
      write(config(profile("CredentialsURI", { credentials_uri: `http://sts.aliyuncs.com/${canary}` })))
      assert.strictEqual((yield* refuse(NodeCredentials.cliProfile(), env))._tag, "Failed")
      const off = yield* refuse(NodeCredentials.cliProfile(), {
        ...env,
        ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS: "true"
      })
      assert.include(off.why, "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS")
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("in mode External is what its program prints, merged into the profile", () =>
    Effect.gen(function* () {
      const { config: write, env, write: file } = yield* home
      const print = (json: object) => {
        const script = file("print.cjs", `process.stdout.write(${JSON.stringify(JSON.stringify(json))})`)
        // what was left in the profile, as the official SDK for Node leaves it there, is of another time
        write(config(profile("External", { process_command: `'${execPath}' '${script}'`, ...sts, ...role })))
      }
      print({ mode: "AK", ...key })
      const ak = yield* give(NodeCredentials.cliProfile(), env)
      assert.deepStrictEqual(plain(ak), [key.access_key_id, key.access_key_secret])
      print({ ...key })
      assert.strictEqual((yield* give(NodeCredentials.cliProfile(), env))._tag, "AccessKey")
      print({ mode: "StsToken", ...sts, expiration: "2030-01-02T03:04:05Z" })
      const temporary = yield* give(NodeCredentials.cliProfile(), env)
      assert.deepStrictEqual(plain(temporary), [sts.access_key_id, sts.access_key_secret, sts.sts_token])
      assert.strictEqual(temporary.expiration, Date.UTC(2030, 0, 2, 3, 4, 5))
      print({ mode: "RamRoleArn", ...key })
      const assumed = yield* give(NodeCredentials.cliProfile(), env)
      assert.strictEqual(assumed.provider, "cli_profile/ram_role_arn/static_ak")
      for (const [json, why] of [
        [{ mode: "StsToken", ...key }, "has no sts_token"],
        [{ access_key_id: "id" }, "has no access_key_secret"],
        [{ ...key, access_key_secret: 5 }, "access_key_secret of what the program of profile 'default'"],
        [{ ...key, expiration: `${canary}` }, "is no date"],
        [{ mode: canary, ...key }, "is one that is not known"]
      ] as const) {
        print(json)
        const error = yield* refuse(NodeCredentials.cliProfile(), env)
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, why)
      }
      const off = yield* refuse(NodeCredentials.cliProfile(), { ...env, ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS: "1" })
      assert.include(off.why, "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS")
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("has its mode in any case of letters, and without one that which the CLI guesses", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      for (const [mode, settings, provider] of [
        ["ak", key, "static_ak"],
        ["STSTOKEN", sts, "static_sts"],
        ["", key, "static_ak"],
        ["", sts, "static_sts"],
        ["", { ...key, ...role }, "ram_role_arn/static_ak"],
        ["", { private_key: rsa.privateKey, key_pair_name: "rsaid" }, "rsa_key_pair"],
        ["", { bearer_token: `${canary}-bearer` }, "bearer"]
      ] as const) {
        write(config(profile(mode, settings)))
        const credential = yield* give(NodeCredentials.cliProfile(), env)
        assert.strictEqual(credential.provider, `cli_profile/${provider}`)
      }
    }).pipe(Effect.provide(emulated))
  )
})
