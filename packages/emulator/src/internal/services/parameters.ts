/** What the services read out of the parameters of a call. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import { parameter } from "../ask.js"

const missing = (name: string): Verification.Refusal =>
  Verification.refuse(
    "MissingParameter",
    400,
    `The input parameter "${name}" that is mandatory for processing this request is not supplied.`
  )

/** @internal */
export const invalid = (name: string): Verification.Refusal =>
  Verification.refuse(`Invalid${name}`, 400, `Specified parameter ${name} is not valid.`)

/** @internal those that have to be there, and not empty */
export const required = <Name extends string>(
  parameters: Encoding.Pairs,
  ...names: ReadonlyArray<Name>
): Effect.Effect<Readonly<Record<Name, string>>, Verification.Refusal> => {
  const found: Array<readonly [Name, string]> = []
  for (const name of names) {
    const value = parameter(parameters, name)
    if (!value) return Effect.fail(missing(name))
    found.push([name, value])
  }
  // one for each name, or this is not reached
  return Effect.succeed(Object.fromEntries(found) as Record<Name, string>)
}

/** @internal a whole number from `min` (1 unless told) to `max`; what is empty is not there */
export const integer = (
  parameters: Encoding.Pairs,
  name: string,
  options: { readonly fallback: number; readonly min?: number; readonly max?: number }
): Effect.Effect<number, Verification.Refusal> => {
  const { fallback, max = 2_147_483_647, min = 1 } = options
  const text = parameter(parameters, name)
  if (!text) return Effect.succeed(fallback)
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? Effect.succeed(value) : Effect.fail(invalid(name))
}

/** @internal pages count from 1 */
export const page = <A>(
  all: ReadonlyArray<A>,
  { number, size }: { readonly number: number; readonly size: number }
): ReadonlyArray<A> => all.slice((number - 1) * size, number * size)
