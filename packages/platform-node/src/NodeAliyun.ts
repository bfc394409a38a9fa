/**
 * Everything a call needs on Node, in one layer.
 *
 * @since 0.1.0
 */
import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
import * as LocationService from "@effect-aliyun/core/LocationService"
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as Signer from "@effect-aliyun/core/Signer"
import * as UserAgent from "@effect-aliyun/core/UserAgent"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { arch, platform } from "node:os"
import { version } from "node:process"
import * as NodeCredentials from "./NodeCredentials.js"
import * as NodeDigest from "./NodeDigest.js"
import * as NodeHttpClient from "./NodeHttpClient.js"

/**
 * What the layers here provide.
 *
 * @since 0.1.0
 * @category models
 */
export type Services =
  | Credentials.Credentials
  | Signer.Signer
  | HttpClient.HttpClient
  | UserAgent.UserAgent
  | RetryBudget.RetryBudget
  | ClockSkew.ClockSkew
  | Endpoint.Endpoint
  | LocationService.LocationCache

/** the products' own hosts, unless the program around has said where calls go */
const endpoints = Layer.effect(
  Endpoint.Endpoint,
  Effect.map(Endpoint.Endpoint, (given) =>
    given === Context.get(Context.empty(), Endpoint.Endpoint) ? EndpointTable.resolver : given
  )
)

const signerAndTransport = Layer.mergeAll(
  Signer.layer.pipe(Layer.provide(NodeDigest.layer)),
  NodeHttpClient.layerConfig(),
  RetryBudget.layer,
  ClockSkew.layer,
  endpoints,
  LocationService.layerCache,
  UserAgent.layer({ platform: `${platform()}; ${arch()}; Node.js ${version}` })
)

/**
 * The three services with nothing to configure: credentials from wherever the official SDK for Node looks for them (the
 * environment, profiles of the CLI, the credentials file, the role of the machine; see `NodeCredentials.defaultChain`), the V3
 * signature over `node:crypto`, pooled connections over undici, by way of the proxies and with the certificates that the
 * environment names (see `NodeHttpClient.layerConfig`), the hosts of 317 products (`EndpointTable`, unless another `Endpoint` is
 * provided around it). What the providers of credentials send goes through the same transport.
 *
 * A proxy or a file of certificates that the environment names and that cannot be used is a failure of the layer. Missing
 * credentials are none: each call that needs them fails with reason `CredentialsUnavailable`, which lists where they were
 * looked for.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as NodeAliyun from "@effect-aliyun/platform-node/NodeAliyun"
 * import * as Effect from "effect/Effect"
 *
 * const program = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
 *   Effect.flatMap((response) => response.json),
 *   Effect.catchAll((error) => Effect.succeed(error.message))
 * )
 *
 * Effect.runPromise(Effect.provide(program, NodeAliyun.layer)).then(console.log)
 */
export const layer: Layer.Layer<Services, ConfigError.ConfigError> = Layer.provideMerge(
  NodeCredentials.layerDefault,
  signerAndTransport
)

/**
 * The same with a key from configuration, read when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as NodeAliyun from "@effect-aliyun/platform-node/NodeAliyun"
 * import * as Config from "effect/Config"
 *
 * export const FromConfig = NodeAliyun.layerConfig({
 *   accessKeyId: Config.string("MY_KEY_ID"),
 *   accessKeySecret: Config.redacted("MY_KEY_SECRET")
 * })
 */
export const layerConfig = (
  options: Config.Config.Wrap<{
    readonly accessKeyId: string
    readonly accessKeySecret: Redacted.Redacted<string>
    readonly securityToken?: Redacted.Redacted<string> | undefined
  }>
): Layer.Layer<Services, ConfigError.ConfigError> =>
  Layer.provideMerge(Credentials.layerConfig(options), signerAndTransport)
