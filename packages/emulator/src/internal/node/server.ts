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
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { RawResponse } from "../../RawResponse.js"
import { deliverable } from "../delivery.js"
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
    // also those that have not got through their handshake, of which an HTTPS server knows nothing
    const sockets = new Set<Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.try({
        try: () => create(settings),
        catch: (cause) =>
          new HttpServerError.ServeError({
            cause: isOption(cause) ? cause : new Error("cert and key are no PEM, or do not fit")
          })
      }),
      (server) => close(server, sockets)
    )
    server.on("connection", (socket: Socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
    })
    // how many answers are under way; of requests sent one behind the other there may be several
    const busy = new WeakMap<Duplex, number>()
    const count = (socket: Duplex, by: 1 | -1) => busy.set(socket, (busy.get(socket) ?? 0) + by)
    const room: body.Room = { left: settings.maxBufferedBytes }
    server.on("request", (request, response) => {
      count(request.socket, 1)
      const fiber = run(
        Effect.matchEffect(body.read(request, response, room, settings.maxBodyBytes), {
          onFailure: (issue) =>
            Effect.sync(() => (issue === "Gone" ? response.destroy() : refuseBody(response, issue))),
          onSuccess: (bytes) => {
            const raw = body.toRaw(request, bytes)
            // as long as the answer takes, it is not the client that is idle
            request.socket.setTimeout(0)
            return handle(raw).pipe(
              Effect.flatMap((answer) => deliverable(answer, raw.method)),
              Effect.map((answer) => {
                request.socket.setTimeout(idleLimit(settings))
                respond.send(response, answer, raw.method)
              })
            )
          }
        })
      )
      fiber.addObserver((exit) => {
        if (Exit.isFailure(exit)) response.destroy()
      })
      response.on("close", () => {
        count(request.socket, -1)
        if (!response.writableFinished) fiber.unsafeInterruptAsFork(FiberId.none)
      })
    })
    // a handshake that fails leaves a socket that nobody else closes
    server.on("tlsClientError", (_, socket) => socket.destroy())
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      // what a parser refuses while an answer is under way must not end up in the middle of that answer
      if ((busy.get(socket) ?? 0) > 0 || !socket.writable) socket.destroy()
      else {
        socket.end(refusal(error.code))
        // it may read that, but not hold the connection by sending on
        setTimeout(() => socket.destroy(), 1000).unref()
      }
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
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, ...tls, handshakeTimeout: settings.headersTimeout })
  server.maxConnections = settings.maxConnections
  // unless told, Node drops what comes behind 2000 headers, and a signature covers that too; `maxHeaderSize` bounds them
  server.maxHeadersCount = 0
  // who stops reading an answer, or never says a word
  server.setTimeout(idleLimit(settings), (socket) => socket.destroy())
  return server
}

const idleLimit = ({ keepAliveTimeout, requestTimeout }: Settings): number => requestTimeout + keepAliveTimeout

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
export const close = (server: Server, sockets: Iterable<Socket>): Effect.Effect<void> =>
  Effect.async((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
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
