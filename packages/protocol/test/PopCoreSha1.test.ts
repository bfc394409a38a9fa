/** Version 1 signatures against the figures of pop-core, and of openapi-core where it is told to use them. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Parameters from "@effect-aliyun/protocol/Parameters"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as RoaV1 from "@effect-aliyun/protocol/RoaV1"
import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
import * as Verification from "@effect-aliyun/protocol/Verification"
import { describe, expect, it } from "vitest"
import { digest } from "./support/NodeDigest.js"
import * as Vectors from "./support/Vectors.js"

type Row = Vectors.PopRow

const rpcRows = Vectors.popSha1.filter((row) => row.kind.endsWith("RPC"))
const roaRows = Vectors.popSha1.filter((row) => row.kind.endsWith("ROA"))

const record = (value: unknown) => (value ?? {}) as Readonly<Record<string, unknown>>

/** The peers send no `SignatureType`, so their parameters are put together here. */
const parametersOf = ({ input, kind }: Row): Encoding.Pairs => {
  const common: Encoding.Pairs = [
    ["Action", input.action],
    ["Version", "2014-05-26"],
    ["Timestamp", input.timestamp ?? ""],
    ["SignatureMethod", "HMAC-SHA1"],
    ["SignatureVersion", "1.0"],
    ["SignatureNonce", input.nonce],
    ["AccessKeyId", input.accessKeyId],
    ...(input.token === null ? [] : [["SecurityToken", input.token] as const])
  ]
  if (kind === "pop-core RPC") {
    // pop-core upper-cases the first letter of each top-level name, and lets the caller choose the format
    const capitalised = Object.entries(record(input.params)).map(([name, value]) => [
      name.slice(0, 1).toUpperCase() + name.slice(1),
      value
    ])
    return [...common, ...Parameters.flatten({ Format: "JSON", ...Object.fromEntries(capitalised) }).pairs]
  }
  return [
    ...common,
    ["Format", "json"],
    ...Parameters.flatten(record(input.query)).pairs,
    ...Parameters.flatten(record(input.body)).pairs
  ]
}

const wireOf = ({ expected }: Row, authorization?: string): RawRequest.RawRequest => ({
  method: expected.method,
  target: expected.requestTarget,
  headers: [
    ["Host", expected.host],
    ...(expected.contentType === undefined ? [] : [["Content-Type", expected.contentType] as const]),
    ...(expected.contentMd5 === undefined ? [] : [["Content-MD5", expected.contentMd5] as const]),
    ...Object.entries(expected.xAcsHeaders),
    ...(authorization === undefined ? [] : [["Authorization", authorization] as const])
  ],
  body: Encoding.utf8(expected.body)
})

const expectAccepted = (raw: RawRequest.RawRequest, row: Row) => {
  const claim = Verification.read(raw, digest)
  if (claim._tag === "Refusal") throw new Error(claim.code)
  expect(claim.stringToSign).toBe(row.expected.stringToSign)
  expect(claim.securityToken).toBe(row.input.token ?? undefined)
  expect(Verification.checkHmac(claim, row.input.accessKeySecret, digest)).toBeUndefined()
  expect(Verification.checkHmac(claim, "another", digest)?.code).toBe("SignatureDoesNotMatch")
}

describe("pop-core-sha1.json", () => {
  it("is held whole", () => {
    expect([rpcRows.length, roaRows.length]).toEqual([41, 7])
  })

  it.each(rpcRows)("$kind: $note ($expected.signature)", (row) => {
    const text = RpcV1.stringToSign(row.input.method, parametersOf(row))
    expect(text).toBe(row.expected.stringToSign)
    expect(RpcV1.hmac("HMAC-SHA1", row.input.accessKeySecret, text, digest)).toBe(row.expected.signature)
    expectAccepted(wireOf(row), row)
  })

  it.each(roaRows)("$kind: $note", (row) => {
    const { expected, input } = row
    const isPopCore = row.kind === "pop-core ROA"
    const headers: Record<string, string> = { accept: "application/json", "x-acs-version": "2015-12-15" }
    if (!isPopCore) headers["x-acs-action"] = input.action
    if (isPopCore) headers["content-md5"] = digest.md5Base64(expected.body)
    if (expected.contentType !== undefined) headers["content-type"] = expected.contentType
    const signed = RoaV1.sign(
      {
        method: input.method,
        path: input.uri ?? "",
        query: Object.entries(input.query ?? {}),
        headers,
        identity: { _tag: "Hmac", method: "HMAC-SHA1", accessKeyId: input.accessKeyId },
        date: input.date ?? "",
        nonce: input.nonce
      },
      input.accessKeySecret,
      digest
    )
    expect(signed.stringToSign).toBe(expected.stringToSign)
    expect(signed.signature).toBe(expected.signature)
    expect(signed.headers["authorization"]).toBe(expected.authorization)
    // the file leaves out `accept` and `date`, which travel unchanged
    const raw = wireOf(row, signed.headers["authorization"])
    const left = [
      ["Accept", "application/json"],
      ["Date", input.date ?? ""]
    ] as const
    expectAccepted({ ...raw, headers: [...raw.headers, ...left] }, row)
  })
})
