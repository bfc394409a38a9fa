/** How many calls each key may make in a stretch of time. */
import type { Settings } from "./settings.js"

/** @internal counts a call of a key, by its id or token; the milliseconds to wait where it is one too many, else `undefined` */
export type RateLimit = (key: string, now: number) => number | undefined

/** more than there are at a time, unless somebody has keys made to fill the memory */
const mostKeys = 100_000

/** @internal */
export const make = (limit: Settings["rateLimit"]): RateLimit => {
  if (limit === undefined) return () => undefined
  const windows = new Map<string, { readonly start: number; readonly calls: number }>()
  return (key, now) => {
    const last = windows.get(key)
    const window = last !== undefined && now - last.start < limit.per ? last : { start: now, calls: 0 }
    if (window.calls >= limit.calls) return window.start + limit.per - now
    if (windows.size >= mostKeys) windows.clear()
    windows.set(key, { start: window.start, calls: window.calls + 1 })
    return undefined
  }
}
