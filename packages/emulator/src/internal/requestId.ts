/** Request ids as the gateway writes them: a random UUID in upper case. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"

/** @internal */
export const random = (): string => {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16))
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
