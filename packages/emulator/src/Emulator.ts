/**
 * A local Alibaba Cloud that checks signatures as the gateway does: `RPC` and `ROA` version 1 and `ACS3`, by HMAC, RSA and
 * bearer token; timestamps, nonces, temporary keys. It answers Ecs DescribeRegions and DescribeInstances, Sts
 * GetCallerIdentity, CS DescribeClusters and DescribeClusterDetail, and everything else with a real error.
 *
 * Each emulator has state of its own, and takes the time from Effect's `Clock`: under `TestClock` it is deterministic. This
 * module needs no socket and runs wherever core does; `NodeEmulator` puts the same emulator behind an HTTP server.
 *
 * @since 0.1.0
 */
import * as Digest from "@effect-aliyun/core/Digest"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Call } from "./Call.js"
import * as callLog from "./internal/callLog.js"
import * as gateway from "./internal/gateway.js"
import * as memory from "./internal/memory.js"
import * as cs from "./internal/services/cs.js"
import * as ecs from "./internal/services/ecs.js"
import * as sts from "./internal/services/sts.js"
import * as Key from "./Key.js"
import type { RawResponse } from "./RawResponse.js"

/**
 * - `keys`: all that are known, **in place of** `Key.test`
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly keys?: ReadonlyArray<Key.Key> | undefined
}

/**
 * - `handle`: answers a request; it never fails, a defect of a service is an answer of status 500 and code `InternalError`
 * - `calls`: what has arrived, in the order in which it was answered; the last 10,000
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly handle: (raw: RawRequest.RawRequest) => Effect.Effect<RawResponse>
  readonly calls: Effect.Effect<ReadonlyArray<Call>>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Emulator extends Context.Tag("@effect-aliyun/emulator/Emulator")<Emulator, Service>() {}

/**
 * A new emulator. It hashes with the `Digest` reference of core as it is when this is run.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Emulator from "@effect-aliyun/emulator/Emulator"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const emulator = yield* Emulator.make()
 *   const response = yield* emulator.handle({ method: "GET", target: "/", headers: [], body: new Uint8Array(0) })
 *   console.log(response.status) // 400
 * })
 *
 * Effect.runFork(program)
 */
export const make = (options: Options = {}): Effect.Effect<Service> =>
  Effect.gen(function* () {
    const { digest } = yield* Digest.Digest
    const log = callLog.make()
    const services = [ecs.service, sts.service, cs.service]
    return {
      handle: gateway.make({ keys: options.keys ?? [Key.test], services, digest, record: log.record }),
      calls: Effect.sync(log.entries)
    }
  })

/**
 * The emulator without a door, for what calls `handle` itself.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Emulator> => Layer.effect(Emulator, make(options))

/**
 * An `HttpClient` that reaches an emulator in memory, whatever the host of the request. What arrives there is, byte for
 * byte, what a socket would carry.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as Signer from "@effect-aliyun/core/Signer"
 * import * as Emulator from "@effect-aliyun/emulator/Emulator"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function* () {
 *   const response = yield* AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
 *   console.log(yield* response.json) // { RequestId: "…", IdentityType: "RAMUser", AccountId: "1234567890123456", … }
 *   console.log(yield* Emulator.calls) // [ { method: "GET", product: "Sts", verdict: "Accepted", … } ]
 * })
 *
 * const Test = Layer.mergeAll(
 *   Emulator.layerHttpClient(),
 *   Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
 *   Signer.layer
 * )
 *
 * Effect.runFork(Effect.provide(program, Test))
 */
export const layerHttpClient = (options: Options = {}): Layer.Layer<Emulator | HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.map(make(options), (service) =>
      Context.make(Emulator, service).pipe(Context.add(HttpClient.HttpClient, memory.client(service.handle)))
    )
  )

/**
 * What has arrived so far, in the order in which it was answered.
 *
 * @since 0.1.0
 * @category getters
 */
export const calls: Effect.Effect<ReadonlyArray<Call>, never, Emulator> = Effect.flatMap(
  Emulator,
  (emulator) => emulator.calls
)
