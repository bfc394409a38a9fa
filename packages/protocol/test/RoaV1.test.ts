import * as RoaV1 from "@effect-aliyun/protocol/RoaV1"
import type { Identity } from "@effect-aliyun/protocol/RpcV1"
import { describe, expect, it } from "vitest"
import { digest } from "./support/NodeDigest.js"

const input = (identity: Identity, headers: Readonly<Record<string, string>> = {}): RoaV1.Input => ({
  method: "GET",
  path: "/clusters",
  query: [],
  headers,
  identity,
  date: "Tue, 04 Dec 2018 04:03:12 GMT",
  nonce: "n"
})

describe("RoaV1", () => {
  it("signs nothing for a bearer token, and sends it", () => {
    const prepared = RoaV1.prepare(input({ _tag: "Bearer", token: "t" }))
    expect(prepared.stringToSign).toBeUndefined()
    expect(prepared.headers).toEqual({
      date: "Tue, 04 Dec 2018 04:03:12 GMT",
      "x-acs-signature-nonce": "n",
      "x-acs-signature-type": "BEARERTOKEN",
      "x-acs-bearer-token": "t"
    })
    expect(RoaV1.complete(prepared, "ignored").headers).toEqual(prepared.headers)
  })

  it("sends no identity for an anonymous request", () => {
    const prepared = RoaV1.prepare(input({ _tag: "Anonymous" }))
    expect(prepared.stringToSign).toBeUndefined()
    expect(Object.keys(prepared.headers)).toEqual(["date", "x-acs-signature-nonce"])
  })

  it("says PRIVATEKEY for RSA, and puts the signature where that of a secret goes", () => {
    const prepared = RoaV1.prepare(input({ _tag: "Rsa", accessKeyId: "k" }))
    expect(prepared.stringToSign).toContain("\nx-acs-signature-method:SHA256withRSA\n")
    expect(prepared.headers["x-acs-signature-type"]).toBe("PRIVATEKEY")
    expect(RoaV1.complete(prepared, "sig=").headers["authorization"]).toBe("acs k:sig=")
  })

  it("signs HMAC-SHA256 under its own name, without the & of RPC behind the secret", () => {
    const identity = { _tag: "Hmac", method: "HMAC-SHA256", accessKeyId: "k" } as const
    const signed = RoaV1.sign({ ...input(identity), identity }, "s", digest)
    expect(signed.stringToSign).toContain("\nx-acs-signature-method:HMAC-SHA256\n")
    expect(signed.signature).toBe(digest.hmacSha256Base64("s", signed.stringToSign ?? ""))
  })

  // White space around a value does not survive HTTP, so that whoever signs it is refused.
  it("signs header values as they arrive", () => {
    const text = RoaV1.stringToSign({
      ...input({ _tag: "Anonymous" }),
      headers: { accept: " a/b ", "x-acs-foo": "a  b " }
    })
    expect(text).toBe("GET\na/b\n\n\n\nx-acs-foo:a  b\n/clusters")
  })
})
