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
const call = AcsClient.execute(
  RpcRequest.make({
    product: "Ecs",
    version: "2014-05-26",
    action: "DescribeInstances",
    query: { RegionId: "cn-hangzhou", PageSize: 10, Status: "Running" }
  })
)

const callers = Layer.merge(
  Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
  RetryPolicy.layer(RetryPolicy.none)
)

/** what a call is: prepared, signed, checked, answered, read */
const runtimeOf = (digest) =>
  ManagedRuntime.make(Layer.mergeAll(Emulator.layerHttpClient(), Signer.layer, callers).pipe(Layer.provide(digest)))

const contestant = (runtime) => ({
  batch,
  run: () => runtime.runPromise(Effect.repeatN(call, batch - 1))
})

const { assert, quick } = options()
const portable = runtimeOf(Layer.empty)
const node = runtimeOf(NodeDigest.layer)
const { medians } = await race(
  { portable: contestant(portable), node: contestant(node) },
  quick ? { rounds: 5, millis: 60 } : { rounds: 15, millis: 200 }
)
const target = { op: ">=", value: 3000 }
const rows = [
  ["signed calls in memory, portable hashes", medians.portable],
  ["signed calls in memory, hashes of node:crypto", medians.node]
].map(([figure, ours]) => ({ figure, unit: "calls per CPU second", ours, peers: {}, ratios: {}, target }))

const seconds = quick ? 5 : 60
const connections = 200
const held = await hold(call, Layer.merge(callers, Signer.layer.pipe(Layer.provide(NodeDigest.layer))), {
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
