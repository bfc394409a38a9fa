import * as AcsError from "@effect-aliyun/core/AcsError"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as ScheduleDecision from "effect/ScheduleDecision"
import * as ScheduleIntervals from "effect/ScheduleIntervals"
import behaviour from "../../../test/fixtures/vectors/python-core-behaviour.json" with { type: "json" }
import rows from "../../../test/fixtures/vectors/python-core-retry.json" with { type: "json" }

const describeRegions: AcsError.RequestInfo = { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }

interface Server {
  readonly code?: string
  readonly httpStatus?: number
  readonly retryAfter?: Duration.DurationInput
  readonly request?: AcsError.RequestInfo
}

const server = (category: AcsError.Category, { code, httpStatus, request, retryAfter }: Server = {}) =>
  new AcsError.ServerException({
    request: request ?? describeRegions,
    attempts: 1,
    totalDelay: Duration.zero,
    stoppedBy: "Policy",
    outcome: "Rejected",
    code: code ?? category,
    serverMessage: "",
    httpStatus: httpStatus ?? 400,
    requestId: undefined,
    hostId: undefined,
    recommend: undefined,
    accessDeniedDetail: undefined,
    category,
    retryAfter: retryAfter === undefined ? undefined : Duration.decode(retryAfter)
  })
const transport = (kind: AcsError.Transport["kind"], request = describeRegions) =>
  AcsError.fromReason({ _tag: "Transport", kind, syscallCode: undefined, sent: "none", bytesReceived: 0 }, { request })

/** the waits in milliseconds that a policy gives to a row of failures, until it stops */
const waits = (policy: RetryPolicy.Policy, errors: Iterable<AcsError.AcsError>) =>
  Effect.gen(function* () {
    const found: Array<number> = []
    let state: unknown = policy.initial
    let now = 1_000_000
    for (const error of errors) {
      const [next, , decision] = yield* policy.step(now, error, state)
      if (ScheduleDecision.isDone(decision)) break
      const wait = ScheduleIntervals.start(decision.intervals) - now
      found.push(wait)
      now += wait
      state = next
    }
    return found
  })
const times = (n: number, error: AcsError.AcsError) => Array.from({ length: n }, () => error)
const withRandom = (value: number) => Effect.withRandom(Random.fixed([value]))
/** the largest value that jitter can draw */
const highest = withRandom(1)

const connect = transport("Connect")
const throttled = server("Throttling")
const doubling = (base: number, cap: number, n: number) =>
  Array.from({ length: n }, (_, index) => Math.min(base * 2 ** index, cap))

describe("standard", () => {
  it.effect("standard: three attempts, full jitter, by kind of failure", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, times(9, connect)), [50, 100])
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, times(9, server("Transient"))), [50, 100])
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, times(9, throttled)), [1000, 2000])
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, times(9, server("Busy"))), [1000, 2000])
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, [connect, throttled, connect]), [50, 2000])
      assert.deepStrictEqual(yield* withRandom(0)(waits(RetryPolicy.standard, times(9, throttled))), [0, 0])
    }).pipe(highest)
  )

  it.effect("R03: waits double from 50 ms, or 1 s when throttled, up to 20 s", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.standardWith({ maxAttempts: 13 })
      assert.deepStrictEqual(yield* waits(policy, times(20, connect)), doubling(50, 20_000, 12))
      assert.deepStrictEqual(yield* waits(policy, times(20, throttled)), doubling(1000, 20_000, 12))
      // a doubling that passes every number
      const endless = RetryPolicy.standardWith({ maxAttempts: 2_000 })
      assert.strictEqual((yield* waits(endless, times(1_999, connect))).at(-1), 20_000)
    }).pipe(highest)
  )

  it.effect("R04: ten thousand draws are spread evenly from nothing to all of the wait", () =>
    Effect.gen(function* () {
      const third = Effect.map(
        waits(RetryPolicy.standardWith({ maxAttempts: 9 }), times(3, throttled)),
        (all) => all[2]
      )
      const drawn = yield* Effect.replicateEffect(third, 10_000)
      const bins = Array.from({ length: 20 }, () => 0)
      for (const wait of drawn) {
        assert.isTrue(wait !== undefined && wait >= 0 && wait < 4000, `${wait}`)
        const bin = Math.floor((wait ?? 0) / 200)
        bins[bin] = (bins[bin] ?? 0) + 1
      }
      assert.isTrue(
        bins.every((count) => count > 400 && count < 600),
        bins.join(" ")
      )
    }).pipe(Effect.withRandom(Random.make("R04")))
  )

  it.effect("standard: a hint is honoured up to five seconds beyond its own wait", () =>
    Effect.gen(function* () {
      const first = (retryAfter: Duration.DurationInput) =>
        waits(RetryPolicy.standard, [server("Throttling", { retryAfter })])
      assert.deepStrictEqual(yield* first("3 seconds"), [3000])
      assert.deepStrictEqual(yield* first("1 hour"), [6000])
      assert.deepStrictEqual(yield* first("1 millis"), [1000])
    }).pipe(highest)
  )

  it.effect("R09: a hint of 1.5 s is the wait, unless the policy's own is longer or five seconds less", () =>
    Effect.gen(function* () {
      const hinted = server("Throttling", { retryAfter: 1500 })
      assert.deepStrictEqual(yield* highest(waits(RetryPolicy.standard, times(3, hinted))), [1500, 2000])
      assert.deepStrictEqual(yield* withRandom(0)(waits(RetryPolicy.standard, times(3, hinted))), [1500, 1500])
      const patient = server("Throttling", { retryAfter: 60_000 })
      assert.deepStrictEqual(yield* withRandom(0)(waits(RetryPolicy.standard, times(3, patient))), [5000, 5000])
    })
  )

  it("R11: whatever the hint and the jitter, a wait is no less than the policy's own and no more than 5 s longer", () => {
    const hints = FastCheck.oneof(FastCheck.double(), FastCheck.integer(), FastCheck.nat(10_000))
    FastCheck.assert(
      FastCheck.property(hints, FastCheck.double({ min: 0, max: 1, noNaN: true }), (retryAfter, random) => {
        const [wait = Number.NaN] = Effect.runSync(
          withRandom(random)(waits(RetryPolicy.standard, [server("Throttling", { retryAfter })]))
        )
        const own = random * 1000
        // waits are told in nanoseconds at most
        assert.isTrue(wait >= own - 1e-6 && wait <= own + 5000 + 1e-6, `${wait} for ${retryAfter}, own ${own}`)
      }),
      { numRuns: 500 }
    )
  })

  it.effect("R15: the same token in progress does not count, and is asked after for as long as one lets it", () =>
    Effect.gen(function* () {
      const inProgress = server("InProgress", { code: "LastTokenProcessing" })
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, times(50, inProgress)), doubling(1000, 20_000, 50))
      assert.deepStrictEqual(
        yield* waits(RetryPolicy.standard, [connect, inProgress, inProgress, connect, inProgress, connect]),
        [50, 1000, 2000, 100, 4000]
      )
    }).pipe(highest)
  )

  it.effect("R15: busy counts as throttling, three attempts", () =>
    Effect.gen(function* () {
      const busy = server("Busy", { code: "SystemBusy" })
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, times(9, busy)), [1000, 2000])
    }).pipe(highest)
  )

  it.effect("B01: what cannot be read is asked for once more, whatever else fails in between", () =>
    Effect.gen(function* () {
      const unread = (mayRecover: boolean) =>
        AcsError.fromReason({
          _tag: "UnexpectedResponse",
          status: 200,
          requestId: undefined,
          issue: "",
          excerpt: "",
          mayRecover
        })
      const policy = RetryPolicy.standardWith({ maxAttempts: 9 })
      assert.deepStrictEqual(yield* waits(policy, times(9, unread(true))), [50])
      assert.deepStrictEqual(yield* waits(policy, [connect, unread(true), connect, unread(true)]), [50, 100, 200])
      assert.deepStrictEqual(yield* waits(policy, [unread(false)]), [])
      assert.deepStrictEqual(yield* waits(RetryPolicy.standardWith({ maxAttempts: 1 }), [unread(true)]), [])
    }).pipe(highest)
  )

  it.effect("R13: stops at once at what no time heals", () =>
    Effect.gen(function* () {
      const final = [
        "ClockSkew",
        "NonceUsed",
        "CredentialExpired",
        "CredentialInvalid",
        "Signature",
        "Authorization",
        "NotFound",
        "Conflict",
        "Quota",
        "Validation",
        "Business",
        "Other"
      ] as const
      for (const error of [...final.map((category) => server(category)), transport("Tls"), transport("Protocol")]) {
        assert.deepStrictEqual(yield* waits(RetryPolicy.standard, times(3, error)), [], error.message)
      }
    })
  )

  it.effect("its figures can be others", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.standardWith({
        maxAttempts: 5,
        base: 10,
        throttledBase: "2 seconds",
        cap: "3 seconds"
      })
      assert.deepStrictEqual(yield* waits(policy, times(9, connect)), [10, 20, 40, 80])
      assert.deepStrictEqual(yield* waits(policy, times(9, throttled)), [2000, 3000, 3000, 3000])
    }).pipe(highest)
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

describe("conflict", () => {
  const held = server("Conflict", { code: "OperationConflict" })
  const united = Schedule.union(RetryPolicy.standard, RetryPolicy.conflict)

  it.effect("R16: waits for up to five minutes, half of it by chance", () =>
    Effect.gen(function* () {
      const found = yield* highest(waits(RetryPolicy.conflict, times(99, held)))
      assert.deepStrictEqual(found, doubling(1000, 10_000, 33))
      assert.deepStrictEqual(
        (yield* withRandom(0)(waits(RetryPolicy.conflict, times(99, held)))).slice(0, 6),
        [500, 1000, 2000, 4000, 5000, 5000]
      )
      for (const error of [connect, throttled, server("Transient"), server("Other")]) {
        assert.deepStrictEqual(yield* waits(RetryPolicy.conflict, [error]), [])
      }
    })
  )

  it.effect("R16: five minutes to the millisecond are enough", () =>
    Effect.gen(function* () {
      const hinted = server("Conflict", { retryAfter: 6000 })
      const found = yield* waits(RetryPolicy.conflict, [hinted, ...times(99, held)])
      assert.deepStrictEqual(found, [6000, 2000, 4000, 8000, ...Array.from({ length: 28 }, () => 10_000)])
    }).pipe(highest)
  )

  it.effect("R16: united with another policy, each counts its own failures", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* waits(RetryPolicy.standard, [held]), [])
      assert.deepStrictEqual(yield* waits(united, times(9, connect)), [50, 100])
      assert.deepStrictEqual(
        yield* waits(united, [held, held, connect, held, throttled, held, connect]),
        [1000, 2000, 50, 4000, 2000, 8000]
      )
      assert.deepStrictEqual(yield* waits(united, [server("Validation")]), [])
      assert.deepStrictEqual(yield* waits(Schedule.either(RetryPolicy.conflict, RetryPolicy.standard), [held]), [1000])
    }).pipe(highest)
  )

  it.effect("honours a hint", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* waits(RetryPolicy.conflict, [server("Conflict", { retryAfter: 4000 })]), [4000])
    }).pipe(highest)
  )
})

describe("policies made of parts", () => {
  it.effect("exponential doubles up to its cap", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.exponential("100 millis", "1 second").pipe(RetryPolicy.maxAttempts(7))
      assert.deepStrictEqual(yield* waits(policy, times(9, connect)), [100, 200, 400, 800, 1000, 1000])
      const capped = yield* waits(RetryPolicy.exponential("100 millis"), times(2_000, connect))
      assert.deepStrictEqual(capped, doubling(100, 20_000, 2_000))
      const uncapped = yield* waits(RetryPolicy.exponential("1 second", Duration.infinity), times(20, connect))
      assert.strictEqual(uncapped.at(-1), 1000 * 2 ** 19)
    })
  )

  it.effect("fixed waits the same each time, or not at all", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* waits(RetryPolicy.fixed("2 seconds"), times(3, connect)), [2000, 2000, 2000])
      for (const zero of [0, 0n, "0 seconds", Duration.zero, [0, 0]] as const) {
        assert.deepStrictEqual(yield* waits(RetryPolicy.fixed(zero), times(2, connect)), [0, 0])
      }
    })
  )

  it.effect("jittered waits a part by chance, all of it or what is above a least", () =>
    Effect.gen(function* () {
      const second = RetryPolicy.fixed("1 second")
      const drawn = (policy: RetryPolicy.Policy) =>
        Effect.forEach([0, 0.5, 1], (random) => withRandom(random)(waits(policy, [connect])))
      assert.deepStrictEqual((yield* drawn(second.pipe(RetryPolicy.jittered))).flat(), [0, 500, 1000])
      assert.deepStrictEqual((yield* drawn(second.pipe(RetryPolicy.jittered()))).flat(), [0, 500, 1000])
      assert.deepStrictEqual((yield* drawn(RetryPolicy.jittered(second))).flat(), [0, 500, 1000])
      assert.deepStrictEqual((yield* drawn(second.pipe(RetryPolicy.jittered({ min: 0.5 })))).flat(), [500, 750, 1000])
      assert.deepStrictEqual((yield* drawn(RetryPolicy.jittered(second, { min: 1 }))).flat(), [1000, 1000, 1000])
    })
  )

  it.effect("honourRetryAfter: a hint lengthens the wait of any policy by up to five seconds", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.fixed("1 second").pipe(RetryPolicy.maxAttempts(4), RetryPolicy.honourRetryAfter)
      const hints = [undefined, 10, 2_000, "1 hour"] as const
      const errors = hints.map((retryAfter) => server("Throttling", retryAfter === undefined ? {} : { retryAfter }))
      assert.deepStrictEqual(yield* waits(policy, errors), [1000, 1000, 2000])
      assert.deepStrictEqual(yield* waits(policy, [server("Validation", { retryAfter: "1 hour" })]), [6000])
      assert.deepStrictEqual(yield* waits(RetryPolicy.honourRetryAfter(RetryPolicy.none), errors), [])
    })
  )

  it.effect("maxAttempts counts the first, and every failure", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.fixed(0)
      assert.deepStrictEqual(yield* waits(RetryPolicy.maxAttempts(policy, 1), [connect]), [])
      assert.deepStrictEqual(yield* waits(policy.pipe(RetryPolicy.maxAttempts(3)), times(9, connect)), [0, 0])
      const inProgress = times(9, server("InProgress"))
      assert.strictEqual((yield* waits(RetryPolicy.standard.pipe(RetryPolicy.maxAttempts(4)), inProgress)).length, 3)
    })
  )

  it.effect("whileRetryable stops at what no time heals", () =>
    Effect.gen(function* () {
      const policy = RetryPolicy.whileRetryable(RetryPolicy.fixed(0))
      assert.deepStrictEqual(yield* waits(policy, [connect, throttled, server("Validation"), connect]), [0, 0])
    })
  )
})

interface Row {
  readonly id: string
  readonly product: string | null
  readonly version: string
  readonly action: string
  readonly httpStatus: number | null
  readonly errorCode: string | null
  readonly exceptionKind: string
  readonly retriesAttempted: number
  readonly maxRetryTimes: number
  readonly autoRetry: boolean
  readonly willRetry: boolean
  readonly delayMsMin: number
  readonly delayMsMax: number
}

const failureOf = ({ action, errorCode, exceptionKind, httpStatus, product, version }: Row): AcsError.AcsError => {
  const request = { product: product ?? "", version, action }
  if (exceptionKind === "server") {
    return server("Other", { request, code: errorCode ?? "", httpStatus: httpStatus ?? 0 })
  }
  switch (errorCode) {
    case "SDK.HttpError":
      return transport("Connect", request)
    case "SDK.EndpointResolvingError":
      return AcsError.fromReason({ _tag: "EndpointUnresolved", product: "", region: "", issue: "" }, { request })
    default:
      return AcsError.fromReason(
        { _tag: "InvalidRequest", field: "", issue: "", code: "SDK.InvalidParameter" },
        { request }
      )
  }
}

describe("seed", () => {
  // a look before the first attempt, and one at a good answer: here a policy is asked about failures alone
  const asked = (rows as ReadonlyArray<Row>).filter(({ exceptionKind }) => exceptionKind !== "none")

  it("takes all rows along", () => {
    assert.strictEqual(asked.length, 113)
    assert.isTrue(rows.filter(({ exceptionKind }) => exceptionKind === "none").every(({ willRetry }) => !willRetry))
  })

  it.effect.each(asked.map((row) => [row.id, row] as const))("%s", ([, row]) =>
    Effect.gen(function* () {
      const policy = row.autoRetry ? RetryPolicy.seedWith(row.maxRetryTimes) : RetryPolicy.none
      const failures = times(row.retriesAttempted + 1, failureOf(row))
      const asks = (random: number) =>
        Effect.map(withRandom(random)(waits(policy, failures)), (all) => all[row.retriesAttempted])
      if (!row.willRetry) return assert.isUndefined(yield* asks(1))
      assert.deepStrictEqual([yield* asks(0), yield* asks(1)], [row.delayMsMin, row.delayMsMax])
    })
  )

  it.effect("of Ecs 2014-05-26, 14 actions that take a token and 79 that describe, and no other", () =>
    Effect.gen(function* () {
      const tokenActions = `
        CreateDisk CreateImage CreateInstance CreateNetworkInterface CreateSnapshot ModifyDiskChargeType
        ModifyInstanceChargeType ModifyInstanceNetworkSpec ModifyInstanceSpec ModifyPrepayInstanceSpec RenewInstance
        ReplaceSystemDisk ResizeDisk RunInstances
      `
      const described = `
        AccessPoints AccountAttributes AutoSnapshotPolicyEx AvailableResource BandwidthLimitation BandwidthPackages
        ClassicLinkInstances CloudAssistantStatus Clusters Commands DedicatedHostAutoRenew DedicatedHosts
        DedicatedHostTypes DeploymentSets DiskMonitorData Disks DisksFullStatus EipAddresses EipMonitorData
        EniMonitorData ForwardTableEntries HaVips HpcClusters Images ImageSharePermission ImageSupportInstanceTypes
        InstanceAttribute InstanceAutoRenewAttribute InstanceHistoryEvents InstanceMonitorData
        InstancePhysicalAttribute InstanceRamRole Instances InstancesFullStatus InstanceStatus InstanceTopology
        InstanceTypeFamilies InstanceTypes InstanceVncPasswd InstanceVncUrl InvocationResults Invocations KeyPairs
        LaunchTemplates LaunchTemplateVersions Limitation NatGateways NetworkInterfacePermissions NetworkInterfaces
        NewProjectEipMonitorData PhysicalConnections Price RecommendInstanceType Regions RenewalPrice ResourceByTags
        ResourcesModification RouterInterfaces RouteTables SecurityGroupAttribute SecurityGroupReferences
        SecurityGroups SnapshotLinks SnapshotMonitorData SnapshotPackage Snapshots SnapshotsUsage SpotPriceHistory
        Tags TaskAttribute Tasks UserBusinessBehavior UserData VirtualBorderRouters
        VirtualBorderRoutersForPhysicalConnection Vpcs VRouters VSwitches Zones
      `
      const first = (action: string) =>
        waits(RetryPolicy.seed, [
          server("Transient", { code: "InternalError", request: { ...describeRegions, action } })
        ])
      for (const [list, count, prefix, wait] of [
        [tokenActions, 14, "", 500],
        [described, 79, "Describe", 100]
      ] as const) {
        const names = list.trim().split(/\s+/)
        assert.strictEqual(new Set(names).size, count)
        for (const name of names) {
          assert.deepStrictEqual(yield* first(prefix + name), [wait], name)
          assert.deepStrictEqual(yield* first(`${prefix}X${name}`), [], name)
        }
      }
      for (const action of [
        "",
        "Describe",
        "DescribeRunInstances",
        "Instances",
        "RunInstances ResizeDisk",
        "TransferInstances"
      ]) {
        assert.deepStrictEqual(yield* first(action), [], action)
      }
    }).pipe(highest)
  )

  it.effect("three repetitions unless told, and no hint changes its waits", () =>
    Effect.gen(function* () {
      const hinted = server("Throttling", { code: "Throttling", retryAfter: "1 hour" })
      assert.deepStrictEqual(yield* waits(RetryPolicy.seed, times(9, hinted)), [500, 1000, 2000])
    }).pipe(highest)
  )

  it.effect("can be built of named parts: RetryOnApi, RetryOnException, RetryOnHttpStatus, And, Or, Mixed", () =>
    Effect.gen(function* () {
      const onApi = (error: AcsError.AcsError) =>
        error.request.product.toLowerCase() === "ecs" && error.request.action === "DescribeInstances"
      const onException = (error: AcsError.AcsError) =>
        ["SDK.HttpError", "InternalError", "UnknownError", "ServiceUnavailable", "Throttling"].includes(error.code)
      const onHttpStatus = (error: AcsError.AcsError) =>
        error._tag === "ServerException" && [500, 502, 503, 504].includes(error.httpStatus)
      const waiting = RetryPolicy.exponential("100 millis")
      const mixed = Schedule.union(
        Schedule.whileInput(waiting, onException),
        Schedule.whileInput(waiting, onHttpStatus)
      ).pipe(Schedule.intersect(Schedule.recurWhile(onApi)), RetryPolicy.maxAttempts(4))
      // but for throttling, whose back-off is another
      const known = asked.filter(
        ({ action, autoRetry, errorCode, maxRetryTimes, version }) =>
          autoRetry &&
          maxRetryTimes === 3 &&
          action === "DescribeInstances" &&
          version === "2014-05-26" &&
          errorCode !== "Throttling"
      )
      assert.isAbove(known.length, 10)
      for (const row of known) {
        const failures = times(row.retriesAttempted + 1, failureOf(row))
        assert.deepStrictEqual(yield* waits(mixed, failures), yield* waits(RetryPolicy.seed, failures), row.id)
      }
    })
  )
})

/** what a policy that cannot be dies with, as soon as it is provided */
const defectOf = <E>(layer: Layer.Layer<RetryPolicy.RetryPolicy, E>) =>
  Effect.map(Effect.exit(Effect.scoped(Layer.build(layer))), defectIn)

const defectIn = (exit: Exit.Exit<unknown, unknown>) => {
  const defect = Exit.isFailure(exit) && Cause.isDieType(exit.cause) ? exit.cause.defect : undefined
  return Cause.isIllegalArgumentException(defect) ? defect.message : undefined
}

describe("R18: arguments that make no sense", () => {
  const sound = RetryPolicy.exponential("100 millis")
  const bad = [
    ...[0, -1, Number.NaN, 1.5, Infinity, 2 ** 53, "3", undefined, null].map(
      (n) => ["maxAttempts: attempts", RetryPolicy.maxAttempts(sound, n as number)] as const
    ),
    ...[0, -1, Number.NaN, 2.5, "3"].map((n) => ["seedWith: maxRetries", RetryPolicy.seedWith(n as number)] as const),
    ...[-1, Number.NaN, Infinity, "-1 seconds", "soon", -1n, [-1, 0], null].map(
      (delay) => ["fixed: delay", RetryPolicy.fixed(delay as Duration.DurationInput)] as const
    ),
    ...[0, -1, Number.NaN, Infinity, "-1 seconds", "soon", undefined].map(
      (base) => ["exponential: base", RetryPolicy.exponential(base as Duration.DurationInput)] as const
    ),
    ...[0, -1, Number.NaN, "soon"].map(
      (cap) => ["exponential: cap", RetryPolicy.exponential(1, cap as Duration.DurationInput)] as const
    ),
    ...[-1, 1.1, Number.NaN, "x"].map(
      (min) => ["jittered: min", RetryPolicy.jittered(sound, { min: min as number })] as const
    ),
    ...[0, -1, Number.NaN, 1.5, "3"].map(
      (n) => ["standardWith: maxAttempts", RetryPolicy.standardWith({ maxAttempts: n as number })] as const
    ),
    ...(["base", "throttledBase", "cap"] as const).flatMap((name) =>
      [0, -1, Number.NaN, "soon"].map(
        (value) =>
          [`standardWith: ${name}`, RetryPolicy.standardWith({ [name]: value as Duration.DurationInput })] as const
      )
    ),
    ["Policy", "three times" as unknown as RetryPolicy.Policy] as const,
    ["Policy", RetryPolicy.maxAttempts(undefined as unknown as RetryPolicy.Policy, 3)] as const
  ]

  it.effect("R18: die where they are provided, by layer or for one effect, and name the argument", () =>
    Effect.gen(function* () {
      for (const [argument, policy] of bad) {
        assert.match(
          (yield* defectOf(RetryPolicy.layer(policy))) ?? "",
          new RegExp(`^RetryPolicy\\.${argument} must be `)
        )
        const exit = yield* Effect.exit(RetryPolicy.withPolicy(Effect.void, policy))
        assert.isTrue(Exit.isFailure(exit) && Cause.isDieType(exit.cause), argument)
      }
    })
  )

  const count = "be a whole number from 1; `none` makes no second attempt"
  const span = (example: string) => `be a time longer than zero, for instance '${example}'; \`fixed(0)\` does not wait`
  const cap = "be longer than zero, for instance '20 seconds'"
  it.effect.each<readonly [argument: string, must: string, given: string, policy: RetryPolicy.Policy]>([
    ["maxAttempts: attempts", count, "-1", RetryPolicy.maxAttempts(sound, -1)],
    ["standardWith: maxAttempts", count, "0", RetryPolicy.standardWith({ maxAttempts: 0 })],
    ["standardWith: base", span("50 millis"), "0 seconds", RetryPolicy.standardWith({ base: "0 seconds" })],
    ["standardWith: throttledBase", span("1 second"), "0", RetryPolicy.standardWith({ throttledBase: 0 })],
    ["standardWith: cap", cap, "0", RetryPolicy.standardWith({ cap: 0 })],
    ["seedWith: maxRetries", count, "1.5", RetryPolicy.seedWith(1.5)],
    ["fixed: delay", "be zero or a time that ends, for instance '1 second'", "-1", RetryPolicy.fixed(-1)],
    ["exponential: base", span("50 millis"), "0", RetryPolicy.exponential(0)],
    ["exponential: cap", cap, "0", RetryPolicy.exponential(1, 0)],
    ["jittered: min", "be a number from 0 to 1", "2", RetryPolicy.jittered(sound, { min: 2 })],
    // of what is given no more than fits a line
    ["Policy", "be a Schedule", "x".repeat(64), "x".repeat(65) as unknown as RetryPolicy.Policy]
  ])("R18: %s must %s, but is %s", ([argument, must, given, policy]) =>
    Effect.gen(function* () {
      const message = `RetryPolicy.${argument} must ${must}, but is ${given}`
      assert.strictEqual(yield* defectOf(RetryPolicy.layer(policy)), message)
    })
  )

  it.effect("R18: stay broken in what our own combinators make of them", () =>
    Effect.gen(function* () {
      const broken = RetryPolicy.fixed(-1)
      const around = [
        RetryPolicy.maxAttempts(broken, 3),
        RetryPolicy.whileRetryable(broken),
        RetryPolicy.jittered(broken),
        RetryPolicy.honourRetryAfter(broken),
        broken.pipe(RetryPolicy.jittered({ min: 0.5 }), RetryPolicy.whileRetryable, RetryPolicy.maxAttempts(0))
      ]
      for (const policy of around) {
        assert.match((yield* defectOf(RetryPolicy.layer(policy))) ?? "", /^RetryPolicy\.fixed: delay must be/)
      }
    })
  )

  it.effect("R18: die at their first step in what combinators of Schedule make of them", () =>
    Effect.gen(function* () {
      const broken = RetryPolicy.maxAttempts(sound, 0)
      for (const policy of [Schedule.union(sound, broken), Schedule.intersect(broken, sound)]) {
        assert.isUndefined(yield* defectOf(RetryPolicy.layer(policy)))
        const exit = yield* Effect.exit(waits(policy, [connect]))
        assert.match(defectIn(exit) ?? "", /^RetryPolicy\.maxAttempts: attempts must be/)
      }
    })
  )

  it.effect("R18: a thousand million attempts are an argument like any other", () =>
    Effect.gen(function* () {
      for (const policy of [
        RetryPolicy.maxAttempts(sound, 1e9),
        RetryPolicy.seedWith(1e9),
        RetryPolicy.standardWith({ maxAttempts: 1e9 })
      ]) {
        assert.isUndefined(yield* defectOf(RetryPolicy.layer(policy)))
      }
      assert.strictEqual((yield* waits(RetryPolicy.maxAttempts(sound, 1e9), times(99, connect))).length, 99)
    })
  )

  it("R18: what the seed refuses is refused", () => {
    const refused = behaviour.filter(({ id }) => id.startsWith("max-retry-invalid/"))
    assert.strictEqual(refused.length, 4)
    for (const { input } of refused) {
      const exit = Effect.runSyncExit(
        RetryPolicy.withPolicy(
          Effect.void,
          RetryPolicy.seedWith((input as { readonly max_retry_time: number }).max_retry_time)
        )
      )
      assert.isTrue(Exit.isFailure(exit))
    }
  })
})

it.effect("the policy of a call is standard, unless a layer or the effect brings another", () =>
  Effect.gen(function* () {
    const policy = RetryPolicy.RetryPolicy
    const others = RetryPolicy.layer(RetryPolicy.seed)
    assert.strictEqual(policy.key, "@effect-aliyun/core/RetryPolicy")
    assert.strictEqual(yield* policy, RetryPolicy.standard)
    assert.strictEqual(yield* Effect.provide(policy, others), RetryPolicy.seed)
    assert.strictEqual(yield* RetryPolicy.withPolicy(policy, RetryPolicy.none), RetryPolicy.none)
    const both = policy.pipe(RetryPolicy.withPolicy(RetryPolicy.none), Effect.provide(others))
    assert.strictEqual(yield* both, RetryPolicy.none)
  })
)

describe("layerConfig", () => {
  const figures = (layer: Layer.Layer<RetryPolicy.RetryPolicy, unknown>, variables: Record<string, string>) =>
    RetryPolicy.RetryPolicy.pipe(
      Effect.flatMap((policy) => Effect.all([waits(policy, times(9, connect)), waits(policy, times(9, throttled))])),
      Effect.provide(layer),
      highest,
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))),
      Effect.mapError(String)
    )

  it.effect("is the standard policy, with the figures that are set", () =>
    Effect.gen(function* () {
      const set = {
        ALIBABA_CLOUD_RETRY_MAX_ATTEMPTS: "4",
        ALIBABA_CLOUD_RETRY_BASE: "10 millis",
        ALIBABA_CLOUD_RETRY_THROTTLED_BASE: "2 seconds",
        ALIBABA_CLOUD_RETRY_CAP: "3 seconds"
      }
      const mine = RetryPolicy.layerConfig({ maxAttempts: Config.integer("MINE") })
      assert.deepStrictEqual(
        [
          yield* figures(RetryPolicy.layerConfig(), {}),
          yield* figures(RetryPolicy.layerConfig(), set),
          yield* figures(mine, { ...set, MINE: "2" })
        ],
        [
          [
            [50, 100],
            [1000, 2000]
          ],
          [
            [10, 20, 40],
            [2000, 3000, 3000]
          ],
          [[50], [1000]]
        ]
      )
    })
  )

  it.effect("R18: a figure that makes no sense is a ConfigError that names it", () =>
    Effect.gen(function* () {
      const issue = (name: string, text: string) =>
        Effect.flip(figures(RetryPolicy.layerConfig(), { [`ALIBABA_CLOUD_RETRY_${name}`]: text }))
      for (const text of ["0", "-1", "NaN", "1.5", "three"]) {
        assert.include(yield* issue("MAX_ATTEMPTS", text), "ALIBABA_CLOUD_RETRY_MAX_ATTEMPTS", text)
      }
      for (const name of ["BASE", "THROTTLED_BASE", "CAP"]) {
        for (const text of ["0 seconds", "-1 seconds", "NaN", "soon"]) {
          assert.include(yield* issue(name, text), `ALIBABA_CLOUD_RETRY_${name}`, text)
        }
      }
      const mine = RetryPolicy.layerConfig({ maxAttempts: Config.integer("MINE") })
      assert.match(yield* Effect.flip(figures(mine, { MINE: "0" })), /maxAttempts.*must be a whole number from 1/)
    })
  )
})
