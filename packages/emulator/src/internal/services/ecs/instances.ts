/** Instances, as they are kept and as they are shown: a state that takes time is a state with an end. */
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import * as Either from "effect/Either"
import type { Request } from "../../service.js"
import * as Store from "../../store.js"
import * as fixtures from "./fixtures.js"
import * as refusals from "./refusals.js"

/** @internal */
export const statuses = ["Pending", "Starting", "Running", "Stopping", "Stopped"] as const

/** @internal */
export type Status = (typeof statuses)[number]

/** @internal */
export const chargeTypes = ["PostPaid", "PrePaid"] as const

/** @internal */
export interface Tag {
  readonly TagKey: string
  readonly TagValue: string
}

interface IpAddresses {
  readonly IpAddress: ReadonlyArray<string>
}

/** @internal as DescribeInstances shows it */
export interface View {
  readonly InstanceId: string
  readonly InstanceName: string
  readonly HostName: string
  readonly Description: string
  readonly Status: Status
  readonly RegionId: string
  readonly ZoneId: string
  readonly InstanceType: string
  readonly InstanceTypeFamily: string
  readonly Cpu: number
  /** in MiB */
  readonly Memory: number
  readonly GPUAmount: number
  readonly GPUSpec: string
  readonly ImageId: string
  readonly OSType: string
  readonly OSName: string
  readonly OSNameEn: string
  readonly InstanceChargeType: (typeof chargeTypes)[number]
  readonly InstanceNetworkType: "vpc"
  readonly InternetChargeType: "PayByTraffic"
  readonly InternetMaxBandwidthIn: number
  readonly InternetMaxBandwidthOut: number
  readonly IoOptimized: boolean
  readonly SpotStrategy: "NoSpot"
  readonly DeletionProtection: boolean
  readonly CreationTime: string
  readonly ExpiredTime: string
  readonly PublicIpAddress: IpAddresses
  readonly InnerIpAddress: IpAddresses
  readonly EipAddress: {
    readonly AllocationId: string
    readonly IpAddress: string
    readonly InternetChargeType: string
  }
  readonly SecurityGroupIds: { readonly SecurityGroupId: ReadonlyArray<string> }
  readonly VpcAttributes: {
    readonly VpcId: string
    readonly VSwitchId: string
    readonly NatIpAddress: string
    readonly PrivateIpAddress: IpAddresses
  }
  readonly OperationLocks: { readonly LockReason: ReadonlyArray<{ readonly LockReason: string }> }
  readonly Tags: { readonly Tag: ReadonlyArray<Tag> }
}

/** @internal what is kept: `next` is the state to come, from `at` on (milliseconds since the epoch) */
export interface Instance extends View {
  readonly next?: { readonly Status: Status; readonly at: number }
  /** in the order of creation, and never used twice: NextToken tells where to go on by it */
  readonly place: number
}

/** @internal */
export const table = Store.table<Instance>("Ecs.Instance")

const places = Store.table<number>("Ecs.Place")
const last = "Instance"

/** @internal */
export const nextPlace = (store: Store.Store): number => (places.get(store, last) ?? 0) + 1

/** @internal what to commit for instances that are new, in the order of their places, `nextPlace` first */
export const insert = (instances: ReadonlyArray<Instance>): Store.Commit => [
  ...instances.map((instance) => table.put(instance.InstanceId, instance)),
  ...instances.slice(-1).map(({ place }) => places.put(last, place))
]

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

/** @internal an id that nobody has: `i-`, what those of the region begin with, and 17 letters or digits */
export const randomId = (prefix: string): string => {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(17))
  return `i-${prefix}${Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("")}`
}

/** an instance in the state it has reached */
const settle = (instance: Instance, now: number): Instance => {
  if (instance.next === undefined || now < instance.next.at) return instance
  const { next, ...rest } = instance
  return { ...rest, Status: next.Status }
}

/**
 * @internal one instance, in the state it has reached. Each region has its own: where a call names one, it finds none of
 * another
 */
export const find = (
  { now, store }: Request,
  id: string,
  regionId: string | undefined
): Either.Either<Instance, Verification.Refusal> => {
  const found = table.get(store, id)
  return found === undefined || (regionId !== undefined && found.RegionId !== regionId)
    ? Either.left(refusals.instanceNotFound)
    : Either.right(settle(found, now))
}

/** @internal an instance on its way from one state to another */
export const moving = (
  instance: Instance,
  [through, to]: readonly [through: Status, to: Status],
  at: number
): Instance => ({ ...instance, Status: through, next: { Status: to, at } })

/** @internal what is shown of an instance */
export const view = ({ next: _next, place: _place, ...shown }: Instance): View => shown

/** @internal all there are, each in the state it has reached */
export const settled = (store: Store.Store, now: number): ReadonlyArray<Instance> =>
  table.values(store).map((instance) => settle(instance, now))

/** @internal */
export const all = (store: Store.Store, now: number): ReadonlyArray<View> => settled(store, now).map(view)

/** @internal what has to be known of an instance to make it */
export interface Plan {
  readonly instanceId: string
  readonly instanceName: string
  readonly hostName: string
  readonly description: string
  readonly status: Status
  readonly regionId: string
  readonly zoneId: string
  readonly type: fixtures.InstanceType
  readonly image: fixtures.Image
  readonly chargeType: (typeof chargeTypes)[number]
  readonly bandwidthOut: number
  readonly deletionProtection: boolean
  /** milliseconds since the epoch */
  readonly createdAt: number
  readonly publicIp: string | undefined
  readonly privateIp: string
  readonly securityGroupIds: ReadonlyArray<string>
  readonly vSwitchId: string | undefined
  readonly tags: ReadonlyArray<Tag>
  readonly place: number
}

/** @internal */
export const make = (plan: Plan): Instance => ({
  InstanceId: plan.instanceId,
  InstanceName: plan.instanceName,
  HostName: plan.hostName,
  Description: plan.description,
  Status: plan.status,
  RegionId: plan.regionId,
  ZoneId: plan.zoneId,
  InstanceType: plan.type.InstanceTypeId,
  InstanceTypeFamily: plan.type.InstanceTypeFamily,
  Cpu: plan.type.CpuCoreCount,
  Memory: plan.type.MemorySize * 1024,
  GPUAmount: plan.type.GPUAmount,
  GPUSpec: plan.type.GPUSpec,
  ImageId: plan.image.ImageId,
  OSType: plan.image.OSType,
  OSName: plan.image.OSName,
  OSNameEn: plan.image.OSNameEn,
  InstanceChargeType: plan.chargeType,
  InstanceNetworkType: "vpc",
  InternetChargeType: "PayByTraffic",
  InternetMaxBandwidthIn: Math.max(10, plan.bandwidthOut),
  InternetMaxBandwidthOut: plan.bandwidthOut,
  IoOptimized: true,
  SpotStrategy: "NoSpot",
  DeletionProtection: plan.deletionProtection,
  CreationTime: minute(plan.createdAt),
  ExpiredTime: "2099-12-31T15:59Z",
  PublicIpAddress: { IpAddress: plan.publicIp === undefined ? [] : [plan.publicIp] },
  InnerIpAddress: { IpAddress: [] },
  EipAddress: { AllocationId: "", IpAddress: "", InternetChargeType: "" },
  SecurityGroupIds: { SecurityGroupId: plan.securityGroupIds },
  VpcAttributes: {
    VpcId: `vpc-${plan.regionId}-0001`,
    VSwitchId: plan.vSwitchId ?? `vsw-${plan.regionId}-0001`,
    NatIpAddress: "",
    PrivateIpAddress: { IpAddress: [plan.privateIp] }
  },
  OperationLocks: { LockReason: [] },
  Tags: { Tag: plan.tags },
  place: plan.place
})

/** the product leaves the seconds out */
const minute = (millis: number): string => `${Timestamp.iso8601(millis).slice(0, "2024-01-15T02:00".length)}Z`

/** @internal the group of a region that is taken where none is asked for */
export const defaultSecurityGroupId = (regionId: string): string => `sg-${regionId}-0001`

const seeded = (
  { host, id, name, region, status }: fixtures.Seed,
  index: number,
  type: fixtures.InstanceType,
  image: fixtures.Image
) =>
  make({
    instanceId: id,
    instanceName: name,
    hostName: name,
    description: "",
    status,
    regionId: region,
    zoneId: `${region}-b`,
    type,
    image,
    chargeType: "PostPaid",
    bandwidthOut: host === 11 ? 5 : 0,
    deletionProtection: false,
    createdAt: Date.UTC(2024, 0, 15, 2),
    publicIp: host === 11 ? "203.0.113.11" : undefined,
    privateIp: `192.168.0.${host}`,
    securityGroupIds: [defaultSecurityGroupId(region)],
    vSwitchId: undefined,
    tags: [{ TagKey: "env", TagValue: region === "cn-hangzhou" ? "prod" : "test" }],
    place: index + 1
  })

const [image] = fixtures.images
const type = fixtures.instanceTypes.find(({ InstanceTypeId }) => InstanceTypeId === "ecs.g7.large")

/** @internal */
export const seed: ReadonlyArray<Store.Change> =
  image === undefined || type === undefined
    ? []
    : insert(fixtures.instances.map((instance, index) => seeded(instance, index, type, image)))
