/** The bytes of a request body as they arrive, up to a limit. */
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Effect from "effect/Effect"
import type { IncomingMessage, ServerResponse } from "node:http"

/** @internal `Busy`: too many bodies at a time; `Gone`: the client went away, and nobody is left to answer */
export type Issue = "TooLarge" | "Busy" | "Gone"

/** @internal how many bytes of bodies one server may still hold, all connections together */
export interface Room {
  left: number
}

/** @internal what is read takes up room until `response` is closed */
export const read = (
  request: IncomingMessage,
  response: ServerResponse,
  room: Room,
  maxBytes: number
): Effect.Effect<Uint8Array, Issue> =>
  Effect.async((resume) => {
    const { "content-length": contentLength } = request.headers
    const declared = contentLength === undefined ? undefined : Number(contentLength)
    if (declared !== undefined && declared > maxBytes) {
      resume(Effect.fail("TooLarge"))
      return
    }
    // one buffer: an object a chunk would cost hundreds of bytes for each byte of who sends the smallest chunks
    let buffer = new Uint8Array(0)
    let length = 0
    let taken = 0
    const done = (result: Effect.Effect<Uint8Array, Issue>) => {
      request.off("data", onData).off("end", onEnd).off("close", onClose)
      resume(result)
    }
    response.once("close", () => (room.left += taken))
    const onData = (chunk: Uint8Array) => {
      const end = length + chunk.length
      if (end > maxBytes) return done(Effect.fail("TooLarge"))
      if (end > taken) {
        const size = Math.max(end, Math.min(2 * taken, declared ?? maxBytes))
        room.left -= size - taken
        taken = size
        if (room.left < 0) return done(Effect.fail("Busy"))
        const grown = new Uint8Array(size)
        grown.set(buffer)
        buffer = grown
      }
      buffer.set(chunk, length)
      length = end
    }
    const onEnd = () => done(Effect.succeed(buffer.subarray(0, length)))
    const onClose = () => done(Effect.fail("Gone"))
    // an aborted request emits an error, which would be thrown if nobody listened, and then `close`
    request.on("error", () => {})
    request.on("data", onData).on("end", onEnd).on("close", onClose)
  })

/**
 * @internal what stood on the wire: header names as they came, in order, repeated ones repeated. Of a whole URL, which clients
 * behind a proxy send (RFC 9112 3.2.2), only path and query are signed; user info gets no further than here.
 */
export const toRaw = (request: IncomingMessage, body: Uint8Array): RawRequest.RawRequest => {
  const headers: Array<readonly [string, string]> = []
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    headers.push([request.rawHeaders[i] ?? "", request.rawHeaders[i + 1] ?? ""])
  }
  return { method: request.method ?? "", target: originForm(request.url ?? ""), headers, body }
}

const originForm = (target: string): string => {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)?.[0]
  if (origin === undefined) return target
  const rest = target.slice(origin.length)
  return rest.startsWith("/") ? rest : `/${rest}`
}
