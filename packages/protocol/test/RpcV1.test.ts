import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
import { describe, expect, it } from "vitest"
import { digest } from "./support/NodeDigest.js"

const input = (identity: RpcV1.Identity, query: Encoding.Pairs = []): RpcV1.Input => ({
  method: "GET",
  action: "DescribeRegions",
  version: "2014-05-26",
  format: "JSON",
  query,
  form: [],
  identity,
  timestamp: "2018-12-04T04:03:12Z",
  nonce: "n"
})

const names = (pairs: Encoding.Pairs) => pairs.map(([name]) => name)

describe("RpcV1", () => {
  it("signs nothing for a bearer token, and sends it", () => {
    const prepared = RpcV1.prepare(input({ _tag: "Bearer", token: "t/+=" }))
    expect(prepared.stringToSign).toBeUndefined()
    expect(Encoding.parseQuery(prepared.queryString)).toContainEqual(["SignatureType", "BEARERTOKEN"])
    expect(Encoding.parseQuery(prepared.queryString)).toContainEqual(["BearerToken", "t/+="])
    expect(names(Encoding.parseQuery(prepared.queryString))).not.toContain("AccessKeyId")
    expect(names(Encoding.parseQuery(prepared.queryString))).not.toContain("SignatureMethod")
    expect(RpcV1.complete(prepared, undefined).queryString).toBe(prepared.queryString)
  })

  it("sends no identity for an anonymous request", () => {
    const prepared = RpcV1.prepare(input({ _tag: "Anonymous" }))
    expect(prepared.stringToSign).toBeUndefined()
    expect(names(Encoding.parseQuery(prepared.queryString))).toEqual([
      "Action",
      "Format",
      "SignatureNonce",
      "Timestamp",
      "Version"
    ])
  })

  it("says PRIVATEKEY for RSA", () => {
    const prepared = RpcV1.prepare(input({ _tag: "Rsa", accessKeyId: "k" }))
    expect(Encoding.parseQuery(prepared.queryString)).toContainEqual(["SignatureType", "PRIVATEKEY"])
    expect(prepared.stringToSign).toContain("SignatureMethod%3DSHA256withRSA")
  })

  it("leaves out what the caller says of the system's parameters, and sorts what is left", () => {
    const own: Encoding.Pairs = [
      ["Z", "1"],
      ["Signature", "x"],
      ["Action", "DeleteInstance"],
      ["AccessKeyId", "x"],
      ["a", "2"]
    ]
    const prepared = RpcV1.prepare(input({ _tag: "Hmac", method: "HMAC-SHA1", accessKeyId: "k" }, own))
    const query = Encoding.parseQuery(prepared.queryString)
    expect(names(query)).toEqual(names(Encoding.sortPairs(query)))
    expect(names(query).slice(-2)).toEqual(["Z", "a"])
    expect(query.filter(([name]) => name === "Action")).toEqual([["Action", "DescribeRegions"]])
    expect(new Set(names(query)).size).toBe(query.length)
  })

  it("does not say which of query and form a parameter came from", () => {
    const hmac = { _tag: "Hmac", method: "HMAC-SHA256", accessKeyId: "k" } as const
    const inQuery = { ...input(hmac, [["A", "中"]]), identity: hmac }
    const inForm = { ...inQuery, query: [], form: inQuery.query }
    expect(RpcV1.sign(inForm, "s", digest).signature).toBe(RpcV1.sign(inQuery, "s", digest).signature)
  })
})
