import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const get = Effect.flatMap(Credentials.Credentials, (credentials) => credentials.get)
const getFrom = (layer: Layer.Layer<Credentials.Credentials>) => Effect.provide(get, layer)
const withEnv = (entries: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))
const tried = (error: AcsError.ClientException) =>
  error.reason._tag === "CredentialsUnavailable" ? error.reason.tried : assert.fail(error.message)

const key = { ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" }

describe("the environment", () => {
  it.effect("gives an access key", () =>
    Effect.gen(function* () {
      const credential = yield* getFrom(Credentials.layerEnv).pipe(withEnv(key))
      assert.deepStrictEqual(
        credential._tag === "AccessKey" && [
          credential.accessKeyId,
          Redacted.value(credential.accessKeySecret),
          credential.provider
        ],
        ["id", "secret", "env"]
      )
    })
  )

  it.effect("gives a temporary key when there is a token", () =>
    Effect.gen(function* () {
      const credential = yield* getFrom(Credentials.layerEnv).pipe(
        withEnv({ ...key, ALIBABA_CLOUD_SECURITY_TOKEN: "token" })
      )
      assert.strictEqual(credential._tag === "Sts" && Redacted.value(credential.securityToken), "token")
    })
  )

  it.scoped("is read where the layer is built, not where a call is made", () =>
    Effect.gen(function* () {
      const { get } = yield* Credentials.make(Credentials.env).pipe(withEnv(key))
      const credential = yield* get.pipe(withEnv({ ...key, ALIBABA_CLOUD_ACCESS_KEY_ID: "id2" }))
      assert.strictEqual(credential._tag === "AccessKey" && credential.accessKeyId, "id")
    })
  )

  it.effect("that is empty says what to set", () =>
    Effect.gen(function* () {
      for (const entries of [{}, { ALIBABA_CLOUD_ACCESS_KEY_ID: "", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "" }]) {
        const error = yield* Effect.flip(getFrom(Credentials.layerEnv).pipe(withEnv(entries)))
        assert.deepStrictEqual(
          tried(error).map((entry) => entry.provider),
          ["env"]
        )
        assert.include(error.message, "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
        assert.strictEqual(error.code, "SDK.InvalidCredential")
      }
    })
  )

  it.effect("with half a key is a failure, not an invitation to go on", () =>
    Effect.gen(function* () {
      const fallback = Credentials.fixed(Credential.accessKey({ accessKeyId: "wide", accessKeySecret: "open" }))
      const chain = Credentials.layer(Credentials.env, fallback)
      const error = yield* Effect.flip(getFrom(chain).pipe(withEnv({ ALIBABA_CLOUD_ACCESS_KEY_ID: "id" })))
      assert.include(tried(error)[0]?.why, "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set")
      assert.strictEqual(tried(error).length, 1)
    })
  )
})

describe("a chain", () => {
  const absent: Credentials.Provider = {
    name: "absent",
    resolve: new Credentials.NotConfigured({ why: "no file", hint: "make one" })
  }
  const broken: Credentials.Provider = { name: "broken", resolve: new Credentials.Failed({ why: "bad file" }) }
  const good = Credentials.fixed(Credential.accessKey({ accessKeyId: "id", accessKeySecret: "secret" }))

  it.effect("goes on after what is not configured", () =>
    Effect.gen(function* () {
      const credential = yield* getFrom(Credentials.layer(absent, good))
      assert.strictEqual(credential._tag, "AccessKey")
    })
  )

  it.effect("stops at what fails, and lists what was tried", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(getFrom(Credentials.layer(absent, broken, good)))
      assert.deepStrictEqual(tried(error), [
        { provider: "absent", why: "no file", hint: "make one" },
        { provider: "broken", why: "bad file", hint: undefined }
      ])
    })
  )

  it.effect("refuses a credential that cannot be used, without printing it", () =>
    Effect.gen(function* () {
      for (const [options, why] of [
        [{ accessKeyId: "", accessKeySecret: "s" }, "AccessKeyId is empty"],
        [{ accessKeyId: "id", accessKeySecret: "" }, "AccessKeySecret is empty"],
        [{ accessKeyId: "id\r\nx: y", accessKeySecret: "s" }, "AccessKeyId holds"],
        [{ accessKeyId: "id", accessKeySecret: "s\n" }, "AccessKeySecret has white space"]
      ] as const) {
        const error = yield* Effect.flip(getFrom(Credentials.layerAccessKey(options)))
        assert.include(tried(error)[0]?.why, why)
      }
      const sts = yield* Effect.flip(
        getFrom(Credentials.layerSts({ accessKeyId: "id", accessKeySecret: "s", securityToken: "a b" }))
      )
      assert.include(sts.message, "SecurityToken holds")
      const bearer = yield* Effect.flip(getFrom(Credentials.layerBearer({ token: "" })))
      assert.include(bearer.message, "bearer token is empty")
    })
  )
})

describe("credentials of untyped callers", () => {
  it.effect("are refused, and not printed", () =>
    Effect.gen(function* () {
      const plain = { _tag: "AccessKey", accessKeyId: "id", accessKeySecret: "CANARY" }
      for (const value of [{}, null, undefined, "CANARY", { _tag: "Password", value: "CANARY" }, plain]) {
        const error = yield* Effect.flip(getFrom(Credentials.layer(Credentials.fixed(value as never))))
        assert.include(error.message, "is no credential")
        assert.notInclude(error.message, "CANARY")
      }
      const noId = Credential.accessKey({ accessKeySecret: "s" } as never)
      assert.include(
        (yield* Effect.flip(getFrom(Credentials.layer(Credentials.fixed(noId))))).message,
        "AccessKeyId is empty"
      )
    })
  )
})

describe("configuration", () => {
  it.effect("that lacks a key fails when the layer is built", () =>
    Effect.gen(function* () {
      const { Config } = yield* Effect.promise(() => import("effect").then(({ Config }) => ({ Config })))
      const layer = Credentials.layerConfig({
        accessKeyId: Config.string("KEY_ID"),
        accessKeySecret: Config.redacted("KEY_SECRET")
      })
      const found = yield* Effect.provide(get, layer).pipe(withEnv({ KEY_ID: "id", KEY_SECRET: "secret" }))
      assert.strictEqual(found._tag, "AccessKey")
      const exit = yield* Effect.exit(Effect.provide(get, layer).pipe(withEnv({ KEY_ID: "id" })))
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "KEY_SECRET")
    })
  )
})
