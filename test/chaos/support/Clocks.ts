/** Clocks for tests that `TestClock` does not fit: it times out a server that answers in real time. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const live = Clock.make()

/** real time, off by so many milliseconds, which may change on the way */
export const shifted = (by: number | (() => number)): Clock.Clock => {
  const offset = typeof by === "number" ? () => by : by
  const millis = () => live.unsafeCurrentTimeMillis() + offset()
  const nanos = () => live.unsafeCurrentTimeNanos() + BigInt(offset()) * 1_000_000n
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
 * Time that passes by itself: once all that can run has run, the sleep that ends first ends, and it is that late. For work in
 * memory, since nothing waits for a socket; thousands of sleeps take as many turns of the loop.
 */
export const eager = (start = Date.UTC(2026, 0, 1)): Clock.Clock => {
  let now = start
  let isTurning = false
  const sleepers: Array<{ readonly at: number; readonly wake: () => void }> = []
  const turn = () => {
    isTurning = false
    let first = 0
    for (let i = 1; i < sleepers.length; i++) if (sleepers[i]!.at < sleepers[first]!.at) first = i
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
  return {
    ...live,
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => now,
    unsafeCurrentTimeNanos: () => BigInt(Math.floor(now)) * 1_000_000n,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanos: Effect.sync(() => BigInt(Math.floor(now)) * 1_000_000n),
    sleep: (duration) =>
      Effect.async<void>((resume) => {
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
