/**
 * Who a request is from, or why the gateway does not believe it. What can be read off the request alone is checked by
 * `protocol`; here is what takes a memory: keys, tokens and used nonces.
 */
import type * as Digest from "@effect-aliyun/protocol/Digest"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Principal } from "../Principal.js"
import type * as Keyring from "./keyring.js"
import type * as Nonces from "./nonces.js"
import * as rsa from "./rsa.js"

const { refuse } = Verification

/** the refusals that say something about the state of the gateway */
const refusals = {
  missingAccessKeyId: refuse("MissingAccessKeyId", 400, "AccessKeyId is mandatory for this action."),
  unknownKey: refuse("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found."),
  inactiveKey: refuse("InvalidAccessKeyId.Inactive", 400, "Specified access key is disabled."),
  missingToken: refuse("MissingSecurityToken", 400, "SecurityToken is mandatory for this action."),
  malformedToken: refuse("InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed."),
  foreignToken: refuse(
    "InvalidSecurityToken.MismatchWithAccessKey",
    400,
    "Specified SecurityToken is mismatched with the AccessKeyId."
  ),
  expiredToken: refuse("InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired."),
  unknownBearerToken: refuse("InvalidBearerToken", 400, "Specified bearer token is not found."),
  usedNonce: refuse("SignatureNonceUsed", 400, "Specified signature nonce was used already.")
}

/** @internal */
export interface Gate {
  readonly keyring: Keyring.Keyring
  readonly nonces: Nonces.Nonces
  readonly digest: Digest.Digest
}

/** who asks for what needs no signature */
const nobody: Principal = {
  identityType: "Account",
  accountId: "",
  userId: "",
  principalId: "",
  arn: "",
  roleId: undefined
}

/** @internal `isOpen`: whether what is asked for needs no signature; one that is given is checked all the same */
export const authenticate = (
  gate: Gate,
  claim: Verification.Claim,
  { isOpen, now }: { readonly isOpen: boolean; readonly now: number }
): Effect.Effect<Principal, Verification.Refusal> => {
  switch (claim.kind) {
    case "Anonymous":
      return isOpen ? Effect.succeed(nobody) : Effect.fail(refusals.missingAccessKeyId)
    case "Bearer":
      return checkBearer(gate, claim, now)
    case "Hmac":
    case "Rsa":
      return checkSigned(gate, claim, now)
  }
}

const checkBearer = (gate: Gate, claim: Verification.Claim, now: number) => {
  const key = gate.keyring.byBearerToken(claim.bearerToken ?? "")
  if (key === undefined) return Effect.fail(refusals.unknownBearerToken)
  const expired = Verification.checkTime(claim, now)
  if (expired !== undefined) return Effect.fail(expired)
  return burnNonce(gate, `bearer ${claim.bearerToken}`, claim, now, key.principal)
}

const checkSigned = (gate: Gate, claim: Verification.Claim, now: number) => {
  const key = gate.keyring.byId(claim.accessKeyId ?? "", now)
  if (key === undefined) return Effect.fail(refusals.unknownKey)
  if (key._tag !== "Sts" && !key.active) return Effect.fail(refusals.inactiveKey)
  const refusal = checkToken(gate.keyring, key, claim, now) ?? Verification.checkTime(claim, now)
  if (refusal !== undefined) return Effect.fail(refusal)
  // the nonce comes last: who cannot sign must not be able to use up the nonces of who can
  return Effect.flatMap(checkSignature(key, claim, gate.digest), () =>
    burnNonce(gate, key.accessKeyId, claim, now, key.principal)
  )
}

const checkToken = (
  keyring: Keyring.Keyring,
  key: Keyring.SigningKey,
  claim: Verification.Claim,
  now: number
): Verification.Refusal | undefined => {
  const token = claim.securityToken
  if (token === undefined || token === "") return key._tag === "Sts" ? refusals.missingToken : undefined
  const owner = keyring.bySecurityToken(token)
  if (owner === undefined) return refusals.malformedToken
  if (owner.accessKeyId !== key.accessKeyId) return refusals.foreignToken
  return owner.expiration !== undefined && owner.expiration <= now ? refusals.expiredToken : undefined
}

const checkSignature = (
  key: Keyring.SigningKey,
  claim: Verification.Claim,
  digest: Digest.Digest
): Effect.Effect<void, Verification.Refusal> => {
  if (key._tag === "KeyPair") {
    return Effect.flatMap(claim.kind === "Rsa" ? rsa.verify(key, claim) : Effect.succeed(false), (valid) =>
      valid ? Effect.void : Effect.fail(Verification.signatureDoesNotMatch(claim))
    )
  }
  const refusal = Verification.checkHmac(claim, Redacted.value(key.accessKeySecret), digest)
  return refusal === undefined ? Effect.void : Effect.fail(refusal)
}

const burnNonce = (
  gate: Gate,
  owner: string,
  claim: Verification.Claim,
  now: number,
  principal: Principal
): Effect.Effect<Principal, Verification.Refusal> => {
  // a nonce is optional in ROA version 1
  if (claim.nonce === undefined) return Effect.succeed(principal)
  // no client makes one so long; what is kept of it must not be
  const nonce = claim.nonce.length > longestNonce ? gate.digest.sha256Hex(claim.nonce) : claim.nonce
  return gate.nonces.burn(owner, nonce, now) ? Effect.succeed(principal) : Effect.fail(refusals.usedNonce)
}

const longestNonce = 128
