/**
 * Hosts of the products of Alibaba Cloud as data, and the chains over them. An entry of its own, so that what does not use it
 * does not carry it. The data is read when a product is first asked for.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Endpoint from "./Endpoint.js"
import * as data from "./internal/endpoints/current.js"
import * as seedData from "./internal/endpoints/seed.js"
import * as table from "./internal/endpointTable.js"
import * as LocationService from "./LocationService.js"

/**
 * A table is a resolver: the host for the region, else the one for any region. A request for a VPC gets a host within it or
 * none, one for any other network, with a suffix or of type `innerAPI` gets none. Case does not matter.
 *
 * - `regional`, `central`: each half by itself
 * - `products`: whose hosts it has, by the names it calls them
 * - `locationServiceCode`: the name of a product at the location service, where that knows it
 *
 * @since 0.1.0
 * @category models
 */
export interface Table extends Endpoint.Resolver {
  readonly regional: Endpoint.Resolver
  readonly central: Endpoint.Resolver
  readonly products: Effect.Effect<ReadonlyArray<string>>
  readonly locationServiceCode: (product: string) => string | undefined
}

/**
 * The hosts of 317 products as of April 2026, public and within a VPC.
 *
 * @since 0.1.0
 * @category tables
 * @example
 * import * as Endpoint from "@effect-aliyun/core/Endpoint"
 * import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
 *
 * // no guess: a product or region that the table does not have is a failure
 * export const Strict = Endpoint.layer(Endpoint.firstOf(Endpoint.ofRequest, EndpointTable.current))
 */
export const current: Table = /*#__PURE__*/ table.make(data.current)

/**
 * The older hosts that aliyun-python-sdk-core 2.16.0 ships, all of them public; for programs that come from there.
 *
 * @since 0.1.0
 * @category tables
 */
export const seed: Table = /*#__PURE__*/ table.make(seedData.seed)

/**
 * What a request says; else {@link current}; else the location service, for products it knows; else, for products that none of
 * them has heard of, the regional rule.
 *
 * @since 0.1.0
 * @category resolvers
 */
export const resolver: Endpoint.Resolver = /*#__PURE__*/ pipe(
  /*#__PURE__*/ Endpoint.firstOf(
    Endpoint.ofRequest,
    current,
    /*#__PURE__*/ LocationService.make({ serviceCodeOf: (product) => current.locationServiceCode(product) })
  ),
  /*#__PURE__*/ Endpoint.orGuess("regional")
)

const asInSeed = ({ central, regional }: Table): Endpoint.Resolver =>
  Endpoint.firstOf(
    Endpoint.make(
      (request) => (request.rule === undefined ? regional(request) : Effect.succeedNone),
      (request) => Endpoint.knownOf(regional, request)
    ),
    Endpoint.ofRequest,
    central,
    LocationService.resolver
  )

/**
 * The chain of aliyun-python-sdk-core: its regional hosts, what the request says, its central hosts, the location service for
 * requests that say their code. What it calls predefined and user endpoints goes before: `Endpoint.layerTable`.
 *
 * A request with a rule does not look at the regional hosts, as there; unlike there, one for another network than the public
 * one never gets a public host.
 *
 * @since 0.1.0
 * @category resolvers
 * @example
 * import * as Endpoint from "@effect-aliyun/core/Endpoint"
 * import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
 * import * as Layer from "effect/Layer"
 *
 * export const AsThere = Endpoint.layerTable({ Ecs: { "cn-hangzhou": "ecs.example.com" } }).pipe(
 *   Layer.provide(Endpoint.layer(EndpointTable.seedResolver))
 * )
 */
export const seedResolver: Endpoint.Resolver = /*#__PURE__*/ asInSeed(seed)

/**
 * {@link resolver} for all calls, with a cache of its own for what the location service says.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
 * import * as Effect from "effect/Effect"
 *
 * // goes to metrics.cn-hangzhou.aliyuncs.com, which no rule tells
 * export const metrics = AcsClient.rpc({ product: "Cms", version: "2019-01-01", action: "DescribeMetricMetaList" }).pipe(
 *   Effect.provide(EndpointTable.layer)
 * )
 */
export const layer: Layer.Layer<Endpoint.Endpoint | LocationService.LocationCache> = /*#__PURE__*/ Layer.merge(
  /*#__PURE__*/ Endpoint.layer(resolver),
  LocationService.layerCache
)
