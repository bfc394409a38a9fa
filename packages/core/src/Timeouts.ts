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
import type * as AcsError from "./AcsError.js"
import { over } from "./internal/over.js"

/**
 * How long an operation is known to take; `undefined` where nothing is known. `TimeoutTable` has one.
 *
 * @since 0.1.0
 * @category models
 */
export type Table = (operation: AcsError.RequestInfo) => Duration.Duration | undefined

/**
 * - `attempt`: credentials, signing, sending and reading the answer, once. Longer than zero; unless told, what `table` says of
 *   the operation, and 10 s at least. For `AcsClient.stream` also the longest wait for the next chunk
 * - `total`: all attempts and the waits between them; unless told, the longer of 60 s and twice `attempt`. Zero is a deadline
 *   that has passed. For `AcsClient.stream` it ends when the headers have arrived
 * - `table`: asked where nobody says how long an attempt may take; none unless told
 *
 * @since 0.1.0
 * @category models
 */
export interface Values {
  readonly attempt?: Duration.DurationInput | undefined
  readonly total?: Duration.DurationInput | undefined
  readonly table?: Table | undefined
}

const usual = 10_000

/**
 * @since 0.1.0
 * @category references
 */
export class Timeouts extends Context.Reference<Timeouts>()("@effect-aliyun/core/Timeouts", {
  defaultValue: (): Values => ({})
}) {}

/**
 * Changes what is given, and leaves the rest as it was.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Timeouts from "@effect-aliyun/core/Timeouts"
 *
 * export const Patient = Timeouts.layer({ attempt: "90 seconds", total: "3 minutes" })
 */
export const layer = (timeouts: Values): Layer.Layer<Timeouts> =>
  Layer.effect(
    Timeouts,
    Effect.map(Timeouts, (current) => over(current, timeouts))
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
  (timeouts: Values): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, timeouts: Values): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, timeouts: Values): Effect.Effect<A, E, R> =>
  Effect.flatMap(Timeouts, (current) => Effect.provideService(self, Timeouts, over(current, timeouts)))
)

/**
 * Both limits in milliseconds, for an operation or any.
 *
 * @since 0.1.0
 * @category getters
 * @example
 * import * as Timeouts from "@effect-aliyun/core/Timeouts"
 *
 * console.log(Timeouts.toMillis({ attempt: "45 seconds" })) // { attempt: 45000, total: 90000 }
 */
export const toMillis = (
  { attempt: told, table, total }: Values,
  operation?: AcsError.RequestInfo
): { readonly attempt: number; readonly total: number } => {
  const known = told === undefined && operation !== undefined ? table?.(operation) : undefined
  const attempt =
    told === undefined ? Math.max(usual, known === undefined ? 0 : Duration.toMillis(known)) : Duration.toMillis(told)
  return {
    attempt,
    total: total === undefined ? Math.max(60_000, 2 * attempt) : Duration.toMillis(total)
  }
}
