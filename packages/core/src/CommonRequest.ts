/**
 * The request for an API of which one knows no more than its documentation. Its style follows the seed's rule: ROA when it
 * has a path pattern, else RPC.
 *
 * @since 0.1.0
 */
import * as AcsRequest from "./AcsRequest.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface CommonRequest extends AcsRequest.AcsRequest {
  readonly _tag: "CommonRequest"
}

/**
 * - `product`: may be left out when `endpoint` (the seed's `domain`) is given
 * - `action` or `pathPattern`: at least one of them
 *
 * The seed's three checks are kept, with their code `SDK.InvalidParams` and their texts.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Omit<AcsRequest.CommonOptions, "product"> {
  readonly product?: string | undefined
  readonly action?: string | undefined
  readonly pathPattern?: string | undefined
  readonly pathParams?: object | undefined
}

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as CommonRequest from "@effect-aliyun/core/CommonRequest"
 *
 * export const regions = AcsClient.execute(
 *   CommonRequest.make({ endpoint: "ecs.aliyuncs.com", version: "2014-05-26", action: "DescribeRegions" })
 * )
 */
export const make = (options: Options): CommonRequest => AcsRequest.unsafeMake("CommonRequest", options)
