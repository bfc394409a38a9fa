/**
 * Temporary keys from a URI that answers a GET with `{ AccessKeyId, AccessKeySecret, SecurityToken, Expiration }` as JSON, and
 * perhaps a `Code`, which must then be `Success`.
 *
 * No redirect is followed, and a body of more than 10 KiB is refused.
 *
 * Source: https://github.com/aliyun/credentials-nodejs, under "Credentials URI"
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
import * as credentialsUri from "./internal/credentialsUri.js"

/**
 * - `uri`: `https:`, or `http:` to this machine (`localhost`, `127.0.0.0/8`, `[::1]`) and to 100.100.100.200. It may hold a
 *   secret, and no text repeats more of it than its host
 * - `allowHttp`: `http:` to anywhere, as the official SDKs have it: who is on the way there can read the keys, and give others
 * - `resolveHost`: the addresses of a host. With it, the host of an `http:` URI may be a name, if all its addresses are among
 *   those above; without it, the one name that may be is `localhost`
 * - `timeout`: of the request, 10 seconds unless told
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly uri: string
  readonly allowHttp?: boolean | undefined
  readonly resolveHost?: ((host: string) => Effect.Effect<ReadonlyArray<string>>) | undefined
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * A provider named `credential_uri`. It fails with `Failed`, a URI that may not be asked before anything is sent.
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
 *
 * export const Local = Credentials.layer(CredentialsUri.provider({ uri: "http://127.0.0.1:9000/keys" }))
 */
export const provider = (options: Options): Credentials.Provider<HttpClient.HttpClient> => ({
  name: credentialsUri.provider,
  resolve: credentialsUri.resolve(options)
})

/**
 * {@link provider} as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<Credentials.Credentials, never, HttpClient.HttpClient> =>
  Credentials.layer(provider(options))

/**
 * The same from configuration, read when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
 * import * as Config from "effect/Config"
 *
 * export const FromConfig = CredentialsUri.layerConfig({ uri: Config.string("MY_CREDENTIALS_URI") })
 */
export const layerConfig = (
  options: Config.Config.Wrap<{
    readonly uri: string
    readonly allowHttp?: boolean | undefined
    readonly timeout?: Duration.Duration | undefined
  }>
): Layer.Layer<Credentials.Credentials, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(options), layer))
