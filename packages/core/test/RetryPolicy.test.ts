import * as AcsError from "@effect-aliyun/core/AcsError"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"

const server = (category: AcsError.Category, retryAfter?: Duration.DurationInput) =>
  new AcsError.ServerException({
    request: { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" },
    attempts: 1,
    totalDelay: Duration.zero,
    stoppedBy: "Policy",
    outcome: "Rejected",
    code: category,
    serverMessage: "",
    httpStatus: 400,
    requestId: undefined,
    hostId: undefined,
    recommend: undefined,
    accessDeniedDetail: undefined,
    category,
    retryAfter: retryAfter === undefined ? undefined : Duration.decode(retryAfter)
  })
const transport = (kind: AcsError.Transport["kind"]) =>
  AcsError.fromReason({ _tag: "Transport", kind, syscallCode: undefined, sent: "none", bytesReceived: 0 })

/** the waits in milliseconds that a policy gives to a row of failures, until it stops */
const delays = (policy: RetryPolicy.Policy, errors: ReadonlyArray<AcsError.AcsError>) =>
  Schedule.run(Schedule.delays(policy), 0, errors).pipe(
    Effect.map((chunk) => Chunk.toReadonlyArray(chunk).map((delay) => Math.round(Duration.toMillis(delay))))
  )
const times = (n: number, error: AcsError.AcsError) => Array.from({ length: n }, () => error)
/** the largest value that jitter can draw */
const highest = Effect.withRandom(Random.fixed([1]))

describe("RetryPolicy", () => {
  it.effect("standard: three attempts, full jitter, by kind of failure", () =>
    Effect.gen(function* () {
      // Schedule.run also records the step that ends it
      assert.deepStrictEqual(
        (yield* delays(RetryPolicy.standard, times(9, transport("Connect")))).slice(0, 2),
        [50, 100]
      )
      assert.deepStrictEqual(
        (yield* delays(RetryPolicy.standard, times(9, server("Throttling")))).slice(0, 2),
        [1000, 2000]
      )
      assert.deepStrictEqual((yield* delays(RetryPolicy.standard, times(9, server("Busy")))).slice(0, 2), [1000, 2000])
      assert.isAtMost((yield* delays(RetryPolicy.standard, times(9, server("Throttling")))).length, 3)
    }).pipe(highest)
  )

  it.effect("standard: a hint is honoured up to five seconds beyond its own wait", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* delays(RetryPolicy.standard, [server("Throttling", "3 seconds")]))[0], 3000)
      assert.strictEqual((yield* delays(RetryPolicy.standard, [server("Throttling", "1 hour")]))[0], 6000)
      assert.strictEqual((yield* delays(RetryPolicy.standard, [server("Throttling", "1 millis")]))[0], 1000)
    }).pipe(highest)
  )

  it.effect("exponential doubles up to its cap", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.exponential("100 millis", "1 second").pipe(RetryPolicy.maxAttempts(7))
      assert.deepStrictEqual(
        (yield* delays(policy, times(6, transport("Connect")))).slice(0, 6),
        [100, 200, 400, 800, 1000, 1000]
      )
    })
  )

  it("knows what may be gone a moment later", () => {
    const retryable = (["Throttling", "Transient", "Busy", "InProgress"] as const).map((category) => server(category))
    const final = (
      ["ClockSkew", "NonceUsed", "CredentialExpired", "CredentialInvalid", "Signature", "Authorization"] as const
    ).map((category) => server(category))
    assert.isTrue(retryable.every(AcsError.isRetryable))
    assert.isFalse(final.some(AcsError.isRetryable))
    assert.deepStrictEqual(
      (["Dns", "Connect", "Reset", "Proxy", "Tls", "Protocol"] as const).map((kind) =>
        AcsError.isRetryable(transport(kind))
      ),
      [true, true, true, true, false, false]
    )
    assert.isTrue(AcsError.isThrottling(server("Throttling")))
    assert.isFalse(AcsError.isThrottling(transport("Connect")))
  })
})
