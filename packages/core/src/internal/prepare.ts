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
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as AcsError from "../AcsError.js"
import * as AcsRequest from "../AcsRequest.js"
import type { Credentials } from "../Credentials.js"
import * as Digest from "../Digest.js"
import * as Limits from "../Limits.js"
import * as Region from "../Region.js"
import type { Payload, Signer, UnsignedRequest } from "../Signer.js"
import * as UserAgent from "../UserAgent.js"
import * as bytes from "./bytes.js"
import { checkPlace, endpointOf, field, type Issue } from "./endpoint.js"
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
    const endpoint = guarded(() => Either.right(endpointOf(request, regionOf(request, context), context)))
    if (Either.isLeft(endpoint)) return Effect.fail(endpoint.left)
    return Effect.zipWith(endpoint.right, payload, (endpoint, payload) => ({
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

// Checks one after the other, each with a way out of its own: `Either.gen` would cost more than all of them together.
const check = (
  request: AcsRequest.AcsRequest,
  context: Context.Context<Services>,
  limits: Limits.Values
): Checked<{ readonly draft: Draft; readonly stream: Body["stream"] }> => {
  const style = AcsRequest.styleOf(request)
  const regionId = regionOf(request, context)
  const misnamed = checkNames(request, style) ?? checkPlace(request, regionId)
  if (misnamed !== undefined) return Either.left(misnamed)
  const path = style === "ROA" ? pathOf(request) : root
  if (Either.isLeft(path)) return Either.left(path.left)
  const query = flatten("query", request.query, limits, request.arrayStyles)
  if (Either.isLeft(query)) return Either.left(query.left)
  const own = bodyOf(request, limits)
  if (Either.isLeft(own)) return Either.left(own.left)
  const isMoved = style === "RPC" && isTooLong(request, query.right)
  const given = isMoved ? [] : query.right
  const body = isMoved ? formOf(query.right) : own.right
  const { contentType, form, payload, stream } = body
  const misplaced = checkParameters(style, given, form)
  if (misplaced !== undefined) return Either.left(misplaced)
  const checkedHeaders = headersOf(request, contentType, Context.get(context, UserAgent.UserAgent))
  if (Either.isLeft(checkedHeaders)) return Either.left(checkedHeaders.left)
  const headers = checkedHeaders.right
  const carriesRegion = given.some(isRegion) || form.some(isRegion)
  if (style === "ROA" && !carriesRegion) headers["x-acs-region-id"] ??= regionId
  return Either.right({
    draft: {
      style,
      action: request.action,
      version: request.version,
      method: isMoved ? "POST" : AcsRequest.methodOf(request),
      path: path.right,
      query: carriesRegion ? given : [...given, ["RegionId", regionId]],
      form,
      headers,
      payload,
      format: request.format
    },
    stream
  })
}

const regionOf = (request: AcsRequest.AcsRequest, context: Context.Context<Services>): string =>
  request.regionId ?? Context.get(context, Region.Region)

const root = Either.right("/")
const isRegion = ([name]: readonly [string, string]): boolean => name === "RegionId"

const refuseField = (name: string, issue: string): Checked<never> => Either.left(AcsError.invalidRequest(name, issue))

const invalidParams = (name: string, text: string): AcsError.ClientException =>
  AcsError.invalidRequest(name, text, "SDK.InvalidParams")

const checkNames = (request: AcsRequest.AcsRequest, style: AcsRequest.Style): Issue => {
  const isCommon = request._tag === "CommonRequest"
  return (
    (isCommon ? checkCommon(request) : undefined) ??
    (!isCommon || request.product !== "" ? field("product", Validation.product(request.product)) : undefined) ??
    field("version", Validation.version(request.version)) ??
    (style === "RPC" || request.action !== "" ? field("action", Validation.action(request.action)) : undefined) ??
    field("method", Validation.method(AcsRequest.methodOf(request))) ??
    (formats.has(request.format) ? undefined : field("format", "must be 'JSON', 'XML' or 'RAW'"))
  )
}

/** the seed's three checks, with its texts */
const checkCommon = (request: AcsRequest.AcsRequest): Issue => {
  if (!request.version) return invalidParams("version", "common params [version] is required, cannot be empty")
  if (!request.action && !request.pathPattern) {
    return invalidParams("action", "At least one of [action] and [uri_pattern] has a value")
  }
  return !request.endpoint && !request.product
    ? invalidParams("product", "At least one of [domain] and [product_name] has a value")
    : undefined
}

const formats: ReadonlySet<string> = new Set(["JSON", "XML", "RAW"])

const placeholder = /\[([^\][/]+)\]/g

const pathOf = (request: AcsRequest.AcsRequest): Checked<string> => {
  const pattern = request.pathPattern ?? ""
  const badPattern = field("pathPattern", Validation.pathPattern(pattern))
  if (badPattern !== undefined) return Either.left(badPattern)
  const names = new Set([...pattern.matchAll(placeholder)].map(([, name]) => name ?? ""))
  const params = request.pathParams as Readonly<Record<string, unknown>>
  for (const name of Object.keys(params)) {
    if (!names.has(name)) {
      return refuseField(`pathParams.${name}`, "fills no placeholder of the path pattern; check its spelling")
    }
  }
  const values = new Map<string, string>()
  for (const name of names) {
    const value = Object.hasOwn(params, name) ? Parameters.scalar(params[name]) : undefined
    const issue =
      value === undefined
        ? "is needed by the path pattern; pass text, a number or a boolean"
        : Validation.pathParameter(value)
    if (value === undefined || issue !== undefined) return refuseField(`pathParams.${name}`, issue ?? "")
    values.set(name, Encoding.percentEncode(value))
  }
  const filled = pattern.replace(placeholder, (_, name: string) => values.get(name) ?? "")
  return /[[\]]/.test(filled)
    ? refuseField("pathPattern", "has a '[' or ']' that belongs to no [Name]; percent-encode it")
    : Either.right(Acs3.canonicalUri(filled))
}

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
    : refuseField(first.path === "" ? name : `${name}.${first.path}`, first.issue)
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
const isGatewayName = ([name]: readonly [string, string]): boolean => gatewayNames.has(name)

const checkParameters = (style: AcsRequest.Style, query: Encoding.Pairs, form: Encoding.Pairs): Issue => {
  if (form.length > 0) {
    const inQuery = new Set(query.map(([name]) => name))
    const twice = form.find(([name]) => inQuery.has(name))
    if (twice !== undefined) return field(`body.${twice[0]}`, "is given in the query as well; keep one")
  }
  const taken = style === "RPC" ? (query.find(isGatewayName) ?? form.find(isGatewayName)) : undefined
  return taken === undefined
    ? undefined
    : field(taken[0], "is set by the request itself; use its option, and leave the parameter out")
}

const bodyOf = (request: AcsRequest.AcsRequest, limits: Limits.Values): Checked<Body> => {
  const { body } = request
  const method = AcsRequest.methodOf(request)
  if (body._tag !== "Empty" && (method === "GET" || method === "HEAD")) {
    return refuseField("body", `cannot go with ${method}; use POST, PUT, PATCH or DELETE`)
  }
  switch (body._tag) {
    case "Empty":
      return Either.right(bodyFrom(empty, undefined))
    case "Form": {
      const form = flatten("body", body.parameters, limits)
      if (Either.isLeft(form)) return Either.left(form.left)
      return Either.right(formOf(form.right))
    }
    case "Json": {
      const text = Parameters.toJson(body.value, limits.depth)
      if (text === undefined) {
        return refuseField("body", "cannot be written as JSON; pass plain values, without cycles or functions")
      }
      const issue = Validation.text(text)
      return issue === undefined
        ? Either.right(bodyFrom(payloadOf(Encoding.utf8(text)), "application/json; charset=utf-8"))
        : refuseField("body", issue)
    }
    case "Raw": {
      const { content, contentType } = body
      if (content instanceof Uint8Array) return Either.right(bodyFrom(payloadOf(content), contentType))
      const issue = typeof content === "string" ? Validation.text(content) : "must be text or a Uint8Array"
      return issue === undefined
        ? Either.right(bodyFrom(payloadOf(Encoding.utf8(content)), contentType))
        : refuseField("body", issue)
    }
    case "Stream": {
      const { contentLength, contentType, sha256, stream } = body
      if (!Predicate.hasProperty(stream, Stream.StreamTypeId)) return refuseField("body", "must be a Stream of bytes")
      if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
        return refuseField("body.sha256", "must be a SHA-256 in lower-case hex")
      }
      if (contentLength !== undefined && !(Number.isSafeInteger(contentLength) && contentLength >= 0)) {
        return refuseField("body.contentLength", "must be a whole number of bytes")
      }
      return Either.right(
        sha256 === undefined || contentLength === undefined
          ? { ...bodyFrom(empty, contentType), stream: body }
          : bodyFrom({ _tag: "Stream", stream, contentLength, sha256 }, contentType)
      )
    }
    default:
      return refuseField("body", "must be made by a constructor of Body")
  }
}

/** what a request line may hold before gateways and proxies refuse it, in bytes */
const longestQuery = 8 * 1024

/** parameters that no URL can carry go into the body, where the caller leaves the choice: the gateway reads both alike */
const isTooLong = ({ body, method }: AcsRequest.AcsRequest, query: Encoding.Pairs): boolean =>
  body._tag === "Empty" &&
  (method === undefined || method === "POST") &&
  // nine bytes for a character at most: short ones are not encoded only to be counted
  query.reduce((length, [name, value]) => length + name.length + value.length, 0) > longestQuery / 9 &&
  Encoding.formUrlEncoded(query).length > longestQuery

const formOf = (form: Encoding.Pairs): Body => ({
  ...bodyFrom(payloadOf(Encoding.utf8(Encoding.formUrlEncoded(form))), "application/x-www-form-urlencoded"),
  form
})

const bodyFrom = (payload: Payload, contentType: string | undefined): Body => ({
  payload,
  form: [],
  contentType,
  stream: undefined
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
): Checked<Record<string, string>> => {
  const headers: Record<string, string> = {
    accept: accepts[request.format],
    "user-agent": UserAgent.toHeader(userAgent, request.userAgent),
    "x-acs-version": request.version
  }
  if (request.action !== "") headers["x-acs-action"] = request.action
  if (contentType !== undefined) headers["content-type"] = contentType
  const badAgent = field("userAgent", Validation.header("user-agent", headers["user-agent"] ?? ""))
  if (badAgent !== undefined) return Either.left(badAgent)
  const seen = new Set<string>()
  for (const name of Object.keys(request.headers)) {
    const value = request.headers[name] as string
    const key = name.toLowerCase()
    const issue =
      // a name that sets nothing on an object, and would be lost
      (key === "__proto__" ? "is no name a header can have; rename it" : undefined) ??
      Validation.header(name, value) ??
      (seen.has(key) ? "is given twice, in two spellings; keep one" : undefined) ??
      (ownHeaders.test(key) ? "is set by the signature or the connection; leave it out" : undefined)
    if (issue !== undefined) return refuseField(`headers.${JSON.stringify(name)}`, issue)
    seen.add(key)
    headers[key] = value.trim()
  }
  if (request.body._tag === "Form" && headers["content-type"] !== contentType) {
    return refuseField(
      'headers."content-type"',
      "must be that of a form for a form body; use Body.json, Body.text or Body.bytes"
    )
  }
  const badType = field('headers."content-type"', Validation.header("content-type", headers["content-type"] ?? ""))
  return badType === undefined ? Either.right(headers) : Either.left(badType)
}

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
