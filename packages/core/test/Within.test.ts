import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as TestClock from "effect/TestClock"
import { within } from "../src/internal/within.js"

const limited = <A, E, R>(self: Effect.Effect<A, E | "late", R>) => within(self, 1000, () => "late" as const)

describe("within", () => {
  it.effect("starts no timer for what has nothing to wait for", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* limited(Effect.succeed(1)), 1)
      assert.strictEqual(yield* Effect.flip(limited(Effect.fail("no"))), "no")
      assert.deepStrictEqual(yield* Effect.exit(limited(Effect.die("broken"))), Exit.die("broken"))
      assert.strictEqual(Chunk.size(yield* TestClock.sleeps()), 0)
    })
  )

  it.effect("lets what is quick enough through", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(limited(Effect.as(Effect.sleep(999), 1)))
      yield* TestClock.adjust(999)
      assert.strictEqual(yield* Fiber.join(fiber), 1)
    })
  )

  it.effect("fails when the time is up, after the finalizers have run", () =>
    Effect.gen(function* () {
      let released = false
      const release = Effect.zipRight(
        Effect.sleep(5),
        Effect.sync(() => (released = true))
      )
      const fiber = yield* Effect.fork(Effect.flip(limited(Effect.ensuring(Effect.never, release))))
      yield* TestClock.adjust(1000)
      assert.isNull(fiber.unsafePoll())
      yield* TestClock.adjust(5)
      assert.strictEqual(yield* Fiber.join(fiber), "late")
      assert.isTrue(released)
    })
  )

  it.effect("holds in a finalizer", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.uninterruptible(Effect.flip(limited(Effect.never))))
      yield* TestClock.adjust(1000)
      assert.strictEqual(yield* Fiber.join(fiber), "late")
    })
  )

  it.effect("is interrupted together with what it holds, and waits for that", () =>
    Effect.gen(function* () {
      let stopped = 0
      const self = Effect.onInterrupt(Effect.never, () => Effect.sync(() => stopped++))
      const fiber = yield* Effect.fork(limited(self))
      yield* Effect.yieldNow()
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      assert.strictEqual(stopped, 1)
    })
  )

  it.effect("leaves nothing behind when it is interrupted by what it holds", () =>
    Effect.gen(function* () {
      let stopped = 0
      const fiber = yield* Effect.withFiberRuntime<number, "late">((parent) =>
        limited(
          Effect.zipRight(
            Effect.sync(() => parent.unsafeInterruptAsFork(parent.id())),
            Effect.onInterrupt(Effect.never, () => Effect.sync(() => stopped++))
          )
        )
      ).pipe(Effect.fork)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
      assert.strictEqual(stopped, 1)
    })
  )

  it.effect("logs nothing of what fails in it, at any level", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const logger = Logger.make((options) => void logged.push(Logger.stringLogger.log(options)))
      const failing = Effect.all(
        [
          limited(Effect.fail("CANARY")),
          limited(Effect.die("CANARY")),
          limited(Effect.zipRight(Effect.yieldNow(), Effect.fail("CANARY")))
        ],
        { mode: "either", concurrency: "unbounded" }
      ).pipe(Effect.exit)
      yield* failing.pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.All)
      )
      assert.deepStrictEqual(
        logged.filter((line) => line.includes("CANARY")),
        []
      )
    })
  )

  it.effect("is no wall for fiber references", () =>
    Effect.gen(function* () {
      const ref = FiberRef.unsafeMake(0)
      yield* limited(FiberRef.set(ref, 1))
      assert.strictEqual(yield* FiberRef.get(ref), 1)
      const fiber = yield* Effect.fork(
        Effect.zipRight(limited(Effect.zipRight(Effect.sleep(1), FiberRef.set(ref, 2))), FiberRef.get(ref))
      )
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(fiber), 2)
    })
  )
})
