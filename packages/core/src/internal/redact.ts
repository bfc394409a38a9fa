/** Takes the secrets of a credential out of a text of the service before it is put into an error. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
import * as Redacted from "effect/Redacted"
import * as Credential from "../Credential.js"

/** @internal */
export type Redact = (text: string) => string

const placeholder = "<redacted>"

/** @internal */
export const redactor = (credential: Credential.Credential): Redact => {
  const secrets = Credential.secrets(credential).map(Redacted.value)
  if ("accessKeyId" in credential) secrets.push(credential.accessKeyId)
  // as it is, as a query carries it, and as the string to sign of version 1 carries it
  const texts = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => {
      const once = Encoding.percentEncode(secret)
      return [secret, once, Encoding.percentEncode(once)]
    })
  return (text) => texts.reduce((current, secret) => current.replaceAll(secret, placeholder), ErrorBody.scrub(text))
}

/** @internal */
export const excerptOf = (text: string, redact: Redact): string => {
  const safe = redact(text)
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe
}
