/** The whole call: prepare once, then attempts under one deadline, with the policy between them. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as AcsError from "../AcsError.js"
import * as AcsRequest from "../AcsRequest.js"
import type { Credential } from "../Credential.js"
import { Credentials } from "../Credentials.js"
import * as RetryPolicy from "../RetryPolicy.js"
import type { Signer } from "../Signer.js"
import * as Timeouts from "../Timeouts.js"
import type * as attempt from "./attempt.js"
import { withCallInfo } from "./callInfo.js"
import { prepare } from "./prepare.js"
import { within } from "./within.js"

type Services = Credentials | Signer | HttpClient.HttpClient
type Limits = ReturnType<typeof Timeouts.toMillis>

/** @internal */
export const run = <A>(
  request: AcsRequest.AcsRequest,
  once: (trial: attempt.Trial) => Effect.Effect<A, AcsError.AcsError>
): Effect.Effect<A, AcsError.AcsError, Services> =>
  Effect.flatMap(Effect.context<Services>(), (context) => {
    if (!AcsRequest.isAcsRequest(request)) return Effect.fail(notARequest)
    const info = infoOf(request)
    const limits = limitsOf(request, Context.get(context, Timeouts.Timeouts))
    if (limits === undefined) return Effect.fail(withCallInfo({ request: info })(badTimeouts))
    return Effect.flatMap(Clock.currentTimeMillis, (start) => {
      const deadline = start + limits.total
      return within(prepare(request, context), limits.total, () => timeout("total", limits.total)).pipe(
        Effect.mapError(withCallInfo({ request: info })),
        Effect.flatMap((unsigned) => {
          const call: attempt.Call = {
            request: info,
            style: unsigned.style,
            format: request.format,
            unsigned,
            businessFailure: request.businessFailure
          }
          let credential: Credential | undefined
          const onSend = (used: Credential) => {
            credential = used
          }
          return attempts({
            once: (number, now) => limited(once, { call, context, number, onSend }, limits, now, deadline),
            renew: Effect.suspend(() =>
              credential === undefined ? Effect.void : Context.get(context, Credentials).invalidate(credential)
            ),
            policy: Context.get(context, RetryPolicy.RetryPolicy),
            repeatable: isRepeatable(request, call),
            deadline
          })
        })
      )
    })
  })

/** @internal */
export const notARequest = AcsError.invalidRequest(
  "request",
  "The request is not a valid AcsRequest.",
  "SDK.InvalidRequest"
)

const badTimeouts = AcsError.invalidRequest("timeouts", "must be durations, for instance '10 seconds'")

/** @internal */
export const infoOf = ({ action, product, version }: AcsRequest.AcsRequest): AcsError.RequestInfo => ({
  product: String(product ?? ""),
  version: String(version ?? ""),
  action: String(action ?? "")
})

/** @internal `undefined` when one of them is no duration */
export const limitsOf = (request: AcsRequest.AcsRequest, current: Timeouts.Values): Limits | undefined => {
  try {
    return Timeouts.toMillis({ ...current, ...request.timeouts })
  } catch {
    return undefined
  }
}

const timeout = (
  phase: "attempt" | "total",
  millis: number,
  outcome: AcsError.Outcome = "NotExecuted"
): AcsError.AcsError => AcsError.fromReason({ _tag: "Timeout", phase, after: Duration.millis(millis) }, { outcome })

/** one attempt within its own limit, or what is left of the call's */
const limited = <A>(
  once: (trial: attempt.Trial) => Effect.Effect<A, AcsError.AcsError>,
  trial: Pick<attempt.Trial, "call" | "context" | "number" | "onSend">,
  limits: Limits,
  now: number,
  deadline: number
): Effect.Effect<A, AcsError.AcsError> => {
  const isLast = deadline - now <= limits.attempt
  const millis = isLast ? deadline - now : limits.attempt
  let sent = false
  const onTimeout = () =>
    timeout(isLast ? "total" : "attempt", isLast ? limits.total : limits.attempt, sent ? "Unknown" : "NotExecuted")
  const onSend = (credential: Credential) => {
    sent = true
    trial.onSend(credential)
  }
  return (
    millis <= 0
      ? Effect.fail(onTimeout())
      : within(
          Effect.suspend(() => once({ ...trial, until: now + millis, onSend })),
          millis,
          onTimeout
        )
  ).pipe(Effect.mapError(withCallInfo({ request: trial.call.request, attempts: trial.number })))
}

interface Loop<A> {
  readonly once: (number: number, now: number) => Effect.Effect<A, AcsError.AcsError>
  /** gives up the credential of the last attempt, so that the next is made with another one */
  readonly renew: Effect.Effect<void>
  readonly policy: RetryPolicy.Policy
  readonly repeatable: boolean
  readonly deadline: number
}

/** the policy is stepped by hand: nothing of it runs before the first failure, and its delay is known before the sleep */
const attempts = Effect.fnUntraced(function* <A>({ deadline, once, policy, renew, repeatable }: Loop<A>) {
  let state = policy.initial
  let totalDelay = 0
  let previous: AcsError.AcsError | undefined
  let isRenewed = false
  for (let number = 1; ; number++) {
    const result = yield* Effect.either(once(number, yield* Clock.currentTimeMillis))
    if (result._tag === "Right") return result.right
    const error = withCallInfo({ totalDelay: Duration.millis(totalDelay) })(result.left)
    const give = (stoppedBy: AcsError.StoppedBy) => withCallInfo({ stoppedBy })(error)

    // a body that cannot be read twice must not hide why it was to be sent twice
    if (previous !== undefined && isSpentBody(error)) return yield* withCallInfo({ stoppedBy: "Safety" })(previous)
    // a clock that is wrong, or an operator who took the token back: the service knows better than the cache
    if (!isRenewed && hasExpired(error)) {
      isRenewed = true
      previous = error
      yield* renew
      continue
    }
    const now = yield* Clock.currentTimeMillis
    const [next, , decision] = yield* policy.step(now, error, state)
    if (ScheduleDecision.isDone(decision)) return yield* give(isTotal(error) ? "Deadline" : "Policy")
    if (!repeatable && error.outcome === "Unknown") return yield* give("Safety")
    const delay = Math.max(0, ScheduleIntervals.start(decision.intervals) - now)
    if (now + delay >= deadline) return yield* give("Deadline")
    if (delay > 0) yield* Effect.sleep(delay)
    previous = error
    state = next
    totalDelay += delay
  }
})

const hasExpired = (error: AcsError.AcsError): boolean =>
  error._tag === "ServerException" && error.category === "CredentialExpired" && /expired/i.test(error.code)

const isTotal = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException" && error.reason._tag === "Timeout" && error.reason.phase === "total"

const isSpentBody = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException" && error.reason._tag === "InvalidRequest" && error.reason.field === "body"

// a verb is a whole word: CheckoutCart does not read
const readingVerb =
  /^(Describe|List|Get|Query|Check|Search|Count|BatchGet|BatchDescribe|BatchQuery|Lookup|Preview|Validate)(?![a-z])/
const readingMethod: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

/** whether doing it twice does no harm: it reads, or it carries a ClientToken, or the caller says so */
const isRepeatable = (request: AcsRequest.AcsRequest, call: attempt.Call): boolean => {
  if (request.idempotent !== undefined) return request.idempotent
  const { form, query } = call.unsigned
  if ([...query, ...form].some(([name, value]) => name === "ClientToken" && value !== "")) return true
  // the method of an RPC request says nothing: most actions that write are sent by GET or POST alike
  return readingVerb.test(request.action) || (call.style === "ROA" && readingMethod.has(call.unsigned.method))
}
