/** What there is to choose from: regions, zones, instance types and images. */
import * as Effect from "effect/Effect"
import { parameter } from "../../ask.js"
import type * as Service from "../../service.js"
import * as fixtures from "./fixtures.js"
import * as pages from "./pages.js"
import * as parameters from "./parameters.js"

const isEnglish = ({ ask }: Service.Request): boolean =>
  parameter(ask.parameters, "AcceptLanguage")?.toLowerCase() === "en-us"

/** @internal */
export const describeRegions: Service.Handler = (request) => {
  const english = isEnglish(request)
  return Effect.succeed({
    Regions: {
      Region: fixtures.regions.map(({ chinese, id, name }) => ({
        RegionId: id,
        RegionEndpoint: `ecs.${id}.aliyuncs.com`,
        LocalName: english ? name : chinese
      }))
    }
  })
}

/** the city that a region is named after */
const cityOf = (name: string): string => /[(（](.+)[)）]/.exec(name)?.[1] ?? name

/** @internal */
export const describeZones: Service.Handler = (request) =>
  Effect.map(parameters.region(request.ask.parameters), (region) => ({
    Zones: {
      Zone: fixtures.zonesOf(region).map((ZoneId) => {
        const letter = ZoneId.slice(-1).toUpperCase()
        return {
          ZoneId,
          ZoneType: "AvailabilityZone",
          LocalName: isEnglish(request)
            ? `${cityOf(region.name)} Zone ${letter}`
            : `${cityOf(region.chinese)} 可用区${letter}`,
          AvailableResourceCreation: { ResourceTypes: ["VSwitch", "IoOptimized", "Instance", "Disk"] },
          AvailableInstanceTypes: { InstanceTypes: fixtures.instanceTypes.map(({ InstanceTypeId }) => InstanceTypeId) },
          AvailableDiskCategories: { DiskCategories: ["cloud_efficiency", "cloud_ssd", "cloud_essd"] }
        }
      })
    }
  }))

/** @internal all of them, unless a page is asked for */
export const describeInstanceTypes: Service.Handler = ({ ask }) => {
  const ids = parameters.list(ask.parameters, "InstanceTypes")
  const family = parameters.text(ask.parameters, "InstanceTypeFamily")
  const found = fixtures.instanceTypes.filter(
    ({ InstanceTypeFamily, InstanceTypeId }) =>
      (ids.length === 0 || ids.includes(InstanceTypeId)) && (family === undefined || InstanceTypeFamily === family)
  )
  const all = fixtures.instanceTypes.length
  return Effect.map(pages.byToken(ask.parameters, { fallback: all, max: 100 }), (page) => {
    const { NextToken, shown } = pages.take(found, page, (type) => 1 + fixtures.instanceTypes.indexOf(type))
    return { InstanceTypes: { InstanceType: shown }, NextToken }
  })
}

/** parameters that are the same as a part of what is shown */
const parts = ["OSType", "Architecture", "ImageOwnerAlias", "ImageFamily", "Status"] as const

/** @internal */
export const describeImages: Service.Handler = ({ ask: { parameters: given } }) =>
  Effect.gen(function* () {
    const { id: RegionId } = yield* parameters.region(given)
    const page = yield* pages.byNumber(given, 100)
    yield* parameters.checkDryRun(given)
    const ids = parameters.text(given, "ImageId")?.split(",")
    const name = parameters.text(given, "ImageName")
    const isNamed = name === undefined ? () => true : parameters.fits(name)
    const found = fixtures.images.filter(
      (image) =>
        (ids === undefined || ids.includes(image.ImageId)) &&
        isNamed(image.ImageName) &&
        parts.every((part) => (parameters.text(given, part) ?? image[part]) === image[part])
    )
    const { shown } = pages.take(found, page, () => 0)
    const { number, size } = page._tag === "Number" ? page : { number: 1, size: page.size }
    return { RegionId, TotalCount: found.length, PageNumber: number, PageSize: size, Images: { Image: shown } }
  })
