/**
 * Operations that the emulator does not know, to be registered with `Emulator.handle`: a function from what was asked to
 * what is answered. The signature has been checked when it is called.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Principal } from "./Principal.js"

/**
 * - `parameters`: of query and form together, those of the signature included; of a repeated name the first value
 * - `pathParameters`: what filled the `{Name}`s of the path, decoded
 * - `attempt`: how often the same method, path, version and action had arrived, this time included
 *
 * @since 0.1.0
 * @category models
 */
export interface Request {
  readonly method: string
  readonly path: string
  readonly version: string | undefined
  readonly action: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly pathParameters: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly principal: Principal
  readonly attempt: number
}

/**
 * `Success` is sent as JSON, or as XML to an RPC request that wants that, with a `RequestId` of the emulator unless it has
 * one. `Failure` is an error in the form of the product's style.
 *
 * @since 0.1.0
 * @category models
 */
export type Reply =
  | { readonly _tag: "Success"; readonly body: unknown; readonly status: number }
  | { readonly _tag: "Failure"; readonly status: number; readonly code: string; readonly message: string }

/**
 * @since 0.1.0
 * @category models
 */
export type Handler = (request: Request) => Reply | Effect.Effect<Reply>

/**
 * Which requests go to a handler: an action (of RPC, or of ROA requests that name it), or method and path, for instance
 * `{ method: "GET", path: "/clusters/{ClusterId}/nodes" }`.
 *
 * @since 0.1.0
 * @category models
 */
export type Target = string | { readonly method: string; readonly path: string; readonly action?: string | undefined }

/**
 * `status`: 200 unless told.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Emulator from "@effect-aliyun/emulator/Emulator"
 * import * as Route from "@effect-aliyun/emulator/Route"
 *
 * export const twice = Emulator.handle("Kms", "GenerateDataKey", ({ attempt }) =>
 *   attempt === 1
 *     ? Route.failure({ status: 503, code: "ServiceUnavailable", message: "Try again." })
 *     : Route.success({ KeyId: "key-1", Plaintext: "AAAA" })
 * )
 */
export const success = (body: unknown, status = 200): Reply => ({ _tag: "Success", body, status })

/**
 * @since 0.1.0
 * @category constructors
 */
export const failure = (options: {
  readonly status: number
  readonly code: string
  readonly message: string
}): Reply => ({ _tag: "Failure", ...options })
