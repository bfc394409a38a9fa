/** What the seed knows of the operations of ECS 2014-05-26. */
import type { RequestInfo } from "../AcsError.js"

const withClientToken: ReadonlySet<string> = new Set([
  "CreateDisk",
  "CreateImage",
  "CreateInstance",
  "CreateNetworkInterface",
  "CreateSnapshot",
  "ModifyDiskChargeType",
  "ModifyInstanceChargeType",
  "ModifyInstanceNetworkSpec",
  "ModifyInstanceSpec",
  "ModifyPrepayInstanceSpec",
  "RenewInstance",
  "ReplaceSystemDisk",
  "ResizeDisk",
  "RunInstances"
])

/** @internal whether it is one of the 14 actions that the seed says take a ClientToken */
export const takesClientToken = ({ action, product, version }: RequestInfo): boolean =>
  version === "2014-05-26" && withClientToken.has(action) && product.toLowerCase() === "ecs"
