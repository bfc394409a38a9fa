/** What a test registers, echoes, expects and limits, through both doors. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsResponse from "@effect-aliyun/core/AcsResponse"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Route from "@effect-aliyun/emulator/Route"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { as, doors, keys, outcome, people, signers } from "./support/Doors.js"

const kms = (action: string, query = {}) =>
  AcsClient.rpc({ product: "Kms", version: "2016-01-20", action, query, endpoint: "kms.cn-hangzhou.aliyuncs.com" })
const json = <E, R>(call: Effect.Effect<AcsResponse.AcsResponse, E, R>) =>
  Effect.flatMap(call, (response) => response.json)

describe.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("an action of a product that the emulator does not know", () =>
    Effect.gen(function* () {
      yield* Emulator.handle("Kms", "DescribeKey", ({ parameters, principal }) =>
        Route.success({ KeyId: parameters["KeyId"], Owner: principal.accountId })
      )
      const request = AcsClient.rpc({
        product: "Kms",
        version: "2016-01-20",
        action: "DescribeKey",
        query: { KeyId: "k 1" }
      })
      assert.deepInclude(yield* json(request), { KeyId: "k 1", Owner: "1234567890123456" })
      assert.deepInclude(yield* Emulator.expectOnce({ action: "DescribeKey" }), {
        product: "Kms",
        status: 200,
        verdict: "Accepted"
      })
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("goes before what the emulator brings along, and the newest before the older", () =>
    Effect.gen(function* () {
      const regions = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
      yield* Emulator.handle("ecs", "DescribeRegions", () => Route.success({ Regions: { Region: [] } }))
      assert.deepInclude(yield* json(regions), { Regions: { Region: [] } })
      yield* Emulator.handle("Ecs", "DescribeRegions", () =>
        Effect.succeed(Route.failure({ status: 404, code: "Gone", message: "gone" }))
      )
      assert.strictEqual(yield* outcome(regions), "404 Gone")
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("a path of an ROA product, its parameters decoded, its errors in camel case", () =>
    Effect.gen(function* () {
      yield* Emulator.handle(
        "CS",
        { method: "GET", path: "/clusters/{ClusterId}/nodes", action: "DescribeClusterNodes" },
        ({ attempt, pathParameters }) =>
          attempt === 1
            ? Route.failure({ status: 503, code: "Busy", message: "later" })
            : Route.success({ of: pathParameters["ClusterId"] }, 202)
      )
      const nodes = AcsClient.execute(
        RoaRequest.make({
          product: "CS",
          version: "2015-12-15",
          pathPattern: "/clusters/[ClusterId]/nodes",
          pathParams: { ClusterId: "a/b" }
        })
      )
      assert.strictEqual(yield* outcome(nodes), "503 Busy")
      const response = yield* nodes
      assert.deepStrictEqual([response.status, yield* response.json], [202, { of: "a/b" }])
      yield* Emulator.expectOnce({ action: "DescribeClusterNodes", status: 202 })
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("one that dies is a 500, and the next call works", () =>
    Effect.gen(function* () {
      yield* Emulator.handle("Kms", "Die", () => {
        throw new Error("secret detail")
      })
      assert.strictEqual(yield* outcome(kmsAnywhere("Die")), "500 InternalError")
      assert.strictEqual(yield* outcome(kmsAnywhere("Other")), "400 NoSuchVersion")
    }).pipe(as(people.tester), Effect.provide(door), Effect.provide(Logger.remove(Logger.defaultLogger)))
  )
})

const kmsAnywhere = (action: string) => AcsClient.rpc({ product: "Kms", version: "2016-01-20", action })

describe("the host of a product that the emulator does not know", () => {
  const at = (endpoint: string, action = "ListKeys") =>
    AcsClient.rpc({ product: "Any", version: "2016-01-20", action, endpoint })

  it.effect("tells which of two operations of one name is meant, in each of its networks", () =>
    Effect.gen(function* () {
      yield* Emulator.handle("Kms", "ListKeys", () => Route.success({ of: "Kms" }))
      yield* Emulator.handle("Ram", "ListKeys", () => Route.success({ of: "Ram" }))
      for (const label of ["kms", "kms-vpc", "kms-internal", "kms-share", "kms-share-vpc"]) {
        assert.deepInclude(yield* json(at(`${label}.cn-hangzhou.aliyuncs.com`)), { of: "Kms" }, label)
      }
      assert.deepInclude(yield* json(at("ram.aliyuncs.com")), { of: "Ram" })
    }).pipe(as(people.tester), Effect.provide(Emulator.layerHttpClient()))
  )

  it.effect("need not be named after it", () =>
    Effect.gen(function* () {
      yield* Emulator.handle("BssOpenApi", "QueryAccountBalance", () => Route.success({ of: "BssOpenApi" }))
      yield* Emulator.handle("Cms", "DescribeMetricList", () => Route.success({ of: "Cms" }))
      assert.deepInclude(yield* json(at("business.aliyuncs.com", "QueryAccountBalance")), { of: "BssOpenApi" })
      assert.deepInclude(yield* json(at("metrics.cn-hangzhou.aliyuncs.com", "DescribeMetricList")), { of: "Cms" })
      assert.strictEqual((yield* Emulator.expectOnce({ action: "DescribeMetricList" })).product, "Cms")
      assert.strictEqual(yield* outcome(at("metrics.cn-hangzhou.aliyuncs.com")), "400 NoSuchVersion")
    }).pipe(as(people.tester), Effect.provide(Emulator.layerHttpClient()))
  )

  it.effect("counts for nothing where the version names the product", () =>
    Effect.gen(function* () {
      yield* Emulator.handle("Kms", "DescribeRegions", () => Route.success({ of: "Kms" }))
      const ecs = { product: "Ecs", version: "2014-05-26", endpoint: "kms.aliyuncs.com" }
      assert.property(yield* json(AcsClient.rpc({ ...ecs, action: "DescribeRegions" })), "Regions")
    }).pipe(as(people.tester), Effect.provide(Emulator.layerHttpClient()))
  )
})

describe("echo", () => {
  const door = Emulator.layerHttpClient({ echo: true })

  it.effect("answers what is not known with what arrived, without what signs it", () =>
    Effect.gen(function* () {
      const parameters = { RegionId: "cn-beijing", Limit: 5, Tag: [{ Key: "a", Value: "ü" }] }
      for (const signer of Object.values(signers)) {
        const answer = yield* json(kms("ListKeys", parameters)).pipe(as(people.tester, signer))
        const { Parameters, RequestId, ...rest } = answer as Record<string, unknown>
        assert.isString(RequestId)
        assert.deepStrictEqual(rest, { Method: "GET", Path: "/", Version: "2016-01-20", Action: "ListKeys" })
        const sent = (Parameters as { Parameter: ReadonlyArray<{ Name: string; Value: string }> }).Parameter
        const own = sent.map(({ Name, Value }) => `${Name}=${Value}`).filter((each) => !/^(Action|Version)=/.test(each))
        assert.sameMembers(own, ["RegionId=cn-beijing", "Limit=5", "Tag.1.Key=a", "Tag.1.Value=ü"])
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("leaves alone what is known, and who cannot sign outside", () =>
    Effect.gen(function* () {
      const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
      assert.deepInclude(yield* json(whoAmI).pipe(as(people.tester)), { AccountId: "1234567890123456" })
      assert.strictEqual(yield* outcome(kms("ListKeys")).pipe(as(people.impostor)), "400 InvalidAccessKeySecret")
    }).pipe(Effect.provide(door))
  )
})

it.effect("a rate limit counts by key and stretch of time, and says when to come back", () =>
  Effect.gen(function* () {
    const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
    const one = outcome(whoAmI).pipe(as(people.tester))
    assert.deepStrictEqual(yield* Effect.replicateEffect(one, 3), ["200", "200", "400 Throttling.User"])
    yield* TestClock.adjust("400 millis")
    const error = yield* Effect.flip(whoAmI).pipe(as(people.tester))
    assert.deepStrictEqual(error._tag === "ServerException" ? error.retryAfter : undefined, Duration.millis(600))
    // another key has calls of its own; who cannot sign takes none away
    assert.strictEqual(yield* outcome(whoAmI).pipe(as(people.sts)), "200")
    yield* TestClock.adjust("600 millis")
    yield* outcome(whoAmI).pipe(as(people.impostor), Effect.repeatN(5))
    assert.deepStrictEqual(yield* Effect.replicateEffect(one, 3), ["200", "200", "400 Throttling.User"])
  }).pipe(Effect.provide(Emulator.layerHttpClient({ keys, rateLimit: { calls: 2, per: "1 second" } })))
)

describe("expectOnce", () => {
  it.effect("fails on none and on two, and lists what arrived", () =>
    Effect.gen(function* () {
      yield* outcome(kms("A"))
      yield* outcome(kms("B"))
      yield* outcome(kms("B"))
      assert.strictEqual((yield* Emulator.expectOnce({ action: "A", code: "NoSuchVersion" })).attempt, 1)
      assert.strictEqual((yield* Emulator.expectOnce({ action: "B", attempt: 2 })).attempt, 2)
      const none = yield* Effect.flip(Emulator.expectOnce({ action: "C" }))
      assert.match(
        none.message,
        /expected one call with \{"action":"C"\}, found 0 of 3:\n {2}kms A -> 400 NoSuchVersion\n/
      )
      const two = yield* Effect.flip(Emulator.expectOnce({ action: "B" }))
      assert.match(two.message, /found 2 of 3/)
      assert.strictEqual(two._tag, "UnexpectedCalls")
    }).pipe(as(people.tester), Effect.provide(Emulator.layerHttpClient()))
  )
})

it.effect("changes are the calls from now on", () =>
  Effect.gen(function* () {
    const { changes } = yield* Emulator.Emulator
    yield* outcome(kms("Before"))
    const fiber = yield* changes.pipe(Stream.take(2), Stream.runCollect, Effect.fork)
    // so that it listens
    yield* TestClock.adjust("1 millis")
    yield* outcome(kms("A"))
    yield* outcome(kms("B"))
    assert.deepStrictEqual(
      [...(yield* Fiber.join(fiber))].map(({ action, sequence }) => [sequence, action]),
      [
        [2, "A"],
        [3, "B"]
      ]
    )
  }).pipe(as(people.tester), Effect.provide(Emulator.layerHttpClient()))
)

it.effect("two emulators share nothing", () =>
  Effect.gen(function* () {
    const one = yield* Layer.build(Emulator.layerHttpClient())
    const other = yield* Layer.build(Emulator.layerHttpClient())
    yield* Emulator.handle("Kms", "A", () => Route.success({})).pipe(Effect.provide(one))
    assert.strictEqual(yield* outcome(kms("A")).pipe(Effect.provide(one)), "200")
    assert.strictEqual(yield* outcome(kms("A")).pipe(Effect.provide(other)), "400 NoSuchVersion")
  }).pipe(as(people.tester), Effect.scoped)
)
