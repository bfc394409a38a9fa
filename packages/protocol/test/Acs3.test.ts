import * as Acs3 from "@effect-aliyun/protocol/Acs3"
import * as Digest from "@effect-aliyun/protocol/Digest"
import { describe, expect, it } from "vitest"
import { digest, withoutSm3 } from "./support/NodeDigest.js"

const input = (identity: Acs3.Identity): Acs3.Input => ({
  method: "POST",
  path: "/",
  query: [["A", "1"]],
  headers: { host: "ecs.aliyuncs.com", accept: "application/json", "x-acs-action": "X" },
  payloadHash: Digest.emptySha256Hex,
  identity,
  date: "2018-12-04T04:03:12Z",
  nonce: "n"
})

describe("canonicalUri", () => {
  it.each([
    ["", "/"],
    ["/", "/"],
    ["/a/b-c_d.e~f/", "/a/b-c_d.e~f/"],
    ["/a+b", "/a%2Bb"],
    ["/a b", "/a%20b"],
    ["/a%20b", "/a%20b"],
    ["/%7e%41", "/~A"],
    ["/a%2fb", "/a%2Fb"],
    ["/a%2Fb/c", "/a%2Fb/c"],
    ["/*'()!", "/%2A%27%28%29%21"],
    ["/中", "/%E4%B8%AD"],
    ["/%e4%b8%ad", "/%E4%B8%AD"],
    ["/50%q", "/50%25q"],
    ["/%", "/%25"],
    ["//a", "//a"]
  ])("of %j is %j", (path, uri) => {
    expect(Acs3.canonicalUri(path)).toBe(uri)
    expect(Acs3.canonicalUri(uri)).toBe(uri)
  })
})

describe("signedHeaderNames", () => {
  it("are host, content-type and x-acs-, sorted", () => {
    const headers = { "x-acs-b": "", "x-acsa": "", host: "", "x-acs-a": "", "content-type": "", accept: "", date: "" }
    expect(Acs3.signedHeaderNames(headers)).toEqual(["content-type", "host", "x-acs-a", "x-acs-b"])
  })
})

describe("payloadHash", () => {
  it("is that of nothing for an absent body and an empty one", () => {
    for (const body of [undefined, new Uint8Array()]) {
      expect(Acs3.payloadHash("ACS3-HMAC-SHA256", body, digest)).toBe(Digest.emptySha256Hex)
      expect(Acs3.payloadHash(undefined, body, digest)).toBe(Digest.emptySha256Hex)
      expect(Acs3.payloadHash("ACS3-HMAC-SM3", body, digest)).toBe(digest.sm3Hex?.(""))
    }
  })
})

describe("prepare", () => {
  it("sends a bearer token in a header, and says so in the query (RPC) or a header (ROA)", () => {
    const rpc = Acs3.prepare(input({ _tag: "Bearer", token: "t", style: "RPC" }), digest)
    const roa = Acs3.prepare(input({ _tag: "Bearer", token: "t", style: "ROA" }), digest)
    expect(rpc.query).toBe("A=1&SignatureType=BEARERTOKEN")
    expect(roa.query).toBe("A=1")
    expect(rpc.headers).not.toHaveProperty("x-acs-signature-type")
    expect(roa.headers["x-acs-signature-type"]).toBe("BEARERTOKEN")
    for (const prepared of [rpc, roa]) {
      expect(prepared.headers["x-acs-bearer-token"]).toBe("t")
      expect(prepared.stringToSign).toBeUndefined()
      expect(Acs3.complete(prepared, "ignored").headers).not.toHaveProperty("authorization")
    }
  })

  it("signs nothing for an anonymous request", () => {
    const prepared = Acs3.prepare(input({ _tag: "Anonymous" }), digest)
    expect([prepared.canonicalRequest, prepared.stringToSign, prepared.credential]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    expect(prepared.headers["x-acs-date"]).toBe("2018-12-04T04:03:12Z")
  })

  it("overrules what the caller says of the system's headers", () => {
    const base = input({ _tag: "Rsa", accessKeyId: "k" })
    const headers = { ...base.headers, "x-acs-date": "x", "x-acs-signature-nonce": "x", "x-acs-content-sha256": "x" }
    expect(Acs3.prepare({ ...base, headers }, digest)).toEqual(Acs3.prepare(base, digest))
  })
})

describe("SM3", () => {
  const identity = { _tag: "Hmac", algorithm: "ACS3-HMAC-SM3", accessKeyId: "k" } as const

  it("is undefined, not another algorithm, where the platform lacks it", () => {
    const signed = Acs3.sign({ ...input(identity), identity }, "s", withoutSm3)
    expect(signed.signature).toBeUndefined()
    expect(signed.headers).not.toHaveProperty("authorization")
    expect(Acs3.payloadHash("ACS3-HMAC-SM3", undefined, withoutSm3)).toBeUndefined()
    expect(Acs3.hmac("ACS3-HMAC-SM3", "s", "t", withoutSm3)).toBeUndefined()
  })

  it("signs where the platform has it", () => {
    const signed = Acs3.sign({ ...input(identity), identity }, "s", digest)
    expect(signed.stringToSign).toBe(`ACS3-HMAC-SM3\n${digest.sm3Hex?.(signed.canonicalRequest ?? "")}`)
    expect(signed.signature).toBe(digest.hmacSm3Hex?.("s", signed.stringToSign ?? ""))
  })
})
