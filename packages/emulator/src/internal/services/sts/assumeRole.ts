/** AssumeRole, and what all ways to assume a role have in common. */
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Keyring from "../../keyring.js"
import * as Roles from "../../roles.js"
import type * as Service from "../../service.js"
import * as Parameters from "./parameters.js"

/** @internal the longest that a role may set for itself, and the emulator's do */
export const longestSession = Parameters.duration(12)

/** @internal opens a session: what is answered, once its key is known */
export const open = (
  { now, store }: Pick<Service.Request, "now" | "store">,
  session: { readonly role: Roles.Role; readonly name: string; readonly seconds: number }
) =>
  Effect.suspend(() => {
    const { name, role, seconds } = session
    const principal = Roles.assume(role, name)
    const key = Roles.sessionKey(principal, Roles.end(now, seconds))
    return Effect.as(store.commit(Keyring.mint(store, key, now)), {
      AssumedRoleUser: {
        // not the Arn by which GetCallerIdentity names the session: that one is of a resource type of its own
        Arn: `acs:ram::${role.accountId}:role/${role.name}/${name}`,
        AssumedRoleId: principal.principalId
      },
      Credentials: {
        AccessKeyId: key.accessKeyId,
        AccessKeySecret: key.accessKeySecret,
        SecurityToken: key.securityToken,
        Expiration: Timestamp.iso8601(key.expiration)
      }
    })
  })

const rootAccount = Verification.refuse("NoPermission", 403, "Roles may not be assumed by root accounts.")
const unknownRole = Verification.refuse("EntityNotExist.Role", 404, "The specified Role not exists .")

/** @internal */
export const assumeRole: Service.Handler = (request) =>
  Effect.gen(function* () {
    const { principal, settings } = request
    const { parameters } = request.ask
    const roleArn = yield* Parameters.required("RoleArn")(parameters)
    const name = yield* Parameters.roleSessionName(parameters)
    const role = Roles.parse(roleArn)
    if (role === undefined) return yield* Effect.fail(Parameters.wronglyFormed("RoleArn"))
    const seconds = yield* longestSession(parameters)
    yield* Parameters.policy(parameters)
    yield* Parameters.externalId(parameters)
    const sourceIdentity = yield* Parameters.sourceIdentity(parameters)
    if (principal.identityType === "Account") return yield* Effect.fail(rootAccount)
    if (role.accountId !== principal.accountId && !Roles.accounts(settings).has(role.accountId)) {
      return yield* Effect.fail(unknownRole)
    }
    const answer = yield* open(request, { role, name, seconds })
    return sourceIdentity === undefined ? answer : { ...answer, SourceIdentity: sourceIdentity }
  })
