/** What holds a call together when something goes wrong at an odd moment. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import * as CommonRequest from "@effect-aliyun/core/CommonRequest"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Limits from "@effect-aliyun/core/Limits"
import * as Region from "@effect-aliyun/core/Region"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import { assert, describe, it } from "@effect/vitest"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { inspect } from "node:util"

const describeRegions = { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" } as const
const call = AcsClient.rpc(describeRegions)
const utf8 = (text: string) => new TextEncoder().encode(text)
const silent = AcsTest.layer(() => Effect.never)
const key = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })

/** the three services, answering with a web response */
const answering = (respond: () => Response) =>
  Layer.mergeAll(
    key,
    Signer.layer,
    Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) => Effect.sync(() => HttpClientResponse.fromWeb(request, respond())))
    )
  )

const reasonOf = (error: AcsError.AcsError) =>
  error._tag === "ClientException" ? error.reason : assert.fail(error.message)

describe("limits of time", () => {
  it.effect("hold in a finalizer, where nothing can be interrupted", () =>
    Effect.gen(function* () {
      const failure = yield* Deferred.make<AcsError.AcsError>()
      const fiber = yield* Effect.fork(
        Effect.scoped(
          Effect.acquireRelease(Effect.void, () =>
            Effect.flatMap(Effect.flip(call), (error) => Deferred.succeed(failure, error)).pipe(Effect.orDie)
          )
        ).pipe(Effect.provide(silent))
      )
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(fiber)
      assert.strictEqual(reasonOf(yield* Deferred.await(failure))._tag, "Timeout")
    })
  )

  it.effect("hold in a finalizer of an interrupted fiber", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.never.pipe(
        Effect.onInterrupt(() => Effect.provide(Effect.ignore(call), silent)),
        Effect.fork
      )
      yield* TestClock.adjust("1 second")
      const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("2 minutes")
      yield* Fiber.join(interrupting)
    })
  )

  it.effect("that have passed send nothing", () =>
    Effect.gen(function* () {
      const error = yield* call.pipe(Timeouts.withTimeouts({ total: 0 }), Effect.flip)
      assert.deepStrictEqual(yield* AcsTest.calls, [])
      const reason = reasonOf(error)
      assert.deepStrictEqual(reason._tag === "Timeout" && [reason.phase, error.outcome], ["total", "NotExecuted"])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )

  it.effect("leave no time for a wait that would pass them", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.exponential("50 seconds", "1 hour")
      const fiber = yield* Effect.fork(
        Effect.flip(call.pipe(RetryPolicy.withPolicy(policy), Timeouts.withTimeouts({ total: "2 minutes" })))
      )
      yield* TestClock.adjust("51 seconds")
      const error = yield* Fiber.join(fiber)
      // waits 50 s, then would wait 100 s: it gives up at once
      assert.deepStrictEqual(
        [error.stoppedBy, error.attempts, Duration.toMillis(error.totalDelay)],
        ["Deadline", 2, 50_000]
      )
    }).pipe(Effect.provide(AcsTest.layer(() => ({ refuse: "connect" }))))
  )

  it.effect("say whether anything had been sent", () =>
    Effect.gen(function* () {
      const never: Credentials.Provider = { name: "never", resolve: Effect.never }
      const outcome = (layer: Layer.Layer<AcsClient.Services | AcsTest.AcsTest>) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.fork(Effect.flip(Effect.provide(call, layer)))
          yield* TestClock.adjust("2 minutes")
          return (yield* Fiber.join(fiber)).outcome
        })
      assert.strictEqual(yield* outcome(silent), "Unknown")
      assert.strictEqual(yield* outcome(Credentials.layer(never).pipe(Layer.provideMerge(silent))), "NotExecuted")
    })
  )

  it.effect("that are no durations are refused", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(AcsClient.rpc({ ...describeRegions, timeouts: { attempt: "abc" as never } }))
      const reason = reasonOf(error)
      assert.strictEqual(reason._tag === "InvalidRequest" && reason.field, "timeouts")
    }).pipe(Effect.provide(silent))
  )
})

describe("policies", () => {
  it.effect("see how long the call has waited", () =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      const policy: RetryPolicy.Policy = Schedule.spaced("1 second").pipe(
        Schedule.tapInput((error: AcsError.AcsError) =>
          Effect.sync(() => seen.push(Duration.toMillis(error.totalDelay)))
        ),
        Schedule.intersect(Schedule.recurs(2))
      )
      const fiber = yield* Effect.fork(Effect.flip(RetryPolicy.withPolicy(call, policy)))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seen, [0, 1000, 2000])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ refuse: "connect" }))))
  )

  it.effect("do not take a verb for another that begins with it", () =>
    Effect.gen(function* () {
      for (const action of ["CheckoutCart", "CountermandOrder", "Getaway", "Listen"]) {
        const error = yield* Effect.flip(AcsClient.rpc({ ...describeRegions, action }))
        assert.deepStrictEqual([error.attempts, error.stoppedBy], [1, "Safety"], action)
      }
    }).pipe(Effect.provide(AcsTest.layer(() => ({ refuse: "reset" }))))
  )
})

describe("bodies that are streams", () => {
  const send = (body: Body.Body) => AcsClient.roa({ product: "CS", version: "2015-12-15", pathPattern: "/x", body })
  const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  const abc = Stream.make(utf8("ab"), utf8("c"))
  const fieldOf = (error: AcsError.AcsError) => {
    const reason = reasonOf(error)
    return reason._tag === "InvalidRequest" ? reason.field : reason._tag
  }

  it.effect("are what they claim to be", () =>
    Effect.gen(function* () {
      yield* send(Body.stream(abc, { contentLength: 3 }))
      yield* send(Body.stream(abc, { sha256 }))
      assert.strictEqual(
        fieldOf(yield* Effect.flip(send(Body.stream(abc, { contentLength: 2 })))),
        "body.contentLength"
      )
      assert.strictEqual(fieldOf(yield* Effect.flip(send(Body.stream(abc, { sha256: "0".repeat(64) })))), "body.sha256")
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )

  it.effect("sent as they flow are run again for each attempt", () =>
    Effect.gen(function* () {
      let runs = 0
      const counted = Stream.suspend(() => (runs++, abc))
      const fiber = yield* Effect.fork(
        AcsClient.roa({
          product: "CS",
          version: "2015-12-15",
          pathPattern: "/x",
          body: Body.stream(counted, { sha256, contentLength: 3 }),
          idempotent: true
        })
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.strictEqual(runs, 2)
    }).pipe(Effect.provide(AcsTest.layer(({ attempt }) => (attempt === 1 ? { status: 503, json: {} } : { json: {} }))))
  )

  it.effect("that can be read once only do not hide why they were to be sent again", () =>
    Effect.gen(function* () {
      let used = false
      const once = Stream.suspend(() => {
        if (used) return Stream.fail("spent")
        used = true
        return abc
      })
      const fiber = yield* Effect.fork(
        Effect.flip(
          AcsClient.roa({
            product: "CS",
            version: "2015-12-15",
            pathPattern: "/x",
            body: Body.stream(once, { sha256, contentLength: 3 }),
            idempotent: true
          })
        )
      )
      yield* TestClock.adjust("1 minute")
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual([error._tag === "ServerException" && error.httpStatus, error.stoppedBy], [503, "Safety"])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ status: 503, json: {} }))))
  )

  it.effect("that fail say with what", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(send(Body.stream(Stream.fail({ _tag: "DiskOnFire" }))))
      assert.include(error.message, "(DiskOnFire)")
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )

  it.effect("are hashed by SM3 or not at all", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(send(Body.stream(abc, { sha256, contentLength: 3 })))
      assert.strictEqual(fieldOf(error), "body.sha256")
    }).pipe(Effect.provide(Signer.layerSm3.pipe(Layer.provideMerge(AcsTest.layer(() => ({ json: {} }))))))
  )
})

describe("endpoints", () => {
  it.effect("one host for everything is one host, whatever the request says of rules and regions", () =>
    Effect.gen(function* () {
      yield* AcsClient.rpc({ ...describeRegions, endpointType: "central" })
      yield* AcsClient.rpc({ ...describeRegions, endpointMap: { "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com" } })
      assert.deepStrictEqual(
        (yield* AcsTest.calls).map(({ host }) => host),
        ["127.0.0.1:9999", "127.0.0.1:9999"]
      )
    }).pipe(Endpoint.withEndpoint("http://127.0.0.1:9999"), Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )

  it.effect("a resolver is told what the request says", () =>
    Effect.gen(function* () {
      const asked: Array<Endpoint.EndpointRequest> = []
      const resolver: Endpoint.Resolver = (request) => {
        asked.push(request)
        return Effect.succeed(Option.some("localhost"))
      }
      yield* AcsClient.rpc({
        ...describeRegions,
        endpointType: "central",
        network: "vpc",
        productSuffix: "share",
        locationServiceCode: "ecs",
        locationEndpointType: "innerAPI"
      }).pipe(Endpoint.withEndpoint(resolver))
      assert.deepStrictEqual(asked, [
        {
          product: "Ecs",
          regionId: "cn-hangzhou",
          network: "vpc",
          suffix: "share",
          rule: "central",
          mapped: undefined,
          locationServiceCode: "ecs",
          locationEndpointType: "innerAPI"
        }
      ])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )
})

describe("answers", () => {
  it.effect("that a client fails on by their status are answers all the same", () =>
    Effect.gen(function* () {
      const strict = yield* Effect.map(HttpClient.HttpClient, HttpClient.filterStatusOk)
      const error = yield* Effect.flip(Effect.provideService(call, HttpClient.HttpClient, strict))
      assert.deepStrictEqual(error._tag === "ServerException" && [error.code, error.attempts], ["Forbidden.RAM", 1])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ status: 403, json: { Code: "Forbidden.RAM", Message: "no" } }))))
  )

  it.effect("that say no and never end are a ServerException with what had come", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.flip(call))
      yield* TestClock.adjust("9 seconds")
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        error._tag === "ServerException" && [error.httpStatus, error.requestId, error.serverMessage],
        [403, "H", 'ServerResponseBody: {"Code":"For']
      )
    }).pipe(
      Effect.provide(
        answering(
          () =>
            new Response(new ReadableStream({ start: (controller) => controller.enqueue(utf8('{"Code":"For')) }), {
              status: 403,
              headers: { "x-acs-request-id": "H" }
            })
        )
      )
    )
  )

  it.effect("that report a failure do so in every format", () =>
    Effect.gen(function* () {
      const formats = [
        ["RAW", '{"Success":false,"Code":"isv.X","Message":"m","RequestId":"R"}'],
        ["XML", "<R><Success>false</Success><Code>isv.X</Code><Message>m</Message><RequestId>R</RequestId></R>"],
        ["JSON", '{"Success":"False","Code":"isv.X","Message":"m","RequestId":"R"}']
      ] as const
      for (const [format, body] of formats) {
        const layer = answering(() => new Response(body))
        const error = yield* Effect.flip(Effect.provide(AcsClient.rpc({ ...describeRegions, format }), layer))
        assert.deepStrictEqual(
          error._tag === "ServerException" && [error.code, error.category, error.requestId],
          ["isv.X", "Business", "R"],
          format
        )
        const value = yield* Effect.provide(
          AcsClient.rpc({ ...describeRegions, format, businessFailure: "value" }),
          layer
        )
        assert.strictEqual(value.requestId, "R")
      }
    })
  )

  it.effect("that broke off say how much had come", () =>
    Effect.gen(function* () {
      const reason = reasonOf(yield* Effect.flip(call))
      assert.deepStrictEqual(reason._tag === "Transport" && [reason.kind, reason.sent, reason.bytesReceived], [
        "Reset",
        "all",
        5
      ])
      const fromStream = yield* Effect.flip(Stream.runDrain(AcsClient.stream(RpcRequest.make(describeRegions))))
      const streamed = reasonOf(fromStream)
      assert.deepStrictEqual(streamed._tag === "Transport" && [streamed.bytesReceived, fromStream.attempts], [5, 1])
    }).pipe(
      RetryPolicy.withPolicy(RetryPolicy.none),
      Effect.provide(
        answering(() => {
          let pulls = 0
          return new Response(
            new ReadableStream({
              pull: (controller) =>
                pulls++ === 0 ? controller.enqueue(utf8("12345")) : controller.error(new Error("broke"))
            })
          )
        })
      )
    )
  )
})

describe("texts of the service in an error", () => {
  const secret = "SECRETfromSTS/+x"

  it.effect("of an answer that was read are not shown", () =>
    Effect.gen(function* () {
      const response = yield* call
      const error = yield* Effect.flip(response.schemaJson(Schema.Struct({ Missing: Schema.String })))
      assert.include(error.message, "Missing")
      for (const text of [error.message, inspect(error), JSON.stringify(error), Cause.pretty(Cause.fail(error))]) {
        assert.notInclude(text, "SECRET")
      }
    }).pipe(
      Effect.provide(AcsTest.layer(() => ({ json: { Credentials: { AccessKeySecret: secret }, Plain: secret } })))
    )
  )

  it.effect("of an answer that could not be read lose what is named like a secret", () =>
    Effect.gen(function* () {
      for (const text of [
        `{"Credentials":{"AccessKeySecret":"${secret}","SecurityToken":"${secret}"`,
        `<html><Password>${secret}</Password>`,
        `?AccessKeySecret=${secret}&x=1`
      ]) {
        const error = yield* Effect.flip(
          Effect.provide(
            RetryPolicy.withPolicy(call, RetryPolicy.none),
            AcsTest.layer(() => ({ text }))
          )
        )
        assert.notInclude(inspect(error), "SECRET", text)
        assert.include(error.message, "<redacted>")
      }
    })
  )

  it.effect("are one line, of bounded length, in every field", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call)
      if (error._tag !== "ServerException") return assert.fail(error.message)
      assert.isBelow(error.message.length, 4000)

      assert.notMatch(error.message, /[\u0000-\u001f\u007f-\u009f\u2028]/)
      assert.strictEqual(error.accessDeniedDetail, undefined)
      for (const text of [inspect(error, { depth: 9 }), JSON.stringify(error)]) assert.notInclude(text, "testsecret")
    }).pipe(
      Effect.provide(
        AcsTest.layer(() => ({
          status: 400,
          json: {
            Code: `X\n2026 ERROR fake\u001b[31m testsecret ${"c".repeat(30_000)}`,
            Message: `testsecret\u2028${"m".repeat(30_000)}`,
            RequestId: "testsecret\n",
            HostId: "testsecret",
            AccessDeniedDetail: { a: "testsecret".repeat(10_000) }
          }
        }))
      )
    )
  )

  it.effect("lose secrets also where JSON writes them with escaped slashes", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call)
      assert.notInclude(inspect(error), "TOK")
      assert.deepStrictEqual(error._tag === "ServerException" && error.accessDeniedDetail, { Echo: "<redacted>" })
      // in a text that was not parsed they are as they came
      const raw = yield* Effect.flip(AcsClient.rpc({ ...describeRegions, action: "Raw" }))
      assert.include(raw.message, "echo <redacted>")
    }).pipe(
      Effect.provide(
        Credentials.layerSts({ accessKeyId: "other", accessKeySecret: "s", securityToken: "TOK/en+a==" }).pipe(
          Layer.provideMerge(
            AcsTest.layer(({ action }) => ({
              status: 403,
              text:
                action === "Raw"
                  ? "echo TOK\\/en+a=="
                  : '{"Code":"Forbidden","Message":"TOK\\/en+a==","AccessDeniedDetail":{"Echo":"TOK\\/en+a=="}}'
            }))
          )
        )
      )
    )
  )
})

describe("requests of untyped callers", () => {
  const throwing = {
    get Password(): string {
      throw new Error("CANARY")
    }
  }
  const cases: ReadonlyArray<readonly [name: string, call: () => AcsClient.Call<unknown>]> = [
    ["null", () => AcsClient.execute(null as never)],
    ["a text", () => AcsClient.execute("x" as never)],
    ["an empty object", () => AcsClient.execute({} as never)],
    ["no options", () => AcsClient.rpc(undefined as never)],
    ["no version", () => AcsClient.rpc({ product: "Ecs", action: "A" } as never)],
    ["a header that is a number", () => AcsClient.rpc({ ...describeRegions, headers: { a: 5 as never } })],
    ["a header that is nothing", () => AcsClient.rpc({ ...describeRegions, headers: { a: undefined as never } })],
    ["a body that is text", () => AcsClient.rpc({ ...describeRegions, body: "x" as never })],
    ["a text body that is none", () => AcsClient.rpc({ ...describeRegions, body: Body.text({} as never) })],
    ["bytes that are none", () => AcsClient.rpc({ ...describeRegions, body: Body.bytes(null as never) })],
    ["a form that is none", () => AcsClient.rpc({ ...describeRegions, body: Body.form(null as never) })],
    ["a stream that is none", () => AcsClient.rpc({ ...describeRegions, body: Body.stream(1 as never) })],
    ["a path that is a number", () => AcsClient.roa({ product: "CS", version: "1", pathPattern: 5 as never })],
    ["a getter that throws", () => AcsClient.rpc({ ...describeRegions, query: throwing })],
    ["a getter that throws in JSON", () => AcsClient.rpc({ ...describeRegions, body: Body.json(throwing) })],
    ["parameters in a Map", () => AcsClient.rpc({ ...describeRegions, query: new Map([["a", 1]]) })],
    ["parameters in a URLSearchParams", () => AcsClient.rpc({ ...describeRegions, query: new URLSearchParams("a=1") })]
  ]

  it.effect.each(cases)("%s", ([, make]) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.suspend(make))
      if (!Exit.isFailure(exit)) return assert.fail("succeeded")
      const failure = Cause.failureOption(exit.cause)
      if (Option.isNone(failure)) return assert.fail(Cause.pretty(exit.cause))
      assert.strictEqual(reasonOf(failure.value)._tag, "InvalidRequest")
      assert.isString(failure.value.message)
      assert.notInclude(Cause.pretty(exit.cause), "CANARY")
      assert.deepStrictEqual(yield* AcsTest.calls, [])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )

  it.effect("explain and presign refuse them as well", () =>
    Effect.gen(function* () {
      const errors = [
        yield* Effect.flip(AcsClient.explain(null as never)),
        yield* Effect.flip(AcsClient.presign(null as never))
      ]
      for (const error of errors) assert.strictEqual(reasonOf(error)._tag, "InvalidRequest")
    }).pipe(Effect.provide(Layer.merge(key, Signer.layer)))
  )
})

describe("setters", () => {
  it.effect("cover what the seed can set", () =>
    Effect.gen(function* () {
      yield* AcsClient.execute(
        CommonRequest.make({ product: "CS", version: "2015-12-15", action: "A" }).pipe(
          AcsRequest.setAction("CreateThing"),
          AcsRequest.setPathPattern("/things"),
          AcsRequest.setHeaders({ "x-a": "1", "x-acs-region-id": "cn-beijing" }),
          AcsRequest.setBodyParam("B", 1),
          AcsRequest.setBodyParam("C", [2])
        )
      )
      const [arrived] = yield* AcsTest.calls
      assert.deepStrictEqual(
        [arrived?.action, arrived?.method, arrived?.path, arrived?.headers["x-a"], arrived?.headers["x-acs-region-id"]],
        ["CreateThing", "POST", "/things", "1", "cn-beijing"]
      )
      assert.deepStrictEqual(arrived?.params, { B: "1", "C.1": "2", RegionId: "cn-hangzhou" })
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )
})

describe("layers", () => {
  it.scoped("a provider sees the context of its layer, not that of the call", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const provider: Credentials.Provider = {
        name: "asks for the region",
        resolve: Effect.map(Region.Region, (region) => {
          seen.push(region)
          return Credential.accessKey({ accessKeyId: "id", accessKeySecret: "secret" })
        })
      }
      const credentials = yield* Credentials.make(provider).pipe(Region.withRegion("layer-region"))
      yield* credentials.get.pipe(Region.withRegion("caller-region"))
      assert.deepStrictEqual(seen, ["layer-region"])
    })
  )

  it.effect("change what they are given and leave the rest", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Timeouts.Timeouts, { attempt: "1 second", total: "3 seconds" })
      const { depth, responseBytes } = yield* Limits.Limits
      assert.deepStrictEqual([depth, responseBytes], [7, 8])
    }).pipe(
      Timeouts.withTimeouts({ attempt: "1 second" }),
      Effect.provide(Limits.layer({ responseBytes: 8 })),
      Effect.provide(Layer.merge(Timeouts.layer({ total: "3 seconds" }), Limits.layer({ depth: 7 })))
    )
  )

  it.effect("no presigned URL carries a token away", () =>
    Effect.gen(function* () {
      for (const layer of [Credentials.layerBearer({ token: "long-lived" }), Credentials.layerAnonymous]) {
        const error = yield* Effect.flip(
          Effect.provide(AcsClient.presign(RpcRequest.make(describeRegions)), Layer.merge(layer, Signer.layer))
        )
        const reason = reasonOf(error)
        assert.strictEqual(reason._tag === "InvalidRequest" && reason.field, "credential")
      }
    })
  )

  it.effect("explain masks parameters that are named like a secret", () =>
    Effect.gen(function* () {
      const query = { Password: "hunter2", ClientToken: "visible", NextToken: "seen" }
      for (const signer of [Signer.layer, Signer.layerV1]) {
        const { text } = yield* Effect.provide(
          AcsClient.explain(
            RpcRequest.make({ ...describeRegions, query, body: Body.json({ AdminPassword: "hunter3" }) })
          ),
          Layer.merge(key, signer)
        )
        assert.notInclude(text, "hunter")
        assert.include(text, "ClientToken=visible")
        assert.include(text, "NextToken=seen")
      }
    })
  )
})

describe("the platform's fetch client", () => {
  it.scopedLive("is not let follow a redirect with the token in hand", () =>
    Effect.gen(function* () {
      const hits: Array<string> = []
      const server = yield* Effect.acquireRelease(
        Effect.async<ReturnType<typeof createServer>>((resume) => {
          const listening = createServer((request, response) => {
            hits.push(request.url ?? "")
            response.writeHead(302, { location: "/elsewhere" }).end()
          }).listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
        }),
        (listening) => Effect.sync(() => listening.close().closeAllConnections())
      )
      const { port } = server.address() as AddressInfo
      const error = yield* AcsClient.rpc({ ...describeRegions, endpoint: `http://127.0.0.1:${port}` }).pipe(
        Effect.provide(Layer.mergeAll(key, Signer.layer, FetchHttpClient.layer)),
        Effect.flip
      )
      assert.deepStrictEqual([error._tag === "ServerException" && error.httpStatus, hits.length], [302, 1])
    })
  )

  it.effect("keeps the options its user gave it", () =>
    Effect.gen(function* () {
      let seen: RequestInit | undefined
      const fetch: typeof globalThis.fetch = (_, init) => {
        seen = init
        return Promise.resolve(new Response("{}"))
      }
      yield* call.pipe(
        Effect.provide(
          Layer.mergeAll(
            key,
            Signer.layer,
            FetchHttpClient.layer,
            Layer.succeed(FetchHttpClient.Fetch, fetch),
            Layer.succeed(FetchHttpClient.RequestInit, { keepalive: true })
          )
        )
      )
      assert.deepStrictEqual([seen?.keepalive, seen?.redirect], [true, "manual"])
    })
  )
})

it.effect("a transport that says nothing of its failure is a broken connection", () =>
  Effect.gen(function* () {
    const reason = reasonOf(yield* Effect.flip(RetryPolicy.withPolicy(call, RetryPolicy.none)))
    assert.deepStrictEqual(reason._tag === "Transport" && [reason.kind, reason.sent], ["Reset", "all"])
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        key,
        Signer.layer,
        Layer.succeed(
          HttpClient.HttpClient,
          HttpClient.make((request) => new HttpClientError.RequestError({ request, reason: "Transport" }))
        )
      )
    )
  )
)
