/**
 * The seed's behaviour, row by row: kinds of failure, codes, status and RequestId as they are there; user agents, URLs and
 * messages by form. Credentials are in PythonCoreCredentials.test.ts, the location service in PythonCoreLocation.test.ts, proxies
 * and certificates in PythonCoreTransport.test.ts of platform-node.
 */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as CommonRequest from "@effect-aliyun/core/CommonRequest"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as Protocol from "@effect-aliyun/core/Protocol"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as TimeoutTable from "@effect-aliyun/core/TimeoutTable"
import * as UserAgent from "@effect-aliyun/core/UserAgent"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Exit from "effect/Exit"
import * as Cause from "effect/Cause"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { differing, type Failure, named, type Outcome, rows, rowsOf } from "./support/behaviour.js"

const ecs = { product: "Ecs", version: "2014-05-26", action: "Unlisted" } as const

const outcomeOf = <A, R>(self: Effect.Effect<A, AcsError.AcsError, R>) =>
  Effect.either(RetryPolicy.withPolicy(self, RetryPolicy.none))

/** the same kind of failure, code, status and RequestId */
const assertFailure = (error: AcsError.AcsError, expected: Failure | undefined) => {
  assert.strictEqual(error._tag, expected?.kind)
  assert.strictEqual(error.code, expected?.code)
  if (error._tag === "ServerException") {
    assert.strictEqual(error.httpStatus, expected?.httpStatus)
    assert.strictEqual(error.requestId ?? null, expected?.requestId)
  }
  assert.notInclude(error.message, "\n")
}

describe("python-core-behaviour.json", () => {
  it("has each row in a test", () => {
    assert.lengthOf(rows, 226)
    const ids = new Set(rows.map(({ id }) => id))
    assert.deepStrictEqual(
      differing.filter((id) => !ids.has(id)),
      []
    )
    assert.strictEqual(new Set(differing).size, differing.length)
    for (const { id, quirk } of rows) assert.isFalse(quirk !== undefined && differing.includes(id), id)
    const held = "errorBody statusRange signatureMismatch userAgent url validation clientToken timeout retryLoop"
    const groups = [...held.split(" "), "signerFactory", "credentialFlow", "locationService", "transport"]
    assert.lengthOf(rowsOf(...groups), 226)
  })
})

describe("error bodies as the Python core reads them", () => {
  interface Answer {
    readonly httpStatus: number
    readonly body?: string
    readonly bodyBase64?: string
  }

  /** any bytes with any status, also one that no Response can be made with */
  const answering = ({ body, bodyBase64, httpStatus }: Answer) =>
    Layer.mergeAll(
      Credentials.layerTest(),
      Signer.layer,
      Layer.succeed(
        HttpClient.HttpClient,
        HttpClient.make((request) => {
          const bytes = body ?? new Uint8Array(Buffer.from(bodyBase64 ?? "", "base64"))
          const response = new Response(httpStatus === 204 || httpStatus === 304 ? null : bytes)
          return Effect.succeed(
            HttpClientResponse.fromWeb(request, Object.defineProperty(response, "status", { value: httpStatus }))
          )
        })
      )
    )

  const call = (format: AcsRequest.FormatType) =>
    AcsClient.rpc({ ...ecs, format }).pipe(Effect.flatMap((response) => response.text))

  const groups = rowsOf<Answer>("errorBody", "statusRange")
  it("are all there", () => assert.lengthOf(groups, 63))

  it.effect.each(named(groups))("%s", ([id, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOf(call("JSON"))
      const { body, error, ok } = expected
      if (ok === true && !differing.includes(id)) {
        return assert.strictEqual(outcome._tag === "Right" && outcome.right, body)
      }
      const failed = outcome._tag === "Left" ? outcome.left : assert.fail("a success")
      if (ok === true) {
        // what is no JSON is none of the answers that were asked for; as RAW it is handed on as it is
        assert.deepInclude(failed, { _tag: "ClientException", code: "SDK.UnknownServerError" })
        return assert.strictEqual(yield* call("RAW"), body)
      }
      // a code that is no text is none, but a number is read as one
      const code =
        quirk !== undefined || error?.code === null
          ? "SDK.UnknownServerError"
          : typeof error?.code === "number"
            ? String(error.code)
            : error?.code
      assertFailure(failed, {
        kind: "ServerException",
        code,
        httpStatus: input.httpStatus,
        requestId: error?.requestId ?? null
      })
      const text = failed._tag === "ServerException" ? failed.serverMessage : ""
      if (typeof error?.message === "string" && quirk === undefined) assert.strictEqual(text, error.message)
      else assert.match(text, /^ServerResponseBody: /)
    }).pipe(Effect.provide(answering(input)))
  )
})

describe("a signature that is refused", () => {
  interface Refusal {
    readonly style: "rpc" | "roa" | "common"
    readonly httpStatus: number
    readonly code: string
    readonly messageTemplate: string
  }

  const requests = {
    rpc: RpcRequest.make(ecs),
    roa: RoaRequest.make({ product: "CS", version: "2015-12-15", action: "X", pathPattern: "/u" }),
    common: CommonRequest.make({ ...ecs, action: "X" })
  }

  /** faults of the seed: its rule knows RPC requests alone, and needs a colon */
  const instead: Readonly<Record<string, string>> = {
    "mismatch/rpc/400/2": "SignatureDoesNotMatch",
    "mismatch/roa/400/0": "InvalidAccessKeySecret",
    "mismatch/roa/400/2": "SignatureDoesNotMatch",
    "mismatch/roa/400/3": "InvalidAccessKeySecret",
    "mismatch/roa/400/4": "SignatureDoesNotMatch",
    "mismatch/common/400/0": "InvalidAccessKeySecret",
    "mismatch/common/400/2": "SignatureDoesNotMatch",
    "mismatch/common/400/3": "InvalidAccessKeySecret",
    "mismatch/common/400/4": "SignatureDoesNotMatch"
  }

  it.effect.each(named(rowsOf<Refusal>("signatureMismatch")))("%s", ([id, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2018, 11, 4, 4, 3, 12))
      const request = requests[input.style]
      const { stringToSign = "" } = Redacted.value((yield* AcsClient.explain(request)).signed)
      const Message = input.messageTemplate.replace("{sts}", () => stringToSign)
      const answer = AcsTest.layer(() => ({
        status: input.httpStatus,
        json: { Code: input.code, Message, RequestId: "R" }
      }))
      const outcome = yield* Effect.provide(
        outcomeOf(AcsClient.execute(request)),
        Layer.provideMerge(Signer.layerV1, answer)
      )
      const error = outcome._tag === "Left" ? outcome.left : assert.fail("a success")
      const code = instead[id] ?? expected.error?.code
      assert.strictEqual(id in instead, quirk !== undefined)
      assertFailure(error, { kind: "ServerException", code, httpStatus: input.httpStatus, requestId: "R" })
      const text = error._tag === "ServerException" ? error.serverMessage : ""
      assert.notInclude(text, stringToSign)
      if (code === "InvalidAccessKeySecret") {
        assert.strictEqual(text, "The AccessKeySecret is incorrect. Please check your AccessKeyId and AccessKeySecret.")
      }
    }).pipe(
      Effect.provide(Layer.mergeAll(Credentials.layerTest(), Signer.layerV1, Nonce.layer(Effect.succeed("pinned"))))
    )
  )
})

describe("the user agent", () => {
  type Pairs = ReadonlyArray<readonly [key: string, value: string]>
  interface Agents {
    readonly clientUserAgent: string | null
    readonly clientAppend: Pairs
    readonly requestUserAgent: string | null
    readonly requestAppend: Pairs
  }

  /** the keys that the seed protects are Python, Core and python-requests; ours is one */
  const own = ([key, value]: Pairs[number]): Pairs[number] => [
    /^(python|core)$/i.test(key) ? "eFFECT-aliyun" : key,
    value
  ]

  const behind = (text: string, begin: RegExp) => {
    assert.match(text, begin)
    return text.replace(begin, "")
  }

  it.effect.each(named(rowsOf<Partial<Agents>, { userAgent: string }>("userAgent")))("%s", ([, row]) =>
    Effect.gen(function* () {
      const { clientAppend = [], clientUserAgent = null, requestAppend = [], requestUserAgent = null } = row.input
      const appended = requestAppend.reduce(
        (request, pair) => AcsRequest.appendUserAgent(request, ...own(pair)),
        RpcRequest.make(ecs) as AcsRequest.AcsRequest
      )
      const request =
        requestUserAgent === null ? appended : AcsRequest.set(appended, { userAgent: [["request", requestUserAgent]] })
      const call =
        clientUserAgent === null
          ? AcsClient.execute(request)
          : Effect.provide(AcsClient.execute(request), UserAgent.layer({ extras: [["client", clientUserAgent]] }))
      const program = clientAppend.reduceRight((self, pair) => UserAgent.append(self, ...own(pair)), call)
      yield* program
      yield* program
      const sent = (yield* AcsTest.calls).map(({ headers }) => headers["user-agent"] ?? "")
      const [first = "", second] = sent
      // a request stays as it was; the seed keeps the user agent on it, and nests it the next time
      assert.strictEqual(second, first)
      const expected =
        row.quirk === undefined ? row.expected.userAgent : row.expected.userAgent.replace(/ request\/.*/, "")
      assert.strictEqual(
        behind(first, /^AlibabaCloud \([^)]*\) effect-aliyun\/\S+/),
        behind(expected, /^AlibabaCloud \([^)]*\) Python\/\S+ Core\/\S+ python-requests\/\S+/)
      )
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )
})

describe("the URL", () => {
  interface Place {
    readonly port?: number
    readonly protocol: string
    readonly endpoint?: string
  }

  it.effect.each(named(rowsOf<Place, { base: string }>("url")))("%s", ([id, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      const { endpoint = "ecs.aliyuncs.com", port = 80 } = input
      const request = RpcRequest.make({
        ...ecs,
        // made at run time, as that of the row that the seed gets wrong
        protocol: [...input.protocol].slice(0, 5).join("").trim() as Protocol.ProtocolType,
        // the seed's port is one of the client, and 80 stands for none
        endpoint: port === 80 ? endpoint : `${endpoint}:${port}`
      })
      const { url } = Redacted.value((yield* AcsClient.explain(request)).signed)
      const base =
        quirk !== undefined
          ? "https://ecs.aliyuncs.com"
          : // a port that was asked for is used, whatever the protocol that is overruled by the endpoint's
            differing.includes(id)
            ? "http://e.com:443"
            : expected.base
      assert.strictEqual(url.slice(0, url.indexOf("/?")), base)
    }).pipe(Effect.provide(Layer.merge(Credentials.layerTest(), Signer.layer)))
  )
})

describe("what is refused before it is sent", () => {
  interface Given {
    readonly regionId?: string
    readonly product?: string
    readonly product_suffix?: string
    readonly request_network?: string
    readonly defaultProtocolType?: string
    readonly request?: string
    readonly version?: string
    readonly action?: string
  }

  const programOf = (input: Given) => {
    if (input.request !== undefined) return AcsClient.execute({} as AcsRequest.AcsRequest)
    if (input.version !== undefined) return AcsClient.common({ version: input.version, action: input.action ?? "" })
    const call = AcsClient.rpc({
      ...ecs,
      product: input.product ?? "Ecs",
      regionId: input.regionId,
      productSuffix: input.product_suffix,
      network: input.request_network
    })
    return input.defaultProtocolType === undefined
      ? call
      : Protocol.withProtocol(call, input.defaultProtocolType as Protocol.ProtocolType)
  }

  /** what the failure of the other rows names */
  const fieldOf = ({ defaultProtocolType, product_suffix, regionId, request, request_network }: Given) =>
    regionId !== undefined
      ? "regionId"
      : product_suffix !== undefined
        ? "productSuffix"
        : request_network !== undefined
          ? "network"
          : defaultProtocolType !== undefined
            ? "protocol"
            : request !== undefined
              ? "request"
              : "product"

  it.effect.each(named(rowsOf<Given>("validation")))("%s", ([id, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      const outcome = yield* outcomeOf(programOf(input))
      if (quirk === undefined && expected.ok === true) return assert.strictEqual(outcome._tag, "Right")
      const error = outcome._tag === "Left" ? outcome.left : assert.fail("a success")
      // the seed looks for an empty region in its list, and lets anything behind a line break through
      const code =
        quirk === undefined && !differing.includes(id)
          ? expected.error?.code
          : input.regionId !== undefined
            ? "SDK.InvalidParameter"
            : "SDK.InvalidParams"
      assertFailure(error, { kind: "ClientException", code })
      const reason = error._tag === "ClientException" ? error.reason : assert.fail(error.message)
      assert.strictEqual(
        reason._tag === "InvalidRequest" ? reason.field : reason._tag,
        // a region may hold `_`, as the seed says; a host may not
        input.regionId === "cn_x" ? "EndpointUnresolved" : fieldOf(input)
      )
      assert.deepStrictEqual(yield* AcsTest.calls, [])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )
})

describe("a create call whose answer is lost", () => {
  // the seed sends it again without a ClientToken
  it.effect.each(named(rowsOf<unknown, unknown>("clientToken")))("%s", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.exit(AcsClient.rpc({ ...ecs, action: "RunInstances" })))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      const tokens = (yield* AcsTest.calls).map(({ params }) => params["ClientToken"])
      assert.lengthOf(tokens, 2)
      assert.match(tokens[0] ?? "", /^[!-~]{1,64}$/)
      assert.strictEqual(tokens[1], tokens[0])
    }).pipe(Effect.provide(AcsTest.layer(({ attempt }) => (attempt === 1 ? { refuse: "reset" } : { json: {} }))))
  )
})

describe("the limit of an attempt", () => {
  interface Limited {
    readonly client: { readonly timeout?: number }
    readonly request: { readonly read?: number }
    readonly product: string
    readonly version: string
    readonly action: string
  }

  it.effect.each(named(rowsOf<Limited, { readonly readSeconds: number }>("timeout")))("%s", ([id, row]) =>
    Effect.gen(function* () {
      const { action, client, product, request, version } = row.input
      const seconds = (attempt: number | undefined) =>
        attempt === undefined ? {} : { attempt: Duration.seconds(attempt) }
      const fiber = yield* AcsClient.rpc({ product, version, action, timeouts: seconds(request.read) }).pipe(
        Timeouts.withTimeouts(seconds(client.timeout)),
        outcomeOf,
        Effect.fork
      )
      yield* TestClock.adjust("2 minutes")
      const outcome = yield* Fiber.join(fiber)
      const error = outcome._tag === "Left" ? outcome.left : assert.fail("a success")
      const reason = error._tag === "ClientException" ? error.reason : assert.fail(error.message)
      if (id === "timeout/zero-is-unset") {
        return assert.deepInclude(reason, { _tag: "InvalidRequest", field: "timeouts" })
      }
      assert.deepStrictEqual(reason._tag === "Timeout" && [reason.phase, Duration.toSeconds(reason.after)], [
        "attempt",
        row.expected.readSeconds
      ])
    }).pipe(Effect.provide(TimeoutTable.layer), Effect.provide(AcsTest.layer(() => Effect.never)))
  )
})

describe("the retry loop", () => {
  interface Loop {
    readonly answers: ReadonlyArray<string>
    readonly client: { readonly auto_retry?: boolean; readonly max_retry_time?: number }
    readonly action: string
  }
  interface Ended {
    readonly result: Outcome
    readonly tries: number
    readonly sleepsMs: ReadonlyArray<number>
  }

  const refusal = (status: number, Code: string) => ({ status, json: { Code, Message: "m", RequestId: "r" } })
  const replies: Readonly<Record<string, AcsTest.Reply>> = {
    ok: { json: { RequestId: "r" } },
    io: { refuse: "reset" },
    "500": refusal(500, "InternalError"),
    "400": refusal(400, "InvalidParameter"),
    throttle: refusal(400, "Throttling")
  }

  const policyOf = ({ client }: Loop) =>
    client.auto_retry === false ? RetryPolicy.none : RetryPolicy.seedWith(client.max_retry_time ?? 3)
  const loops = rowsOf<Loop, Ended>("retryLoop").filter(({ id }) => id.startsWith("loop/"))
  const invalid = rowsOf<{ readonly max_retry_time: number }>("retryLoop").filter(({ id }) => !id.startsWith("loop/"))

  it.effect.each(named(invalid))("%s: no policy is made of it, which is a defect", ([, { input }]) =>
    Effect.gen(function* () {
      const policy = RetryPolicy.seedWith(input.max_retry_time)
      const exit = yield* Effect.exit(RetryPolicy.withPolicy(Effect.void, policy))
      assert.isTrue(
        Exit.isFailure(exit) && Option.exists(Cause.dieOption(exit.cause), Cause.isIllegalArgumentException)
      )
    })
  )

  it.effect.each(named(loops))("%s", ([, { expected, input }]) =>
    Effect.gen(function* () {
      const arrivedAt: Array<number> = []
      const service = AcsTest.layer(({ attempt }) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          arrivedAt.push(now)
          return replies[input.answers[attempt - 1] ?? ""] ?? assert.fail("one attempt too many")
        })
      )
      const fiber = yield* AcsClient.rpc({ ...ecs, action: input.action }).pipe(
        RetryPolicy.withPolicy(policyOf(input)),
        Effect.either,
        Effect.provide(service),
        Effect.withRandom(Random.fixed([0])),
        Effect.fork
      )
      yield* TestClock.adjust("1 minute")
      const outcome = yield* Fiber.join(fiber)
      assert.lengthOf(arrivedAt, expected.tries)
      const sleeps = arrivedAt.slice(1).map((at, index) => at - (arrivedAt[index] ?? 0))
      assert.deepStrictEqual(sleeps, expected.sleepsMs)
      assert.strictEqual(outcome._tag, expected.result.ok === true ? "Right" : "Left")
      if (outcome._tag === "Left") assertFailure(outcome.left, expected.result.error)
    })
  )
})
