/** What has arrived at one emulator, bounded: it may run for weeks behind a port that anything can reach. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Call } from "../Call.js"

const limit = 10_000
/** what a listener that does not keep up still gets of what it has missed */
const backlog = 1024

/** @internal */
export interface CallLog {
  /** counts a request; how often the same had arrived, this time included */
  readonly count: (call: Pick<Call, "method" | "path" | "version" | "action">) => number
  readonly record: (call: Omit<Call, "sequence">) => void
  readonly entries: () => ReadonlyArray<Call>
  readonly changes: Stream.Stream<Call>
}

/** @internal */
export const make = (): CallLog => {
  const listeners = new Set<(call: Call) => void>()
  let calls: Array<Call> = []
  let sequence = 0
  const attempts = new Map<string, number>()
  return {
    count: ({ action, method, path, version }) => {
      const key = JSON.stringify([method, path, version, action])
      const attempt = (attempts.get(key) ?? 0) + 1
      // set anew, so that what was seen longest ago comes first
      attempts.delete(key)
      attempts.set(key, attempt)
      for (const oldest of attempts.keys()) {
        if (attempts.size <= limit) break
        attempts.delete(oldest)
      }
      return attempt
    },
    record: (entry) => {
      const call = { ...entry, sequence: ++sequence }
      calls.push(call)
      for (const listener of listeners) listener(call)
      // in strides: to shift an array of this size at every call would cost more than the call
      if (calls.length >= 2 * limit) calls = calls.slice(-limit)
    },
    entries: () => calls.slice(-limit),
    changes: Stream.asyncPush<Call>(
      (emit) => {
        const listener = (call: Call) => void emit.single(call)
        return Effect.acquireRelease(
          Effect.sync(() => listeners.add(listener)),
          () => Effect.sync(() => listeners.delete(listener))
        )
      },
      { bufferSize: backlog, strategy: "sliding" }
    )
  }
}
