/**
 * What several operations of Ecs say when they refuse, in the words of the API's own list of errors.
 *
 * Source: https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-errorcodes
 */
import * as Verification from "@effect-aliyun/protocol/Verification"

const { refuse } = Verification

/** @internal */
export const invalid = (name: string): Verification.Refusal =>
  refuse("InvalidParameter", 400, `The specified parameter "${name}" is not valid.`)

/** @internal */
export const regionNotFound = refuse("InvalidRegionId.NotFound", 404, "The specified RegionId does not exist.")

/** @internal */
export const zoneNotFound = refuse("InvalidZoneId.NotFound", 404, "The ZoneId provided does not exist in our records.")

/** @internal */
export const chargeTypeNotFound = refuse(
  "InvalidInstanceChargeType.NotFound",
  404,
  "The InstanceChargeType does not exist in our records."
)

/** @internal */
export const instanceNotFound = refuse("InvalidInstanceId.NotFound", 404, "The specified InstanceId does not exist.")

/** @internal */
export const incorrectStatus = refuse(
  "IncorrectInstanceStatus",
  403,
  "The current status of the resource does not support this operation."
)

/** @internal */
export const tooManyInstanceIds = refuse(
  "InvalidParameter.TooManyInstanceIds",
  403,
  "Instance ids cannot be more than 100."
)

/** @internal what a call gets that would be right, but was only to be checked */
export const dryRunOperation = refuse(
  "DryRunOperation",
  400,
  "Request validation has been passed with DryRun flag set."
)
