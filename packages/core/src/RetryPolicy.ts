/**
 * When to try again. A policy is a bare `Schedule` whose input is the failure: every combinator of `effect/Schedule`
 * composes with it, and nothing of it runs before the first failure.
 *
 * The Schedule decides. Only one thing overrules it: a write that may have been executed, and that carries no ClientToken,
 * is not sent again.
 *
 * An argument that makes no sense (an attempt and a half, a wait of less than nothing) throws nothing where it is given: the
 * policy made with it dies with an `IllegalArgumentException` where it is provided ({@link layer}, {@link withPolicy}), before
 * the first call, or at its first step where a combinator of `Schedule` itself has been put around it.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as AcsError from "./AcsError.js"
import { millisOf, zeroOrMillisOf } from "./internal/millis.js"
import * as internal from "./internal/policy.js"
import * as seedRetry from "./internal/seedRetry.js"
import * as standardPolicy from "./internal/standardPolicy.js"

/**
 * @since 0.1.0
 * @category models
 */
export type Policy = Schedule.Schedule<unknown, AcsError.AcsError>

/**
 * - `maxAttempts`: the first included; 3. An attempt that finds the same ClientToken still being worked on (category
 *   `InProgress`) does not count
 * - `base`: the longest wait before the second attempt after a transient failure; 50 ms
 * - `throttledBase`: the same when the service throttles, is busy or still at work; 1 s
 * - `cap`: what the doubled waits never pass; 20 s
 *
 * @since 0.1.0
 * @category models
 */
export interface StandardOptions {
  readonly maxAttempts?: number | undefined
  readonly base?: Duration.DurationInput | undefined
  readonly throttledBase?: Duration.DurationInput | undefined
  readonly cap?: Duration.DurationInput | undefined
}

/**
 * No second attempt.
 *
 * @since 0.1.0
 * @category policies
 */
export const none: Policy = Schedule.stop

/**
 * {@link standard} with other figures.
 *
 * @since 0.1.0
 * @category policies
 * @example
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 *
 * export const Persistent = RetryPolicy.layer(RetryPolicy.standardWith({ maxAttempts: 6, cap: "5 seconds" }))
 */
export const standardWith = (options: StandardOptions): Policy =>
  internal.unless(standardPolicy.illegalOption(options), () =>
    internal.honourRetryAfter(
      internal.make(standardPolicy.notBegun, standardPolicy.decide(standardPolicy.settingsOf(options)))
    )
  )

/**
 * The default: three attempts, for failures that may be gone a moment later (`AcsError.isRetryable`). Before each repetition
 * a random part, from nothing to all, of a wait that doubles: from 50 ms, or from 1 s when the service throttles or is busy,
 * up to 20 s; longer where the service asks for it, see {@link honourRetryAfter}.
 *
 * Where the service says that the same ClientToken is still being worked on, it asks again, from 1 s to 20 s apart, for as
 * long as the deadline of the call lets it. An answer of status 2xx that cannot be read is asked for once more and no oftener.
 *
 * @since 0.1.0
 * @category policies
 */
export const standard: Policy = /* @__PURE__ */ standardWith({})

/**
 * The same wait each time, zero allowed, for ever and for any failure: bound it with {@link maxAttempts} and
 * {@link whileRetryable}.
 *
 * @since 0.1.0
 * @category policies
 * @example
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 *
 * export const steady = RetryPolicy.fixed("1 second").pipe(RetryPolicy.whileRetryable, RetryPolicy.maxAttempts(10))
 */
export const fixed = (delay: Duration.DurationInput): Policy => {
  const longest = zeroOrMillisOf(delay)
  return internal.unless(
    Number.isFinite(longest)
      ? undefined
      : internal.illegal("fixed: delay", "be zero or a time that ends, for instance '1 second'", delay),
    () => internal.make(undefined, (_, state) => ({ longest: longest ?? 0, least: 1, state }))
  )
}

/**
 * Waits that double from `base` up to `cap` (20 s unless told), for ever and for any failure: bound it with
 * {@link maxAttempts} and {@link whileRetryable}.
 *
 * @since 0.1.0
 * @category policies
 * @example
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 *
 * export const patient = RetryPolicy.exponential("200 millis").pipe(
 *   RetryPolicy.jittered,
 *   RetryPolicy.honourRetryAfter,
 *   RetryPolicy.whileRetryable,
 *   RetryPolicy.maxAttempts(5)
 * )
 */
export const exponential = (base: Duration.DurationInput, cap: Duration.DurationInput = "20 seconds"): Policy => {
  const { base: baseRule, cap: capRule } = standardPolicy.rules
  const defect = !baseRule[0](base)
    ? internal.illegal("exponential: base", baseRule[1], base)
    : !capRule[0](cap)
      ? internal.illegal("exponential: cap", capRule[1], cap)
      : undefined
  const [first, most] = [millisOf(base) ?? 0, millisOf(cap) ?? 0]
  return internal.unless(defect, () =>
    internal.make(0, (_, repetition) => ({
      longest: Math.min(first * 2 ** repetition, most),
      least: 1,
      state: repetition + 1
    }))
  )
}

/**
 * For failures of category `Conflict` alone, which {@link standard} leaves to the caller: another operation holds the
 * resource, or it is not in the state that this one needs. Waits from half of 1 s to 10 s, for up to five minutes after the
 * first conflict; the limit of the whole call is to be as long.
 *
 * United with another policy, each looks after its own failures and counts those alone.
 *
 * @since 0.1.0
 * @category policies
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 * import * as Timeouts from "@effect-aliyun/core/Timeouts"
 * import * as Schedule from "effect/Schedule"
 *
 * // a disk that is being attached is waited for; a 503 in between is repeated as ever
 * export const detached = AcsClient.rpc({
 *   product: "Ecs",
 *   version: "2014-05-26",
 *   action: "DetachDisk",
 *   query: { InstanceId: "i-1", DiskId: "d-1" }
 * }).pipe(
 *   RetryPolicy.withPolicy(Schedule.union(RetryPolicy.standard, RetryPolicy.conflict)),
 *   Timeouts.withTimeouts({ total: "6 minutes" })
 * )
 */
export const conflict: Policy = /* @__PURE__ */ internal.honourRetryAfter(
  /* @__PURE__ */ internal.make(undefined, standardPolicy.decideConflict)
)

/**
 * {@link seed} with another number of repetitions, which is one less than that of attempts.
 *
 * @since 0.1.0
 * @category policies
 * @example
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 *
 * export const Familiar = RetryPolicy.layer(RetryPolicy.seedWith(5))
 */
export const seedWith = (maxRetries: number): Policy =>
  internal.unless(
    standardPolicy.isCount(maxRetries)
      ? undefined
      : internal.illegal(
          "seedWith: maxRetries",
          "be a whole number from 1; `none` makes no second attempt",
          maxRetries
        ),
    () => internal.make(0, seedRetry.decide(maxRetries))
  )

/**
 * The default policy of the Python SDK: up to three repetitions, of 93 actions of Ecs 2014-05-26 and nothing else, after a
 * failed connection, a status of 500, 502, 503 or 504, or the codes `InternalError`, `UnknownError`, `ServiceUnavailable` and
 * `Throttling`. It waits 100 ms, 200 ms and so on up to 20 s; for `Throttling`, and for the 14 actions among them that take a
 * ClientToken, between half and all of 500 ms, 1 s and so on. It knows no hints.
 *
 * @since 0.1.0
 * @category policies
 */
export const seed: Policy = /* @__PURE__ */ seedWith(3)

/**
 * At most `attempts` in all, the first included: a whole number from 1.
 *
 * @since 0.1.0
 * @category combinators
 */
export const maxAttempts: {
  (attempts: number): (self: Policy) => Policy
  (self: Policy, attempts: number): Policy
} = dual(2, (self: Policy, attempts: number): Policy => {
  const [isCount, must] = standardPolicy.rules.maxAttempts
  const defect = isCount(attempts) ? undefined : internal.illegal("maxAttempts: attempts", must, attempts)
  return internal.onto(self, defect, () => Schedule.intersect(self, Schedule.recurs(attempts - 1)))
})

/**
 * Goes on only for failures that may be gone a moment later, see `AcsError.isRetryable`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const whileRetryable = (self: Policy): Policy =>
  internal.onto(self, undefined, () => Schedule.whileInput(self, AcsError.isRetryable))

/**
 * Each wait becomes a random part of itself, from `min` (0 unless told) up to all of it.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 *
 * // anything up to a second; between half a second and a second
 * export const anything = RetryPolicy.fixed("1 second").pipe(RetryPolicy.jittered)
 * export const more = RetryPolicy.fixed("1 second").pipe(RetryPolicy.jittered({ min: 0.5 }))
 */
export const jittered: {
  (options?: { readonly min?: number | undefined }): (self: Policy) => Policy
  (self: Policy, options?: { readonly min?: number | undefined }): Policy
} = dual(
  (args) => Schedule.isSchedule(args[0]),
  (self: Policy, { min = 0 }: { readonly min?: number | undefined } = {}): Policy =>
    internal.onto(
      self,
      min >= 0 && min <= 1 ? undefined : internal.illegal("jittered: min", "be a number from 0 to 1", min),
      () => Schedule.jitteredWith(self, { min, max: 1 })
    )
)

/**
 * A wait that the service asks for (`x-acs-retry-after`, `Retry-After`) is obeyed, not trusted: from a wait `t` of the policy
 * and a hint it makes `max(t, min(hint, t + 5 s))`. Put it on last, so that no jitter shortens what was asked for.
 *
 * @since 0.1.0
 * @category combinators
 */
export const honourRetryAfter = (self: Policy): Policy =>
  internal.onto(self, undefined, () => internal.honourRetryAfter(self))

/**
 * @since 0.1.0
 * @category references
 */
export class RetryPolicy extends Context.Reference<RetryPolicy>()("@effect-aliyun/core/RetryPolicy", {
  defaultValue: (): Policy => standard
}) {}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (policy: Policy): Layer.Layer<RetryPolicy> => Layer.effect(RetryPolicy, internal.checked(policy))

const variables = {
  maxAttempts: "ALIBABA_CLOUD_RETRY_MAX_ATTEMPTS",
  base: "ALIBABA_CLOUD_RETRY_BASE",
  throttledBase: "ALIBABA_CLOUD_RETRY_THROTTLED_BASE",
  cap: "ALIBABA_CLOUD_RETRY_CAP"
} as const

/**
 * {@link standardWith} from configuration. Unless other `Config`s are given it reads `ALIBABA_CLOUD_RETRY_MAX_ATTEMPTS` (`5`),
 * `ALIBABA_CLOUD_RETRY_BASE`, `ALIBABA_CLOUD_RETRY_THROTTLED_BASE` and `ALIBABA_CLOUD_RETRY_CAP` (`2 seconds`); what is not
 * set is as in {@link standard}. What makes no sense is a `ConfigError` when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 * import * as Config from "effect/Config"
 *
 * export const FromEnvironment = RetryPolicy.layerConfig()
 * export const FromConfig = RetryPolicy.layerConfig({ maxAttempts: Config.integer("MY_ATTEMPTS") })
 */
export const layerConfig = (
  config?: Config.Config.Wrap<StandardOptions>
): Layer.Layer<RetryPolicy, ConfigError.ConfigError> =>
  Layer.effect(
    RetryPolicy,
    Effect.flatMap(Config.unwrap(config ?? fromEnvironment()), (options: StandardOptions) => {
      const name = standardPolicy.wrongOption(options)
      return name === undefined
        ? Effect.succeed(standardWith(options))
        : Effect.fail(
            ConfigError.InvalidData(
              [config === undefined ? variables[name] : name],
              `must ${standardPolicy.rules[name][1]}`
            )
          )
    })
  )

const fromEnvironment = (): Config.Config<StandardOptions> => {
  const optional = <A>(self: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(self, undefined)
  return Config.all({
    maxAttempts: optional(Config.integer(variables.maxAttempts)),
    base: optional(Config.duration(variables.base)),
    throttledBase: optional(Config.duration(variables.throttledBase)),
    cap: optional(Config.duration(variables.cap))
  })
}

/**
 * Another policy for the calls of an effect.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
 * import * as Schedule from "effect/Schedule"
 *
 * export const regions = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
 *   RetryPolicy.withPolicy(RetryPolicy.standard.pipe(Schedule.intersect(Schedule.recurUpTo("20 seconds"))))
 * )
 */
export const withPolicy: {
  (policy: Policy): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, policy: Policy): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, policy: Policy): Effect.Effect<A, E, R> =>
  Effect.flatMap(internal.checked(policy), (sound) => Effect.provideService(self, RetryPolicy, sound))
)
