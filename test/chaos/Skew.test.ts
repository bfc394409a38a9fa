/** Clocks that are wrong, nonces and signatures: what one more request mends, and what it does not. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as Clocks from "./support/Clocks.js"
import * as Stub from "./support/stub.js"

// no policy helps here: what heals does so by itself
const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }).pipe(
  RetryPolicy.withPolicy(RetryPolicy.none)
)
const host = "sts.cn-hangzhou.aliyuncs.com"

const hour = Duration.toMillis("1 hour")
const inMemory = Layer.mergeAll(Emulator.layerHttpClient(), Credentials.layerTest(), Signer.layer)
const overSocket = Layer.mergeAll(
  NodeEmulator.layerEndpoint,
  NodeHttpClient.layer,
  Credentials.layerTest(),
  Signer.layer
).pipe(Layer.provideMerge(Layer.merge(NodeEmulator.layerServer(), ClockSkew.layer)), Layer.orDie)

/** the service's clock is off by so much, as this machine sees it */
const skewed = (millis: number) => Emulator.fault(Fault.wrongDate(millis < 0 ? { behind: -millis } : { ahead: millis }))

const attemptsOf = Effect.map(whoAmI, ({ attempts }) => attempts)
/** a real time, so that the minutes on both sides of it are no problem */
const start = TestClock.setTime(Date.UTC(2026, 0, 1, 12))

describe("a clock that is off", () => {
  for (const [row, offset] of [
    ["K01", -hour],
    ["K02", hour]
  ] as const) {
    const direction = offset < 0 ? "ahead" : "behind"
    it.live(`${row}: an hour ${direction} heals with one more request, and stays healed`, () =>
      Effect.gen(function* () {
        const attempts = yield* Effect.all([attemptsOf, attemptsOf, attemptsOf])
        assert.deepStrictEqual(attempts, [2, 1, 1])
        assert.approximately((yield* ClockSkew.ClockSkew).unsafeGet(), offset, 30_000)
      }).pipe(Effect.withClock(Clocks.shifted(-offset)), Effect.provide(overSocket))
    )
  }

  it.effect("K03: by nearly all that is let pass is not refused, and is learned all the same", () =>
    Effect.gen(function* () {
      yield* start
      yield* skewed(15 * 60_000 - 1_000)
      assert.strictEqual(yield* attemptsOf, 1)
      const skew = yield* ClockSkew.ClockSkew
      assert.approximately(skew.unsafeGet(host), 15 * 60_000 - 1_000, 2_000)
    }).pipe(Effect.provide(inMemory))
  )

  it.effect("K03: by less than four minutes is left alone", () =>
    Effect.gen(function* () {
      yield* start
      yield* skewed(3 * 60_000)
      assert.strictEqual(yield* attemptsOf, 1)
      assert.strictEqual((yield* ClockSkew.ClockSkew).unsafeGet(host), 0)
    }).pipe(Effect.provide(inMemory))
  )

  it.effect("K04: cannot be mended by an answer that does not say the time: one request, typed", () => {
    const stub = Stub.sequence({ status: 400, code: "InvalidTimeStamp.Expired" })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(whoAmI)
      assert.deepStrictEqual(
        [error.code, error._tag === "ServerException" && error.category, stub.requests.length],
        ["InvalidTimeStamp.Expired", "ClockSkew", 1]
      )
    }).pipe(Effect.provide(stub.layer))
  })

  it.effect("K04: is not corrected again and again: a second refusal is the answer", () => {
    let hours = 0
    const stub = Stub.make(() => {
      const date = new Date(Date.UTC(2026, 0, 1) + ++hours * 3_600_000).toUTCString()
      return { status: 400, code: "InvalidTimeStamp.Expired", headers: { date } }
    })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(whoAmI)
      assert.deepStrictEqual([error.attempts, stub.requests.length], [2, 2])
    }).pipe(Effect.provide(stub.layer))
  })

  it.effect("K05: is not learned from an answer that took longer than what is let pass", () =>
    Effect.gen(function* () {
      yield* start
      const late = new Date(Date.UTC(2026, 0, 1, 13)).toUTCString()
      const stub = Stub.make(() => ({ status: 400, code: "InvalidTimeStamp.Expired", headers: { date: late } }))
      let time = Date.UTC(2026, 0, 1, 12)
      // every look at the clock takes 16 minutes
      const slow = { ...Clocks.eager(time), unsafeCurrentTimeMillis: () => (time += 16 * 60_000) }
      const error = yield* Effect.flip(Effect.withClock(whoAmI, slow)).pipe(Effect.provide(stub.layer))
      assert.deepStrictEqual([error.attempts, stub.requests.length], [1, 1])
    })
  )

  it.effect.each(["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "garbage", "", "\u0660", "1e400"])(
    "K06: is not learned from a good answer that says %j",
    (date) =>
      Effect.gen(function* () {
        yield* start
        const stub = Stub.sequence({ headers: { date } })
        yield* Effect.gen(function* () {
          yield* whoAmI
          assert.strictEqual((yield* ClockSkew.ClockSkew).unsafeGet(host), 0)
        }).pipe(Effect.provide(stub.layer))
      })
  )

  it.effect.each(["garbage", "", "1e400", "Fri, 31 Dec 9999 23:59:59 GMT"])(
    "K06: nor from a refusal that says %j",
    (date) =>
      Effect.gen(function* () {
        const stub = Stub.sequence({ status: 400, code: "InvalidTimeStamp.Expired", headers: { date } })
        const error = yield* Effect.flip(whoAmI).pipe(Effect.provide(stub.layer))
        assert.deepStrictEqual([error.attempts, stub.requests.length], [1, 1])
      })
  )

  it.live("K07: 1,000 calls at once heal with one more request each at most, to one and the same time", () =>
    Effect.gen(function* () {
      const attempts = yield* Effect.replicateEffect(attemptsOf, 1_000, { concurrency: "unbounded" })
      assert.isTrue(attempts.every((count) => count <= 2))
      assert.strictEqual(attempts[0], 2)
      assert.strictEqual(yield* attemptsOf, 1)
      assert.approximately((yield* ClockSkew.ClockSkew).unsafeGet(), -hour, 30_000)
    }).pipe(
      // a queue for 64 connections
      Timeouts.withTimeouts({ attempt: "1 minute" }),
      Effect.withClock(Clocks.shifted(hour)),
      Effect.provide(overSocket)
    )
  )

  it.scoped("K11: does not keep credentials beyond their end: it is compared with the corrected time", () =>
    Effect.gen(function* () {
      yield* start
      const skew = yield* ClockSkew.ClockSkew
      let asked = 0
      const credentials = yield* Credentials.make({
        name: "source",
        resolve: Effect.map(Effect.clock, (clock) => {
          asked++
          // good for half an hour, by the clock of the cloud
          const expiration = clock.unsafeCurrentTimeMillis() + skew.unsafeGet() + hour / 2
          return Credential.sts({ accessKeyId: "id", accessKeySecret: "s", securityToken: `t${asked}`, expiration })
        })
      })
      yield* credentials.get
      yield* credentials.get
      assert.strictEqual(asked, 1)
      yield* skew.set(hour)
      yield* credentials.get
      assert.strictEqual(asked, 2)
    }).pipe(Effect.provide(ClockSkew.layer))
  )
})

describe("a nonce that was used", () => {
  it.effect("is replaced once, whatever the policy says", () => {
    const stub = Stub.sequence({ status: 400, code: "SignatureNonceUsed" }, {})
    return Effect.gen(function* () {
      assert.strictEqual(yield* attemptsOf, 2)
      const nonces = stub.requests.map(({ headers }) => headers["x-acs-signature-nonce"])
      assert.strictEqual(new Set(nonces).size, 2)
    }).pipe(Effect.provide(stub.layer))
  })

  it.effect("and the next one as well is a fault: two requests, and no more", () => {
    const stub = Stub.sequence({ status: 400, code: "SignatureNonceUsed" })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(whoAmI)
      assert.deepStrictEqual([error.code, error.attempts, stub.requests.length], ["SignatureNonceUsed", 2, 2])
    }).pipe(Effect.provide(stub.layer))
  })
})

describe("recoveries", () => {
  it.effect("are free of the budget, and each is made once", () => {
    const stub = Stub.sequence(
      { status: 400, code: "SignatureNonceUsed" },
      { status: 400, code: "InvalidTimeStamp.Expired", headers: { date: new Date(hour).toUTCString() } },
      { status: 400, code: "SignatureNonceUsed" }
    )
    return Effect.gen(function* () {
      const error = yield* Effect.flip(whoAmI)
      assert.deepStrictEqual([error.attempts, stub.requests.length, Duration.toMillis(error.totalDelay)], [3, 3, 0])
    }).pipe(Effect.provide(stub.layer))
  })
})
