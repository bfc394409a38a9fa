/** What goes on when nobody waits for it any more. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"

/**
 * @internal runs to its end, whoever is interrupted: a client that goes away does not stop what it has set going. It runs in the
 * step in which it is asked to, as far as it has nothing to wait for.
 */
export const detached = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.runtime<R>(), (runtime) => {
    const fiber = Runtime.runFork(runtime)(self)
    return fiber.unsafePoll() ?? Fiber.join(fiber)
  })
