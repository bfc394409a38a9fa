/** What the providers that ask Sts send, and what they refuse to send. */
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as OidcRole from "@effect-aliyun/core/OidcRole"
import * as Protocol from "@effect-aliyun/core/Protocol"
import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { generateKeyPairSync } from "node:crypto"

const source = Credentials.fixed(Credential.accessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }))
const roleArn = "acs:ram::1234567890123456:role/deployer"
const oidcProviderArn = "acs:ram::1234567890123456:oidc-provider/cluster"
const token = Effect.succeed(Redacted.make("header.payload.signature"))
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})

const session = {
  AccessKeyId: "STS.id",
  AccessKeySecret: "stssecret",
  SecurityToken: "ststoken",
  Expiration: "2023-11-14T23:13:20Z"
}
const key = {
  SessionAccessKeyId: "TMPSK.id",
  SessionAccessKeySecret: "keysecret",
  Expiration: "2023-11-14T23:13:20.5Z"
}
const good: AcsTest.Handler = ({ action }) => ({
  json: action === "GenerateSessionAccessKey" ? { SessionAccessKey: key } : { Credentials: session }
})

const run = (provider: Credentials.Provider<Layer.Layer.Success<ReturnType<typeof AcsTest.layer>>>, handler = good) =>
  Effect.gen(function* () {
    const outcome = yield* Effect.either(provider.resolve)
    return { outcome, calls: yield* AcsTest.calls }
  }).pipe(Effect.provide(AcsTest.layer(handler)))

const providers = {
  RamRoleArn: (change: object = {}) => RamRoleArn.provider({ source, roleArn, ...change }),
  OidcRole: (change: object = {}) => OidcRole.provider({ roleArn, oidcProviderArn, token, ...change }),
  RsaKeyPair: (change: object = {}) => RsaKeyPair.provider({ publicKeyId: "rsaid", privateKey, ...change })
}

describe("what is asked", () => {
  it.effect("AssumeRole, as the source", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const { calls, outcome } = yield* run(providers.RamRoleArn())
      assert.deepStrictEqual(
        Either.getOrThrow(outcome),
        Credential.sts({
          accessKeyId: "STS.id",
          accessKeySecret: "stssecret",
          securityToken: "ststoken",
          expiration: 1_700_003_600_000,
          provider: "ram_role_arn/static"
        })
      )
      assert.strictEqual(calls.length, 1)
      const [call] = calls
      assert.deepInclude(call, { method: "POST", action: "AssumeRole", version: "2015-04-01" })
      assert.include(call?.headers["authorization"], "Credential=testid")
      assert.deepStrictEqual(call?.params, {
        RegionId: "cn-hangzhou",
        RoleArn: roleArn,
        RoleSessionName: "effect-aliyun-1700000000000",
        DurationSeconds: "3600"
      })
    })
  )

  it.effect("AssumeRole, with all that can be said", () =>
    Effect.gen(function* () {
      const policy = JSON.stringify({ Version: "1", Statement: [] })
      const { calls } = yield* run(
        providers.RamRoleArn({ roleSessionName: "a.b@c-d_1", durationSeconds: 43_200, policy, externalId: "a:b/c=d" })
      )
      assert.deepInclude(calls[0]?.params, {
        RoleSessionName: "a.b@c-d_1",
        DurationSeconds: "43200",
        Policy: policy,
        ExternalId: "a:b/c=d"
      })
    })
  )

  it.effect("AssumeRoleWithOIDC, as nobody", () =>
    Effect.gen(function* () {
      const { calls, outcome } = yield* run(providers.OidcRole({ roleSessionName: "pod" }))
      assert.deepInclude(Either.getOrThrow(outcome), { _tag: "Sts", provider: "oidc_role_arn" })
      assert.deepInclude(calls[0], { method: "POST", action: "AssumeRoleWithOIDC" })
      assert.notProperty(calls[0]?.headers, "authorization")
      assert.notInclude(JSON.stringify(calls[0]), "testid")
      assert.deepStrictEqual(calls[0]?.params, {
        RegionId: "cn-hangzhou",
        RoleArn: roleArn,
        OIDCProviderArn: oidcProviderArn,
        OIDCToken: "header.payload.signature",
        RoleSessionName: "pod",
        DurationSeconds: "3600"
      })
    })
  )

  it.effect("GenerateSessionAccessKey, signed by the private key in version 1", () =>
    Effect.gen(function* () {
      const { calls, outcome } = yield* run(providers.RsaKeyPair({ durationSeconds: 900 }))
      assert.deepStrictEqual(
        Either.getOrThrow(outcome),
        Credential.accessKey({
          accessKeyId: "TMPSK.id",
          accessKeySecret: "keysecret",
          expiration: 1_700_003_600_500,
          provider: "rsa_key_pair"
        })
      )
      assert.deepInclude(calls[0], { method: "POST", action: "GenerateSessionAccessKey" })
      assert.notProperty(calls[0]?.headers, "authorization")
      assert.deepStrictEqual(calls[0]?.params, { RegionId: "cn-hangzhou", DurationSeconds: "900" })
    })
  )
})

describe("what is given", () => {
  for (const [name, make] of Object.entries(providers)) {
    it.effect(`${name}: is asked for again ahead of the end that Sts tells, not of the time that was asked for`, () =>
      Effect.gen(function* () {
        const minute = 60_000
        const start = 1_700_000_000_000
        yield* TestClock.setTime(start)
        let end = start + 30 * minute
        const handler: AcsTest.Handler = ({ action }) => {
          const Expiration = new Date(end).toISOString()
          return {
            json:
              action === "GenerateSessionAccessKey"
                ? { SessionAccessKey: { ...key, Expiration } }
                : { Credentials: { ...session, Expiration } }
          }
        }
        yield* Effect.gen(function* () {
          const { get } = yield* Credentials.make(make({ durationSeconds: 3600 }))
          const until = Effect.map(get, ({ expiration }) => expiration)
          assert.strictEqual(yield* until, end)
          yield* TestClock.adjust("20 minutes")
          assert.strictEqual(yield* until, end)
          assert.lengthOf(yield* AcsTest.calls, 1)
          end += 60 * minute
          yield* TestClock.adjust("9 minutes")
          assert.strictEqual(yield* until, end)
          assert.lengthOf(yield* AcsTest.calls, 2)
        }).pipe(Effect.scoped, Effect.provide(AcsTest.layer(handler)))
      })
    )
  }
})

describe("where Sts is", () => {
  const places: ReadonlyArray<readonly [change: object, host: string]> = [
    [{}, "sts.aliyuncs.com"],
    [{ vpc: true }, "sts.aliyuncs.com"],
    [{ stsRegion: "cn-beijing" }, "sts.cn-beijing.aliyuncs.com"],
    [{ stsRegion: "cn-beijing", vpc: false }, "sts.cn-beijing.aliyuncs.com"],
    [{ stsRegion: "cn-beijing", vpc: true }, "sts-vpc.cn-beijing.aliyuncs.com"],
    [{ stsRegion: "cn-beijing", stsEndpoint: "sts.example.com:8443" }, "sts.example.com:8443"]
  ]
  for (const [name, make] of Object.entries(providers)) {
    it.effect(name, () =>
      Effect.gen(function* () {
        for (const [change, host] of places) {
          const { calls } = yield* run(make(change))
          assert.strictEqual(calls[0]?.host, host, JSON.stringify(change))
          const { calls: elsewhere } = yield* run(make(change)).pipe(Endpoint.withEndpoint("localhost:1"))
          assert.strictEqual(elsewhere[0]?.host, "stsEndpoint" in change ? host : "localhost:1", JSON.stringify(change))
        }
      })
    )
  }

  it.effect("https, unless Protocol says otherwise", () =>
    Effect.gen(function* () {
      // the scheme is not on the wire, but its own port is no part of the host
      const at = (port: number) => providers.RamRoleArn({ stsEndpoint: `sts.example.com:${port}` })
      assert.strictEqual((yield* run(at(443))).calls[0]?.host, "sts.example.com")
      assert.strictEqual((yield* run(at(80))).calls[0]?.host, "sts.example.com:80")
      assert.strictEqual((yield* Protocol.withProtocol(run(at(80)), "http")).calls[0]?.host, "sts.example.com")
    })
  )
})

describe("what is refused before anything is sent", () => {
  const sessions: ReadonlyArray<readonly [change: object, field: string]> = [
    ...["", "deployer", "acs:ram::me:role/deployer", `${roleArn}/more`, `${roleArn}\n`, "acs:ram::1:user/a"].map(
      (roleArn) => [{ roleArn }, "roleArn"] as const
    ),
    [{ roleArn: undefined }, "roleArn"],
    [{ roleArn: 1 }, "roleArn"],
    ...["", "a", "a".repeat(65), "a b", "忍者", "name\n"].map(
      (roleSessionName) => [{ roleSessionName }, "roleSessionName"] as const
    ),
    ...[899, 43_201, 900.5, Number.NaN, Infinity, "3600"].map(
      (durationSeconds) => [{ durationSeconds }, "durationSeconds"] as const
    ),
    ...["", "{", `"${"a".repeat(2047)}"`].map((policy) => [{ policy }, "policy"] as const),
    [{ stsRegion: "evil.example/?" }, "stsRegion"],
    [{ stsRegion: "" }, "stsRegion"],
    [{ stsEndpoint: "https://user@evil.example" }, "stsEndpoint"],
    [{ stsEndpoint: "" }, "stsEndpoint"]
  ]
  const rows: ReadonlyArray<readonly [make: (change: object) => Credentials.Provider<never>, rows: typeof sessions]> = [
    [
      providers.RamRoleArn as never,
      [...sessions, [{ externalId: "" }, "externalId"], [{ externalId: "a b" }, "externalId"]]
    ],
    [
      providers.OidcRole as never,
      [...sessions, [{ oidcProviderArn: "" }, "oidcProviderArn"], [{ oidcProviderArn: roleArn }, "oidcProviderArn"]]
    ],
    [
      providers.RsaKeyPair as never,
      [
        [{ durationSeconds: 899 }, "durationSeconds"],
        [{ durationSeconds: 3601 }, "durationSeconds"],
        [{ publicKeyId: "" }, "AccessKeyId"],
        [{ privateKey: "" }, "private key"],
        [{ privateKey: "not a key" }, "private key"],
        [{ stsRegion: ".." }, "stsRegion"]
      ]
    ]
  ]
  for (const [make, table] of rows) {
    it.effect(make({}).name, () =>
      Effect.gen(function* () {
        for (const [change, field] of table) {
          const { calls, outcome } = yield* run(make(change))
          const error = Either.getOrThrow(Either.flip(outcome))
          assert.strictEqual(error._tag, "Failed", JSON.stringify(change))
          assert.include(error.why, field)
          assert.strictEqual(calls.length, 0)
          if (/^(role|duration|policy|external|oidc|sts)/.test(field)) assert.include(error.hint, `${field} must be`)
        }
      })
    )
  }

  it.effect("a key pair's session of less than 900 or more than 3600 seconds, as SDK.InvalidCredential", () =>
    Effect.gen(function* () {
      const sent = (durationSeconds: number | undefined) =>
        Effect.map(run(providers.RsaKeyPair({ durationSeconds })), ({ calls }) =>
          calls.map(({ action, params }) => `${action} ${params["DurationSeconds"]}`)
        )
      assert.deepStrictEqual(yield* sent(undefined), ["GenerateSessionAccessKey 3600"])
      for (const seconds of [900, 3600])
        assert.deepStrictEqual(yield* sent(seconds), [`GenerateSessionAccessKey ${seconds}`])
      for (const seconds of [899, 3601]) {
        assert.deepStrictEqual(yield* sent(seconds), [])
        const error = yield* Effect.flatMap(Credentials.Credentials, ({ get }) => Effect.flip(get)).pipe(
          Effect.provide(
            Layer.provide(Credentials.layer(providers.RsaKeyPair({ durationSeconds: seconds })), AcsTest.layer(good))
          )
        )
        assert.strictEqual(error.code, "SDK.InvalidCredential")
        assert.include(error.message, "durationSeconds must be")
      }
    })
  )

  it.effect("M08: a token that cannot be; a line break at its end is left out", () =>
    Effect.gen(function* () {
      const from = (text: string) => providers.OidcRole({ token: Effect.succeed(Redacted.make(text)) })
      for (const end of ["\n", "\r\n", "\r\n\n"]) {
        const { calls } = yield* run(from(`a.b.c${end}`))
        assert.strictEqual(calls[0]?.params["OIDCToken"], "a.b.c")
      }
      for (const text of ["", "\n", "a\r\nx: y", "a b", " a", "a\u00e9", "a\u0000", "a".repeat(20_001)]) {
        const { calls, outcome } = yield* run(from(text))
        const { _tag, why } = Either.getOrThrow(Either.flip(outcome))
        assert.strictEqual(_tag, "Failed")
        assert.match(why, /^the token /)
        assert.strictEqual(calls.length, 0)
      }
    })
  )

  it.effect("a token that is not there is passed on as it is", () =>
    Effect.gen(function* () {
      for (const problem of [
        new Credentials.NotConfigured({ why: "no file" }),
        new Credentials.Failed({ why: "a directory" })
      ]) {
        const { calls, outcome } = yield* run(OidcRole.provider({ roleArn, oidcProviderArn, token: problem }))
        assert.strictEqual(Either.getOrThrow(Either.flip(outcome)), problem)
        assert.strictEqual(calls.length, 0)
      }
    })
  )
})

describe("a source", () => {
  it.effect("that has nothing, fails or gives what is no key is the failure of the role", () =>
    Effect.gen(function* () {
      const failing: Credentials.Provider = {
        name: "mine",
        resolve: new Credentials.NotConfigured({ why: "no file", hint: "make one" })
      }
      const broken = new Credentials.Failed({ why: "bad file" })
      const empty = Credentials.fixed(Credential.accessKey({ accessKeyId: "", accessKeySecret: "s" }))
      const errorOf = (source: Credentials.Provider) =>
        Effect.map(run(providers.RamRoleArn({ source })), ({ calls, outcome }) => {
          assert.strictEqual(calls.length, 0)
          return Either.getOrThrow(Either.flip(outcome))
        })
      assert.deepInclude(yield* errorOf(failing), {
        _tag: "Failed",
        why: "its source mine has nothing: no file",
        hint: "make one"
      })
      assert.strictEqual(yield* errorOf({ name: "mine", resolve: broken }), broken)
      assert.include((yield* errorOf(empty)).why, "AccessKeyId is empty")
    })
  )

  it.effect("is asked once, however often Sts is", () =>
    Effect.gen(function* () {
      let asked = 0
      const counting = { ...source, resolve: Effect.tap(source.resolve, () => void asked++) }
      const { calls } = yield* run(providers.RamRoleArn({ source: counting }), () => ({
        status: 503,
        json: { Code: "ServiceUnavailable", Message: "", RequestId: "R" }
      })).pipe(Effect.withRandom(Random.fixed([0])))
      assert.deepStrictEqual([calls.length, asked], [3, 1])
    })
  )

  it.effect("can be another role", () =>
    Effect.gen(function* () {
      const inner = RamRoleArn.provider({ source, roleArn: `${roleArn}2`, roleSessionName: "inner" })
      const outer = providers.RamRoleArn({ source: inner, roleSessionName: "outer" })
      assert.strictEqual(outer.name, "ram_role_arn/ram_role_arn/static")
      const { calls } = yield* run(outer)
      assert.deepStrictEqual(
        calls.map(({ headers, params }) => [params["RoleSessionName"], headers["x-acs-security-token"]]),
        [
          ["inner", undefined],
          ["outer", "ststoken"]
        ]
      )
    })
  )

  it.effect("that leads back to itself is found before anything is sent", () =>
    Effect.gen(function* () {
      type R = Layer.Layer.Success<ReturnType<typeof AcsTest.layer>>
      const make = (name: string, next: () => Credentials.Provider<R>): Credentials.Provider<R> =>
        RamRoleArn.provider({ source: { name, resolve: Effect.suspend(() => next().resolve) }, roleArn })
      const a: Credentials.Provider<R> = make("b", () => b)
      const b: Credentials.Provider<R> = make("c", () => c)
      const c: Credentials.Provider<R> = make("a", () => a)
      const self: Credentials.Provider<R> = make("self", () => self)
      const ever = (): Credentials.Provider<R> => make("ever", ever)
      for (const [provider, why] of [
        [a, "the source of ram_role_arn/b leads back to itself"],
        [self, "the source of ram_role_arn/self leads back to itself"],
        [ever(), "more than 16"]
      ] as const) {
        const { calls, outcome } = yield* run(provider)
        const error = Either.getOrThrow(Either.flip(outcome))
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, why)
        assert.strictEqual(calls.length, 0)
      }
      // the same provider twice, one after the other or at once, is no circle
      const both = yield* Effect.all([run(providers.RamRoleArn()), run(providers.RamRoleArn())], { concurrency: 2 })
      assert.isTrue(both.every(({ outcome }) => Either.isRight(outcome)))
      const shared = providers.RamRoleArn()
      const twice = Effect.all([shared.resolve, shared.resolve, shared.resolve], { concurrency: 2 })
      yield* Effect.provide(twice, AcsTest.layer(good))
    })
  )
})

describe("what Sts says", () => {
  it.effect("C13: throttling is retried with jitter, within the time of a refresh", () =>
    Effect.gen(function* () {
      const throttled: AcsTest.Handler = (call) =>
        call.attempt < 3 ? { status: 400, json: { Code: "Throttling.User", RequestId: "R", Message: "" } } : good(call)
      const fiber = yield* Effect.gen(function* () {
        const { get } = yield* Credentials.make(providers.RamRoleArn())
        return { credential: yield* get, calls: yield* AcsTest.calls }
      }).pipe(
        Effect.scoped,
        Effect.provide(AcsTest.layer(throttled)),
        Effect.withRandom(Random.fixed([0.5])),
        Effect.fork
      )
      yield* TestClock.adjust("499 millis")
      assert.strictEqual((yield* Fiber.poll(fiber))._tag, "None")
      // 500 ms, then 1000: half of 1 s, and of its double
      yield* TestClock.adjust("1001 millis")
      const { calls, credential } = yield* Fiber.join(fiber)
      assert.strictEqual(credential._tag, "Sts")
      assert.strictEqual(calls.length, 3)
      assert.strictEqual(new Set(calls.map(({ headers }) => headers["x-acs-signature-nonce"])).size, 3)
    })
  )

  it.effect("C13: throttling that goes on is a failure that says so", () =>
    Effect.gen(function* () {
      const { calls, outcome } = yield* run(providers.RamRoleArn(), () => ({
        status: 400,
        json: { Code: "Throttling.User", Message: "Request was denied due to user flow control.", RequestId: "R-1" }
      })).pipe(Effect.withRandom(Random.fixed([0])))
      assert.strictEqual(calls.length, 3)
      const { hint, why } = Either.getOrThrow(Either.flip(outcome))
      assert.strictEqual(
        why,
        "Sts refused AssumeRole: Throttling.User: Request was denied due to user flow control. (HTTP 400, RequestId R-1)"
      )
      assert.include(hint, "longer sessions")
    })
  )

  it.effect("no is a failure with its code, its RequestId and what would help", () =>
    Effect.gen(function* () {
      const rows = [
        ["EntityNotExist.Role", 404, "roleArn"],
        ["NoPermission", 403, "trust policy"],
        ["InvalidAccessKeyId.NotFound", 404, "the key that signs"],
        ["SignatureDoesNotMatch", 400, "the secret"],
        ["InvalidTimeStamp.Expired", 400, "clock"],
        ["InvalidSecurityToken.Expired", 400, "has ended"],
        ["SomethingNew", 400, "documents"]
      ] as const
      for (const [Code, status, hinted] of rows) {
        const { outcome } = yield* run(providers.RamRoleArn(), () => ({
          status,
          json: { Code, Message: "No.", RequestId: "R-1" }
        }))
        const { hint, why } = Either.getOrThrow(Either.flip(outcome))
        assert.strictEqual(why, `Sts refused AssumeRole: ${Code}: No. (HTTP ${status}, RequestId R-1)`)
        assert.include(hint, hinted, Code)
      }
    })
  )

  it.effect("C07: an answer that lacks a field, or is none, is a failure that names the field", () =>
    Effect.gen(function* () {
      const without = (of: object, name: string, value?: unknown) => ({ ...of, [name]: value })
      const rows: ReadonlyArray<readonly [make: () => Credentials.Provider<never>, json: unknown, named: string]> = [
        ...Object.keys(session).flatMap((name) =>
          [undefined, null, "", 5, {}].flatMap((value) =>
            [providers.RamRoleArn, providers.OidcRole].map(
              (make) => [make as never, { Credentials: without(session, name, value) }, name] as const
            )
          )
        ),
        ...Object.keys(key).flatMap((name) =>
          [undefined, null, ""].map(
            (value) => [providers.RsaKeyPair as never, { SessionAccessKey: without(key, name, value) }, name] as const
          )
        ),
        [providers.RamRoleArn as never, {}, "Credentials"],
        [providers.RamRoleArn as never, null, "Credentials"],
        [providers.RamRoleArn as never, [session], "Credentials"],
        [providers.RamRoleArn as never, "stssecret", "Credentials"],
        [providers.RamRoleArn as never, { Credentials: [session] }, "Credentials"],
        [providers.RamRoleArn as never, JSON.parse('{"__proto__":{"Credentials":{}}}'), "Credentials"],
        [providers.RsaKeyPair as never, { SessionAccessKey: null }, "SessionAccessKey"],
        ...["tomorrow", "2023-02-31", "1700003600", "Tue, 14 Nov 2023 23:13:20 GMT", "2023-13-14T23:13:20Z"].map(
          (date) =>
            [providers.RamRoleArn as never, { Credentials: without(session, "Expiration", date) }, "date"] as const
        )
      ]
      for (const [make, json, named] of rows) {
        const { outcome } = yield* run(make(), () => ({ json }))
        const error = Either.getOrThrow(Either.flip(outcome))
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, named, JSON.stringify(json))
        for (const value of ["STS.id", "stssecret", "ststoken", "keysecret", "tomorrow"]) {
          assert.notInclude(`${error.why} ${error.hint}`, value)
        }
      }
      const { outcome } = yield* RetryPolicy.withPolicy(
        run(providers.RamRoleArn(), () => ({ text: "<html>stssecret</html>" })),
        RetryPolicy.none
      )
      const { why } = Either.getOrThrow(Either.flip(outcome))
      assert.include(why, "the answer of Sts to AssumeRole cannot be read: the body is no JSON")
      assert.notInclude(why, "stssecret")
    })
  )

  it.effect("a broken connection is a failure", () =>
    Effect.gen(function* () {
      const { outcome } = yield* RetryPolicy.withPolicy(
        run(providers.RamRoleArn(), () => ({ refuse: "connect" })),
        RetryPolicy.none
      )
      assert.include(Either.getOrThrow(Either.flip(outcome)).why, "no connection to the endpoint")
    })
  )
})

describe("layers", () => {
  const credentialOf = <E>(
    layer: Layer.Layer<Credentials.Credentials, E, Layer.Layer.Success<ReturnType<typeof AcsTest.layer>>>
  ) =>
    Effect.flatMap(Credentials.Credentials, ({ get }) => get).pipe(
      Effect.provide(Layer.provide(layer, AcsTest.layer(good))),
      Effect.withConfigProvider(
        ConfigProvider.fromMap(
          new Map([
            ["ROLE", roleArn],
            ["OIDC", oidcProviderArn],
            ["ID", "rsaid"],
            ["KEY", privateKey],
            ["SECONDS", "900"]
          ])
        )
      )
    )

  it.effect("of options and of configuration", () =>
    Effect.gen(function* () {
      const durationSeconds = Config.integer("SECONDS")
      const role = { roleArn: Config.string("ROLE"), durationSeconds }
      for (const [layer, provider] of [
        [RamRoleArn.layer({ source, roleArn }), "ram_role_arn/static"],
        [RamRoleArn.layerConfig(source, role), "ram_role_arn/static"],
        [OidcRole.layer({ roleArn, oidcProviderArn, token }), "oidc_role_arn"],
        [OidcRole.layerConfig(token, { ...role, oidcProviderArn: Config.string("OIDC") }), "oidc_role_arn"],
        [RsaKeyPair.layer({ publicKeyId: "rsaid", privateKey }), "rsa_key_pair"],
        [
          RsaKeyPair.layerConfig({
            publicKeyId: Config.string("ID"),
            privateKey: Config.redacted("KEY"),
            durationSeconds
          }),
          "rsa_key_pair"
        ]
      ] as const) {
        assert.strictEqual((yield* credentialOf(layer)).provider, provider)
      }
      const error = yield* Effect.flip(
        credentialOf(RamRoleArn.layerConfig(source, { roleArn: Config.string("NO_ROLE") }))
      )
      assert.include(String(error), "NO_ROLE")
    })
  )

  it.effect("of the emulator's key, or another", () =>
    Effect.gen(function* () {
      const keyOf = (layer: Layer.Layer<Credentials.Credentials>) =>
        Effect.map(credentialOf(layer), (found) =>
          found._tag === "AccessKey" ? [found.accessKeyId, Redacted.value(found.accessKeySecret)] : []
        )
      assert.deepStrictEqual(yield* keyOf(Credentials.layerTest()), ["testid", "testsecret"])
      assert.deepStrictEqual(yield* keyOf(Credentials.layerTest({ accessKeySecret: "x" })), ["testid", "x"])
      assert.deepStrictEqual(
        yield* keyOf(Credentials.layerTest({ accessKeyId: "x", accessKeySecret: Redacted.make("y") })),
        ["x", "y"]
      )
    })
  )
})
