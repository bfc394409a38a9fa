/**
 * A request as the emulator saw it, without parameters, headers and body: a call can be logged, and holds no secret.
 *
 * @since 0.1.0
 */

/**
 * - `at`: milliseconds since the epoch, by Effect's `Clock`
 * - `product`, `action`: as the emulator knows them; `undefined` where it does not know the version, or (of ROA) the path
 * - `version`: as the request says
 * - `verdict`: whether the request proved who it is from
 * - `status`, `code`: of the answer; `code` is `undefined` when it is no error
 * - `attempt`: how often the same method, path, version and action had arrived, this time included
 *
 * @since 0.1.0
 * @category models
 */
export interface Call {
  readonly at: number
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
}
