/**
 * Which operations are known to take longer than others, in an entry of its own: who does not import it does not carry it.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import * as Timeouts from "./Timeouts.js"

// of Ecs 2014-05-26; the other 91 actions of the table have 10 seconds, as what is not in it
const table: ReadonlyArray<readonly [seconds: number, actions: string]> = [
  [133, "DescribeSecurityGroupAttribute"],
  [103, "DescribeZones"],
  [87, "DeleteSecurityGroup"],
  [86, "CreateInstance CreateSecurityGroup CreateSnapshot RunInstances"],
  [66, "DeleteInstance JoinSecurityGroup LeaveSecurityGroup"],
  [62, "ModifyInstanceSpec"],
  [61, "AddTags"],
  [46, "StartInstance"],
  [41, "DescribeVpcs"],
  [38, "DescribeImages"],
  [
    36,
    `
      AllocatePublicIpAddress AttachDisk CreateDisk CreateImage CreateNatGateway DeleteImage
      DescribeInstanceAttribute DescribeInstanceVncUrl DescribeLimitation ModifyInstanceNetworkSpec
      ReplaceSystemDisk ResetDisk
    `
  ],
  [35, "ModifyInstanceVncPasswd"],
  [29, "ImportImage"],
  [27, "RebootInstance StopInstance"],
  [26, "DescribeDeploymentSets DescribeInstanceStatus DescribeSnapshots DescribeSnapshotsUsage"],
  [25, "DescribeSecurityGroups"],
  [22, "DescribeSpotPriceHistory ModifyInstanceAttribute ModifyInstanceChargeType"],
  [
    19,
    `
      DescribeDisks DescribeInstanceHistoryEvents DescribeInstanceMonitorData DescribeRegions EipFillParams
      RenewInstance
    `
  ],
  [
    17,
    `
      AllocateEipAddress AssociateEipAddress CreateRouteEntry CreateVSwitch DeleteSnapshot DeleteVSwitch
      DeleteVpc DescribeInstanceAutoRenewAttribute DescribeInstanceTypeFamilies DescribeInstanceTypes
      DescribeResourcesModification DescribeRouteTables DescribeSnapshotLinks DescribeTags DescribeVRouters
      DescribeVSwitches DetachDisk
    `
  ],
  [
    16,
    `
      AttachKeyPair AttachNetworkInterface AuthorizeSecurityGroup AuthorizeSecurityGroupEgress CreateCommand
      CreateDeploymentSet CreateNetworkInterface CreateVpc DeleteCommand DeleteDisk DeleteNetworkInterface
      DeleteRouteEntry DescribeAutoSnapshotPolicyEx DescribeBandwidthLimitation DescribeCloudAssistantStatus
      DescribeCommands DescribeDiskMonitorData DescribeEipAddresses DescribeEipMonitorData DescribeHpcClusters
      DescribeImageSupportInstanceTypes DescribeInvocationResults DescribeInvocations
      DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeNetworkInterfaces
      DescribeNewProjectEipMonitorData DescribePrice DescribeRenewalPrice DescribeSecurityGroupReferences
      DetachNetworkInterface InvokeCommand ModifyDiskAttribute ModifyImageSharePermission
      ModifyInstanceAutoRenewAttribute ModifySecurityGroupRule ReInitDisk ReleaseEipAddress RevokeSecurityGroup
      UnassociateEipAddress
    `
  ],
  [15, "DescribeClassicLinkInstances ModifyInstanceAutoReleaseTime ModifyInstanceVpcAttribute"],
  [
    14,
    `
      AttachClassicLinkVpc DescribeDisksFullStatus DescribeInstancesFullStatus DetachClassicLinkVpc
      GetInstanceConsoleOutput GetInstanceScreenshot ModifyEipAddressAttribute RedeployInstance
    `
  ],
  [
    13,
    `
      CreateNetworkInterfacePermission DescribeNetworkInterfacePermissions DescribeUserBusinessBehavior
      EipFillProduct ModifyDiskChargeType ModifyPrepayInstanceSpec RevokeSecurityGroupEgress
    `
  ],
  [
    12,
    `
      ConvertNatPublicIpToEip DeleteDeploymentSet DescribeInstanceTopology DescribeKeyPairs
      DescribeSnapshotMonitorData
    `
  ],
  [
    11,
    `
      AttachInstanceRamRole DescribeInstanceRamRole DescribeTasks ModifyBandwidthPackageSpec ResizeDisk
    `
  ]
]

const limits: ReadonlyMap<string, Duration.Duration> = new Map(
  table.flatMap(([seconds, actions]) =>
    actions
      .trim()
      .split(/\s+/)
      .map((action) => [action, Duration.seconds(seconds)] as const)
  )
)

/**
 * The table of the Python SDK: 221 actions of Ecs 2014-05-26, 130 of them with more than 10 s (`RunInstances` 86 s,
 * `DescribeSecurityGroupAttribute` 133 s). The product in any case, version and action as they are written.
 *
 * @since 0.1.0
 * @category tables
 * @example
 * import * as TimeoutTable from "@effect-aliyun/core/TimeoutTable"
 * import * as Duration from "effect/Duration"
 *
 * const limit = TimeoutTable.seed({ product: "Ecs", version: "2014-05-26", action: "RunInstances" })
 * console.log(limit?.pipe(Duration.toSeconds)) // 86
 */
export const seed: Timeouts.Table = ({ action, product, version }) =>
  product.toLowerCase() === "ecs" && version === "2014-05-26" ? limits.get(action) : undefined

/**
 * {@link seed} for all calls that say nothing of `attempt`, themselves or by a layer further out.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as TimeoutTable from "@effect-aliyun/core/TimeoutTable"
 * import * as Effect from "effect/Effect"
 *
 * export const instances = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "RunInstances" }).pipe(
 *   Effect.provide(TimeoutTable.layer)
 * )
 */
export const layer: Layer.Layer<Timeouts.Timeouts> = Timeouts.layer({ table: seed })
