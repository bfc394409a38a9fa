/** The providers that ask Sts, against the emulator's. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Limits from "@effect-aliyun/core/Limits"
import * as OidcRole from "@effect-aliyun/core/OidcRole"
import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as Route from "@effect-aliyun/emulator/Route"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { answeringDoors, answers, requests } from "./support/Answering.js"
import { as, doors, people, signers } from "./support/Doors.js"

type Provider = Credentials.Provider<Signer.Signer | HttpClient.HttpClient>

const account = "1234567890123456"
const roleArn = `acs:ram::${account}:role/deployer`
const oidcProviderArn = `acs:ram::${account}:oidc-provider/example`
const tester = Credentials.fixed(people.tester)
const deployer = (options: Partial<RamRoleArn.Options> = {}) =>
  RamRoleArn.provider({ source: tester, roleArn, roleSessionName: "probe", ...options })

const jwt = (exp = 600) =>
  [{ alg: "RS256" }, { iss: "https://oidc.example.com", sub: "app", aud: "sts", exp }, "signature"]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".")
const pod = (token: OidcRole.Token = Effect.succeed(Redacted.make(jwt()))) =>
  OidcRole.provider({ roleArn, oidcProviderArn, roleSessionName: "pod", token })

const privateKey = people.rsa._tag === "KeyPair" ? people.rsa.privateKey : Redacted.make("")
const keyPair = (options: Partial<RsaKeyPair.Options> = {}) =>
  RsaKeyPair.provider({ publicKeyId: "rsaid", privateKey, ...options })

const identityOf = (credential: Credential.Credential) =>
  AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }).pipe(
    Effect.flatMap((response) => response.json),
    Effect.map((json) => json as Record<string, string>),
    as(credential)
  )

/** in the context of a program that has the usual signer */
const usual = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.provide(self, Signer.layer)
const failureOf = (provider: Provider) =>
  Effect.map(Effect.flip(provider.resolve), (error) => {
    assert.strictEqual(error._tag, "Failed")
    return error.why
  })

describe.each(Object.entries(doors))("%s", (_, door) => {
  for (const [name, signer] of Object.entries(signers)) {
    it.effect(`a role that a key takes on, signed by ${name}`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_700_000_000_123)
        const credential = yield* deployer({ durationSeconds: 900 }).resolve
        assert.deepInclude(credential, { _tag: "Sts", expiration: 1_700_000_900_000, provider: "ram_role_arn/static" })
        assert.strictEqual((yield* identityOf(credential))["Arn"], `acs:ram::${account}:assumed-role/deployer/probe`)
        const { accessKeyId } = yield* Emulator.expectOnce({ action: "AssumeRole", method: "POST" })
        assert.strictEqual(accessKeyId, "testid")
      }).pipe(Effect.provide(signer), Effect.provide(door))
    )
  }

  it.effect("a role that a role takes on, that a role takes on", () =>
    Effect.gen(function* () {
      const first = deployer({ roleSessionName: "first" })
      const second = deployer({
        source: first as Credentials.Provider,
        roleArn: `${roleArn}2`,
        roleSessionName: "second"
      })
      const third = deployer({
        source: second as Credentials.Provider,
        roleArn: `${roleArn}3`,
        roleSessionName: "third"
      })
      const credential = yield* third.resolve
      assert.strictEqual(credential.provider, "ram_role_arn/ram_role_arn/ram_role_arn/static")
      assert.strictEqual((yield* identityOf(credential))["Arn"], `acs:ram::${account}:assumed-role/deployer3/third`)
      const signedBy = (yield* Emulator.calls)
        .filter(({ action }) => action === "AssumeRole")
        .map(({ accessKeyId }) => accessKeyId?.slice(0, 4))
      assert.deepStrictEqual(signedBy, ["test", "STS.", "STS."])
    }).pipe(usual, Effect.provide(door))
  )

  it.effect("a role that a key pair's temporary key takes on", () =>
    Effect.gen(function* () {
      const credential = yield* deployer({ source: keyPair() as Credentials.Provider }).resolve
      assert.strictEqual(credential.provider, "ram_role_arn/rsa_key_pair")
      assert.include((yield* identityOf(credential))["Arn"], "assumed-role/deployer/probe")
    }).pipe(usual, Effect.provide(door))
  )

  it.effect("a role for a token, which is asked for anew each time", () =>
    Effect.gen(function* () {
      let asked = 0
      const token = Effect.map(Clock.currentTimeMillis, (now) => {
        asked++
        return Redacted.make(`${jwt(now / 1000 + 600)}\n`)
      })
      const provider = pod(token)
      for (const at of [0, 3_600_000]) {
        yield* TestClock.setTime(at)
        const credential = yield* provider.resolve
        assert.deepInclude(credential, { _tag: "Sts", expiration: at + 3_600_000, provider: "oidc_role_arn" })
        assert.strictEqual((yield* identityOf(credential))["Arn"], `acs:ram::${account}:assumed-role/deployer/pod`)
      }
      assert.strictEqual(asked, 2)
      const calls = (yield* Emulator.calls).filter(({ action }) => action === "AssumeRoleWithOIDC")
      assert.deepStrictEqual(
        calls.map(({ accessKeyId, verdict }) => [accessKeyId, verdict]),
        [
          [undefined, "Accepted"],
          [undefined, "Accepted"]
        ]
      )
    }).pipe(usual, Effect.provide(door))
  )

  it.effect("a key for a key pair, as PEM and as base64", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const der = Redacted.value(privateKey).replace(/-----[A-Z ]+-----|\s/g, "")
      for (const key of [privateKey, Redacted.value(privateKey), der]) {
        const credential = yield* keyPair({ privateKey: key, durationSeconds: 900 }).resolve
        assert.deepInclude(credential, { _tag: "AccessKey", expiration: 1_700_000_900_000, provider: "rsa_key_pair" })
        assert.strictEqual((yield* identityOf(credential))["IdentityType"], "RAMUser")
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("what Sts refuses is a failure with its code and RequestId", () =>
    Effect.gen(function* () {
      const requestId = /\(HTTP \d{3}, RequestId [0-9A-F-]{36}\)$/
      const rows: ReadonlyArray<readonly [Provider, string]> = [
        [deployer({ source: Credentials.fixed(people.impostor) }), "InvalidAccessKeySecret"],
        [deployer({ source: Credentials.fixed(people.stranger) }), "InvalidAccessKeyId.NotFound"],
        [deployer({ source: Credentials.fixed(people.inactive) }), "InvalidAccessKeyId.Inactive"],
        [deployer({ source: Credentials.fixed(people.nobody) }), "MissingAccessKeyId"],
        [deployer({ roleArn: "acs:ram::6543210987654321:role/deployer" }), "EntityNotExist.Role"],
        [deployer({ policy: "{}" }), "InvalidParameter.PolicyGrammar"],
        [pod(Effect.succeed(Redacted.make("no token"))), "the token holds"],
        [pod(Effect.succeed(Redacted.make("no-token"))), "AuthenticationFail.OIDCToken.Invalid"],
        [pod(Effect.succeed(Redacted.make(jwt(0)))), "AuthenticationFail.OIDCToken.Expired"],
        [keyPair({ publicKeyId: "testid" }), "Sts refused GenerateSessionAccessKey: "],
        [keyPair({ privateKey: (people.rsaImpostor as Credential.KeyPair).privateKey }), "InvalidAccessKeySecret"]
      ]
      for (const [provider, text] of rows) {
        const why = yield* failureOf(provider)
        assert.include(why, text)
        if (why.startsWith("Sts refused")) assert.match(why, requestId)
      }
    }).pipe(usual, Effect.provide(door))
  )

  const rsaImpostor = (people.rsaImpostor as Credential.KeyPair).privateKey
  const seedCodes: ReadonlyArray<readonly [seed: string, Provider, code: string]> = [
    [
      "SDK.GetSessionCredentialFailed",
      deployer({ roleArn: "acs:ram::6543210987654321:role/deployer" }),
      "EntityNotExist.Role"
    ],
    ["SDK.InvalidCredential", keyPair({ publicKeyId: "strangerid" }), "InvalidAccessKeyId.NotFound"],
    // it looks for the code of a wrong key when it has put this one in its place
    ["InvalidAccessKeySecret", keyPair({ privateKey: rsaImpostor }), "InvalidAccessKeySecret"]
  ]
  it.effect.each(seedCodes)("a call fails with SDK.InvalidCredential where the seed has %s", ([, provider, code]) =>
    Effect.gen(function* () {
      const credentials = yield* Credentials.make(provider)
      const error = yield* AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
        Credentials.withCredentials(credentials),
        Effect.flip
      )
      assert.deepInclude(error, { _tag: "ClientException", code: "SDK.InvalidCredential" })
      const tried =
        error._tag === "ClientException" && error.reason._tag === "CredentialsUnavailable" ? error.reason.tried : []
      assert.lengthOf(tried, 1)
      assert.match(
        tried[0]?.why ?? "",
        new RegExp(`^Sts refused \\w+: ${code}: .*\\(HTTP \\d{3}, RequestId [0-9A-F-]{36}\\)$`)
      )
      assert.notInclude(tried[0]?.why, "string to sign")
      assert.lengthOf(yield* Emulator.calls, 1)
    }).pipe(Effect.scoped, usual, Effect.provide(door))
  )

  it.effect("C13: throttling is tried again until there is a key", () =>
    Effect.gen(function* () {
      for (const provider of [deployer(), pod(), keyPair()]) {
        yield* Emulator.fault(Fault.throttle(), { product: "Sts", times: 2 })
        const before = (yield* Emulator.calls).length
        yield* provider.resolve
        const codes = (yield* Emulator.calls).slice(before).map(({ code }) => code)
        assert.deepStrictEqual(codes, ["Throttling.User", "Throttling.User", undefined])
      }
    }).pipe(Effect.withRandom(Random.fixed([0])), usual, Effect.provide(door))
  )

  const broken: ReadonlyArray<readonly [fault: Fault.Fault, why: string]> = [
    [Fault.error({ status: 500, code: "InternalError" }), "InternalError"],
    [Fault.garbage, "cannot be read"],
    [Fault.truncate, "the connection broke"],
    [Fault.reset("before"), "the connection broke"],
    [Fault.endless, "cannot be read: the body is larger"],
    [Fault.redirect("http://127.0.0.1:1/elsewhere"), "HTTP 302"]
  ]
  it.effect.each(broken)("%j is a failure", ([fault, why]) =>
    Effect.gen(function* () {
      yield* Emulator.fault(fault)
      for (const provider of [deployer(), pod(), keyPair()]) assert.include(yield* failureOf(provider), why)
      assert.isTrue((yield* Emulator.calls).every(({ product }) => product === "Sts"))
    }).pipe(
      RetryPolicy.withPolicy(RetryPolicy.none),
      Limits.withLimits({ responseBytes: 100_000 }),
      usual,
      Effect.provide(door)
    )
  )

  it.live("an Sts that does not answer in time is a failure", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(Fault.delay("1 minute"))
      for (const provider of [deployer(), pod(), keyPair()]) {
        assert.include(yield* failureOf(provider), "not done within 50ms")
      }
    }).pipe(Timeouts.withTimeouts({ attempt: "50 millis", total: "50 millis" }), usual, Effect.provide(door))
  )

  it.effect("C07: keys that lack a part are a failure that names it", () =>
    Effect.gen(function* () {
      const session = {
        AccessKeyId: "STS.a",
        AccessKeySecret: "b",
        SecurityToken: "c",
        Expiration: "2026-01-01T00:00:00Z"
      }
      for (const name of Object.keys(session)) {
        yield* Emulator.handle("Sts", "AssumeRole", () =>
          Route.success({ Credentials: { ...session, [name]: undefined } })
        )
        assert.strictEqual(yield* failureOf(deployer()), `Credentials of the answer of Sts has no ${name}`)
      }
    }).pipe(usual, Effect.provide(door))
  )
})

describe.each(Object.entries(answeringDoors))("%s, answers as they come", (_, door) => {
  it.effect("C07: null, HTML, a list or a text in place of keys", () =>
    Effect.gen(function* () {
      for (const body of ["null", "<html>CANARY</html>", '["CANARY"]', '"CANARY"', "", '{"Credentials":"CANARY"}']) {
        yield* answers({ body, headers: { "content-type": "application/json" } })
        for (const provider of [deployer(), pod(), keyPair()]) {
          const why = yield* failureOf(provider)
          assert.match(why, /cannot be read|is no JSON object with|has no (Credentials|SessionAccessKey) with/)
          assert.notInclude(why, "CANARY")
        }
      }
    }).pipe(RetryPolicy.withPolicy(RetryPolicy.none), usual, Effect.provide(door))
  )

  it.effect("no redirect is followed", () =>
    Effect.gen(function* () {
      for (const status of [301, 302, 303, 307, 308]) {
        yield* answers({ status, headers: { location: "/elsewhere" } })
        for (const provider of [deployer(), pod(), keyPair()]) {
          assert.include(yield* failureOf(provider), `HTTP ${status}`)
        }
        assert.strictEqual((yield* requests).length, 3)
      }
    }).pipe(RetryPolicy.withPolicy(RetryPolicy.none), usual, Effect.provide(door))
  )
})
