/** Real servers on loopback, for what only a socket can do. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert } from "@effect/vitest"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { inspect } from "node:util"

export interface TestServer {
  readonly port: number
  readonly url: string
  /** sockets ever accepted, and those still open */
  readonly sockets: Array<Net.Socket>
  readonly open: () => number
}

export const listen = (
  server: Net.Server,
  scheme = "http",
  host = "127.0.0.1",
  port = 0
): Effect.Effect<TestServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<TestServer>((resume) => {
      const sockets: Array<Net.Socket> = []
      server.on("connection", (socket: Net.Socket) => {
        socket.on("error", () => {})
        sockets.push(socket)
      })
      server.listen(port, host, () => {
        const { port } = server.address() as Net.AddressInfo
        const open = () => sockets.filter((socket) => !socket.closed).length
        resume(Effect.succeed({ port, url: `${scheme}://${host}:${port}`, sockets, open }))
      })
    }),
    ({ sockets }) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
      })
  )

export const http = (handler: Http.RequestListener) => listen(Http.createServer(handler))

/** A server that answers the bytes of each connection with whatever `answer` does to the socket. */
export const raw = (answer: (socket: Net.Socket, request: string) => void) =>
  listen(Net.createServer((socket) => void socket.on("data", (data) => answer(socket, data.toString("latin1")))))

export const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

/** A server behind TLS that says ok, whatever it is asked. */
export const secure = (options: Tls.TlsOptions) =>
  listen(
    Tls.createServer(options, (socket) => {
      socket.on("error", () => {})
      socket.on("data", () => socket.write(ok))
    }).on("tlsClientError", () => {}),
    "https"
  )

export const until = (condition: () => boolean, what: string, limit = 2_000) =>
  Effect.async<number>((resume) => {
    const started = performance.now()
    const look = () => {
      const passed = performance.now() - started
      if (condition()) resume(Effect.succeed(passed))
      else if (passed > limit) resume(Effect.die(new Error(`not within ${limit} ms: ${what}`)))
      else setTimeout(look, 1)
    }
    look()
  })

export const failureOf = (error: HttpClientError.HttpClientError): HttpWire.TransportFailure => {
  assert.isTrue(HttpWire.isTransportFailure(error.cause), inspect(error.cause))
  return error.cause as HttpWire.TransportFailure
}

/** reason, kind, code, sent and bytes received of the failure that must come */
export const transport = <A>(effect: Effect.Effect<A, HttpClientError.HttpClientError>) =>
  Effect.map(Effect.flip(effect), (error) => {
    const { bytesReceived, kind, sent, syscallCode } = failureOf(error)
    return [error.reason, kind, syscallCode, sent, bytesReceived]
  })

export const read = (request: HttpClientRequest.HttpClientRequest) => (client: HttpClient.HttpClient) =>
  Effect.flatMap(client.execute(request), (response) => response.text)

export const get = (url: string) => (client: HttpClient.HttpClient) => read(HttpClientRequest.get(url))(client)

/** certificates and keys of a CA of our own, see the README there */
export const certificate = (name: string) =>
  Fs.readFileSync(new URL(`../../../../test/fixtures/tls/chain/${name}.pem`, import.meta.url), "utf8")
