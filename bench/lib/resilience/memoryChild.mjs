// The process of memory.mjs that asks: `memoryChild.mjs <contestant> <port>` tells by how much it grew.
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import process from "node:process"
import { call, overSocket } from "../ours.mjs"
import * as peers from "../peers.mjs"

const [name, port] = process.argv.slice(2)

const ours = () => {
  const runtime = ManagedRuntime.make(overSocket(`http://127.0.0.1:${port}`))
  return (query) => runtime.runPromise(Effect.asVoid(call(query)))
}
const ask = name === "ours" ? ours() : peers.make(name, { port: Number(port) }).call

const works = (query) =>
  ask(query).then(
    () => true,
    () => false
  )

for (let i = 0; i < 50; i++) await ask({ Call: "warm" })
const unpacks = await works({ Call: "packed" })
const before = process.memoryUsage.rss()
const highest = process.resourceUsage().maxRSS
let seen = before
const timer = setInterval(() => (seen = Math.max(seen, process.memoryUsage.rss())), 5)
const succeeded = await works({ Call: "bomb" })
clearInterval(timer)
// what the operating system saw beats a sample, where it is new
const after = process.resourceUsage().maxRSS
const peak = Math.max(seen, process.memoryUsage.rss(), after > highest ? after * 1024 : 0)
process.send({ megabytes: (peak - before) / 1e6, succeeded, unpacks })
process.once("disconnect", () => process.exit())
