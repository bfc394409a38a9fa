/** Which profile of the CLI's file it is, and what is wrong with one. */
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execPath } from "node:process"
import { ask, canary, give, home, key, offline, plain, refuse } from "./support/Home.js"

const profile = (mode: string, settings: object = {}, name = "default") => ({
  name,
  mode,
  ...settings,
  output_format: "json",
  language: "en"
})
const config = (...profiles: ReadonlyArray<object>) => ({ current: "default", profiles, meta_path: "" })
const role = { ram_role_arn: "acs:ram::1234567890123456:role/narrow", ram_session_name: "session" }

describe("a profile of the CLI", () => {
  it.scopedLive("is the one that is named, else that of the environment, else the current one", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      const named = (name: string) => profile("AK", { ...key, access_key_id: name }, name)
      write({ current: "one", profiles: [named("one"), named("two"), named("three"), profile("AK", key, "one")] })
      const id = (options: NodeCredentials.ProfileOptions, more = {}) =>
        Effect.map(give(NodeCredentials.cliProfile(options), { ...env, ...more }), (found) => plain(found)[0])
      assert.strictEqual(yield* id({}), "one")
      assert.strictEqual(yield* id({}, { ALIBABA_CLOUD_PROFILE: "two" }), "two")
      assert.strictEqual(yield* id({ profile: "three" }, { ALIBABA_CLOUD_PROFILE: "two" }), "three")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("that was named and is not there is a failure; where nothing is set up, there is nothing", () =>
    Effect.gen(function* () {
      const { config: write, env, path } = yield* home
      const tag = (options: NodeCredentials.ProfileOptions = {}, more = {}) =>
        Effect.map(refuse(NodeCredentials.cliProfile(options), { ...env, ...more }), (error) => error._tag)
      assert.strictEqual(yield* tag(), "NotConfigured")
      assert.strictEqual(yield* tag({ path: `${path}/other.json` }), "Failed")
      for (const empty of [{}, { profiles: [] }, { profiles: null }, config(profile(""))]) {
        write(empty)
        assert.strictEqual(yield* tag(), "NotConfigured")
        assert.strictEqual(yield* tag({ profile: "default" }), "Failed")
        assert.strictEqual(yield* tag({}, { ALIBABA_CLOUD_PROFILE: "work" }), "Failed")
      }
      // another profile or a program that leads to one has asked for it by name
      const chained = { ...role, source_profile: "empty" }
      write(config(profile("ChainableRamRoleArn", chained), profile("", {}, "empty")))
      assert.strictEqual(yield* tag(), "Failed")
      write(config(profile("External", { process_command: `'${execPath}' -p '"{\\"mode\\":null}"'` })))
      assert.deepInclude(yield* refuse(NodeCredentials.cliProfile(), env), {
        _tag: "Failed",
        hint: "set it up with 'aliyun configure'"
      })
      write({ current: "gone", profiles: [profile("AK", key)] })
      const { hint, why } = yield* refuse(NodeCredentials.cliProfile(), env)
      assert.include(why, "has no profile 'gone'")
      assert.include(hint, "'default'")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("that is malformed is a failure that names what is wrong, and shows nothing", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      for (const [content, why] of [
        ["", "is no JSON"],
        [`{\n "a": 1,\n "secret": "${canary}" x }`, "is no JSON"],
        [`"${canary}"`, "holds no JSON object"],
        [`["${canary}"]`, "holds no JSON object"],
        [{ profiles: canary }, "profiles that are no list"],
        [{ profiles: [canary] }, "profiles that are no list"],
        [{ profiles: [null] }, "profiles that are no list"],
        [{ current: { canary }, profiles: [] }, "current that is no text"],
        [config(profile("AK")), "has no access_key_id"],
        [config(profile("AK", { ...key, access_key_secret: "" })), "has no access_key_secret"],
        [config(profile("AK", { ...key, access_key_secret: [canary] })), "access_key_secret of profile 'default'"],
        [config(profile("StsToken", key)), "has no sts_token"],
        [config(profile("RamRoleArn", key)), "has no ram_role_arn"],
        [
          config(profile("RamRoleArn", { ...key, ...role, expired_seconds: canary })),
          "expired_seconds of profile 'default'"
        ],
        [config(profile("RamRoleArn", { ...key, ...role, expired_seconds: 5 })), "durationSeconds is out of range"],
        [config(profile("ChainableRamRoleArn", role)), "has no source_profile"],
        [config(profile("External")), "has no process_command"],
        [config(profile("CloudSSO")), "has no cloud_sso_sign_in_url"],
        [config(profile("OAuth")), "oauth_site_type of profile 'default'"],
        [config(profile(canary, key)), "is one that is not known"],
        [
          `{"__proto__": {"profiles": [${JSON.stringify(profile("AK", key))}]}, "current": "default"}`,
          "has no profile"
        ],
        [
          config(JSON.parse(`{"name": "default", "mode": "AK", "__proto__": ${JSON.stringify(key)}}`)),
          "has no access_key_id"
        ]
      ] as const) {
        write(content)
        const variables = { ...env, ...(why === "has no profile" ? { ALIBABA_CLOUD_PROFILE: "default" } : {}) }
        const error = yield* refuse(NodeCredentials.cliProfile(), variables)
        assert.strictEqual(error._tag, "Failed", why)
        assert.include(error.why, why)
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("tells the line at which the JSON goes wrong, where Node tells the place", () =>
    Effect.gen(function* () {
      const { config: write, env } = yield* home
      write(`{\n "a": 1,\n "secret": "${canary}"\n x }`)
      const { result } = yield* ask(NodeCredentials.cliProfile(), env)
      assert.match(result._tag === "Left" ? result.left.why : "", /config\.json' is no JSON( \(line 4\))?$/)
    }).pipe(Effect.provide(offline))
  )
})
