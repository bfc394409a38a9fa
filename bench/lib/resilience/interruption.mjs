// Calls that are given up on the way, in a process of their own: what is left of them. The official SDKs cannot give up a call.
import { fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { refusal, withServer } from "../faultServer.mjs"
import { row } from "./row.mjs"

const file = fileURLToPath(new URL("./interruptionChild.mjs", import.meta.url))

/** where a call is when it is given up */
const answers = {
  headers: "silence",
  body: { headers: { "content-length": "1000" }, body: '{"RequestId":', staysOpen: true },
  backoff: { status: 503, headers: { "retry-after": "5" }, body: refusal("ServiceUnavailable") }
}
const answer = (parameters) => answers[parameters.get("Stage")] ?? { body: '{"RequestId":"R"}' }

export const rows = async ({ quick }) => {
  const calls = quick ? 5_000 : 100_000
  const left = await withServer(answer, async (server) => {
    const child = fork(file, [String(server.port), String(calls)])
    const [counted] = await once(child, "message")
    // its side of a connection closes a moment before this one
    await setTimeout(500)
    const sockets = Math.max(counted.sockets, server.open())
    child.disconnect()
    await once(child, "exit")
    return { ...counted, sockets }
  })
  const title = `${calls} interrupted calls`
  return [
    row(`${title}: sockets left`, "count", left.sockets, {}, ["<=", 0]),
    row("the same: listeners left", "count", left.listeners, {}, ["<=", 0]),
    row("the same: timers left", "count", left.timers, {}, ["<=", 0]),
    row("the same: calls that were not interrupted", "count", left.others, {}, ["<=", 0]),
    row("the same: the next call succeeds", "share", left.works ? 1 : 0, {}, [">=", 1])
  ]
}
