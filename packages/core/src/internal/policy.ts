/** What policies are built of: a Schedule out of one decision a failure, and what becomes of a bad argument. */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleInterval from "effect/ScheduleInterval"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import type * as AcsError from "../AcsError.js"

type Policy = Schedule.Schedule<unknown, AcsError.AcsError>

/** @internal the longest wait before the next attempt, in milliseconds, and the part of it that jitter leaves: 1 is all */
export interface Wait<S> {
  readonly longest: number
  readonly least: number
  readonly state: S
}

/** @internal a policy that decides on each failure by what it remembers; one it gives up on, it does not remember */
export const make = <S>(
  initial: S,
  decide: (error: AcsError.AcsError, state: S, now: number) => Wait<S> | undefined
): Policy =>
  Schedule.makeWithState(initial, (now, error: AcsError.AcsError, state) => {
    const wait = decide(error, state, now)
    if (wait === undefined) return Effect.succeed([state, Duration.zero, ScheduleDecision.done] as const)
    return Effect.map(Random.next, (random) => {
      const delay = wait.longest * (wait.least + (1 - wait.least) * random)
      return [wait.state, Duration.millis(delay), after(now + delay)] as const
    })
  })

const after = (millis: number) => ScheduleDecision.continueWith(ScheduleInterval.after(millis))

const hintSlack = 5_000

/** @internal waits as long as the service asks for, up to five seconds beyond what the policy would */
export const honourRetryAfter = (self: Policy): Policy =>
  Schedule.makeWithState(self.initial, (now, error: AcsError.AcsError, state) =>
    Effect.map(self.step(now, error, state), ([next, output, decision]) => {
      const hint = error._tag === "ServerException" ? error.retryAfter : undefined
      if (hint === undefined || ScheduleDecision.isDone(decision)) return [next, output, decision] as const
      const own = Math.max(0, ScheduleIntervals.start(decision.intervals) - now)
      return [next, output, after(now + Math.max(own, Math.min(Duration.toMillis(hint), own + hintSlack)))] as const
    })
  )

const Broken: unique symbol = Symbol.for("@effect-aliyun/core/RetryPolicy/broken")

/** @internal what was said of an argument, in place of a policy: dies when it is provided, and at its first step */
const broken = (defect: Cause.IllegalArgumentException): Policy =>
  Object.assign(
    Schedule.makeWithState(undefined, () => Effect.die(defect)),
    { [Broken]: defect }
  )

/** @internal what is wrong with an argument, and what would be right */
export const illegal = (argument: string, must: string, given: unknown): Cause.IllegalArgumentException =>
  new Cause.IllegalArgumentException(
    `RetryPolicy.${argument} must ${must}, but is ${Inspectable.toStringUnknown(given, 0).slice(0, 64)}`
  )

const defectOf = (self: Policy): Cause.IllegalArgumentException | undefined =>
  Schedule.isSchedule(self)
    ? (self as { readonly [Broken]?: Cause.IllegalArgumentException })[Broken]
    : illegal("Policy", "be a Schedule", self)

/** @internal a policy, unless an argument of it is wrong */
export const unless = (defect: Cause.IllegalArgumentException | undefined, build: () => Policy): Policy =>
  defect === undefined ? build() : broken(defect)

/** @internal a policy made of another one, unless that is broken, or an argument is wrong */
export const onto = (self: Policy, defect: Cause.IllegalArgumentException | undefined, build: () => Policy): Policy =>
  unless(defectOf(self) ?? defect, build)

/** @internal dies for one that is broken */
export const checked = (self: Policy): Effect.Effect<Policy> => {
  const defect = defectOf(self)
  return defect === undefined ? Effect.succeed(self) : Effect.die(defect)
}
