// Holds many connections to the emulator's server open for a while, and calls over each of them without a pause.
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const file = fileURLToPath(new URL("./emulatorServer.mjs", import.meta.url))

/**
 * `call` is repeated by each of so many fibers, over a connection each, against a server in a process of its own. Yields
 * `{ calls, errors, connections }`: `connections` is the most that the server had open at a time.
 */
export const hold = async (call, layer, { connections, seconds }) => {
  const server = fork(file)
  const [{ url }] = await once(server, "message")
  let calls = 0
  let errors = 0
  const one = Effect.matchCause(call, {
    onSuccess: () => void calls++,
    onFailure: () => void errors++
  })
  const program = Effect.gen(function* () {
    const end = (yield* Clock.currentTimeMillis) + seconds * 1000
    const worker = Effect.repeat(one, { while: () => Effect.map(Clock.currentTimeMillis, (now) => now < end) })
    yield* Effect.all(Effect.replicate(worker, connections), { concurrency: "unbounded", discard: true })
  })
  const transport = Layer.merge(NodeHttpClient.layerWith({ connections }), Endpoint.layerHost(url))
  await Effect.runPromise(Effect.provide(program, Layer.merge(layer, transport)))
  server.send("report")
  const [report] = await once(server, "message")
  server.disconnect()
  return { calls, errors, connections: report.connections }
}
