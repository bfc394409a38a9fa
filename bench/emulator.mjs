// The emulator: signed calls of our own SDK in memory, and a server under many connections for a while.
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { hold } from "./lib/connections.mjs"
import { options, report } from "./lib/report.mjs"
import { race } from "./lib/rounds.mjs"

const batch = 50
const list = AcsClient.execute(
  RpcRequest.make({
    product: "Ecs",
    version: "2014-05-26",
    action: "DescribeInstances",
    query: { RegionId: "cn-hangzhou", PageSize: 10, Status: "Running" }
  })
)
const identify = AcsClient.execute(
  RpcRequest.make({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
)

const callers = Layer.merge(
  Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
  RetryPolicy.layer(RetryPolicy.none)
)

/** what a call is: prepared, signed, checked, answered, read */
const runtimeOf = (digest) =>
  ManagedRuntime.make(Layer.mergeAll(Emulator.layerHttpClient(), Signer.layer, callers).pipe(Layer.provide(digest)))

const contestant = (runtime, call) => ({
  batch,
  run: () => runtime.runPromise(Effect.repeatN(call, batch - 1))
})

const { assert, quick } = options()
const node = runtimeOf(NodeDigest.layer)
const portable = runtimeOf(Layer.empty)
// one after the other: of two that take turns, each pays for what the other made the compiler forget
const measured = [
  ["GetCallerIdentity in memory, hashes of node:crypto", contestant(node, identify)],
  ["DescribeInstances in memory, hashes of node:crypto", contestant(node, list)],
  ["GetCallerIdentity in memory, portable hashes", contestant(portable, identify)]
]
const target = { op: ">=", value: 3000 }
const rows = []
for (const [figure, ours] of measured) {
  // so many calls until all of it is compiled
  for (let i = 0; i < (quick ? 20 : 200); i++) await ours.run()
  const { medians } = await race({ ours }, quick ? { rounds: 5, millis: 60 } : { rounds: 31, millis: 200 })
  rows.push({ figure, unit: "calls per CPU second", ours: medians.ours, peers: {}, ratios: {}, target })
}

const seconds = quick ? 5 : 60
const connections = 200
const held = await hold(list, Layer.merge(callers, Signer.layer.pipe(Layer.provide(NodeDigest.layer))), {
  connections,
  seconds
})
const row = (figure, unit, ours, target) => ({ figure, unit, ours, peers: {}, ratios: {}, target })
rows.push(
  row(`${held.calls} calls in ${seconds} s over a socket`, "errors", held.errors, { op: "<=", value: 0 }),
  row("the same", "connections at a time", held.connections, { op: ">=", value: connections }),
  row("the same", "calls per second", held.calls / seconds)
)
report("emulator", rows, { assert })
await Promise.all([portable.dispose(), node.dispose()])
