// Answers that no honest service gives: what crashes, what ends in an error that nobody can tell by its type or code, and what
// is taken for a success. Ours get them in memory, and the first of them over a socket too; the peers get as many over a socket.
import * as AcsError from "@effect-aliyun/core/AcsError"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import process from "node:process"
import { eager } from "../clocks.mjs"
import { withServer } from "../faultServer.mjs"
import { hostile } from "../hostile.mjs"
import { memoryClient } from "../memoryClient.mjs"
import { call, inMemory, overSocket } from "../ours.mjs"
import * as peers from "../peers.mjs"
import { each, pick, pooled, row } from "./row.mjs"

const concurrency = 16

/** counts the ends of calls; `isTyped` tells whether a failure says of which kind it is */
const tally = (isTyped) => {
  const counts = { crashes: 0, untyped: 0, falseSuccesses: 0 }
  return {
    counts,
    crashed: () => void counts.crashes++,
    succeeded: (number) => {
      if (hostile(number).mustFail()) counts.falseSuccesses++
    },
    failed: (error) => {
      if (!isTyped(error)) counts.untyped++
      try {
        JSON.stringify(error)
        String(error)
      } catch {
        counts.crashes++
      }
      if ({}.polluted !== undefined) counts.crashes++
    }
  }
}

/** what escapes every caller, while `use` runs, is a crash too */
const watched = async (counting, use) => {
  process.on("uncaughtException", counting.crashed)
  process.on("unhandledRejection", counting.crashed)
  await use()
  process.off("uncaughtException", counting.crashed)
  process.off("unhandledRejection", counting.crashed)
  return counting.counts
}

const isOurs = (error) =>
  (error instanceof AcsError.ClientException || error instanceof AcsError.ServerException) &&
  typeof error.code === "string" &&
  error.code !== ""

const ourCalls = (count, counting) => {
  const one = (number) =>
    Effect.map(Effect.exit(call({ Call: number })), (exit) => {
      if (Exit.isSuccess(exit)) return counting.succeeded(number)
      const failure = Cause.failureOption(exit.cause)
      if (failure._tag === "Some") counting.failed(failure.value)
      else counting.crashed()
    })
  const all = Array.from({ length: count }, (_, number) => number)
  return Effect.forEach(all, one, { concurrency, discard: true })
}

const answerTo = (parameters) => {
  const { answer } = hostile(Number(parameters.get("Call")))
  return answer
}

const ours = (inAll, overTheWire) => {
  const counting = tally(isOurs)
  return watched(counting, async () => {
    await ourCalls(inAll, counting).pipe(
      Effect.provide(inMemory(memoryClient(answerTo))),
      Effect.withClock(eager()),
      Effect.runPromise
    )
    await withServer(answerTo, ({ url }) =>
      ourCalls(overTheWire, counting).pipe(Effect.provide(overSocket(url)), Effect.runPromise)
    )
  })
}

/** generous: any code, or a name that is not one of the language's own */
const isTheirs = (error) =>
  error instanceof Error &&
  ((error.code !== undefined && `${error.code}` !== "undefined" && `${error.code}` !== "") ||
    !/^(Error|TypeError|SyntaxError|RangeError|ReferenceError|UnretryableError)$/.test(error.name))

const theirs = (count, name) => {
  const counting = tally(isTheirs)
  return watched(counting, () =>
    withServer(answerTo, ({ port }) => {
      const { call } = peers.make(name, { port, limit: 300 })
      return pooled(count, concurrency, (number) =>
        call({ Call: number }).then(() => counting.succeeded(number), counting.failed)
      )
    })
  )
}

const scaled = (counts, by) =>
  Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, Math.round(count * by)]))

export const rows = async ({ quick }) => {
  const count = quick ? 10_000 : 100_000
  const few = quick ? 500 : 3_000
  const official = await each(peers.plain, async ({ name }) => scaled(await theirs(few, name), count / few))
  const own = await ours(count, few)
  const title = `${count} hostile answers (peers: ${few}, scaled)`
  return [
    row(`${title}: crashes`, "count", own.crashes, pick(official, "crashes"), ["<=", 0]),
    row("the same: errors without a type", "count", own.untyped, pick(official, "untyped"), ["<=", 0]),
    row("the same: taken for a success", "count", own.falseSuccesses, pick(official, "falseSuccesses"), ["<=", 0])
  ]
}
