/**
 * A request as the emulator saw it, without parameters, headers and body: a call can be logged, and holds no secret.
 *
 * @since 0.1.0
 */

/**
 * - `sequence`: 1 for the first call that was answered, 2 for the second, and so on
 * - `at`: when it arrived, milliseconds since the epoch, by Effect's `Clock`; `latency`: until it was answered, in
 *   milliseconds
 * - `product`, `action`: as the emulator knows them; `undefined` where it does not know the version, or (of ROA) the path
 * - `version`: as the request says
 * - `verdict`: whether the request proved who it is from, where it had to
 * - `status`, `code`: of the answer; `code` is `undefined` when it is no error
 * - `attempt`: how often the same method, path, version and action had arrived, this time included
 * - `fault`: the kind of fault that hit it
 *
 * @since 0.1.0
 * @category models
 */
export interface Call {
  readonly sequence: number
  readonly at: number
  readonly latency: number
  readonly method: string
  readonly path: string
  readonly product: string | undefined
  readonly version: string | undefined
  readonly action: string | undefined
  readonly accessKeyId: string | undefined
  readonly verdict: "Accepted" | "Refused"
  readonly status: number
  readonly code: string | undefined
  readonly requestId: string
  readonly attempt: number
  readonly fault: string | undefined
}

/**
 * Which calls are meant: those that have all that is given.
 *
 * @since 0.1.0
 * @category models
 */
export type Filter = Partial<Omit<Call, "sequence" | "at" | "latency" | "requestId">>

/**
 * @since 0.1.0
 * @category filtering
 */
export const matches =
  (filter: Filter) =>
  (call: Call): boolean =>
    Object.entries(filter).every(([name, value]) => call[name as keyof Call] === value)
