/** Time as Node's timers count it: real, whatever `Clock` says. */
import * as Duration from "effect/Duration"

// beyond 24 days Node's timers fire at once
const longest = 2 ** 31 - 1

/** a duration of any length as a timer takes it */
export const millis = (duration: Duration.DurationInput): number => timer(Duration.toMillis(duration))

/** so many milliseconds as a timer takes them */
export const timer = (millis: number): number => Math.max(1, Math.min(millis, longest))
