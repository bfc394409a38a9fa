/** A server that answers with JSON, and remembers what it was asked. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"

export interface Got {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

interface Answering {
  readonly port: number
  readonly url: string
  readonly got: ReadonlyArray<Got>
}

/** - `answer`: an object is the body of a 200; a string is one of its own; a number is a status; `undefined` never comes */
export const answering = (
  answer: (got: Got) => object | string | number | undefined
): Effect.Effect<Answering, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Answering & { readonly server: Server }>((resume) => {
      const got: Array<Got> = []
      const server = createServer((request, response) => {
        let text = ""
        request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
        request.on("end", () => {
          const one = { method: request.method, path: request.url, headers: request.headers, text }
          got.push(one)
          const body = answer(one)
          if (body === undefined) return
          if (typeof body === "number")
            response.writeHead(body, body >= 300 && body < 400 ? { location: "/elsewhere" } : {})
          response.end(typeof body === "object" ? JSON.stringify(body) : typeof body === "string" ? body : "CANARY")
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({ port, url: `http://127.0.0.1:${port}`, got, server }))
      })
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )
