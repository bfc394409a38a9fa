// Clocks for Effect's `withClock`.
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const live = Clock.make()

/** real time, off by so many milliseconds */
export const shifted = (by) => {
  const millis = () => live.unsafeCurrentTimeMillis() + by
  const nanos = () => live.unsafeCurrentTimeNanos() + BigInt(by) * 1_000_000n
  return {
    ...live,
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) => live.sleep(duration)
  }
}

/**
 * Time that passes by itself: once all that can run has run, the sleep that ends first ends. For work in memory, where an
 * answer comes in the step in which it is asked for.
 */
export const eager = (start = Date.UTC(2026, 0, 1)) => {
  let now = start
  let isTurning = false
  const sleepers = []
  const turn = () => {
    isTurning = false
    let first = 0
    for (let i = 1; i < sleepers.length; i++) if (sleepers[i].at < sleepers[first].at) first = i
    const [sleeper] = sleepers.splice(first, 1)
    if (sleeper === undefined) return
    now = Math.max(now, sleeper.at)
    sleeper.wake()
    schedule()
  }
  const schedule = () => {
    if (isTurning || sleepers.length === 0) return
    isTurning = true
    setImmediate(turn)
  }
  const nanos = () => BigInt(Math.floor(now)) * 1_000_000n
  return {
    ...live,
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.async((resume) => {
        const sleeper = { at: now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        sleepers.push(sleeper)
        schedule()
        return Effect.sync(() => {
          const at = sleepers.indexOf(sleeper)
          if (at >= 0) sleepers.splice(at, 1)
        })
      })
  }
}
