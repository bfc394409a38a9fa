/** What the time an answer says teaches about the clock of this machine. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as ClockSkew from "../ClockSkew.js"
import type { Trial } from "./attempt.js"

/** below this nothing has to be corrected: the gateway lets 15 minutes pass, and `Date` is whole seconds old */
const notable = 4 * 60_000
/** the gateway's window: what it let in was within it, and an answer that took longer says nothing of now */
const window = 15 * 60_000

/** a machine without a battery begins in 1970; no service lives in the year 9999 */
const century = 100 * 365 * 24 * 60 * 60_000

/** @internal the milliseconds of a `Date` header */
export const parse = (date: string | undefined): number | undefined => {
  const millis = date === undefined ? NaN : Date.parse(date)
  return Number.isNaN(millis) ? undefined : millis
}

const isNotable = (millis: number): boolean => Math.abs(millis) >= notable

/**
 * @internal of an answer that was not refused: `undefined` when it teaches nothing. A time that is not within the window of what was
 * signed cannot be that of who let it in.
 */
export const learn = (date: string | undefined, trial: Trial): Effect.Effect<void> | undefined => {
  const millis = parse(date)
  if (millis === undefined) return undefined
  const now = trial.call.clock.unsafeCurrentTimeMillis()
  const took = now - trial.signedAt
  const isPlausible = took >= 0 && took <= window && Math.abs(millis - trial.signedAt - trial.skew) <= window + took
  return isPlausible && isNotable(millis - now - trial.skew) ? set(millis - now, trial) : undefined
}

/** @internal of a refusal because of the time: whether there is a better time to sign with than the one that was used */
export const correct = (trial: Trial): Effect.Effect<boolean> =>
  Effect.suspend(() => {
    const now = trial.call.clock.unsafeCurrentTimeMillis()
    const took = now - trial.signedAt
    const known = Context.get(trial.call.context, ClockSkew.ClockSkew).unsafeGet(trial.call.unsigned.host)
    // others were refused at the same moment, and one of them was first
    if (isNotable(known - trial.skew)) return Effect.succeed(true)
    if (trial.date === undefined || took < 0 || took > window) return Effect.succeed(false)
    const found = trial.date - now
    return isNotable(found - trial.skew) && Math.abs(found) <= century
      ? Effect.as(set(found, trial), true)
      : Effect.succeed(false)
  })

const set = (millis: number, { call }: Trial): Effect.Effect<void> =>
  Effect.zipRight(
    Context.get(call.context, ClockSkew.ClockSkew).set(millis, call.unsigned.host),
    isNotable(millis)
      ? Effect.logWarning(
          `the clock of this machine is ${minutes(millis)} ${millis > 0 ? "behind" : "ahead of"} that of ${
            call.unsigned.host
          }; requests are signed with the time of the latter`
        )
      : Effect.logInfo(`the clock of this machine agrees with that of ${call.unsigned.host} again`)
  )

const minutes = (millis: number): string => `${Math.round(Math.abs(millis) / 60_000)} minutes`
