/** The machinery inside: what no door shows in reasonable time. */
import * as Digest from "@effect-aliyun/core/Digest"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as RawResponse from "@effect-aliyun/emulator/RawResponse"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import * as fc from "fast-check"
import * as callLog from "../src/internal/callLog.js"
import * as emulator from "../src/internal/emulator.js"
import * as gateway from "../src/internal/gateway.js"
import * as Nonces from "../src/internal/nonces.js"
import * as Service from "../src/internal/service.js"
import * as Store from "../src/internal/store.js"
import * as World from "../src/internal/world.js"
import { as, people, sign, signers } from "./support/Doors.js"

const minute = 60_000

const rawOf = (request: Parameters<typeof sign>[0]) =>
  Effect.map(sign(request), ({ body, headers, method, url }): RawRequest.RawRequest => {
    const { host, pathname, search } = new URL(url)
    return { method, target: `${pathname}${search}`, headers: Object.entries({ ...headers, host }), body }
  })

const textOf = (response: RawResponse.RawResponse) => Encoding.utf8Decode(response.body)

describe("nonces", () => {
  it("are remembered for 31 minutes, for each key", () => {
    const nonces = Nonces.make()
    assert.isTrue(nonces.burn("k1", "n", 0))
    assert.isFalse(nonces.burn("k1", "n", 31 * minute - 1))
    assert.isTrue(nonces.burn("k2", "n", 31 * minute - 1))
    assert.isTrue(nonces.burn("k1", "n", 31 * minute))
    assert.isFalse(nonces.burn("k2", "n", 31 * minute))
  })
})

describe("the call log", () => {
  it("keeps the last 10,000 calls", () => {
    const log = callLog.make()
    const call = { at: 0, method: "GET", product: undefined, version: undefined, action: undefined } as const
    for (let i = 0; i < 25_000; i++) {
      log.record({
        ...call,
        path: `/${i}`,
        accessKeyId: undefined,
        verdict: "Refused",
        status: 400,
        code: "X",
        requestId: "",
        latency: 0,
        attempt: 1,
        fault: undefined
      })
    }
    assert.strictEqual(log.entries().length, 10_000)
    assert.deepInclude(log.entries()[0], { path: "/15000", sequence: 15_001 })
  })
})

describe("a service", () => {
  const handle: Service.Handler = ({ pathParameters }) => Effect.succeed(Object.fromEntries(pathParameters))
  const service = Service.roa({
    product: "P",
    version: "v",
    routes: [
      { method: "GET", path: "/a/{A}", action: "One", handle },
      { method: "GET", path: "/a/{A}/b/{B}", action: "Two", handle }
    ]
  })
  const find = (method: string, path: string) => {
    const ask = {
      method,
      path,
      host: "",
      version: "v",
      action: undefined,
      format: "JSON",
      parameters: [],
      body: new Uint8Array(0)
    } as const
    const operation = service.find(ask)
    return operation && [operation.action, Object.fromEntries(operation.pathParameters)]
  }

  it("is found by method and path, its parameters decoded after the path is cut", () => {
    assert.deepStrictEqual(find("GET", "/a/x%2Fy"), ["One", { A: "x/y" }])
    assert.deepStrictEqual(find("GET", "/a/1/b/2"), ["Two", { A: "1", B: "2" }])
    for (const path of ["/a", "/a/", "/a/1/b", "/a/1/b/2/", "/A/1", "a/1", ""])
      assert.isUndefined(find("GET", path), path)
    assert.isUndefined(find("POST", "/a/1"))
  })

  it.effect("that dies is a 500 of the gateway, and the next call works", () =>
    Effect.gen(function* () {
      const broken = Service.rpc({
        product: "Ecs",
        version: "2014-05-26",
        operations: {
          Die: () => Effect.die("secret detail"),
          Throw: () => {
            throw new Error("secret detail")
          },
          Live: () => Effect.succeed({})
        }
      })
      const world = yield* World.make(emulator.settings({}), Store.noJournal, [broken])
      const answer = (raw: RawRequest.RawRequest) => gateway.handle(world, raw)
      for (const action of ["Die", "Throw"]) {
        const response = yield* answer(yield* rawOf(RpcRequest.make({ product: "Ecs", version: "2014-05-26", action })))
        assert.strictEqual(response.status, 500)
        assert.include(textOf(response), '"Code":"InternalError"')
        assert.notInclude(textOf(response), "secret")
      }
      const live = yield* answer(
        yield* rawOf(RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "Live" }))
      )
      assert.strictEqual(live.status, 200)
      assert.deepStrictEqual(
        world.log.entries().map(({ code, verdict }) => [verdict, code]),
        [
          ["Accepted", "InternalError"],
          ["Accepted", "InternalError"],
          ["Accepted", undefined]
        ]
      )
    }).pipe(as(people.tester), Effect.provide(Logger.remove(Logger.defaultLogger)))
  )
})

describe("an answer", () => {
  it.effect("has a date by the emulator's clock, and a request id", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2024, 0, 2))
      const emulator = yield* Emulator.make()
      const response = yield* emulator.gateway.handle({
        method: "GET",
        target: "/",
        headers: [],
        body: new Uint8Array(0)
      })
      assert.strictEqual(RawResponse.header(response, "date"), "Tue, 02 Jan 2024 00:00:00 GMT")
      assert.match(RawResponse.header(response, "x-acs-request-id") ?? "", /^[0-9A-F-]{36}$/)
    })
  )

  it.effect("is XML or JSON: by Format, else by Accept, else as the style of the request has it", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.make()
      const type = (target: string, ...headers: Encoding.Pairs) =>
        Effect.map(emulator.gateway.handle({ method: "GET", target, headers, body: new Uint8Array(0) }), (response) =>
          RawResponse.header(response, "content-type")?.replace(/^.*\/|;.*$/g, "")
        )
      assert.strictEqual(yield* type("/?Format=json", ["accept", "text/xml"]), "json")
      assert.strictEqual(yield* type("/?Format=XML", ["accept", "application/json"]), "xml")
      assert.strictEqual(yield* type("/", ["Accept", "application/json"]), "json")
      assert.strictEqual(yield* type("/", ["accept", "application/xml"], ["x-acs-version", "2014-05-26"]), "xml")
      assert.strictEqual(yield* type("/", ["accept", "*/*"]), "xml")
      assert.strictEqual(yield* type("/", ["accept", "*/*"], ["x-acs-version", "2014-05-26"]), "json")
    })
  )

  it.effect("in XML can be read whatever the request held", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.make()
      const raw = yield* rawOf(
        RoaRequest.make({ product: "CS", version: "2015-12-15", pathPattern: "/clusters", format: "XML" })
      )
      const response = yield* emulator.gateway.handle({
        ...raw,
        target: "/clusters?a=%00%0B%01%3C%26%5D%5D%3E%EF%BF%BF"
      })
      const text = textOf(response)
      assert.include(text, "<Code>SignatureDoesNotMatch</Code>")
      assert.match(text, /a=\ufffd\ufffd\ufffd&lt;&amp;\]\]&gt;\ufffd/)
    }).pipe(as(people.tester, signers["V1 SHA-1"]))
  )
})

it.effect("SM3 is accepted where the digest has it", () =>
  Effect.gen(function* () {
    const raw = yield* rawOf(RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }))
    const emulator = yield* Emulator.make()
    assert.strictEqual((yield* emulator.gateway.handle(raw)).status, 200)
    const portable = yield* Emulator.make().pipe(Effect.provideService(Digest.Digest, Digest.portable))
    assert.include(textOf(yield* portable.gateway.handle(raw)), "InvalidSignatureMethod")
  }).pipe(
    as(people.tester, Signer.layerSm3),
    Effect.provide(Digest.layer({ ...Digest.portable, digest: NodeDigest.digest }))
  )
)

it("whatever arrives is answered, and let in by no accident", () => {
  const emulator = Effect.runSync(Emulator.make())
  const text = fc.string({ unit: "binary", maxLength: 40 })
  const value = fc.oneof(
    text,
    fc.constantFrom(
      "acs testid:c2ln",
      "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=00",
      "ACS3-RSA-SHA256 Credential=testid,SignedHeaders=,Signature=0",
      "application/x-www-form-urlencoded",
      "1970-01-01T00:00:00Z"
    )
  )
  const name = fc.oneof(
    text,
    fc.constantFrom("authorization", "Content-Type", "x-acs-date", "date", "x-acs-bearer-token", "x-acs-content-sha256")
  )
  const query = fc
    .array(
      fc.tuple(fc.constantFrom("AccessKeyId", "Signature", "SignatureMethod", "Timestamp", "Format", "%", ""), text)
    )
    .map((pairs) => pairs.map(([key, item]) => `${key}=${item}`).join("&"))
  fc.assert(
    fc.property(
      fc.record({
        method: fc.constantFrom("GET", "POST", "", "x"),
        target: fc.oneof(
          text,
          fc.tuple(text, query).map(([path, search]) => `/${path}?${search}`)
        ),
        headers: fc.array(fc.tuple(name, value), { maxLength: 8 }),
        body: fc.oneof(fc.uint8Array({ maxLength: 100 }), query.map(Encoding.utf8))
      }),
      (raw) => {
        const response = Effect.runSync(emulator.gateway.handle(raw))
        assert.include([400, 403, 404], response.status)
        assert.match(textOf(response), /RequestId/)
      }
    ),
    { numRuns: 2000 }
  )
}, 60_000)
