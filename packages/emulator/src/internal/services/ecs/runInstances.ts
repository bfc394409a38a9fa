/** RunInstances, which makes instances that run, and CreateInstance, which makes one that is stopped. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Service from "../../service.js"
import { required } from "../parameters.js"
import * as randomId from "../randomId.js"
import * as clientToken from "./clientToken.js"
import * as fixtures from "./fixtures.js"
import * as instances from "./instances.js"
import * as names from "./names.js"
import * as parameters from "./parameters.js"
import * as refusals from "./refusals.js"
import * as tags from "./tags.js"

const { refuse } = Verification

const imageNotFound = refuse("InvalidImageId.NotFound", 404, "The specified ImageId does not exist.")
const typeNotSupported = refuse(
  "InvalidInstanceType.ValueNotSupported",
  400,
  "The specified InstanceType beyond the permitted range."
)
const groupNotFound = refuse(
  "InvalidSecurityGroupId.NotFound",
  404,
  "The SecurityGroupId provided does not exist in our records."
)
const switchNotFound = refuse("InvalidVSwitchId.NotFound", 404, "Specified virtual switch does not exist.")
const amountInvalid = refuse("InvalidParam.Amount", 403, "The specified parameter Amount is not valid.")
const minAmountInvalid = refuse("InvalidMinAmount.Malformed", 400, "The specified parameter MinAmount is not valid.")
const bandwidthInvalid = refuse(
  "InvalidInternetMaxBandwidthOut.Malformed",
  400,
  "The specified parameter internetMaxBandwidthOut is not valid."
)

/** what all instances of one call share */
type Specification = Pick<
  instances.Plan,
  | "regionId"
  | "zoneId"
  | "type"
  | "image"
  | "chargeType"
  | "bandwidthOut"
  | "deletionProtection"
  | "description"
  | "securityGroupIds"
  | "vSwitchId"
  | "tags"
> & {
  /** what the ids begin with */
  readonly prefix: string
  readonly instanceNames: ReadonlyArray<string>
  readonly hostNames: ReadonlyArray<string>
}

const specify = ({ ask }: Service.Request, amount: number): Effect.Effect<Specification, Verification.Refusal> =>
  Effect.gen(function* () {
    const given = ask.parameters
    const region = yield* parameters.region(given)
    const { ImageId, InstanceType } = yield* required(given, "ImageId", "InstanceType")
    const image = fixtures.images.find((image) => image.ImageId === ImageId)
    if (image === undefined) return yield* Effect.fail(imageNotFound)
    const type = fixtures.instanceTypes.find(({ InstanceTypeId }) => InstanceTypeId === InstanceType)
    if (type === undefined) return yield* Effect.fail(typeNotSupported)
    const zoneId = parameters.text(given, "ZoneId") ?? fixtures.defaultZoneOf(region)
    if (!fixtures.zonesOf(region).includes(zoneId)) return yield* Effect.fail(refusals.zoneNotFound)
    // nothing here makes groups and switches, so any that looks like one is there
    const groups = securityGroupIds(given)
    if (!groups.every((id) => id.startsWith("sg-"))) return yield* Effect.fail(groupNotFound)
    const vSwitchId = parameters.text(given, "VSwitchId")
    if (vSwitchId?.startsWith("vsw-") === false) return yield* Effect.fail(switchNotFound)
    const uniqueSuffix = (yield* parameters.flag(given, "UniqueSuffix")) ?? false
    const namesOf = (name: string, sequence: typeof names.instanceNames) => {
      const text = parameters.text(given, name)
      return text === undefined ? Either.right([]) : sequence(text, { amount, uniqueSuffix })
    }
    const description = parameters.text(given, "Description")
    return {
      regionId: region.id,
      prefix: region.prefix,
      zoneId,
      type,
      image,
      securityGroupIds: groups.length === 0 ? [instances.defaultSecurityGroupId(region.id)] : groups,
      vSwitchId,
      instanceNames: yield* namesOf("InstanceName", names.instanceNames),
      hostNames: yield* namesOf("HostName", names.hostNames),
      description: description === undefined ? "" : yield* names.description(description),
      chargeType:
        (yield* parameters.oneOf(given, "InstanceChargeType", instances.chargeTypes, refusals.chargeTypeNotFound)) ??
        "PostPaid",
      bandwidthOut: yield* parameters.wholeNumber(given, "InternetMaxBandwidthOut", {
        fallback: 0,
        min: 0,
        max: 100,
        refusal: bandwidthInvalid
      }),
      deletionProtection: (yield* parameters.flag(given, "DeletionProtection")) ?? false,
      tags: yield* tags.given(given)
    }
  })

const securityGroupIds = (given: Encoding.Pairs): ReadonlyArray<string> => {
  const one = parameters.text(given, "SecurityGroupId")
  const several = parameters.list(given, "SecurityGroupIds")
  return [...new Set(one === undefined ? several : [one, ...several])]
}

type Begin = (instance: instances.Instance) => instances.Instance

/** the instances of one call, and what the answer says of all of them */
const create = (
  { now, store }: Service.Request,
  specification: Specification,
  amount: number,
  begin: Begin
): ReadonlyArray<instances.Instance> => {
  const first = instances.nextPlace(store)
  return Array.from({ length: amount }, (_, index) => {
    const place = first + index
    const id = instances.randomId(specification.prefix)
    return begin(
      instances.make({
        ...specification,
        instanceId: id,
        instanceName: specification.instanceNames[index] ?? id,
        hostName: specification.hostNames[index] ?? `iZ${id.slice("i-".length)}Z`,
        status: "Stopped",
        createdAt: now,
        privateIp: address("192.168", place),
        // of a range that is nobody's
        publicIp: specification.bandwidthOut === 0 ? undefined : address("198.18", place),
        place
      })
    )
  })
}

/** those of .0 are taken by what was there before */
const address = (network: string, place: number): string =>
  `${network}.${1 + (Math.floor(place / 250) % 255)}.${1 + (place % 250)}`

const order = ({ chargeType }: Specification) => (chargeType === "PrePaid" ? { OrderId: randomId.digits(15) } : {})

/** @internal */
export const runInstances: Service.Handler = (request) =>
  clientToken.once(
    request,
    Effect.gen(function* () {
      const given = request.ask.parameters
      const amount = yield* parameters.wholeNumber(given, "Amount", { fallback: 1, max: 100, refusal: amountInvalid })
      const least = { fallback: 1, max: amount, refusal: minAmountInvalid }
      // there is always room for all of them, so only what could not be is refused
      yield* parameters.wholeNumber(given, "MinAmount", least)
      const specification = yield* specify(request, amount)
      yield* parameters.checkDryRun(request.ask.parameters)
      const end = request.now + request.settings.transition
      return () => {
        const created = create(request, specification, amount, (instance) =>
          instances.moving(instance, ["Pending", "Running"], end)
        )
        const InstanceIdSet = created.map(({ InstanceId }) => InstanceId)
        return Either.right([
          { InstanceIdSets: { InstanceIdSet }, ...order(specification) },
          instances.insert(created)
        ] as const)
      }
    })
  )

/** @internal */
export const createInstance: Service.Handler = (request) =>
  clientToken.once(
    request,
    Effect.gen(function* () {
      const specification = yield* specify(request, 1)
      yield* parameters.checkDryRun(request.ask.parameters)
      return () => {
        const created = create(request, specification, 1, (instance) => instance)
        const InstanceId = created[0]?.InstanceId
        return Either.right([{ InstanceId, ...order(specification) }, instances.insert(created)] as const)
      }
    })
  )
