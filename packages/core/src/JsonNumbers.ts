/**
 * What becomes of a number in an answer that a double cannot hold: ids of many products are integers beyond 2^53.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"

/**
 * - `warn`: it is rounded, as `JSON.parse` does it, and a warning is logged that says where the first of them is
 * - `round`: it is rounded
 * - `exact`: it is the text that the service wrote, for `BigInt`, `Schema.BigInt` or `Schema.BigDecimal` to read. Numbers that
 *   a double holds stay numbers
 *
 * @since 0.1.0
 * @category models
 */
export type Mode = "warn" | "round" | "exact"

/**
 * `warn`, unless a layer says otherwise.
 *
 * @since 0.1.0
 * @category references
 */
export class JsonNumbers extends Context.Reference<JsonNumbers>()("@effect-aliyun/core/JsonNumbers", {
  defaultValue: (): Mode => "warn"
}) {}

/**
 * @since 0.1.0
 * @category layers
 * @example
 * import * as JsonNumbers from "@effect-aliyun/core/JsonNumbers"
 *
 * export const ExactNumbers = JsonNumbers.layer("exact")
 */
export const layer = (mode: Mode): Layer.Layer<JsonNumbers> => Layer.succeed(JsonNumbers, mode)

/**
 * The same for the calls of one effect.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withJsonNumbers: {
  (mode: Mode): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, mode: Mode): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, mode: Mode): Effect.Effect<A, E, R> =>
  Effect.provideService(self, JsonNumbers, mode)
)
