import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { prepare } from "../packages/core/dist/internal/prepare.js"
import * as Verification from "../packages/protocol/dist/Verification.js"
import * as NodeD from "../packages/platform-node/dist/NodeDigest.js"
import * as Digest from "@effect-aliyun/core/Digest"
const mk = (product, version, action, query) => RpcRequest.make({ product, version, action, query })
const ecs = mk("Ecs", "2014-05-26", "DescribeInstances", { RegionId: "cn-hangzhou", PageSize: 10, Status: "Running" })
const sts = mk("Sts", "2015-04-01", "GetCallerIdentity", {})
const callers = Layer.merge(
  Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
  RetryPolicy.layer(RetryPolicy.none)
)
const rt = ManagedRuntime.make(
  Layer.mergeAll(Emulator.layerHttpClient(), Signer.layer, callers).pipe(
    Layer.provide(NodeDigest.layer),
    Layer.provideMerge(NodeDigest.layer)
  )
)
const client = await rt.runPromise(HttpClient.HttpClient)
const emulator = await rt.runPromise(Emulator.Emulator)
const digest = (await rt.runPromise(Digest.Digest)).digest
const context = (await rt.runtime()).context
let last
const capture = HttpClient.makeWith(
  Effect.flatMap((r) => {
    last = r
    return client.execute(r)
  }),
  Effect.succeed
)
let canned
const bytes = new TextEncoder().encode('{"RequestId":"x","A":1}')
const dummy = HttpClient.makeWith(
  Effect.flatMap((r) => Effect.succeed(canned)),
  Effect.succeed
)
await rt.runPromise(AcsClient.execute(ecs).pipe(Effect.provideService(HttpClient.HttpClient, capture)))
const ecsHttp = last
canned = await rt.runPromise(client.execute(ecsHttp))
const raw = await rt.runPromise(HttpWire.collect(ecsHttp))
// signed raws with distinct nonces
const sign = async (req, n) => {
  const out = []
  const grab = HttpClient.makeWith(
    Effect.flatMap((r) => {
      out.push(r)
      return Effect.succeed(canned)
    }),
    Effect.succeed
  )
  await rt.runPromise(
    Effect.repeatN(AcsClient.execute(req).pipe(Effect.provideService(HttpClient.HttpClient, grab)), n - 1)
  )
  return Promise.all(out.map((r) => rt.runPromise(HttpWire.collect(r))))
}
canned = (() => {
  const MR = canned.constructor
  return new MR(ecsHttp, 200, { "content-length": String(bytes.length), "content-type": "application/json" }, bytes)
})()
const N = 400
const bench = async (name, rounds, f) => {
  const us = []
  for (let i = 0; i < rounds; i++) {
    const g = await f.prep?.()
    const c = process.cpuUsage()
    await f.run(g)
    const u = process.cpuUsage(c)
    us.push((u.user + u.system) / N)
  }
  us.sort((a, b) => a - b)
  console.log(name.padEnd(34), "min", us[0].toFixed(0), "median", us[us.length >> 1].toFixed(0), "µs")
}
const R = +process.env.R || 30
const rep = (e) => ({ run: () => rt.runPromise(Effect.repeatN(e, N - 1)) })
await bench("whole Ecs", R, rep(AcsClient.execute(ecs)))
await bench("whole Sts", R, rep(AcsClient.execute(sts)))
await bench(
  "core only (canned answer)",
  R,
  rep(AcsClient.execute(ecs).pipe(Effect.provideService(HttpClient.HttpClient, dummy)))
)
await bench("prepare", R, rep(prepare(ecs, context)))
for (const [n, q] of [
  ["gateway Ecs", ecs],
  ["gateway Sts", sts]
])
  await bench(n, Math.min(R, 15), {
    prep: () => sign(q, N),
    run: (raws) => rt.runPromise(Effect.forEach(raws, (r) => emulator.gateway.handle(r), { discard: true }))
  })
await bench("Verification.read", R, {
  run: async () => {
    for (let i = 0; i < N; i++) Verification.read(raw, digest)
  }
})
await bench("collect", R, rep(HttpWire.collect(ecsHttp)))
