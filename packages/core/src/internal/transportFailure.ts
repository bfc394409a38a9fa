/**
 * What kind of failure an error of some HTTP library is, by the codes along its `cause` chain.
 */
import * as Predicate from "effect/Predicate"

export type FailureKind = "Dns" | "Connect" | "Tls" | "Proxy" | "Reset" | "Protocol" | "Timeout"

const kinds: ReadonlyArray<readonly [kind: FailureKind, codes: RegExp]> = [
  ["Dns", /^(ENOTFOUND|EAI_[A-Z]+|ESERVFAIL|ENODATA|ETIMEOUT|EREFUSED|EFORMERR|ENOTIMP|EBADRESP|EBADNAME)$/],
  ["Connect", /^(ECONNREFUSED|EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN)|EADDRNOTAVAIL|EACCES|EPERM|E[MN]FILE|ENOBUFS)$/],
  ["Connect", /^UND_ERR_(CONNECT_TIMEOUT|CLOSED|DESTROYED|MAX_ORIGINS_REACHED)$/],
  ["Tls", /^(CERT_[A-Z_]+|ERR_TLS_[A-Z_]+|ERR_SSL_[A-Z0-9_]+|EPROTO|UNABLE_TO_[A-Z_]+|INVALID_CA|HOSTNAME_MISMATCH)$/],
  ["Tls", /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)$/],
  ["Proxy", /^UND_ERR_(PRX_TLS|SOCKS5.*)$/],
  ["Reset", /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_(SOCKET|ABORT|ABORTED|INFO)|ERR_STREAM_PREMATURE_CLOSE)$/],
  // an end of the connection where the answer goes on
  ["Reset", /^HPE_INVALID_EOF_STATE$/],
  // undici checks a status line by assertion
  [
    "Protocol",
    /^(ERR_ASSERTION|HPE_[A-Z_]+|UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH|RES_EXCEEDED_MAX_SIZE))$/
  ],
  // a body that is not what content-encoding says; the codes of zlib
  ["Protocol", /^(ERR_CONTENT_ENCODING|Z_[A-Z]+_ERROR)$/],
  ["Timeout", /^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(HEADERS|BODY)_TIMEOUT|ERR_DEADLINE_PASSED)$/]
]

// what is no plain code might be anything
const codeText = /^[A-Z][A-Z0-9_]{1,63}$/
const depth = 8

const textAt = (error: object, key: string): string =>
  Predicate.hasProperty(error, key) && typeof error[key] === "string" ? error[key] : ""

const kindByCode = (error: object, code: string): FailureKind | undefined => {
  // undici gives answers that break the protocol the code of a closed socket
  if (code === "UND_ERR_SOCKET" && textAt(error, "message").startsWith("bad ")) return "Protocol"
  // ECONNREFUSED, for one, is also what a name server does
  if (/^(getaddrinfo|query[A-Z]\w*)$/.test(textAt(error, "syscall"))) return "Dns"
  const kind = kinds.find(([, codes]) => codes.test(code))?.[0]
  if (kind !== "Connect" && kind !== "Timeout") return kind
  // the same code means another thing on a connection that already stood
  const syscall = textAt(error, "syscall")
  return syscall === "connect" ? "Connect" : syscall === "read" || syscall === "write" ? "Reset" : kind
}

/** For errors without a code of use: a DOMException's is a number, that of undici's parser ends in `undefined`. */
const kindByName = (error: object): FailureKind | undefined => {
  const name = textAt(error, "name")
  if (name === "TimeoutError") return "Timeout"
  if (name !== "HTTPParserError") return undefined
  return textAt(error, "message").includes("EOF") ? "Reset" : "Protocol"
}

/** The error and its causes, outermost first; chains that are long, or circles, are cut. */
export const causes = (cause: unknown): ReadonlyArray<object> => {
  const chain: Array<object> = []
  for (let error = cause; Predicate.isObject(error) && chain.length < depth;) {
    chain.push(error)
    error = Predicate.hasProperty(error, "cause") ? error.cause : undefined
  }
  return chain
}

/** The first kind that the chain tells, with the code that told it, else the first code there is. */
export const classify = (
  chain: ReadonlyArray<object>
): { readonly kind: FailureKind | undefined; readonly syscallCode: string | undefined } => {
  let first: string | undefined
  for (const error of chain) {
    const text = textAt(error, "code")
    const code = codeText.test(text) ? text : undefined
    const kind = (code === undefined ? undefined : kindByCode(error, code)) ?? kindByName(error)
    if (kind !== undefined) return { kind, syscallCode: code }
    first ??= code
  }
  return { kind: undefined, syscallCode: first }
}
