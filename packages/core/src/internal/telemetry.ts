/** What is told of a call to those who listen; see `Telemetry` for what they get. */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as MetricLabel from "effect/MetricLabel"
import * as Tracer from "effect/Tracer"
import * as AcsError from "../AcsError.js"
import * as Telemetry from "../Telemetry.js"

/** @internal what the pipeline tells, when it happens */
export interface Watch {
  readonly began: () => void
  readonly prepared: (host: string) => void
  /** `requestId` is asked for when someone listens */
  readonly answered: (status: number, requestId: () => string | undefined) => void
  /** an attempt failed, and is followed by another after so many milliseconds */
  readonly repeats: (error: AcsError.AcsError, attempt: number, delay: number) => void
  readonly refused: () => void
  readonly ended: (error: AcsError.AcsError | undefined, attempts: number, millis: number) => void
}

/** what went wrong, from a set that is closed */
const errorType = (error: AcsError.AcsError): string =>
  error._tag === "ServerException" ? error.category : error.reason._tag

type Labels = ReadonlyArray<MetricLabel.MetricLabel>

/** the tags of an operation; they are kept, since a metric finds its hook by the very array */
interface Tags {
  readonly operation: Labels
  readonly outcomes: Map<string, Labels>
}

const most = 1024
const known = new Map<string, Tags>()

const makeTags = (service: string, method: string): Tags => ({
  operation: [MetricLabel.make("rpc.service", service), MetricLabel.make("rpc.method", method)],
  outcomes: new Map()
})

/** what comes after the first thousand operations of a program shares its tags */
const others = makeTags("other", "other")

const tagsOf = ({ action, product }: AcsError.RequestInfo): Tags => {
  const key = `${product}.${action}`
  const tags = known.get(key)
  if (tags !== undefined) return tags
  if (known.size >= most) return others
  const made = makeTags(product, action)
  known.set(key, made)
  return made
}

const outcomeOf = (tags: Tags, outcome: string): Labels => {
  const labels = tags.outcomes.get(outcome)
  if (labels !== undefined) return labels
  const made = [...tags.operation, MetricLabel.make("outcome", outcome)]
  tags.outcomes.set(outcome, made)
  return made
}

const watchOf = (info: AcsError.RequestInfo, span: Tracer.Span | undefined, time: () => bigint): Watch => {
  const tags = tagsOf(info)
  return {
    began: () => Telemetry.attempts.unsafeUpdate(1, tags.operation),
    prepared: (host) => span?.attribute("server.address", host),
    answered: (status, requestId) => {
      if (span === undefined) return
      span.attribute("http.response.status_code", status)
      const id = requestId()
      if (id !== undefined) span.attribute("aliyun.request_id", id)
    },
    repeats: (error, attempt, delay) => {
      if (AcsError.isThrottling(error)) Telemetry.throttles.unsafeUpdate(1, tags.operation)
      span?.event("attempt failed", time(), {
        "aliyun.attempt": attempt,
        "error.type": errorType(error),
        "aliyun.error.code": error.code,
        "aliyun.delay_ms": delay
      })
    },
    refused: () => Telemetry.budgetRefusals.unsafeUpdate(1, tags.operation),
    ended: (error, attempts, millis) => {
      Telemetry.calls.unsafeUpdate(1, outcomeOf(tags, error === undefined ? "ok" : errorType(error)))
      Telemetry.duration.unsafeUpdate(millis, tags.operation)
      if (error !== undefined && AcsError.isThrottling(error)) Telemetry.throttles.unsafeUpdate(1, tags.operation)
      if (span === undefined) return
      span.attribute("aliyun.attempts", attempts)
      if (error === undefined) return
      span.attribute("error.type", errorType(error))
      span.attribute("aliyun.error.code", error.code)
    }
  }
}

const refreshTags = { ok: [MetricLabel.make("outcome", "ok")], failed: [MetricLabel.make("outcome", "failed")] }

/** @internal credentials were asked for anew */
export const refreshed = (outcome: "ok" | "failed"): void =>
  Telemetry.credentialRefreshes.unsafeUpdate(1, refreshTags[outcome])

const defaultTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const isListening = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  fiber.getFiberRef(FiberRef.currentTracerEnabled) &&
  (fiber.currentContext.unsafeMap.has(Tracer.ParentSpan.key) ||
    Context.get(fiber.currentDefaultServices, Tracer.Tracer) !== defaultTracer)

/** @internal runs a call under a span, where someone listens */
export const observe = <A, E, R>(
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  clock: Clock.Clock,
  info: AcsError.RequestInfo,
  region: () => string,
  use: (watch: Watch) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const time = () => clock.unsafeCurrentTimeNanos()
  if (!isListening(fiber)) return use(watchOf(info, undefined, time))
  const attributes = {
    "rpc.system": "aliyun",
    "rpc.service": info.product,
    "rpc.method": info.action,
    "cloud.region": region()
  }
  return Effect.useSpan(nameOf(info), { kind: "client", captureStackTrace: false, attributes }, (span) =>
    Effect.withParentSpan(use(watchOf(info, span, time)), span)
  )
}

const nameOf = ({ action, product }: AcsError.RequestInfo): string =>
  [product, action].filter((name) => name !== "").join(".") || "aliyun"
