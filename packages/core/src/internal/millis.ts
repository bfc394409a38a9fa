import * as Duration from "effect/Duration"

/** @internal `undefined` where untyped callers pass what is no duration, or none that passes */
export const millisOf = (duration: Duration.DurationInput): number | undefined => {
  try {
    const millis = Duration.toMillis(duration)
    return millis > 0 ? millis : undefined
  } catch {
    return undefined
  }
}
