/** Ecs 2014-05-26: regions, and a handful of instances to look at. */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import { parameter } from "../../ask.js"
import * as Service from "../../service.js"
import { regions } from "./fixtures.js"
import * as instances from "./instances.js"

const { refuse } = Verification

const describeRegions: Service.Handler = ({ ask }) => {
  const english = parameter(ask.parameters, "AcceptLanguage")?.toLowerCase() === "en-us"
  return Effect.succeed({
    Regions: {
      Region: regions.map(({ chinese, id, name }) => ({
        RegionId: id,
        RegionEndpoint: `ecs.${id}.aliyuncs.com`,
        LocalName: english ? name : chinese
      }))
    }
  })
}

const describeInstances: Service.Handler = ({ ask: { parameters }, now, store }) =>
  Effect.gen(function* () {
    const regionId = parameter(parameters, "RegionId")
    if (!regionId) {
      const message = 'The input parameter "RegionId" that is mandatory for processing this request is not supplied.'
      return yield* Effect.fail(refuse("MissingParameter", 400, message))
    }
    if (!regions.some(({ id }) => id === regionId)) {
      return yield* Effect.fail(refuse("InvalidRegionId.NotFound", 404, "The specified RegionId does not exist."))
    }
    const pageNumber = yield* wholeNumber(parameters, "PageNumber", { fallback: 1, max: 2_147_483_647 })
    const pageSize = yield* wholeNumber(parameters, "PageSize", { fallback: 10, max: 100 })
    const ids = yield* instanceIds(parameters)
    const status = parameter(parameters, "Status")
    const found = instances
      .all(store, now)
      .filter(
        (instance) =>
          instance.RegionId === regionId &&
          (ids === undefined || ids.has(instance.InstanceId)) &&
          (!status || instance.Status === status)
      )
    const start = (pageNumber - 1) * pageSize
    return {
      TotalCount: found.length,
      PageNumber: pageNumber,
      PageSize: pageSize,
      Instances: { Instance: found.slice(start, start + pageSize) }
    }
  })

const wholeNumber = (
  parameters: Encoding.Pairs,
  name: string,
  options: { readonly fallback: number; readonly max: number }
): Effect.Effect<number, Verification.Refusal> => {
  const text = parameter(parameters, name)
  if (!text) return Effect.succeed(options.fallback)
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0
  return value >= 1 && value <= options.max
    ? Effect.succeed(value)
    : Effect.fail(refuse("InvalidParameter", 400, `The specified parameter "${name}" is not valid.`))
}

const most = 100
const malformed = refuse("InvalidInstanceIds.Malformed", 400, "The specified InstanceIds is not valid.")

/** `undefined` filters nothing; an empty list filters everything away, as documented */
const instanceIds = (
  parameters: Encoding.Pairs
): Effect.Effect<ReadonlySet<unknown> | undefined, Verification.Refusal> => {
  const text = parameter(parameters, "InstanceIds")
  if (!text) return Effect.succeed(undefined)
  return Effect.try({ try: (): unknown => JSON.parse(text), catch: () => malformed }).pipe(
    Effect.flatMap((ids) => {
      if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) return Effect.fail(malformed)
      return ids.length > most
        ? Effect.fail(refuse("InvalidParameter.TooManyInstanceIds", 400, `InstanceIds cannot be more than ${most}.`))
        : Effect.succeed(new Set<unknown>(ids))
    })
  )
}

/** @internal */
export const service: Service.Service = Service.rpc({
  product: "Ecs",
  version: "2014-05-26",
  operations: { DescribeRegions: describeRegions, DescribeInstances: describeInstances },
  seed: instances.seed
})
