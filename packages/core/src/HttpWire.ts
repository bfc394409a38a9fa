/**
 * What an `HttpClientRequest` becomes on the wire, and what a transport that failed can tell about it.
 *
 * A socket and an in-memory server both start from {@link fromRequest}, so that what is tested in memory is, byte for
 * byte, what a socket would carry. Only framing is missing, since it belongs to the connection: `connection`, and
 * `transfer-encoding: chunked` where a stream has no length.
 *
 * @since 0.1.0
 */
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Validation from "@effect-aliyun/protocol/Validation"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as internal from "./internal/transportFailure.js"

/**
 * - `Empty`: no body, or one of no bytes
 * - `Bytes`: the whole body, in memory; it can be sent again
 * - `Stream`: `contentLength` in bytes, `undefined` when the body goes out in chunks
 *
 * @since 0.1.0
 * @category models
 */
export type Body =
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | {
      readonly _tag: "Stream"
      readonly stream: Stream.Stream<Uint8Array, unknown>
      readonly contentLength: number | undefined
    }

/**
 * - `origin`: scheme, host and port, for instance `https://ecs.aliyuncs.com`; lower case, without the scheme's own port
 * - `host`: what the `host` header says
 * - `target`: path and query as on the request line, starting with `/`
 * - `headers`: `host` first, names in lower case
 *
 * @since 0.1.0
 * @category models
 */
export interface HttpWire {
  readonly origin: string
  readonly host: string
  readonly method: string
  readonly target: string
  readonly headers: Encoding.Pairs
  readonly body: Body
}

interface Location {
  readonly origin: string
  readonly host: string
  readonly target: string
}

const empty: Body = { _tag: "Empty" }

// scheme, host, port, then path and query of visible ASCII without `#`: user info, white space and a fragment find no place
const urlText = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(\d{1,5}))?([/?][!"$-~]*)?$/i
const urlAdvice =
  "must be an absolute http or https URL of visible ASCII characters, without user info, white space or fragment"

/**
 * The location in the text itself: what was signed is what goes out, without a `URL` object that would rewrite the path
 * (and cost some microseconds).
 */
const locateText = (url: string): Location | undefined => {
  const match = urlText.exec(url)
  const scheme = match?.[1]?.toLowerCase()
  const hostname = match?.[2]?.toLowerCase()
  if (match === null || scheme === undefined || hostname === undefined) return undefined
  const port = match[3] === undefined ? undefined : Number(match[3])
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  const host = port === undefined || port === (scheme === "https" ? 443 : 80) ? hostname : `${hostname}:${port}`
  const rest = match[4] ?? "/"
  return { origin: `${scheme}://${host}`, host, target: rest.startsWith("?") ? `/${rest}` : rest }
}

const locateUrl = (request: HttpClientRequest.HttpClientRequest): Location | undefined => {
  const result = UrlParams.makeUrl(request.url, request.urlParams, request.hash)
  if (Either.isLeft(result)) return undefined
  const { host, origin, password, pathname, protocol, search, username } = result.right
  return (protocol === "https:" || protocol === "http:") && username === "" && password === ""
    ? { origin, host, target: pathname + search }
    : undefined
}

const encodeBytes = (bytes: Uint8Array): Body => (bytes.length === 0 ? empty : { _tag: "Bytes", bytes })

const encodeBody = ({ body }: HttpClientRequest.HttpClientRequest): Body | string => {
  switch (body._tag) {
    case "Empty":
      return empty
    case "Uint8Array":
      return encodeBytes(body.body)
    case "Stream":
      return { _tag: "Stream", stream: body.stream, contentLength: body.contentLength }
    case "Raw": {
      if (typeof body.body === "string") return encodeBytes(Encoding.utf8(body.body))
      if (body.body instanceof Uint8Array) return encodeBytes(body.body)
      if (body.body instanceof ArrayBuffer) return encodeBytes(new Uint8Array(body.body))
      return "a raw body must be a string, a Uint8Array or an ArrayBuffer"
    }
    case "FormData":
      return "a FormData body is not supported; encode the form to bytes first"
  }
}

// headers that frame the message or change the protocol: the connection's business
const ownedByConnection: ReadonlySet<string> = new Set(["transfer-encoding", "keep-alive", "upgrade", "expect"])
const expectsBody: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"])
const digits = /^\d{1,15}$/

const bodyLength = (method: string, body: Body): number | undefined =>
  body._tag === "Bytes"
    ? body.bytes.length
    : body._tag === "Stream"
      ? body.contentLength
      : expectsBody.has(method)
        ? 0
        : undefined

/**
 * The request as it goes on the wire.
 *
 * The URL is taken as text unless the request has `urlParams` or a hash. The caller's headers are kept; `host` comes from
 * the URL, `content-type` from the body unless the caller set one, `content-length` from the body (0 for POST, PUT and
 * PATCH without one).
 *
 * Fails with a `RequestError`: reason `InvalidUrl`; or `Encode` for a body that cannot be sent, a header that HTTP cannot
 * carry, a `host` other than the URL's, a `content-length` other than the body's.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
 * import * as HttpWire from "@effect-aliyun/core/HttpWire"
 * import * as Either from "effect/Either"
 *
 * const wire = HttpWire.fromRequest(HttpClientRequest.get("https://ecs.aliyuncs.com/?Action=DescribeRegions"))
 *
 * console.log(Either.getOrThrow(wire).target) // /?Action=DescribeRegions
 */
export const fromRequest = (
  request: HttpClientRequest.HttpClientRequest
): Either.Either<HttpWire, HttpClientError.RequestError> => {
  const location =
    request.urlParams.length === 0 && request.hash._tag === "None" ? locateText(request.url) : locateUrl(request)
  if (location === undefined) return refuse(request, "InvalidUrl", urlAdvice)
  let body = encodeBody(request)
  if (typeof body === "string") return refuse(request, "Encode", body)

  const headers: Array<readonly [string, string]> = [["host", location.host]]
  let contentType = request.body.contentType
  let declared: string | undefined
  for (const key of Object.keys(request.headers)) {
    const name = key.toLowerCase()
    const value = request.headers[key]
    if (value === undefined) continue
    const issue = Validation.header(name, value)
    if (issue !== undefined) return refuse(request, "Encode", `${headerSubject(name)} ${issue}`)
    if (ownedByConnection.has(name)) return refuse(request, "Encode", `the header '${name}' is set by the connection`)
    if (name === "host") {
      if (value.toLowerCase() !== location.host) return refuse(request, "Encode", "the header 'host' must be the URL's")
    } else if (name === "content-length") {
      declared = value
    } else {
      if (name === "content-type") contentType = undefined
      headers.push([name, value])
    }
  }
  if (contentType !== undefined && contentType !== "") headers.push(["content-type", contentType])

  if (declared !== undefined && body._tag === "Stream" && body.contentLength === undefined && digits.test(declared)) {
    body = { ...body, contentLength: Number(declared) }
  }
  const length = bodyLength(request.method, body)
  if (declared !== undefined && declared !== String(length ?? 0)) {
    return refuse(request, "Encode", "the header 'content-length' must be the body's")
  }
  if (length !== undefined) headers.push(["content-length", String(length)])
  // field by field: a spread of `location` costs 9 us here on Node 20, more than all the rest
  const { host, origin, target } = location
  return Either.right({ origin, host, method: request.method, target, headers, body })
}

// a name that is none may be a value in the wrong place
const headerSubject = (name: string): string =>
  Validation.header(name, "") === undefined ? `the header '${name}'` : "a header"

const refuse = (
  request: HttpClientRequest.HttpClientRequest,
  reason: "InvalidUrl" | "Encode",
  description: string,
  cause?: unknown
) => Either.left(new HttpClientError.RequestError({ request, reason, description, cause }))

/**
 * The form in which signatures are checked; `None` when the body is a stream, for which there is {@link collect}.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toRawRequest = (self: HttpWire): Option.Option<RawRequest.RawRequest> =>
  self.body._tag === "Stream" ? Option.none() : Option.some(rawRequest(self, inMemory(self.body)))

const inMemory = (body: Exclude<Body, { readonly _tag: "Stream" }>): Uint8Array =>
  body._tag === "Bytes" ? body.bytes : new Uint8Array(0)

const rawRequest = ({ headers, method, target }: HttpWire, body: Uint8Array): RawRequest.RawRequest => ({
  method,
  target,
  headers,
  body
})

/**
 * The request in the form in which signatures are checked, a stream being read to its end.
 *
 * Fails as {@link fromRequest} does, and with reason `Encode` when the stream fails or is not as long as it said.
 *
 * @since 0.1.0
 * @category conversions
 * @example
 * import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
 * import * as HttpWire from "@effect-aliyun/core/HttpWire"
 * import * as Effect from "effect/Effect"
 *
 * const request = HttpClientRequest.post("https://ecs.aliyuncs.com").pipe(HttpClientRequest.bodyText("a"))
 *
 * console.log(Effect.runSync(HttpWire.collect(request)).body) // Uint8Array(1) [ 97 ]
 */
export const collect = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<RawRequest.RawRequest, HttpClientError.RequestError> =>
  Effect.flatMap(fromRequest(request), (wire) => {
    if (wire.body._tag !== "Stream") return Effect.succeed(rawRequest(wire, inMemory(wire.body)))
    const { contentLength, stream } = wire.body
    return Stream.runCollect(stream).pipe(
      Effect.mapError(
        (cause) =>
          new HttpClientError.RequestError({ request, reason: "Encode", description: "the body stream failed", cause })
      ),
      Effect.flatMap((chunks) => {
        const bytes = concat(Chunk.toReadonlyArray(chunks))
        return contentLength === undefined || contentLength === bytes.length
          ? Effect.succeed(rawRequest(wire, bytes))
          : refuse(request, "Encode", "the body stream is not as long as its content length")
      })
    )
  })

const concat = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/**
 * What broke: the name lookup, the connection, the TLS handshake, the proxy, the connection after it stood, the form of
 * the answer, or a time limit of the transport's.
 *
 * @since 0.1.0
 * @category models
 */
export type FailureKind = internal.FailureKind

/**
 * How much of the request may have reached the server: `none` is certain, `all` means that it may have been executed.
 *
 * @since 0.1.0
 * @category models
 */
export type Sent = "none" | "some" | "all"

/**
 * What a transport knows about a failed exchange; `bytesReceived` counts bytes of the answer's body.
 *
 * @since 0.1.0
 * @category models
 */
export interface Facts {
  readonly sent: Sent
  readonly bytesReceived: number
}

/**
 * @since 0.1.0
 * @category type ids
 */
export const TransportFailureTypeId: unique symbol = Symbol.for("@effect-aliyun/core/HttpWire/TransportFailure")

/**
 * @since 0.1.0
 * @category type ids
 */
export type TransportFailureTypeId = typeof TransportFailureTypeId

const said: Record<FailureKind, string> = {
  Dns: "the host name was not resolved",
  Connect: "no connection was made",
  Tls: "no trusted TLS connection was made",
  Proxy: "the proxy did not let the request through",
  Reset: "the connection ended before the answer did",
  Protocol: "the answer is not valid HTTP",
  Timeout: "a time limit of the transport passed"
}

/**
 * The `cause` of a `RequestError` or `ResponseError` of our transports: facts instead of a text to parse.
 *
 * It does not hold the error it was made from, and its message names no URL, header or query: a parser error, for one,
 * carries raw bytes of the answer.
 *
 * - `syscallCode`: the code of the system or the HTTP library, for instance `ECONNREFUSED` or `UND_ERR_SOCKET`; `code` is
 *   the same, for those who look where Node puts it
 *
 * @since 0.1.0
 * @category errors
 */
export class TransportFailure extends Error {
  readonly [TransportFailureTypeId]: TransportFailureTypeId = TransportFailureTypeId
  override readonly name = "TransportFailure"
  readonly kind: FailureKind
  readonly syscallCode: string | undefined
  readonly sent: Sent
  readonly bytesReceived: number

  constructor(facts: Facts & { readonly kind: FailureKind; readonly syscallCode: string | undefined }) {
    super(facts.syscallCode === undefined ? said[facts.kind] : `${said[facts.kind]} (${facts.syscallCode})`)
    this.kind = facts.kind
    this.syscallCode = facts.syscallCode
    this.sent = facts.sent
    this.bytesReceived = facts.bytesReceived
  }

  get code(): string | undefined {
    return this.syscallCode
  }
}

/**
 * @since 0.1.0
 * @category guards
 */
export const isTransportFailure = (u: unknown): u is TransportFailure =>
  Predicate.hasProperty(u, TransportFailureTypeId)

const neverSent: ReadonlySet<FailureKind> = new Set(["Dns", "Connect", "Tls", "Proxy"])

/**
 * Classifies the error of any HTTP library by the codes along its `cause` chain; a {@link TransportFailure} in it is
 * returned as it is.
 *
 * Without `facts`, `sent` is `none` only for kinds that come before the request, else `all`: the cautious answer, as for
 * an error without any known code, which counts as `Reset`. A browser's `fetch` tells no more than that.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as HttpWire from "@effect-aliyun/core/HttpWire"
 *
 * const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" })
 * const failure = HttpWire.transportFailure(new TypeError("fetch failed", { cause }))
 *
 * console.log(failure.kind, failure.sent) // Connect none
 */
export const transportFailure = (cause: unknown, facts?: Facts): TransportFailure => {
  const chain = internal.causes(cause)
  const own = chain.find(isTransportFailure)
  if (own !== undefined) return own
  const { kind: known, syscallCode } = internal.classify(chain)
  let kind = known ?? "Reset"
  if (facts === undefined) {
    // TLS also fails in the middle of an answer, with codes of OpenSSL's own
    const sent = neverSent.has(kind) && syscallCode?.startsWith("ERR_SSL_") !== true ? "none" : "all"
    return new TransportFailure({ kind, syscallCode, sent, bytesReceived: 0 })
  }
  // what the transport saw decides on which side of the connection's start it broke
  // (ETIMEDOUT without a syscall: several addresses, the first of which did not answer)
  if (facts.sent === "none" && (kind === "Reset" || syscallCode === "ETIMEDOUT")) kind = "Connect"
  else if (facts.sent !== "none" && kind === "Connect") kind = "Reset"
  return new TransportFailure({ ...facts, kind, syscallCode })
}
