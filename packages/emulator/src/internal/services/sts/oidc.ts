/**
 * AssumeRoleWithOIDC: a token of someone else in place of a signature. The emulator knows no issuer's keys, so it does **not**
 * verify the signature of the token, nor whom it was issued by and for; it reads it, and checks when it ends.
 *
 * Source: https://help.aliyun.com/zh/ack/ack-managed-and-ack-dedicated/user-guide/use-rrsa-to-authorize-pods-to-access-different-cloud-services
 * for codes and messages; the statuses are those of AssumeRoleWithSAML
 */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Roles from "../../roles.js"
import type * as Service from "../../service.js"
import { longestSession, open } from "./assumeRole.js"
import * as Parameters from "./parameters.js"

const { refuse } = Verification

/** seconds since the epoch, as far as dates go */
const NumericDate = Schema.Number.pipe(Schema.between(0, 8_640_000_000_000))

const Claims = Schema.Struct({
  iss: Schema.NonEmptyString,
  sub: Schema.NonEmptyString,
  aud: Schema.Union(Schema.NonEmptyString, Schema.NonEmptyArray(Schema.NonEmptyString)),
  exp: NumericDate,
  iat: Schema.optional(NumericDate)
})
type Claims = typeof Claims.Type

const decodeHeader = Schema.decodeOption(Schema.parseJson(Schema.Struct({ alg: Schema.NonEmptyString })))
const decodeClaims = Schema.decodeOption(Schema.parseJson(Claims))

const base64UrlDecode = (text: string): string => {
  const padding = "=".repeat((4 - (text.length % 4)) % 4)
  const bytes = Encoding.base64Decode(text.replaceAll("-", "+").replaceAll("_", "/") + padding)
  return bytes === undefined ? "" : Encoding.utf8Decode(bytes)
}

const claimsOf = (token: string): Option.Option<Claims> => {
  const [, header, payload] = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(token) ?? []
  if (header === undefined || payload === undefined || token.length > 20_000) return Option.none()
  return Option.zipRight(decodeHeader(base64UrlDecode(header)), decodeClaims(base64UrlDecode(payload)))
}

/** Sts looks for these itself, where the gateway looks for `RoleSessionName` */
const required = (name: string) =>
  Parameters.required(name, refuse(`MissingParameter.${name}`, 400, `Parameter ${name} is required.`))

const noPermission = (message: string) => refuse("AuthenticationFail.NoPermission", 403, message)
const invalidToken = refuse("AuthenticationFail.OIDCToken.Invalid", 401, "The OIDC Token is invalid.")
const expiredToken = refuse("AuthenticationFail.OIDCToken.Expired", 401, "This JsonWebToken is expired.")
const unknownRole = (arn: string) => refuse("EntityNotExist.Role", 404, `The role not exists: ${arn}.`)

/** @internal */
export const assumeRoleWithOidc: Service.Handler = (request) =>
  Effect.gen(function* () {
    const { now, settings } = request
    const { parameters } = request.ask
    const name = yield* Parameters.roleSessionName(parameters)
    const providerArn = yield* required("OIDCProviderArn")(parameters)
    const roleArn = yield* required("RoleArn")(parameters)
    const token = yield* required("OIDCToken")(parameters)
    const [, account] = /^acs:ram::(\d+):oidc-provider\/[\w.@-]{1,128}$/.exec(providerArn) ?? []
    if (account === undefined) return yield* Effect.fail(noPermission("Parameter OIDCProviderArn is not valid"))
    const role = Roles.parse(roleArn)
    if (role === undefined) return yield* Effect.fail(Parameters.wronglyFormed("RoleArn"))
    const seconds = yield* longestSession(parameters)
    yield* Parameters.policy(parameters)
    const known = Roles.accounts(settings)
    if (!known.has(account)) return yield* Effect.fail(noPermission("No such OIDC Provider registered."))
    const claims = yield* Effect.mapError(claimsOf(token), () => invalidToken)
    if (claims.exp * 1000 <= now) return yield* Effect.fail(expiredToken)
    if (!known.has(role.accountId)) return yield* Effect.fail(unknownRole(roleArn))
    // a role can trust the providers of its own account
    if (role.accountId !== account) return yield* Effect.fail(noPermission("There is no permission"))
    return { ...(yield* open(request, { role, name, seconds })), OIDCTokenInfo: describe(claims) }
  })

const describe = ({ aud, exp, iat, iss, sub }: Claims) => ({
  Subject: sub,
  Issuer: iss,
  ClientIds: typeof aud === "string" ? aud : aud.join(","),
  ExpirationTime: Timestamp.iso8601(exp * 1000),
  ...(iat === undefined ? {} : { IssuanceTime: Timestamp.iso8601(iat * 1000) }),
  VerificationInfo: "Success"
})
