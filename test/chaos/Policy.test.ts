/** What is repeated, how often and after how long: whole calls against faults of the service, in virtual time. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Limits from "@effect-aliyun/core/Limits"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/TestClock"
import behaviour from "../fixtures/vectors/python-core-behaviour.json" with { type: "json" }

const ecs = { product: "Ecs", version: "2014-05-26" } as const

/** an answer that says no */
const no = (status: number, Code: string, headers: Readonly<Record<string, string>> = {}, Message = "") => ({
  status,
  json: { Code, Message, RequestId: "R" },
  headers
})

/** runs what waits in virtual time to its end, jitter at its highest */
const inTime = <A, E>(self: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(self)
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  }).pipe(Effect.withRandom(Random.fixed([1])))

/** one call; `times` says when each of its requests arrived, in milliseconds from the first */
const calling = (
  action: string,
  answer: (call: AcsTest.Call) => AcsTest.Reply,
  policy: RetryPolicy.Policy = RetryPolicy.standard,
  query: Readonly<Record<string, string>> = {}
) => {
  const times: Array<number> = []
  const handler = (call: AcsTest.Call) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      times.push(now)
      return answer(call)
    })
  return AcsClient.rpc({ ...ecs, action, query }).pipe(
    RetryPolicy.withPolicy(policy),
    Effect.provide(AcsTest.layer(handler)),
    Effect.either,
    Effect.map((result) => ({ result, times: times.map((time) => time - (times[0] ?? 0)) }))
  )
}

/** a call that gets the same answer each time, which its policy gives up on */
const failing = (action: string, reply: AcsTest.Reply, policy?: RetryPolicy.Policy) =>
  Effect.flatMap(
    calling(action, () => reply, policy),
    ({ result, times }) =>
      Effect.map(Effect.flip(result), (error) => ({
        error,
        times,
        hint:
          error._tag === "ServerException" && error.retryAfter !== undefined
            ? Duration.toMillis(error.retryAfter)
            : undefined
      }))
  )

describe("failures that pass", () => {
  const unavailable = no(503, "ServiceUnavailable")

  it.effect("R01: two failures of the service cost a read 50 ms and 100 ms", () =>
    inTime(
      Effect.gen(function* () {
        const { result, times } = yield* calling("DescribeDisks", ({ attempt }) =>
          attempt < 3 ? unavailable : { json: {} }
        )
        assert.deepStrictEqual([(yield* result).attempts, times], [3, [0, 50, 150]])
      })
    )
  )

  it.effect("R02: a service that stays away is asked three times, and the error tells all of it", () =>
    inTime(
      Effect.gen(function* () {
        const { error, times } = yield* failing("DescribeDisks", unavailable)
        assert.deepStrictEqual(times, [0, 50, 150])
        if (error._tag !== "ServerException") return assert.fail(error.message)
        assert.deepStrictEqual(
          [error.httpStatus, error.code, error.requestId, error.attempts, Duration.toMillis(error.totalDelay)],
          [503, "ServiceUnavailable", "R", 3, 150]
        )
        assert.deepStrictEqual([error.stoppedBy, error.category], ["Policy", "Transient"])
      })
    )
  )

  it.effect("B01: a good answer that was cut off is fetched once more, and shown in part if that is cut off too", () =>
    inTime(
      Effect.gen(function* () {
        const secret = "s3cr3t-of-a-disk"
        const cutOff = {
          text: `{"RequestId":"R","Password":"${secret}","Disks":[${'{"DiskId":"d-1"},'.repeat(99)}{"Dis`
        }
        const healed = yield* calling("DescribeDisks", ({ attempt }) => (attempt === 1 ? cutOff : { json: {} }))
        assert.deepStrictEqual([(yield* healed.result).attempts, healed.times], [2, [0, 50]])

        const { error, times } = yield* failing("DescribeDisks", cutOff)
        const reason = error._tag === "ClientException" ? error.reason : assert.fail(error.message)
        if (reason._tag !== "UnexpectedResponse") return assert.fail(error.message)
        assert.deepStrictEqual([times, error.attempts, error.stoppedBy], [[0, 50], 2, "Policy"])
        assert.deepStrictEqual([reason.status, reason.excerpt.length], [200, 200])
        assert.include(reason.excerpt, "DiskId")
        assert.notInclude(error.message, secret)
      })
    )
  )

  it.effect("B01: a write whose answer was cut off is not sent again", () =>
    inTime(
      Effect.gen(function* () {
        for (const text of ["", '{"RequestId":"d-', "<html></html>"]) {
          const { error, times } = yield* failing("StartInstance", { text })
          assert.deepStrictEqual([times, error.stoppedBy, error.outcome], [[0], "Safety", "Unknown"], text)
        }
      })
    )
  )

  it.effect("B01: an answer that is too large or too deep would be so again", () =>
    inTime(
      Effect.gen(function* () {
        for (const json of [{ a: "x".repeat(2_000) }, { a: [[[[[[]]]]]] }]) {
          const { error, times } = yield* failing("DescribeDisks", { json }).pipe(
            Limits.withLimits({ responseBytes: 1_000, depth: 4 })
          )
          assert.deepStrictEqual([times, error._tag], [[0], "ClientException"])
        }
      })
    )
  )

  it.effect(
    "R15: a write whose token is still worked on is asked after until the deadline, always with that token",
    () =>
      inTime(
        Effect.gen(function* () {
          for (const code of ["LastTokenProcessing", "IdempotenceProcessing"]) {
            const tokens: Array<string | undefined> = []
            const { result, times } = yield* calling(
              "CreateDisk",
              ({ params }) => {
                tokens.push(params["ClientToken"])
                return no(400, code)
              },
              RetryPolicy.standard,
              { ClientToken: "t-1" }
            )
            const error = yield* Effect.flip(result)
            assert.deepStrictEqual(times, [0, 1000, 3000, 7000, 15_000, 31_000, 51_000])
            assert.deepStrictEqual([error.code, error.stoppedBy, error.attempts], [code, "Deadline", 7])
            assert.deepStrictEqual(new Set(tokens), new Set(["t-1"]))
          }
        })
      )
  )

  it.effect("R15: a write whose token is worked on no more gets its answer", () =>
    inTime(
      Effect.gen(function* () {
        const answer = ({ attempt }: AcsTest.Call) => (attempt < 6 ? no(409, "TokenProcessing") : { json: {} })
        const { result } = yield* calling("CreateDisk", answer, RetryPolicy.standard, { ClientToken: "t-1" })
        assert.strictEqual((yield* result).attempts, 6)
      })
    )
  )

  it.effect("R15: a busy service is asked three times, as one that throttles", () =>
    inTime(
      Effect.gen(function* () {
        const { result, times } = yield* calling("CreateDisk", () => no(400, "SystemBusy"), RetryPolicy.standard, {
          ClientToken: "t-1"
        })
        assert.deepStrictEqual([(yield* Effect.flip(result)).attempts, times], [3, [0, 1000, 3000]])
      })
    )
  )

  it.effect("R16: a conflict is the caller's to wait for, or that of a policy he asks for", () =>
    inTime(
      Effect.gen(function* () {
        const patient = Schedule.union(RetryPolicy.standard, RetryPolicy.conflict)
        for (const code of ["OperationConflict", "IncorrectStatus"]) {
          const answer = ({ attempt }: AcsTest.Call) =>
            attempt === 2 ? no(400, "Throttling") : attempt < 5 ? no(400, code) : { json: {} }
          const impatient = yield* calling("DetachDisk", answer)
          assert.deepStrictEqual(impatient.times, [0])
          const { result, times } = yield* calling("DetachDisk", answer, patient)
          assert.deepStrictEqual([(yield* result).attempts, times], [5, [0, 1000, 2000, 4000, 8000]])
        }
      })
    )
  )
})

it.effect("a policy is not asked before the first failure", () =>
  Effect.gen(function* () {
    let asked = 0
    const counting: RetryPolicy.Policy = Schedule.whileInput(RetryPolicy.fixed(0), () => {
      asked++
      return false
    })
    yield* calling("DescribeDisks", () => ({ json: {} }), counting)
    assert.strictEqual(asked, 0)
    yield* calling("DescribeDisks", () => no(400, "Throttling"), counting)
    assert.strictEqual(asked, 1)
  })
)

describe("what the service says to wait", () => {
  it.effect("R09: a throttled call waits as long as it is told to, or as it would itself", () =>
    inTime(
      Effect.gen(function* () {
        const { error, times } = yield* failing(
          "CreateDisk",
          no(400, "Throttling.User", { "x-acs-retry-after": "1500" })
        )
        assert.deepStrictEqual(times, [0, 1500, 3500])
        assert.strictEqual(Duration.toMillis(error.totalDelay), 3500)
      })
    )
  )

  it.effect("R10: a hint makes a code that nobody knows a throttled one", () =>
    inTime(
      Effect.gen(function* () {
        const { error, times } = yield* failing("CreateDisk", no(400, "FooBar", { "x-acs-retry-after": "50" }))
        assert.deepStrictEqual(error._tag === "ServerException" && [error.category, error.outcome, error.attempts], [
          "Throttling",
          "Rejected",
          3
        ])
        assert.deepStrictEqual(times, [0, 1000, 3000])
        assert.strictEqual((yield* failing("CreateDisk", no(400, "FooBar"))).times.length, 1)
      })
    )
  )

  it.effect("R11: what is no positive number of milliseconds is no hint", () =>
    inTime(
      Effect.gen(function* () {
        for (const text of ["", "0", "-1", "abc", "1e400", "5.5", "0, 0"]) {
          for (const name of ["x-acs-retry-after", "retry-after"]) {
            const { hint, times } = yield* failing("DescribeDisks", no(400, "Throttling", { [name]: text }))
            assert.deepStrictEqual([name, text, hint, times], [name, text, undefined, [0, 1000, 3000]])
          }
        }
      })
    )
  )

  it.effect("R11: a hint beyond all measure is honoured up to five seconds beyond the policy's own wait", () =>
    inTime(
      Effect.gen(function* () {
        for (const text of ["99999999999", "3600000", "999999999999999"]) {
          const { hint, times } = yield* failing("DescribeDisks", no(400, "Throttling", { "x-acs-retry-after": text }))
          assert.isAtMost(hint ?? 0, 24 * 60 * 60 * 1000)
          assert.deepStrictEqual(times, [0, 6000, 13_000])
        }
      })
    )
  )

  it.effect("R11: spaces and a header sent twice are read", () =>
    inTime(
      Effect.gen(function* () {
        for (const [text, millis] of [
          [" 7 ", 7],
          ["1500, 1500", 1500]
        ] as const) {
          const { hint } = yield* failing("DescribeDisks", no(400, "Throttling", { "x-acs-retry-after": text }))
          assert.strictEqual(hint, millis)
        }
        assert.strictEqual((yield* failing("DescribeDisks", no(503, "", { "retry-after": "2, 3" }))).hint, 3000)
      })
    )
  )

  it.effect("R11: whatever the headers hold, a hint is none or a number of milliseconds up to a day", () =>
    Effect.gen(function* () {
      const printable = FastCheck.string({ unit: "grapheme-ascii", maxLength: 24 })
      const likely = FastCheck.stringMatching(/^[-+ ]?[\d.,e ]{0,20}$/)
      const texts = FastCheck.sample(FastCheck.oneof(printable, likely), { numRuns: 60, seed: 11 })
      for (const name of ["x-acs-retry-after", "x-ratelimit-user", "retry-after"]) {
        for (const text of texts) {
          const headers = { [name]: name === "x-ratelimit-user" ? `Remain:0,TimeLeft:${text}` : text }
          const { hint = 1 } = yield* failing("DescribeDisks", no(400, "Throttling", headers), RetryPolicy.none)
          assert.isTrue(hint > 0 && hint <= 24 * 60 * 60 * 1000, `${name}: ${text}`)
        }
      }
    })
  )

  it.effect("R11: the standard header is read as a date, not as whatever JavaScript takes for one", () =>
    inTime(
      Effect.gen(function* () {
        const hintOf = (text: string) =>
          Effect.map(
            failing("DescribeDisks", no(503, "", { "retry-after": text }), RetryPolicy.none),
            ({ hint }) => hint
          )
        assert.strictEqual(yield* hintOf("Thu, 01 Jan 1970 02:00:00 GMT"), 2 * 60 * 60 * 1000)
        yield* TestClock.setTime(60 * 60 * 1000)
        assert.strictEqual(yield* hintOf("Thu, 01 Jan 1970 02:00:00 GMT"), 60 * 60 * 1000)
        for (const text of [
          "Thu, 01 Jan 1970 01:00:00 GMT",
          "abc 2099",
          "2099-01-01",
          "1.5",
          "Mon, 30 Feb 2099 00:00:00 GMT"
        ]) {
          assert.isUndefined(yield* hintOf(text), text)
        }
      })
    )
  )

  it.effect("a throttled call honours what an older gateway says is left of the window", () =>
    inTime(
      Effect.gen(function* () {
        const headers = {
          "x-ratelimit-user-api": "Limit:1,Remain:0,TimeLeft:2000,Reset:1234",
          "x-ratelimit-user": "Limit:9,Remain:3,TimeLeft:300,Reset:1234"
        }
        const { hint, times } = yield* failing("DescribeDisks", no(400, "Throttling.User", headers))
        assert.deepStrictEqual([hint, times], [2000, [0, 2000, 4000]])
        assert.isUndefined((yield* failing("DescribeDisks", no(503, "ServiceUnavailable", headers))).hint)
      })
    )
  )
})

/** codes that no time heals, each with a status it was seen with */
const permanent: ReadonlyArray<readonly [status: number, codes: string]> = [
  [400, "IdempotentParameterMismatch InvalidTimeStamp.Format MissingTimestamp"],
  [400, "SignatureDoesNotMatch IncompleteSignature InvalidSignatureMethod MissingParameter.Signature MissingSignature"],
  [403, "SignatureDoesNotMatch InvalidAccessKeyId Forbidden.AccessKeyDisabled"],
  [400, "InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive"],
  [404, "InvalidAccessKeyId.NotFound Forbidden.InstanceNotFound InvalidInstanceId.NotFound EntityNotExist.User"],
  [403, "Forbidden Forbidden.RAM Forbidden.SubUser NoPermission ActionUnauthorized AccessDenied"],
  [403, "Forbidden.RiskControl Forbidden.UserVerification"],
  [404, "InvalidProduct.NotFound InvalidApi.NotFound NoSuchVersion UnsupportedOperation InvalidAction"],
  [
    400,
    "InvalidProtocol.NeedSsl MissingParameter MissingParameter.RegionId InvalidParameter InvalidVSwitchId.Malformed"
  ],
  [400, "UnsupportedParameter UnsupportedHTTPMethod"],
  [400, "InsufficientBalance OperationDenied.NotEnoughBalance QuotaExceed.Instance EIP.QuotaExceeded"],
  // a workflow may wait for these, core does not
  [400, "Operation.Blocking TaskConflict ConcurrentCallNotSupported LockFailed LockTimeout Conflict.Lock"],
  [409, "OperationConflict ConcurrentTaskExceeded OperationDenied.DistibuteLock"],
  [400, "IncorrectStatus IncorrectInstanceStatus OperationDenied.DBInstanceStatus StateError.Instance"],
  [403, "Instance.Configuring NotActive.Listener InvalidOperation.InvalidEniState"],
  // a failure of the business
  [200, "isv.BUSINESS_LIMIT_CONTROL"]
]

describe("what no time heals", () => {
  const rows = permanent.flatMap(([status, codes]) => codes.split(" ").map((code) => [code, status] as const))

  it.effect.each(rows)("R13: %s with %i is one request", ([code, status]) =>
    inTime(
      Effect.gen(function* () {
        const { error, times } = yield* failing("DescribeDisks", no(status, code))
        assert.deepStrictEqual([error.code, error.attempts, error.stoppedBy, times], [code, 1, "Policy", [0]])
      })
    )
  )

  it.effect("R14: a 500 that says that the product is open already is one request, refused", () =>
    inTime(
      Effect.gen(function* () {
        const { error, times } = yield* failing("OpenService", no(500, "InternalError", {}, "您已开通过该产品"))
        assert.deepStrictEqual(error._tag === "ServerException" && [error.category, error.outcome, times], [
          "Business",
          "Rejected",
          [0]
        ])
        assert.strictEqual((yield* failing("DescribeDisks", no(500, "InternalError"))).times.length, 3)
      })
    )
  )
})

interface LoopRow {
  readonly id: string
  readonly input: {
    readonly action: string
    readonly answers: ReadonlyArray<"ok" | "io" | "500" | "400" | "throttle">
    readonly client: { readonly max_retry_time?: number; readonly auto_retry?: boolean }
  }
  readonly expected: {
    readonly result: { readonly ok: boolean; readonly error?: { readonly code: string } }
    readonly tries: number
    readonly sleepsMs: ReadonlyArray<number>
  }
}

describe("the policy of the seed, whole calls", () => {
  const answers: Readonly<Record<LoopRow["input"]["answers"][number], AcsTest.Reply>> = {
    ok: { json: { RequestId: "r" } },
    io: { refuse: "connect" },
    500: no(500, "InternalError"),
    400: no(400, "InvalidParameter"),
    throttle: no(400, "Throttling")
  }
  const rows = behaviour.filter(({ id }) => id.startsWith("loop/")) as unknown as ReadonlyArray<LoopRow>

  it("takes all rows along", () => {
    assert.strictEqual(rows.length, 14)
  })

  it.effect.each(rows.map((row) => [row.id, row] as const))("%s", ([, { expected, input }]) =>
    inTime(
      Effect.gen(function* () {
        const policy =
          input.client.auto_retry === false ? RetryPolicy.none : RetryPolicy.seedWith(input.client.max_retry_time ?? 3)
        const answer = ({ attempt }: AcsTest.Call) => answers[input.answers[attempt - 1] ?? "ok"]
        // a write is repeated for its token; the figures were drawn with jitter at its lowest
        const { result, times } = yield* calling(input.action, answer, policy, { ClientToken: "t" }).pipe(
          Effect.withRandom(Random.fixed([0]))
        )
        const sleeps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
        assert.deepStrictEqual([times.length, sleeps], [expected.tries, expected.sleepsMs])
        assert.strictEqual(
          Either.match(result, { onLeft: ({ code }) => code, onRight: () => undefined }),
          expected.result.error?.code
        )
      })
    )
  )
})
