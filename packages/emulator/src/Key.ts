/**
 * What the emulator accepts as proof of identity. Secrets are `Redacted`: a key can be logged, and prints none of them.
 *
 * @since 0.1.0
 */
import type * as Credential from "@effect-aliyun/core/Credential"
import * as Redacted from "effect/Redacted"
import * as Principal from "./Principal.js"

/**
 * A long-lived key. An inactive one is refused with `InvalidAccessKeyId.Inactive`.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessKey {
  readonly _tag: "AccessKey"
  readonly accessKeyId: string
  readonly accessKeySecret: Redacted.Redacted<string>
  readonly active: boolean
  readonly principal: Principal.Principal
}

/**
 * A temporary key, accepted only with its own token; until `expiration` (milliseconds since the epoch), if it has one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sts {
  readonly _tag: "Sts"
  readonly accessKeyId: string
  readonly accessKeySecret: Redacted.Redacted<string>
  readonly securityToken: Redacted.Redacted<string>
  readonly expiration: number | undefined
  readonly principal: Principal.Principal
}

/**
 * The public half of an RSA key pair: SubjectPublicKeyInfo as PEM, or the base64 of its DER.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyPair {
  readonly _tag: "KeyPair"
  readonly accessKeyId: string
  readonly publicKey: string
  readonly active: boolean
  readonly principal: Principal.Principal
}

/**
 * A bearer token, accepted without any signature.
 *
 * @since 0.1.0
 * @category models
 */
export interface Bearer {
  readonly _tag: "Bearer"
  readonly token: Redacted.Redacted<string>
  readonly principal: Principal.Principal
}

/**
 * @since 0.1.0
 * @category models
 */
export type Key = AccessKey | Sts | KeyPair | Bearer

const redacted = (secret: Credential.Secret): Redacted.Redacted<string> =>
  typeof secret === "string" ? Redacted.make(secret) : secret

/**
 * An active key of {@link Principal.tester} unless told.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Key from "@effect-aliyun/emulator/Key"
 *
 * export const disabled = Key.accessKey({ accessKeyId: "oldid", accessKeySecret: "oldsecret", active: false })
 */
export const accessKey = (options: {
  readonly accessKeyId: string
  readonly accessKeySecret: Credential.Secret
  readonly active?: boolean | undefined
  readonly principal?: Principal.Principal | undefined
}): AccessKey => ({
  _tag: "AccessKey",
  accessKeyId: options.accessKeyId,
  accessKeySecret: redacted(options.accessKeySecret),
  active: options.active ?? true,
  principal: options.principal ?? Principal.tester
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const sts = (options: {
  readonly accessKeyId: string
  readonly accessKeySecret: Credential.Secret
  readonly securityToken: Credential.Secret
  readonly expiration?: number | undefined
  readonly principal?: Principal.Principal | undefined
}): Sts => ({
  _tag: "Sts",
  accessKeyId: options.accessKeyId,
  accessKeySecret: redacted(options.accessKeySecret),
  securityToken: redacted(options.securityToken),
  expiration: options.expiration,
  principal: options.principal ?? Principal.tester
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const keyPair = (options: {
  readonly accessKeyId: string
  readonly publicKey: string
  readonly active?: boolean | undefined
  readonly principal?: Principal.Principal | undefined
}): KeyPair => ({
  _tag: "KeyPair",
  accessKeyId: options.accessKeyId,
  publicKey: options.publicKey,
  active: options.active ?? true,
  principal: options.principal ?? Principal.tester
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const bearer = (options: {
  readonly token: Credential.Secret
  readonly principal?: Principal.Principal | undefined
}): Bearer => ({
  _tag: "Bearer",
  token: redacted(options.token),
  principal: options.principal ?? Principal.tester
})

/**
 * The one key of an emulator that was given none: `testid` with the secret `testsecret`.
 *
 * @since 0.1.0
 * @category constants
 */
export const test: AccessKey = accessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })
