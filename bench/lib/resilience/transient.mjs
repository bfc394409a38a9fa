// One failure a call that is over at once, alternately a 503 and a connection that is reset: how many calls succeed.
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { refusal, withServer } from "../faultServer.mjs"
import { call, overSocket } from "../ours.mjs"
import * as peers from "../peers.mjs"
import { each, pooled, row } from "./row.mjs"

const concurrency = 32

/** fails at the first request of each call */
const failingOnce = () => {
  const seen = new Set()
  return (parameters) => {
    const id = parameters.get("Call")
    if (seen.has(id)) return { body: '{"RequestId":"R"}' }
    seen.add(id)
    return Number(id) % 2 === 0 ? { status: 503, body: refusal("ServiceUnavailable") } : "reset"
  }
}

const succeeded = async (calls, call) => {
  let succeeded = 0
  await pooled(calls, concurrency, (index) =>
    call({ Call: index }).then(
      () => succeeded++,
      () => {}
    )
  )
  return (100 * succeeded) / calls
}

const ours = (calls) =>
  withServer(failingOnce(), async ({ url }) => {
    const runtime = ManagedRuntime.make(overSocket(url))
    let succeeded = 0
    const one = (index) =>
      Effect.match(call({ Call: index }), { onSuccess: () => void succeeded++, onFailure: () => {} })
    const all = Array.from({ length: calls }, (_, index) => one(index))
    await runtime.runPromise(Effect.all(all, { concurrency, discard: true }))
    await runtime.dispose()
    return (100 * succeeded) / calls
  })

const theirs = (calls, name, retries) =>
  withServer(failingOnce(), ({ port }) => succeeded(calls, peers.make(name, { port, retries }).call))

export const rows = async ({ quick }) => {
  const calls = quick ? 250 : 1_000
  const measured = await each(peers.contestants, ({ name, retries }) => theirs(calls, name, retries))
  return [
    row(`one transient failure a call, ${calls} calls, 32 at a time`, "% succeed", await ours(calls), measured, [
      ">=",
      100
    ])
  ]
}
