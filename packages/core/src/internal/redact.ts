/** Takes secrets out of the texts of a service before they are put into an error. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
import * as Redacted from "effect/Redacted"
import * as Credential from "../Credential.js"

/** @internal */
export type Redact = (text: string) => string

const placeholder = "<redacted>"

/**
 * @internal takes out the secrets of a credential and the parameters that are named like a secret, in every spelling they travel
 * in, and the echo of the string to sign
 */
export const redactor = (credential: Credential.Credential, parameters: () => Encoding.Pairs = none): Redact => {
  // made when the first failure needs it
  let spellings: ReadonlyArray<string> | undefined
  return (text) => {
    spellings ??= spellingsOf(credential, parameters())
    return spellings.reduce((current, secret) => current.replaceAll(secret, placeholder), ErrorBody.scrub(text))
  }
}

const none = (): Encoding.Pairs => []

/** shorter ones would take pieces out of every text */
const shortest = 6

const spellingsOf = (credential: Credential.Credential, parameters: Encoding.Pairs): ReadonlyArray<string> => {
  const secrets = Credential.secrets(credential).map(Redacted.value)
  if ("accessKeyId" in credential) secrets.push(credential.accessKeyId)
  for (const [name, value] of parameters) {
    if (value.length >= shortest && wholeSecretName.test(name)) secrets.push(value)
  }
  return secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => {
      // as it is, as JSON may write it, as a query carries it, and as the string to sign of version 1 carries it
      const once = Encoding.percentEncode(secret)
      return [secret, secret.replaceAll("/", "\\/"), once, Encoding.percentEncode(once)]
    })
}

const secretName = String.raw`[\w.\-]*(?:password|passwd|secret|(?<!client|next|page)token|privatekey)[\w.\-]*`
const wholeSecretName = new RegExp(`^${secretName}$`, "i")
const assignments: ReadonlyArray<RegExp> = [
  // JSON, a query or form, XML, and a query inside the string to sign of version 1
  new RegExp(String.raw`("${secretName}"\s*:\s*")(?:[^"\\]|\\.)*`, "gi"),
  new RegExp(String.raw`((?:^|[?&\s])${secretName}=)[^&\s]*`, "gi"),
  new RegExp(String.raw`(<${secretName}>)[^<]*`, "gi"),
  new RegExp(String.raw`((?:%26|&)${secretName}%3D)(?:(?!%26)\S)*`, "gi")
]

/** @internal takes out the values of what is named like a secret, whoever's it is */
export const maskNamed = (text: string): string =>
  assignments.reduce((current, pattern) => current.replace(pattern, `$1${placeholder}`), text)

/** @internal one line of a text of the service, fit for a log: secrets out, control characters out, no longer than told */
export const oneLine = (text: string, redact: Redact, longest: number): string => {
  // bounded before as well: a service may send megabytes
  const safe = redact(text.slice(0, longest + 4096)).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
  return safe.length > longest ? `${safe.slice(0, longest)}…` : safe
}

/** @internal the begin of a text that could not be read: 200 characters, the mark of a cut included */
export const excerptOf = (text: string, redact: Redact): string => oneLine(maskNamed(text.slice(0, 4096)), redact, 199)
