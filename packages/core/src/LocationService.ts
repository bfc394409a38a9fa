/**
 * The location service of the cloud as a resolver: it is asked which host a product is at. What it said is held for an hour,
 * that it knows none for a minute.
 *
 * @since 0.1.0
 */
import * as Validation from "@effect-aliyun/protocol/Validation"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as AcsClient from "./AcsClient.js"
import * as AcsError from "./AcsError.js"
import type { AcsResponse } from "./AcsResponse.js"
import * as Endpoint from "./Endpoint.js"
import * as cache from "./internal/locationCache.js"

/**
 * What the location service said: a host, or none, of a product that it knows or not.
 *
 * @since 0.1.0
 * @category models
 */
export interface Answer {
  readonly host: string | undefined
  readonly isKnown: boolean
}

/**
 * - `get`: what is held for a question, else what `ask` yields. Whoever asks, there is one request at a time for a question;
 *   it is given up when nobody waits for it any more. A failure is held for nobody
 * - `held`: what is held, without asking
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly get: <R>(
    question: string,
    ask: Effect.Effect<Answer, AcsError.AcsError, R>
  ) => Effect.Effect<Answer, AcsError.AcsError, R>
  readonly held: (question: string) => Effect.Effect<Option.Option<Answer>>
}

/**
 * What the location service has said. The default is one for the whole process.
 *
 * @since 0.1.0
 * @category references
 */
export class LocationCache extends Context.Reference<LocationCache>()("@effect-aliyun/core/LocationCache", {
  defaultValue: (): Service => cache.make()
}) {}

/**
 * A fresh cache.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCache: Layer.Layer<LocationCache> = Layer.sync(LocationCache, cache.make)

/**
 * - `endpoint`: of the location service, `https://location-readonly.aliyuncs.com` unless told
 * - `serviceCodeOf`: the name by which the location service knows a product, for requests that do not say it; for instance
 *   `EndpointTable.current.locationServiceCode`
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly endpoint?: string | undefined
  readonly serviceCodeOf?: ((product: string) => string | undefined) | undefined
}

interface Question {
  readonly endpoint: string
  readonly region: string
  readonly serviceCode: string
  readonly type: "openAPI" | "innerAPI"
}

/**
 * Asks for products whose service code is known. The call goes through the client, transport and policy of the call that needs
 * it, with its credentials, and within its time.
 *
 * For a request of another network than the public one only inner hosts are asked for, and only when it says so by
 * `locationEndpointType: "innerAPI"`: a public host is not for it.
 *
 * @since 0.1.0
 * @category resolvers
 * @example
 * import * as Endpoint from "@effect-aliyun/core/Endpoint"
 * import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
 * import * as LocationService from "@effect-aliyun/core/LocationService"
 *
 * const location = LocationService.make({ serviceCodeOf: EndpointTable.current.locationServiceCode })
 *
 * export const Ask = Endpoint.layer(Endpoint.firstOf(Endpoint.ofRequest, location))
 */
export const make = (options: Options = {}): Endpoint.Resolver => {
  const { endpoint = "https://location-readonly.aliyuncs.com", serviceCodeOf } = options
  const questionOf = (request: Endpoint.EndpointRequest): Question | undefined => {
    const serviceCode = request.locationServiceCode ?? serviceCodeOf?.(request.product)
    return serviceCode === undefined || request.suffix !== undefined
      ? undefined
      : { endpoint, region: request.regionId.toLowerCase(), serviceCode, type: request.locationEndpointType }
  }
  return Endpoint.make(
    (request) => {
      const question = questionOf(request)
      return question === undefined || (request.network !== "public" && question.type === "openAPI")
        ? Effect.succeedNone
        : Effect.flatMap(LocationCache, (cache) =>
            Effect.map(cache.get(keyOf(question), ask(question)), ({ host }) => Option.fromNullable(host))
          )
    },
    (request) => {
      const question = questionOf(request)
      return question === undefined
        ? Effect.succeedNone
        : Effect.flatMap(LocationCache, (cache) =>
            Effect.map(cache.held(keyOf(question)), (answer) =>
              Option.isSome(answer) && !answer.value.isKnown ? Option.none() : Option.some([])
            )
          )
    }
  )
}

/**
 * Asks for requests that say their `locationServiceCode`.
 *
 * @since 0.1.0
 * @category resolvers
 */
export const resolver: Endpoint.Resolver = /*#__PURE__*/ make()

const keyOf = ({ endpoint, region, serviceCode, type }: Question): string =>
  [endpoint, serviceCode, region, type].join(" ")

const ask = ({ endpoint, region, serviceCode, type }: Question) =>
  AcsClient.rpc({
    product: "Location",
    version: "2015-06-12",
    action: "DescribeEndpoints",
    method: "GET",
    // named, so that nobody is asked where the one is who is asked
    endpoint,
    regionId: region,
    query: { Id: region, ServiceCode: serviceCode, Type: type },
    // those who wait have limits of their own; that of the one who came first must not end it for all
    timeouts: { total: "1 hour" }
  }).pipe(
    Effect.flatMap((response) =>
      Effect.flatMap(response.json, (json) => {
        const answer = read(json, type)
        return typeof answer === "string" ? Effect.fail(unexpected(response, answer)) : Effect.succeed(answer)
      })
    ),
    Effect.catchTag("ServerException", (error) => {
      const answer = refusals.get(`${error.code} ${error.serverMessage}`)
      return answer === undefined ? Effect.fail(error) : Effect.succeed(answer)
    })
  )

/** the two refusals that are answers; in other words they are failures, as in the seed */
const refusals: ReadonlyMap<string, Answer> = new Map([
  ["InvalidRegionId The specified region does not exist.", { host: undefined, isKnown: true }],
  ["Illegal Parameter Please check the parameters", { host: undefined, isKnown: false }]
])

/** what is wrong with it, where it is no answer */
const read = (json: unknown, type: string): Answer | string => {
  const list = at(at(json, "Endpoints"), "Endpoint")
  if (!Array.isArray(list)) return "the location service gave no list of endpoints"
  const found: unknown = list.find(
    (each) => at(each, "Type") === type && Boolean(at(each, "ServiceCode") || at(each, "SerivceCode"))
  )
  const host = at(found, "Endpoint")
  if (host === undefined || host === "") return { host: undefined, isKnown: true }
  const parts = typeof host === "string" ? Validation.endpoint(host) : "must be text"
  // a scheme is not taken from the network: it might be the one without TLS
  return typeof parts === "string"
    ? `the endpoint that the location service gave ${parts}`
    : { host: parts.host, isKnown: true }
}

const at = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined

const unexpected = ({ attempts, requestId, status }: AcsResponse, issue: string): AcsError.ClientException =>
  AcsError.fromReason(
    { _tag: "UnexpectedResponse", status, requestId, issue, excerpt: "", mayRecover: false },
    { attempts, outcome: "NotExecuted" }
  )
