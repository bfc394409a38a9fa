/** A server on the loopback interface that keeps the one request it was sent last, and says yes to all. */
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"

export interface Loopback {
  readonly port: number
  /** the request since the last call of this */
  readonly take: () => RawRequest.RawRequest | undefined
  /** whether what came since the last call of this was no HTTP */
  readonly isUnreadable: () => boolean
  readonly close: () => void
}

export const make = (): Promise<Loopback> =>
  new Promise((resolve) => {
    let last: RawRequest.RawRequest | undefined
    const server = http.createServer({ maxHeaderSize: 1 << 20, keepAliveTimeout: 60_000 }, (request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const { method = "", rawHeaders, url = "" } = request
        const headers = rawHeaders.flatMap((name, at) =>
          at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ""] as const] : []
        )
        last = { method, target: url, headers, body: Buffer.concat(chunks) }
        response.writeHead(200, { "content-type": "application/json" })
        response.end('{"RequestId":"1"}')
      })
    })
    let unreadable = false
    server.on("clientError", (_, socket) => {
      unreadable = true
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    })
    server.listen(0, "127.0.0.1", () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        take: () => {
          const taken = last
          last = undefined
          return taken
        },
        isUnreadable: () => {
          const was = unreadable
          unreadable = false
          return was
        },
        close: () => {
          server.close()
          server.closeAllConnections()
        }
      })
    )
  })
