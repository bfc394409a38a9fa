/** The default policy, and the one for what a workflow waits for. */
import type * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as AcsError from "../AcsError.js"
import type { StandardOptions } from "../RetryPolicy.js"
import { millisOf } from "./millis.js"
import type { Wait } from "./policy.js"
import { illegal } from "./policy.js"

/** @internal */
export interface Settings {
  readonly maxAttempts: number
  readonly base: number
  readonly throttledBase: number
  readonly cap: number
}

/** @internal */
export const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 1

/** a time that passes, and ends */
const isSpan = (duration: Duration.DurationInput): boolean => Number.isFinite(millisOf(duration))

/** @internal what each option must be */
export const rules = {
  maxAttempts: [isCount, "be a whole number from 1; `none` makes no second attempt"],
  base: [isSpan, "be a time longer than zero, for instance '50 millis'; `fixed(0)` does not wait"],
  throttledBase: [isSpan, "be a time longer than zero, for instance '1 second'; `fixed(0)` does not wait"],
  cap: [(cap: Duration.DurationInput) => millisOf(cap) !== undefined, "be longer than zero, for instance '20 seconds'"]
} as const

/** @internal the first option that is wrong */
export const wrongOption = (options: StandardOptions): keyof StandardOptions | undefined =>
  (Object.keys(rules) as ReadonlyArray<keyof StandardOptions>).find((name) => {
    const value = options[name]
    return value !== undefined && !(rules[name][0] as (value: unknown) => boolean)(value)
  })

/** @internal */
export const illegalOption = (options: StandardOptions): Cause.IllegalArgumentException | undefined => {
  const name = wrongOption(options)
  return name === undefined ? undefined : illegal(`standardWith: ${name}`, rules[name][1], options[name])
}

/** @internal of options that are sound */
export const settingsOf = (options: StandardOptions): Settings => ({
  maxAttempts: options.maxAttempts ?? 3,
  base: millisOf(options.base ?? 50) ?? 0,
  throttledBase: millisOf(options.throttledBase ?? 1_000) ?? 0,
  cap: millisOf(options.cap ?? 20_000) ?? 0
})

/**
 * How many attempts counted, how often the same ClientToken was still being worked on, which does not count, and whether an
 * answer could not be read: one that comes a second time is what the service has to say.
 */
interface Progress {
  readonly counted: number
  readonly inProgress: number
  readonly unread: boolean
}

/** @internal */
export const notBegun: Progress = { counted: 0, inProgress: 0, unread: false }

/** @internal */
export const decide =
  ({ base, cap, maxAttempts, throttledBase }: Settings) =>
  (error: AcsError.AcsError, { counted, inProgress, unread }: Progress): Wait<Progress> | undefined => {
    if (!AcsError.isRetryable(error)) return undefined
    const wait = (base: number, repetition: number, state: Progress): Wait<Progress> => ({
      longest: Math.min(base * 2 ** repetition, cap),
      least: 0,
      state
    })
    if (error._tag === "ServerException" && error.category === "InProgress") {
      return wait(throttledBase, inProgress, { counted, inProgress: inProgress + 1, unread })
    }
    const isUnread = error._tag === "ClientException" && error.reason._tag === "UnexpectedResponse"
    if (counted + 1 >= maxAttempts || (isUnread && unread)) return undefined
    return wait(AcsError.isThrottling(error) ? throttledBase : base, counted, {
      counted: counted + 1,
      inProgress,
      unread: unread || isUnread
    })
  }

/** when the first conflict was met, and how many there were */
interface Waiting {
  readonly since: number
  readonly repetitions: number
}

const conflictBase = 1_000
const conflictCap = 10_000
const conflictPatience = 5 * 60 * 1_000

/** @internal */
export const decideConflict = (
  error: AcsError.AcsError,
  state: Waiting | undefined,
  now: number
): Wait<Waiting> | undefined => {
  if (error._tag !== "ServerException" || error.category !== "Conflict") return undefined
  const { repetitions, since } = state ?? { repetitions: 0, since: now }
  if (now - since >= conflictPatience) return undefined
  return {
    longest: Math.min(conflictBase * 2 ** repetitions, conflictCap),
    least: 0.5,
    state: { since, repetitions: repetitions + 1 }
  }
}
