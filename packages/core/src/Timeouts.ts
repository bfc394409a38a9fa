/**
 * How long one attempt and one whole call may take.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"

/**
 * - `attempt`: credentials, signing, sending and reading the answer, once; 10 s. For `AcsClient.stream` also the longest
 *   wait for the next chunk
 * - `total`: all attempts and the waits between them; unless told, the longer of 60 s and twice `attempt`. For
 *   `AcsClient.stream` it ends when the headers have arrived
 *
 * @since 0.1.0
 * @category models
 */
export interface Values {
  readonly attempt: Duration.DurationInput
  readonly total?: Duration.DurationInput | undefined
}

/**
 * @since 0.1.0
 * @category references
 */
export class Timeouts extends Context.Reference<Timeouts>()("@effect-aliyun/core/Timeouts", {
  defaultValue: (): Values => ({ attempt: "10 seconds" })
}) {}

/**
 * Changes the limits that are given, and leaves the other as it was.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Timeouts from "@effect-aliyun/core/Timeouts"
 *
 * export const Patient = Timeouts.layer({ attempt: "90 seconds", total: "3 minutes" })
 */
export const layer = (timeouts: Partial<Values>): Layer.Layer<Timeouts> =>
  Layer.effect(
    Timeouts,
    Effect.map(Timeouts, (current) => ({ ...current, ...timeouts }))
  )

/**
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Timeouts from "@effect-aliyun/core/Timeouts"
 *
 * export const slow = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeZones" }).pipe(
 *   Timeouts.withTimeouts({ attempt: "2 minutes" })
 * )
 */
export const withTimeouts: {
  (timeouts: Partial<Values>): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, timeouts: Partial<Values>): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, timeouts: Partial<Values>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Timeouts, (current) => Effect.provideService(self, Timeouts, { ...current, ...timeouts }))
)

/**
 * Both limits in milliseconds, `total` filled in.
 *
 * @since 0.1.0
 * @category getters
 */
export const toMillis = (timeouts: Values): { readonly attempt: number; readonly total: number } => {
  const attempt = Duration.toMillis(timeouts.attempt)
  return {
    attempt,
    total: timeouts.total === undefined ? Math.max(60_000, 2 * attempt) : Duration.toMillis(timeouts.total)
  }
}
