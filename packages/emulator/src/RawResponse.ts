/**
 * An answer before it is framed for a connection: what every door of the emulator gives back.
 *
 * @since 0.1.0
 */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"

/**
 * - `headers`: lower-case names, without those that frame the message (`content-length`, `connection`)
 * - `body`: empty when there is none
 * - `ending`: how the connection ends badly, of faults only
 *
 * @since 0.1.0
 * @category models
 */
export interface RawResponse {
  readonly status: number
  readonly headers: Encoding.Pairs
  readonly body: Uint8Array
  readonly ending?: Ending | undefined
}

/**
 * - `ResetBefore`, `ResetInHeaders`, `ResetInBody`: the connection is reset before any byte, halfway through the headers,
 *   or halfway through the body
 * - `Truncated`: the connection is closed halfway through the body
 * - `Endless`: the body is repeated for ever
 *
 * @since 0.1.0
 * @category models
 */
export type Ending = "ResetBefore" | "ResetInHeaders" | "ResetInBody" | "Truncated" | "Endless"

/**
 * The value of a header, by its lower-case name.
 *
 * @since 0.1.0
 * @category getters
 */
export const header = (self: RawResponse, name: string): string | undefined =>
  self.headers.find(([key]) => key === name)?.[1]

/**
 * Whether HTTP forbids a body: the answer to `HEAD`, and the statuses 204, 205 and 304.
 *
 * @since 0.1.0
 * @category guards
 */
export const isBare = (self: RawResponse, method: string): boolean =>
  method === "HEAD" || self.status === 204 || self.status === 205 || self.status === 304
