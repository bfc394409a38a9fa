/** What can be seen from outside: spans, metrics, logs; and what never can. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import * as CommonRequest from "@effect-aliyun/core/CommonRequest"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Telemetry from "@effect-aliyun/core/Telemetry"
import * as WireLog from "@effect-aliyun/core/WireLog"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import * as Clocks from "./support/Clocks.js"
import * as Stub from "./support/stub.js"

interface Seen {
  readonly name: string
  readonly kind: string
  readonly parent: string | undefined
  readonly attributes: Map<string, unknown>
  readonly events: Array<readonly [name: string, attributes: Record<string, unknown>]>
  exit: Exit.Exit<unknown, unknown> | undefined
}

/** a tracer that keeps what it is told */
const recorder = () => {
  const spans: Array<Seen> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind, options) => {
      const seen: Seen = {
        name,
        kind,
        parent: Option.getOrUndefined(Option.map(parent, (span) => (span._tag === "Span" ? span.name : "external"))),
        attributes: new Map(Object.entries(options?.attributes ?? {})),
        events: [],
        exit: undefined
      }
      spans.push(seen)
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: String(spans.length),
        traceId: "trace",
        parent,
        context: Context.empty(),
        status: { _tag: "Started", startTime },
        attributes: seen.attributes,
        links,
        sampled: true,
        kind,
        end: (_, exit) => void (seen.exit = exit),
        attribute: (key, value) => void seen.attributes.set(key, value),
        event: (event, _, attributes = {}) => void seen.events.push([event, attributes]),
        addLinks: () => {}
      }
      void context
      return span
    },
    context: (f) => f()
  })
  return { spans, layer: Layer.setTracer(tracer) }
}

const eagerly = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.suspend(() => Effect.withClock(self, Clocks.eager()))

const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeInstances" })

describe("a span", () => {
  it.effect("is made for each call where a tracer listens, and says what happened", () => {
    const { layer, spans } = recorder()
    const stub = Stub.sequence({ status: 400, code: "Throttling.User" }, { headers: { "x-acs-request-id": "REQ-1" } })
    return Effect.gen(function* () {
      yield* call
      const [span, ...others] = spans
      assert.deepStrictEqual(others, [])
      assert.deepInclude(span, { name: "Ecs.DescribeInstances", kind: "client", parent: undefined })
      assert.deepStrictEqual(Object.fromEntries(span?.attributes ?? []), {
        "rpc.system": "aliyun",
        "rpc.service": "Ecs",
        "rpc.method": "DescribeInstances",
        "cloud.region": "cn-hangzhou",
        "server.address": "ecs.cn-hangzhou.aliyuncs.com",
        "http.response.status_code": 200,
        "aliyun.request_id": "REQ-1",
        "aliyun.attempts": 2
      })
      const [[name, attributes] = ["", {}], ...more] = span?.events ?? []
      assert.deepStrictEqual(more, [])
      assert.strictEqual(name, "attempt failed")
      assert.deepInclude(attributes, {
        "aliyun.attempt": 1,
        "error.type": "Throttling",
        "aliyun.error.code": "Throttling.User"
      })
      assert.isNumber(attributes["aliyun.delay_ms"])
    }).pipe(eagerly, Effect.provide(layer), Effect.provide(stub.layer))
  })

  it.effect("hangs under the one that is open around the call", () => {
    const { layer, spans } = recorder()
    return call.pipe(
      Effect.withSpan("mine"),
      Effect.tap(() => assert.strictEqual(spans.find(({ name }) => name.startsWith("Ecs"))?.parent, "mine")),
      Effect.provide(layer),
      Effect.provide(Stub.sequence({}).layer)
    )
  })

  it.effect("says how a call failed", () => {
    const { layer, spans } = recorder()
    const stub = Stub.sequence({ status: 404, code: "InvalidInstanceId.NotFound" })
    return Effect.gen(function* () {
      yield* Effect.flip(call)
      yield* Effect.flip(AcsClient.execute(CommonRequest.make({ version: "2014-05-26", action: "X" })))
      assert.deepStrictEqual(
        spans.map(({ attributes, name }) => [name, attributes.get("error.type"), attributes.get("aliyun.attempts")]),
        [
          ["Ecs.DescribeInstances", "NotFound", 1],
          ["X", "InvalidRequest", 0]
        ]
      )
      assert.isTrue(spans.every(({ exit }) => exit !== undefined && Exit.isFailure(exit)))
    }).pipe(Effect.provide(layer), Effect.provide(stub.layer))
  })

  it.effect("is not made where nobody listens, or where tracing is off", () => {
    const { layer, spans } = recorder()
    return Effect.gen(function* () {
      yield* call
      yield* Effect.withTracerEnabled(call, false).pipe(Effect.provide(layer))
      assert.deepStrictEqual(spans, [])
    }).pipe(Effect.provide(Stub.sequence({}).layer))
  })

  it.effect("S05: is the only one of a call, whatever the client", () => {
    const { layer, spans } = recorder()
    const test = AcsTest.layer(() => ({ json: { RequestId: "r" } }))
    return call.pipe(
      Effect.tap(() =>
        assert.deepStrictEqual(
          spans.map(({ name }) => name),
          ["Ecs.DescribeInstances"]
        )
      ),
      Effect.provide(layer),
      Effect.provide(test)
    )
  })
})

describe("metrics", () => {
  const tagged = { "rpc.service": "Metrics", "rpc.method": "Count" }
  const tag = <Type, In, Out>(metric: Metric.Metric<Type, In, Out>, tags: Record<string, string> = tagged) =>
    Object.entries(tags).reduce((current, [key, value]) => Metric.tagged(current, key, value), metric)
  const count = (metric: Metric.Metric.Counter<number>, tags?: Record<string, string>) =>
    Effect.map(Metric.value(tag(metric, tags)), ({ count }) => count)

  it.effect("count calls by their outcome, attempts, throttles and refusals of the budget", () => {
    const stub = Stub.sequence(
      {},
      { status: 400, code: "Throttling" },
      { status: 400, code: "Throttling" },
      { status: 503 }
    )
    const counted = AcsClient.rpc({ product: "Metrics", version: "1", action: "Count", idempotent: true })
    return Effect.gen(function* () {
      yield* counted
      yield* Effect.flip(counted)
      yield* Effect.flip(counted)
      assert.strictEqual(yield* count(Telemetry.calls, { ...tagged, outcome: "ok" }), 1)
      assert.strictEqual(yield* count(Telemetry.calls, { ...tagged, outcome: "Transient" }), 2)
      // 1; two throttled and one that failed; one that may not be repeated any more
      assert.strictEqual(yield* count(Telemetry.attempts), 1 + 3 + 1)
      assert.strictEqual(yield* count(Telemetry.throttles), 2)
      assert.strictEqual(yield* count(Telemetry.budgetRefusals), 1)
      assert.strictEqual((yield* Metric.value(tag(Telemetry.duration))).count, 3)
    }).pipe(eagerly, Effect.provide(RetryBudget.layerWith(11)), Effect.provide(stub.layer))
  })

  it.scoped("count refreshes of credentials", () =>
    Effect.gen(function* () {
      const before = yield* count(Telemetry.credentialRefreshes, { outcome: "ok" })
      const credentials = yield* Credentials.make(Credentials.fixed(Credential.anonymous))
      yield* credentials.get
      assert.strictEqual(yield* count(Telemetry.credentialRefreshes, { outcome: "ok" }), before + 1)
      const failed = yield* count(Telemetry.credentialRefreshes, { outcome: "failed" })
      const none = yield* Credentials.make({
        name: "none",
        resolve: Effect.fail(new Credentials.NotConfigured({ why: "there is none" }))
      })
      yield* Effect.flip(none.get)
      assert.strictEqual(yield* count(Telemetry.credentialRefreshes, { outcome: "failed" }), failed + 1)
    })
  )
})

/** what a program logs, from a level on */
const logged = (level: LogLevel.LogLevel = LogLevel.Debug) => {
  const lines: Array<string> = []
  const logger = Logger.make(({ annotations, cause, logLevel, message }) => {
    const marks = HashMap.toEntries(annotations).map(([key, value]) => `${key}=${Inspectable.toStringUnknown(value)}`)
    const causes = Cause.isEmpty(cause) ? [] : [Cause.pretty(cause, { renderErrorCause: true })]
    const text = Array.isArray(message) ? message.join(" ") : String(message)
    lines.push([logLevel.label, ...marks, text, ...causes].join(" "))
  })
  const layer = Layer.merge(Logger.replace(Logger.defaultLogger, logger), Logger.minimumLogLevel(level))
  return { lines, layer }
}

const secrets = ["canaryid", "canarysecret", "canary/token+=", encodeURIComponent("canary/token+="), "canarypassword"]
const assertClean = (text: string) => {
  for (const secret of secrets) assert.notInclude(text, secret)
}
const canary = Credentials.layerSts({
  accessKeyId: "canaryid",
  accessKeySecret: "canarysecret",
  securityToken: "canary/token+="
})
const secretive = AcsClient.rpc({
  product: "Ecs",
  version: "2014-05-26",
  action: "ModifyInstanceAttribute",
  query: { Password: "canarypassword", InstanceId: "i-1" },
  body: Body.form({ UserPassword: "canarypassword" })
})

describe("logs", () => {
  it.effect("say at level Debug what is repeated, and when", () => {
    const { layer, lines } = logged()
    return Effect.gen(function* () {
      yield* call
      assert.strictEqual(lines.length, 1)
      assert.match(
        lines[0] ?? "",
        /^DEBUG Ecs\.DescribeInstances: attempt 1 failed with ServiceUnavailable; again in \d+ ms$/
      )
    }).pipe(
      eagerly,
      Effect.provide(layer),
      Effect.provide(Stub.sequence({ status: 503, code: "ServiceUnavailable" }, {}).layer)
    )
  })

  it.effect("of the wire are off unless provided", () => {
    const { layer, lines } = logged()
    return secretive.pipe(
      Effect.tap(() => assert.deepStrictEqual(lines, [])),
      Effect.provide(layer),
      Effect.provide(Stub.sequence({}).layer)
    )
  })

  for (const [name, signer] of [
    ["ACS3", Signer.layer],
    ["version 1", Signer.layerV1]
  ] as const) {
    it.effect(`S05: of the wire show requests and answers without secrets, signed by ${name}`, () => {
      const { layer, lines } = logged(LogLevel.Info)
      const stub = Stub.sequence({
        headers: { "set-cookie": "session=canarypassword", "x-echo": "canary/token+=", "x-acs-request-id": "REQ" }
      })
      return Effect.gen(function* () {
        yield* secretive
        const text = lines.join("\n")
        assertClean(text)
        assert.include(text, "HTTP/1.1")
        assert.include(text, "host: ecs.cn-hangzhou.aliyuncs.com")
        assert.include(text, "InstanceId=i-1")
        assert.include(text, "HTTP 200")
        assert.include(text, "x-acs-request-id: REQ")
        assert.notMatch(text, /[Ss]ignature=(?!<redacted>)[0-9a-zA-Z%]{10}/)
      }).pipe(
        Effect.provide(layer),
        Effect.provide(WireLog.layer()),
        Effect.provide(Layer.merge(signer, canary)),
        Effect.provide(stub.layer)
      )
    })
  }

  it.effect.each([
    ["sdk", 2],
    ["SDK", 2],
    ["*", 0],
    [undefined, 0]
  ] as const)("S03: of the wire can be asked for as the seed's: DEBUG=%s", ([value, expected]) => {
    const { layer, lines } = logged(LogLevel.Info)
    return secretive.pipe(
      Effect.tap(() => assert.strictEqual(lines.length, expected)),
      Effect.provide(layer),
      Effect.provide(WireLog.layerConfig()),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(value === undefined ? [] : [["DEBUG", value]]))),
      Effect.provide(Stub.sequence({}).layer)
    )
  })
})

describe("secrets", () => {
  it.effect("S01, S04, S05: are in no span, event, log or metric of calls that work or fail", () => {
    const { layer, spans } = recorder()
    const { layer: logs, lines } = logged()
    const echo = { "x-acs-request-id": "canary/token+=" }
    return Effect.gen(function* () {
      for (const signer of [Signer.layer, Signer.layerV1]) {
        for (const answers of [
          [{ headers: echo }],
          [{ status: 400, code: "Throttling.canarysecret", headers: echo }, {}],
          [{ status: 403, code: "SignatureDoesNotMatch", headers: echo }],
          // a parameter that is named like a secret
          [{ status: 400, code: "Throttling.canarypassword" }, {}],
          ["reset"],
          ["connect"],
          // what is read by a fiber of its own, which says what it failed with
          [{ breaksOff: true }],
          [{ status: 403, breaksOff: true }],
          [{ breaksOff: true, headers: { "content-length": "100" } }],
          [{ status: 403, breaksOff: true, headers: { "content-length": "100" } }]
        ] as ReadonlyArray<ReadonlyArray<Stub.Answer>>) {
          const stub = Stub.sequence(...answers)
          yield* Effect.exit(secretive).pipe(
            Effect.provide(Layer.merge(signer, canary)),
            Effect.provide(stub.layer),
            Effect.withSpan("around")
          )
        }
      }
      assert.isAbove(spans.length, 10)
      assertClean(inspect(spans, { depth: 20 }))
      assertClean(lines.join("\n"))
      assertClean(inspect(yield* Metric.snapshot, { depth: 20 }))
    }).pipe(eagerly, Effect.provide(layer), Effect.provide(logs))
  })
})
