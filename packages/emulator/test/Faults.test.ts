/** Each fault through both doors, as core sees it; and which calls a fault hits. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as Route from "@effect-aliyun/emulator/Route"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { connect } from "node:net"
import { gunzipSync } from "node:zlib"
import { as, doors, outcome, people, sign, type Wire } from "./support/Doors.js"
import { machine } from "./support/Ecs.js"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"

const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
const regions = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })

/** what became of a call, as its caller sees it */
const seen = (call: Effect.Effect<unknown, AcsError.AcsError, AcsClient.Services>) =>
  Effect.match(call, {
    onSuccess: () => "ok",
    onFailure: (error) =>
      error._tag === "ServerException" ? `${error.httpStatus} ${error.code}` : describeReason(error.reason)
  })

const describeReason = (reason: AcsError.ClientException["reason"]) =>
  reason._tag === "Transport" ? `${reason.kind}, sent ${reason.sent}` : reason._tag

describe.each(Object.entries(doors))("%s", (_, door) => {
  const rows: ReadonlyArray<readonly [fault: Fault.Fault, seen: string]> = [
    [Fault.error({ status: 503, code: "ServiceUnavailable" }), "503 ServiceUnavailable"],
    [Fault.throttle({ retryAfter: "2 seconds" }), "400 Throttling.User"],
    [Fault.reset("before"), "Reset, sent all"],
    [Fault.reset("headers"), "Reset, sent all"],
    [Fault.reset("body"), "Reset, sent all"],
    [Fault.truncate, "Reset, sent all"],
    [Fault.endless, "UnexpectedResponse"],
    [Fault.garbage, "UnexpectedResponse"],
    [Fault.redirect("http://127.0.0.1:1/elsewhere"), "302 SDK.UnknownServerError"]
  ]
  it.effect.each(rows)("%j", ([fault, expected]) =>
    Effect.gen(function* () {
      yield* Emulator.fault(fault, { times: 1 })
      assert.strictEqual(yield* seen(Effect.flatMap(whoAmI, (response) => response.json)), expected)
      assert.strictEqual(yield* seen(whoAmI), "ok")
      assert.deepStrictEqual(
        (yield* Emulator.calls).map((call) => [call.verdict, call.fault]),
        [
          ["Accepted", fault._tag],
          ["Accepted", undefined]
        ]
      )
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("what has no body breaks off all the same", () =>
    Effect.gen(function* () {
      for (const [method, status] of [
        ["GET", 204],
        ["GET", 304],
        ["HEAD", 200]
      ] as const) {
        yield* Emulator.handle("CS", { method, path: "/nothing" }, () => Route.success({}, status))
        const call = AcsClient.execute(
          RoaRequest.make({ product: "CS", version: "2015-12-15", pathPattern: "/nothing", method })
        )
        for (const fault of [Fault.reset("headers"), Fault.reset("body"), Fault.truncate, Fault.endless]) {
          yield* Emulator.fault(fault, { times: 1 })
          const text = Effect.flatMap(call, (response) => response.text)
          assert.strictEqual(yield* seen(text), "Reset, sent all", `${method} ${status} ${JSON.stringify(fault)}`)
        }
        assert.strictEqual(yield* seen(call), status === 304 ? "304 SDK.UnknownServerError" : "ok")
      }
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("what HTTP cannot carry is a 500 that says so, and so does the log", () => {
    const logged: Array<string> = []
    const logger = Logger.make(({ message }) => void logged.push(String(message)))
    return Effect.gen(function* () {
      const location = yield* Effect.flip(Effect.zipRight(Emulator.fault(Fault.redirect("http://例え.jp/")), whoAmI))
      assert.strictEqual(location._tag === "ServerException" && location.code, "InternalError")
      assert.match(location.message, /the header 'location' must be a header value of visible ASCII characters/)
      yield* Emulator.clearFaults()
      for (const status of [42, 101, 200.5, 600, NaN]) {
        yield* Emulator.handle("Sts", "GetCallerIdentity", () => Route.success({}, status))
        const error = yield* Effect.flip(whoAmI)
        assert.strictEqual(error._tag === "ServerException" && error.code, "InternalError")
        assert.match(error.message, /the status \S+ is no whole number from 200 to 599.*\(HTTP 500, RequestId [0-9A-F]/)
      }
      assert.lengthOf(logged, 6)
      assert.match(logged[0] ?? "", /the header 'location' must be/)
      assert.match(logged[1] ?? "", /the status 42 is no whole number from 200 to 599/)
    }).pipe(as(people.tester), Effect.provide(door), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
  })

  it.effect("a throttle says when to come back", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(Fault.throttle({ retryAfter: "2 seconds" }))
      const error = yield* Effect.flip(whoAmI)
      assert.deepStrictEqual(error._tag === "ServerException" ? error.retryAfter : undefined, Duration.seconds(2))
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("a gzip bomb unpacks to what it says", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(Fault.gzipBomb(3_000_001))
      const { headers, url } = yield* sign(regionsRequest)
      const response = yield* HttpClient.get(url, { headers })
      const bytes = new Uint8Array(yield* response.arrayBuffer)
      // our transport unpacks it as it comes, and then says nothing of an encoding
      const isPacked = response.headers["content-encoding"] === "gzip"
      assert.strictEqual(isPacked, door === doors["in memory"])
      if (isPacked) assert.isBelow(bytes.length, 30_000)
      assert.strictEqual((isPacked ? gunzipSync(bytes) : bytes).length, 3_000_001)
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("a wrong date is that of the answer only", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 1))
      yield* Emulator.fault(Fault.wrongDate({ ahead: "1 hour" }), { times: 1 })
      yield* Emulator.fault(Fault.wrongDate({ behind: "1 hour" }), { times: 1 })
      assert.strictEqual((yield* whoAmI).headers["date"], "Thu, 01 Jan 2026 01:00:00 GMT")
      assert.strictEqual((yield* whoAmI).headers["date"], "Wed, 31 Dec 2025 23:00:00 GMT")
      assert.strictEqual((yield* whoAmI).headers["date"], "Thu, 01 Jan 2026 00:00:00 GMT")
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("who cannot sign meets no fault", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(Fault.error({ status: 503, code: "ServiceUnavailable" }))
      assert.strictEqual(yield* outcome(whoAmI), "400 InvalidAccessKeySecret")
      assert.strictEqual((yield* Emulator.calls)[0]?.fault, undefined)
    }).pipe(as(people.impostor), Effect.provide(door))
  )
})

const regionsRequest = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
const inMemory = doors["in memory"]

it.effect("a delay passes by the Clock, and is the latency of the call", () =>
  Effect.gen(function* () {
    yield* Emulator.fault(Fault.delay("3 seconds"))
    const fiber = yield* Effect.fork(whoAmI)
    yield* TestClock.adjust("2999 millis")
    assert.isNull(yield* Fiber.poll(fiber).pipe(Effect.map((exit) => (exit._tag === "None" ? null : exit.value))))
    yield* TestClock.adjust("1 millis")
    assert.strictEqual((yield* Fiber.join(fiber)).status, 200)
    assert.strictEqual((yield* Emulator.calls)[0]?.latency, 3000)
  }).pipe(as(people.tester), Effect.provide(inMemory))
)

it.effect("what a client has set going goes on when it gives up", () =>
  Effect.gen(function* () {
    const run = AcsClient.rpc({
      product: "Ecs",
      version: "2014-05-26",
      action: "RunInstances",
      method: "POST",
      query: { RegionId: "cn-hangzhou", ...machine }
    })
    const emulator = yield* Emulator.Emulator
    const before = (yield* emulator.instances).length
    yield* Emulator.fault(Fault.delay("3 seconds"))
    const fiber = yield* Effect.fork(Effect.flip(Timeouts.withTimeouts(run, { attempt: "1 second" })))
    yield* TestClock.adjust("1 second")
    const error = yield* Fiber.join(fiber)
    assert.strictEqual(error._tag === "ClientException" && error.reason._tag, "Timeout")
    assert.lengthOf(yield* Emulator.calls, 0)
    yield* TestClock.adjust("2 seconds")
    yield* Emulator.expectOnce({ action: "RunInstances", status: 200 })
    assert.lengthOf(yield* emulator.instances, before + 1)
  }).pipe(as(people.tester), Effect.provide(inMemory))
)

it.effect("a delayed operation works by the time at which it comes", () =>
  Effect.gen(function* () {
    const tell = (action: string) =>
      AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action, query: { InstanceId: "i-bp1emulator000000001" } })
    yield* tell("StopInstance")
    yield* TestClock.adjust("1 second")
    yield* Emulator.fault(Fault.delay("3 seconds"), { times: 1 })
    const fiber = yield* Effect.fork(tell("StartInstance"))
    yield* TestClock.adjust("3 seconds")
    const { headers, status } = yield* Fiber.join(fiber)
    assert.deepStrictEqual([status, headers["date"]], [200, "Thu, 01 Jan 1970 00:00:04 GMT"])
    const emulator = yield* Emulator.Emulator
    assert.strictEqual((yield* emulator.instances)[0]?.Status, "Starting")
  }).pipe(as(people.tester), Effect.provide(inMemory))
)

describe("what comes in place of the operation keeps it from taking place, what spoils the answer does not", () => {
  const runOne = AcsClient.rpc({
    product: "Ecs",
    version: "2014-05-26",
    action: "Count",
    method: "POST"
  })
  const rows: ReadonlyArray<readonly [fault: Fault.Fault, executed: number]> = [
    [Fault.error({ status: 500, code: "InternalError" }), 0],
    [Fault.reset("before"), 0],
    [Fault.redirect("http://127.0.0.1:1/"), 0],
    [Fault.garbage, 0],
    [Fault.gzipBomb(10), 0],
    [Fault.reset("headers"), 1],
    [Fault.reset("body"), 1],
    [Fault.truncate, 1],
    [Fault.endless, 1],
    [Fault.wrongDate({ ahead: "1 hour" }), 1]
  ]
  it.effect.each(rows)("%j", ([fault, executed]) =>
    Effect.gen(function* () {
      let count = 0
      yield* Emulator.handle("Ecs", "Count", () => {
        count++
        return { _tag: "Success", status: 200, body: {} }
      })
      yield* Emulator.fault(fault)
      yield* Effect.ignore(runOne)
      assert.strictEqual(count, executed)
    }).pipe(as(people.tester), Effect.provide(inMemory))
  )
})

it("as data, a redirect leads to what a header can carry", () => {
  const decode = Schema.decodeUnknownEither(Fault.Fault)
  assert.isTrue(Either.isRight(decode(Fault.redirect("https://a.example/b?c=%E4%BE%8B"))))
  for (const location of ["http://例え.jp/", "/\r\nset-cookie: a=b"]) {
    const error = Either.getOrThrow(Either.flip(decode(Fault.redirect(location))))
    assert.match(error.message, /must be a header value of visible ASCII characters/)
  }
})

describe("which calls a fault hits", () => {
  const down = Fault.error({ status: 503, code: "ServiceUnavailable" })

  it.effect("those of a product and an action, without regard to case", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(down, { product: "ECS", action: "describeRegions" })
      assert.deepStrictEqual([yield* outcome(regions), yield* outcome(whoAmI)], ["503 ServiceUnavailable", "200"])
    }).pipe(as(people.tester), Effect.provide(inMemory))
  )

  it.effect("so many times", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(down, { times: 2 })
      const outcomes = yield* Effect.replicateEffect(outcome(whoAmI), 4)
      assert.deepStrictEqual(outcomes, ["503 ServiceUnavailable", "503 ServiceUnavailable", "200", "200"])
    }).pipe(as(people.tester), Effect.provide(inMemory))
  )

  it.effect("no more than so many, however many calls there are at a time", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(down, { times: 7, share: 0.5 })
      const outcomes = yield* Effect.all(Effect.replicate(outcome(whoAmI), 100), { concurrency: "unbounded" })
      assert.strictEqual(outcomes.filter((each) => each !== "200").length, 7)
    }).pipe(as(people.tester), Effect.provide(inMemory))
  )

  it.effect("a share of them, drawn from Random: the same ones for the same seed", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(down, { share: 0.25 })
      const draw = Effect.suspend(() =>
        Effect.replicateEffect(outcome(whoAmI), 400).pipe(Effect.withRandom(Random.make("seed")))
      )
      const first = yield* draw
      const hit = first.filter((each) => each !== "200").length
      assert.isTrue(hit > 60 && hit < 140, String(hit))
      assert.deepStrictEqual(yield* draw, first)
    }).pipe(as(people.tester), Effect.provide(inMemory))
  )

  it.effect("the first that hits counts; switched off, the next", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      const id = yield* Emulator.fault(down)
      yield* Emulator.fault(Fault.throttle(), { times: 3 })
      assert.strictEqual(yield* outcome(whoAmI), "503 ServiceUnavailable")
      yield* Emulator.clearFaults(id)
      assert.strictEqual(yield* outcome(whoAmI), "400 Throttling.User")
      assert.deepStrictEqual(
        (yield* emulator.faults).map(({ fault, left }) => [fault._tag, left]),
        [["Error", 2]]
      )
      yield* Emulator.clearFaults()
      assert.strictEqual(yield* outcome(whoAmI), "200")
    }).pipe(as(people.tester), Effect.provide(inMemory))
  )

  it.effect("those of the metadata service too", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(Fault.error({ status: 500, code: "InternalError" }), { product: "Metadata", times: 1 })
      const ask = Effect.map(HttpClient.get("http://100.100.100.200/latest/meta-data/region-id"), (r) => r.status)
      assert.strictEqual(yield* ask, 500)
      assert.notStrictEqual(yield* ask, 500)
    }).pipe(Effect.provide(inMemory))
  )
})

describe("on the wire", () => {
  /** all that a server says to one signed request, and how the connection ends */
  const exchange = ({ port }: NodeEmulator.Service, { headers, url }: Wire) =>
    Effect.async<readonly [text: string, end: string]>((resume) => {
      const { host, pathname, search } = new URL(url)
      let text = ""
      let end = "FIN"
      const lines = Object.entries({ ...headers, host }).map(([name, value]) => `${name}: ${value}`)
      const socket = connect(port, "127.0.0.1", () =>
        socket.write([`GET ${pathname}${search} HTTP/1.1`, ...lines, "", ""].join("\r\n"))
      )
      socket.setEncoding("latin1").on("data", (chunk: string) => {
        text += chunk
        if (text.length > 1_000_000) socket.destroy()
      })
      socket.on("error", (error: NodeJS.ErrnoException) => (end = error.code ?? "?"))
      socket.on("close", () => resume(Effect.succeed([text, end])))
    })

  const rows: ReadonlyArray<readonly [fault: Fault.Fault, text: RegExp, end: string]> = [
    [Fault.reset("before"), /^$/, "ECONNRESET"],
    [Fault.reset("headers"), /^HTTP\/1\.1 200 OK\r\ncontent-ty$/, "ECONNRESET"],
    [Fault.reset("body"), /\r\n\r\n\{"RequestId"/, "ECONNRESET"],
    [Fault.truncate, /\r\n\r\n\{"RequestId"/, "FIN"],
    [Fault.endless, /transfer-encoding: chunked/i, "FIN"]
  ]
  it.live.each(rows)("%j", ([fault, expected, end]) =>
    Effect.gen(function* () {
      const server = yield* NodeEmulator.NodeEmulator
      yield* Emulator.fault(fault)
      const [text, ended] = yield* exchange(server, yield* sign(regionsRequest))
      assert.match(text, expected)
      assert.strictEqual(ended, end)
    }).pipe(
      as(Credential.accessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })),
      Effect.provide(doors["over a socket"])
    )
  )
})
