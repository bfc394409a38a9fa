/** Reads temporary keys out of an answer, by name. What is wrong names the field, and never repeats a value. */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Credential from "../Credential.js"
import { Failed } from "../Credentials.js"

type Read<A> = Either.Either<A, Failed>

/** @internal an object of the answer; `who` is how texts call it */
export interface Part {
  readonly who: string
  readonly fields: Readonly<Record<string, unknown>>
}

const hint = "look at what answers there; it must be a JSON object"

/** @internal the answer itself, or a value in it */
export const part = (who: string, value: unknown, wanted: ReadonlyArray<string>): Read<Part> =>
  Predicate.isReadonlyRecord(value)
    ? Either.right({ who, fields: value })
    : Either.left(new Failed({ why: `${who} is no JSON object with ${wanted.join(", ")}`, hint }))

/** @internal an object below a name of the answer */
export const child = ({ fields, who }: Part, name: string, wanted: ReadonlyArray<string>): Read<Part> =>
  Object.hasOwn(fields, name) && Predicate.isReadonlyRecord(fields[name])
    ? Either.right({ who: `${name} of ${who}`, fields: fields[name] })
    : Either.left(new Failed({ why: `${who} has no ${name} with ${wanted.join(", ")}`, hint }))

/** @internal a text that is not empty */
export const text = ({ fields, who }: Part, name: string): Read<string> => {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (value === undefined || value === null || value === "") {
    return Either.left(new Failed({ why: `${who} has no ${name}` }))
  }
  return typeof value === "string"
    ? Either.right(value)
    : Either.left(new Failed({ why: `${name} of ${who} is no text` }))
}

/** @internal */
export const secret = (self: Part, name: string): Read<Redacted.Redacted<string>> =>
  Either.map(text(self, name), (value) => Redacted.make(value))

const dateForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** @internal a date, in milliseconds since the epoch */
export const date = (self: Part, name: string): Read<number> =>
  Either.flatMap(text(self, name), (value) => {
    const millis = dateForm.test(value) ? Date.parse(value) : Number.NaN
    return Number.isNaN(millis)
      ? Either.left(
          new Failed({
            why: `${name} of ${self.who} is no date`,
            hint: "a date is written as 2006-01-02T15:04:05Z"
          })
        )
      : Either.right(millis)
  })

/** @internal what the answers of Sts, of the metadata service and of a credentials URI have in common */
export const stsFields = ["AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"]

/** @internal */
export const sts = (self: Part, provider: string): Read<Credential.Sts> =>
  Either.gen(function* () {
    return Credential.sts({
      accessKeyId: yield* text(self, "AccessKeyId"),
      accessKeySecret: yield* secret(self, "AccessKeySecret"),
      securityToken: yield* secret(self, "SecurityToken"),
      expiration: yield* date(self, "Expiration"),
      provider
    })
  })

const codeForm = /^[A-Z][A-Za-z]{0,63}$/

/** @internal `Code`, where there is one, must be `Success` */
export const succeeded = ({ fields, who }: Part): Read<void> => {
  const code = Object.hasOwn(fields, "Code") ? fields["Code"] : undefined
  if (code === undefined || code === "Success") return Either.right(undefined)
  // what is no plain name might be anything
  const shown = typeof code === "string" && codeForm.test(code) ? `'${code}'` : "something"
  return Either.left(
    new Failed({
      why: `Code of ${who} is ${shown} and not 'Success'`,
      hint: "the service behind it says why in its log"
    })
  )
}

/** @internal what both ways to assume a role are answered with */
export const assumedRole = (json: unknown, provider: string): Read<Credential.Sts> =>
  part("the answer of Sts", json, ["Credentials"]).pipe(
    Either.flatMap((answer) => child(answer, "Credentials", stsFields)),
    Either.flatMap((credentials) => sts(credentials, provider))
  )
