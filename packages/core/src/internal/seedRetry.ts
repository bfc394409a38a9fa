/** What the seed repeats: the figures of its `retry_config.json`, which knows one version of one product. */
import type * as AcsError from "../AcsError.js"
import type { Wait } from "./policy.js"

const product = "ecs"
const version = "2014-05-26"

const tokenActions = `
  CreateDisk CreateImage CreateInstance CreateNetworkInterface CreateSnapshot ModifyDiskChargeType
  ModifyInstanceChargeType ModifyInstanceNetworkSpec ModifyInstanceSpec ModifyPrepayInstanceSpec RenewInstance
  ReplaceSystemDisk ResizeDisk RunInstances
`

/** what may follow `Describe` */
const described = `
  AccessPoints AccountAttributes AutoSnapshotPolicyEx AvailableResource BandwidthLimitation BandwidthPackages
  ClassicLinkInstances CloudAssistantStatus Clusters Commands DedicatedHostAutoRenew DedicatedHosts DedicatedHostTypes
  DeploymentSets DiskMonitorData Disks DisksFullStatus EipAddresses EipMonitorData EniMonitorData ForwardTableEntries HaVips
  HpcClusters Images ImageSharePermission ImageSupportInstanceTypes InstanceAttribute InstanceAutoRenewAttribute
  InstanceHistoryEvents InstanceMonitorData InstancePhysicalAttribute InstanceRamRole Instances InstancesFullStatus
  InstanceStatus InstanceTopology InstanceTypeFamilies InstanceTypes InstanceVncPasswd InstanceVncUrl InvocationResults
  Invocations KeyPairs LaunchTemplates LaunchTemplateVersions Limitation NatGateways NetworkInterfacePermissions
  NetworkInterfaces NewProjectEipMonitorData PhysicalConnections Price RecommendInstanceType Regions RenewalPrice
  ResourceByTags ResourcesModification RouterInterfaces RouteTables SecurityGroupAttribute SecurityGroupReferences
  SecurityGroups SnapshotLinks SnapshotMonitorData SnapshotPackage Snapshots SnapshotsUsage SpotPriceHistory Tags
  TaskAttribute Tasks UserBusinessBehavior UserData VirtualBorderRouters VirtualBorderRoutersForPhysicalConnection Vpcs
  VRouters VSwitches Zones
`

const codes: ReadonlyArray<string> = ["InternalError", "UnknownError", "ServiceUnavailable", "Throttling"]
const statuses: ReadonlyArray<number> = [500, 502, 503, 504]

// split when a failure asks: nobody pays for it before
const holds = (list: string, name: string): boolean => list.trim().split(/\s+/).includes(name)

const isKnown = (request: AcsError.RequestInfo): boolean =>
  request.product.toLowerCase() === product && request.version === version

/** it goes by whole codes and their exact case, and by the status */
const isRepeated = (error: AcsError.AcsError): boolean =>
  error._tag === "ClientException"
    ? error.code === "SDK.HttpError"
    : codes.includes(error.code) || statuses.includes(error.httpStatus)

/** @internal 14 actions that take a ClientToken */
export const takesToken = (request: AcsError.RequestInfo): boolean =>
  isKnown(request) && holds(tokenActions, request.action)

const reads = ({ action }: AcsError.RequestInfo): boolean =>
  action.startsWith("Describe") && holds(described, action.slice("Describe".length))

const cap = 20_000

/** @internal its condition and its back-off; the state is the number of repetitions so far */
export const decide =
  (maxRetries: number) =>
  (error: AcsError.AcsError, retries: number): Wait<number> | undefined => {
    const { request } = error
    const withToken = takesToken(request)
    if (retries >= maxRetries || !isKnown(request) || !(withToken || reads(request)) || !isRepeated(error)) {
      return undefined
    }
    const isSlow = withToken || (error._tag === "ServerException" && error.code === "Throttling")
    const [base, least] = isSlow ? [500, 0.5] : [100, 1]
    return { longest: Math.min(cap, base * 2 ** retries), least, state: retries + 1 }
  }
