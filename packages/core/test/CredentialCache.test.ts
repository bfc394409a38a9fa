/** What is held, when it is refreshed, and who waits. Titles name the rows of the chaos matrix. */
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"

const second = 1000
const minute = 60 * second

/** a triple whose parts all tell which one it is */
const triple = (number: number, expiration: number | undefined): Credential.Sts =>
  Credential.sts({ accessKeyId: `id${number}`, accessKeySecret: `s${number}`, securityToken: `t${number}`, expiration })

const numberOf = (credential: Credential.Credential): number =>
  credential._tag === "Sts" ? Number(credential.accessKeyId.slice(2)) : Number.NaN

type Answer = Effect.Effect<Credential.Credential, Credentials.NotConfigured | Credentials.Failed>

/** a source that gives a new triple each time, or whatever else it is told to; `count` is how often it was asked */
const source = (lifetime: number, options: Partial<Credentials.Provider> = {}) => {
  const state = { count: 0, answer: undefined as Answer | undefined }
  const provider: Credentials.Provider = {
    name: "source",
    ...options,
    resolve: Effect.flatMap(Effect.clock, (clock) => {
      state.count++
      return state.answer ?? Effect.succeed(triple(state.count, clock.unsafeCurrentTimeMillis() + lifetime))
    })
  }
  return { state, provider }
}

const broken: Answer = Effect.suspend(() => new Credentials.Failed({ why: "down" }))
const hanging: Answer = Effect.never

/** draws the middle of every range */
const withMiddle = Effect.withRandom({ ...Random.make("seed"), next: Effect.succeed(0.5) } as Random.Random)

const why = (error: AcsError.ClientException) =>
  error.reason._tag === "CredentialsUnavailable" ? error.reason.tried.map((entry) => entry.why) : [error.message]

/** what is logged meanwhile */
const logged = <A, E, R>(self: (lines: Array<string>) => Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel.label} ${String(message)}`))
  return Effect.provide(self(lines), Logger.replace(Logger.defaultLogger, logger))
}

describe("the first calls", () => {
  it.scoped("C01: a thousand at a time make one refresh, and none fails", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const gate = yield* Deferred.make<void>()
      state.answer = Effect.as(Deferred.await(gate), triple(7, 60 * minute))
      const { get } = yield* Credentials.make(provider)
      const fiber = yield* Effect.fork(Effect.all(Effect.replicate(get, 1000), { concurrency: "unbounded" }))
      yield* TestClock.adjust(second)
      yield* Deferred.succeed(gate, undefined)
      const found = yield* Fiber.join(fiber)
      assert.deepStrictEqual([...new Set(found.map(numberOf))], [7])
      assert.strictEqual(state.count, 1)
    })
  )

  it.scoped("C03: who began the refresh is interrupted, and the others get what it brings", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      state.answer = Effect.as(Effect.sleep(second), triple(7, 60 * minute))
      const { get } = yield* Credentials.make(provider)
      const leader = yield* Effect.fork(get)
      yield* Effect.yieldNow()
      const followers = yield* Effect.fork(Effect.all(Effect.replicate(get, 999), { concurrency: "unbounded" }))
      yield* Effect.yieldNow()
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(leader)))
      yield* TestClock.adjust(second)
      assert.strictEqual((yield* Fiber.join(followers)).length, 999)
      assert.strictEqual(state.count, 1)
    })
  )

  it.scoped("C10: a failure is not kept, but nobody asks again within a second", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      state.answer = broken
      const { get } = yield* Credentials.make(provider)
      for (let i = 0; i < 50; i++) assert.deepStrictEqual(why(yield* Effect.flip(get)), ["down"])
      assert.strictEqual(state.count, 1)
      state.answer = undefined
      yield* TestClock.adjust(999)
      assert.strictEqual((yield* Effect.exit(get))._tag, "Failure")
      yield* TestClock.adjust(1001)
      assert.strictEqual(numberOf(yield* get), 2)
    })
  )

  it.scoped("a source that hangs is given up after a minute, and asked again", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      state.answer = hanging
      const { get } = yield* Credentials.make(provider)
      const fiber = yield* Effect.fork(Effect.flip(get))
      yield* TestClock.adjust(minute)
      assert.deepStrictEqual(why(yield* Fiber.join(fiber)), ["the providers took too long"])
      state.answer = undefined
      yield* TestClock.adjust(2 * second)
      assert.strictEqual(numberOf(yield* get), 2)
    })
  )

  it.scoped("a source that dies is a failure that says so, and shows nothing of it", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      state.answer = Effect.die(new Error("CANARY"))
      const { get } = yield* Credentials.make(provider)
      const error = yield* Effect.flip(get)
      assert.deepStrictEqual(why(error), ["a provider died"])
      assert.notInclude(JSON.stringify(error), "CANARY")
    })
  )
})

describe("a credential that ends", () => {
  it.scoped("of 14 minutes: 50 calls in the first ten make one refresh", () =>
    Effect.gen(function* () {
      const { provider, state } = source(14 * minute)
      const { get } = yield* Credentials.make(provider)
      for (let i = 0; i < 50; i++) {
        assert.strictEqual(numberOf(yield* get), 1)
        yield* TestClock.adjust(12 * second)
      }
      assert.strictEqual(state.count, 1)
    })
  )

  it.scoped("is refreshed in the background, the old one served meanwhile", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const { get } = yield* Credentials.make(provider)
      assert.strictEqual(numberOf(yield* get), 1)
      // from 15 minutes before the end; of the 13 to the mandatory window the first half is spread over, and 3.25 is its middle
      yield* TestClock.adjust(48.2 * minute)
      assert.strictEqual(numberOf(yield* get), 1)
      assert.strictEqual(state.count, 1)
      state.answer = Effect.as(Effect.sleep(3 * second), triple(2, 200 * minute))
      yield* TestClock.adjust(0.1 * minute)
      for (let i = 0; i < 20; i++) assert.strictEqual(numberOf(yield* get), 1)
      yield* TestClock.adjust(3 * second)
      assert.strictEqual(numberOf(yield* get), 2)
      assert.strictEqual(state.count, 2)
    }).pipe(withMiddle)
  )

  it.scoped(
    "C04: a refresh that fails in good time costs nobody anything; the next try waits, and one line is logged",
    () =>
      logged((lines) =>
        Effect.gen(function* () {
          const { provider, state } = source(60 * minute)
          const { get } = yield* Credentials.make(provider)
          yield* get
          yield* TestClock.adjust(53 * minute)
          state.answer = broken
          let asked = state.count
          const pauses: Array<number> = []
          let last = 0
          for (let at = 0; at < 4 * minute; at += 500) {
            assert.strictEqual(numberOf(yield* get), 1)
            if (state.count > asked) {
              pauses.push(at - last)
              last = at
              asked = state.count
            }
            yield* TestClock.adjust(500)
          }
          // one and a half of 1, 2, 4, 8, 16, 32 and then 60 seconds
          assert.deepStrictEqual(pauses, [0, 1500, 3000, 6000, 12_000, 24_000, 48_000, 90_000])
          assert.deepStrictEqual(lines, [
            "WARN no new credentials of source; those that are there are still good. " +
              (yield* Effect.flip(Credentials.make(provider).pipe(Effect.flatMap(({ get }) => get)))).message
          ])
        }).pipe(withMiddle)
      )
  )

  it.scoped("C04: an outage that ends before the credentials do costs nobody anything, however long it was", () =>
    logged(() =>
      Effect.gen(function* () {
        const { provider, state } = source(60 * minute)
        const { get } = yield* Credentials.make(provider)
        yield* get
        yield* TestClock.adjust(50 * minute)
        state.answer = broken
        for (let at = 50 * 60; at < 60 * 60 - 1; at++) {
          yield* get
          yield* TestClock.adjust(second)
        }
        state.answer = undefined
        for (let i = 0; i < 30; i++) {
          yield* TestClock.adjust(second)
          assert.strictEqual((yield* Effect.exit(get))._tag, "Success", String(i))
        }
      })
    )
  )

  it.scoped("a clock that is set back does not make a failure last", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      state.answer = broken
      const skew = ClockSkew.unsafeMake()
      const { get } = yield* Credentials.make(provider).pipe(Effect.provideService(ClockSkew.ClockSkew, skew))
      yield* Effect.flip(get)
      state.answer = undefined
      yield* skew.set(-60 * minute)
      yield* get
    })
  )

  it.scoped("C08: a refresh that hangs blocks nobody in good time, and each for 5 seconds near the end", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const { get } = yield* Credentials.make(provider)
      yield* get
      state.answer = hanging
      yield* TestClock.adjust(50 * minute)
      for (let i = 0; i < 30; i++) {
        assert.strictEqual(numberOf(yield* get), 1)
        yield* TestClock.adjust(second)
      }
      // it was given up after 5 seconds and tried again later
      assert.isAbove(state.count, 2)
      assert.isBelow(state.count, 6)

      yield* TestClock.adjust(8 * minute)
      const waiting = yield* Effect.fork(Effect.all(Effect.replicate(get, 100), { concurrency: "unbounded" }))
      yield* TestClock.adjust(5 * second - 1)
      assert.isNull(waiting.unsafePoll())
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([...new Set((yield* Fiber.join(waiting)).map(numberOf))], [1])
    }).pipe(withMiddle)
  )

  it.scoped("C05: whose refresh fails after the end is an error", () =>
    logged(() =>
      Effect.gen(function* () {
        const { provider, state } = source(10 * minute)
        const { get } = yield* Credentials.make(provider)
        yield* get
        state.answer = broken
        yield* TestClock.adjust(10 * minute)
        assert.deepStrictEqual(why(yield* Effect.flip(get)), ["down"])
      })
    )
  )

  it.scoped("C05: of a machine that cannot reach its metadata is used on, and asked for every 5 to 10 minutes", () =>
    logged((lines) =>
      Effect.gen(function* () {
        const { provider, state } = source(10 * minute, { staticStability: true })
        const { get } = yield* Credentials.make(provider)
        yield* get
        state.answer = broken
        yield* TestClock.adjust(10 * minute)
        for (let i = 0; i < 60; i++) {
          assert.strictEqual(numberOf(yield* get), 1)
          yield* TestClock.adjust(minute)
        }
        assert.isAtLeast(state.count, 1 + 6)
        assert.isAtMost(state.count, 1 + 12)
        assert.lengthOf(lines, 1)
        assert.include(lines[0], "they have ended, and are used all the same")
        state.answer = undefined
        yield* TestClock.adjust(10 * minute)
        yield* get
        assert.isAbove(numberOf(yield* get), 1)
      })
    )
  )

  it.scoped("C06: that has ended when it comes is refused, and not asked for in a loop", () =>
    Effect.gen(function* () {
      const { provider, state } = source(-second)
      const { get } = yield* Credentials.make(provider)
      for (let i = 0; i < 20; i++) {
        assert.deepStrictEqual(why(yield* Effect.flip(get)), ["gave a credential that has expired already"])
      }
      assert.strictEqual(state.count, 1)
    })
  )

  it.scoped("ends by the time of the cloud, not of this machine", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const skew = ClockSkew.unsafeMake()
      const { get } = yield* Credentials.make(provider).pipe(Effect.provideService(ClockSkew.ClockSkew, skew))
      yield* get
      yield* skew.set(61 * minute)
      assert.deepStrictEqual(why(yield* Effect.flip(get)), ["gave a credential that has expired already"])
      assert.strictEqual(state.count, 2)
    })
  )

  it.effect("C15: a hundred clients that began together refresh at different times", () =>
    Effect.gen(function* () {
      const sources = Array.from({ length: 100 }, () => source(60 * minute))
      const gets = yield* Effect.forEach(sources, ({ provider }) =>
        Effect.map(Credentials.make(provider), (c) => c.get)
      )
      const all = Effect.all(gets, { discard: true })
      yield* all
      yield* TestClock.adjust(44 * minute)
      const refreshed = () => sources.filter(({ state }) => state.count > 1).length
      let most = 0
      for (let at = 0; at < 16 * 60; at++) {
        const before = refreshed()
        yield* TestClock.adjust(second)
        yield* all
        most = Math.max(most, refreshed() - before)
      }
      assert.strictEqual(refreshed(), 100)
      assert.isAtMost(most, 5)
    }).pipe(Effect.scoped, Effect.withRandom(Random.make("C15")))
  )

  it.scoped("C02: ends while a thousand fibers run: one refresh, and never the parts of two", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const { get } = yield* Credentials.make(provider)
      const numbers = new Set<number>()
      const read = Effect.map(get, (credential) => {
        assert.strictEqual(credential._tag, "Sts")
        if (credential._tag !== "Sts") return
        const number = numberOf(credential)
        assert.deepStrictEqual(
          [Redacted.value(credential.accessKeySecret), Redacted.value(credential.securityToken)],
          [`s${number}`, `t${number}`]
        )
        numbers.add(number)
      })
      for (let i = 0; i < 20; i++) {
        yield* Effect.all(Effect.replicate(read, 1000), { concurrency: "unbounded", discard: true })
        yield* TestClock.adjust(6 * minute)
      }
      assert.deepStrictEqual([...numbers], [1, 2, 3])
      assert.strictEqual(state.count, 3)
    })
  )

  it.live("20 fibers read 4,000 times each while it is refreshed, and never see a torn triple", () =>
    Effect.gen(function* () {
      const { provider, state } = source(8)
      const { get } = yield* Credentials.make(provider)
      const read = Effect.flatMap(get, (credential) => {
        const number = numberOf(credential)
        const isWhole =
          credential._tag === "Sts" &&
          Redacted.value(credential.accessKeySecret) === `s${number}` &&
          Redacted.value(credential.securityToken) === `t${number}`
        return isWhole ? Effect.yieldNow() : Effect.die("torn")
      })
      yield* Effect.all(Effect.replicate(Effect.repeatN(read, 3999), 20), { concurrency: "unbounded", discard: true })
      assert.isAbove(state.count, 2)
    }).pipe(Effect.scoped)
  )
})

describe("a credential that does not end", () => {
  it.scoped("is looked at again after five minutes, without anyone waiting", () =>
    Effect.gen(function* () {
      let id = "one"
      const provider: Credentials.Provider = {
        name: "file",
        resolve: Effect.sync(() => Credential.accessKey({ accessKeyId: id, accessKeySecret: "s" }))
      }
      const { get } = yield* Credentials.make(provider)
      const read = Effect.map(get, (credential) => credential._tag === "AccessKey" && credential.accessKeyId)
      assert.strictEqual(yield* read, "one")
      id = "two"
      yield* TestClock.adjust(5 * minute - 1)
      assert.strictEqual(yield* read, "one")
      yield* TestClock.adjust(2.5 * minute + 1)
      yield* read
      assert.strictEqual(yield* read, "two")
    })
  )
})

describe("a chain whose provider loses what it had", () => {
  it.scoped("C12: fails, and goes on to no wider identity", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const wide = Credentials.fixed(Credential.accessKey({ accessKeyId: "wide", accessKeySecret: "s" }))
      const { get, invalidate } = yield* Credentials.make(provider, wide)
      yield* invalidate(yield* get)
      state.answer = Effect.suspend(() => new Credentials.NotConfigured({ why: "no file" }))
      assert.deepStrictEqual(why(yield* Effect.flip(get)), ["no file, where there was a credential before"])
    })
  )
})

describe("invalidate", () => {
  it.scoped("drops what is held, once, whoever else had it", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const { get, invalidate } = yield* Credentials.make(provider)
      const old = yield* get
      yield* invalidate(old)
      assert.strictEqual(numberOf(yield* get), 2)
      for (let i = 0; i < 100; i++) yield* invalidate(old)
      assert.strictEqual(numberOf(yield* get), 2)
      assert.strictEqual(state.count, 2)
    })
  )
})

describe("invalidate, after refreshes that failed while there was time enough", () => {
  it.scoped("does not leave callers with the pause that was meant for then", () =>
    logged(() =>
      Effect.gen(function* () {
        const { provider, state } = source(60 * minute)
        const { get, invalidate } = yield* Credentials.make(provider)
        const old = yield* get
        yield* TestClock.adjust(52 * minute)
        state.answer = broken
        for (let at = 0; at < 60; at++) {
          yield* get
          yield* TestClock.adjust(second)
        }
        state.answer = undefined
        yield* invalidate(old)
        yield* TestClock.adjust(second)
        assert.isAbove(numberOf(yield* get), 1)
      })
    ).pipe(withMiddle)
  )
})

describe("the end of the layer", () => {
  it.effect("stops the refresh, and tells those who wait", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      let stopped = false
      state.answer = Effect.onInterrupt(hanging, () => Effect.sync(() => (stopped = true)))
      const waiting = yield* Effect.gen(function* () {
        const { get } = yield* Credentials.make(provider)
        const fiber = yield* Effect.forkDaemon(Effect.flip(get))
        yield* Effect.yieldNow()
        return { fiber, get }
      }).pipe(Effect.scoped)
      assert.deepStrictEqual(why(yield* Fiber.join(waiting.fiber)), ["the layer of these credentials has been closed"])
      assert.isTrue(stopped)
      assert.deepStrictEqual(why(yield* Effect.flip(waiting.get)), ["the layer of these credentials has been closed"])
      assert.strictEqual(state.count, 1)
    })
  )

  it.effect("a layer is built once, whoever uses it", () =>
    Effect.gen(function* () {
      const { provider, state } = source(60 * minute)
      const get = Effect.flatMap(Credentials.Credentials, (credentials) => credentials.get)
      yield* Effect.provide(
        Effect.all(Effect.replicate(get, 10), { concurrency: "unbounded" }),
        Credentials.layer(provider)
      )
      assert.strictEqual(state.count, 1)
      const shared = Layer.build(Credentials.layer(provider))
      yield* Effect.scoped(Effect.flatMap(shared, (context) => Effect.provide(Effect.repeatN(get, 9), context)))
      assert.strictEqual(state.count, 2)
    })
  )
})
