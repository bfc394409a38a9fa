/**
 * The region of the calls: it takes part in choosing the endpoint, and untyped requests carry it as `RegionId`.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"

/**
 * A region id; `cn-hangzhou` unless told, as in the seed.
 *
 * @since 0.1.0
 * @category references
 */
export class Region extends Context.Reference<Region>()("@effect-aliyun/core/Region", {
  defaultValue: (): string => "cn-hangzhou"
}) {}

/**
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Region from "@effect-aliyun/core/Region"
 *
 * export const Singapore = Region.layer("ap-southeast-1")
 */
export const layer = (regionId: string): Layer.Layer<Region> => Layer.succeed(Region, regionId)

/**
 * The region from configuration: `ALIBABA_CLOUD_REGION_ID` unless another `Config` is given.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config<string> = Config.nonEmptyString("ALIBABA_CLOUD_REGION_ID")
): Layer.Layer<Region, ConfigError.ConfigError> => Layer.effect(Region, config)

/**
 * Runs an effect in another region.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Region from "@effect-aliyun/core/Region"
 *
 * export const instances = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeInstances" }).pipe(
 *   Region.withRegion("eu-central-1")
 * )
 */
export const withRegion: {
  (regionId: string): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, regionId: string): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, regionId: string): Effect.Effect<A, E, R> =>
  Effect.provideService(self, Region, regionId)
)
