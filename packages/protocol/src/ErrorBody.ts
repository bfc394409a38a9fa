/**
 * Reads what an answer says about a failure. It never throws, whatever the body holds.
 *
 * @since 0.1.0
 */

/**
 * The fields the gateway and the products write; `undefined` where the body has none.
 *
 * @since 0.1.0
 * @category models
 */
export interface ErrorBody {
  readonly code: string | undefined
  readonly message: string | undefined
  readonly requestId: string | undefined
  readonly hostId: string | undefined
  readonly recommend: string | undefined
  readonly accessDeniedDetail: unknown
}

const none: ErrorBody = {
  code: undefined,
  message: undefined,
  requestId: undefined,
  hostId: undefined,
  recommend: undefined,
  accessDeniedDetail: undefined
}

/**
 * Reads the fields of a parsed JSON body.
 *
 * Names are taken in their exact case. ROA products write them in camel case (`code`, `requestId`), so with `ROA` those
 * are read too where the capitalised one is absent.
 *
 * @since 0.1.0
 * @category reading
 * @example
 * import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
 *
 * console.log(ErrorBody.fromJson({ Code: "Throttling", RequestId: "R" }, "RPC").code) // Throttling
 */
export const fromJson = (json: unknown, style: "RPC" | "ROA"): ErrorBody => {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return none
  const record = json as Readonly<Record<string, unknown>>
  const field = (name: string): unknown => {
    if (Object.hasOwn(record, name)) return record[name]
    const camel = name.charAt(0).toLowerCase() + name.slice(1)
    return style === "ROA" && Object.hasOwn(record, camel) ? record[camel] : undefined
  }
  return {
    code: text(field("Code")),
    message: text(field("Message")),
    requestId: text(field("RequestId")),
    hostId: text(field("HostId")),
    recommend: text(field("Recommend")),
    accessDeniedDetail: field("AccessDeniedDetail")
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" && Number.isFinite(value) ? String(value) : undefined

/**
 * Reads the flat elements of an XML error, `<Error><Code>…</Code>…</Error>`, without parsing XML: the first element of each
 * name counts, it must hold nothing but text, and no entity is expanded but the five predefined ones.
 *
 * @since 0.1.0
 * @category reading
 * @example
 * import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
 *
 * console.log(ErrorBody.fromXml("<Error><Code>Throttling</Code></Error>").code) // Throttling
 */
export const fromXml = (xml: string): ErrorBody => {
  const element = (name: string): string | undefined => {
    const open = xml.indexOf(`<${name}>`)
    const start = open + name.length + 2
    const end = open < 0 ? -1 : xml.indexOf("<", start)
    if (end < 0 || !xml.startsWith(`</${name}>`, end)) return undefined
    return xml
      .slice(start, end)
      .replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: keyof typeof entities) => entities[entity])
  }
  return {
    code: element("Code"),
    message: element("Message"),
    requestId: element("RequestId"),
    hostId: element("HostId"),
    recommend: element("Recommend"),
    accessDeniedDetail: undefined
  }
}

const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }

const successCodes: ReadonlySet<string> = new Set(["ok", "success", "200", "0"])

/**
 * Whether an answer with status 2xx reports a failure of the business: `Success: false`, or a `Code` outside `OK`,
 * `Success`, `200`, `0` beside a `Message`.
 *
 * @since 0.1.0
 * @category guards
 * @example
 * import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
 *
 * console.log(ErrorBody.isBusinessFailure({ Code: "isv.BUSINESS_LIMIT_CONTROL", Message: "…" }, "RPC")) // true
 * console.log(ErrorBody.isBusinessFailure({ Code: "OK", Message: "OK" }, "RPC")) // false
 */
export const isBusinessFailure = (json: unknown, style: "RPC" | "ROA"): boolean => {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false
  const success = Object.hasOwn(json, "Success")
    ? (json as { readonly Success?: unknown }).Success
    : style === "ROA" && Object.hasOwn(json, "success")
      ? (json as { readonly success?: unknown }).success
      : undefined
  if (success === false || success === "false") return true
  const { code, message } = fromJson(json, style)
  return code !== undefined && code !== "" && message !== undefined && !successCodes.has(code.toLowerCase())
}

// version 1 signatures are answered with "string to sign is:…", ACS3 with "StringToSign is […] server CanonicalRequest is […]"
const secretEcho = /((?:server )?(?:string ?to ?sign|canonical ?request) is ?[:[])[\s\S]*/i
const stringToSignEcho = /string ?to ?sign is ?(?::([\s\S]*)|\[([^\]]*))/i

/**
 * The message without what the gateway echoes after `SignatureDoesNotMatch`: the string to sign of an RPC request and the
 * canonical request of ACS3 hold the AccessKeyId, the SecurityToken and all parameters.
 *
 * @since 0.1.0
 * @category secrets
 * @example
 * import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
 *
 * console.log(ErrorBody.scrub("not matched. server string to sign is:GET&%2F&…")) // not matched. server string to sign is:<redacted>
 */
export const scrub = (message: string): string => message.replace(secretEcho, "$1<redacted>")

/**
 * The string to sign that the gateway echoed, for comparing it with one's own in memory; `undefined` when there is none.
 *
 * @since 0.1.0
 * @category secrets
 */
export const echoedStringToSign = (message: string): string | undefined => {
  const [, toTheEnd, bracketed] = stringToSignEcho.exec(message) ?? []
  return toTheEnd ?? bracketed
}
