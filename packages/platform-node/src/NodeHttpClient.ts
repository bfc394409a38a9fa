/**
 * An `HttpClient` for Node over undici's dispatcher, made for signed API calls: connections are pooled and kept alive, no
 * redirect is followed (it would carry the token along), no cookie is kept, TLS is at least 1.2 and always verified.
 *
 * It is a plain `HttpClient`: any other can take its place. It makes no span and adds no trace header, since the spans of
 * `@effect/platform` hold the query and headers of a request, tokens included.
 *
 * **Failures.** A `RequestError` of reason `Transport`, or a `ResponseError` of reason `Decode` once the headers are there;
 * the `cause` of both is a `TransportFailure` of `@effect-aliyun/core/HttpWire`. What cannot be sent fails with `InvalidUrl`
 * or `Encode`.
 *
 * **Limits of time.** `HttpDeadline` of the fiber that executes it is kept to, by one timer beside the socket.
 *
 * **Kept connections.** One that ends before the first byte of an answer has most likely been closed by the server while the
 * request was on its way. What was surely not sent then, or may be executed twice (`HttpReplay`), goes out once more, on a new
 * connection; anything else fails with kind `Reset`.
 *
 * **Encoded answers.** None is asked for. One that comes in gzip, deflate or br, or two of them, is decoded as it is read, and
 * loses its headers `content-encoding` and `content-length`; in anything else its body fails with kind `Protocol`.
 *
 * **Interruption.** It closes the socket at once: while connecting, waiting for headers, or reading a body.
 *
 * **Bodies that nobody reads.** Up to 64 KiB they free their socket by themselves. Larger ones hold it until the fiber that
 * made the call is interrupted, the scope of `HttpClient.withScope` closes, or `unreadTimeout` passes, whichever is first.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpDeadline from "@effect-aliyun/core/HttpDeadline"
import * as HttpReplay from "@effect-aliyun/core/HttpReplay"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Cause from "effect/Cause"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { globalValue } from "effect/GlobalValue"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { LookupFunction } from "node:net"
import * as certificates from "./internal/certificates.js"
import * as Connections from "./internal/connections.js"
import * as environment from "./internal/environment.js"
import { Exchange, type Refusal } from "./internal/exchange.js"
import * as proxies from "./internal/proxies.js"
import { NodeResponse } from "./internal/response.js"
import * as time from "./internal/time.js"

/**
 * The proxies to go through, by the scheme of what is asked for: to an `https` origin a tunnel is made (CONNECT), in which TLS is
 * spoken with the origin itself; for an `http` origin the proxy forwards the request.
 *
 * - `http`, `https`: URLs, `http://user:password@proxy.example:3128`; the proxy itself is spoken to by http or https. Its
 *   credentials are sent to nobody else, and shown to nobody
 * - `no`: what is asked directly: `*`, `host`, `host:port`, `.suffix`, `*.suffix`, as a list or separated by commas. A name
 *   stands for all names below it. Link-local addresses and the metadata service (100.100.100.200) are always asked directly:
 *   the keys of a machine are nothing for a proxy
 *
 * @since 0.1.0
 * @category models
 */
export interface ProxyOptions {
  readonly http?: string | Redacted.Redacted<string> | undefined
  readonly https?: string | Redacted.Redacted<string> | undefined
  readonly no?: string | ReadonlyArray<string> | undefined
}

/**
 * - `connections`: most connections to one origin, 64; calls beyond that wait their turn
 * - `connectTimeout`: name lookup, TCP, proxy and TLS together, 5 seconds
 * - `keepAliveTimeout`: how long an idle connection is kept, 4 seconds; a server's `keep-alive` hint may shorten it
 * - `maxHeaderSize`: most bytes in the headers of an answer, 16 KiB
 * - `unreadTimeout`: how long an answer too large to buffer may lie unread before its socket is closed, 30 seconds
 * - `ca`: certificates (PEM) to trust **instead of** those that Node brings; add `tls.rootCertificates` to keep them
 * - `cert`, `key`, `passphrase`: the certificate (PEM) by which services that ask for one know this client, its private key,
 *   and what the key is encrypted with. No proxy is shown it
 * - `proxy`: none unless told
 * - `lookup`: in place of `dns.lookup`
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly connections?: number | undefined
  readonly connectTimeout?: Duration.DurationInput | undefined
  readonly keepAliveTimeout?: Duration.DurationInput | undefined
  readonly maxHeaderSize?: number | undefined
  readonly unreadTimeout?: Duration.DurationInput | undefined
  readonly ca?: string | Uint8Array | ReadonlyArray<string | Uint8Array> | undefined
  readonly cert?: string | undefined
  readonly key?: Redacted.Redacted<string> | undefined
  readonly passphrase?: Redacted.Redacted<string> | undefined
  readonly proxy?: ProxyOptions | undefined
  readonly lookup?: LookupFunction | undefined
}

/**
 * A client with connections of its own. When the scope closes, running calls have one second to end; then every socket
 * is closed.
 *
 * Dies with an `IllegalArgumentException` when a proxy is no URL, or a certificate or key cannot be used.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const client = yield* NodeHttpClient.make({ connections: 8 })
 *   const failure = yield* Effect.flip(client.get("http://127.0.0.1:1/"))
 *   console.log(failure.reason) // Transport
 * })
 *
 * Effect.runFork(Effect.scoped(program))
 */
export const make = (options: Options = {}): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Either.match(proxies.make(options.proxy ?? {}, { http: "proxy.http", https: "proxy.https" }), {
    onLeft: (issue) => illegal(issue.join(" ")),
    onRight: (through) => makeThrough(options, through)
  })

const makeThrough = (
  options: Options,
  through: proxies.Proxies
): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> => {
  const issue = certificates.issueOf(options)
  if (issue !== undefined) return illegal(issue)
  return Effect.map(Connections.make(options, through), (connections) => {
    const execute = executeWith(connections, time.millis(options.unreadTimeout ?? "30 seconds"))
    return HttpDeadline.honouring(
      HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
        (request) => Effect.flatMap(request, execute),
        Effect.succeed
      )
    )
  })
}

const illegal = (issue: string) => Effect.dieSync(() => new Cause.IllegalArgumentException(`NodeHttpClient: ${issue}`))

/**
 * {@link make} with options, as a layer.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
 *
 * export const Impatient = NodeHttpClient.layerWith({ connectTimeout: "1 second" })
 */
export const layerWith = (options: Options): Layer.Layer<HttpClient.HttpClient> =>
  Layer.scoped(HttpClient.HttpClient, make(options))

/**
 * The same, with what the environment says where the options say nothing. Variables are read through `Config` when the layer
 * is built, an empty one of the first three being none:
 *
 * - `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, or their names in lower case: see {@link ProxyOptions}. Besides what is said there,
 *   `localhost` and loopback addresses are asked directly. `proxy: {}` is to use none
 * - `ALIBABA_CLOUD_CA_BUNDLE`: the path of a file of certificates (PEM), for `ca`. An empty value is refused: it is no way to
 *   have nothing checked
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
 *
 * export const BehindTheProxy = NodeHttpClient.layerConfig({ connectTimeout: "1 second" })
 */
export const layerConfig = (options: Options = {}): Layer.Layer<HttpClient.HttpClient, ConfigError.ConfigError> =>
  Layer.scoped(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const ca = options.ca ?? (yield* environment.readBundle)
      return options.proxy === undefined
        ? yield* makeThrough({ ...options, ca }, yield* environment.readProxies)
        : yield* make({ ...options, ca })
    })
  )

/**
 * {@link make} with every default, as a layer; nothing of the environment is read.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as HttpClient from "@effect/platform/HttpClient"
 * import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = HttpClient.get("http://127.0.0.1:1/").pipe(
 *   Effect.flip,
 *   Effect.provide(NodeHttpClient.layer)
 * )
 *
 * Effect.runPromise(program).then((failure) => console.log(failure._tag)) // RequestError
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = layerWith({})

/**
 * Where `HttpClient.withScope` leaves the controller of a request. Only clients made by `HttpClient.make` are shown it, at
 * the price of a `URL`, an `AbortController` and a finalization registry for every call; the map itself is global.
 */
const scopedRequests = globalValue(
  "@effect/platform/HttpClient/scopedRequests",
  () => new WeakMap<HttpClientRequest.HttpClientRequest, AbortController>()
)

const executeWith =
  (connections: Connections.Connections, unreadLimit: number) =>
  (
    request: HttpClientRequest.HttpClientRequest
  ): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> =>
    Effect.withFiberRuntime((fiber) => {
      const wire = HttpWire.fromRequest(request)
      if (wire._tag === "Left") return Effect.fail(wire.left)
      const exchange = new Exchange(connections, wire.right, {
        unreadLimit,
        deadline: Context.get(fiber.currentContext, HttpDeadline.HttpDeadline),
        mayReplay: Context.get(fiber.currentContext, HttpReplay.HttpReplay)
      })
      // the runtime of the caller runs the caller's body stream
      const runtime =
        wire.right.body._tag === "Stream"
          ? Runtime.make({
              context: fiber.currentContext,
              fiberRefs: fiber.getFiberRefs(),
              runtimeFlags: Runtime.defaultRuntimeFlags
            })
          : Runtime.defaultRuntime
      scopedRequests.get(request)?.signal.addEventListener("abort", () => exchange.abort(), { once: true })
      // an `Effect.async` that returns its clean-up comes to the same, with two more steps on the way of success
      return Effect.uninterruptibleMask((restore) =>
        Effect.matchCauseEffect(
          restore(
            Effect.async<NodeResponse, HttpClientError.RequestError>((resume) =>
              exchange.start(
                runtime,
                (head) => resume(Effect.succeed(new NodeResponse(request, head, exchange.inflow))),
                (refusal) => resume(Effect.fail(requestError(request, refusal)))
              )
            )
          ),
          {
            onFailure: (cause) => {
              exchange.abort()
              return Effect.failCause(cause)
            },
            onSuccess: (response) => {
              exchange.ownedBy(fiber)
              return Effect.succeed(response)
            }
          }
        )
      )
    })

const requestError = (request: HttpClientRequest.HttpClientRequest, refusal: Refusal): HttpClientError.RequestError =>
  refusal._tag === "BodyStream"
    ? new HttpClientError.RequestError({
        request,
        reason: "Encode",
        description: "the body stream failed",
        cause: refusal.cause
      })
    : new HttpClientError.RequestError({
        request,
        reason: "Transport",
        description: refusal.failure.message,
        cause: refusal.failure
      })
