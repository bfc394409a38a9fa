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
const rt = ManagedRuntime.make(
  Layer.mergeAll(Emulator.layerHttpClient(), Signer.layer, callers).pipe(Layer.provide(NodeDigest.layer))
)
await rt.runPromise(Effect.repeatN(call, 30000))
