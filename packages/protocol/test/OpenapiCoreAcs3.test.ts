/** The V3 signature against the figures of openapi-core, and the published rules where it departs from them. */
import * as Acs3 from "@effect-aliyun/protocol/Acs3"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Parameters from "@effect-aliyun/protocol/Parameters"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Verification from "@effect-aliyun/protocol/Verification"
import { describe, expect, it } from "vitest"
import { digest, rsaSign, rsaVerify } from "./support/NodeDigest.js"
import * as Vectors from "./support/Vectors.js"

type Row = Vectors.Acs3Row

const rowOf = (id: string): Row => {
  const row = Vectors.acs3.find((row) => row.id === id)
  if (row === undefined) throw new Error(id)
  return row
}

const bodyOf = ({ expected }: Row): Uint8Array =>
  expected.body?.base64 === undefined
    ? Encoding.utf8(expected.body?.utf8 ?? "")
    : Buffer.from(expected.body.base64, "base64")

// a null among the unflattened values is sent as an empty one by the peer
const asGiven = (query: Readonly<Record<string, unknown>>): Encoding.Pairs =>
  Object.entries(query).map(([name, value]) => [name, value === null ? "" : String(value)])

const queryOf = ({ input }: Row): Encoding.Pairs =>
  input.nestedQuery === undefined ? asGiven(input.flattenedQuery) : Parameters.flatten(input.nestedQuery).pairs

const identityOf = ({ input }: Row): Acs3.Identity =>
  input.algorithm === "ACS3-RSA-SHA256"
    ? { _tag: "Rsa", accessKeyId: input.accessKeyId }
    : {
        _tag: "Hmac",
        algorithm: input.algorithm,
        accessKeyId: input.accessKeyId,
        securityToken: input.securityToken ?? undefined
      }

const inputOf = (row: Row, query = queryOf(row)): Acs3.Input => {
  const { expected, input } = row
  const headers: Record<string, string> = {
    host: input.host,
    "x-acs-action": input.action,
    "x-acs-version": input.version
  }
  for (const [name, value] of Object.entries(input.headers)) headers[name.toLowerCase()] = value
  if (expected.contentType) headers["content-type"] = expected.contentType
  if (input.providerName !== null) headers["x-acs-credentials-provider"] = input.providerName
  return {
    method: input.method,
    path: input.pathname,
    query,
    headers,
    payloadHash: Acs3.payloadHash(input.algorithm, bodyOf(row), digest) ?? "",
    identity: identityOf(row),
    date: input.date,
    nonce: input.nonce
  }
}

const signatureOf = ({ input }: Row, text: string): string | undefined =>
  input.algorithm === "ACS3-RSA-SHA256"
    ? rsaSign(input.accessKeySecret, text, "hex")
    : Acs3.hmac(input.algorithm, input.accessKeySecret, text, digest)

const signRow = (row: Row, query = queryOf(row)): Acs3.Signed => {
  const prepared = Acs3.prepare(inputOf(row, query), digest)
  return Acs3.complete(prepared, signatureOf(row, prepared.stringToSign ?? ""))
}

const figuresOf = (signed: Acs3.Signed): Vectors.Acs3Figures => ({
  canonicalRequest: signed.canonicalRequest ?? "",
  stringToSign: signed.stringToSign ?? "",
  authorization: signed.headers["authorization"] ?? ""
})

const departs = (row: Row) => row.documentedRules?.matchesPeer === false

/** What went over the wire from the peer. */
const peerWire = (row: Row): RawRequest.RawRequest => ({
  method: row.expected.method,
  target: row.expected.requestTarget,
  headers: [
    ["Host", row.expected.host],
    ...(row.expected.contentType ? [["Content-Type", row.expected.contentType] as const] : []),
    ...Object.entries(row.expected.xAcsHeaders),
    ["Authorization", row.expected.authorization]
  ],
  body: bodyOf(row)
})

/** What we would send. */
const ourWire = (row: Row, signed: Acs3.Signed): RawRequest.RawRequest => ({
  method: row.input.method,
  target: Acs3.canonicalUri(row.input.pathname) + (signed.query === "" ? "" : `?${signed.query}`),
  headers: Object.entries(signed.headers),
  body: bodyOf(row)
})

const expectAccepted = (raw: RawRequest.RawRequest, row: Row) => {
  const claim = Verification.read(raw, digest)
  if (claim._tag === "Refusal") throw new Error(claim.message)
  expect(claim.accessKeyId).toBe(row.input.accessKeyId)
  expect(claim.nonce).toBe(row.input.nonce)
  expect(Verification.checkTime(claim, Date.parse(row.input.date))).toBeUndefined()
  if (claim.kind === "Rsa") {
    expect(rsaVerify(row.input.accessKeySecret, claim.stringToSign, claim.signature, "hex")).toBe(true)
  } else {
    expect(Verification.checkHmac(claim, row.input.accessKeySecret, digest)).toBeUndefined()
    expect(Verification.checkHmac(claim, "another", digest)?.code).toBe("SignatureDoesNotMatch")
  }
}

const special = new Set(["query-array-raw", "roa-path-unicode"])
const rows = Vectors.acs3.filter((row) => !special.has(row.id))

describe("openapi-core-acs3.json", () => {
  it("is held whole", () => {
    expect(Vectors.acs3).toHaveLength(96)
    expect(rows).toHaveLength(94)
    expect(Vectors.acs3.filter(departs).map((row) => row.id)).toEqual([
      "roa-path-plus",
      "roa-path-space",
      "key-unicode",
      "map-key-special",
      "query-array-raw"
    ])
  })

  it.each(rows)("$id", (row) => {
    const { authorization, canonicalRequest, stringToSign } =
      departs(row) && row.documentedRules !== undefined ? row.documentedRules : row.expected
    const signed = signRow(row)
    expect(figuresOf(signed)).toEqual({ canonicalRequest, stringToSign, authorization })
    expectAccepted(ourWire(row, signed), row)
  })

  it.each(rows.filter((row) => !departs(row)))("accepted from the peer's wire: $id", (row) => {
    expectAccepted(peerWire(row), row)
  })

  it.each(rows.filter(departs))("refused as the peer signs it, against the published rules: $id", (row) => {
    const claim = Verification.read(peerWire(row), digest)
    if (claim._tag === "Refusal") throw new Error(claim.message)
    expect(Verification.checkHmac(claim, row.input.accessKeySecret, digest)?.code).toBe("SignatureDoesNotMatch")
  })

  it.each(rows.filter((row) => row.input.nestedQuery !== undefined))("flattens as the peer: $id", (row) => {
    expect(Object.fromEntries(queryOf(row))).toEqual(row.input.flattenedQuery)
  })

  // The peer leaves the list in the query unflattened: it signs `A=x,y` and sends `A=x&A=y`. The file's figure by the
  // documented rules was made from a map of the query, which keeps one value a name. We flatten, so that there is
  // nothing to disagree about.
  it("query-array-raw", () => {
    const row = rowOf("query-array-raw")
    const { authorization, canonicalRequest, stringToSign } = row.documentedRules ?? row.expected
    expect(figuresOf(signRow(row, [["A", "x"]]))).toEqual({ canonicalRequest, stringToSign, authorization })
    expect(Parameters.flatten(row.input.flattenedQuery)).toEqual({
      pairs: [
        ["A.1", "x"],
        ["A.2", "y"]
      ],
      issues: []
    })
  })

  // The peer signs the raw path, then cannot send it, so there is no figure by the documented rules: only the path of
  // the canonical request may differ.
  it("roa-path-unicode", () => {
    const row = rowOf("roa-path-unicode")
    const signed = signRow(row)
    expect(row.expected.error).toBeDefined()
    expect(signed.canonicalRequest).toBe(row.expected.canonicalRequest.replace("/中", "/%E4%B8%AD"))
    expectAccepted(ourWire(row, signed), row)
  })
})
