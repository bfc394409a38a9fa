/** How often a call is repeated, and what stops it. Waits are those of `TestClock`; jitter is at its most. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as CircuitBreaker from "@effect-aliyun/core/CircuitBreaker"
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/TestClock"
import * as Clocks from "./support/Clocks.js"
import * as Random from "./support/random.js"
import * as Stub from "./support/stub.js"

/** thousands of calls, on a machine that may have other things to do */
const patience = 120_000
const host = "ecs.cn-hangzhou.aliyuncs.com"
const read = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
const unavailable: Stub.Answer = { status: 503, code: "ServiceUnavailable" }
const throttled: Stub.Answer = { status: 400, code: "Throttling.User" }

/** time passes by itself: as fast as the work in it */
const eagerly = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.suspend(() => Effect.withClock(self, Clocks.eager()))

const failureOf = <A, R>(call: Effect.Effect<A, AcsError.AcsError, R>) => eagerly(Effect.flip(call))

/** many calls at once; how many requests arrived */
const storm = (stub: Stub.Stub, calls: number) =>
  Effect.forEach(Array.from({ length: calls }), () => Effect.exit(read), { concurrency: 100, discard: true }).pipe(
    eagerly,
    Effect.provide(stub.layer),
    Effect.map(() => stub.requests.length)
  )

describe("a call that fails", () => {
  it.effect("R01: is repeated until it works, after 50 and 100 ms", () => {
    const stub = Stub.sequence(unavailable, unavailable, {})
    return Effect.gen(function* () {
      const fiber = yield* Effect.fork(read)
      const arrivals: Array<number> = []
      for (const step of [0, 49, 1, 99, 1]) {
        yield* TestClock.adjust(step)
        arrivals.push(stub.requests.length)
      }
      assert.deepStrictEqual(arrivals, [1, 1, 2, 2, 3])
      assert.strictEqual((yield* Fiber.join(fiber)).attempts, 3)
    }).pipe(Random.always(1), Effect.provide(stub.layer))
  })

  it.effect("R02: three times, and says what happened", () => {
    const stub = Stub.sequence(unavailable)
    return Effect.gen(function* () {
      const error = yield* failureOf(read)
      assert.strictEqual(stub.requests.length, 3)
      if (error._tag !== "ServerException") return assert.fail(error._tag)
      assert.deepInclude(error, { httpStatus: 503, code: "ServiceUnavailable", requestId: "r3", attempts: 3 })
      assert.strictEqual(error.stoppedBy, "Policy")
      assert.strictEqual(Duration.toMillis(error.totalDelay), 150)
    }).pipe(Random.always(1), Effect.provide(stub.layer))
  })

  it.effect("R19: is repeated by the policy alone: as many requests as attempts", () =>
    Effect.gen(function* () {
      for (const answer of [unavailable, throttled, "connect", "reset"] as const) {
        const stub = Stub.sequence(answer)
        const error = yield* failureOf(read).pipe(Effect.provide(stub.layer))
        assert.deepStrictEqual([error.attempts, stub.requests.length], [3, 3])
      }
    })
  )

  it.effect("R16: of a conflict is not repeated, unless a policy for that is added", () =>
    Effect.gen(function* () {
      for (const code of ["OperationConflict", "IncorrectStatus"]) {
        const stub = Stub.sequence({ status: 400, code }, { status: 400, code }, {})
        const error = yield* failureOf(read).pipe(Effect.provide(stub.layer))
        assert.deepStrictEqual([error.code, stub.requests.length], [code, 1])
      }
    })
  )

  it.effect("R17: is not repeated after a wait beyond the deadline: fails at once, with what it had", () => {
    const stub = Stub.sequence(throttled)
    return Effect.gen(function* () {
      const fiber = yield* Effect.fork(
        Effect.flip(read.pipe(Timeouts.withTimeouts({ attempt: "500 millis", total: "999 millis" })))
      )
      // no time passes
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual([error.code, error.attempts, error.stoppedBy], ["Throttling.User", 1, "Deadline"])
    }).pipe(Random.always(1), Effect.provide(stub.layer))
  })

  it.effect("R15: while its ClientToken is being worked on, until the deadline, with the same token", () => {
    const stub = Stub.sequence({ status: 400, code: "LastTokenProcessing" })
    return Effect.gen(function* () {
      const run = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "RunInstances" })
      const error = yield* failureOf(run)
      assert.deepStrictEqual([error.code, error.stoppedBy], ["LastTokenProcessing", "Deadline"])
      // 1 + 2 + 4 + 8 + 16 + 20 s, and 20 s more are too many for a minute
      assert.strictEqual(stub.requests.length, 7)
      const tokens = new Set(stub.requests.map(({ url }) => new URL(url).searchParams.get("ClientToken")))
      assert.strictEqual(tokens.size, 1)
      const budget = yield* RetryBudget.RetryBudget
      assert.strictEqual(yield* budget.tokens(host), 500)
    }).pipe(Random.always(1), Effect.provide(stub.layer))
  })

  it.effect("R15: of a busy system is repeated as one that is throttled", () => {
    const stub = Stub.sequence({ status: 400, code: "SystemBusy" })
    return Effect.gen(function* () {
      const error = yield* failureOf(read)
      assert.deepStrictEqual([error.attempts, Duration.toMillis(error.totalDelay)], [3, 3000])
    }).pipe(Random.always(1), Effect.provide(stub.layer))
  })
})

describe("the budget", () => {
  it.effect(
    "R05: 35 repetitions of transient failures for all calls to a host",
    () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* storm(Stub.sequence(unavailable), 1_000), 1_035)
        assert.strictEqual(yield* storm(Stub.sequence(unavailable), 4_000), 4_035)
      }),
    patience
  )

  it.effect("R06: 100 repetitions of throttled calls", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* storm(Stub.sequence(throttled), 1_000), 1_100)
    })
  )

  it.effect("R08: that is empty lets nothing be repeated, and the failure says so", () => {
    const stub = Stub.sequence(unavailable)
    return Effect.gen(function* () {
      const error = yield* failureOf(read)
      assert.deepStrictEqual([error.attempts, error.stoppedBy, stub.requests.length], [1, "Budget", 1])
    }).pipe(Effect.provide(RetryBudget.layerWith(13)), Effect.provide(stub.layer))
  })

  it.effect("R12: gives back what the last repetition cost when it helped", () => {
    const stub = Stub.sequence(throttled, "reset", { status: 500, code: "InternalError" }, {})
    return Effect.gen(function* () {
      const budget = yield* RetryBudget.RetryBudget
      const policy = Schedule.recurs(4)
      yield* eagerly(read.pipe(RetryPolicy.withPolicy(policy)))
      assert.strictEqual(stub.requests.length, 4)
      assert.strictEqual(yield* budget.tokens(host), 500 - 5 - 14 - 14 + 14)
      yield* read
      assert.strictEqual(yield* budget.tokens(host), 500 - 5 - 14 + 1)
    }).pipe(Effect.provide(stub.layer))
  })

  it.effect(
    "R07: stays between nothing and its capacity, whatever happens at once",
    () =>
      Effect.promise(() =>
        FastCheck.assert(
          FastCheck.asyncProperty(
            FastCheck.array(FastCheck.constantFrom<Stub.Answer>(unavailable, throttled, "reset", "connect", {}), {
              minLength: 1,
              maxLength: 60
            }),
            (answers) => {
              const stub = Stub.make((number) => answers[number % answers.length] ?? {})
              return Effect.gen(function* () {
                const budget = yield* RetryBudget.RetryBudget
                const seen: Array<number> = []
                const watched = Effect.zipRight(
                  Effect.exit(read),
                  Effect.map(budget.tokens(host), (tokens) => seen.push(tokens))
                )
                yield* Effect.replicateEffect(watched, 1_000, { concurrency: "unbounded", discard: true })
                assert.isTrue(seen.every((tokens) => tokens >= 0 && tokens <= 500))
                // what was paid and not given back was paid for requests that were made
                assert.isAtMost(500 - (yield* budget.tokens(host)), 14 * (stub.requests.length - 1_000))
              }).pipe(eagerly, Effect.provide(stub.layer), Effect.runPromise)
            }
          ),
          { numRuns: 5 }
        )
      ),
    patience
  )

  it.effect("R07: of a model: takes what there is, gives back no more than was taken", () =>
    Effect.sync(() =>
      FastCheck.assert(
        FastCheck.property(
          FastCheck.array(FastCheck.tuple(FastCheck.boolean(), FastCheck.constantFrom(1, 5, 14)), { maxLength: 300 }),
          (steps) => {
            const budget = RetryBudget.unsafeMake(60)
            let tokens = 60
            for (const [takes, amount] of steps) {
              if (takes) {
                assert.strictEqual(budget.unsafeTake(host, amount), tokens >= amount)
                if (tokens >= amount) tokens -= amount
              } else {
                budget.unsafeGive(host, amount)
                tokens = Math.min(60, tokens + amount)
              }
              assert.strictEqual(Effect.runSync(budget.tokens(host)), tokens)
              assert.strictEqual(Effect.runSync(budget.tokens("other")), 60)
            }
          }
        )
      )
    )
  )

  it.effect("L05: recovers with its host: the first call after the storm works, and the tokens come back", () => {
    let isDown = true
    const stub = Stub.make(() => (isDown ? unavailable : {}))
    return Effect.gen(function* () {
      const budget = yield* RetryBudget.RetryBudget
      // one call every 30 ms, for half a minute
      for (let call = 0; call < 1_000; call++) {
        yield* Effect.fork(Effect.exit(read))
        yield* Effect.sleep(30)
      }
      assert.isBelow(yield* budget.tokens(host), 14)
      isDown = false
      const begun = stub.requests.length
      yield* read
      assert.strictEqual(stub.requests.length, begun + 1)
      yield* Effect.replicateEffect(read, 499, { discard: true })
      assert.strictEqual(yield* budget.tokens(host), 500)
    }).pipe(eagerly, Effect.provide(stub.layer))
  })
})

describe("the breaker", () => {
  const breaker = CircuitBreaker.layer({ failures: 10, cooldown: "5 seconds" })

  it.effect("R21: lets one call find out at a time, and all of them when it has", () => {
    let isDown = true
    const stub = Stub.make(() => (isDown ? unavailable : {}))
    return Effect.gen(function* () {
      const errors: Array<AcsError.AcsError> = []
      const call = Effect.catchAll(Effect.asVoid(read), (error) => Effect.sync(() => void errors.push(error)))
      // 10,000 calls in a minute and a half, 10 at a time
      for (let batch = 0; batch < 1_000; batch++) {
        yield* Effect.fork(Effect.replicateEffect(call, 10, { concurrency: "unbounded", discard: true }))
        yield* Effect.sleep(90)
      }
      yield* Effect.sleep("1 second")
      assert.strictEqual(errors.length, 10_000)
      assert.isAtMost(stub.requests.length, 100)
      const refused = errors.filter((error) => error._tag === "ClientException")
      assert.isAbove(refused.length, 9_800)
      assert.deepStrictEqual(
        [...new Set(refused.map((error) => `${error.code} ${error.stoppedBy} ${error.attempts}`))],
        ["SDK.ServerUnreachable Breaker 0"]
      )

      // after a window of silence: one probe, whoever else asks
      yield* Effect.sleep("1 minute")
      const before = stub.requests.length
      yield* Effect.replicateEffect(call, 50, { concurrency: "unbounded", discard: true })
      assert.strictEqual(stub.requests.length, before + 1)

      isDown = false
      yield* Effect.sleep("1 minute")
      yield* read
      const exits = yield* Effect.replicateEffect(Effect.exit(read), 100, { concurrency: "unbounded" })
      assert.isTrue(exits.every(Exit.isSuccess))
    }).pipe(eagerly, Effect.provide(breaker), Effect.provide(stub.layer))
  })

  it.effect("R21: counts what the host fails at, in a row; a refusal is an answer", () =>
    Effect.gen(function* () {
      const stub = Stub.make((number) => (number % 10 === 0 ? { status: 403, code: "Forbidden.RAM" } : unavailable))
      yield* Effect.replicateEffect(Effect.exit(read), 100, { discard: true }).pipe(
        RetryPolicy.withPolicy(RetryPolicy.none),
        Effect.provide(breaker),
        Effect.provide(stub.layer)
      )
      assert.strictEqual(stub.requests.length, 100)
    })
  )

  it.effect("R21: whose probe is interrupted lets the next one find out", () => {
    const stub = Stub.sequence(unavailable)
    return Effect.gen(function* () {
      const once = Effect.exit(read.pipe(RetryPolicy.withPolicy(RetryPolicy.none)))
      yield* Effect.replicateEffect(once, 10, { discard: true })
      yield* TestClock.adjust("5 seconds")
      stub.silence(true)
      const probe = yield* Effect.fork(once)
      yield* Effect.repeatN(Effect.yieldNow(), 10)
      assert.strictEqual(stub.requests.length, 11)
      yield* once
      assert.strictEqual(stub.requests.length, 11)
      yield* Fiber.interrupt(probe)
      stub.silence(false)
      yield* once
      assert.strictEqual(stub.requests.length, 12)
    }).pipe(Effect.provide(breaker), Effect.provide(stub.layer))
  })

  it.effect("R18: with options that make no sense dies", () =>
    Effect.gen(function* () {
      for (const options of [
        { failures: 0 },
        { failures: 1.5 },
        { failures: NaN },
        { cooldown: "soon" as Duration.DurationInput },
        { longest: -1 }
      ]) {
        const exit = yield* Effect.exit(Layer.build(CircuitBreaker.layer(options)).pipe(Effect.scoped))
        const defect: Option.Option<unknown> = Exit.isFailure(exit) ? Cause.dieOption(exit.cause) : assert.fail("built")
        assert.isTrue(defect._tag === "Some" && Cause.isIllegalArgumentException(defect.value))
      }
    })
  )
})
