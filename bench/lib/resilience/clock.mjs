// A machine whose clock differs from the service's by an hour: how many requests its calls take, and how many fail. It is the
// service's clock that is wrong here, which comes to the same, and to the same for everybody.
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as Effect from "effect/Effect"
import { shifted } from "../clocks.mjs"
import { overSocket } from "../ours.mjs"
import * as peers from "../peers.mjs"
import { each, pick, row } from "./row.mjs"

const hour = 3_600_000
const calls = 3
const operation = { action: "GetCallerIdentity", version: "2015-04-01" }

/** `make(server)` yields an Effect that makes a call and fails when it fails; what each of `calls` took */
const measure = (make) =>
  Effect.gen(function* () {
    let first = 0
    let later = 0
    let failed = 0
    for (const offset of [-hour, hour]) {
      const server = yield* Effect.withClock(NodeEmulator.make(), shifted(offset))
      const requests = Effect.map(server.emulator.calls, ({ length }) => length)
      yield* Effect.gen(function* () {
        const call = yield* make(server)
        const one = Effect.gen(function* () {
          const before = yield* requests
          yield* Effect.catchAll(call, () => Effect.sync(() => void failed++))
          return (yield* requests) - before
        })
        first = Math.max(first, yield* one)
        for (let i = 1; i < calls; i++) later = Math.max(later, yield* one)
      }).pipe(Effect.provide(overSocket(server.url)))
    }
    return { first, later, failed }
  }).pipe(Effect.scoped, Effect.runPromise)

const ours = () => measure(() => Effect.succeed(AcsClient.rpc({ product: "Sts", ...operation })))
const theirs = (name) =>
  measure(({ port }) => {
    const { call } = peers.make(name, { port, ...operation })
    return Effect.succeed(Effect.tryPromise(() => call()))
  })

export const rows = async () => {
  const own = await ours()
  const official = await each(peers.plain, ({ name }) => theirs(name))
  return [
    row("clock an hour off: failed calls of 6", "count", own.failed, pick(official, "failed"), ["<=", 0]),
    row("the same: requests of the first call", "count", own.first, pick(official, "first"), ["<=", 2]),
    row("the same: requests of a later call", "count", own.later, pick(official, "later"), ["<=", 1])
  ]
}
