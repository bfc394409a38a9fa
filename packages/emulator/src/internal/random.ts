/** What nobody can guess. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"

const bytes = (length: number): Uint8Array => globalThis.crypto.getRandomValues(new Uint8Array(length))

/** @internal letters and digits */
export const alphanumeric = (length: number): string =>
  // of base64 nearly all are letters and digits, and twice as many bytes give more than twice as many of it
  Encoding.base64(bytes(length * 2))
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, length)

/** @internal so many bytes in base64 */
export const base64 = (length: number): string => Encoding.base64(bytes(length))
