/** Attempts of one call until one succeeds, or something says no: the policy, safety, the deadline, the breaker, the budget. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import * as AcsError from "../AcsError.js"
import * as CircuitBreaker from "../CircuitBreaker.js"
import * as HttpDeadline from "../HttpDeadline.js"
import * as RetryBudget from "../RetryBudget.js"
import * as RetryPolicy from "../RetryPolicy.js"
import type { Call, Trial } from "./attempt.js"
import { monotonic } from "./attempt.js"
import { withCallInfo } from "./callInfo.js"
import * as recovery from "./recovery.js"
import { within } from "./within.js"

/** @internal times in milliseconds; `start` by `monotonic` */
export interface Options<A> {
  readonly call: Call
  readonly once: (trial: Trial) => Effect.Effect<A, AcsError.AcsError>
  readonly limits: { readonly attempt: number; readonly total: number }
  readonly start: number
  readonly isKeptByTransport: boolean
}

/** @internal the first attempt, and what may follow; nothing of a policy runs before the first failure */
export const make = <A>(options: Options<A>): Effect.Effect<A, AcsError.AcsError> => {
  const { call, start } = options
  const { context, watch } = call
  const { host } = call.unsigned
  const trial = trialOf(options, 1, Duration.zero)
  const ended = (error: AcsError.AcsError | undefined, attempts: number) =>
    watch.ended(error, attempts, monotonic(call.clock) - start)
  return Effect.matchEffect(attempt(options, trial), {
    onSuccess: (value) => {
      Context.get(context, RetryBudget.RetryBudget).unsafeGive(host, RetryBudget.costs.success)
      ended(undefined, 1)
      return Effect.succeed(value)
    },
    onFailure: (error) =>
      Effect.tapBoth(repeat(options, trial, error), {
        onSuccess: ({ attempts }) => Effect.sync(() => ended(undefined, attempts)),
        onFailure: (error) => Effect.sync(() => ended(error, error.attempts))
      }).pipe(Effect.map(({ value }) => value))
  })
}

const trialOf = <A>(
  { call, isKeptByTransport, limits, start }: Options<A>,
  number: number,
  totalDelay: Duration.Duration
): Trial => ({
  call,
  number,
  totalDelay,
  until: Math.min(monotonic(call.clock) + limits.attempt, start + limits.total),
  isKeptByTransport,
  sent: false,
  credential: undefined,
  signedAt: 0,
  skew: 0,
  date: undefined
})

/** one attempt within its own limit, or what is left of the call's, if the breaker lets it through */
const attempt = <A>(options: Options<A>, trial: Trial): Effect.Effect<A, AcsError.AcsError> => {
  const { call, once, start } = options
  const now = monotonic(call.clock)
  const isLast = trial.until === start + options.limits.total
  const millis = trial.until - now
  const onTimeout = (outcome: AcsError.Outcome = trial.sent ? "Unknown" : "NotExecuted") =>
    AcsError.fromReason(
      {
        _tag: "Timeout",
        phase: isLast ? "total" : "attempt",
        after: Duration.millis(isLast ? options.limits.total : options.limits.attempt)
      },
      { outcome }
    )
  const toOwn = (error: AcsError.AcsError) =>
    withCallInfo({
      request: call.request,
      totalDelay: trial.totalDelay,
      // what the breaker does not let in is no attempt
      attempts: isCircuitOpen(error) ? trial.number - 1 : trial.number
    })(hasPassed(error) ? onTimeout(error.outcome) : error)
  if (millis <= 0) return Effect.fail(toOwn(onTimeout()))
  const breaker = Context.get(call.context, CircuitBreaker.CircuitBreaker)
  const inTime = Effect.suspend(() => {
    call.watch.began()
    return once(trial)
  })
  const timely = trial.isKeptByTransport ? inTime : within(inTime, millis, onTimeout)
  return Effect.mapError(breaker === undefined ? timely : gated(breaker, timely, trial), toOwn)
}

/** a transport of ours says that the time it was given has passed */
const hasPassed = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException" &&
  error.reason._tag === "Transport" &&
  error.reason.syscallCode === HttpDeadline.passed

const gated = <A>(
  breaker: CircuitBreaker.Service,
  attempt: Effect.Effect<A, AcsError.AcsError>,
  { call }: Trial
): Effect.Effect<A, AcsError.AcsError> =>
  Effect.uninterruptibleMask((restore) => {
    const { host } = call.unsigned
    const now = monotonic(call.clock)
    const permit = breaker.unsafeEnter(host, now)
    if (permit === undefined) {
      const retryAfter = Duration.millis(breaker.unsafeWait(host, now))
      return Effect.fail(AcsError.fromReason({ _tag: "CircuitOpen", host, retryAfter }))
    }
    return Effect.onExit(restore(attempt), (exit) =>
      Effect.sync(() => breaker.unsafeLeave(permit, monotonic(call.clock), verdictOf(exit)))
    )
  })

const verdictOf = (exit: Exit.Exit<unknown, AcsError.AcsError>): CircuitBreaker.Verdict => {
  if (Exit.isSuccess(exit)) return "answered"
  if (exit.cause._tag !== "Fail") return "unknown"
  const { error } = exit.cause
  if (error._tag === "ServerException") return error.category === "Transient" ? "failed" : "answered"
  switch (error.reason._tag) {
    case "Transport":
    case "Timeout":
      return "failed"
    case "UnexpectedResponse":
      return "answered"
    default:
      return "unknown"
  }
}

/** the policy is stepped by hand: its delay is known before the sleep, and who says no is asked before it */
const repeat = Effect.fnUntraced(function* <A>(options: Options<A>, first: Trial, failure: AcsError.AcsError) {
  const { call, limits, start } = options
  const { clock, context, watch } = call
  const { host } = call.unsigned
  const policy = Context.get(context, RetryPolicy.RetryPolicy)
  const budget = Context.get(context, RetryBudget.RetryBudget)
  const breaker = Context.get(context, CircuitBreaker.CircuitBreaker)
  const recoveries = recovery.make()
  let trial = first
  let error = failure
  let previous: AcsError.AcsError | undefined
  let state = policy.initial
  for (;;) {
    const give = (stoppedBy: AcsError.StoppedBy, by = error) => withCallInfo({ stoppedBy })(by)
    // a body that cannot be read twice, or a breaker that has opened, must not hide why it was to be sent twice
    if (previous !== undefined && isSpentBody(error)) return yield* give("Safety", previous)
    if (previous !== undefined && isCircuitOpen(error)) return yield* give("Breaker", previous)

    let delay = 0
    let cost = 0
    const left = start + limits.total - monotonic(clock)
    if (!(yield* recoveries.recover(error, trial, left))) {
      const now = clock.unsafeCurrentTimeMillis()
      const [next, , decision] = yield* policy.step(now, error, state)
      if (ScheduleDecision.isDone(decision)) return yield* give(stoppedByPolicy(error))
      if (!call.repeatable && error.outcome === "Unknown") return yield* give("Safety")
      delay = Math.max(0, ScheduleIntervals.start(decision.intervals) - now)
      const until = monotonic(clock) + delay
      if (!(until < start + limits.total)) return yield* give("Deadline")
      if (breaker !== undefined && breaker.unsafeWait(host, until) > 0) return yield* give("Breaker")
      cost = costOf(error)
      if (!budget.unsafeTake(host, cost)) {
        watch.refused()
        return yield* give("Budget")
      }
      state = next
    }
    watch.repeats(error, trial.number, delay)
    yield* Effect.logDebug(repetition(error, delay))
    if (delay > 0) yield* Effect.sleep(delay)
    previous = error
    trial = trialOf(options, trial.number + 1, Duration.sum(trial.totalDelay, delay))
    const result = yield* Effect.either(attempt(options, trial))
    if (result._tag === "Right") {
      budget.unsafeGive(host, cost)
      return { value: result.right, attempts: trial.number }
    }
    error = result.left
  }
})

/** by its code alone: an excerpt of an answer may hold what is meant for the caller only */
const repetition = ({ attempts, code, request: { action, product } }: AcsError.AcsError, delay: number): string =>
  `${product}.${action}: attempt ${attempts} failed with ${code}; again in ${Math.round(delay)} ms`

const stoppedByPolicy = (error: AcsError.AcsError): AcsError.StoppedBy =>
  isCircuitOpen(error) ? "Breaker" : isTotal(error) ? "Deadline" : "Policy"

/** what one waits for is no load that breaks a service: the same ClientToken, another operation on the resource */
const costOf = (error: AcsError.AcsError): number =>
  error._tag === "ServerException" && (error.category === "InProgress" || error.category === "Conflict")
    ? 0
    : AcsError.isThrottling(error)
      ? RetryBudget.costs.throttling
      : RetryBudget.costs.transient

const isTotal = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException" && error.reason._tag === "Timeout" && error.reason.phase === "total"

const isCircuitOpen = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException" && error.reason._tag === "CircuitOpen"

const isSpentBody = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException" && error.reason._tag === "InvalidRequest" && error.reason.field === "body"
