/** The machinery inside: what no door shows in reasonable time. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Digest from "@effect-aliyun/core/Digest"
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Principal from "@effect-aliyun/emulator/Principal"
import * as RawResponse from "@effect-aliyun/emulator/RawResponse"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import * as fc from "fast-check"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as callLog from "../src/internal/callLog.js"
import * as emulator from "../src/internal/emulator.js"
import * as gateway from "../src/internal/gateway.js"
import * as Keyring from "../src/internal/keyring.js"
import * as journalError from "../src/internal/node/journalError.js"
import * as Nonces from "../src/internal/nonces.js"
import * as Service from "../src/internal/service.js"
import * as Store from "../src/internal/store.js"
import * as World from "../src/internal/world.js"
import { as, keys, outcome, people, sign, signers } from "./support/Doors.js"

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

describe("what strangers send", () => {
  const post = (form: string): RawRequest.RawRequest => ({
    method: "POST",
    target: "/",
    headers: [["content-type", "application/x-www-form-urlencoded"]],
    body: Encoding.utf8(form)
  })
  /** all that is in use after a collection, in bytes */
  const inUse = () => {
    setFlagsFromString("--expose-gc")
    runInNewContext("gc")()
    return process.memoryUsage().heapUsed
  }

  it.effect("is not kept: of each call a few short texts", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.make()
      const before = inUse()
      for (let i = 0; i < 20; i++) {
        // a short one, that is a piece of a long one, and a long one
        yield* emulator.gateway.handle(
          post(`Version=2014-05-26&Action=DescribeInstances${i}&Pad=${"x".repeat(1_000_000)}`)
        )
        yield* emulator.gateway.handle(post(`Version=2014-05-26&Action=${"A".repeat(500_000)}`))
      }
      assert.isBelow(inUse() - before, 5_000_000)
      const [short, long] = yield* emulator.calls
      assert.strictEqual(short?.action, "DescribeInstances0")
      assert.strictEqual(long?.action, `${"A".repeat(256)}…`)
    })
  )

  it.effect("is not read, when it has more parameters than any operation takes", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.make()
      const started = performance.now()
      const many = yield* emulator.gateway.handle(post("AccessKeyId=testid&".repeat(800_000)))
      assert.isBelow(performance.now() - started, 1000)
      assert.deepStrictEqual([many.status, /"Code":"(\w+)"/.exec(textOf(many))?.[1]], [400, "InvalidParameter"])
      const enough = yield* emulator.gateway.handle(post("Format=JSON&".repeat(10_000)))
      assert.include(textOf(enough), "MissingAccessKeyId")
    })
  )
})

describe("a key that anyone can have made", () => {
  it.effect("makes room for the next, when there are too many", () =>
    Effect.gen(function* () {
      const store = Store.make(Store.noJournal)
      const table = Store.table("Keyring.Temporary")
      for (let i = 0; i <= 10_000; i++) {
        const key = { accessKeyId: `id${i}`, accessKeySecret: "s", securityToken: `token${i}`, expiration: 1000 }
        yield* store.commit(Keyring.mint(store, { ...key, principal: Principal.tester }, 0))
      }
      assert.strictEqual(table.size(store), 9001)
      const keyring = Keyring.make([], store)
      assert.isUndefined(keyring.bySecurityToken("token999"))
      assert.isDefined(keyring.bySecurityToken("token1000"))
      assert.isDefined(keyring.bySecurityToken("token10000"))
    })
  )
})

it.effect("a nonce is used up, however long it is", () =>
  Effect.gen(function* () {
    const raw = yield* rawOf(RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }))
    const emulator = yield* Emulator.make()
    assert.strictEqual((yield* emulator.gateway.handle(raw)).status, 200)
    assert.include(textOf(yield* emulator.gateway.handle(raw)), "SignatureNonceUsed")
  }).pipe(as(people.tester), Effect.provide(Nonce.layer(Effect.succeed("n".repeat(1000)))))
)

it.effect("bearer tokens are counted as keys are", () =>
  Effect.gen(function* () {
    yield* outcome(AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }))
    assert.strictEqual(
      yield* outcome(AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })),
      "400 Throttling.User"
    )
  }).pipe(
    as(people.bearer),
    Effect.provide(Emulator.layerHttpClient({ keys, rateLimit: { calls: 1, per: "1 minute" } }))
  )
)

describe("a disk", () => {
  const describeDomains = RpcRequest.make({ product: "Alidns", version: "2015-01-09", action: "DescribeDomains" })
  const token: RawRequest.RawRequest = {
    method: "PUT",
    target: "/latest/api/token",
    headers: [["x-aliyun-ecs-metadata-token-ttl-seconds", "60"]],
    body: new Uint8Array(0)
  }
  const worldOn = (append: Store.Journal["append"]) =>
    World.make(emulator.settings({}), { recovered: [[]], append }, World.services)

  it.effect("that is slow is waited for, before anyone hears what is not safe yet", () =>
    Effect.gen(function* () {
      const safe = yield* Effect.makeLatch()
      const world = yield* worldOn(() => safe.await)
      for (const raw of [yield* rawOf(describeDomains), token]) {
        yield* safe.close
        const fiber = yield* Effect.fork(gateway.handle(world, raw))
        yield* TestClock.adjust("1 second")
        assert.isNull(fiber.unsafePoll())
        yield* safe.open
        assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
      }
    }).pipe(as(people.tester))
  )

  it.effect("that is broken is a 500 to every call, and a line that says why", () =>
    Effect.gen(function* () {
      const said: Array<unknown> = []
      const logger = Logger.make(({ message }) => said.push(message))
      const world = yield* worldOn(() => Effect.die(journalError.refuse("f", "is full", "free some space")))
      for (const raw of [yield* rawOf(describeDomains), token]) {
        const answer = yield* gateway
          .handle(world, raw)
          .pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
        assert.strictEqual(answer.status, 500)
      }
      assert.deepStrictEqual(said.flat(), Array(2).fill("state file f is full: free some space"))
      assert.deepStrictEqual(
        world.log.entries().map(({ code }) => code),
        ["InternalError", "InternalError"]
      )
    }).pipe(as(people.tester))
  )
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
