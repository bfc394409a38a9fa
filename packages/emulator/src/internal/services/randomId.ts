/** What ids are made of. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"

const bytes = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length))

/** @internal as many hexadecimal digits, in lower case; `length` is even */
export const hex = (length: number): string => Encoding.hex(bytes(length / 2))

/** @internal as many decimal digits, the first of them no zero */
export const digits = (length: number): string =>
  Array.from(bytes(length), (byte, index) => (index === 0 ? 1 + (byte % 9) : byte % 10)).join("")
