/** What has arrived at one emulator, bounded: it may run for weeks behind a port that anything can reach. */
import type { Call } from "../Call.js"

const limit = 10_000

/** @internal */
export interface CallLog {
  readonly record: (call: Omit<Call, "attempt">) => void
  readonly entries: () => ReadonlyArray<Call>
}

/** @internal */
export const make = (): CallLog => {
  let calls: Array<Call> = []
  const attempts = new Map<string, number>()
  return {
    record: (call) => {
      const key = JSON.stringify([call.method, call.path, call.version, call.action])
      const attempt = (attempts.get(key) ?? 0) + 1
      // set anew, so that what was seen longest ago comes first
      attempts.delete(key)
      attempts.set(key, attempt)
      for (const oldest of attempts.keys()) {
        if (attempts.size <= limit) break
        attempts.delete(oldest)
      }
      calls.push({ ...call, attempt })
      // in strides: to shift an array of this size at every call would cost more than the call
      if (calls.length >= 2 * limit) calls = calls.slice(-limit)
    },
    entries: () => calls.slice(-limit)
  }
}
