// The process of interruption.mjs that calls: `interruptionChild.mjs <port> <calls>` tells what was left of them.
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schedule from "effect/Schedule"
import { subscribe } from "node:diagnostics_channel"
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { call, overSocket } from "../ours.mjs"

const [port, calls] = process.argv.slice(2)

const open = new Set()
subscribe("net.client.socket", ({ socket }) => {
  open.add(socket)
  socket.once("close", () => open.delete(socket))
})

let warnings = 0
process.on("warning", () => warnings++)
const listenersOf = (emitter) => emitter.eventNames().reduce((sum, event) => sum + emitter.listenerCount(event), 0)
const mostListeners = () => Math.max(0, ...Array.from(open, listenersOf))
/** of the kinds whose names begin so */
const resources = (...kinds) =>
  process.getActiveResourcesInfo().filter((name) => kinds.some((kind) => name.startsWith(kind))).length

// without a budget, or only the first calls would ever wait to be repeated
const runtime = ManagedRuntime.make(Layer.merge(overSocket(`http://127.0.0.1:${port}`), RetryBudget.layerUnlimited))
const ok = () => runtime.runPromise(Effect.exit(call()))

await ok()
const before = { ofSocket: mostListeners(), ofProcess: listenersOf(process), timers: resources("Timeout") }

const stages = ["connect", "headers", "body", "backoff"]
/** by the number of a call: the stage in which it is to be given up, and what is done when it is there */
const awaited = new Map()
const arrive = (number, stage) => {
  const call = awaited.get(number)
  if (call?.stage === stage) Deferred.unsafeDone(call.there, Exit.void)
}
const numberOf = ({ path }) => Number(/[?&]Call=(\d+)/.exec(path)?.[1])
subscribe("undici:client:sendHeaders", ({ request }) => arrive(numberOf(request), "headers"))
subscribe("undici:request:headers", ({ request }) => arrive(numberOf(request), "body"))
const arriveInBackoff = (number) =>
  RetryPolicy.withPolicy(Schedule.tapInput(RetryPolicy.standard, () => Effect.sync(() => arrive(number, "backoff"))))

let others = 0
const one = (number) =>
  Effect.gen(function* () {
    const stage = stages[number % stages.length]
    const there = yield* Deferred.make()
    awaited.set(number, { stage, there })
    const fiber = yield* Effect.fork(arriveInBackoff(number)(call({ Stage: stage, Call: number })))
    fiber.addObserver(() => Deferred.unsafeDone(there, Exit.void))
    // "connect" is given up in the step that follows its start
    if (stage === "connect") yield* Effect.yieldNow()
    else yield* Effect.zipRight(Deferred.await(there), Effect.sleep(0))
    const exit = yield* Fiber.interrupt(fiber)
    awaited.delete(number)
    if (!Exit.isInterrupted(exit)) others++
  })
await runtime.runPromise(
  Effect.forEach(
    Array.from({ length: Number(calls) }, (_, number) => number),
    one,
    { concurrency: 32, discard: true }
  )
)

// one that works, over a connection that has seen many that were given up
const works = Exit.isSuccess(await ok())
const listeners = Math.max(0, mostListeners() - before.ofSocket) + Math.max(0, listenersOf(process) - before.ofProcess)
// longer than an idle connection is kept
await setTimeout(5_500)
const left = {
  sockets: Math.max(open.size, resources("TCPSocketWrap", "TCPConnectWrap", "ConnectWrap")),
  listeners: listeners + warnings,
  timers: Math.max(0, resources("Timeout") - before.timers),
  others,
  works
}
process.send(left)
process.once("disconnect", () => process.exit())
