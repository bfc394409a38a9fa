/**
 * From a request to an `UnsignedRequest`: everything is checked here, before anything is signed. Each check names its field.
 */
import * as Acs3 from "@effect-aliyun/protocol/Acs3"

import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Parameters from "@effect-aliyun/protocol/Parameters"
import * as Validation from "@effect-aliyun/protocol/Validation"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as AcsError from "../AcsError.js"
import * as AcsRequest from "../AcsRequest.js"
import type { Credentials } from "../Credentials.js"
import * as Digest from "../Digest.js"
import * as Endpoint from "../Endpoint.js"
import * as Limits from "../Limits.js"
import * as Protocol from "../Protocol.js"
import * as Region from "../Region.js"
import type { Payload, Signer, UnsignedRequest } from "../Signer.js"
import * as UserAgent from "../UserAgent.js"
import * as bytes from "./bytes.js"
import { because } from "./failure.js"

type Services = Credentials | Signer | HttpClient.HttpClient
type Checked<A> = Either.Either<A, AcsError.ClientException>

/** @internal */
export const prepare = (
  request: AcsRequest.AcsRequest,
  context: Context.Context<Services>
): Effect.Effect<UnsignedRequest, AcsError.AcsError, Services> =>
  Effect.suspend(() => {
    const limits = Context.get(context, Limits.Limits)
    const checked = guarded(() => check(request, context, limits))
    if (Either.isLeft(checked)) return Effect.fail(checked.left)
    const { draft, stream } = checked.right
    const payload =
      stream === undefined
        ? Effect.succeed(draft.payload)
        : collectStream(stream, limits, Context.get(context, Digest.Digest).digest)
    return Effect.zipWith(endpointOf(request, context), payload, (endpoint, payload) => ({
      ...draft,
      ...endpoint,
      payload
    }))
  })

/** getters and proxies of untyped callers may do anything; what they throw may say anything, and is not repeated */
const guarded = <A>(f: () => Checked<A>): Checked<A> => {
  try {
    return f()
  } catch {
    return Either.left(AcsError.invalidRequest("request", "cannot be read; pass plain values"))
  }
}

type Draft = Omit<UnsignedRequest, "protocol" | "host">

interface Body {
  readonly payload: Payload
  readonly form: Encoding.Pairs
  readonly contentType: string | undefined
  /** a stream that has to be collected before it can be hashed */
  readonly stream: (AcsRequest.AcsRequest["body"] & { readonly _tag: "Stream" }) | undefined
}

const check = (
  request: AcsRequest.AcsRequest,
  context: Context.Context<Services>,
  limits: Limits.Values
): Checked<{ readonly draft: Draft; readonly stream: Body["stream"] }> =>
  Either.gen(function* () {
    const style = AcsRequest.styleOf(request)
    yield* checkNames(request, style)
    const regionId = request.regionId ?? Context.get(context, Region.Region)
    yield* field("regionId", Validation.hostPart(regionId))
    const path = style === "ROA" ? yield* pathOf(request) : "/"
    const given = yield* flatten("query", request.query, limits, request.arrayStyles)
    const body = yield* bodyOf(request, limits)
    yield* checkParameters(style, given, body.form)
    const carriesRegion = [...given, ...body.form].some(([name]) => name === "RegionId")
    const headers = yield* headersOf(request, body.contentType, Context.get(context, UserAgent.UserAgent))
    if (style === "ROA" && !carriesRegion) headers["x-acs-region-id"] ??= regionId
    return {
      draft: {
        style,
        action: request.action,
        version: request.version,
        method: AcsRequest.methodOf(request),
        path,
        query: carriesRegion ? given : [...given, ["RegionId", regionId]],
        form: body.form,
        headers,
        payload: body.payload,
        format: request.format
      },
      stream: body.stream
    }
  })

const field = (name: string, issue: string | undefined): Checked<void> =>
  issue === undefined ? Either.void : Either.left(AcsError.invalidRequest(name, issue))

const invalidParams = (name: string, text: string): Checked<never> =>
  Either.left(AcsError.invalidRequest(name, text, "SDK.InvalidParams"))

const checkNames = (request: AcsRequest.AcsRequest, style: AcsRequest.Style): Checked<void> =>
  Either.gen(function* () {
    if (request._tag === "CommonRequest") {
      // the seed's three checks, with its texts
      if (!request.version) yield* invalidParams("version", "common params [version] is required, cannot be empty")
      if (!request.action && !request.pathPattern) {
        yield* invalidParams("action", "At least one of [action] and [uri_pattern] has a value")
      }
      if (!request.endpoint && !request.product) {
        yield* invalidParams("product", "At least one of [domain] and [product_name] has a value")
      }
    }
    if (request._tag !== "CommonRequest" || request.product !== "")
      yield* field("product", Validation.product(request.product))
    yield* field("version", Validation.version(request.version))
    if (style === "RPC" || request.action !== "") yield* field("action", Validation.action(request.action))
    yield* field("method", Validation.method(AcsRequest.methodOf(request)))
    if (!formats.has(request.format)) yield* field("format", "must be 'JSON', 'XML' or 'RAW'")
    if (request.network !== undefined) yield* field("network", Validation.hostPart(request.network))
    if (request.productSuffix !== undefined) yield* field("productSuffix", Validation.hostPart(request.productSuffix))
  })

const formats: ReadonlySet<string> = new Set(["JSON", "XML", "RAW"])

const placeholder = /\[([^\][/]+)\]/g

const pathOf = (request: AcsRequest.AcsRequest): Checked<string> =>
  Either.gen(function* () {
    const pattern = request.pathPattern ?? ""
    yield* field("pathPattern", Validation.pathPattern(pattern))
    const names = new Set([...pattern.matchAll(placeholder)].map(([, name]) => name ?? ""))
    const params = request.pathParams as Readonly<Record<string, unknown>>
    for (const name of Object.keys(params)) {
      if (!names.has(name))
        yield* field(`pathParams.${name}`, "fills no placeholder of the path pattern; check its spelling")
    }
    const values = new Map<string, string>()
    for (const name of names) {
      const value = Object.hasOwn(params, name) ? Parameters.scalar(params[name]) : undefined
      if (value === undefined) {
        yield* field(`pathParams.${name}`, "is needed by the path pattern; pass text, a number or a boolean")
      } else {
        yield* field(`pathParams.${name}`, Validation.pathParameter(value))
        values.set(name, Encoding.percentEncode(value))
      }
    }
    const filled = pattern.replace(placeholder, (_, name: string) => values.get(name) ?? "")
    if (/[[\]]/.test(filled))
      yield* field("pathPattern", "has a '[' or ']' that belongs to no [Name]; percent-encode it")
    return Acs3.canonicalUri(filled)
  })

const flatten = (
  name: string,
  parameters: object,
  limits: Limits.Values,
  styles: AcsRequest.AcsRequest["arrayStyles"] = {}
): Checked<Encoding.Pairs> => {
  const { issues, pairs } = Parameters.flatten(parameters, {
    styles,
    maxDepth: limits.depth,
    maxPairs: limits.parameters
  })
  const first = issues[0]
  return first === undefined
    ? Either.right(pairs)
    : Either.left(AcsError.invalidRequest(first.path === "" ? name : `${name}.${first.path}`, first.issue))
}

// what the gateway takes for its own when it finds it among the parameters of an RPC request
const gatewayNames: ReadonlySet<string> = new Set([
  "Action",
  "Version",
  "AccessKeyId",
  "BearerToken",
  "Signature",
  "SignatureMethod",
  "SignatureNonce",
  "SignatureType",
  "SignatureVersion"
])

const checkParameters = (style: AcsRequest.Style, query: Encoding.Pairs, form: Encoding.Pairs): Checked<void> =>
  Either.gen(function* () {
    const inQuery = new Set(query.map(([name]) => name))
    const twice = form.find(([name]) => inQuery.has(name))
    if (twice !== undefined) yield* field(`body.${twice[0]}`, "is given in the query as well; keep one")
    const taken = style === "RPC" ? [...query, ...form].find(([name]) => gatewayNames.has(name)) : undefined
    if (taken !== undefined) {
      yield* field(taken[0], "is set by the request itself; use its option, and leave the parameter out")
    }
  })

const bodyOf = (request: AcsRequest.AcsRequest, limits: Limits.Values): Checked<Body> =>
  Either.gen(function* () {
    const { body } = request
    const none = { form: [], stream: undefined }
    const method = AcsRequest.methodOf(request)
    if (body._tag !== "Empty" && (method === "GET" || method === "HEAD")) {
      yield* field("body", `cannot go with ${method}; use POST, PUT, PATCH or DELETE`)
    }
    switch (body._tag) {
      case "Empty":
        return { ...none, payload: empty, contentType: undefined }
      case "Form": {
        const form = yield* flatten("body", body.parameters, limits)
        const bytes = Encoding.utf8(Encoding.formUrlEncoded(form))
        return { ...none, form, payload: payloadOf(bytes), contentType: "application/x-www-form-urlencoded" }
      }
      case "Json": {
        const text = Parameters.toJson(body.value, limits.depth)
        if (text === undefined) {
          return yield* Either.left(
            AcsError.invalidRequest("body", "cannot be written as JSON; pass plain values, without cycles or functions")
          )
        }
        yield* field("body", Validation.text(text))
        return { ...none, payload: payloadOf(Encoding.utf8(text)), contentType: "application/json; charset=utf-8" }
      }
      case "Raw": {
        if (typeof body.content !== "string" && !(body.content instanceof Uint8Array)) {
          yield* field("body", "must be text or a Uint8Array")
        }
        if (typeof body.content === "string") yield* field("body", Validation.text(body.content))
        const bytes = typeof body.content === "string" ? Encoding.utf8(body.content) : body.content
        return { ...none, payload: payloadOf(bytes), contentType: body.contentType }
      }
      case "Stream": {
        const { contentLength, contentType, sha256, stream } = body
        if (!Predicate.hasProperty(stream, Stream.StreamTypeId)) yield* field("body", "must be a Stream of bytes")
        if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
          yield* field("body.sha256", "must be a SHA-256 in lower-case hex")
        }
        if (contentLength !== undefined && !(Number.isSafeInteger(contentLength) && contentLength >= 0)) {
          yield* field("body.contentLength", "must be a whole number of bytes")
        }
        if (sha256 === undefined || contentLength === undefined) {
          return { form: [], payload: empty, contentType, stream: body }
        }
        return { ...none, payload: { _tag: "Stream", stream, contentLength, sha256 } as const, contentType }
      }
      default:
        return yield* Either.left(AcsError.invalidRequest("body", "must be made by a constructor of Body"))
    }
  })

const empty: Payload = { _tag: "Empty" }
const payloadOf = (bytes: Uint8Array): Payload => (bytes.length === 0 ? empty : { _tag: "Bytes", bytes })

// what the signature or the connection decides; a caller who sets it would be overruled, or would break the request
const ownHeaders =
  /^(host|authorization|date|connection|keep-alive|transfer-encoding|content-length|content-md5|expect|upgrade|x-acs-(date|signature-.*|content-sha256|security-token|accesskey-id|bearer-token|action|version))$/

const accepts = { JSON: "application/json", XML: "application/xml", RAW: "application/octet-stream" } as const

const headersOf = (
  request: AcsRequest.AcsRequest,
  contentType: string | undefined,
  userAgent: UserAgent.Values
): Checked<Record<string, string>> =>
  Either.gen(function* () {
    const headers: Record<string, string> = {
      accept: accepts[request.format],
      "user-agent": UserAgent.toHeader(userAgent, request.userAgent),
      "x-acs-version": request.version
    }
    if (request.action !== "") headers["x-acs-action"] = request.action
    if (contentType !== undefined) headers["content-type"] = contentType
    yield* field("userAgent", Validation.header("user-agent", headers["user-agent"] ?? ""))
    const seen = new Set<string>()
    for (const [name, value] of Object.entries(request.headers)) {
      const key = name.toLowerCase()
      const where = `headers.${JSON.stringify(name)}`
      // a name that sets nothing on an object, and would be lost
      if (key === "__proto__") yield* field(where, "is no name a header can have; rename it")
      yield* field(where, Validation.header(name, value))
      if (seen.has(key)) yield* field(where, "is given twice, in two spellings; keep one")
      if (ownHeaders.test(key)) yield* field(where, "is set by the signature or the connection; leave it out")
      seen.add(key)
      headers[key] = value.trim()
    }
    if (request.body._tag === "Form" && headers["content-type"] !== contentType) {
      yield* field(
        'headers."content-type"',
        "must be that of a form for a form body; use Body.json, Body.text or Body.bytes"
      )
    }
    yield* field('headers."content-type"', Validation.header("content-type", headers["content-type"] ?? ""))
    return headers
  })

const endpointOf = (
  request: AcsRequest.AcsRequest,
  context: Context.Context<Services>
): Effect.Effect<Pick<UnsignedRequest, "protocol" | "host">, AcsError.AcsError, Services> => {
  const regionId = request.regionId ?? Context.get(context, Region.Region)
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
  if (request.endpoint !== undefined && request.endpoint !== "") return parse(request.endpoint)
  const network = request.network ?? "public"
  const resolver = Context.get(context, Endpoint.Endpoint)
  return Effect.flatMap(
    resolver({
      product: request.product,
      regionId,
      network,
      suffix: request.productSuffix,
      rule: request.endpointType,
      mapped:
        network === "public" && Object.hasOwn(request.endpointMap, regionId) ? request.endpointMap[regionId] : undefined
    }),
    Option.match({ onNone: () => Effect.fail(unresolved(request.product, regionId)), onSome: parse })
  )
}

const withoutDefaultPort = (host: string, protocol: Protocol.ProtocolType): string =>
  protocol === "https" ? host.replace(/:443$/, "") : host.replace(/:80$/, "")

const unresolved = (product: string, regionId: string): AcsError.ClientException =>
  AcsError.fromReason({
    _tag: "EndpointUnresolved",
    product,
    region: regionId,
    issue: `no endpoint is known for product '${product}' in region '${regionId}'; check the product code, or set 'endpoint'`
  })

const collectStream = (
  body: AcsRequest.AcsRequest["body"] & { readonly _tag: "Stream" },
  limits: Limits.Values,
  digest: Digest.Service["digest"]
): Effect.Effect<Payload, AcsError.ClientException> =>
  Effect.suspend(() => {
    const sink = bytes.sink(limits.requestBytes)
    const refuse = (name: string, issue: string) => Effect.fail(AcsError.invalidRequest(name, issue))
    return sink.drain(body.stream).pipe(
      Effect.mapError((cause) =>
        AcsError.invalidRequest("body", `failed while the stream was being read${because(cause)}`)
      ),
      Effect.flatMap(() => {
        const { bytes: content, complete } = sink.taken()
        if (!complete) {
          return refuse(
            "body",
            `is a stream of more than ${limits.requestBytes} bytes; give its sha256 and contentLength, or raise Limits.requestBytes`
          )
        }
        if (body.contentLength !== undefined && body.contentLength !== content.length) {
          return refuse("body.contentLength", `is not the length of the stream, ${content.length}`)
        }
        return body.sha256 !== undefined && body.sha256 !== digest.sha256Hex(content)
          ? refuse("body.sha256", "is not the hash of the stream")
          : Effect.succeed(payloadOf(content))
      })
    )
  })
