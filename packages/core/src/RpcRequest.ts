/**
 * Requests of RPC style: an action and its parameters, at path `/`.
 *
 * @since 0.1.0
 */
import * as AcsRequest from "./AcsRequest.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface RpcRequest extends AcsRequest.AcsRequest {
  readonly _tag: "RpcRequest"
}

/**
 * - `action`: for instance `DescribeInstances`
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends AcsRequest.CommonOptions {
  readonly action: string
}

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as AcsRequest from "@effect-aliyun/core/AcsRequest"
 * import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
 *
 * const request = RpcRequest.make({
 *   product: "Ecs",
 *   version: "2014-05-26",
 *   action: "DescribeInstances",
 *   query: { PageSize: 10, Tag: [{ Key: "env", Value: "prod" }] }
 * })
 * export const secondPage = AcsClient.execute(request.pipe(AcsRequest.setQueryParam("PageNumber", 2)))
 */
export const make = (options: Options): RpcRequest => AcsRequest.unsafeMake("RpcRequest", options)
