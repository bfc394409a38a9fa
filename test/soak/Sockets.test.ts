/** A hundred thousand calls over sockets, to a server in a process of its own: what is left of them. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { type ChildProcess, fork } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { settled, slope } from "../chaos/support/heap.js"

const total = Number(process.env["SOAK_CALLS"] ?? 100_000)

let server: ChildProcess
let port: number
/** asks the server, which answers with a number */
const ask = (what: "port" | "open") =>
  new Promise<number>((resolve, reject) => {
    server.once("message", (answer) => resolve(answer as number))
    server.send(what, (error) => error !== null && reject(error))
  })

beforeAll(async () => {
  server = fork(fileURLToPath(new URL("support/server.mjs", import.meta.url)))
  port = await ask("port")
})
afterAll(() => server.kill())

const services = () =>
  ManagedRuntime.make(
    Layer.mergeAll(
      Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
      Signer.layer,
      Endpoint.layerHost(`http://127.0.0.1:${port}`),
      NodeHttpClient.layer
    )
  )

const call = (Kind: string) =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", query: { Kind } })

/** sockets and timers that keep this process alive */
const active = () =>
  process.getActiveResourcesInfo().filter((name) => ["TCPSocketWrap", "TLSWrap", "Timeout"].includes(name)).length

const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)

const until = async (condition: () => boolean | Promise<boolean>, what: string) => {
  for (let i = 0; i < 500; i++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`not within 10 s: ${what}`)
}

it("L01: 100,000 interrupted calls leave no socket, no listener and no memory", async () => {
  const warnings: Array<Error> = []
  const onWarning = (warning: Error) => void warnings.push(warning)
  process.on("warning", onWarning)
  const before = { active: active(), listeners: listeners() }
  const runtime = services()
  // while waiting for headers, for the body, for the next attempt, or for whatever there is
  const kinds = ["silent", "half", "busy", "ok"]
  const run = (calls: number) =>
    runtime.runPromise(
      Effect.forEach(
        Array.from({ length: calls }, (_, i) => i),
        (i) =>
          Effect.fork(call(kinds[i % kinds.length]!)).pipe(
            Effect.zipLeft(Effect.sleep(i % 7)),
            Effect.flatMap(Fiber.interrupt)
          ),
        { concurrency: 50, discard: true }
      )
    )
  await run(5_000)
  const heap = await settled()
  await run(total)
  assert.strictEqual((await runtime.runPromise(call("ok"))).status, 200)
  const grown = (await settled()) - heap
  console.log(`L01: the heap grew by ${(grown / 1e6).toFixed(2)} MB in ${total} interrupted calls`)
  assert.isBelow(Math.abs(grown), 5e6)
  await runtime.dispose()
  await until(async () => (await ask("open")) === 0, "no socket at the server")
  await until(() => active() <= before.active, "no socket and no timer here")
  assert.strictEqual(listeners(), before.listeners)
  process.off("warning", onWarning)
  assert.deepStrictEqual(warnings, [])
})

it("L02: 100,000 calls that end well leave less than 10 bytes each", async () => {
  const runtime = services()
  const run = (calls: number) =>
    runtime.runPromise(
      Effect.replicateEffect(call("ok"), calls, { concurrency: 50, discard: true }).pipe(Effect.asVoid)
    )
  await run(10_000)
  const bytes = await slope(run, total / 4, 4)
  console.log(`L02: a call leaves ${bytes.toFixed(1)} bytes`)
  assert.isBelow(bytes, 10)
  await runtime.dispose()
  await until(async () => (await ask("open")) === 0, "no socket at the server")
})
