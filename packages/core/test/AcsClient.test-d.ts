/** What the compiler infers is part of the product: compiling this file is the test. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsResponse from "@effect-aliyun/core/AcsResponse"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import type { Credentials } from "@effect-aliyun/core/Credentials"
import * as CredentialsModule from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Region from "@effect-aliyun/core/Region"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import type { Signer } from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import type { HttpClient } from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const equals = <A, B>(_: Equals<A, B>): void => undefined

type Failure = AcsError.ClientException | AcsError.ServerException
type Services = Credentials | Signer | HttpClient

const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
const request = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
declare const live: Layer.Layer<Services>

// the promise of the project, not annotated anywhere
equals<typeof call, Effect.Effect<AcsResponse.AcsResponse, Failure, Services>>(true)
const roa = AcsClient.roa({ product: "CS", version: "2015-12-15", pathPattern: "/clusters" })
equals<typeof roa, typeof call>(true)
const common = AcsClient.common({ endpoint: "ecs.aliyuncs.com", version: "2014-05-26", action: "DescribeRegions" })
equals<typeof common, typeof call>(true)
const streamed = AcsClient.stream(request)
equals<typeof streamed, Stream.Stream<Uint8Array, Failure, Services>>(true)

// what is not sent needs no HttpClient
const explained = AcsClient.explain(request)
equals<Effect.Effect.Context<typeof explained>, Credentials | Signer>(true)
const presigned = AcsClient.presign(request)
equals<typeof presigned, Effect.Effect<Redacted.Redacted<string>, Failure, Credentials | Signer>>(true)

// defaults are references: they provide, and are never asked for
const provided = call.pipe(
  Effect.provide(
    Layer.mergeAll(live, Region.layer("eu-central-1"), Endpoint.layerHost("localhost"), Timeouts.layer({ attempt: 1 }))
  )
)
equals<typeof provided, Effect.Effect<AcsResponse.AcsResponse, Failure>>(true)
const regional = call.pipe(Region.withRegion("eu-central-1"), Timeouts.withTimeouts({ attempt: "1 second" }))
equals<typeof regional, typeof call>(true)
const tested = call.pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
equals<Effect.Effect.Context<typeof tested>, never>(true)

// a policy is a bare Schedule
const policy: RetryPolicy.Policy = Schedule.exponential("100 millis").pipe(Schedule.intersect(Schedule.recurs(3)))
const bounded: RetryPolicy.Policy = RetryPolicy.standard.pipe(Schedule.intersect(Schedule.recurUpTo("20 seconds")))
const narrowed: RetryPolicy.Policy = RetryPolicy.standard.pipe(
  Schedule.whileInput((error: AcsError.AcsError) => error._tag === "ServerException")
)
const retried = call.pipe(RetryPolicy.withPolicy(policy))
equals<typeof retried, typeof call>(true)

// tags narrow, codes stay open
const caught = call.pipe(Effect.catchTag("ServerException", (error) => Effect.succeed(error.code)))
equals<Effect.Effect.Error<typeof caught>, AcsError.ClientException>(true)
declare const typed: Effect.Effect<
  number,
  AcsError.AcsError<"Forbidden.RAM" | "InvalidInstanceId.NotFound">,
  Credentials
>
const byCode = typed.pipe(
  AcsError.catchCode("Forbidden.RAM", (error) => {
    equals<typeof error.code, "Forbidden.RAM">(true)
    return Effect.succeed("no" as const)
  })
)
equals<Effect.Effect.Success<typeof byCode>, number | "no">(true)
const byOtherCode = call.pipe(
  AcsError.catchCode(["Throttling", "Throttling.User"], () => Effect.succeed("slow" as const))
)
equals<Effect.Effect.Success<typeof byOtherCode>, AcsResponse.AcsResponse | "slow">(true)
const byCategory = call.pipe(AcsError.catchCategory("NotFound", () => Effect.succeedNone))
equals<Effect.Effect.Error<typeof byCategory>, Failure>(true)
const closed: AcsError.ServerException<"A"> = null as never
const open: AcsError.ServerException = closed

// data-first as well, and the error type stays
const dataFirst = AcsError.catchCode(typed, "Forbidden.RAM", (error) => Effect.succeed(error.code))
equals<Effect.Effect.Success<typeof dataFirst>, number | "Forbidden.RAM">(true)
equals<Effect.Effect.Error<typeof dataFirst>, Effect.Effect.Error<typeof typed>>(true)
const kindFirst = AcsError.catchCategory(call, "NotFound", () => Effect.succeedNone)
equals<Effect.Effect.Error<typeof kindFirst>, Failure>(true)

// providers of different needs in one chain
declare const needsHttp: CredentialsModule.Provider<HttpClient>
declare const needsSigner: CredentialsModule.Provider<Signer>
const chain = CredentialsModule.layer(needsHttp, CredentialsModule.env, needsSigner)
equals<typeof chain, Layer.Layer<Credentials, never, HttpClient | Signer>>(true)
const free = CredentialsModule.layer(CredentialsModule.env)
equals<typeof free, Layer.Layer<Credentials>>(true)

// parameters may be typed by an interface
interface Query {
  readonly PageSize: number
}
const query: Query = { PageSize: 10 }
const withInterface = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeInstances", query })
equals<typeof withInterface, typeof call>(true)

// a decoded answer
const decoded = call.pipe(
  Effect.flatMap((response) => response.schemaJson(Schema.Struct({ RequestId: Schema.String })))
)
equals<typeof decoded, Effect.Effect<{ readonly RequestId: string }, Failure, Services>>(true)

export const used = [bounded, narrowed, open]
