/**
 * The admin port: what an emulator has seen, and the switches of its faults. Whoever reaches it sees parameters of requests and
 * can break calls, so it is for this machine alone, and for no page but its own.
 */
import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type * as Emulator from "../../Emulator.js"
import * as body from "../node/body.js"
import * as nodeServer from "../node/server.js"
import * as assets from "./assets.js"
import * as events from "./events.js"
import * as guard from "./guard.js"
import * as routes from "./routes.js"

const maxBodyBytes = 64 * 1024

const headers = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'"
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store"
}

/** @internal listens on 127.0.0.1 until the scope closes; yields the port */
export const listen = (
  settings: { readonly port: number },
  emulator: Emulator.Service
): Effect.Effect<number, HttpServerError.ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const find = routes.make(emulator, yield* assets.read)
    const { send } = events.make(emulator.changes)
    // made first, so closed last: a connection that is cut interrupts its own fiber
    const run = yield* FiberSet.makeRuntime<never>()
    const server = yield* Effect.acquireRelease(Effect.sync(create), (server) => nodeServer.close(server, []))
    const port = () => (server.address() as AddressInfo).port
    server.on("request", (request, response) => {
      const fiber = run(
        Effect.matchEffect(answer(request, response, find, port()), {
          onFailure: (refusal) =>
            Effect.sync(() => {
              refuse(response, refusal)
              // what is left of a body, until the request times out: an answer to who is still sending would be lost
              request.resume()
            }),
          onSuccess: (reply) => {
            if (reply._tag === "Text") return Effect.sync(() => respond(response, reply))
            response.writeHead(200, { ...headers, "content-type": "text/event-stream" })
            return request.method === "HEAD" ? Effect.sync(() => response.end()) : send(response)
          }
        })
      )
      fiber.addObserver((exit) => {
        if (Exit.isFailure(exit) && !response.writableEnded) response.destroy()
      })
      response.on("close", () => fiber.unsafeInterruptAsFork(FiberId.none))
    })
    yield* nodeServer.start(server, { host: "127.0.0.1", port: settings.port })
    return port()
  })

const create = (): Server => {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000
  })
  server.maxConnections = 128
  // who stops reading; a stream of events has its heartbeat
  server.setTimeout(60_000, (socket) => socket.destroy())
  return server
}

const answer = (
  request: IncomingMessage,
  response: ServerResponse,
  find: ReturnType<typeof routes.make>,
  port: number
): Effect.Effect<routes.Reply, guard.Refusal> => {
  const [path = "", ...query] = (request.url ?? "").split("?")
  const refusal = guard.check(request.headers, path, port)
  if (refusal !== undefined) return Effect.fail(refusal)
  const resource = find(path)
  if (resource === undefined) return Effect.fail({ status: 404, line: "there is nothing here; the page is at /" })
  const { method = "" } = request
  const handler = method === "HEAD" ? resource.GET : isMethod(method) ? resource[method] : undefined
  if (handler === undefined) {
    const allow = routes.allow(resource)
    return Effect.fail({ status: 405, line: `this takes ${allow}`, headers: { allow } })
  }
  const isRead = method === "GET" || method === "HEAD"
  const typeRefusal = isRead ? undefined : guard.checkContentType(request.headers["content-type"])
  if (typeRefusal !== undefined) return Effect.fail(typeRefusal)
  return handler({ query: new URLSearchParams(query.join("?")), body: bodyOf(request, response) })
}

const isMethod = (method: string): method is keyof routes.Resource => ["GET", "POST", "DELETE"].includes(method)

// so many connections with bodies of that size do no harm
const room: body.Room = { left: Infinity }

const bodyOf = (request: IncomingMessage, response: ServerResponse): Effect.Effect<string, guard.Refusal> =>
  body.read(request, response, room, maxBodyBytes).pipe(
    Effect.mapBoth({
      onSuccess: (bytes) => new TextDecoder().decode(bytes),
      // or the client is gone, and nobody reads this
      onFailure: () => ({ status: 413, line: `a body may have ${maxBodyBytes} bytes` })
    })
  )

const respond = (response: ServerResponse, { status, text, type }: routes.Reply & { readonly _tag: "Text" }): void => {
  response.writeHead(status, {
    ...headers,
    ...(type === "" ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) })
  })
  response.end(text)
}

const refuse = (response: ServerResponse, refusal: guard.Refusal): void => {
  const text = `${refusal.line}\n`
  response.writeHead(refusal.status, {
    ...headers,
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    ...refusal.headers
  })
  response.end(text)
}
