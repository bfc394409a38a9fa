/**
 * The two spellings of time on the wire. The current time always comes in from outside, in milliseconds since the epoch.
 *
 * @since 0.1.0
 */

/**
 * UTC without fractions, `YYYY-MM-DDTHH:mm:ssZ`: `Timestamp` of RPC and `x-acs-date` of ACS3.
 *
 * @since 0.1.0
 * @category formatting
 * @example
 * import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
 *
 * console.log(Timestamp.iso8601(0)) // 1970-01-01T00:00:00Z
 */
export const iso8601 = (millis: number): string => {
  const second = Math.floor(millis / 1000)
  if (second !== last.second) last = { second, text: `${new Date(millis).toISOString().slice(0, -".000Z".length)}Z` }
  return last.text
}

// thousands of requests share a second, and writing it takes as long as a fifth of a signature
let last = { second: Number.NaN, text: "" }

/**
 * The HTTP date, always in English and GMT: `Date` of ROA.
 *
 * @since 0.1.0
 * @category formatting
 * @example
 * import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
 *
 * console.log(Timestamp.rfc1123(0)) // Thu, 01 Jan 1970 00:00:00 GMT
 */
export const rfc1123 = (millis: number): string => new Date(millis).toUTCString()

const iso8601Form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/
const rfc1123Form = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Milliseconds since the epoch of either spelling; `undefined` for anything else.
 *
 * @since 0.1.0
 * @category parsing
 * @example
 * import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
 *
 * console.log(Timestamp.parse("1970-01-01T00:00:01Z"), Timestamp.parse("yesterday")) // 1000 undefined
 */
export const parse = (text: string): number | undefined => {
  const format = iso8601Form.test(text) ? iso8601 : rfc1123Form.test(text) ? rfc1123 : undefined
  const millis = Date.parse(text)
  if (format === undefined || Number.isNaN(millis)) return undefined
  // Date.parse takes 30 February for 2 March, and any name of a weekday
  return format(millis) === text ? millis : undefined
}
