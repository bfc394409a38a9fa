/**
 * The two rules by which a product names its hosts, when no table knows better.
 *
 * @since 0.1.0
 */

/**
 * - `product`: the product code; the host has it in lower case
 * - `regionId`: only `regional` needs it
 * - `kind`: `regional` gives `ecs.cn-hangzhou.aliyuncs.com`, `central` gives `ecs.aliyuncs.com`
 * - `network`: `public` (the default), `vpc`, `internal`, …; `suffix`: for instance `share`
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly product: string
  readonly regionId?: string | undefined
  readonly kind: "regional" | "central"
  readonly network?: string | undefined
  readonly suffix?: string | undefined
}

const regionId = /^[a-z]+(?:-[a-z0-9_]+)+$/i

/**
 * Whether a text has the form of a region id: a part of the world and a place, `cn-hangzhou` or `na-south-1`. Which regions
 * there are is not asked: there are new ones every year.
 *
 * @since 0.1.0
 * @category predicates
 * @example
 * import * as EndpointRule from "@effect-aliyun/protocol/EndpointRule"
 *
 * console.log(EndpointRule.isRegionId("na-south-1"), EndpointRule.isRegionId("mars")) // true false
 */
export const isRegionId = (text: string): boolean => regionId.test(text)

/**
 * `<product>[-suffix][-network][.region].aliyuncs.com`; `undefined` for a regional product without a region. The parts
 * must have been validated: nothing here escapes them.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as EndpointRule from "@effect-aliyun/protocol/EndpointRule"
 *
 * console.log(EndpointRule.host({ product: "Ecs", regionId: "cn-beijing", kind: "regional", network: "vpc" }))
 * // ecs-vpc.cn-beijing.aliyuncs.com
 */
export const host = (options: Options): string | undefined => {
  const suffix = options.suffix ? `-${options.suffix}` : ""
  const network = options.network && options.network !== "public" ? `-${options.network}` : ""
  const name = `${options.product}${suffix}${network}`.toLowerCase()
  if (options.kind === "central") return `${name}.aliyuncs.com`
  return options.regionId ? `${name}.${options.regionId.toLowerCase()}.aliyuncs.com` : undefined
}
