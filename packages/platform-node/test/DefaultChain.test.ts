/** The chain as a whole: who is asked, in which order, and where it ends. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import { env as processEnv } from "node:process"
import * as http from "./support/Answers.js"
import { ask, canary, clean, emulated, give, home, key, offline, plain, refuse, Wire, withEnv } from "./support/Home.js"

const metadata = "http://100.100.100.200"
const noMetadata = { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" }
const environmentKey = { ALIBABA_CLOUD_ACCESS_KEY_ID: "envid", ALIBABA_CLOUD_ACCESS_KEY_SECRET: `${canary}-env` }

/** the chain as one provider, the way a cache asks it: the first that is configured counts */
const chain = (options?: NodeCredentials.ChainOptions): Credentials.Provider<any> => ({
  name: "chain",
  resolve: NodeCredentials.defaultChain(options).reduceRight<Credentials.Provider<any>["resolve"]>(
    (rest, { resolve }) =>
      Effect.catchTag(resolve, "NotConfigured", () => rest) as Credentials.Provider<any>["resolve"],
    new Credentials.NotConfigured({ why: "nobody has anything" })
  )
})

const provider = (env: Readonly<Record<string, string>>, options?: NodeCredentials.ChainOptions) =>
  Effect.map(ask(chain(options), env), ({ result }) =>
    Either.match(result, { onLeft: ({ _tag, why }) => `${_tag}: ${why}`, onRight: (found) => found.provider ?? "?" })
  )

const withKey = (name: string) => ({ current: name, profiles: [{ name, mode: "AK", ...key }] })
const section = (name: string) =>
  `[${name}]\ntype = access_key\naccess_key_id = iniid\naccess_key_secret = ${canary}-ini\n`

describe("the default chain", () => {
  it.scopedLive("asks in the order of the official SDK", () =>
    Effect.gen(function* () {
      const house = yield* home
      const { routes } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      routes.set(metadata, url)
      const uri = yield* http.answering(() => ({
        AccessKeyId: "STS.uri",
        AccessKeySecret: `${canary}-uri`,
        SecurityToken: `${canary}-uritoken`,
        Expiration: "2030-01-01T00:00:00Z"
      }))
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
      const claims = { iss: "https://oidc.example", sub: "app", aud: "sts.aliyuncs.com", exp: Date.now() / 1000 + 600 }
      const token = house.write("token", `${part({ alg: "RS256" })}.${part(claims)}.${canary}`)
      house.config(withKey("default"))
      house.ini(section("default"))
      // each one is switched off in its turn
      const env: Record<string, string> = {
        ...house.env,
        ...environmentKey,
        ALIBABA_CLOUD_ROLE_ARN: "acs:ram::1234567890123456:role/pod",
        ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1234567890123456:oidc-provider/cluster",
        ALIBABA_CLOUD_OIDC_TOKEN_FILE: token,
        ALIBABA_CLOUD_CREDENTIALS_URI: `${uri.url}/${canary}`
      }
      assert.strictEqual(yield* provider(env), "env")
      delete env["ALIBABA_CLOUD_ACCESS_KEY_ID"]
      delete env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
      assert.strictEqual(yield* provider(env), "oidc_role_arn")
      for (const name of ["ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE"]) {
        const { [`ALIBABA_CLOUD_${name}`]: _, ...two } = env
        assert.strictEqual(yield* provider(two), "cli_profile/static_ak", name)
      }
      env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = ""
      assert.strictEqual(yield* provider(env), "cli_profile/static_ak")
      env["ALIBABA_CLOUD_CLI_PROFILE_DISABLED"] = "True"
      assert.strictEqual(yield* provider(env), "profile/static_ak")
      house.ini("")
      assert.strictEqual(yield* provider(env), "ecs_ram_role")
      env["ALIBABA_CLOUD_ECS_METADATA_DISABLED"] = "TRUE"
      assert.strictEqual(yield* provider(env), "credential_uri")
      delete env["ALIBABA_CLOUD_CREDENTIALS_URI"]
      assert.strictEqual(yield* provider(env), "NotConfigured: nobody has anything")
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("C12: ends at what is configured and does not work", () =>
    Effect.gen(function* () {
      const house = yield* home
      house.ini(section("default"))
      const env = { ...house.env, ...noMetadata }
      house.config("{")
      assert.match(yield* provider(env), /^Failed: .* is no JSON/)
      house.config({ current: "default", profiles: [{ name: "default", mode: "AK" }] })
      assert.match(yield* provider(env), /^Failed: .* has no access_key_id/)
      house.config({ profiles: [] })
      assert.strictEqual(yield* provider(env), "profile/static_ak")
      house.ini("[default]\ntype = access_key\n")
      const uri = { ALIBABA_CLOUD_CREDENTIALS_URI: "https://credentials.example" }
      assert.match(yield* provider({ ...env, ...uri }), /^Failed: .* has no access_key_id/)
      const pod = {
        ALIBABA_CLOUD_ROLE_ARN: "acs:ram::1234567890123456:role/pod",
        ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1234567890123456:oidc-provider/cluster",
        ALIBABA_CLOUD_OIDC_TOKEN_FILE: `${house.path}/gone`
      }
      assert.match(yield* provider({ ...env, ...pod }), /^Failed: there is no file/)
      const gone = { ALIBABA_CLOUD_CREDENTIALS_FILE: `${house.path}/gone` }
      assert.match(yield* provider({ ...env, ...gone }), /^Failed: there is no file/)
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("C12: finds a profile that is named in either file, and ends where it is in neither", () =>
    Effect.gen(function* () {
      const house = yield* home
      const env = { ...house.env, ...noMetadata, ALIBABA_CLOUD_PROFILE: "work" }
      house.config(withKey("work"))
      assert.strictEqual(yield* provider(env), "cli_profile/static_ak")
      house.config(withKey("other"))
      assert.match(yield* provider(env), /^Failed: .*config\.json' has no profile 'work'/)
      house.ini(section("default"))
      assert.match(yield* provider(env), /^Failed: .*config\.json' has no profile 'work'/)
      house.ini(section("work"))
      assert.strictEqual(yield* provider(env), "profile/static_ak")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("C11: gives 1,000 who come at once their credentials, with the first four providers absent", () =>
    Effect.gen(function* () {
      const house = yield* home
      const { routes, sent } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      routes.set(metadata, url)
      const { get } = yield* withEnv(house.env)(Credentials.make(...NodeCredentials.defaultChain()))
      const all = yield* Effect.all(
        Array.from({ length: 1000 }, () => get),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(all.map(({ provider }) => provider)), new Set(["ecs_ram_role"]))
      assert.strictEqual(new Set(all.map((credential) => plain(credential).join())).size, 1)
      // the token, the name of the role, its keys
      assert.strictEqual(sent.length, 3)
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("M09: with the metadata service switched off sends nothing", () =>
    Effect.gen(function* () {
      const house = yield* home
      const { sent } = yield* Wire
      const { ALIBABA_CLOUD_ECS_METADATA_DISABLED: _, ...env } = { ...house.env, ...noMetadata }
      for (const value of ["true", "TRUE", "True"]) {
        const off = { ...env, ALIBABA_CLOUD_ECS_METADATA_DISABLED: value, ALIBABA_CLOUD_ECS_METADATA: "EmulatorRole" }
        assert.strictEqual(yield* provider(off), "NotConfigured: nobody has anything")
      }
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("M02: where something else answers in place of the metadata service says how to switch that off", () =>
    Effect.gen(function* () {
      const { env } = yield* home
      for (const status of [400, 403, 404, 405, 500]) {
        const { url } = yield* http.answering(() => status)
        const error = yield* refuse(chain({ metadataEndpoint: url }), env)
        assert.deepStrictEqual(
          [error._tag, error.why],
          ["Failed", `the metadata service answered HTTP ${status} when asked for a token`]
        )
        assert.include(error.hint, "set ALIBABA_CLOUD_ECS_METADATA_DISABLED=true where this is no ECS instance")
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("M05: asks the metadata service itself, whatever proxy the environment names", () =>
    Effect.gen(function* () {
      const proxy = yield* http.answering(() => ({}))
      const { sent } = yield* Wire
      const { url } = yield* NodeEmulator.NodeEmulator
      const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const before = names.map((name) => processEnv[name])
          for (const name of names) processEnv[name] = proxy.url
          return before
        }),
        (before) =>
          Effect.sync(() => {
            for (const [index, name] of names.entries()) {
              const value = before[index]
              if (value === undefined) delete processEnv[name]
              else processEnv[name] = value
            }
          })
      )
      const env = { HOME: "/nowhere", HTTP_PROXY: proxy.url, http_proxy: proxy.url }
      assert.strictEqual(yield* provider(env, { metadataEndpoint: url }), "ecs_ram_role")
      assert.strictEqual(sent.length, 3)
      assert.deepStrictEqual(proxy.got, [])
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive(
    "asks the metadata service without a token only where a program says so and the environment does not forbid it",
    () =>
      Effect.gen(function* () {
        const old = yield* http.answering(({ method, path }) =>
          method === "PUT"
            ? 404
            : path!.endsWith("/")
              ? "role"
              : {
                  Code: "Success",
                  AccessKeyId: "STS.v1",
                  AccessKeySecret: `${canary}-v1`,
                  SecurityToken: `${canary}-v1token`,
                  Expiration: "2030-01-01T00:00:00Z"
                }
        )
        const env = { HOME: "/nowhere" }
        const options = { metadataEndpoint: old.url }
        const forbidden = { ...env, ALIBABA_CLOUD_IMDSV1_DISABLED: "true" }
        assert.match(yield* provider(env, options), /^Failed: /)
        assert.strictEqual(yield* provider(env, { ...options, allowV1: true }), "ecs_ram_role")
        assert.match(yield* provider(forbidden, { ...options, allowV1: true }), /^Failed: /)
      }).pipe(Effect.provide(offline))
  )

  it.scopedLive("has an http: URI lead to this machine, or refuses it", () =>
    Effect.gen(function* () {
      const { sent } = yield* Wire
      const env = { HOME: "/nowhere", ...noMetadata }
      for (const uri of [`http://192.0.2.1/${canary}`, `http://credentials.invalid/${canary}`]) {
        assert.match(yield* provider({ ...env, ALIBABA_CLOUD_CREDENTIALS_URI: uri }), /^Failed: /)
      }
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("C14: takes a token that is there when it is asked for, and no other", () =>
    Effect.gen(function* () {
      const house = yield* home
      const path = house.write("token", `  ${canary}-one\r\n`)
      const token = NodeCredentials.oidcTokenFile(path)
      assert.strictEqual(Redacted.value(yield* token), `${canary}-one`)
      house.write("token", `${canary}-two`)
      assert.strictEqual(Redacted.value(yield* token), `${canary}-two`)
      for (const [content, why] of [
        ["", "is empty"],
        [" \n", "is empty"]
      ] as const) {
        house.write("token", content)
        assert.include((yield* Effect.flip(token)).why, why)
      }
    })
  )

  it.scopedLive("M08: trims the line break behind a token, and refuses one within", () =>
    Effect.gen(function* () {
      const house = yield* home
      for (const end of ["\n", "\r\n", "\n\n", "\t "]) {
        const path = house.write("token", `${canary}${end}`)
        assert.strictEqual(Redacted.value(yield* NodeCredentials.oidcTokenFile(path)), canary)
      }
      for (const content of [
        `${canary}\r\nx-injected: 1`,
        `${canary}\n${canary}`,
        `${canary} ${canary}`,
        `${canary}é`
      ]) {
        const path = house.write("token", content)
        const error = yield* Effect.flip(NodeCredentials.oidcTokenFile(path))
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, "holds more than one token")
        clean([error.why, String(error), JSON.stringify(error)])
      }
    })
  )

  it.scopedLive("makes calls as what it finds, and says what it tried where it finds nothing", () =>
    Effect.gen(function* () {
      const house = yield* home
      const path = house.config(withKey("default"))
      const call = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }).pipe(
        Effect.provide(NodeCredentials.layerDefault)
      )
      const response = yield* withEnv({ ...house.env, ...noMetadata })(call)
      assert.propertyVal(yield* response.json, "AccountId", "1234567890123456")
      assert.include(readFileSync(path, "utf8"), canary)
      const error = yield* Effect.flip(withEnv({ HOME: "/nowhere", ...noMetadata })(call))
      for (const text of [
        "env: ALIBABA_CLOUD_ACCESS_KEY_ID is not set",
        "cli_profile: there is no file '/nowhere/.aliyun/config.json' (set it up with 'aliyun configure')",
        "profile: there is no file '/nowhere/.alibabacloud/credentials'",
        "ecs_ram_role: ALIBABA_CLOUD_ECS_METADATA_DISABLED is true",
        "credential_uri: ALIBABA_CLOUD_CREDENTIALS_URI is not set"
      ]) {
        assert.include(error.message, text)
      }
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("gives no secret away where a variable holds one in the wrong place", () =>
    Effect.gen(function* () {
      const house = yield* home
      house.config(withKey("default"))
      const wrong = { ...house.env, ...noMetadata, ALIBABA_CLOUD_CLI_PROFILE_DISABLED: "true" }
      for (const more of [
        { ALIBABA_CLOUD_ACCESS_KEY_ID: "id" },
        { ALIBABA_CLOUD_ACCESS_KEY_SECRET: `${canary}` },
        { ALIBABA_CLOUD_CREDENTIALS_URI: `https://user:${canary}@127.0.0.1:1/${canary}?token=${canary}` }
      ] as ReadonlyArray<Record<string, string>>) {
        assert.strictEqual((yield* refuse(chain(), { ...wrong, ...more }))._tag, "Failed")
      }
      const credential = yield* give(chain(), { ...house.env, ...environmentKey })
      assert.strictEqual(plain(credential)[1], `${canary}-env`)
    }).pipe(Effect.provide(offline))
  )
})
