/** Ecs: instances that are made, how they are found, and what they can be made of. */
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Xml from "@effect-aliyun/core/Xml"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import { assert, describe as group, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"
import { as, doors, people, send, sign } from "../support/Doors.js"
import { call, create, describe, ecs, ids, inMemory, machine, names, run, said, statusOf } from "../support/Ecs.js"

group.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("an instance is made, shown, stopped and deleted", () =>
    Effect.gen(function* () {
      const [id = "", ...more] = yield* run({ Amount: 2, InstanceName: "api", Tag: [{ Key: "team", Value: "a b" }] })
      assert.match(id, /^i-bp1[a-z0-9]{17}$/)
      assert.strictEqual(more.length, 1)
      assert.strictEqual(yield* statusOf(id), "Pending")
      yield* TestClock.adjust("2 seconds")
      const [instance] = yield* describe({ InstanceIds: JSON.stringify([id]) })
      assert.deepInclude(instance, {
        InstanceId: id,
        InstanceName: "api",
        Status: "Running",
        RegionId: "cn-hangzhou",
        ZoneId: "cn-hangzhou-b",
        InstanceType: "ecs.g7.large",
        InstanceTypeFamily: "ecs.g7",
        Cpu: 2,
        Memory: 8192,
        OSType: "linux",
        InstanceChargeType: "PostPaid",
        CreationTime: "1970-01-01T00:00Z",
        SecurityGroupIds: { SecurityGroupId: ["sg-bp1test"] },
        Tags: { Tag: [{ TagKey: "team", TagValue: "a b" }] },
        OperationLocks: { LockReason: [] }
      })
      assert.strictEqual(instance.VpcAttributes.VSwitchId, "vsw-bp1test")
      assert.notProperty(instance, "next")
      assert.notProperty(instance, "place")
      yield* ecs("StopInstance", { InstanceId: id })
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(Object.keys(yield* ecs("DeleteInstance", { InstanceId: id })), ["RequestId"])
      assert.strictEqual(yield* statusOf(id), undefined)
      assert.deepStrictEqual(yield* names(), ["web-1", "web-2", "db-1", "batch-1", "batch-2", "api"])
      assert.strictEqual((yield* Emulator.Emulator.pipe(Effect.flatMap(({ instances }) => instances))).length, 8)
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("in XML, lists are repeated elements", () =>
    Effect.gen(function* () {
      const request = { product: "Ecs", version: "2014-05-26", format: "XML" } as const
      const read = (action: string, query = {}) =>
        Effect.map(Effect.flatMap(sign(RpcRequest.make({ ...request, action, query })), send), ({ text }) => {
          return (Either.getOrThrow(Xml.parseText(text)) as any)[`${action}Response`]
        })
      const { InstanceIdSets } = yield* read("RunInstances", { ...machine, Amount: 3 })
      assert.strictEqual(InstanceIdSets.InstanceIdSet.length, 3)
      const { InstanceId } = yield* read("CreateInstance", machine)
      const { Instances, PageNumber, PageSize, TotalCount } = yield* read("DescribeInstances", {
        InstanceIds: JSON.stringify([InstanceId])
      })
      assert.deepStrictEqual([PageNumber, PageSize, TotalCount], ["1", "10", "1"])
      assert.strictEqual(Instances.Instance.Status, "Stopped")
    }).pipe(as(people.tester), Effect.provide(door))
  )
})

inMemory("CreateInstance makes one that is stopped, and stays so", () =>
  Effect.gen(function* () {
    const id = yield* create({ InstanceName: "lib", Amount: 5 })
    assert.strictEqual(yield* statusOf(id), "Stopped")
    yield* TestClock.adjust("1 hour")
    assert.strictEqual(yield* statusOf(id), "Stopped")
    assert.deepStrictEqual(yield* names({ InstanceName: "lib" }), ["lib"])
  })
)

inMemory("names are counted, or are those of the ids", () =>
  Effect.gen(function* () {
    const named = (query: Record<string, unknown>) =>
      Effect.gen(function* () {
        const made = yield* run({ Amount: 3, ...query })
        const shown = yield* describe({ InstanceIds: JSON.stringify(made) })
        assert.deepStrictEqual(
          shown.map(({ InstanceId }) => InstanceId),
          [...made]
        )
        return { made, shown: shown.map(({ HostName, InstanceName }) => [InstanceName, HostName]) }
      })
    const { made, shown } = yield* named({})
    assert.deepStrictEqual(
      shown,
      made.map((id) => [id, `iZ${id.slice(2)}Z`])
    )
    assert.deepStrictEqual((yield* named({ InstanceName: "web", HostName: "h-1", UniqueSuffix: true })).shown, [
      ["web001", "h-1001"],
      ["web002", "h-1002"],
      ["web003", "h-1003"]
    ])
    assert.deepStrictEqual((yield* named({ InstanceName: "n-[99,3]-x", HostName: "h[,]", UniqueSuffix: true })).shown, [
      ["n-099-x", "h000000"],
      ["n-100-x", "h000001"],
      ["n-101-x", "h000002"]
    ])
    assert.deepStrictEqual((yield* named({ InstanceName: "n[7,]" })).shown[0]?.[0], "n000007")
  })
)

inMemory("a public address comes with bandwidth, an order with PrePaid", () =>
  Effect.gen(function* () {
    const made = yield* ecs("RunInstances", { ...machine, InternetMaxBandwidthOut: 5, InstanceChargeType: "PrePaid" })
    assert.match(made.OrderId, /^\d+$/)
    const [instance] = yield* describe({ InstanceIds: JSON.stringify(made.InstanceIdSets.InstanceIdSet) })
    assert.strictEqual(instance.PublicIpAddress.IpAddress.length, 1)
    assert.strictEqual(instance.InternetMaxBandwidthOut, 5)
    const plain = yield* ecs("RunInstances", { ...machine, SecurityGroupIds: ["sg-b", "sg-c"] })
    assert.notProperty(plain, "OrderId")
    const [other] = yield* describe({ InstanceIds: JSON.stringify(plain.InstanceIdSets.InstanceIdSet) })
    assert.deepStrictEqual(other.PublicIpAddress.IpAddress, [])
    assert.deepStrictEqual(other.SecurityGroupIds.SecurityGroupId, ["sg-bp1test", "sg-b", "sg-c"])
    assert.notDeepEqual(instance.VpcAttributes.PrivateIpAddress, other.VpcAttributes.PrivateIpAddress)
  })
)

inMemory("what cannot be made is said to be so, and nothing is", () =>
  Effect.gen(function* () {
    const long = "x".repeat(129)
    const rows: ReadonlyArray<readonly [Record<string, unknown>, string]> = [
      [{ RegionId: "" }, "400 MissingParameter"],
      [{ RegionId: "mars-1" }, "404 InvalidRegionId.NotFound"],
      [{ ImageId: "" }, "400 MissingParameter"],
      [{ ImageId: "m-none" }, "404 InvalidImageId.NotFound"],
      [{ InstanceType: "" }, "400 MissingParameter"],
      [{ InstanceType: "ecs.none.large" }, "400 InvalidInstanceType.ValueNotSupported"],
      [{ ZoneId: "cn-hangzhou-z" }, "404 InvalidZoneId.NotFound"],
      [{ ZoneId: "cn-shanghai-b" }, "404 InvalidZoneId.NotFound"],
      [{ SecurityGroupId: "vsw-1" }, "404 InvalidSecurityGroupId.NotFound"],
      [{ VSwitchId: "sg-1" }, "404 InvalidVSwitchId.NotFound"],
      [{ Amount: 0 }, "403 InvalidParam.Amount"],
      [{ Amount: 101 }, "403 InvalidParam.Amount"],
      [{ Amount: "1.5" }, "403 InvalidParam.Amount"],
      [{ Amount: 2, MinAmount: 3 }, "400 InvalidMinAmount.Malformed"],
      [{ MinAmount: "x" }, "400 InvalidMinAmount.Malformed"],
      [{ InstanceName: "a" }, "400 InvalidInstanceName.Malformed"],
      [{ InstanceName: "http://a" }, "400 InvalidInstanceName.Malformed"],
      [{ InstanceName: long }, "400 InvalidInstanceName.Malformed"],
      [{ InstanceName: "a[1]" }, "400 InvalidInstanceName.CustomMalformed"],
      [{ InstanceName: "a[1,7]" }, "400 InvalidInstanceName.CustomMalformed"],
      [{ InstanceName: long.slice(3), UniqueSuffix: true }, "403 InvalidParams.InstanceNameExceed"],
      [{ HostName: "a--b" }, "400 InvalidHostName.Malformed"],
      [{ HostName: "-ab" }, "400 InvalidHostName.Malformed"],
      [{ HostName: "a_b" }, "400 InvalidHostName.Malformed"],
      [{ HostName: "h".repeat(62), UniqueSuffix: true }, "403 InvalidParams.HostnameExceed"],
      [{ Description: "x" }, "400 InvalidDescription.Malformed"],
      [{ Description: "https://a" }, "400 InvalidDescription.Malformed"],
      [{ InstanceChargeType: "Free" }, "404 InvalidInstanceChargeType.NotFound"],
      [{ InternetMaxBandwidthOut: 101 }, "400 InvalidInternetMaxBandwidthOut.Malformed"],
      [{ UniqueSuffix: "perhaps" }, "400 InvalidParameter"],
      [{ DryRun: "perhaps" }, "400 InvalidParameter"],
      [{ DryRun: true }, "400 DryRunOperation"],
      [{ DryRun: true, ImageId: "m-none" }, "404 InvalidImageId.NotFound"]
    ]
    for (const [query, answer] of rows) {
      assert.strictEqual(yield* said("RunInstances", { ...machine, ...query }), answer, JSON.stringify(query))
    }
    assert.strictEqual(yield* said("CreateInstance", { ...machine, DryRun: true }), "400 DryRunOperation")
    assert.strictEqual((yield* describe()).length, 5)
    const error = yield* Effect.flip(call("RunInstances", { ...machine, ImageId: "" }))
    assert.include(
      error.message,
      'The input parameter "ImageId" that is mandatory for processing this request is not supplied.'
    )
  })
)

inMemory("what is on the edge can be made", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<Record<string, unknown>> = [
      { Amount: 100, MinAmount: 100 },
      { InstanceName: "服务-1:a_b.c" },
      { InstanceName: "x".repeat(128), HostName: "h".repeat(64), Description: "d".repeat(256) },
      { SecurityGroupId: "", VSwitchId: "", InstanceName: "", HostName: "", Description: "" },
      { InternetMaxBandwidthOut: 0, DryRun: false, ZoneId: "cn-hangzhou-k" },
      // what some clients send whether it is wanted or not
      { AutoRenew: false, SpotPriceLimit: "0.0000", "SystemDisk.Size": 40 }
    ]
    for (const query of rows) {
      assert.strictEqual(yield* said("RunInstances", { ...machine, ...query }), "200", JSON.stringify(query))
    }
  })
)

inMemory("DescribeInstances finds by what is shown", () =>
  Effect.gen(function* () {
    yield* run({ InstanceName: "x-1", InstanceType: "ecs.c7.xlarge", ZoneId: "cn-hangzhou-h", Tag: [{ Key: "k" }] })
    yield* run({ InstanceName: "x-2", ImageId: "debian_12_5_x64_20G_alibase_20240530.vhd", VSwitchId: "vsw-2" })
    yield* run({ InstanceName: "y-1", SecurityGroupId: "sg-2", InstanceChargeType: "PrePaid" })
    const fixtures = ["web-1", "web-2", "db-1", "batch-1", "batch-2"]
    const rows: ReadonlyArray<readonly [Record<string, unknown>, ReadonlyArray<string>]> = [
      [{}, [...fixtures, "x-1", "x-2", "y-1"]],
      [{ InstanceName: "x-1" }, ["x-1"]],
      [{ InstanceName: "x" }, []],
      [{ InstanceName: "*-1" }, ["web-1", "db-1", "batch-1", "x-1", "y-1"]],
      [{ InstanceName: "b*-*" }, ["batch-1", "batch-2"]],
      [{ InstanceName: "*a*t*2*" }, ["batch-2"]],
      [{ InstanceName: "x-1*1" }, []],
      [{ InstanceName: "*" }, [...fixtures, "x-1", "x-2", "y-1"]],
      [{ Status: "Pending" }, ["x-1", "x-2", "y-1"]],
      [{ ZoneId: "cn-hangzhou-h" }, ["x-1"]],
      [{ VSwitchId: "vsw-2" }, ["x-2"]],
      [{ VpcId: "vpc-cn-hangzhou-0001", Status: "Stopped" }, ["batch-1", "batch-2"]],
      [{ InstanceType: "ecs.c7.xlarge" }, ["x-1"]],
      [{ InstanceTypeFamily: "ecs.c7" }, ["x-1"]],
      [{ ImageId: "debian_12_5_x64_20G_alibase_20240530.vhd" }, ["x-2"]],
      [{ SecurityGroupId: "sg-2" }, ["y-1"]],
      [{ InstanceChargeType: "PrePaid" }, ["y-1"]],
      [{ InstanceNetworkType: "classic" }, []],
      [{ PrivateIpAddresses: '["192.168.0.12"]' }, ["web-2"]],
      [{ PublicIpAddresses: '["203.0.113.11"]' }, ["web-1"]],
      [{ Tag: [{ Key: "k" }] }, ["x-1"]],
      [{ Tag: [{ Key: "env", Value: "prod" }] }, fixtures],
      [{ Tag: [{ Key: "env", Value: "test" }] }, []],
      [{ Tag: [{ Key: "env" }, { Key: "k" }] }, []],
      [{ "Tag.3.key": "env", "Tag.3.value": "prod", Status: "Running" }, ["web-1", "web-2", "db-1"]],
      [{ RegionId: "cn-shanghai" }, ["staging-1", "staging-2"]],
      [{ RegionId: "cn-shanghai", InstanceIds: JSON.stringify([ids.running]) }, []]
    ]
    for (const [query, expected] of rows) {
      assert.deepStrictEqual(yield* names(query), expected, JSON.stringify(query))
    }
    const refused: ReadonlyArray<readonly [Record<string, unknown>, string]> = [
      [{ Status: "Dancing" }, "404 InvalidStatus.NotFound"],
      [{ InstanceChargeType: "Free" }, "404 InvalidInstanceChargeType.NotFound"],
      [{ Tag: [{ Value: "v" }] }, "400 InvalidTag.Mismatch"],
      [{ Tag: Array.from({ length: 21 }, (_, index) => ({ Key: `k${index}` })) }, "400 InvalidTagCount"],
      [{ PrivateIpAddresses: "10.0.0.1" }, "400 InvalidPrivateIpAddresses.Malformed"],
      [{ DryRun: true }, "400 DryRunOperation"]
    ]
    for (const [query, answer] of refused) assert.strictEqual(yield* said("DescribeInstances", query), answer)
  })
)

inMemory("DescribeInstanceStatus tells states and no more", () =>
  Effect.gen(function* () {
    const { InstanceStatuses, PageNumber, PageSize, TotalCount } = yield* ecs("DescribeInstanceStatus", { PageSize: 2 })
    assert.deepStrictEqual([TotalCount, PageNumber, PageSize], [5, 1, 2])
    assert.deepStrictEqual(InstanceStatuses.InstanceStatus[0], { InstanceId: ids.running, Status: "Running" })
    const one = yield* ecs("DescribeInstanceStatus", { InstanceId: [ids.stopped, ids.elsewhere] })
    assert.deepStrictEqual(one.InstanceStatuses.InstanceStatus, [{ InstanceId: ids.stopped, Status: "Stopped" }])
    const many = { InstanceId: Array.from({ length: 101 }, (_, index) => `i-${index}`) }
    assert.strictEqual(yield* said("DescribeInstanceStatus", many), "403 InvalidParameter.TooManyInstanceIds")
    assert.strictEqual(yield* said("DescribeInstanceStatus", { ZoneId: "x" }), "404 InvalidZoneId.NotFound")
    assert.strictEqual(yield* said("DescribeInstanceStatus", { PageSize: 51 }), "400 InvalidParameter")
    const zone = yield* ecs("DescribeInstanceStatus", { ZoneId: "cn-hangzhou-k" })
    assert.strictEqual(zone.TotalCount, 0)
  })
)

inMemory("zones, types and images are those that instances can be made of", () =>
  Effect.gen(function* () {
    const { Zones } = yield* ecs("DescribeZones", { AcceptLanguage: "en-US" })
    assert.deepInclude(Zones.Zone[0], { ZoneId: "cn-hangzhou-b", LocalName: "Hangzhou Zone B" })
    assert.include(Zones.Zone[0].AvailableInstanceTypes.InstanceTypes, "ecs.g7.large")
    assert.strictEqual((yield* ecs("DescribeZones")).Zones.Zone[0].LocalName, "杭州 可用区B")
    assert.strictEqual(yield* said("DescribeZones", { RegionId: "mars-1" }), "404 InvalidRegionId.NotFound")

    const { InstanceTypes } = yield* ecs("DescribeInstanceTypes")
    assert.deepInclude(
      InstanceTypes.InstanceType.find(({ InstanceTypeId }: any) => InstanceTypeId === "ecs.r7.xlarge"),
      { CpuCoreCount: 4, MemorySize: 32, InstanceTypeFamily: "ecs.r7" }
    )
    const c7 = yield* ecs("DescribeInstanceTypes", { InstanceTypeFamily: "ecs.c7", MaxResults: 3 })
    assert.strictEqual(c7.InstanceTypes.InstanceType.length, 3)
    const rest = yield* ecs("DescribeInstanceTypes", { InstanceTypeFamily: "ecs.c7", NextToken: c7.NextToken })
    assert.deepStrictEqual([rest.InstanceTypes.InstanceType.length, rest.NextToken], [1, ""])
    const some = yield* ecs("DescribeInstanceTypes", { InstanceTypes: ["ecs.t1.small", "ecs.none"] })
    assert.strictEqual(some.InstanceTypes.InstanceType.length, 1)

    const { Images, PageNumber, PageSize, TotalCount } = yield* ecs("DescribeImages", { OSType: "linux", PageSize: 4 })
    assert.deepStrictEqual([PageNumber, PageSize, TotalCount, Images.Image.length], [1, 4, 6, 4])
    for (const { ImageId } of Images.Image) yield* run({ ImageId })
    const wanted = (query: Record<string, unknown>) =>
      Effect.map(ecs("DescribeImages", query), (body) => body.Images.Image.map(({ ImageId }: any) => ImageId))
    assert.deepStrictEqual(yield* wanted({ ImageId: `${machine.ImageId},m-none` }), [machine.ImageId])
    assert.strictEqual((yield* wanted({ ImageName: "aliyun_3*" })).length, 2)
    assert.deepStrictEqual(yield* wanted({ ImageOwnerAlias: "self" }), [])
  })
)

it.effect("instances belong to no key: what one makes another sees", () =>
  Effect.gen(function* () {
    yield* run({ InstanceName: "shared" }).pipe(as(people.tester))
    assert.deepStrictEqual(yield* names({ InstanceName: "shared" }).pipe(as(people.sts)), ["shared"])
    const error = yield* Effect.flip(call("RunInstances", machine).pipe(as(people.impostor)))
    assert.deepInclude(error, { code: "InvalidAccessKeySecret" })
    assert.strictEqual((yield* describe().pipe(as(people.tester))).length, 6)
  }).pipe(Effect.provide(doors["in memory"]))
)

it.effect("every operation asks for a signature", () =>
  Effect.gen(function* () {
    const actions = ["RunInstances", "DeleteInstance", "DescribeInstances", "TagResources"]
    for (const action of actions) assert.strictEqual(yield* said(action, machine), "400 MissingAccessKeyId")
  }).pipe(as(people.nobody), Effect.provide(doors["in memory"]))
)
