/**
 * Credentials of the RAM role of an ECS instance, from the metadata service that each instance finds at 100.100.100.200.
 *
 * Requests carry a token of the service (what its documents call the security hardening mode), which is asked for every six
 * hours; without one only when `allowV1` says so, since then whoever can make a program on the machine send a request can
 * have its keys. No redirect is followed, and a body of more than 64 KiB is refused.
 *
 * Source: https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Credentials from "./Credentials.js"
import * as metadata from "./internal/metadata.js"

/**
 * - `roleName`: the role of the instance; asked of the service, once, unless told
 * - `allowV1`: whether to go on without a token where the service gives none (403, 404 or 405); `false` unless told
 * - `disabled`: send nothing, and have nothing to offer
 * - `endpoint`: `[http://]host[:port]`, `http://100.100.100.200` unless told
 * - `timeout`: of each request, 1 second unless told
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly roleName?: string | undefined
  readonly allowV1?: boolean | undefined
  readonly disabled?: boolean | undefined
  readonly endpoint?: string | undefined
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * A provider named `ecs_ram_role`. What it gave last is used beyond its end while the service does not answer.
 *
 * `NotConfigured` where it is disabled, where the instance has no role, and where nobody answers, unless a `roleName` says that
 * somebody should, or somebody did before. All else is `Failed`.
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
 *
 * export const Chain = Credentials.layer(Credentials.env, EcsRamRole.provider({ timeout: "500 millis" }))
 */
export const provider = (options: Options = {}): Credentials.Provider<HttpClient.HttpClient> => ({
  name: metadata.provider,
  staticStability: true,
  resolve: metadata.make(options)
})

/**
 * {@link provider} as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Credentials.Credentials, never, HttpClient.HttpClient> =>
  Credentials.layer(provider(options))

/**
 * The same from configuration, read when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
 * import * as Config from "effect/Config"
 *
 * export const FromConfig = EcsRamRole.layerConfig({ roleName: Config.string("MY_ROLE") })
 */
export const layerConfig = (
  options: Config.Config.Wrap<Omit<Options, "timeout"> & { readonly timeout?: Duration.Duration | undefined }>
): Layer.Layer<Credentials.Credentials, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(options), layer))
