/**
 * An `HttpClient` for Node over undici's dispatcher, made for signed API calls: connections are pooled and kept alive, no
 * redirect is followed (it would carry the token along), no cookie is kept, no body is decompressed, TLS is at least 1.2
 * and always verified.
 *
 * It is a plain `HttpClient`: any other can take its place. It makes no span and adds no trace header, since the spans of
 * `@effect/platform` hold the query and headers of a request, tokens included.
 *
 * **Failures.** A `RequestError` of reason `Transport`, or a `ResponseError` of reason `Decode` once the headers are there;
 * the `cause` of both is a `TransportFailure` of `@effect-aliyun/core/HttpWire`. What cannot be sent fails with `InvalidUrl`
 * or `Encode`.
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
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { globalValue } from "effect/GlobalValue"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Connections from "./internal/connections.js"
import { Exchange, type Refusal } from "./internal/exchange.js"
import { NodeResponse } from "./internal/response.js"

/**
 * - `connections`: most connections to one origin, 64; calls beyond that wait their turn
 * - `connectTimeout`: name lookup, TCP and TLS together, 5 seconds
 * - `keepAliveTimeout`: how long an idle connection is kept, 4 seconds; a server's `keep-alive` hint may shorten it
 * - `maxHeaderSize`: most bytes in the headers of an answer, 16 KiB
 * - `unreadTimeout`: how long an answer too large to buffer may lie unread before its socket is closed, 30 seconds
 * - `ca`: certificates (PEM) to trust **instead of** those that Node brings; add `tls.rootCertificates` to keep them
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
}

/**
 * A client with connections of its own. When the scope closes, running calls have one second to end; then every socket
 * is closed.
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
  Effect.map(Connections.make(options), (connections) => {
    const execute = executeWith(connections, Connections.millis(options.unreadTimeout ?? "30 seconds"))
    return HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      (request) => Effect.flatMap(request, execute),
      Effect.succeed
    )
  })

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
 * {@link make} with every default, as a layer.
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
      const exchange = new Exchange(connections, wire.right, unreadLimit)
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
                (head) => resume(Effect.succeed(new NodeResponse(request, head, exchange))),
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
