/** What a request asks for: version and action, parameters, and the format of the answer. */
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
  readonly body: Uint8Array
}

/** @internal the first value of a parameter */
export const parameter = (parameters: Encoding.Pairs, wanted: string): string | undefined =>
  parameters.find(([name]) => name === wanted)?.[1]

/** @internal */
export const read = (raw: RawRequest.RawRequest, claim: Verification.Claim | Verification.Refusal): Ask => {
  const parameters = [...RawRequest.query(raw), ...RawRequest.form(raw)]
  const places = placesOf(claim)
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
    format: formatOf(raw, parameters),
    parameters,
    body: raw.body
  }
}

/** the action is read only where the signature covers it: else anyone on the way could change one into another */
const placesOf = (claim: Verification.Claim | Verification.Refusal): ReadonlyArray<"headers" | "parameters"> => {
  if (claim._tag === "Refusal" || claim.kind === "Anonymous") return ["headers", "parameters"]
  return claim.scheme === "RPC1" ? ["parameters"] : ["headers"]
}

const formatOf = (raw: RawRequest.RawRequest, parameters: Encoding.Pairs): "JSON" | "XML" => {
  const wanted = [parameter(parameters, "Format"), RawRequest.header(raw, "accept")]
  for (const text of wanted) {
    if (text !== undefined && /json/i.test(text)) return "JSON"
    if (text !== undefined && /xml/i.test(text)) return "XML"
  }
  // version 1 of RPC answers in XML unless told, whatever came after it in JSON
  return RawRequest.header(raw, "x-acs-version") === undefined ? "XML" : "JSON"
}
