/** A `Random` that always draws the same. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

export const always =
  (value: number) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withRandom(self, Random.fixed([value]))
