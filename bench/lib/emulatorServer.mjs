// A server of the emulator in a process of its own; tells its URL, and when asked how many connections it had at most.
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { subscribe } from "node:diagnostics_channel"
import process from "node:process"

let open = 0
let most = 0
subscribe("http.server.request.start", ({ socket }) => {
  if (socket.isCounted) return
  socket.isCounted = true
  most = Math.max(most, ++open)
  socket.once("close", () => open--)
})

const scope = Effect.runSync(Scope.make())
const { url } = await Effect.runPromise(Scope.extend(NodeEmulator.make(), scope))
process.send({ url })
process.on("message", () => process.send({ connections: most }))
process.once("disconnect", () => Effect.runPromise(Scope.close(scope, Exit.void)))
