/** The door with a socket: frames requests and answers, and bounds what one connection may cost. */
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { createServer, type Server, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import type { RawResponse } from "../../RawResponse.js"
import * as body from "./body.js"
import * as respond from "./respond.js"

/** @internal times in milliseconds */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly maxBodyBytes: number
  readonly maxBufferedBytes: number
  readonly maxHeaderBytes: number
  readonly maxConnections: number
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  /** certificate chain and private key, PEM; plain HTTP without */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
}

type Handle = (raw: RawRequest.RawRequest) => Effect.Effect<RawResponse>

/** @internal listens until the scope closes; yields the port */
export const listen = (
  settings: Settings,
  handle: Handle
): Effect.Effect<number, HttpServerError.ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    // made first, so closed last: a connection that is cut interrupts its own fiber
    const run = yield* FiberSet.makeRuntime<never>()
    const server = yield* Effect.acquireRelease(
      Effect.try({
        try: () => create(settings),
        catch: (cause) =>
          new HttpServerError.ServeError({
            cause: isOption(cause) ? cause : new Error("cert and key are no PEM, or do not fit")
          })
      }),
      close
    )
    const busy = new WeakSet<Duplex>()
    const room: body.Room = { left: settings.maxBufferedBytes }
    server.on("request", (request, response) => {
      busy.add(request.socket)
      const fiber = run(
        Effect.matchEffect(body.read(request, response, room, settings.maxBodyBytes), {
          onFailure: (issue) =>
            Effect.sync(() => (issue === "Gone" ? response.destroy() : refuseBody(response, issue))),
          onSuccess: (bytes) =>
            Effect.map(handle(body.toRaw(request, bytes)), (answer) =>
              respond.send(response, answer, request.method ?? "")
            )
        })
      )
      fiber.addObserver((exit) => {
        if (Exit.isFailure(exit)) response.destroy()
      })
      response.on("close", () => {
        busy.delete(request.socket)
        if (!response.writableFinished) fiber.unsafeInterruptAsFork(FiberId.none)
      })
    })
    // a handshake that fails leaves a socket that nobody else closes
    server.on("tlsClientError", (_, socket) => socket.destroy())
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      // what a parser refuses while an answer is under way must not end up in the middle of that answer
      if (busy.has(socket) || !socket.writable) socket.destroy()
      else socket.end(refusal(error.code))
    })
    yield* start(server, settings)
    return (server.address() as AddressInfo).port
  })

const create = (settings: Settings): Server => {
  const options = {
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout: settings.headersTimeout,
    requestTimeout: settings.requestTimeout,
    keepAliveTimeout: settings.keepAliveTimeout,
    // how often the two limits above are looked at; half a minute unless told
    connectionsCheckingInterval: Math.max(10, Math.min(1000, settings.headersTimeout / 2))
  }
  const { tls } = settings
  const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls })
  server.maxConnections = settings.maxConnections
  // who stops reading an answer, or never says a word
  server.setTimeout(settings.requestTimeout + settings.keepAliveTimeout, (socket) => socket.destroy())
  return server
}

/** an option that Node does not take; what it says of keys may hold them */
const isOption = (cause: unknown): cause is Error =>
  cause instanceof Error && "code" in cause && /^ERR_(OUT_OF_RANGE|INVALID_ARG)/.test(String(cause.code))

/** @internal */
export const start = (
  server: Server,
  settings: Pick<Settings, "host" | "port">
): Effect.Effect<void, HttpServerError.ServeError> =>
  Effect.async((resume) => {
    const onError = (cause: Error) => resume(Effect.fail(new HttpServerError.ServeError({ cause })))
    server.once("error", onError)
    try {
      server.listen(settings.port, settings.host, () => {
        server.off("error", onError)
        resume(Effect.void)
      })
    } catch (cause) {
      // a port that is none
      onError(cause as Error)
    }
  })

/** @internal idle connections of keep-alive clients would hold it open for as long as the clients like */
export const close = (server: Server): Effect.Effect<void> =>
  Effect.async((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

const refuseBody = (response: ServerResponse, issue: "TooLarge" | "Busy"): void => {
  // the rest of the body is not read: the connection cannot be used again
  response.writeHead(issue === "Busy" ? 503 : 413, { connection: "close", "content-length": "0" })
  response.end(() => response.socket?.destroySoon())
}

const refusal = (code: string | undefined): string => {
  const status =
    code === "HPE_HEADER_OVERFLOW"
      ? "431 Request Header Fields Too Large"
      : code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "408 Request Timeout"
        : "400 Bad Request"
  return `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
}
