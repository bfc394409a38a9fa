/**
 * When to try again. A policy is a bare `Schedule` whose input is the failure: every combinator of `effect/Schedule`
 * composes with it, and nothing of it runs before the first failure.
 *
 * The Schedule decides. Only one thing overrules it: a write that may have been executed, and that carries no ClientToken,
 * is not sent again.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleInterval from "effect/ScheduleInterval"
import * as AcsError from "./AcsError.js"

/**
 * @since 0.1.0
 * @category models
 */
export type Policy = Schedule.Schedule<unknown, AcsError.AcsError>

/**
 * No second attempt.
 *
 * @since 0.1.0
 * @category policies
 */
export const none: Policy = Schedule.stop

/**
 * Waits that double from `base` up to `cap` (20 s unless told), for ever and for any failure: bound it with
 * {@link maxAttempts} and {@link whileRetryable}.
 *
 * @since 0.1.0
 * @category policies
 * @example
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 *
 * export const patient = RetryPolicy.exponential("200 millis").pipe(
 *   RetryPolicy.whileRetryable,
 *   RetryPolicy.maxAttempts(5)
 * )
 */
export const exponential = (base: Duration.DurationInput, cap: Duration.DurationInput = "20 seconds"): Policy =>
  Schedule.exponential(base).pipe(Schedule.delayed((delay) => Duration.min(delay, cap)))

/**
 * At most `attempts` in all, the first included.
 *
 * @since 0.1.0
 * @category combinators
 */
export const maxAttempts: {
  (attempts: number): (self: Policy) => Policy
  (self: Policy, attempts: number): Policy
} = dual(2, (self: Policy, attempts: number): Policy => Schedule.intersect(self, Schedule.recurs(attempts - 1)))

/**
 * Goes on only for failures that may be gone a moment later, see `AcsError.isRetryable`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const whileRetryable = (self: Policy): Policy => Schedule.whileInput(self, AcsError.isRetryable)

const longest = 20_000
const hintSlack = 5_000

/**
 * The wait in milliseconds before repetition number `repetition` (from 0): full jitter, `random` from 0 to 1, over a base of
 * 50 ms for transient failures and 1 s for throttling, at most 20 s. A wait the service asks for is honoured up to 5 s
 * beyond that.
 */
const delayOf = (error: AcsError.AcsError, repetition: number, random: number): number => {
  const base = AcsError.isThrottling(error) ? 1_000 : 50
  const own = random * Math.min(base * 2 ** repetition, longest)
  if (error._tag === "ClientException" || error.retryAfter === undefined) return own
  return Math.max(own, Math.min(Duration.toMillis(error.retryAfter), own + hintSlack))
}

const jitteredByKind: Policy = Schedule.makeWithState(0, (now, error: AcsError.AcsError, repetition) =>
  Effect.map(Random.next, (random) => {
    const delay = delayOf(error, repetition, random)
    return [repetition + 1, delay, ScheduleDecision.continueWith(ScheduleInterval.after(now + delay))] as const
  })
)

/**
 * The default: three attempts, retryable failures only, full jitter (base 50 ms, 1 s when throttled, cap 20 s), the service's
 * own hint honoured.
 *
 * @since 0.1.0
 * @category policies
 */
export const standard: Policy = jitteredByKind.pipe(whileRetryable, maxAttempts(3))

/**
 * @since 0.1.0
 * @category references
 */
export class RetryPolicy extends Context.Reference<RetryPolicy>()("@effect-aliyun/core/RetryPolicy", {
  defaultValue: (): Policy => standard
}) {}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (policy: Policy): Layer.Layer<RetryPolicy> => Layer.succeed(RetryPolicy, policy)

/**
 * Another policy for the calls of an effect.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 * import * as Schedule from "effect/Schedule"
 *
 * export const regions = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
 *   RetryPolicy.withPolicy(RetryPolicy.standard.pipe(Schedule.intersect(Schedule.recurUpTo("20 seconds"))))
 * )
 */
export const withPolicy: {
  (policy: Policy): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, policy: Policy): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, policy: Policy): Effect.Effect<A, E, R> =>
  Effect.provideService(self, RetryPolicy, policy)
)
