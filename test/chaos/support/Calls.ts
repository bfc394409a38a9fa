/** Calls over real sockets: signed, sent by NodeHttpClient, retried by the standard policy. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const identity = Layer.merge(
  Credentials.layerAccessKey({ accessKeyId: "id", accessKeySecret: "secret" }),
  Signer.layer
)

/** the three services over a transport of its own */
export const over = (options: NodeHttpClient.Options = {}) => Layer.merge(identity, NodeHttpClient.layerWith(options))

/** an action that reads, or another one, at a server that is spoken to by http unless its endpoint says otherwise */
export const call = (endpoint: string, action = "DescribeRegions") =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action, endpoint, protocol: "http" })

/** what a failed call says of its connection */
export const transport = <A, R>(effect: Effect.Effect<A, AcsError.AcsError, R>) =>
  Effect.map(Effect.flip(effect), (error) => {
    assert.strictEqual(error._tag, "ClientException", error.message)
    const reason = error._tag === "ClientException" ? error.reason : undefined
    assert.strictEqual(reason?._tag, "Transport", error.message)
    return { ...(reason as AcsError.Transport), attempts: error.attempts, outcome: error.outcome, error }
  })
