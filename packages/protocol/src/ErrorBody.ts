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
 * Reads the flat elements of an XML answer, `<Error><Code>…</Code>…</Error>`, without parsing XML: the children of the root
 * that hold nothing but text, the first of each name. No entity is expanded but the five predefined ones.
 *
 * @since 0.1.0
 * @category reading
 * @example
 * import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
 *
 * console.log(ErrorBody.fromXml("<Error><Code>Throttling</Code></Error>").code) // Throttling
 */
export const fromXml = (xml: string): ErrorBody => {
  const children = childrenOfRoot(xml)
  return {
    code: children.get("Code"),
    message: children.get("Message"),
    requestId: children.get("RequestId"),
    hostId: children.get("HostId"),
    recommend: children.get("Recommend"),
    accessDeniedDetail: undefined
  }
}

/** one pass from tag to tag, in a time that grows with the length of the text alone */
const childrenOfRoot = (xml: string): ReadonlyMap<string, string> => {
  const children = new Map<string, string>()
  let depth = 0
  let textStart = 0
  let lastOpened = ""
  for (let open = xml.indexOf("<"); open >= 0; open = xml.indexOf("<", textStart)) {
    const close = xml.indexOf(">", open)
    if (close < 0) break
    const tag = xml.slice(open + 1, close)
    if (tag.startsWith("/")) {
      // a leaf: closed right after it was opened, with its own name
      if (depth === 2 && tag.slice(1) === lastOpened && !children.has(lastOpened)) {
        children.set(lastOpened, unescape(xml.slice(textStart, open)))
      }
      depth--
      lastOpened = ""
    } else if (!tag.startsWith("?") && !tag.startsWith("!") && !tag.endsWith("/")) {
      depth++
      lastOpened = tag
    }
    textStart = close + 1
  }
  return children
}

const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }

const unescape = (text: string): string =>
  text.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: keyof typeof entities) => entities[entity])

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
  const { code, message } = fromJson(json, style)
  return saysFailure(success, code, message)
}

/**
 * The same for an answer in XML.
 *
 * @since 0.1.0
 * @category guards
 */
export const isBusinessFailureXml = (xml: string): boolean => {
  const children = childrenOfRoot(xml)
  return saysFailure(children.get("Success"), children.get("Code"), children.get("Message"))
}

const saysFailure = (success: unknown, code: string | undefined, message: string | undefined): boolean =>
  success === false ||
  (typeof success === "string" && success.toLowerCase() === "false") ||
  (code !== undefined && code !== "" && message !== undefined && !successCodes.has(code.toLowerCase()))

// version 1 signatures are answered with "string to sign is:…", ACS3 with "StringToSign is […] server CanonicalRequest is […]"
const secretEcho = /((?:server )?(?:string ?to ?sign|canonical ?request) is ?[:[])[\s\S]*/i
const stringToSignEcho = /string ?to ?sign is ?(?::([\s\S]*)|\[([^\]]*))/i
// what version 1 signs of an RPC request, wherever it stands
const rpcText = /\b[A-Z]+&%2F&\S*/g

/**
 * The message without what the gateway echoes after `SignatureDoesNotMatch`: the string to sign of an RPC request and the
 * canonical request of ACS3 hold the AccessKeyId, the SecurityToken and all parameters. That of an RPC request is known by
 * its form, whatever words a service puts around it.
 *
 * @since 0.1.0
 * @category secrets
 * @example
 * import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
 *
 * console.log(ErrorBody.scrub("not matched. server string to sign is:GET&%2F&…")) // not matched. server string to sign is:<redacted>
 */
export const scrub = (message: string): string =>
  message.replace(secretEcho, "$1<redacted>").replace(rpcText, "<redacted>")

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

/**
 * Whether the text that the gateway signed is the string to sign given here, as far as the message says: `true` means that
 * the secret is wrong, `false` that the request which arrived is not the one that was signed, `undefined` that nothing was
 * echoed. As the seed does, it also takes what stands between the first colon of the message and the next for an echo, if it is
 * that very text.
 *
 * @since 0.1.0
 * @category secrets
 * @example
 * import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
 *
 * console.log(ErrorBody.echoes("server string to sign is:GET&%2F&A%3D1", "GET&%2F&A%3D1")) // true
 */
export const echoes = (message: string, stringToSign: string): boolean | undefined => {
  const echoed = echoedStringToSign(message)
  if (echoed === stringToSign || isBehindFirstColon(message, stringToSign)) return true
  return echoed === undefined ? undefined : false
}

const isBehindFirstColon = (message: string, text: string): boolean => {
  const start = message.indexOf(":") + 1
  if (start === 0 || !message.startsWith(text, start)) return false
  const end = start + text.length
  return end === message.length || message.charAt(end) === ":"
}
