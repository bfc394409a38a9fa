/** Version 1 of RPC: every byte of a request changed on the way. */
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

/** what a request is refused for when more than one thing is wrong with it: the first of these */
const order = [
  "InvalidTimeStamp.Format",
  "MissingAccessKeyId",
  "MissingSignature",
  "MissingTimestamp",
  "MissingSignatureNonce",
  "InvalidSignatureMethod",
  "InvalidAccessKeyId.NotFound",
  "MissingSecurityToken",
  "InvalidSecurityToken.Malformed",
  "InvalidTimeStamp.Expired",
  "SignatureDoesNotMatch"
]

const withoutIt: Record<string, string> = {
  AccessKeyId: "MissingAccessKeyId",
  Signature: "MissingSignature",
  Timestamp: "MissingTimestamp",
  SignatureNonce: "MissingSignatureNonce",
  SignatureMethod: "InvalidSignatureMethod",
  SecurityToken: "MissingSecurityToken"
}
const withAnother: Record<string, string> = {
  AccessKeyId: "InvalidAccessKeyId.NotFound",
  SignatureMethod: "InvalidSignatureMethod",
  SecurityToken: "InvalidSecurityToken.Malformed"
}

/** in `A=1&B=2`: the item of `B` is at 4, its value at 6 */
const itemAt = (text: string, index: number) => {
  const start = text.lastIndexOf("&", index - 1) + 1
  const rest = text.slice(start).split("&")[0] ?? ""
  const [name = ""] = rest.split("=")
  return { name, start, value: start + name.length + 1, end: start + rest.length }
}

const parameter = (change: Change): Verdict => {
  const { changed, index, text } = change
  if (isHexCase(change)) return equivalent
  const { end, name, value } = itemAt(text, index)
  if (index < value) return withoutIt[name] ?? "SignatureDoesNotMatch"
  if (index < end) {
    if (name === "Timestamp") return dateRefusal(new URLSearchParams(changed).get(name) ?? "")
    return withAnother[name] ?? "SignatureDoesNotMatch"
  }
  // no `&` any more: the value is longer, and the next parameter is gone
  const after = itemAt(text, index + 1).name
  const both = [name === "Timestamp" ? "InvalidTimeStamp.Format" : withAnother[name], withoutIt[after]]
  return order.find((code) => both.includes(code)) ?? "SignatureDoesNotMatch"
}

const isForm = (contentType: string) => contentType.toLowerCase().startsWith("application/x-www-form-urlencoded")

const expected =
  (body: BodyKind) =>
  (change: Change): Verdict => {
    switch (change.part) {
      case "method":
      case "path":
        return "SignatureDoesNotMatch"
      case "query":
        return parameter(change)
      case "body":
        return body === "form" ? parameter(change) : unsigned
      case "header":
        return body === "form" && change.header === "content-type" && !isForm(change.changed)
          ? "SignatureDoesNotMatch"
          : unsigned
      case "header name":
        if (isNameCase(change)) return equivalent
        return body === "form" && change.header === "content-type" ? "SignatureDoesNotMatch" : unsigned
    }
  }

describe.each(Object.entries(kinds.V1))("%s", (kind, who) => {
  it.effect.each(Object.keys(requests.RPC) as Array<BodyKind>)(
    "%s: no other byte of what is signed is let in",
    (body) =>
      Effect.gen(function* () {
        const counts = yield* everyByte(yield* signed(requests.RPC[body], who), expected(body))
        const codes = [
          ...order.filter((code) => !code.includes("SecurityToken") || kind.includes("STS")),
          unsigned,
          equivalent
        ]
        for (const code of codes) assert.isAbove(counts.get(code) ?? 0, 0, code)
      }),
    patience
  )
})
