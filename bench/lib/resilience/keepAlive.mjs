// A server that closes its connections a moment after each answer, as one does whose idle limit is near: reads that fail
// since they were sent over a connection that was about to close, without any retry of a policy.
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { createServer } from "node:net"
import { call, overSocket } from "../ours.mjs"
import * as peers from "../peers.mjs"
import { each, pick, row } from "./row.mjs"

const body = '{"RequestId":"R"}'
const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** the length of the first whole request in `text`, 0 when it has not come yet */
const requestLength = (text) => {
  const head = text.indexOf("\r\n\r\n")
  if (head < 0) return 0
  const length = head + 4 + Number(/^content-length: *(\d+)/im.exec(text.slice(0, head))?.[1] ?? 0)
  return text.length < length ? 0 : length
}

/**
 * `use(port, begin)`: from `begin()` on, a connection is closed 0 to 4 ms after each answer, in turn. Yields the share of the
 * connections since then that carried more than one request.
 */
const withRace = async (use) => {
  let answers
  const carried = new Map()
  const server = createServer({ noDelay: true }, (socket) => {
    let text = ""
    socket.on("error", () => {})
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1")
      const length = requestLength(text)
      if (length === 0) return
      text = text.slice(length)
      socket.write(answer)
      if (answers === undefined) return
      carried.set(socket, (carried.get(socket) ?? 0) + 1)
      const millis = answers++ % 5
      if (millis === 0) setImmediate(() => socket.destroy())
      else setTimeout(() => socket.destroy(), millis)
    })
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  const failures = await use(server.address().port, () => (answers = 0))
  await new Promise((resolve) => server.close(resolve))
  const requests = [...carried.values()]
  return { failures, reused: requests.filter((count) => count > 1).length / requests.length }
}

/** until all of it is compiled: what is measured is who is faster, the next request or the end of the connection */
const warmUp = 1_000

const ours = (reads) =>
  withRace(async (port, begin) => {
    const runtime = ManagedRuntime.make(overSocket(`http://127.0.0.1:${port}`))
    let failures = 0
    const read = Effect.match(call(), { onSuccess: () => {}, onFailure: () => void failures++ })
    const many = (count) =>
      runtime.runPromise(Effect.repeatN(read, count - 1).pipe(RetryPolicy.withPolicy(RetryPolicy.none)))
    await many(warmUp)
    begin()
    await many(reads)
    await runtime.dispose()
    return failures
  })

const theirs = (reads, name) =>
  withRace(async (port, begin) => {
    const { call } = peers.make(name, { port })
    for (let i = 0; i < warmUp; i++) await call()
    begin()
    let failures = 0
    for (let i = 0; i < reads; i++) await call().catch(() => failures++)
    return failures
  })

export const rows = async ({ quick }) => {
  const reads = quick ? 200 : 500
  const own = await ours(reads)
  const official = await each(peers.plain, ({ name }) => theirs(reads, name))
  const race = `keep-alive race, ${reads} reads without retries`
  return [
    row(`${race}: failed`, "count", own.failures, pick(official, "failures"), ["<=", 0]),
    row(`${race}: connections used again`, "share", own.reused, pick(official, "reused"), [">", 0.5])
  ]
}
