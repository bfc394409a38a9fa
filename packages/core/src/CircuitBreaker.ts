/**
 * Stops calling a host that answers nobody: after so many failures in a row its calls fail at once, with reason `CircuitOpen`, and
 * one call at a time finds out whether it has come back.
 *
 * It is off unless provided. A budget (`RetryBudget`) already keeps an outage from being made worse; a breaker also spares the
 * callers the wait for a failure that is certain, at the price of failing a few calls that might have worked.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as byHost from "./internal/byHost.js"

/**
 * How an attempt ended, as far as the host is concerned: it answered, it failed (no connection, no answer in time, a transient
 * failure of its own), or nothing was learned.
 *
 * @since 0.1.0
 * @category models
 */
export type Verdict = "answered" | "failed" | "unknown"

/**
 * An attempt that was let in; `isProbe`: the one that finds out.
 *
 * @since 0.1.0
 * @category models
 */
export interface Permit {
  readonly host: string
  readonly isProbe: boolean
}

/**
 * - `unsafeWait`: milliseconds until a call to the host may be made, 0 when it may be made now. Times are in milliseconds of a
 *   clock that does not jump
 * - `unsafeEnter`: lets an attempt in, or does not; one that was let in has to be followed by its `unsafeLeave`
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly unsafeWait: (host: string, now: number) => number
  readonly unsafeEnter: (host: string, now: number) => Permit | undefined
  readonly unsafeLeave: (permit: Permit, now: number, verdict: Verdict) => void
}

/**
 * - `failures`: how many in a row open the circuit; 10
 * - `cooldown`: for how long it stays open at first; 5 seconds. It doubles each time that the call that finds out fails
 * - `longest`: the most that it grows to; 1 minute
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly failures?: number | undefined
  readonly cooldown?: Duration.DurationInput | undefined
  readonly longest?: Duration.DurationInput | undefined
}

interface State {
  /** in a row */
  readonly failures: number
  readonly cooldown: number
  /** no call before; 0 while the circuit is closed */
  readonly openUntil: number
  /** one call is finding out */
  readonly isProbing: boolean
}

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as CircuitBreaker from "@effect-aliyun/core/CircuitBreaker"
 *
 * const breaker = CircuitBreaker.unsafeMake({ failures: 1, cooldown: "1 second" })
 * const permit = breaker.unsafeEnter("ecs.aliyuncs.com", 0)
 * if (permit !== undefined) breaker.unsafeLeave(permit, 0, "failed")
 * console.log(breaker.unsafeWait("ecs.aliyuncs.com", 400)) // 600
 */
export const unsafeMake = (options: Options = {}): Service => {
  const threshold = options.failures ?? 10
  const first = Duration.toMillis(options.cooldown ?? "5 seconds")
  const longest = Duration.toMillis(options.longest ?? "1 minute")
  const states = byHost.make<State>()

  const wait = (host: string, now: number): number => {
    const state = states.get(host)
    if (state === undefined || state.openUntil === 0) return 0
    return state.isProbing ? Math.max(first, state.openUntil - now) : Math.max(0, state.openUntil - now)
  }

  const onFailure = ({ host, isProbe }: Permit, now: number): void => {
    const state = states.get(host) ?? { failures: 0, cooldown: first, openUntil: 0, isProbing: false }
    if (isProbe) {
      const cooldown = Math.min(longest, state.cooldown * 2)
      states.set(host, { ...state, cooldown, openUntil: now + cooldown, isProbing: false })
      return
    }
    // one that had begun before the circuit opened says nothing new
    if (state.openUntil !== 0) return
    const failures = state.failures + 1
    states.set(host, { ...state, failures, openUntil: failures >= threshold ? now + first : 0 })
  }

  return {
    unsafeWait: wait,
    unsafeEnter: (host, now) => {
      const state = states.get(host)
      if (state === undefined || state.openUntil === 0) return { host, isProbe: false }
      if (wait(host, now) > 0) return undefined
      states.set(host, { ...state, isProbing: true })
      return { host, isProbe: true }
    },
    unsafeLeave: (permit, now, verdict) => {
      if (verdict === "answered") return states.delete(permit.host)
      if (verdict === "failed") return onFailure(permit, now)
      // the call that was to find out was given up: the next one may
      const state = states.get(permit.host)
      if (permit.isProbe && state !== undefined) states.set(permit.host, { ...state, isProbing: false })
    }
  }
}

/**
 * The breaker of the calls; none unless provided.
 *
 * @since 0.1.0
 * @category references
 */
export class CircuitBreaker extends Context.Reference<CircuitBreaker>()("@effect-aliyun/core/CircuitBreaker", {
  defaultValue: (): Service | undefined => undefined
}) {}

/**
 * A breaker for each host, shared by what is built with this layer and nothing else. Options that make no sense are a defect of
 * the layer: an `IllegalArgumentException`.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as CircuitBreaker from "@effect-aliyun/core/CircuitBreaker"
 *
 * export const Breaker = CircuitBreaker.layer({ failures: 20, cooldown: "10 seconds" })
 */
export const layer = (options: Options = {}): Layer.Layer<CircuitBreaker> =>
  Layer.effect(
    CircuitBreaker,
    Effect.suspend(() => {
      const issue = issueOf(options)
      return issue === undefined
        ? Effect.succeed(unsafeMake(options))
        : Effect.die(new Cause.IllegalArgumentException(`CircuitBreaker: ${issue}`))
    })
  )

const issueOf = ({ cooldown, failures, longest }: Options): string | undefined => {
  if (failures !== undefined && !(Number.isSafeInteger(failures) && failures > 0)) {
    return "failures must be a whole number of 1 or more"
  }
  const isTime = (duration: Duration.DurationInput | undefined) =>
    duration === undefined || Option.exists(Duration.decodeUnknown(duration), (time) => Duration.toMillis(time) > 0)
  return isTime(cooldown) && isTime(longest)
    ? undefined
    : "cooldown and longest must be durations, for instance '5 seconds'"
}
