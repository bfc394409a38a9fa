/** With the layer provided nothing is left to provide: compiling this file is the test. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsResponse from "@effect-aliyun/core/AcsResponse"
import * as NodeAliyun from "@effect-aliyun/platform-node/NodeAliyun"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const equals = <A, B>(_: Equals<A, B>): void => undefined

const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
const provided = Effect.provide(call, NodeAliyun.layer)
equals<Effect.Effect.Context<typeof provided>, never>(true)
equals<
  typeof provided,
  Effect.Effect<AcsResponse.AcsResponse, AcsError.ClientException | AcsError.ServerException | ConfigError.ConfigError>
>(true)
