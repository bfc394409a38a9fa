/** The location service as a resolver: what is asked, what is held and for how long, and who waits for whom. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as LocationService from "@effect-aliyun/core/LocationService"
import * as Protocol from "@effect-aliyun/core/Protocol"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import { assert, describe, it } from "@effect/vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/TestClock"

const location = "location-readonly.aliyuncs.com"

type Options = Partial<AcsRequest.CommonOptions>

const call = (options: Options = {}) =>
  AcsClient.rpc({
    product: "Zzz",
    version: "2020-01-01",
    action: "DescribeThings",
    locationServiceCode: "zzz",
    ...options
  })

const endpoints = (...list: ReadonlyArray<Readonly<Record<string, unknown>>>) => ({ Endpoints: { Endpoint: list } })
const at = (host: unknown, type = "openAPI") => ({ SerivceCode: "zzz", Type: type, Endpoint: host })
const found: AcsTest.Reply = { json: endpoints(at("zzz.example.com")) }

const refusal = (Code: string, Message: string, status = 400): AcsTest.Reply => ({ status, json: { Code, Message } })

/** the location service answers by a function; everyone else with success */
const answering = (answer: AcsTest.Handler) =>
  Layer.mergeAll(
    AcsTest.layer((call) => (call.host === location ? answer(call) : { json: {} })),
    LocationService.layerCache,
    Endpoint.layer(LocationService.resolver),
    RetryPolicy.layer(RetryPolicy.none)
  )

/** answers in turn, the last one for ever */
const inTurn = (...replies: ReadonlyArray<AcsTest.Reply>): AcsTest.Handler => {
  let asked = 0
  return () => replies[Math.min(asked++, replies.length - 1)] ?? {}
}

const hosts = Effect.map(AcsTest.calls, (calls) => calls.map(({ host }) => host))
const asked = Effect.map(hosts, (hosts) => hosts.filter((host) => host === location).length)

const codeOf = (error: AcsError.AcsError) => (error._tag === "ServerException" ? error.code : error.reason._tag)
const outcome = (options: Options = {}) => Effect.match(call(options), { onSuccess: () => "done", onFailure: codeOf })

describe("what is asked", () => {
  it.effect("the service code, the region and the type, by https, as any product is called", () =>
    Effect.gen(function* () {
      yield* call({ regionId: "CN-Beijing" }).pipe(Protocol.withProtocol("http"))
      const [question] = yield* AcsTest.calls
      assert.deepInclude(question, {
        host: location,
        method: "GET",
        path: "/",
        action: "DescribeEndpoints",
        version: "2015-06-12",
        params: { Id: "cn-beijing", ServiceCode: "zzz", Type: "openAPI", RegionId: "cn-beijing" }
      })
      assert.deepStrictEqual(yield* hosts, [location, "zzz.example.com"])
    }).pipe(Effect.provide(answering(() => found)))
  )

  it.effect("nothing for a product without a service code, or with a suffix", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome({ locationServiceCode: undefined }), "EndpointUnresolved")
      assert.strictEqual(yield* outcome({ locationServiceCode: "" }), "EndpointUnresolved")
      assert.strictEqual(yield* outcome({ productSuffix: "share" }), "EndpointUnresolved")
      assert.deepStrictEqual(yield* hosts, [])
    }).pipe(Effect.provide(answering(() => found)))
  )

  it.effect("for a network that is not public only the inner host, which the request has to name", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call({ network: "vpc" }))
      assert.include(error.message, "product 'Zzz' has no known endpoint in region 'cn-hangzhou', network 'vpc'")
      assert.deepStrictEqual(yield* hosts, [])
      yield* call({ network: "vpc", locationEndpointType: "innerAPI" })
      assert.deepStrictEqual(yield* hosts, [location, "inner.example.com"])
    }).pipe(Effect.provide(answering(({ params }) => ({ json: endpoints(at("inner.example.com", params["Type"])) }))))
  )

  it.effect("by the code that a table has, unless the request says another; elsewhere than usual", () =>
    Effect.gen(function* () {
      const serviceCodeOf = (product: string) => (product === "Zzz" ? "from-table" : undefined)
      const resolver = LocationService.make({ endpoint: `http://${location}:8080`, serviceCodeOf })
      const answers = AcsTest.layer(({ host, params }) => ({
        json: host.startsWith(location) ? endpoints(at(`${params["ServiceCode"]}.example.com`)) : {}
      }))
      const seen = yield* Effect.gen(function* () {
        yield* call({ locationServiceCode: undefined })
        yield* call()
        return yield* hosts
      }).pipe(Endpoint.withEndpoint(resolver), Effect.provide([answers, LocationService.layerCache]))
      assert.deepStrictEqual(seen, [
        `${location}:8080`,
        "from-table.example.com",
        `${location}:8080`,
        "zzz.example.com"
      ])
    })
  )

  it.effect("never the location service where it is itself", () =>
    Effect.gen(function* () {
      const resolver = LocationService.make({ serviceCodeOf: () => "zzz" })
      yield* Endpoint.withEndpoint(call(), resolver)
      yield* Endpoint.withEndpoint(call({ product: "Location" }), resolver)
      assert.deepStrictEqual(yield* hosts, [location, "zzz.example.com", "zzz.example.com"])
    }).pipe(Effect.provide(answering(() => found)))
  )
})

describe("an answer", () => {
  it.effect("is the first of the type with a service code, in either spelling", () =>
    Effect.gen(function* () {
      yield* call()
      assert.deepStrictEqual(yield* hosts, [location, "b.example.com"])
    }).pipe(
      Effect.provide(
        answering(() => ({
          json: endpoints(
            { Type: "openAPI", Endpoint: "none.example.com" },
            at("a.example.com", "innerAPI"),
            { ServiceCode: "zzz", Type: "openAPI", Endpoint: "b.example.com" },
            at("c.example.com")
          )
        }))
      )
    )
  )

  it.effect.each([
    ["no list", {}],
    ["no list", { Endpoints: { Endpoint: "zzz.example.com" } }],
    ["no list", []],
    ["must be text", endpoints(at(1))],
    ["must be a host", endpoints(at("user@evil.example"))],
    ["must be a host", endpoints(at("evil.example/path"))],
    ["must be a host", endpoints(at("file:///etc/passwd"))],
    ["must be a host", endpoints(at("a.example\r\nx: y"))],
    ["must have a port", endpoints(at("a.example:0"))]
  ] as const)("J02: with %s is no answer: %j", ([issue, json]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call())
      assert.strictEqual(codeOf(error), "UnexpectedResponse")
      assert.include(error.message, issue)
      assert.include(error.message, "the location service gave")
      // nor is it held
      yield* Effect.flip(call())
      assert.deepStrictEqual(yield* hosts, [location, location])
    }).pipe(Effect.provide(answering(() => ({ json }))))
  )

  it.effect("J02: takes no call away from https", () =>
    Effect.gen(function* () {
      const urls: Array<string> = []
      yield* call().pipe(
        Effect.provideServiceEffect(
          HttpClient.HttpClient,
          Effect.map(HttpClient.HttpClient, (client) =>
            HttpClient.mapRequest(client, (request) => {
              urls.push(new URL(request.url).origin)
              return request
            })
          )
        ),
        Effect.provide(answering(() => ({ json: endpoints(at("http://zzz.example.com")) })))
      )
      assert.deepStrictEqual(urls, [`https://${location}`, "https://zzz.example.com"])
    })
  )

  it.effect("is held for an hour, whichever product asks", () =>
    Effect.gen(function* () {
      yield* call()
      yield* TestClock.adjust("59 minutes")
      yield* call({ product: "Yyy", regionId: "CN-HANGZHOU" })
      assert.strictEqual(yield* asked, 1)
      yield* call({ regionId: "cn-beijing" })
      yield* call({ locationServiceCode: "yyy" })
      assert.strictEqual(yield* outcome({ locationEndpointType: "innerAPI" }), "EndpointUnresolved")
      assert.strictEqual(yield* asked, 4)
      yield* TestClock.adjust("1 minute")
      yield* call()
      assert.strictEqual(yield* asked, 5)
    }).pipe(Effect.provide(answering(() => found)))
  )

  it.effect("is given up when the clock is set back before it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(10_000)
      yield* call()
      yield* TestClock.setTime(0)
      yield* call()
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(answering(() => found)))
  )

  it.effect("is one of a thousand that are held; the oldest make room", () =>
    Effect.gen(function* () {
      const cache = yield* LocationService.LocationCache
      let asked = 0
      const get = (n: number) =>
        cache.get(
          `question ${n}`,
          Effect.sync(() => ({ host: `host ${asked++}`, isKnown: true }))
        )
      yield* Effect.forEach(Array.from({ length: 1001 }), (_, n) => get(n))
      assert.strictEqual(asked, 1001)
      assert.strictEqual((yield* get(1000)).host, "host 1000")
      assert.strictEqual((yield* get(1)).host, "host 1")
      assert.strictEqual((yield* get(0)).host, "host 1001")
    }).pipe(Effect.provide(LocationService.layerCache))
  )

  it.effect("is held by its own layer", () =>
    Effect.gen(function* () {
      yield* Effect.provide(call(), LocationService.layerCache)
      yield* Effect.provide(call(), LocationService.layerCache)
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(answering(() => found)))
  )
})

describe("that there is none", () => {
  const none = [
    ["an empty list", { json: endpoints() }, "product 'Zzz' has no known endpoint in region 'cn-hangzhou'"],
    ["no host", { json: endpoints(at("")) }, "product 'Zzz' has no known endpoint in region 'cn-hangzhou'"],
    [
      "an unknown region",
      refusal("InvalidRegionId", "The specified region does not exist.", 404),
      "product 'Zzz' has no known endpoint in region 'cn-hangzhou'"
    ],
    [
      "an unknown product",
      refusal("Illegal Parameter", "Please check the parameters"),
      "no endpoint is known for product 'Zzz' in region 'cn-hangzhou'"
    ]
  ] as const

  for (const [name, reply, text] of none) {
    it.effect(`${name}, is held for a minute, and the chain goes on`, () =>
      Effect.gen(function* () {
        assert.include((yield* Effect.flip(call())).message, text)
        yield* TestClock.adjust("59 seconds")
        assert.include((yield* Effect.flip(call())).message, text)
        const chain = Endpoint.firstOf(LocationService.resolver, Endpoint.rule("regional"))
        yield* Endpoint.withEndpoint(call(), chain)
        assert.deepStrictEqual(yield* hosts, [location, "zzz.cn-hangzhou.aliyuncs.com"])
        yield* TestClock.adjust("1 second")
        yield* call()
        assert.deepStrictEqual((yield* hosts).slice(2), [location, "zzz.example.com"])
      }).pipe(Effect.provide(answering(inTurn(reply, found))))
    )
  }
})

describe("a failure", () => {
  it.effect.each([
    ["Forbidden", refusal("Forbidden", "no", 403)],
    ["InvalidRegionId", refusal("InvalidRegionId", "other text")],
    ["Illegal Parameter", refusal("Illegal Parameter", "other text")],
    ["Throttling.User", refusal("Throttling.User", "slow down")],
    ["InternalError", refusal("InternalError", "oops", 500)],
    ["Transport", { refuse: "connect" }],
    ["Transport", { refuse: "reset" }]
  ] as const)("is raised as it is and never held: %s", ([code, reply]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome(), code)
      assert.strictEqual(yield* outcome(), "done")
      assert.deepStrictEqual(yield* hosts, [location, location, "zzz.example.com"])
    }).pipe(Effect.provide(answering(inTurn(reply, found))))
  )

  it.effect("is repeated by the policy of the caller", () =>
    Effect.gen(function* () {
      const policy = Schedule.spaced("1 second").pipe(Schedule.intersect(Schedule.recurs(1)))
      const fiber = yield* Effect.fork(RetryPolicy.withPolicy(outcome(), policy))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(fiber), "done")
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(answering(inTurn({ refuse: "connect" }, found))))
  )
})

describe("many who ask the same", () => {
  it.effect("send one request", () =>
    Effect.gen(function* () {
      const resolve = LocationService.resolver({
        product: "Zzz",
        regionId: "cn-hangzhou",
        network: "public",
        suffix: undefined,
        rule: undefined,
        mapped: undefined,
        locationServiceCode: "zzz",
        locationEndpointType: "openAPI"
      })
      const fiber = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 1000 }), () => resolve, { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("1 second")
      const found = yield* Fiber.join(fiber)
      assert.deepStrictEqual(new Set(found.map(Option.getOrThrow)), new Set(["zzz.example.com"]))
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.provide(answering(() => ({ ...found, delay: "1 second" }))))
  )

  it.effect("are told of one failure, and the next asks again", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 100 }), () => outcome(), { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(new Set(yield* Fiber.join(fiber)), new Set(["Forbidden"]))
      assert.strictEqual(yield* asked, 1)
      assert.strictEqual(yield* outcome(), "done")
    }).pipe(Effect.provide(answering(inTurn({ ...refusal("Forbidden", "no", 403), delay: "1 second" }, found))))
  )

  it.effect("do not answer for one another: what is refused to one account is asked for another", () =>
    Effect.gen(function* () {
      const other = Credentials.layerAccessKey({ accessKeyId: "otherid", accessKeySecret: "othersecret" })
      const first = yield* Effect.fork(Effect.provide(outcome(), other))
      yield* TestClock.adjust("500 millis")
      const second = yield* Effect.fork(outcome())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(first), "Forbidden")
      assert.strictEqual(yield* Fiber.join(second), "done")
    }).pipe(
      Effect.provide(
        answering(({ headers }) =>
          headers["authorization"]?.includes("otherid") === true
            ? { ...refusal("Forbidden", "no", 403), delay: "1 second" }
            : { ...found, delay: "1 second" }
        )
      )
    )
  )

  it.effect("get their answer when the one who came first goes away", () =>
    Effect.gen(function* () {
      const first = yield* Effect.fork(outcome())
      yield* TestClock.adjust("500 millis")
      const second = yield* Effect.fork(outcome())
      yield* TestClock.adjust("100 millis")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(first)))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(second), "done")
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.provide(answering(() => ({ ...found, delay: "1 second" }))))
  )

  it.effect("end the request when all of them have gone, and no sooner", () =>
    Effect.gen(function* () {
      const ended = yield* Deferred.make<void>()
      const never = Effect.onInterrupt(Effect.never, () => Deferred.succeed(ended, undefined))
      yield* Effect.gen(function* () {
        const [first, second] = [yield* Effect.fork(outcome()), yield* Effect.fork(outcome())]
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(first)
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* Deferred.isDone(ended))
        yield* Fiber.interrupt(second)
        yield* Deferred.await(ended)
        // and nobody waits for what is over
        const third = yield* Effect.fork(outcome())
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* asked, 2)
        yield* Fiber.interrupt(third)
      }).pipe(Effect.provide(answering(() => never)))
    })
  )

  it.effect("have limits of their own", () =>
    Effect.gen(function* () {
      const limited = (total: string) =>
        call().pipe(
          Timeouts.withTimeouts({ attempt: "1 hour", total: total as "1 second" }),
          Effect.match({
            onSuccess: () => "done",
            onFailure: (error) =>
              error._tag === "ClientException" && error.reason._tag === "Timeout"
                ? `${error.reason.phase} ${error.outcome}`
                : error.message
          })
        )
      const first = yield* Effect.fork(limited("10 seconds"))
      yield* TestClock.adjust("9 seconds")
      const second = yield* Effect.fork(limited("30 seconds"))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(first), "total NotExecuted")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Fiber.join(second), "done")
      assert.strictEqual(yield* asked, 1)
    }).pipe(Effect.provide(answering(() => ({ ...found, delay: "20 seconds" }))))
  )
})

describe("an explanation", () => {
  it.effect("uses what is held, and sends nothing for what is not", () =>
    Effect.gen(function* () {
      const explain = (locationServiceCode: string) =>
        AcsClient.explain(
          RpcRequest.make({ product: "Zzz", version: "2020-01-01", action: "DescribeThings", locationServiceCode })
        )
      yield* call()
      assert.include((yield* explain("zzz")).text, "host: zzz.example.com")
      assert.strictEqual(codeOf(yield* Effect.flip(explain("yyy"))), "Transport")
      assert.strictEqual((yield* hosts).length, 2)
    }).pipe(Effect.provide(answering(() => found)))
  )
})
