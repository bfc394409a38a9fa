/** Who gets in and who does not, through both doors: one table of cases, run over each. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as Body from "@effect-aliyun/core/Body"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { as, doors, expiry, outcome, people, secrets, send, sign, signers, type Wire } from "./support/Doors.js"

const rpcGet = RpcRequest.make({
  product: "Ecs",
  version: "2014-05-26",
  action: "DescribeRegions",
  query: { Name: "中 文*~'()", Tag: [{ Key: "a", Value: "" }] }
})
const rpcPost = RpcRequest.make({
  product: "Ecs",
  version: "2014-05-26",
  action: "DescribeInstances",
  query: { Status: "Running" },
  body: Body.form({ PageSize: 2, Name: "a b&c=d+e" })
})
const roaGet = RoaRequest.make({
  product: "CS",
  version: "2015-12-15",
  pathPattern: "/clusters",
  query: { name: "prod" }
})
const requests: Record<string, AcsRequest.AcsRequest> = { "RPC GET": rpcGet, "RPC POST": rpcPost, ROA: roaGet }

const accepted = { tester: people.tester, sts: people.sts, rsa: people.rsa, bearer: people.bearer }

const refused: ReadonlyArray<readonly [who: keyof typeof people, answer: string]> = [
  ["impostor", "400 SignatureDoesNotMatch"],
  ["stranger", "404 InvalidAccessKeyId.NotFound"],
  ["inactive", "400 InvalidAccessKeyId.Inactive"],
  ["stsBare", "400 MissingSecurityToken"],
  ["stsMadeUp", "400 InvalidSecurityToken.Malformed"],
  ["stsMixed", "400 InvalidSecurityToken.MismatchWithAccessKey"],
  ["testerWithToken", "400 InvalidSecurityToken.MismatchWithAccessKey"],
  ["rsaImpostor", "400 SignatureDoesNotMatch"],
  ["rsaOfTester", "400 SignatureDoesNotMatch"],
  ["hmacOfRsa", "400 SignatureDoesNotMatch"],
  ["bearerUnknown", "400 InvalidBearerToken"],
  ["nobody", "400 MissingAccessKeyId"]
]

/** a change to a signed request, and what the gateway says to it */
type Tamper = readonly [name: string, request: AcsRequest.AcsRequest, change: (wire: Wire) => Wire, code: string]

const setHeader = (name: string, value: string) => (wire: Wire) => ({
  ...wire,
  headers: { ...wire.headers, [name]: value }
})
const replaceUrl = (from: string, to: string) => (wire: Wire) => ({ ...wire, url: wire.url.replace(from, to) })
const replaceBody = (from: string, to: string) => (wire: Wire) => ({
  ...wire,
  body: new TextEncoder().encode(new TextDecoder().decode(wire.body).replace(from, to))
})

const tampered: Record<"ACS3" | "V1 SHA-1", ReadonlyArray<Tamper>> = {
  ACS3: [
    ["body", rpcPost, replaceBody("PageSize=2", "PageSize=3"), "SignatureDoesNotMatch"],
    ["query", rpcGet, replaceUrl("Key=a", "Key=b"), "SignatureDoesNotMatch"],
    ["query value", roaGet, replaceUrl("name=prod", "name=stag"), "SignatureDoesNotMatch"],
    ["path", roaGet, replaceUrl("/clusters", "/clusters/c1"), "SignatureDoesNotMatch"],
    ["method", rpcGet, (wire) => ({ ...wire, method: "POST" }), "SignatureDoesNotMatch"],
    ["action", rpcGet, setHeader("x-acs-action", "DescribeInstances"), "SignatureDoesNotMatch"],
    ["version", rpcGet, setHeader("x-acs-version", "2015-04-01"), "SignatureDoesNotMatch"],
    ["nonce", rpcGet, setHeader("x-acs-signature-nonce", "another"), "SignatureDoesNotMatch"],
    ["date", rpcGet, setHeader("x-acs-date", "1970-01-01T00:00:01Z"), "SignatureDoesNotMatch"],
    [
      "content type",
      rpcPost,
      setHeader("content-type", "application/x-www-form-urlencoded;a=b"),
      "SignatureDoesNotMatch"
    ],
    ["body hash", rpcPost, setHeader("x-acs-content-sha256", "0".repeat(64)), "SignatureDoesNotMatch"],
    ["unsigned header", rpcGet, setHeader("x-acs-extra", "1"), "IncompleteSignature"],
    ["scheme", rpcGet, setHeader("authorization", "Basic dGVzdA=="), "IncompleteSignature"],
    [
      "algorithm",
      rpcGet,
      (wire) => setHeader("authorization", wire.headers["authorization"]!.replace("SHA256", "MD5"))(wire),
      "InvalidSignatureMethod"
    ]
  ],
  "V1 SHA-1": [
    ["body", rpcPost, replaceBody("PageSize=2", "PageSize=3"), "SignatureDoesNotMatch"],
    ["query", rpcGet, replaceUrl("Key=a", "Key=b"), "SignatureDoesNotMatch"],
    ["action", rpcGet, replaceUrl("DescribeRegions", "DescribeInstances"), "SignatureDoesNotMatch"],
    ["format", rpcGet, replaceUrl("Format=JSON", "Format=XML"), "SignatureDoesNotMatch"],
    ["nonce", rpcGet, replaceUrl("SignatureNonce=", "SignatureNonce=0"), "SignatureDoesNotMatch"],
    ["a second signature", rpcGet, (wire) => ({ ...wire, url: `${wire.url}&Signature=x` }), "SignatureDoesNotMatch"],
    ["no signature", rpcGet, replaceUrl("&Signature=", "&Signatur="), "MissingSignature"],
    ["method name", rpcGet, replaceUrl("HMAC-SHA1", "HMAC-MD5"), "InvalidSignatureMethod"],
    ["timestamp form", rpcGet, replaceUrl("1970-01-01T00%3A00%3A00Z", "yesterday"), "InvalidTimeStamp.Format"],
    ["date", roaGet, setHeader("date", "Thu, 01 Jan 1970 00:00:01 GMT"), "SignatureDoesNotMatch"],
    ["version header", roaGet, setHeader("x-acs-version", "2014-05-26"), "SignatureDoesNotMatch"]
  ]
}

describe.each(Object.entries(doors))("%s", (_, door) => {
  describe.each(Object.entries(signers))("signed by %s", (_, signer) => {
    for (const [name, request] of Object.entries(requests)) {
      for (const [who, credential] of Object.entries(accepted)) {
        it.effect(`${name} of ${who} is answered`, () =>
          Effect.gen(function* () {
            assert.strictEqual(yield* outcome(AcsClient.execute(request)), "200")
            const [call] = yield* Emulator.calls
            assert.strictEqual(call?.verdict, "Accepted")
            assert.strictEqual(call?.code, undefined)
          }).pipe(as(credential, signer), Effect.provide(door))
        )
      }
      it.effect(`${name} of others is refused`, () =>
        Effect.gen(function* () {
          for (const [who, answer] of refused) {
            const given = yield* outcome(AcsClient.execute(request)).pipe(as(people[who], signer))
            // the SDK sees in the echo that it is the secret which is wrong
            assert.strictEqual(given, answer.replace("SignatureDoesNotMatch", "InvalidAccessKeySecret"), who)
          }
          const calls = yield* Emulator.calls
          assert.deepStrictEqual(
            calls.map(({ code, status, verdict }) => `${verdict} ${status} ${code}`),
            refused.map(([, answer]) => `Refused ${answer}`)
          )
        }).pipe(Effect.provide(door))
      )
      for (const who of ["tester", "rsa", "bearer"] as const) {
        it.effect(`${name} of ${who} is refused when it is too old or too new`, () =>
          Effect.gen(function* () {
            const sent = yield* sign(request)
            yield* TestClock.adjust("15 minutes")
            assert.strictEqual((yield* send(sent)).status, 200)
            const old = yield* sign(request)
            yield* TestClock.adjust("901 seconds")
            assert.strictEqual((yield* send(old)).code, "InvalidTimeStamp.Expired")
            const early = yield* sign(request)
            yield* TestClock.setTime(900_000)
            assert.strictEqual((yield* send(early)).code, "InvalidTimeStamp.Expired")
          }).pipe(as(accepted[who], signer), Effect.provide(door))
        )
        it.effect(`${name} of ${who} is answered once`, () =>
          Effect.gen(function* () {
            const wire = yield* sign(request)
            assert.strictEqual((yield* send(wire)).status, 200)
            const again = yield* send(wire)
            assert.deepStrictEqual([again.status, again.code], [400, "SignatureNonceUsed"])
          }).pipe(as(accepted[who], signer), Effect.provide(door))
        )
      }
    }

    it.effect("a temporary key ends", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(expiry - 1)
        assert.strictEqual(yield* outcome(AcsClient.execute(rpcGet)), "200")
        yield* TestClock.setTime(expiry)
        assert.strictEqual(yield* outcome(AcsClient.execute(rpcGet)), "400 InvalidSecurityToken.Expired")
      }).pipe(as(people.stsOld, signer), Effect.provide(door))
    )
  })

  describe.each(Object.entries(tampered))("changed on the way, signed by %s", (signer, rows) => {
    it.effect.each(rows)("%s", ([, request, change, code]) =>
      Effect.gen(function* () {
        const wire = yield* sign(request)
        const bent = change(wire)
        assert.notDeepEqual(bent, wire)
        const answer = yield* send(bent)
        assert.strictEqual(answer.code, code)
        assert.match(answer.text, /RequestId/)
        // the nonce is not used up by who could not sign
        assert.strictEqual((yield* send(wire)).status, 200)
      }).pipe(as(people.tester, signers[signer as "ACS3"]), Effect.provide(door))
    )
  })

  it.effect("the action is taken from what is signed", () =>
    Effect.gen(function* () {
      const wire = yield* sign(rpcGet)
      const bent = setHeader("x-acs-action", "DescribeInstances")(setHeader("x-acs-version", "2015-04-01")(wire))
      assert.match((yield* send(bent)).text, /cn-hangzhou/)
    }).pipe(as(people.tester, signers["V1 SHA-1"]), Effect.provide(door))
  )

  it.effect("the refusal of a signature shows what was to be signed", () =>
    Effect.gen(function* () {
      const { text } = yield* send(yield* sign(rpcGet))
      assert.match(text, /server string to sign is:ACS3-HMAC-SHA256\\n[0-9a-f]{64}"/)
    }).pipe(as(people.impostor), Effect.provide(door))
  )

  it.effect("lists its calls, and no secrets", () =>
    Effect.gen(function* () {
      for (const who of Object.values(people)) {
        for (const signer of Object.values(signers)) yield* outcome(AcsClient.execute(rpcGet)).pipe(as(who, signer))
      }
      yield* TestClock.adjust("1 second")
      yield* outcome(AcsClient.execute(roaGet)).pipe(as(people.tester))
      const calls = yield* Emulator.calls
      const count = Object.keys(people).length * 3
      assert.strictEqual(calls.length, count + 1)
      assert.strictEqual(calls[count - 1]?.attempt, count)
      const { requestId, ...last } = calls[count]!
      assert.match(requestId, /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/)
      assert.deepStrictEqual(last, {
        sequence: count + 1,
        at: 1000,
        latency: 0,
        method: "GET",
        path: "/clusters",
        product: "CS",
        version: "2015-12-15",
        action: "DescribeClusters",
        accessKeyId: "testid",
        verdict: "Accepted",
        status: 200,
        code: undefined,
        attempt: 1,
        fault: undefined
      })
      for (const secret of secrets) assert.notInclude(JSON.stringify(calls), secret)
    }).pipe(Effect.provide(door))
  )
})
