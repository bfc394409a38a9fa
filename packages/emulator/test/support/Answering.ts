/** A server that answers what a test says, in memory and over a socket, for answers that no emulator gives. */
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface Request {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** `silence` never answers, `refuse` breaks the connection */
export type Handler = (request: Request) => Answer | "silence" | "refuse"

interface Service {
  /** without a slash at the end */
  readonly url: string
  readonly requests: Array<Request>
  answer: Handler
}

export class Answering extends Context.Tag("test/Answering")<Answering, Service>() {}

const inMemory = Layer.effectContext(
  Effect.sync(() => {
    const service: Service = { url: "http://127.0.0.1", requests: [], answer: () => ({ status: 404 }) }
    const client = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      Effect.flatMap((request) =>
        Effect.flatMap(HttpWire.collect(request), (raw) => {
          const arrived = {
            method: raw.method,
            target: raw.target,
            headers: Object.fromEntries(raw.headers),
            body: new TextDecoder().decode(raw.body)
          }
          service.requests.push(arrived)
          const answer = service.answer(arrived)
          if (answer === "silence") return Effect.never
          if (answer === "refuse") {
            const facts = { kind: "Connect", syscallCode: "ECONNREFUSED", sent: "none", bytesReceived: 0 } as const
            const cause = new HttpWire.TransportFailure(facts)
            return new HttpClientError.RequestError({ request, reason: "Transport", cause })
          }
          const { body = "", headers = {}, status = 200 } = answer
          return Effect.succeed(HttpClientResponse.fromWeb(request, new Response(body, { status, headers })))
        })
      ),
      Effect.succeed
    )
    return Context.make(HttpClient.HttpClient, client).pipe(Context.add(Answering, service))
  })
)

const listen = Effect.async<{ readonly service: Service; readonly close: Effect.Effect<void> }>((resume) => {
  const requests: Array<Request> = []
  const http = createServer((incoming, outgoing) => {
    const chunks: Array<Buffer> = []
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
    incoming.on("end", () => {
      const { headers, method = "", url: target = "" } = incoming
      const arrived = {
        method,
        target,
        headers: headers as Record<string, string>,
        body: Buffer.concat(chunks).toString()
      }
      requests.push(arrived)
      const answer = service.answer(arrived)
      if (answer === "silence") return
      if (answer === "refuse") return void incoming.socket.resetAndDestroy()
      outgoing.writeHead(answer.status ?? 200, { ...answer.headers })
      outgoing.end(answer.body ?? "")
    })
  })
  let service: Service
  const close = Effect.sync(() => {
    http.closeAllConnections()
    http.close()
  })
  http.listen(0, "127.0.0.1", () => {
    const { port } = http.address() as AddressInfo
    service = { url: `http://127.0.0.1:${port}`, requests, answer: () => ({ status: 404 }) }
    resume(Effect.succeed({ service, close }))
  })
})

const server = Layer.scoped(
  Answering,
  Effect.map(
    Effect.acquireRelease(listen, ({ close }) => close),
    ({ service }) => service
  )
)

const sts = Layer.unwrapEffect(Effect.map(Answering, ({ url }) => Endpoint.layerHost(url)))

/** the ways to such a server; calls of Sts go there too. Left to itself, fetch would follow redirects */
export const answeringDoors = {
  "in memory": sts.pipe(Layer.provideMerge(inMemory)),
  "over a socket": Layer.merge(sts, NodeHttpClient.layer).pipe(Layer.provideMerge(server)),
  "by fetch": Layer.merge(sts, FetchHttpClient.layer).pipe(Layer.provideMerge(server))
}

/** says what is answered from now on, and forgets what has arrived */
export const answers = (handler: Handler | Answer) =>
  Effect.map(Answering, (service) => {
    service.requests.length = 0
    service.answer = typeof handler === "function" ? handler : () => handler
  })

export const requests = Effect.map(Answering, (service) => service.requests)
export const url = Effect.map(Answering, (service) => service.url)
