/** Sections of the credentials file, of every type. */
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as http from "./support/Answers.js"
import { canary, emulated, give, home, key, offline, plain, refuse, rsa, sts, Wire } from "./support/Home.js"

const section = (name: string, settings: Readonly<Record<string, string>>) =>
  [`[${name}]`, ...Object.entries(settings).map(([setting, value]) => `${setting} = ${value}`), ""].join("\n")
const role = { role_arn: "acs:ram::1234567890123456:role/narrow", role_session_name: "session" }

describe("a section of the credentials file", () => {
  it.scopedLive("of type access_key, sts or bearer is what it holds", () =>
    Effect.gen(function* () {
      const { env, ini } = yield* home
      for (const [settings, expected, provider] of [
        [{ type: "access_key", ...key }, Object.values(key), "static_ak"],
        [{ type: "Access_Key", ...key }, Object.values(key), "static_ak"],
        [{ type: "sts", ...sts }, Object.values(sts), "static_sts"],
        [{ type: "sts", ...key, security_token: sts.sts_token }, [...Object.values(key), sts.sts_token], "static_sts"],
        [{ type: "bearer", bearer_token: `${canary}-bearer` }, [`${canary}-bearer`], "bearer"]
      ] as const) {
        ini(section("default", settings))
        const credential = yield* give(NodeCredentials.profileFile(), env)
        assert.deepStrictEqual(plain(credential), expected)
        assert.strictEqual(credential.provider, `profile/${provider}`)
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("of type ram_role_arn, ecs_ram_role, oidc_role_arn or rsa_key_pair asks for its keys", () =>
    Effect.gen(function* () {
      const { env, ini, write } = yield* home
      const { url } = yield* NodeEmulator.NodeEmulator
      const { sent } = yield* Wire
      const claims = { iss: "https://oidc.example", sub: "app", aud: "sts.aliyuncs.com", exp: Date.now() / 1000 + 600 }
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
      const token = write("token", `${part({ alg: "RS256" })}.${part(claims)}.${canary}\n`)
      const pem = write("key.pem", rsa.privateKey)
      const oidc = { oidc_provider_arn: "acs:ram::1234567890123456:oidc-provider/cluster", oidc_token_file_path: token }
      for (const [settings, provider] of [
        [{ type: "ram_role_arn", ...key, ...role, external_id: "ext" }, "ram_role_arn/static_ak"],
        [{ type: "ecs_ram_role", role_name: "EmulatorRole" }, "ecs_ram_role"],
        [{ type: "oidc_role_arn", ...role, ...oidc }, "oidc_role_arn"],
        [{ type: "rsa_key_pair", public_key_id: "rsaid", private_key_file: pem }, "rsa_key_pair"]
      ] as const) {
        ini(section("default", settings))
        const credential = yield* give(NodeCredentials.profileFile({ metadataEndpoint: url }), env)
        assert.strictEqual(credential.provider, `profile/${provider}`)
      }
      assert.deepInclude(sent[0]!.form, { RoleArn: role.role_arn, RoleSessionName: "session", ExternalId: "ext" })
    }).pipe(Effect.provide(emulated))
  )

  it.scopedLive("of type credentials_uri asks its URI, also by a name that leads to this machine", () =>
    Effect.gen(function* () {
      const { env, ini } = yield* home
      const server = yield* http.answering(() => ({
        Code: "Success",
        AccessKeyId: "STS.uri",
        AccessKeySecret: `${canary}-uri`,
        SecurityToken: `${canary}-uritoken`,
        Expiration: "2030-01-01T00:00:00Z"
      }))
      for (const host of ["127.0.0.1", "localhost"]) {
        ini(section("default", { type: "credentials_uri", credentials_uri: `http://${host}:${server.port}/${canary}` }))
        const credential = yield* give(NodeCredentials.profileFile(), env)
        assert.deepStrictEqual([credential.provider, plain(credential)[0]], ["profile/credential_uri", "STS.uri"])
      }
      assert.deepStrictEqual(
        server.got.map(({ path }) => path),
        [`/${canary}`, `/${canary}`]
      )
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("is in the file that is named, else that of the environment, else that at home", () =>
    Effect.gen(function* () {
      const { env, ini, path, write } = yield* home
      const named = (id: string) => section("default", { type: "access_key", ...key, access_key_id: id })
      ini(named("home"))
      const variable = { ...env, ALIBABA_CLOUD_CREDENTIALS_FILE: write("of-env", named("env")) }
      const given = { path: write("given", named("given")) }
      const id = (options: NodeCredentials.ProfileOptions, variables: Readonly<Record<string, string>>) =>
        Effect.map(give(NodeCredentials.profileFile(options), variables), (found) => plain(found)[0])
      assert.strictEqual(yield* id({}, env), "home")
      assert.strictEqual(yield* id({}, variable), "env")
      assert.strictEqual(yield* id(given, variable), "given")
      const gone = { ...env, ALIBABA_CLOUD_CREDENTIALS_FILE: `${path}/gone` }
      assert.strictEqual((yield* refuse(NodeCredentials.profileFile(), gone))._tag, "Failed")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("is the one that is named, else that of the environment, else default", () =>
    Effect.gen(function* () {
      const { env, ini } = yield* home
      const names = ["default", "work", "a.b", "a.b.c", "constructor", "with space", "工作"]
      ini(names.map((name) => section(name, { type: "access_key", ...key, access_key_id: name })).join("\n"))
      const id = (options: NodeCredentials.ProfileOptions, more = {}) =>
        Effect.map(give(NodeCredentials.profileFile(options), { ...env, ...more }), (found) => plain(found)[0])
      assert.strictEqual(yield* id({}), "default")
      for (const name of names) {
        assert.strictEqual(yield* id({ profile: name }), name)
        assert.strictEqual(yield* id({}, { ALIBABA_CLOUD_PROFILE: name }), name)
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F05: of a name that every object has is none, unless it is there", () =>
    Effect.gen(function* () {
      const { env, ini } = yield* home
      const settings = { type: "access_key", ...key }
      ini(
        section("__proto__", settings) + section("constructor", { type: "sts", ...key }) + section("default", settings)
      )
      for (const profile of ["__proto__", "toString", "hasOwnProperty", "constructor.prototype", "default.type"]) {
        const error = yield* refuse(NodeCredentials.profileFile({ profile }), env)
        assert.include([error._tag, error.why].join(" "), `has no section '[${profile}]'`)
      }
      // it is a section like any other, and what it lacks it has from nowhere
      assert.include(
        (yield* refuse(NodeCredentials.profileFile({ profile: "constructor" }), env)).why,
        "has no security_token"
      )
      assert.isUndefined(({} as Record<string, unknown>)["type"])
      yield* give(NodeCredentials.profileFile(), env)
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("that is not there, or is malformed, is told without what is in it", () =>
    Effect.gen(function* () {
      const { env, ini } = yield* home
      const tag = (options = {}) => Effect.map(refuse(NodeCredentials.profileFile(options), env), (error) => error._tag)
      assert.strictEqual(yield* tag(), "NotConfigured")
      for (const empty of ["", "; nothing\n", section("other", { type: "access_key", ...key })]) {
        ini(empty)
        assert.strictEqual(yield* tag(), "NotConfigured")
        assert.strictEqual(yield* tag({ profile: "work" }), "Failed")
      }
      for (const [settings, why] of [
        [key, "has no type"],
        [{ type: canary, ...key }, "type of section '[default]'"],
        [{ type: "access_key", access_key_id: "id" }, "has no access_key_secret"],
        [{ type: "access_key", access_key_id: "id", "access_key_secret[]": canary }, "access_key_secret of section"],
        [{ type: "ram_role_arn", ...key }, "has no role_arn"],
        [{ type: "ram_role_arn", ...key, role_arn: canary }, "roleArn is wrongly formed"],
        [{ type: "rsa_key_pair", public_key_id: "id" }, "has no private_key_file"],
        [{ type: "oidc_role_arn", ...role }, "has no oidc_provider_arn"],
        [{ type: "credentials_uri" }, "has no credentials_uri"],
        // there are no programs in this file
        [{ type: "external", process_command: "touch /tmp/x" }, "is one that is not known"]
      ] as const) {
        ini(section("default", settings))
        const error = yield* refuse(NodeCredentials.profileFile(), env)
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, why)
      }
      ini(`default = ${canary}\n`)
      assert.strictEqual(yield* tag(), "NotConfigured")
    }).pipe(Effect.provide(offline))
  )
})
