/** What the gateway refuses. That it accepts what the peers send is shown beside their figures. */
import * as Acs3 from "@effect-aliyun/protocol/Acs3"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as RoaV1 from "@effect-aliyun/protocol/RoaV1"
import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { digest, withoutSm3 } from "./support/NodeDigest.js"

const now = Date.UTC(2018, 11, 4, 4, 3, 12)
const secret = "testsecret"
const nonce = "7e1c7d12"

/** What the gateway says to a request: `accepted` or the code of its refusal. */
const verdict = (raw: RawRequest.RawRequest, key = secret, at = now, hashes = digest): string => {
  const claim = Verification.read(raw, hashes)
  if (claim._tag === "Refusal") return claim.code
  return (Verification.checkTime(claim, at) ?? Verification.checkHmac(claim, key, hashes))?.code ?? "accepted"
}

const claimOf = (raw: RawRequest.RawRequest): Verification.Claim => {
  const claim = Verification.read(raw, digest)
  if (claim._tag === "Refusal") throw new Error(claim.code)
  return claim
}

type Change = (raw: RawRequest.RawRequest) => RawRequest.RawRequest

const target =
  (from: string | RegExp, to: string): Change =>
  (raw) => ({ ...raw, target: raw.target.replace(from, to) })

const body =
  (text: string): Change =>
  (raw) => ({ ...raw, body: Encoding.utf8(text) })

const setHeader =
  (name: string, to: (value: string) => string): Change =>
  (raw) => ({ ...raw, headers: raw.headers.map(([key, value]) => [key, key === name ? to(value) : value]) })

const dropHeader =
  (name: string): Change =>
  (raw) => ({ ...raw, headers: raw.headers.filter(([key]) => key !== name) })

const addHeader =
  (name: string, value: string): Change =>
  (raw) => ({ ...raw, headers: [...raw.headers, [name, value]] })

const changed = (raw: RawRequest.RawRequest, change: Change) => {
  const result = change(raw)
  expect(result).not.toEqual(raw)
  return result
}

const acs3 = (algorithm: Acs3.HmacAlgorithm = "ACS3-HMAC-SHA256"): RawRequest.RawRequest => {
  const bytes = Encoding.utf8('{"name":"a"}')
  const identity = { _tag: "Hmac", algorithm, accessKeyId: "testid", securityToken: "token" } as const
  const signed = Acs3.sign(
    {
      method: "POST",
      path: "/clusters/a%2Fb",
      query: [
        ["b", "x y"],
        ["a", "*"]
      ],
      headers: {
        host: "cs.aliyuncs.com",
        "content-type": "application/json",
        "x-acs-action": "CreateCluster",
        "user-agent": "test"
      },
      payloadHash: Acs3.payloadHash(algorithm, bytes, digest) ?? "",
      identity,
      date: Timestamp.iso8601(now),
      nonce
    },
    secret,
    digest
  )
  return {
    method: "POST",
    target: `/clusters/a%2Fb?${signed.query}`,
    headers: Object.entries(signed.headers),
    body: bytes
  }
}

const rpc = (form: Encoding.Pairs = [["B", "x y"]]): RawRequest.RawRequest => {
  const identity = { _tag: "Hmac", method: "HMAC-SHA1", accessKeyId: "testid", securityToken: "token" } as const
  const signed = RpcV1.sign(
    {
      method: "POST",
      action: "DescribeRegions",
      version: "2014-05-26",
      format: "JSON",
      query: [["A", "1"]],
      form,
      identity,
      timestamp: Timestamp.iso8601(now),
      nonce
    },
    secret,
    digest
  )
  return {
    method: "POST",
    target: `/?${signed.queryString}`,
    headers: [["content-type", "application/x-www-form-urlencoded"]],
    body: Encoding.utf8(Encoding.formUrlEncoded(form))
  }
}

const roa = (method: RpcV1.HmacMethod = "HMAC-SHA1"): RawRequest.RawRequest => {
  const bytes = Encoding.utf8("{}")
  const identity = { _tag: "Hmac", method, accessKeyId: "testid", securityToken: "token" } as const
  const query: Encoding.Pairs = [
    ["b", "x y"],
    ["a", "1"]
  ]
  const signed = RoaV1.sign(
    {
      method: "PUT",
      path: "/clusters/c1",
      query,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "content-md5": digest.md5Base64(bytes),
        "x-acs-version": "2015-12-15"
      },
      identity,
      date: Timestamp.rfc1123(now),
      nonce
    },
    secret,
    digest
  )
  return {
    method: "PUT",
    target: `/clusters/c1?${Encoding.queryString(query)}`,
    headers: Object.entries(signed.headers),
    body: bytes
  }
}

describe("ACS3", () => {
  it("accepts, and says who signed", () => {
    expect(verdict(acs3())).toBe("accepted")
    expect(verdict(acs3("ACS3-HMAC-SM3"))).toBe("accepted")
    expect(claimOf(acs3())).toMatchObject({
      scheme: "ACS3",
      kind: "Hmac",
      algorithm: "ACS3-HMAC-SHA256",
      accessKeyId: "testid",
      securityToken: "token",
      timestamp: now,
      nonce
    })
  })

  it.each<[string, Change]>([
    ["the order of the query", target("a=%2A&b=x%20y", "b=x%20y&a=%2A")],
    ["another spelling of the query", target("a=%2A&b=x%20y", "%61=*&b=x+y")],
    ["another spelling of the path", target("/clusters/a%2Fb", "/%63lusters/a%2fb")],
    ["the case of a header's name", (raw) => ({ ...raw, headers: raw.headers.map(([k, v]) => [k.toUpperCase(), v]) })],
    ["white space around a header's value", setHeader("x-acs-action", (value) => ` ${value}\t`)],
    ["a header that is not signed", setHeader("user-agent", () => "other")]
  ])("does not mind %s", (_, change) => {
    expect(verdict(changed(acs3(), change))).toBe("accepted")
  })

  it.each<[string, Change, string]>([
    ["the method", (raw) => ({ ...raw, method: "PUT" }), "SignatureDoesNotMatch"],
    ["the path", target("/clusters", "/clusterz"), "SignatureDoesNotMatch"],
    ["a slash for an encoded one", target("a%2Fb", "a/b"), "SignatureDoesNotMatch"],
    ["a value of the query", target("x%20y", "x%20z"), "SignatureDoesNotMatch"],
    ["a name of the query", target("?a=", "?c="), "SignatureDoesNotMatch"],
    ["one parameter more", target("?", "?c=1&"), "SignatureDoesNotMatch"],
    ["one parameter less", target("&b=x%20y", ""), "SignatureDoesNotMatch"],
    ["the host", setHeader("host", () => "evil.example"), "SignatureDoesNotMatch"],
    ["the action", setHeader("x-acs-action", () => "DeleteCluster"), "SignatureDoesNotMatch"],
    ["the content type", setHeader("content-type", () => "text/plain"), "SignatureDoesNotMatch"],
    ["the nonce", setHeader("x-acs-signature-nonce", () => "other"), "SignatureDoesNotMatch"],
    ["the token", setHeader("x-acs-security-token", () => "other"), "SignatureDoesNotMatch"],
    [
      "the date, within the window",
      setHeader("x-acs-date", () => Timestamp.iso8601(now + 1000)),
      "SignatureDoesNotMatch"
    ],
    ["a signed header sent twice", addHeader("X-Acs-Action", "DeleteCluster"), "SignatureDoesNotMatch"],
    ["a signed header gone", dropHeader("x-acs-action"), "SignatureDoesNotMatch"],
    ["the body", body('{"name":"b"}'), "SignatureDoesNotMatch"],
    ["no body", body(""), "SignatureDoesNotMatch"],
    [
      "the body and its hash",
      (raw) => setHeader("x-acs-content-sha256", () => digest.sha256Hex("other"))(body("other")(raw)),
      "SignatureDoesNotMatch"
    ],
    ["the hash", setHeader("x-acs-content-sha256", (hash) => hash.toUpperCase()), "SignatureDoesNotMatch"],
    [
      "the signature",
      setHeader("authorization", (text) => text.replace(/.$/, (c) => (c === "0" ? "1" : "0"))),
      "SignatureDoesNotMatch"
    ],
    ["a shorter signature", setHeader("authorization", (text) => text.slice(0, -1)), "SignatureDoesNotMatch"],
    ["a longer signature", setHeader("authorization", (text) => `${text}0`), "SignatureDoesNotMatch"],
    [
      "the algorithm",
      setHeader("authorization", (text) => text.replace("HMAC-SHA256", "RSA-SHA256")),
      "SignatureDoesNotMatch"
    ],
    [
      "the order of the signed headers",
      setHeader("authorization", (text) => text.replace("content-type;host", "host;content-type")),
      "SignatureDoesNotMatch"
    ],
    ["an x-acs- header that is not signed", addHeader("x-acs-extra", "1"), "IncompleteSignature"],
    [
      "an x-acs- header left out of SignedHeaders",
      setHeader("authorization", (text) => text.replace("x-acs-action;", "")),
      "IncompleteSignature"
    ],
    [
      "host left out of SignedHeaders",
      setHeader("authorization", (text) => text.replace("host;", "")),
      "IncompleteSignature"
    ],
    [
      "content-type left out of SignedHeaders",
      setHeader("authorization", (text) => text.replace("content-type;", "")),
      "IncompleteSignature"
    ],
    [
      "no signed header",
      setHeader("authorization", (text) => text.replace(/SignedHeaders=[^,]*/, "SignedHeaders=")),
      "IncompleteSignature"
    ],
    [
      "a header that objects inherit, as signed",
      setHeader("authorization", (text) => text.replace("=content-type;", "=constructor;__proto__;content-type;")),
      "SignatureDoesNotMatch"
    ],
    ["no signature", setHeader("authorization", (text) => text.replace(/,Signature=.*/, "")), "IncompleteSignature"],
    [
      "an empty signature",
      setHeader("authorization", (text) => text.replace(/Signature=[^,]*$/, "Signature=")),
      "IncompleteSignature"
    ],
    [
      "no key",
      setHeader("authorization", (text) => text.replace("Credential=testid", "Credential=")),
      "IncompleteSignature"
    ],
    [
      "an algorithm nobody has",
      setHeader("authorization", (text) => text.replace("SHA256", "MD5")),
      "InvalidSignatureMethod"
    ],
    ["another scheme", setHeader("authorization", () => "Bearer x"), "IncompleteSignature"],
    [
      "two Authorization headers",
      (raw) => addHeader("Authorization", raw.headers.find(([name]) => name === "authorization")?.[1] ?? "")(raw),
      "IncompleteSignature"
    ],
    ["no nonce", dropHeader("x-acs-signature-nonce"), "MissingParameter"],
    ["no date", dropHeader("x-acs-date"), "MissingParameter"],
    ["no hash", dropHeader("x-acs-content-sha256"), "MissingParameter"],
    ["no host", dropHeader("host"), "MissingParameter"],
    ["an empty nonce", setHeader("x-acs-signature-nonce", () => " "), "MissingParameter"],
    ["a date in another form", setHeader("x-acs-date", () => "20181204T040312Z"), "InvalidTimeStamp.Format"]
  ])("refuses a change: %s", (_, change, code) => {
    expect(verdict(changed(acs3(), change))).toBe(code)
  })

  it("refuses another secret, and SM3 where the platform lacks it", () => {
    expect(verdict(acs3(), "other")).toBe("SignatureDoesNotMatch")
    expect(verdict(acs3(), "")).toBe("SignatureDoesNotMatch")
    expect(verdict(acs3("ACS3-HMAC-SM3"), "other")).toBe("SignatureDoesNotMatch")
    expect(verdict(acs3("ACS3-HMAC-SM3"), secret, now, withoutSm3)).toBe("InvalidSignatureMethod")
  })
})

describe("RPC version 1", () => {
  it("accepts, and says who signed", () => {
    expect(verdict(rpc())).toBe("accepted")
    expect(verdict(rpc([]))).toBe("accepted")
    expect(claimOf(rpc())).toMatchObject({
      scheme: "RPC1",
      kind: "Hmac",
      algorithm: "HMAC-SHA1",
      accessKeyId: "testid",
      securityToken: "token",
      timestamp: now,
      nonce
    })
  })

  it("does not mind where a parameter stands", () => {
    const { headers, method, target } = rpc()
    const all = `${target.slice(2)}&B=x+y`
    expect(verdict({ method, target: "/", headers, body: Encoding.utf8(all) })).toBe("accepted")
    expect(verdict({ method, target: `?${all}`, headers, body: new Uint8Array() })).toBe("accepted")
    expect(
      verdict({ method, target: `/?${all.split("&").reverse().join("&")}`, headers, body: new Uint8Array() })
    ).toBe("accepted")
  })

  it.each<[string, Change, string]>([
    ["the method", (raw) => ({ ...raw, method: "GET" }), "SignatureDoesNotMatch"],
    ["the path", target("/?", "/clusters?"), "SignatureDoesNotMatch"],
    ["one slash more", target("/?", "//?"), "SignatureDoesNotMatch"],
    ["a value of the query", target("A=1", "A=2"), "SignatureDoesNotMatch"],
    ["a name of the query", target("A=1", "C=1"), "SignatureDoesNotMatch"],
    ["one parameter more", target("/?", "/?C=1&"), "SignatureDoesNotMatch"],
    ["a parameter given twice", target("/?", "/?A=1&"), "SignatureDoesNotMatch"],
    ["another action in front", target("/?", "/?Action=DeleteInstance&"), "SignatureDoesNotMatch"],
    ["the form", body("B=x%20z"), "SignatureDoesNotMatch"],
    ["one parameter more in the form", body("B=x%20y&C=1"), "SignatureDoesNotMatch"],
    ["no form", body(""), "SignatureDoesNotMatch"],
    ["a form that is called something else", setHeader("content-type", () => "text/plain"), "SignatureDoesNotMatch"],
    ["the nonce", target(nonce, "7e1c7d13"), "SignatureDoesNotMatch"],
    ["the token", target("SecurityToken=token", "SecurityToken=other"), "SignatureDoesNotMatch"],
    ["the algorithm", target("HMAC-SHA1", "HMAC-SHA256"), "SignatureDoesNotMatch"],
    ["RSA in its place", target("HMAC-SHA1", "SHA256withRSA"), "SignatureDoesNotMatch"],
    ["the signature", target(/Signature=./, "Signature=!"), "SignatureDoesNotMatch"],
    ["a second Signature in front", target("/?", "/?Signature=x&"), "SignatureDoesNotMatch"],
    ["a second Signature behind", target(/$/, "&Signature=x"), "SignatureDoesNotMatch"],
    ["a second Signature in the form", body("B=x%20y&Signature=x"), "SignatureDoesNotMatch"],
    ["an algorithm nobody has", target("HMAC-SHA1", "HMAC-MD5"), "InvalidSignatureMethod"],
    ["no algorithm", target("SignatureMethod=HMAC-SHA1&", ""), "InvalidSignatureMethod"],
    ["no signature", target(/&Signature=.*/, ""), "MissingSignature"],
    ["an empty signature", target(/&Signature=.*/, "&Signature="), "MissingSignature"],
    ["no key", target("AccessKeyId=testid&", ""), "MissingAccessKeyId"],
    ["no nonce", target(`SignatureNonce=${nonce}&`, ""), "MissingSignatureNonce"],
    ["no timestamp", target(/Timestamp=[^&]*&/, ""), "MissingTimestamp"],
    ["a timestamp in another form", target(/Timestamp=[^&]*/, "Timestamp=1543896192"), "InvalidTimeStamp.Format"]
  ])("refuses a change: %s", (_, change, code) => {
    expect(verdict(changed(rpc(), change))).toBe(code)
  })

  it("refuses another secret, and one that brings its own &", () => {
    expect(verdict(rpc(), "other")).toBe("SignatureDoesNotMatch")
    expect(verdict(rpc(), `${secret}&`)).toBe("SignatureDoesNotMatch")
  })

  it("echoes the string to sign in its refusal", () => {
    const claim = claimOf(rpc())
    expect(Verification.checkHmac(claim, "other", digest)).toEqual({
      _tag: "Refusal",
      code: "SignatureDoesNotMatch",
      status: 400,
      message: `Specified signature is not matched with our calculation. server string to sign is:${claim.stringToSign}`
    })
  })
})

describe("ROA version 1", () => {
  it("accepts, and says who signed", () => {
    expect(verdict(roa())).toBe("accepted")
    expect(verdict(roa("HMAC-SHA256"))).toBe("accepted")
    expect(claimOf(roa())).toMatchObject({
      scheme: "ROA1",
      kind: "Hmac",
      algorithm: "HMAC-SHA1",
      accessKeyId: "testid",
      securityToken: "token",
      timestamp: now,
      nonce
    })
  })

  it.each<[string, Change, string]>([
    ["the method", (raw) => ({ ...raw, method: "POST" }), "SignatureDoesNotMatch"],
    ["the path", target("c1", "c2"), "SignatureDoesNotMatch"],
    ["a value of the query", target("x%20y", "x%20z"), "SignatureDoesNotMatch"],
    ["one parameter more", target("?", "?c=1&"), "SignatureDoesNotMatch"],
    ["accept", setHeader("accept", () => "application/xml"), "SignatureDoesNotMatch"],
    ["the content type", setHeader("content-type", () => "text/plain"), "SignatureDoesNotMatch"],
    ["a signed header", setHeader("x-acs-version", () => "2016-01-01"), "SignatureDoesNotMatch"],
    ["a signed header gone", dropHeader("x-acs-version"), "SignatureDoesNotMatch"],
    ["one x-acs- header more", addHeader("X-Acs-Extra", "1"), "SignatureDoesNotMatch"],
    ["the nonce", setHeader("x-acs-signature-nonce", () => "other"), "SignatureDoesNotMatch"],
    ["no nonce where one was signed", dropHeader("x-acs-signature-nonce"), "SignatureDoesNotMatch"],
    ["the date, within the window", setHeader("date", () => Timestamp.rfc1123(now + 1000)), "SignatureDoesNotMatch"],
    ["the body", body("[]"), "SignatureDoesNotMatch"],
    [
      "the body and its hash",
      (raw) => setHeader("content-md5", () => digest.md5Base64("[]"))(body("[]")(raw)),
      "SignatureDoesNotMatch"
    ],
    ["no hash of the body", dropHeader("content-md5"), "SignatureDoesNotMatch"],
    ["the signature", setHeader("authorization", (text) => text.replace(/:./, ":+")), "SignatureDoesNotMatch"],
    ["the algorithm", setHeader("x-acs-signature-method", () => "HMAC-SHA256"), "SignatureDoesNotMatch"],
    ["RSA in its place", setHeader("x-acs-signature-method", () => "SHA256withRSA"), "SignatureDoesNotMatch"],
    ["an algorithm nobody has", setHeader("x-acs-signature-method", () => "none"), "InvalidSignatureMethod"],
    ["no key", setHeader("authorization", (text) => text.replace("testid", "")), "IncompleteSignature"],
    ["no signature", setHeader("authorization", () => "acs testid:"), "IncompleteSignature"],
    ["no date", dropHeader("date"), "MissingDate"],
    ["a date in another form", setHeader("date", () => "yesterday"), "InvalidTimeStamp.Format"]
  ])("refuses a change: %s", (_, change, code) => {
    expect(verdict(changed(roa(), change))).toBe(code)
  })

  it("refuses another secret", () => {
    expect(verdict(roa(), "other")).toBe("SignatureDoesNotMatch")
  })
})

describe("checkTime", () => {
  it.each([acs3(), rpc(), roa()].map((raw) => ({ scheme: claimOf(raw).scheme, raw })))(
    "$scheme: 15 minutes either way, to the millisecond",
    ({ raw }) => {
      const window = Verification.clockWindow
      expect(window).toBe(900_000)
      for (const off of [0, -window, window]) expect(verdict(raw, secret, now + off)).toBe("accepted")
      for (const off of [-window - 1, window + 1, 1e12]) {
        expect(verdict(raw, secret, now + off)).toBe("InvalidTimeStamp.Expired")
      }
    }
  )

  it("asks a signed claim for its time, and only that", () => {
    const claim = { ...claimOf(roa()), timestamp: undefined }
    expect(Verification.checkTime(claim, now)?.code).toBe("MissingTimestamp")
    expect(Verification.checkTime({ ...claim, kind: "Rsa" }, now)?.code).toBe("MissingTimestamp")
    expect(Verification.checkTime({ ...claim, kind: "Bearer" }, now)).toBeUndefined()
    expect(Verification.checkTime({ ...claim, kind: "Anonymous" }, now)).toBeUndefined()
  })
})

describe("requests that nobody signed", () => {
  const empty = new Uint8Array()

  it("carry a bearer token, each scheme in its place", () => {
    const rpcQuery = RpcV1.prepare({
      method: "GET",
      action: "X",
      version: "1",
      format: "JSON",
      query: [],
      form: [],
      identity: { _tag: "Bearer", token: "t" },
      timestamp: Timestamp.iso8601(now),
      nonce
    }).queryString
    const roaHeaders = RoaV1.prepare({
      method: "GET",
      path: "/",
      query: [],
      headers: {},
      identity: { _tag: "Bearer", token: "t" },
      date: Timestamp.rfc1123(now),
      nonce
    }).headers
    const acs3Of = (style: "RPC" | "ROA") =>
      Acs3.prepare(
        {
          method: "GET",
          path: "/",
          query: [],
          headers: {},
          payloadHash: Acs3.payloadHash(undefined, undefined, digest) ?? "",
          identity: { _tag: "Bearer", token: "t", style },
          date: Timestamp.iso8601(now),
          nonce
        },
        digest
      )
    const requests = [
      ["RPC1", { method: "GET", target: `/?${rpcQuery}`, headers: [], body: empty }],
      ["ROA1", { method: "GET", target: "/", headers: Object.entries(roaHeaders), body: empty }],
      ...(["RPC", "ROA"] as const).map(
        (style) =>
          [
            "ACS3",
            {
              method: "GET",
              target: `/?${acs3Of(style).query}`,
              headers: Object.entries(acs3Of(style).headers),
              body: empty
            }
          ] as const
      )
    ] as const
    for (const [scheme, raw] of requests) {
      const claim = claimOf(raw)
      expect(claim).toMatchObject({
        scheme,
        kind: "Bearer",
        bearerToken: "t",
        timestamp: now,
        nonce,
        accessKeyId: undefined
      })
      // a bearer token is compared elsewhere: no secret may open it
      expect(Verification.checkHmac(claim, "", digest)?.code).toBe("SignatureDoesNotMatch")
    }
  })

  it("are refused where they name a bearer token and bring none", () => {
    const target = "/?SignatureType=BEARERTOKEN&AccessKeyId=k"
    expect(verdict({ method: "GET", target, headers: [], body: empty })).toBe("MissingBearerToken")
  })

  it("are refused where what they say of themselves does not hold", () => {
    const bearer = (headers: Encoding.Pairs): RawRequest.RawRequest => ({
      method: "POST",
      target: "/",
      headers: [["x-acs-bearer-token", "t"], ...headers],
      body: Encoding.utf8("a")
    })
    expect(verdict(bearer([["x-acs-date", "yesterday"]]))).toBe("InvalidTimeStamp.Format")
    expect(verdict(bearer([["x-acs-content-sha256", digest.sha256Hex("b")]]))).toBe("SignatureDoesNotMatch")
    expect(claimOf(bearer([["x-acs-content-sha256", digest.sha256Hex("a")]])).bearerToken).toBe("t")
  })

  it("are anonymous, and no secret opens them", () => {
    const claim = claimOf({ method: "GET", target: "/?Action=X", headers: [["Host", "h"]], body: empty })
    expect(claim).toMatchObject({ kind: "Anonymous", accessKeyId: undefined, timestamp: undefined })
    expect(Verification.checkTime(claim, now)).toBeUndefined()
    expect(Verification.checkHmac(claim, "", digest)?.code).toBe("SignatureDoesNotMatch")
  })
})

describe("whatever arrives", () => {
  it("is read without throwing", () => {
    const text = fc.oneof(fc.constantFrom("__proto__", "constructor", "%", "%ff", ";;", "=", "\uD800"), fc.string())
    const header = fc.tuple(
      fc.oneof(fc.constantFrom("authorization", "x-acs-date", "date", "__proto__", "content-type", "host"), text),
      fc.oneof(
        fc
          .tuple(text, text)
          .map(([names, hash]) => `ACS3-HMAC-SHA256 Credential=k,SignedHeaders=${names};${hash},Signature=0`),
        text.map((key) => `acs ${key}:AAAA`),
        text
      )
    )
    fc.assert(
      fc.property(text, fc.array(header), fc.uint8Array(), (rest, headers, bytes) => {
        const raw = { method: "POST", target: `/?${rest}`, headers, body: bytes }
        expect(["Claim", "Refusal"]).toContain(Verification.read(raw, digest)._tag)
      }),
      { seed: 20260524, numRuns: 1000 }
    )
  })
})
