// Our own client: a call, and what it needs over a socket or in memory.
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

/** a call that reads, and so may be repeated */
export const call = (query = {}, action = "DescribeRegions") =>
  AcsClient.execute(RpcRequest.make({ product: "Ecs", version: "2014-05-26", action, query }))

/** all but the transport; budget and clock of their own, so that no figure leans on another */
const callers = Layer.mergeAll(
  Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
  Signer.layer.pipe(Layer.provide(NodeDigest.layer)),
  RetryBudget.layer,
  ClockSkew.layer,
  Logger.remove(Logger.defaultLogger)
)

export const overSocket = (url) => Layer.mergeAll(callers, NodeHttpClient.layer, Endpoint.layerHost(url))

export const inMemory = (client) => Layer.merge(callers, Layer.succeed(HttpClient.HttpClient, client))
