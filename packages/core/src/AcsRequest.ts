/**
 * What the three kinds of request have in common: immutable values, made by `RpcRequest.make`, `RoaRequest.make` or
 * `CommonRequest.make` and changed by the setters here.
 *
 * A request is checked when it is executed, not when it is made: whatever is wrong with it comes out as a
 * `ClientException` with reason `InvalidRequest`, before anything is signed.
 *
 * @since 0.1.0
 */
import type * as Parameters from "@effect-aliyun/protocol/Parameters"
import { dual } from "effect/Function"
import * as Inspectable from "effect/Inspectable"
import { type Pipeable, pipeArguments } from "effect/Pipeable"
import * as Predicate from "effect/Predicate"
import * as Body from "./Body.js"
import type { ProtocolType } from "./Protocol.js"
import type * as Timeouts from "./Timeouts.js"

/**
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: unique symbol = Symbol.for("@effect-aliyun/core/AcsRequest")

/**
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = typeof TypeId

/**
 * The seed's `MethodType`, and `PATCH`, which it lets through.
 *
 * @since 0.1.0
 * @category models
 */
export type MethodType = "GET" | "PUT" | "POST" | "DELETE" | "HEAD" | "OPTIONS" | "PATCH"

/**
 * The seed's `FormatType`: what the answer shall be written in.
 *
 * @since 0.1.0
 * @category models
 */
export type FormatType = "JSON" | "XML" | "RAW"

/**
 * The two styles of request of Alibaba Cloud.
 *
 * @since 0.1.0
 * @category models
 */
export type Style = "RPC" | "ROA"

/**
 * - `product`: product code, for instance `Ecs`; it takes part in choosing the endpoint
 * - `version`: API version, for instance `2014-05-26`
 * - `method`: unless told `GET`, or `POST` when there is a body
 * - `query`: nested values are flattened, see `Parameters.flatten`; `arrayStyles` says how lists are written
 * - `format`: `JSON` unless told
 * - `regionId`: in place of the `Region` reference, for this request. Untyped requests carry the region as `RegionId`
 *   unless their own parameters do
 * - `endpoint`: `[http://|https://]host[:port]`, in place of any rule or table
 * - `endpointType`: the rule by which the product names its hosts; `endpointMap` names them by region, `network` (`vpc`)
 *   and `productSuffix` become part of the name
 * - `locationServiceCode`: by what name the location service knows the product, where a resolver asks it;
 *   `locationEndpointType`: for the host `openAPI` (unless told) or `innerAPI`
 * - `timeouts`: over the `Timeouts` reference, for this request
 * - `idempotent`: whether repeating it does no harm, so that it may be repeated after an unknown outcome. Unless told:
 *   whether the action reads (`Describe…`, `List…`, `Get…`), or the ROA method does, or a `ClientToken` is given
 * - `clientToken`: `true` fills in a `ClientToken` where the caller gives none, once a call, so that every attempt carries the same and
 *   the service executes the request once. Unless told: for the 14 actions of ECS that the seed says take one
 * - `businessFailure`: an answer of status 2xx that reports a failure is a `ServerException` of category `Business`;
 *   `value` returns it as a response instead
 *
 * @since 0.1.0
 * @category models
 */
export interface CommonOptions {
  readonly product: string
  readonly version: string
  readonly method?: MethodType | undefined
  readonly query?: object | undefined
  readonly arrayStyles?: Readonly<Record<string, Parameters.ArrayStyle>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Body.Body | undefined
  readonly format?: FormatType | undefined
  readonly protocol?: ProtocolType | undefined
  readonly regionId?: string | undefined
  readonly endpoint?: string | undefined
  readonly endpointType?: "regional" | "central" | undefined
  readonly endpointMap?: Readonly<Record<string, string>> | undefined
  readonly network?: string | undefined
  readonly productSuffix?: string | undefined
  readonly locationServiceCode?: string | undefined
  readonly locationEndpointType?: "openAPI" | "innerAPI" | undefined
  readonly userAgent?: ReadonlyArray<readonly [key: string, value: string]> | undefined
  readonly timeouts?: Partial<Timeouts.Values> | undefined
  readonly idempotent?: boolean | undefined
  readonly clientToken?: boolean | undefined
  readonly businessFailure?: "error" | "value" | undefined
}

/**
 * A request of any kind.
 *
 * @since 0.1.0
 * @category models
 */
export interface AcsRequest extends Pipeable, Inspectable.Inspectable {
  readonly [TypeId]: TypeId
  readonly _tag: "RpcRequest" | "RoaRequest" | "CommonRequest"
  readonly product: string
  readonly version: string
  readonly action: string
  readonly pathPattern: string | undefined
  readonly pathParams: object
  readonly method: MethodType | undefined
  readonly query: object
  readonly arrayStyles: Readonly<Record<string, Parameters.ArrayStyle>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body.Body
  readonly format: FormatType
  readonly protocol: ProtocolType | undefined
  readonly regionId: string | undefined
  readonly endpoint: string | undefined
  readonly endpointType: "regional" | "central" | undefined
  readonly endpointMap: Readonly<Record<string, string>>
  readonly network: string | undefined
  readonly productSuffix: string | undefined
  readonly locationServiceCode: string | undefined
  readonly locationEndpointType: "openAPI" | "innerAPI" | undefined
  readonly userAgent: ReadonlyArray<readonly [key: string, value: string]>
  readonly timeouts: Partial<Timeouts.Values> | undefined
  readonly idempotent: boolean | undefined
  readonly clientToken: boolean | undefined
  readonly businessFailure: "error" | "value"
}

/**
 * @since 0.1.0
 * @category guards
 */
export const isAcsRequest = (u: unknown): u is AcsRequest => Predicate.hasProperty(u, TypeId)

/**
 * The style a request is sent in.
 *
 * @since 0.1.0
 * @category getters
 */
export const styleOf = (self: AcsRequest): Style =>
  self._tag === "RoaRequest" ||
  (self._tag === "CommonRequest" && self.pathPattern !== undefined && self.pathPattern !== "")
    ? "ROA"
    : "RPC"

/**
 * The method a request is sent with.
 *
 * @since 0.1.0
 * @category getters
 */
export const methodOf = (self: AcsRequest): MethodType => self.method ?? (self.body._tag === "Empty" ? "GET" : "POST")

const Proto = {
  [TypeId]: TypeId,
  pipe() {
    return pipeArguments(this, arguments)
  },
  ...Inspectable.BaseProto,
  // names without values: a parameter may be a password
  toJSON(this: AcsRequest) {
    return {
      _id: "@effect-aliyun/core/AcsRequest",
      _tag: this._tag,
      product: this.product,
      version: this.version,
      action: this.action,
      method: methodOf(this),
      ...(this.pathPattern === undefined ? {} : { pathPattern: this.pathPattern }),
      query: Object.keys(this.query),
      headers: Object.keys(this.headers),
      body: this.body._tag
    }
  }
}

/**
 * The one constructor behind `RpcRequest.make`, `RoaRequest.make` and `CommonRequest.make`.
 *
 * @internal
 */
export const unsafeMake = <A extends AcsRequest>(
  tag: A["_tag"],
  given: Omit<CommonOptions, "product"> & {
    readonly product?: string | undefined
    readonly action?: string | undefined
    readonly pathPattern?: string | undefined
    readonly pathParams?: object | undefined
  }
): A => {
  // untyped callers may give nothing; the check of the request then names what is missing
  const options: typeof given = given ?? {}
  return Object.assign(Object.create(Proto), {
    _tag: tag,
    product: options.product ?? "",
    version: options.version,
    action: options.action ?? "",
    pathPattern: options.pathPattern,
    pathParams: options.pathParams ?? {},
    method: options.method,
    query: options.query ?? {},
    arrayStyles: options.arrayStyles ?? {},
    headers: options.headers ?? {},
    body: options.body ?? Body.empty,
    format: options.format ?? "JSON",
    protocol: options.protocol,
    regionId: options.regionId,
    endpoint: options.endpoint,
    endpointType: options.endpointType,
    endpointMap: options.endpointMap ?? {},
    network: options.network,
    productSuffix: options.productSuffix,
    locationServiceCode: options.locationServiceCode,
    locationEndpointType: options.locationEndpointType,
    userAgent: options.userAgent ?? [],
    timeouts: options.timeouts,
    idempotent: options.idempotent,
    clientToken: options.clientToken,
    businessFailure: options.businessFailure ?? "error"
  }) as A
}

/**
 * A copy with some options changed.
 *
 * @since 0.1.0
 * @category setters
 * @example
 * import * as AcsRequest from "@effect-aliyun/core/AcsRequest"
 * import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
 *
 * const request = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeInstances" })
 * export const inVpc = request.pipe(AcsRequest.set({ network: "vpc", endpointType: "regional" }))
 */
export const set: {
  (options: Partial<CommonOptions>): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, options: Partial<CommonOptions>): A
} = dual(2, <A extends AcsRequest>(self: A, options: Partial<CommonOptions>): A =>
  unsafeMake(self._tag, { ...self, ...options })
)

/**
 * Adds a query parameter, or replaces the one of that name.
 *
 * @since 0.1.0
 * @category setters
 */
export const setQueryParam: {
  (name: string, value: unknown): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, name: string, value: unknown): A
} = dual(3, <A extends AcsRequest>(self: A, name: string, value: unknown): A =>
  set(self, { query: { ...self.query, [name]: value } })
)

/**
 * Adds query parameters, replacing those of the same names.
 *
 * @since 0.1.0
 * @category setters
 */
export const setQueryParams: {
  (params: Readonly<Record<string, unknown>>): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, params: Readonly<Record<string, unknown>>): A
} = dual(2, <A extends AcsRequest>(self: A, params: Readonly<Record<string, unknown>>): A =>
  set(self, { query: { ...self.query, ...params } })
)

/**
 * Sets a header. Those that belong to the signature or to the connection cannot be set; executing the request says so.
 *
 * @since 0.1.0
 * @category setters
 */
export const setHeader: {
  (name: string, value: string): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, name: string, value: string): A
} = dual(3, <A extends AcsRequest>(self: A, name: string, value: string): A =>
  set(self, { headers: { ...self.headers, [name]: value } })
)

/**
 * Sets the body.
 *
 * @since 0.1.0
 * @category setters
 */
export const setBody: {
  (body: Body.Body): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, body: Body.Body): A
} = dual(2, <A extends AcsRequest>(self: A, body: Body.Body): A => set(self, { body }))

/**
 * Sets the endpoint, `[http://|https://]host[:port]`.
 *
 * @since 0.1.0
 * @category setters
 */
export const setEndpoint: {
  (endpoint: string): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, endpoint: string): A
} = dual(2, <A extends AcsRequest>(self: A, endpoint: string): A => set(self, { endpoint }))

/**
 * Sets the HTTP method.
 *
 * @since 0.1.0
 * @category setters
 */
export const setMethod: {
  (method: MethodType): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, method: MethodType): A
} = dual(2, <A extends AcsRequest>(self: A, method: MethodType): A => set(self, { method }))

/**
 * Sets the format of the answer, the seed's `set_accept_format`.
 *
 * @since 0.1.0
 * @category setters
 */
export const setFormat: {
  (format: FormatType): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, format: FormatType): A
} = dual(2, <A extends AcsRequest>(self: A, format: FormatType): A => set(self, { format }))

/**
 * Sets a value that fills `[name]` of the path pattern.
 *
 * @since 0.1.0
 * @category setters
 */
export const setPathParam: {
  (name: string, value: unknown): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, name: string, value: unknown): A
} = dual(3, <A extends AcsRequest>(self: A, name: string, value: unknown): A =>
  unsafeMake(self._tag, { ...self, pathParams: { ...self.pathParams, [name]: value } })
)

/**
 * Adds `key/value` to the user agent of this request.
 *
 * @since 0.1.0
 * @category setters
 */
export const appendUserAgent: {
  (key: string, value: string): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, key: string, value: string): A
} = dual(3, <A extends AcsRequest>(self: A, key: string, value: string): A =>
  set(self, { userAgent: [...self.userAgent, [key, value]] })
)

/**
 * Sets headers, replacing those of the same names.
 *
 * @since 0.1.0
 * @category setters
 */
export const setHeaders: {
  (headers: Readonly<Record<string, string>>): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, headers: Readonly<Record<string, string>>): A
} = dual(2, <A extends AcsRequest>(self: A, headers: Readonly<Record<string, string>>): A =>
  set(self, { headers: { ...self.headers, ...headers } })
)

/**
 * Adds a parameter to a form body, or replaces the one of that name; a body that is no form becomes one. The seed's
 * `add_body_params`.
 *
 * @since 0.1.0
 * @category setters
 */
export const setBodyParam: {
  (name: string, value: unknown): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, name: string, value: unknown): A
} = dual(3, <A extends AcsRequest>(self: A, name: string, value: unknown): A =>
  set(self, { body: Body.form({ ...(self.body._tag === "Form" ? self.body.parameters : {}), [name]: value }) })
)

/**
 * Sets the action.
 *
 * @since 0.1.0
 * @category setters
 */
export const setAction: {
  (action: string): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, action: string): A
} = dual(2, <A extends AcsRequest>(self: A, action: string): A => unsafeMake(self._tag, { ...self, action }))

/**
 * Sets the path pattern, the seed's `set_uri_pattern`. A common request with one is sent in ROA style.
 *
 * @since 0.1.0
 * @category setters
 */
export const setPathPattern: {
  (pathPattern: string): <A extends AcsRequest>(self: A) => A
  <A extends AcsRequest>(self: A, pathPattern: string): A
} = dual(2, <A extends AcsRequest>(self: A, pathPattern: string): A => unsafeMake(self._tag, { ...self, pathPattern }))
