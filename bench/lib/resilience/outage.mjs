// A service that refuses every call: how many requests a call costs it, and whether the wait that it asks for is kept.
import * as CircuitBreaker from "@effect-aliyun/core/CircuitBreaker"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { eager } from "../clocks.mjs"
import { refusal, withServer } from "../faultServer.mjs"
import { memoryClient } from "../memoryClient.mjs"
import { call, inMemory } from "../ours.mjs"
import * as peers from "../peers.mjs"
import { each, pick, pooled, row } from "./row.mjs"

const unavailable = { status: 503, body: refusal("ServiceUnavailable") }
const throttled = (hint) => ({
  status: 400,
  headers: { "x-acs-retry-after": String(hint) },
  body: refusal("Throttling.User")
})

const latency = 200
/** jitter is pinned, so that the wait of the policy itself is known: `t` */
const jitter = 0.5
const ownWait = (repetition) => jitter * Math.min(1_000 * 2 ** repetition, 20_000)
const leastWait = (hint, repetition) => Math.min(hint, ownWait(repetition) + 5_000)

/** ten calls at a time, every 90 ms, each refused after 200: in memory, on a clock that goes by itself */
const ourStorm = async (calls, answer, breaker = Layer.empty) => {
  let requests = 0
  let early = 0
  const refused = new Map()
  const client = memoryClient((parameters) =>
    Effect.gen(function* () {
      requests++
      const id = parameters.get("Call")
      const before = refused.get(id)
      if (before !== undefined) {
        const waited = (yield* Clock.currentTimeMillis) - before.at
        if (waited < leastWait(before.hint, before.times - 1)) early++
      }
      yield* Effect.sleep(latency)
      const { hint, reply } = answer(Number(id))
      refused.set(id, { at: yield* Clock.currentTimeMillis, hint, times: (before?.times ?? 0) + 1 })
      return reply
    })
  )
  const one = (id) => Effect.ignore(call({ Call: id }))
  const wave = (index) =>
    Effect.zipRight(
      Effect.sleep(90 * index),
      Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], (i) => one(10 * index + i), { concurrency: 10, discard: true })
    )
  const waves = Array.from({ length: calls / 10 }, (_, index) => wave(index))
  await Effect.all(waves, { concurrency: "unbounded", discard: true }).pipe(
    Effect.withRandom(Random.fixed([jitter])),
    Effect.withClock(eager()),
    Effect.provide(Layer.merge(inMemory(client), breaker)),
    Effect.runPromise
  )
  return { perCall: requests / calls, early }
}

/** in milliseconds; `theirs` is short, since they wait for it in real time */
const hints = { ours: [50, 1_500, 60_000], theirs: 50 }
// Node's timers are up to a millisecond early
const isEarly = (wait) => wait < hints.theirs - 2

/** over a socket, 20 at a time */
const theirStorm = async ({ call }, calls, seen) => {
  seen.clear()
  await pooled(calls, 20, (index) => call({ Call: index }).catch(() => {}))
  const arrivals = [...seen.values()]
  return {
    perCall: arrivals.reduce((sum, { length }) => sum + length, 0) / calls,
    early: arrivals.flatMap((times) => times.slice(1).filter((time, i) => isEarly(time - times[i]))).length
  }
}

const theirStorms = (calls, reply) => {
  const seen = new Map()
  const answer = (parameters) => {
    const id = parameters.get("Call")
    seen.set(id, [...(seen.get(id) ?? []), performance.now()])
    return reply
  }
  return withServer(answer, ({ port }) =>
    each(peers.contestants, ({ name, retries }) => theirStorm(peers.make(name, { port, retries }), calls, seen))
  )
}

const perCall = "requests per call"

const outage = async ({ quick }) => {
  const down = () => ({ hint: 0, reply: unavailable })
  const breaker = CircuitBreaker.layer()
  const few = quick ? 200 : 1_000
  const theirs = pick(await theirStorms(few, unavailable), "perCall")
  const ours = async (calls, breaker) => (await ourStorm(calls, down, breaker)).perCall
  return [
    row(`all is 503, 1000 calls (peers: ${few})`, perCall, await ours(1_000), theirs, ["<=", 1.035]),
    row("all is 503, 1000 calls, breaker on", perCall, await ours(1_000, breaker), {}, ["<=", 0.06]),
    ...(quick
      ? []
      : [
          row("all is 503, 10000 calls", perCall, await ours(10_000), {}, ["<=", 1.0035]),
          row("all is 503, 10000 calls, breaker on", perCall, await ours(10_000, breaker), {}, ["<=", 0.06])
        ])
  ]
}

const throttling = async ({ quick }) => {
  const answer = (id) => {
    const hint = hints.ours[id % hints.ours.length]
    return { hint, reply: throttled(hint) }
  }
  const count = quick ? 200 : 1_000
  const theirs = await theirStorms(count, throttled(hints.theirs))
  const few = await ourStorm(1_000, answer)
  const many = quick ? undefined : await ourStorm(10_000, answer)
  const requests = pick(theirs, "perCall")
  const tooEarly = pick(theirs, "early")
  return [
    row(`all is throttled, 1000 calls (peers: ${count})`, perCall, few.perCall, requests, ["<=", 1.1]),
    ...(many === undefined ? [] : [row("all is throttled, 10000 calls", perCall, many.perCall, {}, ["<=", 1.01])]),
    row("the same, repeated before the hint says so", "count", few.early + (many?.early ?? 0), tooEarly, ["<=", 0])
  ]
}

export const rows = async (options) => [...(await outage(options)), ...(await throttling(options))]
