/**
 * Which host a call goes to. A request that names its endpoint, or the rule of its product, needs none of this.
 *
 * @since 0.1.0
 */
import * as EndpointRule from "@effect-aliyun/protocol/EndpointRule"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { AcsError } from "./AcsError.js"
import type { Credentials } from "./Credentials.js"
import type { Signer } from "./Signer.js"

/**
 * What a resolver is asked. All texts have been checked.
 *
 * - `rule` and `mapped`: what the request itself says, its `endpointType` and the host of its `endpointMap` for the region
 *   (never for a network other than `public`)
 *
 * @since 0.1.0
 * @category models
 */
export interface EndpointRequest {
  readonly product: string
  readonly regionId: string
  readonly network: string
  readonly suffix: string | undefined
  readonly rule: "regional" | "central" | undefined
  readonly mapped: string | undefined
}

/**
 * Yields `[http://|https://]host[:port]`, or none when it does not know the product.
 *
 * @since 0.1.0
 * @category models
 */
export type Resolver = (
  request: EndpointRequest
) => Effect.Effect<Option.Option<string>, AcsError, Credentials | Signer | HttpClient.HttpClient>

/**
 * What the request says, `mapped` before `rule`; else this rule: `<product>[-suffix][-network].<region>.aliyuncs.com`, or
 * without the region for `central`.
 *
 * @since 0.1.0
 * @category resolvers
 */
export const rule =
  (kind: "regional" | "central"): Resolver =>
  (request) =>
    Effect.succeed(
      request.mapped !== undefined
        ? Option.some(request.mapped)
        : request.product === ""
          ? Option.none()
          : Option.fromNullable(EndpointRule.host({ ...request, kind: request.rule ?? kind }))
    )

/**
 * One host for everything, whatever a request says of rules and regions; for instance an emulator's.
 *
 * @since 0.1.0
 * @category resolvers
 */
export const host =
  (endpoint: string): Resolver =>
  () =>
    Effect.succeedSome(endpoint)

/**
 * The resolver of requests that name no `endpoint`. By default the rule or map that a request carries is followed, and other
 * products are taken to be regional; say `endpointType: "central"` for those that are not.
 *
 * @since 0.1.0
 * @category references
 */
export class Endpoint extends Context.Reference<Endpoint>()("@effect-aliyun/core/Endpoint", {
  defaultValue: (): Resolver => rule("regional")
}) {}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (resolver: Resolver): Layer.Layer<Endpoint> => Layer.succeed(Endpoint, resolver)

/**
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Endpoint from "@effect-aliyun/core/Endpoint"
 *
 * export const Local = Endpoint.layerHost("http://127.0.0.1:8080")
 */
export const layerHost = (endpoint: string): Layer.Layer<Endpoint> => layer(host(endpoint))

/**
 * Sends the calls of an effect to one host, or where a resolver says; a request that names its own `endpoint` goes there.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withEndpoint: {
  (endpoint: string | Resolver): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, endpoint: string | Resolver): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, endpoint: string | Resolver): Effect.Effect<A, E, R> =>
  Effect.provideService(self, Endpoint, typeof endpoint === "string" ? host(endpoint) : endpoint)
)
