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
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      resume(Effect.fail("TooLarge"))
      return
    }
    const chunks: Array<Uint8Array> = []
    let length = 0
    const done = (result: Effect.Effect<Uint8Array, Issue>) => {
      request.off("data", onData).off("end", onEnd).off("close", onClose)
      resume(result)
    }
    response.once("close", () => (room.left += length))
    const onData = (chunk: Uint8Array) => {
      length += chunk.length
      room.left -= chunk.length
      if (length > maxBytes) done(Effect.fail("TooLarge"))
      else if (room.left < 0) done(Effect.fail("Busy"))
      else chunks.push(chunk)
    }
    const onEnd = () => done(Effect.succeed(Buffer.concat(chunks)))
    const onClose = () => done(Effect.fail("Gone"))
    // an aborted request emits an error, which would be thrown if nobody listened, and then `close`
    request.on("error", () => {})
    request.on("data", onData).on("end", onEnd).on("close", onClose)
  })

/** @internal what stood on the wire: header names as they came, in order, repeated ones repeated */
export const toRaw = (request: IncomingMessage, body: Uint8Array): RawRequest.RawRequest => {
  const headers: Array<readonly [string, string]> = []
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    headers.push([request.rawHeaders[i] ?? "", request.rawHeaders[i + 1] ?? ""])
  }
  return { method: request.method ?? "", target: request.url ?? "", headers, body }
}
