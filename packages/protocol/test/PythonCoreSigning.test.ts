/** Version 1 signatures against the figures of aliyun-python-sdk-core. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as RoaV1 from "@effect-aliyun/protocol/RoaV1"
import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
import * as Verification from "@effect-aliyun/protocol/Verification"
import { describe, expect, it } from "vitest"
import { digest, rsaSign, rsaVerify } from "./support/NodeDigest.js"
import * as Vectors from "./support/Vectors.js"

type Row = Vectors.PythonRow

const isDerived = (row: Row) => row.tags.includes("derived")
const isRequestBuilding = (row: Row) => row.id.startsWith("common/err-")

/** Rows whose figure is a fault of the peer, each named so that none vanishes unseen. */
const quirks = [
  // right all the same: `quirk` marks the order for whoever sorts by UTF-16, so these two are held below
  "rpc/sort-codepoint-not-utf16",
  "roa/query-sort-codepoint",
  // Python's text for values
  "rpc/booleans",
  "rpc/null-value",
  "rpc/list-value",
  "rpc/object-value",
  "rpc/format-unset",
  "roa/query-null-value",
  "roa/query-bool-number",
  // a name in both query and form: sent twice, signed once
  "rpc/post-form-overrides-query",
  "rpc/post-form-region",
  // bodies that are not forms, signed as if they were, or dropped
  "rpc/post-form-custom-content-type",
  "rpc/post-json-params",
  "rpc/post-json-charset",
  "rpc/post-xml-params",
  "rpc/post-content-and-form",
  "roa/post-xml-params",
  "roa/post-empty-content",
  // plain http on the port of https
  "rpc/http-port-443",
  // paths signed otherwise than sent
  "roa/path-param-missing",
  "roa/path-unicode",
  "roa/path-space",
  "roa/path-slash",
  "roa/path-encoded-7E",
  "roa/path-bad-percent",
  "roa/path-question",
  "roa/pattern-query",
  "roa/pattern-trailing-question",
  "roa/pattern-two-questions",
  // headers seen by their exact case only, or signed otherwise than received
  "roa/xacs-spaces-kept",
  "roa/content-type-lower-case-header",
  "roa/initial-headers-replace",
  "roa/method-lower",
  "roa/accept-json-lower"
]

const heldThoughMarked = new Set(["rpc/sort-codepoint-not-utf16", "roa/query-sort-codepoint"])

const rows = Vectors.pythonSigning.filter(
  (row) => !isRequestBuilding(row) && (row.quirk === undefined || isDerived(row) || heldThoughMarked.has(row.id))
)
const rpcRows = rows.filter((row) => row.style === "rpc")
const roaRows = rows.filter((row) => row.style === "roa")

const byNameAndValue = (pairs: Encoding.Pairs) => pairs.map(([name, value]) => JSON.stringify([name, value])).sort()

const texts = (pairs: Vectors.RawPairs = []): Encoding.Pairs => pairs.map(([name, value]) => [name, String(value)])

/** The client's region goes into the query unless the caller put one there. */
const queryOf = ({ input }: Row): Encoding.Pairs => {
  const query = texts(input.query)
  return query.some(([name]) => name === "RegionId") ? query : [...query, ["RegionId", input.regionId]]
}

const bodyOf = ({ expected }: Row): Uint8Array =>
  expected.bodyBase64 === undefined ? Buffer.from(expected.body ?? "") : Buffer.from(expected.bodyBase64, "base64")

const identityOf = ({ input, tags }: Row): RpcV1.Identity => {
  const { credential } = input
  return credential.type === "rsa_key_pair"
    ? { _tag: "Rsa", accessKeyId: credential.publicKeyId ?? "" }
    : {
        _tag: "Hmac",
        method: tags.includes("HMAC-SHA256") ? "HMAC-SHA256" : "HMAC-SHA1",
        accessKeyId: credential.accessKeyId ?? "",
        securityToken: credential.securityToken
      }
}

const isHmac = <I extends RpcV1.Input | RoaV1.Input>(
  input: I
): input is I & { readonly identity: Extract<RpcV1.Identity, { readonly _tag: "Hmac" }> } =>
  input.identity._tag === "Hmac"

const secretOf = ({ input }: Row) => input.credential.accessKeySecret ?? ""
const privateKeyOf = ({ input }: Row) => input.credential.privateKeyDerBase64 ?? ""

const signRpc = (row: Row): RpcV1.Signed => {
  const input: RpcV1.Input = {
    method: row.input.method,
    action: row.input.action ?? "",
    version: row.input.version,
    format: row.input.acceptFormat,
    query: queryOf(row),
    form: texts(row.input.form),
    identity: identityOf(row),
    timestamp: row.input.timestamp,
    nonce: row.input.nonce
  }
  if (isHmac(input)) return RpcV1.sign(input, secretOf(row), digest)
  const prepared = RpcV1.prepare(input)
  return RpcV1.complete(prepared, rsaSign(privateKeyOf(row), prepared.stringToSign ?? "", "base64"))
}

/** The body the seed makes of body parameters: JSON with Python's spacing, or its form. */
const roaBody = ({ input }: Row): Uint8Array | undefined => {
  if (input.form !== undefined && input.form.length > 0) {
    if (input.contentType?.includes("application/json")) {
      const members = input.form.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      return Buffer.from(`{${members.join(", ")}}`)
    }
    return Buffer.from(Encoding.queryString(texts(input.form)).replaceAll("%20", "+"))
  }
  if (input.content === undefined) return undefined
  return input.content.base64 === undefined
    ? Buffer.from(input.content.text ?? "")
    : Buffer.from(input.content.base64, "base64")
}

const roaContentType = ({ input }: Row, body: Uint8Array | undefined): string | undefined => {
  if (input.form !== undefined && !input.contentType?.includes("application/json")) {
    return "application/x-www-form-urlencoded"
  }
  return input.contentType ?? (body !== undefined && body.length > 0 ? "application/octet-stream" : undefined)
}

const accepts: Readonly<Record<string, string>> = { JSON: "application/json", XML: "application/xml" }

const roaInput = (row: Row): RoaV1.Input => {
  const { input } = row
  const headers: Record<string, string> = {}
  for (const [name, value] of input.headers ?? []) headers[name.toLowerCase()] = value
  const body = roaBody(row)
  const contentType = roaContentType(row, body)
  if (contentType !== undefined) headers["content-type"] = contentType
  if (body !== undefined) headers["content-md5"] = digest.md5Base64(body)
  headers["accept"] = accepts[input.acceptFormat] ?? "application/octet-stream"
  headers["x-acs-version"] = input.version
  if (input.action) headers["x-acs-action"] = input.action
  if (!input.query.some(([name]) => name === "RegionId")) headers["x-acs-region-id"] = input.regionId
  let path = input.pathPattern ?? "/"
  for (const [name, value] of input.pathParams ?? []) path = path.replaceAll(`[${name}]`, value)
  return {
    method: input.method,
    path,
    query: queryOf(row),
    headers,
    identity: identityOf(row),
    date: input.date,
    // the seed sends none
    nonce: undefined
  }
}

const wireOf = (row: Row): RawRequest.RawRequest => {
  const url = /^https?:\/\/[^/]+(.*)$/.exec(row.expected.url)
  return { method: row.expected.method, target: url?.[1] ?? "", headers: row.expected.headers, body: bodyOf(row) }
}

const verify = (row: Row) => {
  const claim = Verification.read(wireOf(row), digest)
  if (claim._tag === "Refusal") throw new Error(claim.code)
  expect(claim.stringToSign).toBe(row.expected.stringToSign)
  expect(claim.nonce).toBe(row.style === "rpc" ? row.input.nonce : undefined)
  expect(Verification.checkTime(claim, Date.parse(row.input.timestamp))).toBeUndefined()
  if (claim.kind === "Rsa") {
    expect(rsaVerify(privateKeyOf(row), claim.stringToSign, claim.signature, "base64")).toBe(true)
  } else {
    expect(claim.securityToken).toBe(row.input.credential.securityToken)
    expect(Verification.checkHmac(claim, secretOf(row), digest)).toBeUndefined()
    expect(Verification.checkHmac(claim, `${secretOf(row)}x`, digest)?.code).toBe("SignatureDoesNotMatch")
  }
}

describe("python-core-signing.json", () => {
  it("has no row that is neither held nor named", () => {
    expect(Vectors.pythonSigning).toHaveLength(158)
    const marked = Vectors.pythonSigning.filter((row) => row.quirk !== undefined && !isDerived(row))
    expect(marked.map((row) => row.id).sort()).toEqual([...quirks].sort())
    expect(Vectors.pythonSigning.filter(isRequestBuilding)).toHaveLength(3)
    expect(Vectors.pythonSigning.filter(isDerived)).toHaveLength(4)
    expect([rpcRows.length, roaRows.length]).toEqual([71, 52])
    expect(rows.length + quirks.length - heldThoughMarked.size + 3).toBe(158)
  })

  describe("RPC", () => {
    it.each(rpcRows)("$id", (row) => {
      const signed = signRpc(row)
      expect(signed.stringToSign).toBe(row.expected.stringToSign)
      expect(signed.signature).toBe(row.expected.signature)
      expect(byNameAndValue(Encoding.parseQuery(signed.queryString))).toEqual(byNameAndValue(row.expected.queryPairs))
    })

    it.each(rpcRows)("accepted from the wire: $id", verify)
  })

  describe("ROA", () => {
    it.each(roaRows)("$id", (row) => {
      const input = roaInput(row)
      if (!isHmac(input)) throw new Error("no ROA row is signed with RSA")
      const signed = RoaV1.sign(input, secretOf(row), digest)
      expect(signed.stringToSign).toBe(row.expected.stringToSign)
      expect(signed.signature).toBe(row.expected.signature)
      expect(byNameAndValue(input.query)).toEqual(byNameAndValue(row.expected.queryPairs))
      const sent = new Map(row.expected.headers.map(([name, value]) => [name.toLowerCase(), value]))
      for (const [name, value] of Object.entries(signed.headers)) expect([name, sent.get(name)]).toEqual([name, value])
    })

    it.each(roaRows)("accepted from the wire: $id", verify)
  })
})
