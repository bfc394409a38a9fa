/**
 * Text on the wire: RFC 3986 percent-encoding as Alibaba Cloud wants it, ordering by Unicode code point, hex and base64.
 *
 * Every function here is total: a lone surrogate, which has no UTF-8 form, is encoded as U+FFFD instead of throwing.
 * Whoever must refuse such text asks {@link isWellFormed} first.
 *
 * @since 0.1.0
 */

/**
 * Names and values in the order they go on the wire.
 *
 * @since 0.1.0
 * @category models
 */
export type Pairs = ReadonlyArray<readonly [name: string, value: string]>

const unreserved = /[A-Za-z0-9\-_.~]/
const loneSurrogate = /\p{Surrogate}/u
const loneSurrogates = /\p{Surrogate}/gu

/**
 * Whether the text has a UTF-8 form, that is: holds no lone surrogate.
 *
 * @since 0.1.0
 * @category guards
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(Encoding.isWellFormed("中文"), Encoding.isWellFormed("\uD800")) // true false
 */
export const isWellFormed = (text: string): boolean => !loneSurrogate.test(text)

/**
 * RFC 3986: only `A-Z a-z 0-9 - _ . ~` stay bare, every other UTF-8 byte becomes `%XX` in upper case.
 *
 * JavaScript's own `encodeURIComponent` leaves `! ' ( ) *` bare, which the gateway answers with `SignatureDoesNotMatch`.
 *
 * @since 0.1.0
 * @category encoding
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(Encoding.percentEncode("a b*~中")) // a%20b%2A~%E4%B8%AD
 */
export const percentEncode = (text: string): string => encodeBy(encodedAscii, encodeURIComponent, text)

/**
 * {@link percentEncode} applied twice, as the version 1 signature of RPC wants it, in one pass.
 *
 * @since 0.1.0
 * @category encoding
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(Encoding.percentEncodeTwice("a b")) // a%2520b
 */
export const percentEncodeTwice = (text: string): string => encodeBy(encodedAsciiTwice, encodeTwice, text)

type AsciiTable = ReadonlyArray<string | undefined>

// by table, in runs that stay as they are: half the time of encodeURIComponent and of mending what it leaves bare
const encodeBy = (table: AsciiTable, encodeRest: (text: string) => string, text: string): string => {
  let out = ""
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) {
      const encoded = table[code]
      if (encoded === undefined) continue
      out += text.slice(start, i) + encoded
      start = i + 1
    } else {
      let end = i + 1
      while (text.charCodeAt(end) >= 0x80) end++
      out += text.slice(start, i) + encodeRest(wellFormed(text.slice(i, end)))
      start = end
      i = end - 1
    }
  }
  return start === 0 ? text : out + text.slice(start)
}

const asciiTable = (escape: string): AsciiTable =>
  Array.from({ length: 0x80 }, (_, code) =>
    unreserved.test(String.fromCharCode(code))
      ? undefined
      : `${escape}${code.toString(16).toUpperCase().padStart(2, "0")}`
  )

/** `%XX` of each ASCII character that does not stay bare */
const encodedAscii = asciiTable("%")
const encodedAsciiTwice = asciiTable("%25")
const encodeTwice = (text: string): string => encodeURIComponent(text).replaceAll("%", "%25")

const wellFormed = (text: string): string => (isWellFormed(text) ? text : text.replace(loneSurrogates, "\uFFFD"))

const hexPair = /^[0-9A-Fa-f]{2}$/

/**
 * Undoes percent-encoding byte by byte and reads the bytes as UTF-8. A `%` that starts no byte stands for itself, and
 * bytes that are no UTF-8 become U+FFFD: it never throws, whatever arrives.
 *
 * @since 0.1.0
 * @category decoding
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(Encoding.percentDecode("a%20b%E4%B8%AD%zz")) // a b中%zz
 */
export const percentDecode = (text: string): string => {
  if (!text.includes("%")) return text
  const source = utf8(text)
  const bytes = new Uint8Array(source.length)
  let length = 0
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] ?? 0
    const pair = byte === 0x25 ? String.fromCharCode(source[i + 1] ?? 0, source[i + 2] ?? 0) : ""
    if (hexPair.test(pair)) {
      bytes[length++] = parseInt(pair, 16)
      i += 2
    } else {
      bytes[length++] = byte
    }
  }
  return utf8Decode(bytes.subarray(0, length))
}

/**
 * Compares by Unicode code point, which is also the order of the UTF-8 bytes. JavaScript's `<` compares UTF-16 units and
 * puts U+1F600 before U+FF5E.
 *
 * @since 0.1.0
 * @category ordering
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(["～", "😀"].sort(Encoding.compareCodePoints)) // [ "～", "😀" ]
 */
export const compareCodePoints = (self: string, that: string): number => {
  const length = Math.min(self.length, that.length)
  for (let i = 0; i < length; i++) {
    const a = self.charCodeAt(i)
    const b = that.charCodeAt(i)
    if (a !== b) return a >= 0xd800 && b >= 0xd800 ? codePointRank(a) - codePointRank(b) : a - b
  }
  return self.length - that.length
}

// surrogates stand for code points above U+FFFF, so they rank after the units U+E000..U+FFFF
const codePointRank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit + 0x2000)

/**
 * A copy of the pairs, sorted by name; equal names keep their order.
 *
 * @since 0.1.0
 * @category ordering
 */
export const sortPairs = (pairs: Pairs): Pairs =>
  pairs.slice().sort(pairs.some(([name]) => beyondSurrogates.test(name)) ? byCodePoint : byUnit)

type Pair = Pairs[number]

// units from U+D800 on are the only ones that the two orders tell apart; nearly all names are ASCII, and JavaScript compares
// units several times as fast as a loop compares code points
const beyondSurrogates = /[\ud800-\uffff]/
const byUnit = (self: Pair, that: Pair): number => (self[0] === that[0] ? 0 : self[0] < that[0] ? -1 : 1)
const byCodePoint = (self: Pair, that: Pair): number => compareCodePoints(self[0], that[0])

/**
 * `name=value` joined by `&`, both RFC 3986-encoded. This is both the canonical query and what goes on the wire.
 *
 * @since 0.1.0
 * @category encoding
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(Encoding.queryString([["A", "x y"], ["B", ""]])) // A=x%20y&B=
 */
export const queryString = (pairs: Pairs): string => {
  let out = ""
  for (const [name, value] of pairs) {
    out += `${out === "" ? "" : "&"}${percentEncode(name)}=${percentEncode(value)}`
  }
  return out
}

/**
 * An `application/x-www-form-urlencoded` body as the official Node SDKs write it: a space is `%20`, `! ' ( ) * ~` stay bare.
 *
 * @since 0.1.0
 * @category encoding
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(Encoding.formUrlEncoded([["A", "it's ok"]])) // A=it's%20ok
 */
export const formUrlEncoded = (pairs: Pairs): string => {
  const encode = (text: string) => encodeURIComponent(wellFormed(text))
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")
}

/**
 * Reads a query string or a form body: `&` separates, `+` is a space, an item without `=` is a name with an empty value.
 * Repeated names are all kept, in order.
 *
 * @since 0.1.0
 * @category decoding
 * @example
 * import * as Encoding from "@effect-aliyun/protocol/Encoding"
 *
 * console.log(Encoding.parseQuery("a=1+2&b&a=%33")) // [ [ "a", "1 2" ], [ "b", "" ], [ "a", "3" ] ]
 */
export const parseQuery = (text: string): Pairs => {
  const decode = (part: string) => percentDecode(part.replaceAll("+", " "))
  const pairs: Array<readonly [string, string]> = []
  for (const item of text.split("&")) {
    if (item === "") continue
    const at = item.indexOf("=")
    pairs.push(at < 0 ? [decode(item), ""] : [decode(item.slice(0, at)), decode(item.slice(at + 1))])
  }
  return pairs
}

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true })

/**
 * The UTF-8 bytes of a text.
 *
 * @since 0.1.0
 * @category encoding
 */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/**
 * The text of UTF-8 bytes; what is no UTF-8 becomes U+FFFD.
 *
 * @since 0.1.0
 * @category decoding
 */
export const utf8Decode = (bytes: Uint8Array): string => decoder.decode(bytes)

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/**
 * Lower-case hex of bytes.
 *
 * @since 0.1.0
 * @category encoding
 */
export const hex = (bytes: Uint8Array): string => {
  let out = ""
  for (const byte of bytes) out += hexOfByte[byte]
  return out
}

/**
 * Standard base64 (with `+ / =`) of bytes.
 *
 * @since 0.1.0
 * @category encoding
 */
export const base64 = (bytes: Uint8Array): string => {
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

const base64Text = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * The bytes of a base64 text, white space between lines allowed; `undefined` when it is no base64.
 *
 * @since 0.1.0
 * @category decoding
 */
export const base64Decode = (text: string): Uint8Array | undefined => {
  const compact = text.replace(/\s+/g, "")
  if (compact.length % 4 !== 0 || !base64Text.test(compact)) return undefined
  return Uint8Array.from(atob(compact), (character) => character.charCodeAt(0))
}
