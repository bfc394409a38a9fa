/** The host of a request: what it says of its place is checked, the resolver is asked, and what that gives is checked too. */
import * as EndpointRule from "@effect-aliyun/protocol/EndpointRule"
import * as Validation from "@effect-aliyun/protocol/Validation"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as AcsError from "../AcsError.js"
import type * as AcsRequest from "../AcsRequest.js"
import type { Credentials } from "../Credentials.js"
import * as Endpoint from "../Endpoint.js"
import * as Protocol from "../Protocol.js"
import type { Signer, UnsignedRequest } from "../Signer.js"

type Services = Credentials | Signer | HttpClient.HttpClient

/** @internal */
export type Issue = AcsError.ClientException | undefined

/** @internal */
export const field = (name: string, issue: string | undefined): Issue =>
  issue === undefined ? undefined : AcsError.invalidRequest(name, issue)

/** as in the seed, what is empty is not given */
const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

/** @internal what becomes part of a host, or is asked of those who know hosts */
export const checkPlace = (request: AcsRequest.AcsRequest, regionId: string): Issue => {
  const { locationEndpointType, locationServiceCode, network, productSuffix } = request
  const checked = (name: string, text: string | undefined, check: (text: string) => string | undefined) =>
    given(text) === undefined ? undefined : field(name, check(text as string))
  return (
    field("regionId", Validation.hostPart(regionId)) ??
    checked("network", network, Validation.hostPart) ??
    checked("productSuffix", productSuffix, Validation.hostPart) ??
    checked("locationServiceCode", locationServiceCode, Validation.product) ??
    checked("locationEndpointType", locationEndpointType, (type) =>
      type === "openAPI" || type === "innerAPI" ? undefined : "must be 'openAPI' or 'innerAPI'"
    )
  )
}

/** @internal of a request whose names have been checked */
export const endpointOf = (
  request: AcsRequest.AcsRequest,
  regionId: string,
  context: Context.Context<Services>
): Effect.Effect<Pick<UnsignedRequest, "protocol" | "host">, AcsError.AcsError, Services> => {
  const parse = (endpoint: string) => {
    const parts = Validation.endpoint(endpoint)
    if (typeof parts === "string") return Effect.fail(AcsError.invalidRequest("endpoint", parts))
    const protocol = parts.protocol ?? request.protocol ?? Context.get(context, Protocol.Protocol)
    if (protocol !== "http" && protocol !== "https") {
      return Effect.fail(
        AcsError.invalidRequest("protocol", "Invalid 'protocol_type', should be 'http' or 'https'", "SDK.InvalidParams")
      )
    }
    return Effect.succeed({ protocol, host: withoutDefaultPort(parts.host, protocol) })
  }
  const own = given(request.endpoint)
  if (own !== undefined) return parse(own)
  const asked = toEndpointRequest(request, regionId)
  const resolver = Context.get(context, Endpoint.Endpoint)
  return Effect.flatMap(
    resolver(asked),
    Option.match({
      onNone: () => Effect.flatMap(Endpoint.knownOf(resolver, asked), (known) => Effect.fail(unresolved(asked, known))),
      onSome: parse
    })
  )
}

const toEndpointRequest = (request: AcsRequest.AcsRequest, regionId: string): Endpoint.EndpointRequest => {
  const network = (given(request.network) ?? "public").toLowerCase()
  const { endpointMap } = request
  return {
    product: request.product,
    regionId,
    network,
    suffix: given(request.productSuffix),
    rule: request.endpointType,
    mapped: network === "public" && Object.hasOwn(endpointMap, regionId) ? given(endpointMap[regionId]) : undefined,
    locationServiceCode: given(request.locationServiceCode),
    locationEndpointType: request.locationEndpointType === "innerAPI" ? "innerAPI" : "openAPI"
  }
}

const withoutDefaultPort = (host: string, protocol: Protocol.ProtocolType): string =>
  protocol === "https" ? host.replace(/:443$/, "") : host.replace(/:80$/, "")

/** the seed's three cases: a product that nobody has heard of, a region that is none, one where the product is not */
const unresolved = (
  request: Endpoint.EndpointRequest,
  known: Option.Option<ReadonlyArray<string>>
): AcsError.ClientException => {
  const { product, regionId } = request
  const place = `in region '${regionId}'${restrictions(request)}`
  return AcsError.fromReason({
    _tag: "EndpointUnresolved",
    product,
    region: regionId,
    issue: Option.isNone(known)
      ? `no endpoint is known for product '${product}' ${place}; check the product code, or set 'endpoint'`
      : !EndpointRule.isRegionId(regionId)
        ? `there is no region '${regionId}'; check the region id, for instance 'cn-hangzhou'`
        : `product '${product}' has no known endpoint ${place}; ${
            known.value.length === 0 ? "" : `use one of the regions ${[...known.value].sort().join(", ")}, or `
          }set 'endpoint'`
  })
}

const restrictions = ({ locationEndpointType, network, suffix }: Endpoint.EndpointRequest): string =>
  [
    network === "public" ? "" : `, network '${network}'`,
    suffix === undefined ? "" : `, with suffix '${suffix}'`,
    locationEndpointType === "openAPI" ? "" : `, of type '${locationEndpointType}'`
  ].join("")
