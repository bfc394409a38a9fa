/** One call, told in a form from which both a peer's arguments and our request value are made. */
import * as querystring from "node:querystring"

export type Peer = "pop-core RPC" | "pop-core ROA" | "openapi-core RPC" | "openapi-core ROA"

export interface Key {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken: string | undefined
  /** the name a credential gives itself; openapi-core sends it */
  readonly providerName: string | undefined
}

/** a path segment: fixed text as it stands in the pattern, or a value that fills a `[Name]` */
export type Segment = { readonly fixed: string } | { readonly value: string }

/** - `text`: for openapi-core JSON text, which it passes untouched */
export type Body =
  | { readonly kind: "none" }
  | { readonly kind: "form"; readonly value: Parameters }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string; readonly contentType: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly kind: "stream"; readonly bytes: Uint8Array }

export type Parameters = Readonly<Record<string, unknown>>

/**
 * - `region`: travels as the parameter `RegionId`; by `option`, it is our side that puts it there
 * - `rawPath`: the peer is given the values of the path as they are, not encoded
 * - `rawQuery`: the peer is given the query as it is, not flattened
 * - `capitalise`: pop-core makes the first letter of action and names upper case
 */
export interface Call {
  readonly peer: Peer
  readonly key: Key
  readonly algorithm: "HMAC-SHA1" | "ACS3-HMAC-SHA256" | "ACS3-HMAC-SM3"
  readonly method: string
  readonly action: string
  readonly version: string
  readonly region: { readonly id: string; readonly by: "query" | "form" | "option" }
  readonly path: ReadonlyArray<Segment>
  readonly rawPath: boolean
  readonly query: Parameters
  readonly rawQuery: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  readonly capitalise: boolean
}

export const merge = (self: Parameters, that: Parameters): Parameters =>
  Object.fromEntries([...Object.entries(self), ...Object.entries(that)])

const capitalised = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1)

const withCapitals = (call: Call, parameters: Parameters): Parameters =>
  call.capitalise
    ? Object.fromEntries(Object.entries(parameters).map(([name, value]) => [capitalised(name), value]))
    : parameters

export const actionOf = (call: Call): string => (call.capitalise ? capitalised(call.action) : call.action)

const regionIn = (call: Call, place: "query" | "form"): Parameters => {
  const { by, id } = call.region
  const isForm = by === "form" && call.body.kind === "form"
  return isForm === (place === "form") ? { RegionId: id } : {}
}

/** the parameters as a peer's caller gives them */
export const queryOf = (call: Call): Parameters => merge(call.query, regionIn(call, "query"))
export const formOf = (call: Call): Parameters =>
  call.body.kind === "form" ? merge(call.body.value, regionIn(call, "form")) : {}

/** the parameters as our caller gives them */
export const ourQueryOf = (call: Call): Parameters =>
  withCapitals(call, call.region.by === "option" ? call.query : queryOf(call))
export const ourFormOf = (call: Call): Parameters => withCapitals(call, formOf(call))

const isPlain = (value: unknown): value is Parameters => {
  if (typeof value !== "object" || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export interface Node {
  readonly path: string
  readonly value: unknown
  readonly kind: "list" | "record" | "leaf" | "nothing"
  readonly isInList: boolean
}

/** every value within parameters with its dotted name, containers before what they hold */
export const nodes = (parameters: Parameters): ReadonlyArray<Node> => {
  const out: Array<Node> = []
  const visit = (path: string, value: unknown, isInList: boolean): void => {
    const kind = Array.isArray(value)
      ? "list"
      : isPlain(value)
        ? "record"
        : value === null || value === undefined
          ? "nothing"
          : "leaf"
    out.push({ path, value, kind, isInList })
    if (Array.isArray(value)) value.forEach((element, index) => visit(`${path}.${index + 1}`, element, true))
    else if (isPlain(value)) for (const name of Object.keys(value)) visit(`${path}.${name}`, value[name], false)
  }
  for (const name of Object.keys(parameters)) visit(name, parameters[name], false)
  return out
}

/** RFC 3986, written here once more: what is compared must not come from what is tested */
export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)

export const formText = (parameters: Parameters): string =>
  nodes(parameters)
    .filter(({ kind }) => kind === "leaf")
    .map(({ path, value }) => `${querystring.escape(path)}=${querystring.escape(String(value))}`)
    .join("&")

export const pathOf = (call: Call): string =>
  "/" +
  call.path.map((each) => ("fixed" in each ? each.fixed : call.rawPath ? each.value : encode(each.value))).join("/")
