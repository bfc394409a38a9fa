/** A limit of time that costs next to nothing where no time passes. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"

/**
 * `Effect.timeoutFail`, with two differences: it also holds in a finalizer, where nothing can be interrupted and a call would
 * wait for ever without; and its timer is only started when something has to be waited for.
 *
 * @internal
 */
export const within = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  millis: number,
  onTimeout: () => E
): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.runtime<R>(), (runtime) => {
      const fork = Runtime.runFork(runtime)
      // runs here and now, up to what it has to wait for
      // by its exit: what a fiber fails with is logged, and here it may hold what is not cleaned yet
      const fiber = fork(Effect.exit(Effect.interruptible(self)))
      const exit = fiber.unsafePoll()
      if (exit !== null) return Effect.zipLeft(Exit.flatten(exit), fiber.inheritAll)
      const timer = fork(Effect.interruptible(Effect.sleep(millis)))
      return restore(waitFor(fiber, timer, onTimeout)).pipe(
        Effect.onInterrupt(() => Fiber.interruptAll([fiber, timer])),
        Effect.zipLeft(fiber.inheritAll)
      )
    })
  )

const waitFor = <A, E>(
  fiber: Fiber.RuntimeFiber<Exit.Exit<A, E>>,
  timer: Fiber.RuntimeFiber<void>,
  onTimeout: () => E
): Effect.Effect<A, E> =>
  Effect.async((resume) => {
    let isLate = false
    timer.addObserver((exit) => {
      if (Exit.isFailure(exit)) return
      isLate = true
      fiber.unsafeInterruptAsFork(timer.id())
    })
    fiber.addObserver((exit) => {
      timer.unsafeInterruptAsFork(fiber.id())
      resume(isLate ? Effect.fail(onTimeout()) : Exit.flatten(exit))
    })
  })
