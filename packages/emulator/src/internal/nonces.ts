/** Which nonces each key has used, for as long as the gateway remembers them. */

/** 31 minutes: a request that is 15 minutes early can be repeated for 30 */
const remembered = 31 * 60 * 1000
/** some 500 signed calls a second; beyond that the oldest nonce is forgotten early */
const limit = 1_000_000

/** @internal */
export interface Nonces {
  /** remembers a nonce; `false` when it was used before */
  readonly burn: (key: string, nonce: string, now: number) => boolean
}

/** @internal */
export const make = (): Nonces => {
  // in the order of use, which is the order of expiry
  const used = new Map<string, number>()
  return {
    burn: (key, nonce, now) => {
      for (const [oldest, at] of used) {
        if (used.size < limit && now - at < remembered) break
        used.delete(oldest)
      }
      const entry = JSON.stringify([key, nonce])
      if (used.has(entry)) return false
      used.set(entry, now)
      return true
    }
  }
}
