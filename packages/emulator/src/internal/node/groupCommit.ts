/** Lines that come while a write is under way go out together in the next: one wait for the disk serves them all. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import type * as Scope from "effect/Scope"

/** @internal where lines end up; ends when they are safe there */
export type Write<E> = (lines: string) => Effect.Effect<void, E>

/** @internal adds a line when it is called; its effect waits for that line, or (without one) for all that came before */
export type Append = (line: string | undefined) => Effect.Effect<void>

interface Batch {
  readonly lines: Array<string>
  readonly done: Deferred.Deferred<void>
}

/**
 * @internal what cannot be written kills those who wait for it, and everything after it: a line that is torn may stand before
 * what would be written then. When the scope closes, what has been added is written still.
 */
export const make = <E>(write: Write<E>, closed: E): Effect.Effect<Append, never, Scope.Scope> =>
  Effect.gen(function* () {
    let writing = empty()
    let next = empty()
    let broken: Exit.Exit<never> | undefined
    let isClosed = false
    Deferred.unsafeDone(writing.done, Effect.void)
    const work = Effect.unsafeMakeLatch()

    const flush = Effect.suspend(() => {
      work.unsafeClose()
      writing = next
      next = empty()
      const { done, lines } = writing
      return Effect.exit(broken ?? Effect.orDie(Effect.suspend(() => write(lines.join(""))))).pipe(
        Effect.map((exit) => {
          if (Exit.isFailure(exit)) broken ??= Exit.failCause(exit.cause)
          Deferred.unsafeDone(done, exit)
        })
      )
    })
    yield* work.await.pipe(Effect.zipRight(Effect.uninterruptible(flush)), Effect.forever, Effect.forkScoped)

    const append: Append = (line) => {
      if (isClosed) return Effect.die(closed)
      if (line === undefined) return broken ?? Deferred.await((next.lines.length === 0 ? writing : next).done)
      next.lines.push(line)
      work.unsafeOpen()
      return Deferred.await(next.done)
    }
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        const last = append(undefined)
        isClosed = true
        return Effect.exit(last)
      })
    )
    return append
  })

const empty = (): Batch => ({ lines: [], done: Deferred.unsafeMake(FiberId.none) })
