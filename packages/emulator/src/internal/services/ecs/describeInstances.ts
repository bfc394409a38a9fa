/** DescribeInstances and DescribeInstanceStatus. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Service from "../../service.js"
import * as fixtures from "./fixtures.js"
import * as instances from "./instances.js"
import * as pages from "./pages.js"
import * as parameters from "./parameters.js"
import { chargeTypeNotFound, zoneNotFound } from "./refusals.js"
import * as tags from "./tags.js"

const { refuse } = Verification

type IsWanted = (view: instances.View) => boolean

/** parameters that are the same as a part of what is shown */
const parts: Readonly<Record<string, (view: instances.View) => string>> = {
  ZoneId: (view) => view.ZoneId,
  VpcId: (view) => view.VpcAttributes.VpcId,
  VSwitchId: (view) => view.VpcAttributes.VSwitchId,
  InstanceNetworkType: (view) => view.InstanceNetworkType,
  InternetChargeType: (view) => view.InternetChargeType,
  InstanceType: (view) => view.InstanceType,
  InstanceTypeFamily: (view) => view.InstanceTypeFamily,
  ImageId: (view) => view.ImageId
}

/** JSON lists, of which one entry has to be shown */
const lists: Readonly<Record<string, (view: instances.View) => ReadonlyArray<string>>> = {
  InstanceIds: (view) => [view.InstanceId],
  PrivateIpAddresses: (view) => view.VpcAttributes.PrivateIpAddress.IpAddress,
  PublicIpAddresses: (view) => view.PublicIpAddress.IpAddress,
  InnerIpAddresses: (view) => view.InnerIpAddress.IpAddress,
  EipAddresses: () => []
}

const statusNotFound = refuse("InvalidStatus.NotFound", 404, "The specified Status is not found")

const filtersOf = (given: Encoding.Pairs): Effect.Effect<IsWanted, Verification.Refusal> =>
  Effect.gen(function* () {
    const filters: Array<IsWanted> = []
    for (const [name, part] of Object.entries(parts)) {
      const wanted = parameters.text(given, name)
      if (wanted !== undefined) filters.push((view) => part(view) === wanted)
    }
    for (const [name, shown] of Object.entries(lists)) {
      const wanted = yield* parameters.jsonList(given, name)
      if (wanted !== undefined) filters.push((view) => shown(view).some((entry) => wanted.has(entry)))
    }
    const name = parameters.text(given, "InstanceName")
    if (name !== undefined) {
      const fits = parameters.fits(name)
      filters.push((view) => fits(view.InstanceName))
    }
    const group = parameters.text(given, "SecurityGroupId")
    if (group !== undefined) filters.push((view) => view.SecurityGroupIds.SecurityGroupId.includes(group))
    const status = yield* parameters.oneOf(given, "Status", instances.statuses, statusNotFound)
    if (status !== undefined) filters.push((view) => view.Status === status)
    const chargeType = yield* parameters.oneOf(given, "InstanceChargeType", instances.chargeTypes, chargeTypeNotFound)
    if (chargeType !== undefined) filters.push((view) => view.InstanceChargeType === chargeType)
    const isTagged = yield* tags.wanted(given)
    filters.push((view) => isTagged(view.Tags.Tag))
    return (view) => filters.every((isWanted) => isWanted(view))
  })

/** a page of the instances of a region; what others did rests safe before it is shown */
const show = (
  { now, store }: Service.Request,
  { id: regionId }: fixtures.Region,
  isWanted: IsWanted,
  page: pages.Page,
  body: (shown: ReadonlyArray<instances.View>) => Readonly<Record<string, unknown>>
): Effect.Effect<unknown> =>
  store.update(() => {
    const found = instances
      .settled(store, now)
      .filter((instance) => instance.RegionId === regionId && isWanted(instance))
    const { NextToken, shown } = pages.take(found, page, ({ place }) => place)
    const answer = {
      TotalCount: found.length,
      PageNumber: page._tag === "Number" ? page.number : 1,
      PageSize: page.size,
      NextToken,
      ...body(shown.map(instances.view))
    }
    return Either.right([answer, []] as const)
  })

/** @internal */
export const describeInstances: Service.Handler = (request) =>
  Effect.gen(function* () {
    const given = request.ask.parameters
    const region = yield* parameters.region(given)
    const page = yield* pages.read(given, 100)
    const isWanted = yield* filtersOf(given)
    yield* parameters.checkDryRun(given)
    return yield* show(request, region, isWanted, page, (Instance) => ({ Instances: { Instance } }))
  })

/** @internal */
export const describeInstanceStatus: Service.Handler = (request) =>
  Effect.gen(function* () {
    const given = request.ask.parameters
    const region = yield* parameters.region(given)
    const page = yield* pages.byNumber(given, 50)
    const zoneId = parameters.text(given, "ZoneId")
    if (zoneId !== undefined && !fixtures.zonesOf(region).includes(zoneId)) return yield* Effect.fail(zoneNotFound)
    const ids = yield* parameters.instanceIds(given)
    const isWanted: IsWanted = (view) =>
      (zoneId === undefined || view.ZoneId === zoneId) && (ids.length === 0 || ids.includes(view.InstanceId))
    return yield* show(request, region, isWanted, page, (shown) => ({
      InstanceStatuses: { InstanceStatus: shown.map(({ InstanceId, Status }) => ({ InstanceId, Status })) }
    }))
  })
