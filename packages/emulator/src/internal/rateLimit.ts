/** How many calls each key may make in a stretch of time. */
import type { Settings } from "./settings.js"

/** @internal counts a call of a key; the milliseconds to wait where it is one too many, else `undefined` */
export type RateLimit = (accessKeyId: string, now: number) => number | undefined

/** @internal */
export const make = (limit: Settings["rateLimit"]): RateLimit => {
  if (limit === undefined) return () => undefined
  const windows = new Map<string, { readonly start: number; readonly calls: number }>()
  return (accessKeyId, now) => {
    const last = windows.get(accessKeyId)
    const window = last !== undefined && now - last.start < limit.per ? last : { start: now, calls: 0 }
    if (window.calls >= limit.calls) return window.start + limit.per - now
    windows.set(accessKeyId, { start: window.start, calls: window.calls + 1 })
    return undefined
  }
}
