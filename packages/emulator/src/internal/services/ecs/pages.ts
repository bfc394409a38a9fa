/** The two ways to turn pages: by their number, and by a token that keeps its place whatever comes and goes between them. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as parameters from "./parameters.js"

/** @internal `after`: the place of the last that was shown; places grow, and are never used twice */
export type Page =
  | { readonly _tag: "Number"; readonly number: number; readonly size: number }
  | { readonly _tag: "Token"; readonly after: number; readonly size: number }

const invalid = (name: string) =>
  Verification.refuse(`InvalidParameter.${name}`, 400, `The specified parameter ${name} is not valid.`)

/** @internal */
export const byNumber = (given: Encoding.Pairs, max: number): Effect.Effect<Page, Verification.Refusal> =>
  Effect.all({
    number: parameters.wholeNumber(given, "PageNumber", { fallback: 1, max: 2_147_483_647 }),
    size: parameters.wholeNumber(given, "PageSize", { fallback: 10, max })
  }).pipe(Effect.map((page): Page => ({ _tag: "Number", ...page })))

/** @internal `size`: of a page where nothing is said, and at most */
export const byToken = (
  given: Encoding.Pairs,
  size: { readonly fallback: number; readonly max: number }
): Effect.Effect<Page, Verification.Refusal> =>
  Effect.gen(function* () {
    const limit = yield* parameters.wholeNumber(given, "MaxResults", { ...size, refusal: invalid("MaxResults") })
    const token = parameters.text(given, "NextToken")
    const after = token === undefined ? 0 : decode(token)
    return after === undefined ? yield* Effect.fail(invalid("NextToken")) : { _tag: "Token", after, size: limit }
  })

/** @internal by token where MaxResults or NextToken says so: then the others count for nothing */
export const read = (given: Encoding.Pairs, max: number): Effect.Effect<Page, Verification.Refusal> =>
  ["MaxResults", "NextToken"].some((name) => parameters.text(given, name) !== undefined)
    ? byToken(given, { fallback: 10, max })
    : byNumber(given, max)

/** @internal what a page shows of all there is, and how to go on: with an empty token at the end. `sizeOf` is for tokens only */
export const take = <A>(
  all: ReadonlyArray<A>,
  page: Page,
  placeOf: (self: A) => number,
  sizeOf: (self: A) => number = () => 1
): { readonly shown: ReadonlyArray<A>; readonly NextToken: string } => {
  if (page._tag === "Number") {
    return { shown: all.slice((page.number - 1) * page.size, page.number * page.size), NextToken: "" }
  }
  const rest = all.filter((one) => placeOf(one) > page.after)
  let room = page.size
  const over = rest.findIndex((one) => (room -= sizeOf(one)) < 0)
  // what is larger than a page gets one of its own, or there would be no end
  const shown = over < 0 ? rest : rest.slice(0, Math.max(1, over))
  const last = shown.at(-1)
  return { shown, NextToken: rest.length > shown.length && last !== undefined ? encode(placeOf(last)) : "" }
}

/** sixteen digits that tell a place, and that they were not made up */
const encode = (place: number): string => {
  const mark = markOf(place)
  return digits(mark) + digits(place ^ mark)
}

const decode = (token: string): number | undefined => {
  if (!/^[0-9a-f]{16}$/.test(token)) return undefined
  const mark = parseInt(token.slice(0, 8), 16)
  const place = (parseInt(token.slice(8), 16) ^ mark) >>> 0
  return markOf(place) === mark ? place : undefined
}

const digits = (value: number): string => (value >>> 0).toString(16).padStart(8, "0")

/** FNV-1a, over a text that is this module's own */
const markOf = (place: number): number => {
  let mark = 0x811c9dc5
  for (const character of `Ecs.NextToken ${place}`) mark = Math.imul(mark ^ character.charCodeAt(0), 0x01000193)
  return mark >>> 0
}
