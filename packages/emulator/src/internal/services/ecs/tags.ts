/** Tags: what they may be, how instances are found by them, and the three operations that deal with nothing else. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Service from "../../service.js"
import type * as Store from "../../store.js"
import * as instances from "./instances.js"
import * as pages from "./pages.js"
import * as parameters from "./parameters.js"

const { refuse } = Verification

const most = 20
const mostResources = 50

const keyMalformed = refuse("InvalidTagKey.Malformed", 400, "The specified Tag.n.Key is not valid.")
const valueMalformed = refuse("InvalidTagValue.Malformed", 400, "The specified Tag.n.Value is not valid.")
const mismatch = refuse("InvalidTag.Mismatch", 400, "The specified Tag.n.Key and Tag.n.Value are not match.")
const duplicate = refuse("Duplicate.TagKey", 400, "The Tag.N.Key contain duplicate key.")
const tooMany = refuse("NumberExceed.Tags", 400, `The Tags parameter's number is exceed , Valid : ${most}.`)
const tooManyToFind = refuse("InvalidTagCount", 400, "The specified tags are beyond the permitted range.")
const quota = refuse("OperationDenied.QuotaExceed", 400, "The quota of tags on resource is beyond permitted range.")
const tooManyResources = refuse(
  "NumberExceed.ResourceIds",
  400,
  `The ResourceIds parameter's number is exceed , Valid : ${mostResources}.`
)
const resourceNotFound = refuse(
  "InvalidResourceId.NotFound",
  404,
  "The specified ResourceIds are not found in our records."
)
const typeNotFound = refuse(
  "InvalidResourceType.NotFound",
  404,
  "The ResourceType provided does not exist in our records."
)
const conflict = refuse("Param.Conflict", 403, "The specified all is true, but the specified TagKey.N is not empty.")
const valueAlone = refuse("InvalidParameter.TagValue", 400, "The Tag.N.Value parameter is invalid.")
/** these operations have words of their own for what is not there */
const missing = (name: string, shown = name) =>
  refuse(`MissingParameter.${name}`, 404, `The parameter - ${shown} should not be null.`)

const isKey = (key: string) => key !== "" && key.length <= 128 && !/^(aliyun|acs:)|https?:\/\//i.test(key)
const isValue = (value: string) => value.length <= 128 && !/https?:\/\//i.test(value)

/** @internal the tags that a call gives to what it makes or names */
export const given = (all: Encoding.Pairs): Effect.Effect<ReadonlyArray<instances.Tag>, Verification.Refusal> =>
  Effect.gen(function* () {
    const tags: Array<instances.Tag> = []
    for (const { Key, Value = "" } of parameters.tags(all)) {
      if (Key === undefined) return yield* Effect.fail(mismatch)
      if (!isKey(Key)) return yield* Effect.fail(keyMalformed)
      if (!isValue(Value)) return yield* Effect.fail(valueMalformed)
      tags.push({ TagKey: Key, TagValue: Value })
    }
    if (tags.length > most) return yield* Effect.fail(tooMany)
    return new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length ? yield* Effect.fail(duplicate) : tags
  })

type IsWanted = (tags: ReadonlyArray<instances.Tag>) => boolean

/** @internal whether something has all the tags that a call looks for; a key alone stands for every value */
export const wanted = (
  all: Encoding.Pairs,
  refusals = { tooMany: tooManyToFind, valueAlone: mismatch }
): Effect.Effect<IsWanted, Verification.Refusal> => {
  const tags = parameters.tags(all)
  if (tags.length > most) return Effect.fail(refusals.tooMany)
  if (tags.some(({ Key }) => !Key)) return Effect.fail(refusals.valueAlone)
  return Effect.succeed((has) =>
    tags.every(({ Key, Value }) =>
      has.some(({ TagKey, TagValue }) => TagKey === Key && (Value === undefined || TagValue === Value))
    )
  )
}

interface Resources {
  readonly regionId: string
  readonly ids: ReadonlyArray<string>
}

const resources = (all: Encoding.Pairs): Effect.Effect<Resources, Verification.Refusal> =>
  Effect.gen(function* () {
    for (const name of ["RegionId", "ResourceType"]) {
      if (parameters.text(all, name) === undefined) return yield* Effect.fail(missing(name))
    }
    const { id } = yield* parameters.region(all)
    if (parameters.text(all, "ResourceType") !== "instance") return yield* Effect.fail(typeNotFound)
    const ids = parameters.list(all, "ResourceId")
    return ids.length > mostResources ? yield* Effect.fail(tooManyResources) : { regionId: id, ids }
  })

/** changes the tags of each resource, of all or of none */
const change = (
  { store }: Service.Request,
  { ids, regionId }: Resources,
  next: (tags: ReadonlyArray<instances.Tag>) => ReadonlyArray<instances.Tag>
): Effect.Effect<unknown, Verification.Refusal> =>
  store.update(() => {
    const changes: Array<Store.Change> = []
    for (const id of ids) {
      const found = instances.table.get(store, id)
      if (found?.RegionId !== regionId) return Either.left(resourceNotFound)
      const Tag = next(found.Tags.Tag)
      if (Tag.length > most) return Either.left(quota)
      changes.push(instances.table.put(id, { ...found, Tags: { Tag } }))
    }
    return Either.right([{}, changes] as const)
  })

const needIds = (found: Resources): Effect.Effect<Resources, Verification.Refusal> =>
  found.ids.length === 0 ? Effect.fail(missing("ResourceIds", "ResourceIds.N")) : Effect.succeed(found)

/** @internal */
export const tagResources: Service.Handler = (request) =>
  Effect.gen(function* () {
    const found = yield* Effect.flatMap(resources(request.ask.parameters), needIds)
    const tags = yield* given(request.ask.parameters)
    if (tags.length === 0) return yield* Effect.fail(missing("Tags"))
    return yield* change(request, found, (before) => {
      const after = new Map([...before, ...tags].map((tag) => [tag.TagKey, tag]))
      return [...after.values()]
    })
  })

/** @internal */
export const untagResources: Service.Handler = (request) =>
  Effect.gen(function* () {
    const { parameters: all } = request.ask
    const found = yield* Effect.flatMap(resources(all), needIds)
    const keys = parameters.list(all, "TagKey")
    const isAll = (yield* parameters.flag(all, "All")) ?? false
    if (keys.length > most) return yield* Effect.fail(tooMany)
    if (isAll && keys.length > 0) return yield* Effect.fail(conflict)
    if (!isAll && keys.length === 0) return yield* Effect.fail(missing("Tags"))
    return yield* change(request, found, (before) =>
      isAll ? [] : before.filter(({ TagKey }) => !keys.includes(TagKey))
    )
  })

const pageSize = 50

/** @internal the tags of one instance are on one page */
export const listTagResources: Service.Handler = ({ ask, store }) =>
  Effect.gen(function* () {
    const { ids, regionId } = yield* resources(ask.parameters)
    const isWanted = yield* wanted(ask.parameters, { tooMany, valueAlone })
    if (ids.length === 0 && parameters.tags(ask.parameters).length === 0) return yield* Effect.fail(missing("Tags"))
    const page = yield* pages.byToken(ask.parameters, { fallback: pageSize, max: pageSize })
    return yield* store.update(() => {
      const found = instances.table
        .values(store)
        .filter(
          ({ InstanceId, RegionId, Tags: { Tag } }) =>
            RegionId === regionId && (ids.length === 0 || ids.includes(InstanceId)) && Tag.length > 0 && isWanted(Tag)
        )
      const { NextToken, shown } = pages.take(
        found,
        page,
        ({ place }) => place,
        ({ Tags }) => Tags.Tag.length
      )
      const TagResource = shown.flatMap(({ InstanceId, Tags }) =>
        Tags.Tag.map((tag) => ({ ResourceId: InstanceId, ResourceType: "instance", ...tag }))
      )
      return Either.right([{ NextToken, TagResources: { TagResource } }, []] as const)
    })
  })
