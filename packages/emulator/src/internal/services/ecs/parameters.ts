/** What the operations of Ecs read out of the parameters of a call, and what they say when they cannot. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import { parameter } from "../../ask.js"
import { required } from "../parameters.js"
import * as fixtures from "./fixtures.js"
import * as refusals from "./refusals.js"

const { refuse } = Verification

const mostMembers = 100

/** @internal the text of a parameter; what is empty is not there */
export const text = (parameters: Encoding.Pairs, name: string): string | undefined =>
  parameter(parameters, name) || undefined

/** @internal */
export const region = (parameters: Encoding.Pairs): Effect.Effect<fixtures.Region, Verification.Refusal> =>
  Effect.flatMap(required(parameters, "RegionId"), ({ RegionId }) => {
    const found = fixtures.regions.find(({ id }) => id === RegionId)
    return found === undefined ? Effect.fail(refusals.regionNotFound) : Effect.succeed(found)
  })

/** @internal of the operations that an instance is enough for */
export const optionalRegionId = (
  parameters: Encoding.Pairs
): Effect.Effect<string | undefined, Verification.Refusal> =>
  text(parameters, "RegionId") === undefined
    ? Effect.succeed(undefined)
    : Effect.map(region(parameters), ({ id }) => id)

/** @internal a whole number from `min` (1 unless told) to `max` */
export const wholeNumber = (
  parameters: Encoding.Pairs,
  name: string,
  options: {
    readonly fallback: number
    readonly min?: number
    readonly max: number
    readonly refusal?: Verification.Refusal
  }
): Effect.Effect<number, Verification.Refusal> => {
  const { fallback, max, min = 1, refusal = refusals.invalid(name) } = options
  const found = text(parameters, name)
  if (found === undefined) return Effect.succeed(fallback)
  const value = /^\d{1,10}$/.test(found) ? Number(found) : Number.NaN
  return value >= min && value <= max ? Effect.succeed(value) : Effect.fail(refusal)
}

/** @internal `undefined` where it is not there */
export const flag = (
  parameters: Encoding.Pairs,
  name: string
): Effect.Effect<boolean | undefined, Verification.Refusal> => {
  const found = text(parameters, name)?.toLowerCase()
  if (found === undefined) return Effect.succeed(undefined)
  return found === "true" || found === "false" ? Effect.succeed(found === "true") : Effect.fail(refusals.invalid(name))
}

/** @internal fails where a call is only to be checked; for when nothing else is left to check */
export const checkDryRun = (parameters: Encoding.Pairs): Effect.Effect<void, Verification.Refusal> =>
  Effect.flatMap(flag(parameters, "DryRun"), (isDry) =>
    isDry === true ? Effect.fail(refusals.dryRunOperation) : Effect.void
  )

/** @internal one of a few words, `undefined` where it is not there */
export const oneOf = <A extends string>(
  parameters: Encoding.Pairs,
  name: string,
  words: ReadonlyArray<A>,
  refusal: Verification.Refusal = refusals.invalid(name)
): Effect.Effect<A | undefined, Verification.Refusal> => {
  const found = text(parameters, name)
  if (found === undefined) return Effect.succeed(undefined)
  const word = words.find((word) => word === found)
  return word === undefined ? Effect.fail(refusal) : Effect.succeed(word)
}

/** @internal the values of `Name.1`, `Name.2`, …, each once, in that order; gaps are no matter */
export const list = (parameters: Encoding.Pairs, name: string): ReadonlyArray<string> => [
  ...new Set(members(parameters, name, "").flatMap(({ value }) => (value === "" ? [] : [value])))
]

/** @internal `InstanceId.1` and so on */
export const instanceIds = (parameters: Encoding.Pairs): Effect.Effect<ReadonlyArray<string>, Verification.Refusal> => {
  const ids = list(parameters, "InstanceId")
  return ids.length > mostMembers ? Effect.fail(refusals.tooManyInstanceIds) : Effect.succeed(ids)
}

interface Member {
  readonly index: number
  readonly field: string
  readonly value: string
}

/** `Name.1` or, with fields `(Key|Value)`, `Name.1.Key`, by their numbers; of a repeated name the first */
const members = (parameters: Encoding.Pairs, name: string, fields: string): ReadonlyArray<Member> => {
  const form = new RegExp(`^${name}\\.(\\d{1,4})${fields === "" ? "" : `\\.(${fields})`}$`)
  const found = new Map<string, Member>()
  for (const [key, value] of parameters) {
    const match = form.exec(key)
    if (match !== null && !found.has(key)) found.set(key, { index: Number(match[1]), field: match[2] ?? "", value })
  }
  return [...found.values()].sort((self, that) => self.index - that.index)
}

/** @internal a tag as it was given: half of it may be missing */
export interface GivenTag {
  readonly Key: string | undefined
  readonly Value: string | undefined
}

/** @internal `Tag.1.Key` and `Tag.1.Value`, and so on; old clients write `key` and `value` */
export const tags = (parameters: Encoding.Pairs): ReadonlyArray<GivenTag> => {
  const found = new Map<number, GivenTag>()
  for (const { field, index, value } of members(parameters, "Tag", "[Kk]ey|[Vv]alue")) {
    const tag = found.get(index) ?? { Key: undefined, Value: undefined }
    found.set(index, field.toLowerCase() === "key" ? { ...tag, Key: value } : { ...tag, Value: value })
  }
  return [...found.values()]
}

/** @internal a JSON list of texts; `undefined` where it is not there, which is not the same as an empty one */
export const jsonList = (
  parameters: Encoding.Pairs,
  name: string
): Effect.Effect<ReadonlySet<string> | undefined, Verification.Refusal> => {
  const found = text(parameters, name)
  if (found === undefined) return Effect.succeed(undefined)
  const malformed = refuse(`Invalid${name}.Malformed`, 400, `The specified ${name} is not valid.`)
  return Effect.try({ try: (): unknown => JSON.parse(found), catch: () => malformed }).pipe(
    Effect.flatMap((values) => {
      if (!Array.isArray(values)) return Effect.fail(malformed)
      const texts = values.filter((value) => typeof value === "string")
      if (texts.length < values.length) return Effect.fail(malformed)
      return texts.length > mostMembers
        ? Effect.fail(refuse(`InvalidParameter.TooMany${name}`, 400, `${name} cannot be more than ${mostMembers}.`))
        : Effect.succeed(new Set(texts))
    })
  )
}

/** @internal whether a name fits a pattern in which `*` stands for any text */
export const fits = (pattern: string): ((name: string) => boolean) => {
  const [first = "", ...rest] = pattern.split("*")
  const end = rest.pop()
  if (end === undefined) return (name) => name === pattern
  return (name) => {
    if (!name.startsWith(first)) return false
    let at = first.length
    for (const part of rest) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return name.length - end.length >= at && name.endsWith(end)
  }
}
