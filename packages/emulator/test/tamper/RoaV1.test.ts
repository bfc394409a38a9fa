/** Version 1 of ROA: every byte of a request changed on the way. */
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

const isSignedName = (name: string) =>
  ["accept", "content-md5", "content-type", "date", "authorization"].includes(name) || name.startsWith("x-acs-")

const headerValue = (change: Change): Verdict => {
  const { changed, header } = change
  if (header === "authorization") return authorization(change)
  if (header === "date") return dateRefusal(changed)
  if (header === "x-acs-security-token") return "InvalidSecurityToken.Malformed"
  if (header === "x-acs-signature-method") return "InvalidSignatureMethod"
  return isSignedName(header) ? "SignatureDoesNotMatch" : unsigned
}

const headerName = (change: Change): Verdict => {
  const { header } = change
  if (isNameCase(change)) return equivalent
  if (!isSignedName(header)) return unsigned
  if (header === "authorization") return "MissingAccessKeyId"
  if (header === "date") return "MissingDate"
  return header === "x-acs-security-token" ? "MissingSecurityToken" : "SignatureDoesNotMatch"
}

/** `acs testid:c2lnbmF0dXJl` */
const authorization = ({ changed, index, text }: Change): Verdict => {
  const colon = text.indexOf(":")
  if (index < "acs ".length || index === colon) return "IncompleteSignature"
  if (index < colon) return "InvalidAccessKeyId.NotFound"
  return /[A-Za-z0-9+/=]/.test(changed.charAt(index)) ? "SignatureDoesNotMatch" : "IncompleteSignature"
}

const expected = (change: Change): Verdict => {
  switch (change.part) {
    case "method":
    case "body":
    // the path is signed as it is written
    case "path":
      return "SignatureDoesNotMatch"
    case "query":
      return isHexCase(change) ? equivalent : "SignatureDoesNotMatch"
    case "header":
      return headerValue(change)
    case "header name":
      return headerName(change)
  }
}

describe.each(Object.entries(kinds.V1))("%s", (kind, who) => {
  it.effect.each(Object.keys(requests.ROA) as Array<BodyKind>)(
    "%s: no other byte of what is signed is let in",
    (body) =>
      Effect.gen(function* () {
        const counts = yield* everyByte(yield* signed(requests.ROA[body], who), expected)
        const codes = [
          "SignatureDoesNotMatch",
          "InvalidAccessKeyId.NotFound",
          "InvalidTimeStamp.Expired",
          "InvalidTimeStamp.Format",
          "InvalidSignatureMethod",
          "IncompleteSignature",
          "MissingDate",
          unsigned,
          equivalent,
          ...(kind.includes("STS") ? ["InvalidSecurityToken.Malformed", "MissingSecurityToken"] : [])
        ]
        for (const code of codes) assert.isAbove(counts.get(code) ?? 0, 0, code)
      }),
    patience
  )
})
