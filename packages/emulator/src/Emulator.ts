/**
 * A local Alibaba Cloud that checks signatures as the gateway does: `RPC` and `ROA` version 1 and `ACS3`, by HMAC, RSA and
 * bearer token; timestamps, nonces, temporary keys. Behind it are parts of Ecs, Sts, CS, Location, Dysmsapi and Alidns, the
 * metadata service of an ECS instance, and what a test registers with {@link handle}.
 *
 * Each emulator has state of its own, and takes the time from Effect's `Clock`: under `TestClock` it is deterministic. This
 * module needs no socket and runs wherever core does; `NodeEmulator` puts the same emulator behind an HTTP server.
 *
 * @since 0.1.0
 */
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
import * as LocationService from "@effect-aliyun/core/LocationService"
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import * as Call from "./Call.js"
import type * as Fault from "./Fault.js"
import * as emulator from "./internal/emulator.js"
import * as memory from "./internal/memory.js"
import * as Store from "./internal/store.js"
import * as World from "./internal/world.js"
import type { Key } from "./Key.js"
import type { Mismatch } from "./Mismatch.js"
import type { RawResponse } from "./RawResponse.js"
import type * as Route from "./Route.js"

/**
 * - `keys`: all that are known, **in place of** `Key.test`
 * - `transition`: how long an instance takes to start, stop or come up, 2 seconds unless told
 * - `echo`: answer operations that are not known with what arrived, where the gateway would say `InvalidAction.NotFound`
 * - `rateLimit`: how many calls each key may make in a stretch of time; one too many is answered with `Throttling.User` and
 *   the header `x-acs-retry-after`
 * - `metadata`: `roleName` is the RAM role of the machine, `EmulatorRole` unless told, `null` for none; `tokens: "optional"`
 *   lets requests without a token in, `"required"` (unless told) does not
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly keys?: ReadonlyArray<Key> | undefined
  readonly transition?: Duration.DurationInput | undefined
  readonly echo?: boolean | undefined
  readonly rateLimit?: { readonly calls: number; readonly per: Duration.DurationInput } | undefined
  readonly metadata?:
    { readonly roleName?: string | null | undefined; readonly tokens?: "required" | "optional" | undefined } | undefined
}

/**
 * The one way through an emulator, which all its doors take. It never fails: a defect of a service is an answer of status 500
 * and code `InternalError`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Gateway {
  readonly handle: (raw: RawRequest.RawRequest) => Effect.Effect<RawResponse>
}

/**
 * A fault that is switched on. `left`: how many calls it will still hit, `undefined` for all.
 *
 * @since 0.1.0
 * @category models
 */
export interface ActiveFault {
  readonly id: string
  readonly fault: Fault.Fault
  readonly target: Fault.Target
  readonly left: number | undefined
}

/**
 * - `calls`: what has arrived, in the order in which it was answered; the last 10,000
 * - `changes`: what arrives from now on, in that order
 * - `mismatches`: the last 100 signatures that were refused, and why
 * - `instances`: those of Ecs, as DescribeInstances shows them
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly gateway: Gateway
  readonly calls: Effect.Effect<ReadonlyArray<Call.Call>>
  readonly changes: Stream.Stream<Call.Call>
  readonly mismatches: Effect.Effect<ReadonlyArray<Mismatch>>
  readonly instances: Effect.Effect<ReadonlyArray<{ readonly InstanceId: string; readonly Status: string }>>
  readonly handle: (product: string, target: Route.Target, handler: Route.Handler) => Effect.Effect<void>
  readonly fault: (fault: Fault.Fault, target?: Fault.Target) => Effect.Effect<string>
  readonly faults: Effect.Effect<ReadonlyArray<ActiveFault>>
  readonly clearFaults: (id?: string) => Effect.Effect<void>
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
 *   const { gateway } = yield* Emulator.make()
 *   const response = yield* gateway.handle({ method: "GET", target: "/", headers: [], body: new Uint8Array(0) })
 *   console.log(response.status) // 400
 * })
 *
 * Effect.runFork(program)
 */
export const make = (options: Options = {}): Effect.Effect<Service> =>
  Effect.map(World.make(emulator.settings(options), Store.noJournal, World.services), emulator.make)

/**
 * The emulator without a door, for what calls its gateway itself.
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
      Context.make(Emulator, service).pipe(Context.add(HttpClient.HttpClient, memory.client(service.gateway.handle)))
    )
    // what the calls of one emulator have used up or found out is no other's concern
  ).pipe(Layer.merge(Layer.mergeAll(RetryBudget.layer, ClockSkew.layer, LocationService.layerCache)))

/**
 * What has arrived so far, in the order in which it was answered; the last 10,000.
 *
 * @since 0.1.0
 * @category getters
 */
export const calls: Effect.Effect<ReadonlyArray<Call.Call>, never, Emulator> = Effect.flatMap(
  Emulator,
  (service) => service.calls
)

/**
 * The last 100 signatures that were refused, and what was wrong with them.
 *
 * @since 0.1.0
 * @category getters
 */
export const mismatches: Effect.Effect<ReadonlyArray<Mismatch>, never, Emulator> = Effect.flatMap(
  Emulator,
  (service) => service.mismatches
)

/**
 * More calls of a kind than one, or none. The message lists what has arrived.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnexpectedCalls extends Data.TaggedError("UnexpectedCalls")<{
  readonly message: string
  readonly calls: ReadonlyArray<Call.Call>
}> {}

/**
 * The one call of a kind; fails with `UnexpectedCalls` when there were more, or none.
 *
 * @since 0.1.0
 * @category assertions
 * @example
 * import * as Emulator from "@effect-aliyun/emulator/Emulator"
 *
 * export const stopped = Emulator.expectOnce({ product: "Ecs", action: "StopInstance", status: 200 })
 */
export const expectOnce = (filter: Call.Filter): Effect.Effect<Call.Call, UnexpectedCalls, Emulator> =>
  Effect.flatMap(calls, (all) => {
    const [first, ...more] = all.filter(Call.matches(filter))
    if (first !== undefined && more.length === 0) return Effect.succeed(first)
    const arrived = all.map(
      ({ code, product, action, path, status }) =>
        `  ${product ?? "?"} ${action ?? path} -> ${status}${code === undefined ? "" : ` ${code}`}`
    )
    return new UnexpectedCalls({
      calls: all,
      message: [
        `expected one call with ${JSON.stringify(filter)}, found ${first === undefined ? 0 : 1 + more.length} of ${all.length}:`,
        ...arrived
      ].join("\n")
    })
  })

/**
 * Registers an operation, in place of one that the emulator brings along or of one registered before.
 *
 * `product` is compared with that of the version, where the emulator knows it; else the first label of a host below
 * `aliyuncs.com` only prefers the product it is named after. See `Route` for what a handler gets and gives.
 *
 * @since 0.1.0
 * @category registration
 * @example
 * import * as Emulator from "@effect-aliyun/emulator/Emulator"
 * import * as Route from "@effect-aliyun/emulator/Route"
 *
 * export const keys = Emulator.handle("Kms", "ListKeys", ({ parameters }) =>
 *   Route.success({ PageNumber: Number(parameters["PageNumber"] ?? "1"), Keys: { Key: [{ KeyId: "key-1" }] } })
 * )
 */
export const handle = (
  product: string,
  target: Route.Target,
  handler: Route.Handler
): Effect.Effect<void, never, Emulator> =>
  Effect.flatMap(Emulator, (service) => service.handle(product, target, handler))

/**
 * Switches a fault on; yields its id. The first that hits a call is the one that counts, in the order in which they were
 * switched on. See `Fault`.
 *
 * @since 0.1.0
 * @category faults
 * @example
 * import * as Emulator from "@effect-aliyun/emulator/Emulator"
 * import * as Fault from "@effect-aliyun/emulator/Fault"
 *
 * export const busy = Emulator.fault(Fault.throttle({ retryAfter: "2 seconds" }), { action: "RunInstances", times: 1 })
 */
export const fault = (fault: Fault.Fault, target: Fault.Target = {}): Effect.Effect<string, never, Emulator> =>
  Effect.flatMap(Emulator, (service) => service.fault(fault, target))

/**
 * Switches a fault off, by the id that {@link fault} gave; or all.
 *
 * @since 0.1.0
 * @category faults
 */
export const clearFaults = (id?: string): Effect.Effect<void, never, Emulator> =>
  Effect.flatMap(Emulator, (service) => service.clearFaults(id))
