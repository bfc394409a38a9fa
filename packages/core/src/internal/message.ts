/** The one-line texts of the two errors: what happened, on which product and action, and what to try. */
import * as Duration from "effect/Duration"
import type { ClientException, Reason, RequestInfo, ServerException } from "../AcsError.js"

const subject = ({ action, product }: RequestInfo): string =>
  product === "" && action === "" ? "" : `${printable(product)}${action === "" ? "" : `.${printable(action)}`}: `

// a name that was refused may be anything: it must not break a log line
const printable = (name: string): string => name.slice(0, 64).replace(/[^\x20-\x7e]/g, "?")

/** @internal */
export const client = (self: ClientException): string =>
  `${subject(self.request)}${reason(self.reason)}${attempts(self.attempts)}${unknownOutcome(self.outcome)}`

/** @internal */
export const server = (self: ServerException): string => {
  const requestId = self.requestId === undefined ? "no RequestId" : `RequestId ${self.requestId}`
  const text = self.serverMessage === "" ? "" : ` ${self.serverMessage}`
  const advice = [adviceOf(self), linkOf(self)]
    .map((sentence) => (sentence === undefined ? "" : ` ${sentence}`))
    .join("")
  return `${subject(self.request)}${self.code}:${text} (HTTP ${self.httpStatus}, ${requestId})${advice}${attempts(self.attempts)}`
}

const attempts = (count: number): string => (count > 1 ? ` [after ${count} attempts]` : "")

const unknownOutcome = (outcome: ClientException["outcome"]): string =>
  outcome === "Unknown" ? " [the request may have been executed]" : ""

const reason = (self: Reason): string => {
  switch (self._tag) {
    case "Transport": {
      const code = self.syscallCode === undefined ? "" : ` (${self.syscallCode})`
      return `${transport[self.kind]}${code}`
    }
    case "Timeout":
      return self.phase === "attempt"
        ? `no answer within ${Duration.format(self.after)}; Timeouts sets the limit of an attempt`
        : `not done within ${Duration.format(self.after)}; Timeouts sets the limit of a whole call`
    case "CredentialsUnavailable":
      return `no credentials: ${self.tried
        .map(({ hint, provider, why }) => `${provider}: ${why}${hint === undefined ? "" : ` (${hint})`}`)
        .join("; ")}`
    case "InvalidRequest":
      return self.code === "SDK.InvalidParameter" ? `${self.field} ${self.issue}` : self.issue
    case "EndpointUnresolved":
      return self.issue
    case "CircuitOpen":
      return `no call to ${self.host} for another ${Duration.format(self.retryAfter)}: too many have failed in a row; CircuitBreaker sets how many`
    case "UnexpectedResponse": {
      const requestId = self.requestId === undefined ? "no RequestId" : `RequestId ${self.requestId}`
      return `${self.issue} (HTTP ${self.status}, ${requestId}): ${JSON.stringify(self.excerpt)}`
    }
  }
}

const transport = {
  Dns: "the host name of the endpoint could not be resolved; check product, region and endpoint",
  Connect: "no connection to the endpoint; check network, proxy and endpoint",
  Tls: "no trusted TLS connection to the endpoint; check its certificate and the CA in use",
  Proxy: "the proxy refused or broke the connection",
  Reset: "the connection broke before the answer was complete",
  Protocol: "the answer is no HTTP that can be read; check that the endpoint is an Alibaba Cloud one"
} as const

const adviceOf = (self: ServerException): string | undefined => {
  if (self.signedText !== undefined) return ofSignedText[self.signedText]
  return Object.hasOwn(ofCode, self.code) ? ofCode[self.code] : ofCategory(self)
}

const ofSignedText = {
  same: "The service signed the same text, so the secret is wrong: it is not that of this AccessKeyId.",
  other:
    "The service signed another text than was signed here: a fault of this SDK, or of something on the way that changes requests."
} as const

const wrongPlace = "Check endpoint, version and action of the request: each product has its own."

const ofCode: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: "Check the AccessKeySecret.",
  InvalidAccessKeySecret: "Check the AccessKeySecret.",
  "InvalidProduct.NotFound": wrongPlace,
  "InvalidApi.NotFound": wrongPlace,
  "InvalidAction.NotFound": wrongPlace,
  InvalidAction: wrongPlace,
  InvalidVersion: wrongPlace,
  NoSuchVersion: wrongPlace,
  UnsupportedOperation: wrongPlace,
  "InvalidProtocol.NeedSsl": "Send the request by https.",
  IdempotentParameterMismatch: "The ClientToken was used with other parameters; use a new one."
}

const ofCategory = ({ accessDeniedDetail, category, retryAfter }: ServerException): string | undefined => {
  switch (category) {
    case "CredentialInvalid":
      return "Check the AccessKeyId, and that it is active."
    case "CredentialExpired":
      return "Renew the security token, and use it with the key it was issued with."
    case "ClockSkew":
      return "Check the clock of this machine."
    case "Throttling":
      return `Send fewer calls at a time${retryAfter === undefined ? "" : `; the service asks to wait ${Duration.format(retryAfter)}`}.`
    case "InProgress":
      return "An earlier call with this ClientToken is still at work; repeat it with the same token."
    case "Quota":
      return "Check the quotas and the balance of the account."
    case "Authorization":
      return accessDeniedDetail === undefined
        ? "Check what the policies of this identity allow."
        : "Check what the policies of this identity allow; accessDeniedDetail says what is missing."
    default:
      return undefined
  }
}

/** the page of the service about this failure */
const linkOf = ({ recommend }: ServerException): string | undefined =>
  recommend !== undefined && /^https:\/\/[\x21-\x7e]{1,500}$/.test(recommend) ? `See ${recommend}` : undefined
