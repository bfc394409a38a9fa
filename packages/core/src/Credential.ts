/**
 * Who a call is made as. Secrets are `Redacted`: a credential can be logged, and prints none of them.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

/**
 * What all kinds have: when it stops being valid (milliseconds since the epoch), and the name of the provider it came from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Origin {
  readonly expiration: number | undefined
  readonly provider: string | undefined
}

/**
 * A long-lived key of an account or RAM user.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccessKey extends Origin {
  readonly _tag: "AccessKey"
  readonly accessKeyId: string
  readonly accessKeySecret: Redacted.Redacted<string>
}

/**
 * A temporary key, valid only together with its token.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sts extends Origin {
  readonly _tag: "Sts"
  readonly accessKeyId: string
  readonly accessKeySecret: Redacted.Redacted<string>
  readonly securityToken: Redacted.Redacted<string>
}

/**
 * A bearer token. Such a request carries no signature.
 *
 * @since 0.1.0
 * @category models
 */
export interface Bearer extends Origin {
  readonly _tag: "Bearer"
  readonly token: Redacted.Redacted<string>
}

/**
 * An RSA key pair: the id of its public half, and its private half, as PEM or as base64 of a DER.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyPair extends Origin {
  readonly _tag: "KeyPair"
  readonly accessKeyId: string
  readonly privateKey: Redacted.Redacted<string>
}

/**
 * Nobody: for the few actions that need no identity.
 *
 * @since 0.1.0
 * @category models
 */
export interface Anonymous extends Origin {
  readonly _tag: "Anonymous"
}

/**
 * @since 0.1.0
 * @category models
 */
export type Credential = AccessKey | Sts | Bearer | KeyPair | Anonymous

/**
 * A secret, redacted already or not yet.
 *
 * @since 0.1.0
 * @category models
 */
export type Secret = string | Redacted.Redacted<string>

const redacted = (secret: Secret): Redacted.Redacted<string> =>
  typeof secret === "string" ? Redacted.make(secret) : secret

type Options<A> = Omit<A, "_tag" | keyof Origin | SecretField> & {
  readonly [K in keyof A & SecretField]: Secret
} & Partial<Origin>
type SecretField = "accessKeySecret" | "securityToken" | "token" | "privateKey"

const origin = (options: Partial<Origin>): Origin => ({ expiration: options.expiration, provider: options.provider })

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Credential from "@effect-aliyun/core/Credential"
 *
 * console.log(JSON.stringify(Credential.accessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })))
 * // {"_tag":"AccessKey","accessKeyId":"testid","accessKeySecret":"<redacted>"}
 */
export const accessKey = (options: Options<AccessKey>): AccessKey => ({
  _tag: "AccessKey",
  accessKeyId: options.accessKeyId,
  accessKeySecret: redacted(options.accessKeySecret),
  ...origin(options)
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const sts = (options: Options<Sts>): Sts => ({
  _tag: "Sts",
  accessKeyId: options.accessKeyId,
  accessKeySecret: redacted(options.accessKeySecret),
  securityToken: redacted(options.securityToken),
  ...origin(options)
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const bearer = (options: Options<Bearer>): Bearer => ({
  _tag: "Bearer",
  token: redacted(options.token),
  ...origin(options)
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const keyPair = (options: Options<KeyPair>): KeyPair => ({
  _tag: "KeyPair",
  accessKeyId: options.accessKeyId,
  privateKey: redacted(options.privateKey),
  ...origin(options)
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const anonymous: Anonymous = { _tag: "Anonymous", expiration: undefined, provider: undefined }

/**
 * Whether a value has the tag of a credential; its fields are {@link issueOf}'s to look at.
 *
 * @since 0.1.0
 * @category guards
 */
export const isCredential = (u: unknown): u is Credential =>
  Predicate.hasProperty(u, "_tag") && typeof u._tag === "string" && tags.has(u._tag)

const tags: ReadonlySet<string> = new Set<Credential["_tag"]>(["AccessKey", "Sts", "Bearer", "KeyPair", "Anonymous"])

/**
 * The texts of a credential that must not be printed.
 *
 * @since 0.1.0
 * @category getters
 */
export const secrets = (self: Credential): ReadonlyArray<Redacted.Redacted<string>> => {
  switch (self._tag) {
    case "AccessKey":
      return [self.accessKeySecret]
    case "Sts":
      return [self.accessKeySecret, self.securityToken]
    case "Bearer":
      return [self.token]
    case "KeyPair":
      return [self.privateKey]
    case "Anonymous":
      return []
  }
}

const visible = /^[\x21-\x7e]+$/

/**
 * What is wrong with a credential before it is used: an empty field, white space around a secret, or a character that a
 * header cannot carry. The text names the field and never its value.
 *
 * @since 0.1.0
 * @category validation
 */
export const issueOf = (self: Credential): string | undefined => {
  switch (self._tag) {
    case "Anonymous":
      return undefined
    case "Bearer":
      return headerIssue("the bearer token", Redacted.value(self.token))
    case "KeyPair":
      return headerIssue("the AccessKeyId", self.accessKeyId) ?? secretIssue("the private key", self.privateKey)
    case "AccessKey":
      return (
        headerIssue("the AccessKeyId", self.accessKeyId) ?? secretIssue("the AccessKeySecret", self.accessKeySecret)
      )
    case "Sts":
      return (
        headerIssue("the AccessKeyId", self.accessKeyId) ??
        secretIssue("the AccessKeySecret", self.accessKeySecret) ??
        headerIssue("the SecurityToken", Redacted.value(self.securityToken))
      )
  }
}

const headerIssue = (name: string, value: string): string | undefined => {
  if (typeof value !== "string" || value === "") return `${name} is empty`
  return visible.test(value) ? undefined : `${name} holds a space, a line break or a character outside ASCII`
}

const secretIssue = (name: string, secret: Redacted.Redacted<string>): string | undefined => {
  const value = Redacted.value(secret)
  if (typeof value !== "string" || value === "") return `${name} is empty`
  // a PEM ends in a line break; a key that was read from a file often does, and must not
  return name === "the private key" || value.trim() === value ? undefined : `${name} has white space around it`
}
