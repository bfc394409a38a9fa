/** Request ids as the gateway writes them: a random UUID in upper case. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"

const size = 16
// a draw costs as much as the rest of an id, however small it is
const pool = new Uint8Array(size * 256)
let used = pool.length

/** @internal */
export const random = (): string => {
  if (used === pool.length) {
    globalThis.crypto.getRandomValues(pool)
    used = 0
  }
  const bytes = pool.subarray(used, (used += size))
  const hex = Encoding.hex(bytes).toUpperCase()
  const variant = "89AB".charAt((bytes[8] ?? 0) & 3)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20)
  ].join("-")
}
