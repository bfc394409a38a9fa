/** Sts 2015-04-01: who am I. */
import * as Effect from "effect/Effect"
import * as Service from "../service.js"

const getCallerIdentity: Service.Handler = ({ principal }) =>
  Effect.succeed({
    IdentityType: principal.identityType,
    AccountId: principal.accountId,
    PrincipalId: principal.principalId,
    UserId: principal.userId,
    Arn: principal.arn,
    ...(principal.roleId === undefined ? {} : { RoleId: principal.roleId })
  })

/** @internal */
export const service: Service.Service = Service.rpc({
  product: "Sts",
  version: "2015-04-01",
  operations: { GetCallerIdentity: getCallerIdentity }
})
