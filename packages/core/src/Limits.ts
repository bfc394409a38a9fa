/**
 * How much of an answer is read, and how large a request may grow, before a call gives up with a typed error.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"

/**
 * - `responseBytes`: body of an answer; 16 MiB
 * - `requestBytes`: a `Stream` body that has to be collected to be hashed; 64 MiB
 * - `depth`: nesting of parameters and of a JSON answer; 128 levels
 * - `parameters`: wire parameters of one request; 100,000
 *
 * @since 0.1.0
 * @category models
 */
export interface Values {
  readonly responseBytes: number
  readonly requestBytes: number
  readonly depth: number
  readonly parameters: number
}

const defaults: Values = {
  responseBytes: 16 * 1024 * 1024,
  requestBytes: 64 * 1024 * 1024,
  depth: 128,
  parameters: 100_000
}

/**
 * @since 0.1.0
 * @category references
 */
export class Limits extends Context.Reference<Limits>()("@effect-aliyun/core/Limits", {
  defaultValue: (): Values => defaults
}) {}

/**
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Limits from "@effect-aliyun/core/Limits"
 *
 * export const SmallAnswers = Limits.layer({ responseBytes: 64 * 1024 })
 */
export const layer = (limits: Partial<Values>): Layer.Layer<Limits> =>
  Layer.effect(
    Limits,
    Effect.map(Limits, (current) => ({ ...current, ...limits }))
  )

/**
 * @since 0.1.0
 * @category combinators
 */
export const withLimits: {
  (limits: Partial<Values>): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, limits: Partial<Values>): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, limits: Partial<Values>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Limits, (current) => Effect.provideService(self, Limits, { ...current, ...limits }))
)
