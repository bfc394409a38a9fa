/** A server of raw bytes, for what no HTTP server would say: each request is answered by a script. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"

/** bytes, a pause in milliseconds, the end of what this side says, or the end of all */
export type Step = string | Uint8Array | { readonly wait: number } | "<fin>" | "<reset>"

export interface Request {
  /** of the connection, and of the request on it, from 0 */
  readonly connection: number
  readonly turn: number
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Hostile {
  readonly port: number
  readonly url: string
  readonly requests: ReadonlyArray<Request>
  /** connections ever made */
  readonly made: () => number
  /** those still open */
  readonly open: () => number
}

/** an answer that is well-formed, its length told unless `headers` say otherwise */
export const answer = (
  body: string | Uint8Array,
  { headers = {}, status = 200 }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {}
): Uint8Array => {
  const content = Buffer.from(body)
  const fields = Object.entries({ "content-length": String(content.length), ...headers })
  const head = [`HTTP/1.1 ${status} X`, ...fields.map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n")
  return Buffer.concat([Buffer.from(head, "latin1"), content])
}

/** takes whole requests off what has come */
const reader = (connection: number, socket: Socket, given: (request: Request) => void) => {
  let left: Buffer = Buffer.alloc(0)
  let turn = 0
  socket.on("data", (chunk) => {
    left = Buffer.concat([left, chunk])
    for (;;) {
      const end = left.indexOf("\r\n\r\n")
      if (end < 0) return
      const [line = "", ...fields] = left.subarray(0, end).toString("latin1").split("\r\n")
      const headers = Object.fromEntries(
        fields.map((field) => [
          field.slice(0, field.indexOf(":")).toLowerCase(),
          field.slice(field.indexOf(":") + 1).trim()
        ])
      )
      const length = Number(headers["content-length"] ?? 0)
      if (left.length < end + 4 + length) return
      const body = left.subarray(end + 4, end + 4 + length).toString("latin1")
      left = left.subarray(end + 4 + length)
      given({ connection, turn: turn++, line, headers, body })
    }
  })
}

const play = async (socket: Socket, steps: ReadonlyArray<Step>) => {
  for (const step of steps) {
    if (socket.destroyed) return
    if (step === "<fin>") socket.end()
    else if (step === "<reset>") socket.resetAndDestroy()
    else if (typeof step === "string" || step instanceof Uint8Array) socket.write(step)
    else await new Promise((resolve) => setTimeout(resolve, step.wait))
  }
}

/** - `script`: what is done for a request */
export const serve = (script: (request: Request) => ReadonlyArray<Step>): Effect.Effect<Hostile, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<{ readonly server: Server; readonly sockets: Set<Socket>; readonly hostile: Hostile }>((resume) => {
        const sockets = new Set<Socket>()
        const requests: Array<Request> = []
        let made = 0
        const server = createServer((socket) => {
          sockets.add(socket)
          socket.on("error", () => {}).on("close", () => sockets.delete(socket))
          reader(made++, socket, (request) => {
            requests.push(request)
            void play(socket, script(request))
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const { port } = server.address() as AddressInfo
          const url = `http://127.0.0.1:${port}`
          const hostile = { port, url, requests, made: () => made, open: () => sockets.size }
          resume(Effect.succeed({ server, sockets, hostile }))
        })
      }),
      ({ server, sockets }) =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          server.close()
        })
    ),
    ({ hostile }) => hostile
  )
