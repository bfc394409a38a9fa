/** Calls as they are answered, as server-sent events. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ServerResponse } from "node:http"
import type * as Emulator from "../../Emulator.js"
import { stringify } from "./routes.js"

const heartbeat = "15 seconds"
/** a browser has six connections to a host, for all its pages; these need some of them for what they ask */
const most = 4

/** @internal */
export interface Events {
  /** ends when the client goes away, or when so many have come after it that it has to make room */
  readonly send: (response: ServerResponse) => Effect.Effect<void>
}

/** @internal */
export const make = (changes: Emulator.Service["changes"]): Events => {
  const open = new Set<ServerResponse>()
  const admit = (response: ServerResponse) => {
    for (const oldest of open) {
      if (open.size < most) break
      open.delete(oldest)
      // told, so that it does not come back at once and push out the next
      oldest.end("event: dropped\ndata: there are too many listeners\n\n")
    }
    open.add(response)
    response.on("close", () => open.delete(response))
  }
  return {
    send: (response) =>
      Effect.suspend(() => {
        admit(response)
        response.flushHeaders()
        return changes.pipe(
          Stream.map((call) => `data: ${stringify(call)}\n\n`),
          // the first is sent at once
          Stream.merge(Stream.as(Stream.tick(heartbeat), ": still here\n\n")),
          Stream.runForEach((text) => write(response, text))
        )
      })
  }
}

/** waits for who reads slowly: what is missed then, the log drops, and the page asks for it */
const write = (response: ServerResponse, text: string): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (response.writableEnded) return resume(Effect.interrupt)
    if (response.write(text)) return resume(Effect.void)
    const onDrain = () => resume(Effect.void)
    response.once("drain", onDrain)
    return Effect.sync(() => response.off("drain", onDrain))
  })
