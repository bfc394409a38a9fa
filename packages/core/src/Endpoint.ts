/**
 * Which host a call goes to: resolvers, and how they are put together to a chain. A request that names its own `endpoint` asks
 * none of them.
 *
 * Tables of the products' hosts are in `EndpointTable`, the resolver that asks the cloud in `LocationService`.
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
 * - `network`: `public`, `vpc`, …, in lower case
 * - `rule` and `mapped`: what the request itself says, its `endpointType` and the host of its `endpointMap` for the region
 *   (never for a network other than `public`)
 * - `locationServiceCode` and `locationEndpointType`: by what name, and for which kind of host, the location service is asked
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
  readonly locationServiceCode: string | undefined
  readonly locationEndpointType: "openAPI" | "innerAPI"
}

/**
 * Yields `[http://|https://]host[:port]`, or none when it has nothing to say. Any function of this type is a resolver.
 *
 * `known` tells what it knows of a product it has no host for: none when it has never heard of it, else the regions that would
 * do. The failure of a call that nobody has a host for is made of that.
 *
 * @since 0.1.0
 * @category models
 */
export interface Resolver {
  (
    request: EndpointRequest
  ): Effect.Effect<Option.Option<string>, AcsError, Credentials | Signer | HttpClient.HttpClient>
  readonly known?: (request: EndpointRequest) => Effect.Effect<Option.Option<ReadonlyArray<string>>>
}

/**
 * A resolver that tells what it knows.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  resolve: (request: EndpointRequest) => ReturnType<Resolver>,
  known: NonNullable<Resolver["known"]>
): Resolver => Object.assign((request: EndpointRequest) => resolve(request), { known })

/**
 * What a resolver knows of the product of a request; none for one that does not tell.
 *
 * @since 0.1.0
 * @category getters
 */
export const knownOf = (
  self: Resolver,
  request: EndpointRequest
): Effect.Effect<Option.Option<ReadonlyArray<string>>> => self.known?.(request) ?? Effect.succeedNone

const isKind = (kind: unknown): kind is "regional" | "central" => kind === "regional" || kind === "central"

const byRule = (request: EndpointRequest, kind: "regional" | "central"): Option.Option<string> =>
  request.product === "" || (kind === "regional" && !EndpointRule.isRegionId(request.regionId))
    ? Option.none()
    : Option.fromNullable(EndpointRule.host({ ...request, kind }))

const said = (request: EndpointRequest): Option.Option<string> =>
  request.mapped !== undefined
    ? Option.some(request.mapped)
    : isKind(request.rule)
      ? byRule(request, request.rule)
      : Option.none()

/**
 * What the request itself says: the host of its `endpointMap`, else its `endpointType` as a rule. None for one that says
 * neither.
 *
 * @since 0.1.0
 * @category resolvers
 */
export const ofRequest: Resolver = (request) => Effect.succeed(said(request))

/**
 * What the request says, `mapped` before `rule`; else this rule: `<product>[-suffix][-network].<region>.aliyuncs.com`, or
 * without the region for `central`. A guess that is right for most products, in any region that has the form of one.
 *
 * @since 0.1.0
 * @category resolvers
 */
export const rule = (kind: "regional" | "central"): Resolver =>
  make(
    (request) =>
      Effect.succeed(
        request.mapped !== undefined || isKind(request.rule)
          ? said(request)
          : // no guess at a host that is not for everyone
            request.locationEndpointType === "openAPI"
            ? byRule(request, kind)
            : Option.none()
      ),
    // it would do for any product
    () => Effect.succeedSome([])
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
 * Hosts by product and region, each for any network or one for each. Case does not matter.
 *
 * @since 0.1.0
 * @category models
 */
export type Hosts = Readonly<Record<string, Readonly<Record<string, string | Readonly<Record<string, string>>>>>>

/**
 * Hosts of one's own. A host that is given without a network is used for every network, a request's rule or not.
 *
 * @since 0.1.0
 * @category resolvers
 * @example
 * import * as Endpoint from "@effect-aliyun/core/Endpoint"
 *
 * export const mine = Endpoint.table({
 *   Ecs: { "cn-hangzhou": "ecs.example.com", "cn-beijing": { public: "ecs.example.com", vpc: "ecs.internal" } }
 * })
 */
export const table = (hosts: Hosts): Resolver => {
  const products = lowered(hosts, (regions) =>
    lowered(regions, (host) => (typeof host === "string" ? host : lowered(host, (each) => each)))
  )
  const regionsOf = (request: EndpointRequest) => products.get(request.product.toLowerCase())
  const hostOf = (entry: string | ReadonlyMap<string, string> | undefined, network: string) =>
    typeof entry === "string" ? entry : entry?.get(network)
  return make(
    (request) =>
      Effect.succeed(
        Option.fromNullable(hostOf(regionsOf(request)?.get(request.regionId.toLowerCase()), request.network))
      ),
    (request) =>
      Effect.succeed(
        Option.map(Option.fromNullable(regionsOf(request)), (regions) =>
          [...regions].flatMap(([region, entry]) => (hostOf(entry, request.network) === undefined ? [] : [region]))
        )
      )
  )
}

const lowered = <A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): ReadonlyMap<string, B> =>
  new Map(Object.entries(record).map(([key, value]) => [key.toLowerCase(), f(value)]))

/**
 * Asks one after the other; the first that has a host is followed, one that fails ends the chain.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as Endpoint from "@effect-aliyun/core/Endpoint"
 * import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
 *
 * const mine = Endpoint.table({ Ecs: { "cn-hangzhou": "ecs.example.com" } })
 *
 * export const Chain = Endpoint.layer(Endpoint.firstOf(mine, Endpoint.ofRequest, EndpointTable.current))
 */
export const firstOf = (...resolvers: ReadonlyArray<Resolver>): Resolver => {
  const ask = (request: EndpointRequest, index: number): ReturnType<Resolver> => {
    const resolver = resolvers[index]
    return resolver === undefined
      ? Effect.succeedNone
      : Effect.flatMap(resolver(request), (found) =>
          Option.isSome(found) ? Effect.succeed(found) : ask(request, index + 1)
        )
  }
  return make(
    (request) => ask(request, 0),
    (request) =>
      Effect.map(
        Effect.forEach(resolvers, (resolver) => knownOf(resolver, request)),
        (answers) => {
          const known = answers.flatMap((answer) => (Option.isSome(answer) ? [answer.value] : []))
          return known.length === 0 ? Option.none() : Option.some([...new Set(known.flat())])
        }
      )
  )
}

/**
 * Takes the products that a resolver has never heard of to follow a rule, `regional` for most of them. For a product that it
 * knows, but has no host of, the call fails and says which regions would do.
 *
 * @since 0.1.0
 * @category combinators
 */
export const orGuess: {
  (kind: "regional" | "central"): (self: Resolver) => Resolver
  (self: Resolver, kind: "regional" | "central"): Resolver
} = dual(2, (self: Resolver, kind: "regional" | "central"): Resolver =>
  make(
    (request) =>
      Effect.flatMap(self(request), (found) =>
        Option.isSome(found)
          ? Effect.succeed(found)
          : Effect.flatMap(knownOf(self, request), (known) =>
              Option.isSome(known) ? Effect.succeedNone : rule(kind)(request)
            )
      ),
    (request) =>
      Effect.map(
        knownOf(self, request),
        Option.orElseSome(() => [])
      )
  )
)

/**
 * The resolver of requests that name no `endpoint`. By default the map or rule that a request carries is followed, and other
 * products are taken to be regional; say `endpointType: "central"` for those that are not, or provide a table.
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
 * Hosts of one's own, before all that the resolver in use has: the default one, or that of a layer which this one is given.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Endpoint from "@effect-aliyun/core/Endpoint"
 * import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
 * import * as Layer from "effect/Layer"
 *
 * export const Mine = Endpoint.layerTable({ Ecs: { "cn-hangzhou": "ecs.example.com" } }).pipe(
 *   Layer.provideMerge(EndpointTable.layer)
 * )
 */
export const layerTable = (hosts: Hosts): Layer.Layer<Endpoint> =>
  Layer.effect(
    Endpoint,
    Effect.map(Endpoint, (current) => firstOf(table(hosts), current))
  )

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
