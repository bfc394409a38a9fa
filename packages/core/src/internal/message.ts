/** The one-line texts of the two errors: what happened, on which product and action, and what to try. */
import type * as Classification from "@effect-aliyun/protocol/Classification"
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
  const advice = adviceOf(self.category, self.code)
  return `${subject(self.request)}${self.code}:${text} (HTTP ${self.httpStatus}, ${requestId})${
    advice === undefined ? "" : ` ${advice}`
  }${attempts(self.attempts)}`
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

const adviceOf = (category: Classification.Category, code: string): string | undefined => {
  switch (category) {
    case "CredentialInvalid":
      return "Check the AccessKeyId, and that it is active."
    case "CredentialExpired":
      return "Renew the security token, and use it with the key it was issued with."
    case "Signature":
      return code === "SignatureDoesNotMatch" ? "Check the AccessKeySecret." : undefined
    case "ClockSkew":
      return "Check the clock of this machine."
    default:
      return undefined
  }
}
