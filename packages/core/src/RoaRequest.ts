/**
 * Requests of ROA (REST) style: a method on a path.
 *
 * @since 0.1.0
 */
import * as AcsRequest from "./AcsRequest.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface RoaRequest extends AcsRequest.AcsRequest {
  readonly _tag: "RoaRequest"
  readonly pathPattern: string
}

/**
 * - `pathPattern`: for instance `/clusters/[ClusterId]/nodes`
 * - `pathParams`: what fills the `[Name]`s. Each becomes one encoded segment, whatever it holds; nothing, `.` and `..` are
 *   refused
 * - `action`: sent as `x-acs-action` when given
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends AcsRequest.CommonOptions {
  readonly pathPattern: string
  readonly pathParams?: object | undefined
  readonly action?: string | undefined
}

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
 *
 * export const cluster = AcsClient.execute(
 *   RoaRequest.make({
 *     product: "CS",
 *     version: "2015-12-15",
 *     action: "DescribeClusterDetail",
 *     pathPattern: "/clusters/[ClusterId]",
 *     pathParams: { ClusterId: "c82e6987e2961451182edacd74faf" }
 *   })
 * )
 */
export const make = (options: Options): RoaRequest => AcsRequest.unsafeMake("RoaRequest", options)
