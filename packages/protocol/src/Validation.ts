/**
 * Texts that could move a request somewhere else, or split it in two, are refused before anything is signed.
 *
 * Each function returns `undefined` when the text is fine, else what is wrong and what to do. The message never repeats
 * the text: it may be a secret, or hostile.
 *
 * @since 0.1.0
 */
import * as Encoding from "./Encoding.js"

// the functions here are what stands between untyped callers and the wire: a value that is no text fits no pattern
const fits = (pattern: RegExp, text: string): boolean => typeof text === "string" && pattern.test(text)

const label = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/
const hostLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// visible ASCII, spaces and tabs between: what every HTTP library sends unchanged
const headerValue = /^[\t\x20-\x7e]*$/
const apiName = /^[A-Za-z][A-Za-z0-9_]*$/
const apiVersion = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const methodToken = /^[A-Z]+$/

/**
 * A region id, product suffix or network: one label of letters, digits, `-` and `_`, as the seed asks for, and no more
 * than a host label can hold.
 *
 * @since 0.1.0
 * @category validation
 * @example
 * import * as Validation from "@effect-aliyun/protocol/Validation"
 *
 * console.log(Validation.hostPart("cn-hangzhou")) // undefined
 * console.log(Validation.hostPart("evil.example/?")) // must be 1 to 63 letters, digits, '-' or '_', for instance 'cn-hangzhou'
 */
export const hostPart = (text: string): string | undefined =>
  fits(label, text) ? undefined : "must be 1 to 63 letters, digits, '-' or '_', for instance 'cn-hangzhou'"

/**
 * A product code, for instance `Ecs` or `r-kvstore`.
 *
 * @since 0.1.0
 * @category validation
 */
export const product = (text: string): string | undefined =>
  fits(label, text) ? undefined : "must be a product code of letters, digits, '-' or '_', for instance 'Ecs'"

/**
 * An API version, for instance `2014-05-26`.
 *
 * @since 0.1.0
 * @category validation
 */
export const version = (text: string): string | undefined =>
  fits(apiVersion, text) && text.length <= 64 ? undefined : "must be an API version, for instance '2014-05-26'"

/**
 * An action, for instance `DescribeInstances`.
 *
 * @since 0.1.0
 * @category validation
 */
export const action = (text: string): string | undefined =>
  fits(apiName, text) && text.length <= 256
    ? undefined
    : "must be an API name of letters, digits and '_', for instance 'DescribeInstances'"

/**
 * An HTTP method in upper case.
 *
 * @since 0.1.0
 * @category validation
 */
export const method = (text: string): string | undefined =>
  fits(methodToken, text) && text.length <= 16 ? undefined : "must be an HTTP method in upper case, for instance 'POST'"

/**
 * @since 0.1.0
 * @category models
 */
export interface EndpointParts {
  /** the scheme the endpoint asks for, if it names one */
  readonly protocol: "http" | "https" | undefined
  /** host and, unless it is the scheme's own, `:port`: what goes into the `host` header and under the signature */
  readonly host: string
}

// names that every HTTP client sends as they are written: they end in no number, and are not the ASCII form of others
const plainName = /^(?!.*xn--)(?:[a-z0-9-]+\.)*[a-z][a-z-]*$/

/** An address has many spellings (`127.1`, `[0:0::1]`); HTTP clients send one, and that one must be signed. */
const hostOf = (written: string): string | undefined => {
  // to ask a URL takes ten times as long as all the rest
  if (plainName.test(written)) return written
  return URL.canParse(`http://${written}`) ? new URL(`http://${written}`).hostname : undefined
}

/**
 * Takes an endpoint apart: `[http://|https://]host[:port][/]`. Returns a message when it holds anything else: a path, a
 * query, user info, a port out of range, a character no host has.
 *
 * @since 0.1.0
 * @category parsing
 * @example
 * import * as Validation from "@effect-aliyun/protocol/Validation"
 *
 * console.log(Validation.endpoint("https://ecs.aliyuncs.com")) // { protocol: "https", host: "ecs.aliyuncs.com" }
 * console.log(typeof Validation.endpoint("user@evil.example")) // string
 */
export const endpoint = (text: string): EndpointParts | string => {
  const match =
    typeof text !== "string"
      ? null
      : /^(?:(https?):\/\/)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?\/?$/i.exec(text)
  const written = match?.[2]
  const advice =
    "must be a host with an optional scheme and port, for instance 'ecs.cn-hangzhou.aliyuncs.com'; no path, query or user"
  if (match === null || written === undefined || written.length > 253) return advice
  if (!written.startsWith("[") && !written.split(".").every((part) => hostLabel.test(part))) return advice
  const host = hostOf(written)
  if (host === undefined) return advice
  const protocol = match[1]?.toLowerCase() as EndpointParts["protocol"]
  if (match[3] === undefined) return { protocol, host }
  const port = Number(match[3])
  if (port < 1 || port > 65_535) return "must have a port from 1 to 65535"
  const isDefault = (protocol === "http" && port === 80) || (protocol === "https" && port === 443)
  return { protocol, host: isDefault ? host : `${host}:${port}` }
}

/**
 * The name of a header.
 *
 * @since 0.1.0
 * @category validation
 */
export const header = (name: string, value: string): string | undefined => {
  if (!fits(headerName, name)) return "must be a header name of letters, digits and '-'"
  if (!fits(headerValue, value))
    return "must be a header value of visible ASCII characters, without line breaks; encode other text first"
  return undefined
}

/**
 * The name or the value of a query or form parameter: any text that has a UTF-8 form.
 *
 * @since 0.1.0
 * @category validation
 */
export const text = (value: string): string | undefined =>
  typeof value === "string" && Encoding.isWellFormed(value)
    ? undefined
    : "must be text without a lone surrogate; pass well-formed text"

const pathCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%/[\]]*$/
const dotSegment = /^(?:\.|%2e){1,2}$/i

/**
 * The path pattern of an ROA request, for instance `/clusters/[ClusterId]/nodes`: it starts with one `/`, holds no query, no
 * fragment, no `.` or `..` segment and no character that a path cannot hold.
 *
 * @since 0.1.0
 * @category validation
 */
export const pathPattern = (pattern: string): string | undefined => {
  if (typeof pattern !== "string" || !pattern.startsWith("/"))
    return "must start with '/', for instance '/clusters/[ClusterId]'"
  if (pattern.startsWith("//")) return "must not start with '//': it reads as another host"
  if (pattern.includes("?") || pattern.includes("#")) return "must hold no '?' or '#'; pass the query as 'query'"
  if (!fits(pathCharacters, pattern)) return "holds a character that a path cannot hold; percent-encode it"
  if (/%(?![0-9A-Fa-f]{2})/.test(pattern)) return "holds a '%' that starts no %XX; write it as %25"
  // what is no UTF-8 would be signed and sent as U+FFFD, which names another resource
  if (Encoding.percentDecode(pattern).includes("\uFFFD")) return "holds %XX that are no UTF-8"
  return pattern.split("/").some((segment) => dotSegment.test(segment)) ? "must hold no '.' or '..' segment" : undefined
}

/**
 * A value that fills one `[Name]` of a path pattern. It becomes one encoded segment whatever it holds, so only what would
 * vanish or climb is refused: nothing, `.` and `..`.
 *
 * @since 0.1.0
 * @category validation
 */
export const pathParameter = (value: string): string | undefined => {
  if (value === "") return "must not be empty: the path would name another resource"
  if (value === "." || value === "..") return "must not be '.' or '..': the path would name another resource"
  return text(value)
}
