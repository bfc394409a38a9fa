/** ACS3: every byte of a request changed on the way. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  type BodyKind,
  type Change,
  dateRefusal,
  equivalent,
  everyByte,
  isHexCase,
  isNameCase,
  kinds,
  patience,
  requests,
  signed,
  unsigned,
  type Verdict
} from "../support/Tamper.js"

const isSignedName = (name: string) => name === "host" || name === "content-type" || name.startsWith("x-acs-")

/** what is wrong with a header of another value */
const headerValue = (change: Change): Verdict => {
  const { changed, header } = change
  if (header === "authorization") return authorization(change)
  if (header === "x-acs-date") return dateRefusal(changed)
  if (header === "x-acs-security-token") return "InvalidSecurityToken.Malformed"
  return isSignedName(header) ? "SignatureDoesNotMatch" : unsigned
}

const mandatory = ["host", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"]

/** what is wrong where a header has another name, and one is gone */
const headerName = (kind: string, change: Change): Verdict => {
  const { changed, header } = change
  if (isNameCase(change)) return equivalent
  // what claims nothing is anonymous; the hash of an anonymous body is always SHA-256
  if (header === "authorization") return kind.includes("SM3") ? "SignatureDoesNotMatch" : "MissingAccessKeyId"
  if (!isSignedName(header)) return unsigned
  if (isSignedName(changed.toLowerCase())) return "IncompleteSignature"
  if (mandatory.includes(header)) return "MissingParameter"
  return header === "x-acs-security-token" ? "MissingSecurityToken" : "SignatureDoesNotMatch"
}

/** `ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-date,Signature=0123` */
const authorization = ({ changed, index, text }: Change): Verdict => {
  const within = (from: string, to: string) => {
    const start = text.indexOf(from) + from.length
    return index >= start && index < text.indexOf(to, start)
  }
  if (within("ACS3-", " ")) return /^ACS3-[A-Z0-9-]+ /.test(changed) ? "InvalidSignatureMethod" : "IncompleteSignature"
  if (within("Credential=", ",")) return "InvalidAccessKeyId.NotFound"
  // a header left out of the list, a list that names another, or none of the form
  if (index < text.indexOf("Signature=") + "Signature=".length) return "IncompleteSignature"
  return /[0-9a-f]/.test(changed.charAt(index)) ? "SignatureDoesNotMatch" : "IncompleteSignature"
}

const expected =
  (kind: string) =>
  (change: Change): Verdict => {
    switch (change.part) {
      case "method":
      case "body":
        return "SignatureDoesNotMatch"
      case "path":
      case "query":
        return isHexCase(change) ? equivalent : "SignatureDoesNotMatch"
      case "header":
        return headerValue(change)
      case "header name":
        return headerName(kind, change)
    }
  }

describe.each(Object.entries(kinds.ACS3))("%s", (kind, who) => {
  for (const style of ["RPC", "ROA"] as const) {
    it.effect.each(Object.keys(requests[style]) as Array<BodyKind>)(
      `${style}, %s: no other byte of what is signed is let in`,
      (body) =>
        Effect.gen(function* () {
          const counts = yield* everyByte(yield* signed(requests[style][body], who), expected(kind))
          const codes = [
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId.NotFound",
            "InvalidTimeStamp.Expired",
            "InvalidTimeStamp.Format",
            "InvalidSignatureMethod",
            "IncompleteSignature",
            "MissingParameter",
            unsigned,
            equivalent,
            ...(kind.includes("STS") ? ["InvalidSecurityToken.Malformed", "MissingSecurityToken"] : [])
          ]
          for (const code of codes) assert.isAbove(counts.get(code) ?? 0, 0, code)
        }),
      patience
    )
  }
})
