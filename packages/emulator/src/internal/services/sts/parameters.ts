/**
 * The parameters of Sts, and what it says when they are wrong.
 *
 * Source: the error codes of AssumeRole in the metadata of Sts 2015-04-01
 */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { parameter } from "../../ask.js"

const { refuse } = Verification

type Read<A> = (parameters: Encoding.Pairs) => Effect.Effect<A, Verification.Refusal>

/** @internal */
export const wronglyFormed = (name: string): Verification.Refusal =>
  refuse(`InvalidParameter.${name}`, 400, `The parameter ${name} is wrongly formed.`)

/** @internal an empty one counts as missing */
export const required =
  (name: string, missing = refuse(`Missing${name}`, 400, `${name} is mandatory for this action.`)): Read<string> =>
  (parameters) => {
    const value = parameter(parameters, name)
    return value ? Effect.succeed(value) : Effect.fail(missing)
  }

const optional =
  (name: string, isValid: (value: string) => boolean, wrong = wronglyFormed(name)): Read<string | undefined> =>
  (parameters) => {
    const value = parameter(parameters, name)
    if (!value) return Effect.succeed(undefined)
    return isValid(value) ? Effect.succeed(value) : Effect.fail(wrong)
  }

/** @internal */
export const roleSessionName: Read<string> = (parameters) =>
  Effect.filterOrFail(
    required("RoleSessionName")(parameters),
    (name) => /^[\w.@-]{2,64}$/.test(name),
    () => wronglyFormed("RoleSessionName")
  )

/** @internal */
export const externalId = optional("ExternalId", (value) => /^[\w+=,.@:/-]{2,1224}$/.test(value))

/** @internal */
export const sourceIdentity = optional(
  "SourceIdentity",
  (value) => /^[\w+=,.@-]{2,64}$/.test(value) && !/^(acs|aliyun|alibabacloud):/.test(value)
)

/** @internal seconds, from 15 minutes to so many hours; one hour unless told */
export const duration = (hours: number): Read<number> => {
  const isValid = (text: string) => /^\d{1,9}$/.test(text) && Number(text) >= 900 && Number(text) <= hours * 3600
  const message = `The Min/Max value of DurationSeconds is 15min/${hours}hr.`
  const read = optional("DurationSeconds", isValid, refuse("InvalidParameter.DurationSeconds", 400, message))
  return (parameters) => Effect.map(read(parameters), (text) => (text === undefined ? 3600 : Number(text)))
}

const Texts = Schema.Union(Schema.NonEmptyString, Schema.NonEmptyArray(Schema.NonEmptyString))

const Statement = Schema.Struct({
  Effect: Schema.Literal("Allow", "Deny"),
  Action: Schema.optional(Texts),
  NotAction: Schema.optional(Texts),
  Resource: Schema.optional(Texts),
  NotResource: Schema.optional(Texts),
  Condition: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
}).pipe(
  // of each pair just one
  Schema.filter(
    ({ Action, NotAction, NotResource, Resource }) =>
      (Action === undefined) !== (NotAction === undefined) && (Resource === undefined) !== (NotResource === undefined)
  )
)

const Policy = Schema.parseJson(
  Schema.Struct({ Version: Schema.Literal("1"), Statement: Schema.NonEmptyArray(Statement) })
)

const policyGrammar = refuse(
  "InvalidParameter.PolicyGrammar",
  400,
  "The parameter Policy has not passed grammar check."
)
const policySize = refuse("InvalidParameter.PolicySize", 400, "The size of Policy must be smaller than 2048 bytes.")

/** @internal a policy of a session must be one; the emulator lets everyone do everything all the same */
export const policy: Read<void> = (parameters) => {
  const text = parameter(parameters, "Policy")
  if (!text) return Effect.void
  if (text.length > 2048) return Effect.fail(policySize)
  return Effect.asVoid(Effect.mapError(Schema.decode(Policy)(text), () => policyGrammar))
}
