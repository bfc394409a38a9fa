import * as Duration from "effect/Duration"

/** `undefined` where untyped callers pass what is no duration */
const decoded = (duration: Duration.DurationInput): number | undefined => {
  try {
    return Duration.toMillis(duration)
  } catch {
    return undefined
  }
}

/** @internal `undefined` where untyped callers pass what is no duration, or none that passes */
export const millisOf = (duration: Duration.DurationInput): number | undefined => {
  const millis = decoded(duration)
  return millis !== undefined && millis > 0 ? millis : undefined
}

/** @internal as {@link millisOf}, but zero is one too: what is negative, `Duration` itself takes for that */
export const zeroOrMillisOf = (duration: Duration.DurationInput): number | undefined =>
  isNegative(duration) ? undefined : decoded(duration)

const isNegative = (duration: Duration.DurationInput): boolean => {
  if (typeof duration === "string") return duration.startsWith("-")
  const parts: ReadonlyArray<unknown> = Array.isArray(duration) ? duration : [duration]
  return parts.some((part) => (typeof part === "number" && !(part >= 0)) || (typeof part === "bigint" && part < 0n))
}
