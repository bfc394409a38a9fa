/** Sts 2015-04-01: who am I, and keys that end. */
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Keyring from "../../keyring.js"
import * as Random from "../../random.js"
import * as Roles from "../../roles.js"
import * as Service from "../../service.js"
import { assumeRole } from "./assumeRole.js"
import { assumeRoleWithOidc } from "./oidc.js"
import * as Parameters from "./parameters.js"

const getCallerIdentity: Service.Handler = ({ principal }) =>
  Effect.succeed({
    IdentityType: principal.identityType,
    AccountId: principal.accountId,
    PrincipalId: principal.principalId,
    UserId: principal.userId,
    Arn: principal.arn,
    ...(principal.roleId === undefined ? {} : { RoleId: principal.roleId })
  })

const keyPairsOnly = Verification.refuse(
  "NoPermission",
  403,
  "You are not authorized to do this action. You should be authorized by RAM."
)

const oneHour = Parameters.duration(1)

/** a key of plain id and secret, for who has an RSA key pair and would rather not sign everything with it */
const generateSessionAccessKey: Service.Handler = ({ ask, kind, now, principal, store }) =>
  Effect.gen(function* () {
    if (kind !== "Rsa") return yield* Effect.fail(keyPairsOnly)
    const seconds = yield* oneHour(ask.parameters)
    const key = {
      accessKeyId: `TMPSK.${Random.alphanumeric(25)}`,
      accessKeySecret: Random.alphanumeric(44),
      expiration: Roles.end(now, seconds),
      principal
    }
    yield* store.commit(Keyring.mint(store, key, now))
    return {
      SessionAccessKey: {
        SessionAccessKeyId: key.accessKeyId,
        SessionAccessKeySecret: key.accessKeySecret,
        Expiration: Timestamp.iso8601(key.expiration)
      }
    }
  })

/** @internal */
export const service: Service.Service = Service.rpc({
  product: "Sts",
  version: "2015-04-01",
  operations: {
    AssumeRole: assumeRole,
    AssumeRoleWithOIDC: assumeRoleWithOidc,
    GenerateSessionAccessKey: generateSessionAccessKey,
    GetCallerIdentity: getCallerIdentity
  },
  open: ["AssumeRoleWithOIDC"]
})
