/** From what a transport or an answer reports to the two errors. */
import * as Classification from "@effect-aliyun/protocol/Classification"
import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as AcsError from "../AcsError.js"
import type { FormatType, Style } from "../AcsRequest.js"
import * as HttpWire from "../HttpWire.js"
import { isDeeperThan, toJson, toText } from "./bytes.js"
import { withCallInfo } from "./callInfo.js"
import type { SignedRequest } from "../Signer.js"
import { excerptOf, oneLine, type Redact } from "./redact.js"

/** @internal what is known of a call before it has succeeded or failed */
export interface Call {
  readonly request: AcsError.RequestInfo
  readonly style: Style
  readonly format: FormatType
}

/** @internal an answer, its body read as far as the limit allows */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: Uint8Array
}

/** @internal */
export const fromHttpClient = (
  error: HttpClientError.HttpClientError,
  call: Call,
  bytesReceived: number
): AcsError.ClientException => {
  if (error._tag === "RequestError" && error.reason === "InvalidUrl") {
    return withCallInfo({ request: call.request })(
      AcsError.invalidRequest("endpoint", "gives a URL that the HTTP client refuses")
    )
  }
  if (error._tag === "RequestError" && error.reason === "Encode") {
    return withCallInfo({ request: call.request, outcome: "Unknown" })(
      AcsError.invalidRequest(
        "body",
        `cannot be sent: its stream failed, or cannot be read again${because(error.cause)}`
      )
    )
  }
  const failure = HttpWire.transportFailure(error.cause)
  // an answer had begun, so the whole request had been sent
  const sent = error._tag === "ResponseError" ? "all" : failure.sent
  const outcome = sent === "none" ? "NotExecuted" : "Unknown"
  return AcsError.fromReason(
    {
      _tag: "Transport",
      // a limit of the HTTP library's own, which ended a connection that stood
      kind: failure.kind === "Timeout" ? "Reset" : failure.kind,
      syscallCode: failure.syscallCode,
      sent,
      bytesReceived: Math.max(failure.bytesReceived, bytesReceived)
    },
    { request: call.request, outcome }
  )
}

const longest = { name: 256, message: 2000, detail: 8192 } as const

/** @internal the name of what the caller's own stream failed with; its message may hold anything */
export const because = (cause: unknown): string => {
  const name =
    Predicate.hasProperty(cause, "_tag") && typeof cause._tag === "string"
      ? cause._tag
      : cause instanceof Error
        ? cause.name
        : ""
  return /^\w{1,64}$/.test(name) ? ` (${name})` : ""
}

/** @internal what was signed; a message that echoes it is compared with it and rid of it, in memory */
export type Signed = Pick<SignedRequest, "stringToSign" | "canonicalRequest">

/** @internal how far a call had come */
export type Progress = Pick<AcsError.CallInfo, "attempts" | "totalDelay">

const first: Progress = { attempts: 1, totalDelay: Duration.zero }

/** @internal a failed answer: status 300 and more, or a 2xx whose body says so */
export const fromAnswer = (
  answer: Answer,
  call: Call,
  redact: Redact,
  now: number,
  progress: Progress = first,
  signed?: Signed
): AcsError.ServerException => {
  const text = toText(answer.bytes)
  const body = withVerdict(
    text === undefined ? ErrorBody.fromJson(undefined, call.style) : readBody(text, call),
    answer.status,
    signed
  )
  const category =
    body.signedText === "same"
      ? "CredentialInvalid"
      : Classification.categorize({
          status: answer.status,
          code: body.code,
          message: body.message,
          headers: answer.headers
        })
  // every text of the service may echo a secret, or hold what breaks a log line
  const clean = (value: string | undefined, most: number = longest.name) =>
    value === undefined ? undefined : oneLine(value, redact, most)
  return new AcsError.ServerException({
    request: call.request,
    attempts: progress.attempts,
    totalDelay: progress.totalDelay,
    stoppedBy: "Policy",
    outcome: outcomeOf(category, answer.status),
    // an empty one says no more than none
    code: clean(body.code) || "SDK.UnknownServerError",
    serverMessage:
      clean(body.message, longest.message) ??
      `ServerResponseBody: ${text === undefined ? `${answer.bytes.length} bytes that are no UTF-8` : excerptOf(text, redact)}`,
    httpStatus: answer.status,
    requestId: clean(body.requestId ?? answer.headers["x-acs-request-id"]),
    hostId: clean(body.hostId),
    recommend: clean(body.recommend, longest.message),
    accessDeniedDetail: detailOf(body.accessDeniedDetail, redact),
    category,
    retryAfter: retryAfterOf(answer.headers, category, now),
    signedText: body.signedText
  })
}

interface Judged extends ErrorBody.ErrorBody {
  readonly signedText?: AcsError.ServerException["signedText"]
}

const wrongSecret = {
  code: "InvalidAccessKeySecret",
  message: "The AccessKeySecret is incorrect. Please check your AccessKeyId and AccessKeySecret."
} as const

/**
 * The seed's rule for a signature that is refused: where the service signed the very text that was signed here, the secret is
 * wrong, and with status 400 the code says so. The seed's rule works for RPC requests alone; here it does for all.
 */
const withVerdict = (body: ErrorBody.ErrorBody, status: number, signed: Signed | undefined): Judged => {
  const { code, message } = body
  // a bearer token signs nothing, and a signer of one's own need not say what it signed
  if (message === undefined || !signed?.stringToSign) return body
  const isSame = code === "SignatureDoesNotMatch" ? ErrorBody.echoes(message, signed.stringToSign) : undefined
  if (isSame === true && status === 400) return { ...body, ...wrongSecret, signedText: "same" }
  return {
    ...body,
    message: without(without(message, signed.canonicalRequest), signed.stringToSign),
    signedText: isSame === undefined ? undefined : isSame ? "same" : "other"
  }
}

const without = (message: string, text: string | undefined): string =>
  text ? message.replaceAll(text, "<redacted>") : message

/** a copy without secrets: the value itself would hold on to the whole answer */
const detailOf = (detail: unknown, redact: Redact): unknown => {
  if (detail === undefined || isDeeperThan(detail, 32)) return undefined
  const text = JSON.stringify(detail)
  return text.length > longest.detail ? undefined : toJson(redact(text))?.value
}

/** @internal */
export const unexpectedResponse =
  (answer: Answer, requestId: string | undefined, call: Call, attempts: number, redact: Redact) =>
  (issue: string, mayRecover = false): AcsError.ClientException =>
    AcsError.fromReason(
      {
        _tag: "UnexpectedResponse",
        status: answer.status,
        requestId: requestId === undefined ? undefined : oneLine(requestId, redact, longest.name),
        issue,
        excerpt: excerptOf(toText(answer.bytes.subarray(0, 4096)) ?? "", redact),
        mayRecover
      },
      { request: call.request, attempts, outcome: "Unknown" }
    )

// an answer in JSON is what was asked for; XML is looked at only where it was
const readBody = (text: string, call: Call): ErrorBody.ErrorBody => {
  const json = toJson(text)
  if (json !== undefined) return ErrorBody.fromJson(json.value, call.style)
  return call.format === "JSON" ? ErrorBody.fromJson(undefined, call.style) : ErrorBody.fromXml(text)
}

const outcomeOf = (category: AcsError.Category, status: number): AcsError.Outcome => {
  switch (category) {
    case "Transient":
    case "Busy":
      return "Unknown"
    case "Other":
      return status >= 500 || status < 400 ? "Unknown" : "Rejected"
    default:
      return "Rejected"
  }
}

const longestHint = 24 * 60 * 60 * 1000

/** the wait the service asks for: in its own header, when it throttles in that of older gateways, else as HTTP has it */
const retryAfterOf = (
  headers: Answer["headers"],
  category: AcsError.Category,
  now: number
): Duration.Duration | undefined => {
  const millis =
    Classification.retryAfterMillis(headers) ??
    (category === "Throttling" ? Classification.rateLimitMillis(headers) : undefined) ??
    httpRetryAfter(headers["retry-after"]?.trim() ?? "", now)
  return millis === undefined ? undefined : Duration.millis(Math.min(millis, longestHint))
}

/** `retry-after` in whole seconds, the longest of several, or as a date */
const httpRetryAfter = (text: string, now: number): number | undefined => {
  const seconds = text.split(",").map((part) => (/^\d{1,9}$/.test(part.trim()) ? Number(part) : 0))
  const millis = seconds.every((second) => second > 0)
    ? Math.max(...seconds) * 1000
    : (Timestamp.parse(text) ?? now) - now
  return millis > 0 ? millis : undefined
}
