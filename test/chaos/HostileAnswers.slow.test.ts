/**
 * A hundred thousand hostile answers, in memory: each call ends in time, in a success of status 2xx or one of the two errors.
 * A call meets one or more. To look further, or again: CHAOS_SEED=7 CHAOS_RUNS=1000000 npm run test:chaos -- B15
 */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsResponse from "@effect-aliyun/core/AcsResponse"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Limits from "@effect-aliyun/core/Limits"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Xml from "@effect-aliyun/core/Xml"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import process from "node:process"
import { eager } from "./support/Clocks.js"
import { figure } from "./support/figure.js"
import { encounters, type Exchange } from "./support/Grammar.js"

const seed = Number(process.env["CHAOS_SEED"] ?? 20_260_501)
const numRuns = Number(process.env["CHAOS_RUNS"] ?? 60_000)

const ecs = { product: "Ecs", version: "2014-05-26" } as const
const roa = { product: "CS", version: "2015-12-15", pathPattern: "/clusters" } as const
const requests = [
  RpcRequest.make({ ...ecs, action: "DescribeRegions" }),
  RpcRequest.make({ ...ecs, action: "DescribeRegions", format: "XML" }),
  RpcRequest.make({ ...ecs, action: "DescribeRegions", format: "RAW" }),
  RpcRequest.make({ ...ecs, action: "CreateInstance" }),
  RpcRequest.make({ ...ecs, action: "RunInstances", query: { ClientToken: "t" }, businessFailure: "value" }),
  RoaRequest.make(roa),
  RoaRequest.make({ ...roa, method: "DELETE", format: "XML" }),
  RoaRequest.make({ ...roa, method: "HEAD" })
]

const chunk = new Uint8Array(1 << 16)

/** an answer as a client gives it; made by hand, since those of the platform would take most of the time */
const respond = (request: HttpClientRequest.HttpClientRequest, exchange: Exchange) => {
  if (exchange._tag === "Silence") return Effect.never
  if (exchange._tag === "Failure") {
    return new HttpClientError.RequestError({ request, reason: "Transport", cause: exchange.cause })
  }
  const { bytes, flow, headers, status } = exchange
  const half = bytes.length >> 1
  const parts = Stream.make(bytes.subarray(0, half), bytes.subarray(half))
  const broken = () => {
    const cause = Object.assign(new Error("broke"), { code: "ECONNRESET" })
    return new HttpClientError.ResponseError({ request, response, reason: "Decode", cause })
  }
  const streams = {
    whole: () => Stream.make(bytes),
    chunks: () => parts,
    breaks: () => Stream.concat(parts, Stream.failSync(broken)),
    stalls: () => Stream.concat(parts, Stream.never),
    endless: () => Stream.forever(Stream.make(chunk))
  }
  const stream: Stream.Stream<Uint8Array, HttpClientError.ResponseError> = streams[flow]()
  const response = {
    request,
    status,
    // most servers say how long an answer is; to read one that does not takes ten times as long
    headers: Headers.fromInput(
      flow === "whole" && bytes.length % 8 > 0
        ? [["content-length", String(bytes.length)], ...headers]
        : // no client lets a body be longer than it said
          headers.filter(([name]) => flow === "whole" || name !== "content-length")
    ),
    stream,
    arrayBuffer:
      flow === "whole"
        ? Effect.succeed(new Uint8Array(bytes).buffer)
        : Effect.map(Stream.runCollect(stream), (chunks) => new Uint8Array(Buffer.concat([...chunks])).buffer)
  } as unknown as HttpClientResponse.HttpClientResponse
  return Effect.succeed(response)
}

/** what is met now, and how often something was */
let met: ReadonlyArray<Exchange> = []
let attempts = 0
// not by `HttpClient.make`, which has a finalizer watch each answer
const client = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
  Effect.flatMap((request) => respond(request, met[Math.min(attempts++, met.length - 1)]!)),
  Effect.succeed
)
const clock = eager()
/** signs nothing: it is not what is asked of */
const signer = Layer.succeed(Signer.Signer, {
  sign: ({ headers, host, method, payload, protocol }) =>
    Effect.succeed({
      method,
      url: `${protocol}://${host}/`,
      headers,
      payload,
      canonicalRequest: undefined,
      stringToSign: undefined
    }),
  presign: () => Effect.dieMessage("not asked for")
})
// what is kept by host is new with each
const newRuntime = () =>
  ManagedRuntime.make(
    Layer.mergeAll(
      AcsTest.layer(() => ({})),
      signer,
      Layer.succeed(HttpClient.HttpClient, client),
      Limits.layer({ responseBytes: 1 << 18 })
    )
  )

const readings = (response: AcsResponse.AcsResponse) =>
  Effect.all([Effect.either(response.json), Effect.either(response.text), Effect.either(Xml.parse(response))])

/** the longest that a call may take, in milliseconds of its own clock: its deadline, and what an answer's body may take on top */
const patience = 60_000 + 2_000

it(
  "B15: calls that meet 100,000 hostile answers end in a success of status 2xx or a typed error, in time",
  { timeout: 900_000 },
  async () => {
    const ends = { successes: 0, client: 0, server: 0, attempts: 0 }
    let runtime = newRuntime()
    let calls = 0
    const started = performance.now()
    const property = fc.asyncProperty(fc.constantFrom(...requests), encounters, async (request, exchanges) => {
      if (calls++ % 100 === 0) {
        runtime = newRuntime()
        // all of it runs in one turn of the loop else, in which the runner cannot say that it is alive
        await new Promise((resolve) => setImmediate(resolve))
      }
      met = exchanges
      attempts = 0
      const before = clock.unsafeCurrentTimeMillis()
      const exit = await runtime.runPromiseExit(
        AcsClient.execute(request).pipe(
          Effect.flatMap((response) => Effect.map(readings(response), (read) => ({ response, read }))),
          Effect.withClock(clock)
        )
      )
      assert.isAtMost(clock.unsafeCurrentTimeMillis() - before, patience)
      ends.attempts += attempts
      if (exit._tag === "Success") {
        const { status } = exit.value.response
        const last = exchanges[Math.min(attempts, exchanges.length) - 1]
        assert.isTrue(status >= 200 && status < 300, `status ${status}`)
        assert.deepStrictEqual([last?._tag, last?._tag === "Answer" && last.status], ["Answer", status])
        ends.successes++
        return
      }
      const error = Cause.isFailType(exit.cause) ? exit.cause.error : assert.fail(Cause.pretty(exit.cause))
      assert.isTrue(AcsError.isAcsError(error))
      assert.notMatch(error.message, /[\p{Cc}\p{Zl}\p{Zp}]/u)
      assert.isBelow(error.message.length, 3000)
      assert.isAbove(JSON.stringify(error).length, 0)
      if (error._tag === "ClientException") ends.client++
      else ends.server++
    })
    await fc.assert(property, { seed, numRuns, timeout: 30_000 })
    figure("hostile answers", ends.attempts)
    figure("calls that met them", calls)
    figure(
      "of these read, refused by us, refused by the service",
      [ends.successes, ends.client, ends.server].join(", ")
    )
    figure("seconds", Math.round((performance.now() - started) / 1000))
    assert.isAtLeast(ends.attempts, (numRuns / 7) * 10)
    assert.isAbove(Math.min(ends.successes, ends.client, ends.server), numRuns / 20)
  }
)
