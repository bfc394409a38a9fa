/**
 * What a request asks for: version and action, parameters, and the format of the answer. Of a signed request only what the
 * signature covers is read: anyone on the way could have written the rest.
 */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import type * as Verification from "@effect-aliyun/protocol/Verification"

/** @internal */
export interface Ask {
  readonly method: string
  /** encoded, as on the request line */
  readonly path: string
  readonly host: string
  readonly version: string | undefined
  readonly action: string | undefined
  readonly format: "JSON" | "XML"
  /** of query and form together */
  readonly parameters: Encoding.Pairs
  /** empty where it is not signed as it stands */
  readonly body: Uint8Array
}

/** @internal the first value of a parameter */
export const parameter = (parameters: Encoding.Pairs, wanted: string): string | undefined =>
  parameters.find(([name]) => name === wanted)?.[1]

/** @internal */
export const read = (raw: RawRequest.RawRequest, claim: Verification.Claim | Verification.Refusal): Ask => {
  const { form, body, places } = coverOf(raw, claim)
  const parameters = [...RawRequest.query(raw), ...form]
  const named = (header: string, name: string): string | undefined => {
    const value =
      (places.includes("headers") ? RawRequest.header(raw, header) : undefined) ??
      (places.includes("parameters") ? parameter(parameters, name) : undefined)
    return value === "" ? undefined : value
  }
  return {
    method: raw.method,
    path: RawRequest.path(raw),
    host: RawRequest.header(raw, "host") ?? "",
    version: named("x-acs-version", "Version"),
    action: named("x-acs-action", "Action"),
    format: formatOf(raw, parameters, places),
    parameters,
    body
  }
}

/** @internal of a request that nothing is read of */
export const unread = (raw: RawRequest.RawRequest): Ask => ({
  method: raw.method,
  path: RawRequest.path(raw),
  host: RawRequest.header(raw, "host") ?? "",
  version: undefined,
  action: undefined,
  format: "JSON",
  parameters: [],
  body: nothing
})

interface Cover {
  readonly form: Encoding.Pairs
  readonly body: Uint8Array
  /** where version and action may stand */
  readonly places: ReadonlyArray<"headers" | "parameters">
}

const nothing = new Uint8Array(0)

const coverOf = (raw: RawRequest.RawRequest, claim: Verification.Claim | Verification.Refusal): Cover => {
  const form = RawRequest.form(raw)
  if (claim._tag === "Refusal" || claim.kind === "Anonymous") {
    return { form, body: raw.body, places: ["headers", "parameters"] }
  }
  switch (claim.scheme) {
    case "ACS3":
      return { form: hasOneType(raw) ? form : [], body: raw.body, places: ["headers"] }
    case "RPC1":
      // parameters, but no header and no other body
      return { form, body: claim.kind === "Bearer" ? raw.body : nothing, places: ["parameters"] }
    case "ROA1":
      // a body by its hash, if the request has one
      return claim.kind === "Bearer" || RawRequest.header(raw, "content-md5") !== undefined
        ? { form: hasOneType(raw) ? form : [], body: raw.body, places: ["headers"] }
        : { form: [], body: nothing, places: ["headers"] }
  }
}

/** the order of repeated headers is not signed, so which of two types comes first must not matter */
const hasOneType = (raw: RawRequest.RawRequest): boolean =>
  RawRequest.header(raw, "content-type")?.includes(",") === false

const formatOf = (raw: RawRequest.RawRequest, parameters: Encoding.Pairs, places: Cover["places"]): "JSON" | "XML" => {
  const byHeaders = places.includes("headers")
  // ACS3 does not sign `accept`: who changes it changes how the answer is written, and nothing else
  for (const text of [parameter(parameters, "Format"), byHeaders ? RawRequest.header(raw, "accept") : undefined]) {
    if (text !== undefined && /json/i.test(text)) return "JSON"
    if (text !== undefined && /xml/i.test(text)) return "XML"
  }
  // version 1 of RPC answers in XML unless told, whatever came after it in JSON
  return byHeaders && RawRequest.header(raw, "x-acs-version") !== undefined ? "JSON" : "XML"
}
