/** The whole call: prepare once, then attempts under one deadline, with the policy between them. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as AcsError from "../AcsError.js"
import type * as AcsRequest from "../AcsRequest.js"
import type { Credentials } from "../Credentials.js"
import * as RetryPolicy from "../RetryPolicy.js"
import type { Signer } from "../Signer.js"
import * as Timeouts from "../Timeouts.js"
import type * as attempt from "./attempt.js"
import { prepare } from "./prepare.js"

type Services = Credentials | Signer | HttpClient.HttpClient

/** @internal one attempt, numbered from 1; it says when it begins to send */
export type Attempt<A> = (
  call: attempt.Call,
  context: Context.Context<Services>,
  number: number,
  onSend: () => void
) => Effect.Effect<A, AcsError.AcsError>

/** @internal */
export const run = <A>(
  request: AcsRequest.AcsRequest,
  once: Attempt<A>
): Effect.Effect<A, AcsError.AcsError, Services> =>
  Effect.flatMap(Effect.context<Services>(), (context) => {
    const info = infoOf(request)
    const limits = Timeouts.toMillis(request.timeouts ?? Context.get(context, Timeouts.Timeouts))
    return Effect.flatMap(Clock.currentTimeMillis, (start) => {
      const deadline = start + limits.total
      return prepare(request, context).pipe(
        // collecting a stream or asking a resolver may take time
        Effect.timeoutFail({ duration: limits.total, onTimeout: () => timeout("total", limits.total) }),
        Effect.mapError(AcsError.withCallInfo({ request: info })),
        Effect.flatMap((unsigned) => {
          const call: attempt.Call = {
            request: info,
            style: unsigned.style,
            format: request.format,
            unsigned,
            businessFailure: request.businessFailure
          }
          return attempts({
            once: (number, remaining) => limited(once, call, context, number, limits, remaining),
            policy: Context.get(context, RetryPolicy.RetryPolicy),
            repeatable: isRepeatable(request, call),
            deadline
          })
        })
      )
    })
  })

const infoOf = ({ action, product, version }: AcsRequest.AcsRequest): AcsError.RequestInfo => ({
  product,
  version,
  action
})

const timeout = (phase: "attempt" | "total", millis: number, outcome: AcsError.Outcome = "NotExecuted") =>
  AcsError.fromReason({ _tag: "Timeout", phase, after: Duration.millis(millis) }, { outcome })

/** one attempt within its own limit, or what is left of the call's */
const limited = <A>(
  once: Attempt<A>,
  call: attempt.Call,
  context: Context.Context<Services>,
  number: number,
  limits: ReturnType<typeof Timeouts.toMillis>,
  remaining: number
): Effect.Effect<A, AcsError.AcsError> =>
  Effect.suspend(() => {
    let sent = false
    const effect = once(call, context, number, () => {
      sent = true
    })
    const isLast = remaining <= limits.attempt
    return Effect.timeoutFail(effect, {
      duration: Math.max(0, Math.min(limits.attempt, remaining)),
      onTimeout: () =>
        timeout(isLast ? "total" : "attempt", isLast ? limits.total : limits.attempt, sent ? "Unknown" : "NotExecuted")
    }).pipe(Effect.mapError(AcsError.withCallInfo({ request: call.request, attempts: number })))
  })

interface Loop<A> {
  readonly once: (number: number, remaining: number) => Effect.Effect<A, AcsError.AcsError>
  readonly policy: RetryPolicy.Policy
  readonly repeatable: boolean
  readonly deadline: number
}

/** the policy is stepped by hand: nothing of it runs before the first failure, and its delay is known before the sleep */
const attempts = Effect.fnUntraced(function* <A>({ deadline, once, policy, repeatable }: Loop<A>) {
  let state = policy.initial
  let totalDelay = 0
  for (let number = 1; ; number++) {
    const result = yield* Effect.either(once(number, deadline - (yield* Clock.currentTimeMillis)))
    if (result._tag === "Right") return result.right
    const error = result.left
    const give = (stoppedBy: AcsError.StoppedBy) =>
      AcsError.withCallInfo(error, { stoppedBy, totalDelay: Duration.millis(totalDelay) })

    const now = yield* Clock.currentTimeMillis
    const [next, , decision] = yield* policy.step(now, error, state)
    if (ScheduleDecision.isDone(decision)) return yield* give(isTotal(error) ? "Deadline" : "Policy")
    if (!repeatable && error.outcome === "Unknown") return yield* give("Safety")
    const delay = Math.max(0, ScheduleIntervals.start(decision.intervals) - now)
    if (now + delay >= deadline) return yield* give("Deadline")
    if (delay > 0) yield* Effect.sleep(delay)
    state = next
    totalDelay += delay
  }
})

const isTotal = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException" && error.reason._tag === "Timeout" && error.reason.phase === "total"

const readingVerb =
  /^(Describe|List|Get|Query|Check|Search|Count|BatchGet|BatchDescribe|BatchQuery|Lookup|Preview|Validate)/
const readingMethod: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

/** whether doing it twice does no harm: it reads, or it carries a ClientToken, or the caller says so */
const isRepeatable = (request: AcsRequest.AcsRequest, call: attempt.Call): boolean => {
  if (request.idempotent !== undefined) return request.idempotent
  const { form, query } = call.unsigned
  if ([...query, ...form].some(([name, value]) => name === "ClientToken" && value !== "")) return true
  // the method of an RPC request says nothing: most actions that write are sent by GET or POST alike
  return readingVerb.test(request.action) || (call.style === "ROA" && readingMethod.has(call.unsigned.method))
}
