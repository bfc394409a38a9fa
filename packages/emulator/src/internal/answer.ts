/** Answers as bytes, in the gateway's own hand and in that of the products behind it. */
import * as Xml from "@effect-aliyun/core/Xml"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { RawResponse } from "../RawResponse.js"
import type { Ask } from "./ask.js"

/** @internal what all answers to one request share */
export interface Envelope {
  readonly ask: Ask
  readonly requestId: string
  readonly now: number
  readonly product: string | undefined
}

/** @internal */
export const success = (envelope: Envelope, style: "RPC" | "ROA", action: string, body: unknown): RawResponse =>
  style === "ROA"
    ? json(envelope, 200, body)
    : write(envelope, 200, `${action}Response`, {
        RequestId: envelope.requestId,
        ...(Predicate.isRecord(body) ? body : {})
      })

/** @internal a refusal, and in how many milliseconds to come back */
export interface Failure extends Verification.Refusal {
  readonly retryAfter?: number | undefined
}

/** @internal an error of the gateway, or of an RPC product */
export const failure = (envelope: Envelope, { code, message, retryAfter, status }: Failure): RawResponse => {
  const response = write(envelope, status, "Error", {
    RequestId: envelope.requestId,
    HostId: envelope.ask.host,
    Code: code,
    Message: message,
    Recommend: recommend(envelope, code)
  })
  return retryAfter === undefined
    ? response
    : { ...response, headers: [...response.headers, ["x-acs-retry-after", String(retryAfter)]] }
}

/** @internal an error that an ROA product wrote itself */
export const roaFailure = (envelope: Envelope, refusal: Verification.Refusal): RawResponse =>
  json(envelope, refusal.status, {
    code: refusal.code,
    message: refusal.message,
    requestId: envelope.requestId
  })

const recommend = ({ product, requestId }: Envelope, code: string): string => {
  const query: Encoding.Pairs = [["q", code], ...(product === undefined ? [] : [["product", product] as const])]
  return `https://api.aliyun.com/troubleshoot?${Encoding.queryString([...query, ["requestId", requestId]])}`
}

const write = (
  envelope: Envelope,
  status: number,
  root: string,
  body: Readonly<Record<string, unknown>>
): RawResponse => (envelope.ask.format === "JSON" ? json(envelope, status, body) : xml(envelope, status, root, body))

const json = (envelope: Envelope, status: number, body: unknown): RawResponse =>
  respond(envelope, status, "application/json;charset=utf-8", JSON.stringify(body) ?? "")

// characters that no XML document may hold, not even escaped
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const xml = (
  envelope: Envelope,
  status: number,
  root: string,
  body: Readonly<Record<string, unknown>>
): RawResponse => {
  // what a service answers with names that no element can have is answered without a body
  const text = Either.getOrElse(Xml.stringify({ [root]: body }), () => `<${root}/>`)
  return respond(
    envelope,
    status,
    "text/xml;charset=utf-8",
    `<?xml version='1.0' encoding='UTF-8'?>${text.replace(unwritable, "\ufffd")}`
  )
}

/** @internal */
export const respond = (
  { now, requestId }: Envelope,
  status: number,
  contentType: string,
  text: string
): RawResponse => ({
  status,
  headers: [
    // by the clock that judged the request: clients correct their own by it
    ["date", Timestamp.rfc1123(now)],
    ["content-type", contentType],
    ["x-acs-request-id", requestId]
  ],
  body: Encoding.utf8(text)
})
