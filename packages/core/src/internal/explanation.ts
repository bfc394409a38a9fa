/** A signed request made readable, secrets masked. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Redacted from "effect/Redacted"
import type { SignedRequest } from "../Signer.js"
import { maskNamed, type Redact } from "./redact.js"

/** What `AcsClient.explain` yields: `text` for people, `signed` for programs. */
export interface Explanation {
  readonly text: string
  readonly signed: Redacted.Redacted<SignedRequest>
}

/** @internal */
export const make = (signed: SignedRequest, host: string, redact: Redact): Explanation => {
  const mask = maskedBy(redact)
  const parts: ReadonlyArray<readonly [title: string, text: string | undefined]> = [
    ["Canonical request", signed.canonicalRequest],
    ["String to sign", signed.stringToSign],
    ["Wire request", [...head(signed, host), ...bodyLines(signed)].join("\n")]
  ]
  return {
    text: parts.flatMap(([title, text]) => (text === undefined ? [] : [`${title}\n${mask(text)}`])).join("\n\n"),
    signed: Redacted.make(signed)
  }
}

/** @internal request line and headers, secrets masked */
export const wire = (signed: SignedRequest, host: string, redact: Redact): string =>
  maskedBy(redact)(head(signed, host).join("\n"))

/** of the caller's parameters those are masked that are named like a secret */
const maskedBy =
  (redact: Redact): Redact =>
  (text) =>
    maskSignatures(maskNamed(redact(text)))

const head = (signed: SignedRequest, host: string): ReadonlyArray<string> => [
  `${signed.method} ${signed.url.slice(signed.url.indexOf(host) + host.length)} HTTP/1.1`,
  `host: ${host}`,
  ...Object.entries(signed.headers).flatMap(([name, value]) => (name === "host" ? [] : [`${name}: ${value}`]))
]

const bodyLines = ({ payload }: SignedRequest): ReadonlyArray<string> => {
  switch (payload._tag) {
    case "Empty":
      return []
    case "Bytes":
      return ["", payload.bytes.length <= 4096 ? Encoding.utf8Decode(payload.bytes) : `(${payload.bytes.length} bytes)`]
    case "Stream":
      return ["", `(a stream of ${payload.contentLength} bytes)`]
  }
}

/** the signature itself is as good as the secret for 15 minutes; the rest of the text stays readable */
const maskSignatures = (text: string): string =>
  text
    .replace(/(Signature=)[0-9a-f]{8,}/g, "$1<redacted>")
    .replace(/([?&]Signature=)[^&\s]+/g, "$1<redacted>")
    .replace(/(authorization: acs [^:\s]*:)\S+/g, "$1<redacted>")
