/**
 * Executes requests. A request is a program: it pulls `Credentials`, `Signer` and `HttpClient` from its context, and fails
 * with one of two tagged errors.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as AcsError from "./AcsError.js"
import { type AcsRequest, isAcsRequest } from "./AcsRequest.js"
import type { AcsResponse } from "./AcsResponse.js"
import * as CommonRequest from "./CommonRequest.js"
import type { Credentials } from "./Credentials.js"
import * as answer from "./internal/answer.js"
import * as attempt from "./internal/attempt.js"
import { withCallInfo } from "./internal/callInfo.js"
import * as explanation from "./internal/explanation.js"
import * as pipeline from "./internal/pipeline.js"
import * as Limits from "./Limits.js"
import * as RoaRequest from "./RoaRequest.js"
import * as RpcRequest from "./RpcRequest.js"
import { Signer, type UnsignedRequest } from "./Signer.js"
import * as Timeouts from "./Timeouts.js"

/**
 * What every call needs.
 *
 * @since 0.1.0
 * @category models
 */
export type Services = Credentials | Signer | HttpClient.HttpClient

/**
 * A call as a program.
 *
 * @since 0.1.0
 * @category models
 */
export type Call<A> = Effect.Effect<A, AcsError.ClientException | AcsError.ServerException, Services>

/**
 * The program that sends a request and yields its answer.
 *
 * @since 0.1.0
 * @category executing
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
 * import * as Effect from "effect/Effect"
 *
 * const request = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
 *
 * export const program = Effect.gen(function* () {
 *   const response = yield* AcsClient.execute(request)
 *   return yield* response.json
 * })
 */
export const execute = (request: AcsRequest): Call<AcsResponse> =>
  pipeline.run(request, "body", (trial) =>
    Effect.flatMap(attempt.open(trial), (open) =>
      answer.read(open, trial.call, Context.get(trial.call.context, Limits.Limits), trial.number)
    )
  )

/**
 * Makes an RPC request and executes it.
 *
 * @since 0.1.0
 * @category executing
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const Regions = Schema.Struct({
 *   Regions: Schema.Struct({ Region: Schema.Array(Schema.Struct({ RegionId: Schema.String })) })
 * })
 *
 * export const regionIds = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
 *   Effect.flatMap((response) => response.schemaJson(Regions)),
 *   Effect.map(({ Regions }) => Regions.Region.map(({ RegionId }) => RegionId))
 * )
 */
export const rpc = (options: RpcRequest.Options): Call<AcsResponse> => execute(RpcRequest.make(options))

/**
 * Makes an ROA request and executes it.
 *
 * @since 0.1.0
 * @category executing
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 *
 * export const clusters = AcsClient.roa({ product: "CS", version: "2015-12-15", pathPattern: "/clusters" })
 */
export const roa = (options: RoaRequest.Options): Call<AcsResponse> => execute(RoaRequest.make(options))

/**
 * Makes a common request and executes it.
 *
 * @since 0.1.0
 * @category executing
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 *
 * export const regions = AcsClient.common({
 *   endpoint: "ecs.aliyuncs.com",
 *   version: "2014-05-26",
 *   action: "DescribeRegions"
 * })
 */
export const common = (options: CommonRequest.Options): Call<AcsResponse> => execute(CommonRequest.make(options))

/**
 * The body of an answer as it flows, without a limit on its size. Attempts are repeated until the headers of a good answer
 * have arrived; from then on `Timeouts.attempt` is the longest wait for the next chunk.
 *
 * The body is not looked at, so an answer of status 2xx that reports a failure of the business is not noticed.
 *
 * @since 0.1.0
 * @category executing
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
 * import * as Stream from "effect/Stream"
 *
 * export const log = AcsClient.stream(
 *   RoaRequest.make({ product: "CS", version: "2015-12-15", pathPattern: "/clusters/c1/logs", format: "RAW" })
 * ).pipe(Stream.decodeText(), Stream.splitLines)
 */
export const stream = (
  request: AcsRequest
): Stream.Stream<Uint8Array, AcsError.ClientException | AcsError.ServerException, Services> =>
  Stream.unwrap(
    Effect.flatMap(Timeouts.Timeouts, (timeouts) =>
      pipeline.run(request, "headers", (trial) =>
        Effect.map(attempt.open(trial), (open) => {
          // the durations have been looked at by then
          const idle = pipeline.limitsOf(request, timeouts)?.attempt ?? 0
          return answer
            .streamOf(open, trial.call, trial.number)
            .pipe(
              Stream.timeoutFail(
                () =>
                  AcsError.fromReason(
                    { _tag: "Timeout", phase: "attempt", after: Duration.millis(idle) },
                    { request: trial.call.request, attempts: trial.number, outcome: "Unknown" }
                  ),
                idle
              )
            )
        })
      )
    )
  )

/**
 * The signed request and what was signed, without sending it. Needs no `HttpClient`.
 *
 * `text` shows the wire request, the canonical request and the string to sign, secrets masked; `signed` holds them as they
 * are.
 *
 * @since 0.1.0
 * @category explaining
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
 * import * as Signer from "@effect-aliyun/core/Signer"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const request = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
 * const Key = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })
 *
 * const program = Effect.provide(AcsClient.explain(request), Layer.merge(Key, Signer.layer))
 * Effect.runPromise(program).then(({ text }) => console.log(text))
 */
export const explain = (
  request: AcsRequest
): Effect.Effect<explanation.Explanation, AcsError.ClientException | AcsError.ServerException, Credentials | Signer> =>
  offline(request, ({ clock, context, unsigned }) =>
    Effect.map(attempt.sign(unsigned, context, clock), ({ redact, signed }) =>
      explanation.make(signed, unsigned.host, redact)
    )
  )

/**
 * A URL that carries its own signature: whoever has it can make this one call, for about 15 minutes. RPC requests by GET
 * only, signed with version 1, since the V3 signature lives in a header.
 *
 * @since 0.1.0
 * @category explaining
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
 *
 * export const url = AcsClient.presign(
 *   RpcRequest.make({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
 * )
 */
export const presign = (
  request: AcsRequest
): Effect.Effect<
  Redacted.Redacted<string>,
  AcsError.ClientException | AcsError.ServerException,
  Credentials | Signer
> =>
  offline(request, ({ clock, context, unsigned }) =>
    Effect.flatMap(attempt.occasion(unsigned, context, clock), ({ credential, moment }) =>
      Context.get(context, Signer).presign(unsigned, credential, moment)
    )
  )

interface Prepared {
  readonly unsigned: UnsignedRequest
  readonly context: Context.Context<Credentials | Signer>
  readonly clock: Clock.Clock
}

const offline = <A>(
  request: AcsRequest,
  use: (prepared: Prepared) => Effect.Effect<A, AcsError.ClientException>
): Effect.Effect<A, AcsError.AcsError, Credentials | Signer> =>
  Effect.flatMap(Effect.context<Credentials | Signer>(), (context) => {
    if (!isAcsRequest(request)) return Effect.fail(pipeline.notARequest)
    const services = Context.add(context, HttpClient.HttpClient, sendsNothing)
    return pipeline.ready(request, services).pipe(
      Effect.provide(services),
      Effect.flatMap((unsigned) => Effect.clockWith((clock) => use({ unsigned, context, clock }))),
      Effect.mapError(withCallInfo({ request: pipeline.infoOf(request) }))
    )
  })

/** for an endpoint resolver that would have to ask the service */
const sendsNothing = HttpClient.make((request) =>
  Effect.fail(
    new HttpClientError.RequestError({
      request,
      reason: "Transport",
      description: "explaining a request sends nothing"
    })
  )
)
