/**
 * Long pieces of work, one in each turn of the event loop: a megabyte of JSON takes milliseconds, and when a hundred answers
 * have come at once nothing else would run for a second. What comes while nobody is at work goes at once.
 */
import * as Effect from "effect/Effect"

const waiting: Array<() => void> = []
let isTaken = false

const next = (): void => {
  const resume = waiting.shift()
  if (resume === undefined) isTaken = false
  else take(resume)
}

// Node runs all timers that are due in one turn, and one more has become due meanwhile; elsewhere each has a turn of its own
const { setImmediate: inNextTurn = (f: () => void): unknown => setTimeout(f, 0) } = globalThis as {
  readonly setImmediate?: (f: () => void) => unknown
}

/** the rest of this turn is the taker's; real time, whatever `Clock` says */
const take = (work: () => void): void => {
  isTaken = true
  inNextTurn(next)
  work()
}

/** @internal waits for a turn */
export const turn: Effect.Effect<void> = Effect.suspend(() => {
  if (!isTaken) {
    take(() => {})
    return Effect.void
  }
  return Effect.async<void>((resume) => {
    const mine = () => resume(Effect.void)
    waiting.push(mine)
    return Effect.sync(() => {
      const at = waiting.indexOf(mine)
      if (at >= 0) waiting.splice(at, 1)
    })
  })
})
