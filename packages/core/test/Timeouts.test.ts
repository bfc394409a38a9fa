import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as TimeoutTable from "@effect-aliyun/core/TimeoutTable"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import behaviour from "../../../test/fixtures/vectors/python-core-behaviour.json" with { type: "json" }

const ecs = { product: "Ecs", version: "2014-05-26" } as const

/** what the Python SDK gives more than 10 s, seconds first: a line that begins further in goes on */
const table = `
  133 DescribeSecurityGroupAttribute
  103 DescribeZones
  87 DeleteSecurityGroup
  86 CreateInstance CreateSecurityGroup CreateSnapshot RunInstances
  66 DeleteInstance JoinSecurityGroup LeaveSecurityGroup
  62 ModifyInstanceSpec
  61 AddTags
  46 StartInstance
  41 DescribeVpcs
  38 DescribeImages
  36 AllocatePublicIpAddress AttachDisk CreateDisk CreateImage CreateNatGateway DeleteImage
    DescribeInstanceAttribute DescribeInstanceVncUrl DescribeLimitation ModifyInstanceNetworkSpec
    ReplaceSystemDisk ResetDisk
  35 ModifyInstanceVncPasswd
  29 ImportImage
  27 RebootInstance StopInstance
  26 DescribeDeploymentSets DescribeInstanceStatus DescribeSnapshots DescribeSnapshotsUsage
  25 DescribeSecurityGroups
  22 DescribeSpotPriceHistory ModifyInstanceAttribute ModifyInstanceChargeType
  19 DescribeDisks DescribeInstanceHistoryEvents DescribeInstanceMonitorData DescribeRegions EipFillParams
    RenewInstance
  17 AllocateEipAddress AssociateEipAddress CreateRouteEntry CreateVSwitch DeleteSnapshot DeleteVSwitch
    DeleteVpc DescribeInstanceAutoRenewAttribute DescribeInstanceTypeFamilies DescribeInstanceTypes
    DescribeResourcesModification DescribeRouteTables DescribeSnapshotLinks DescribeTags DescribeVRouters
    DescribeVSwitches DetachDisk
  16 AttachKeyPair AttachNetworkInterface AuthorizeSecurityGroup AuthorizeSecurityGroupEgress CreateCommand
    CreateDeploymentSet CreateNetworkInterface CreateVpc DeleteCommand DeleteDisk DeleteNetworkInterface
    DeleteRouteEntry DescribeAutoSnapshotPolicyEx DescribeBandwidthLimitation DescribeCloudAssistantStatus
    DescribeCommands DescribeDiskMonitorData DescribeEipAddresses DescribeEipMonitorData DescribeHpcClusters
    DescribeImageSupportInstanceTypes DescribeInvocationResults DescribeInvocations
    DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeNetworkInterfaces
    DescribeNewProjectEipMonitorData DescribePrice DescribeRenewalPrice DescribeSecurityGroupReferences
    DetachNetworkInterface InvokeCommand ModifyDiskAttribute ModifyImageSharePermission
    ModifyInstanceAutoRenewAttribute ModifySecurityGroupRule ReInitDisk ReleaseEipAddress RevokeSecurityGroup
    UnassociateEipAddress
  15 DescribeClassicLinkInstances ModifyInstanceAutoReleaseTime ModifyInstanceVpcAttribute
  14 AttachClassicLinkVpc DescribeDisksFullStatus DescribeInstancesFullStatus DetachClassicLinkVpc
    GetInstanceConsoleOutput GetInstanceScreenshot ModifyEipAddressAttribute RedeployInstance
  13 CreateNetworkInterfacePermission DescribeNetworkInterfacePermissions DescribeUserBusinessBehavior
    EipFillProduct ModifyDiskChargeType ModifyPrepayInstanceSpec RevokeSecurityGroupEgress
  12 ConvertNatPublicIpToEip DeleteDeploymentSet DescribeInstanceTopology DescribeKeyPairs
    DescribeSnapshotMonitorData
  11 AttachInstanceRamRole DescribeInstanceRamRole DescribeTasks ModifyBandwidthPackageSpec ResizeDisk
`
const documented = table
  .trim()
  .split(/\n(?=  \d)/)
  .flatMap((line) => {
    const [seconds, ...actions] = line.trim().split(/\s+/)
    return actions.map((action) => [action, Number(seconds)] as const)
  })

/** how long an attempt may take, in seconds */
const secondsOf = (values: Timeouts.Values, operation: Parameters<Timeouts.Table>[0]) =>
  Timeouts.toMillis(values, operation).attempt / 1000

describe("the limits of a call", () => {
  it("are 10 s an attempt and 60 s in all, or twice the attempt", () => {
    assert.deepStrictEqual(Timeouts.toMillis({}), { attempt: 10_000, total: 60_000 })
    assert.deepStrictEqual(Timeouts.toMillis({ attempt: "31 seconds" }), { attempt: 31_000, total: 62_000 })
    assert.deepStrictEqual(Timeouts.toMillis({ attempt: 5, total: 7 }), { attempt: 5, total: 7 })
    assert.deepStrictEqual(Timeouts.toMillis({ table: TimeoutTable.seed }, { ...ecs, action: "RunInstances" }), {
      attempt: 86_000,
      total: 172_000
    })
  })

  it("are never less than 10 s by a table", () => {
    const values: Timeouts.Values = { table: () => Duration.seconds(3) }
    assert.strictEqual(secondsOf(values, { ...ecs, action: "DescribeDisks" }), 10)
    assert.strictEqual(secondsOf({ ...values, attempt: 1000 }, { ...ecs, action: "DescribeDisks" }), 1)
  })

  it.effect("are those of the request, else of the layer, else of the table, else the usual ones", () =>
    Effect.gen(function* () {
      const givenUp = (timeouts: Timeouts.Values | undefined) =>
        Effect.gen(function* () {
          const request = RpcRequest.make({ ...ecs, action: "RunInstances", timeouts })
          const fiber = yield* Effect.fork(Effect.flip(AcsClient.execute(request)))
          yield* TestClock.adjust("2 hours")
          const error = yield* Fiber.join(fiber)
          return error._tag === "ClientException" && error.reason._tag === "Timeout"
            ? Duration.toSeconds(error.reason.after)
            : error.message
        }).pipe(
          RetryPolicy.withPolicy(RetryPolicy.none),
          Effect.provide(AcsTest.layer(() => ({ json: {}, delay: "1 hour" })))
        )
      assert.strictEqual(yield* givenUp(undefined), 10)
      assert.deepStrictEqual(
        yield* Effect.all([givenUp({ attempt: "2 seconds" }), givenUp(undefined)]).pipe(
          Effect.provide(TimeoutTable.layer)
        ),
        [2, 86]
      )
      assert.deepStrictEqual(
        yield* Effect.all([
          givenUp({ attempt: "2 seconds" }),
          givenUp({ total: "1 hour" }),
          givenUp({ attempt: undefined })
        ]).pipe(Timeouts.withTimeouts({ attempt: "3 seconds" }), Effect.provide(TimeoutTable.layer)),
        [2, 3, 3]
      )
    })
  )

  it.effect("what is given as undefined is not given", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Timeouts.Timeouts, { attempt: "1 second", total: "3 seconds" })
    }).pipe(
      Timeouts.withTimeouts({ attempt: undefined, total: "3 seconds" }),
      Effect.provide(Timeouts.layer({ attempt: "1 second", total: undefined }))
    )
  )

  it.effect("an attempt of no time is refused by name, before anything is sent", () =>
    Effect.gen(function* () {
      for (const attempt of [0, -1, Number.NaN, "0 seconds", "-1 seconds", "soon"] as const) {
        const timeouts = { attempt: attempt as Duration.DurationInput }
        const error = yield* Effect.flip(AcsClient.rpc({ ...ecs, action: "RunInstances", timeouts }))
        const reason = error._tag === "ClientException" ? error.reason : assert.fail(error.message)
        assert.strictEqual(reason._tag === "InvalidRequest" && reason.field, "timeouts", String(attempt))
        assert.include(error.message, "longer than zero")
      }
      assert.deepStrictEqual(yield* AcsTest.calls, [])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )
})

describe("TimeoutTable", () => {
  it("T08: every operation that is known to take longer has its time, and no other", () => {
    assert.strictEqual(documented.length, 130)
    assert.strictEqual(new Set(documented.map(([action]) => action)).size, 130)
    for (const [action, seconds] of documented) {
      assert.strictEqual(secondsOf({ table: TimeoutTable.seed }, { ...ecs, action }), seconds, action)
      assert.isAbove(seconds, 10)
      for (const other of [
        { ...ecs, action: `${action}s` },
        { ...ecs, action: action.toLowerCase() },
        { ...ecs, product: "Rds", action },
        { ...ecs, version: "2016-03-14", action }
      ]) {
        assert.isUndefined(TimeoutTable.seed(other), action)
      }
    }
    for (const action of ["", "constructor", "DescribeInstances"])
      assert.isUndefined(TimeoutTable.seed({ ...ecs, action }))
  })

  it.effect("T08: an instance that takes 85 s to run is waited for", () =>
    Effect.gen(function* () {
      const call = AcsClient.rpc({ ...ecs, action: "RunInstances" })
      const attempts = (run: typeof call) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.fork(
            Effect.match(run, { onFailure: () => 0, onSuccess: ({ attempts }) => attempts })
          )
          yield* TestClock.adjust("5 minutes")
          return yield* Fiber.join(fiber)
        })
      assert.strictEqual(yield* attempts(Effect.provide(call, TimeoutTable.layer)), 1)
      assert.strictEqual(yield* attempts(call), 0)
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {}, delay: "85 seconds" }))))
  )
})

interface Row {
  readonly id: string
  readonly input: {
    readonly client: { readonly timeout?: number }
    readonly request: { readonly read?: number }
    readonly product: string
    readonly version: string
    readonly action: string
  }
  readonly expected: { readonly readSeconds: number }
}

describe("the read timeouts of the seed", () => {
  const rows = behaviour.filter(({ group }) => group === "timeout") as unknown as ReadonlyArray<Row>
  // a zero is unset there; here it is refused
  const refused = "timeout/zero-is-unset"

  it("takes all rows along", () => {
    assert.strictEqual(rows.length, 9)
    assert.isTrue(rows.some(({ id }) => id === refused))
  })

  it.effect.each(rows.filter(({ id }) => id !== refused).map((row) => [row.id, row] as const))("%s", ([, row]) =>
    Effect.gen(function* () {
      const { client, request, ...operation } = row.input
      const seconds = (n: number | undefined) => (n === undefined ? undefined : Duration.seconds(n))
      const values = yield* Timeouts.Timeouts.pipe(
        Timeouts.withTimeouts({ attempt: seconds(request.read) }),
        Timeouts.withTimeouts({ attempt: seconds(client.timeout) }),
        Effect.provide(TimeoutTable.layer)
      )
      assert.strictEqual(secondsOf(values, operation), row.expected.readSeconds)
    })
  )
})
