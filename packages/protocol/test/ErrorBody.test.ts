import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { behaviour } from "./support/Vectors.js"

const nothing: ErrorBody.ErrorBody = {
  code: undefined,
  message: undefined,
  requestId: undefined,
  hostId: undefined,
  recommend: undefined,
  accessDeniedDetail: undefined
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

describe("python-core-behaviour.json, errorBody", () => {
  const rows = behaviour.filter((row) => row.group === "errorBody")
  const held = rows.filter((row) => row.quirk === undefined)

  it("has no row that is neither held nor a fault of the peer", () => {
    // the faults: JSON that is no object and bytes that are no UTF-8 end in a Python error there
    expect([rows.length, held.length]).toEqual([52, 39])
    expect(rows.filter((row) => row.quirk !== undefined).every((row) => /python:/.test(row.expected.error.kind))).toBe(
      true
    )
  })

  it.each(held)("$id", ({ expected, input }) => {
    const body = ErrorBody.fromJson(parse(input.body ?? ""), "RPC")
    const { code, requestId } = expected.error
    // a Code that is null or a number is handed on as it is there; here it is text or nothing
    if (typeof code === "string") expect(body.code ?? "SDK.UnknownServerError").toBe(code)
    expect(body.requestId ?? null).toBe(requestId)
  })

  it("reads nothing from the rows that are faults of the peer", () => {
    for (const row of rows.filter((row) => row.quirk !== undefined)) {
      expect(ErrorBody.fromJson(parse(row.input.body ?? ""), "RPC")).toEqual(nothing)
    }
  })
})

describe("fromJson", () => {
  it("reads all fields", () => {
    const detail = { PolicyType: "AccountLevelIdentityBasedPolicy" }
    expect(
      ErrorBody.fromJson(
        { Code: "C", Message: "M", RequestId: "R", HostId: "H", Recommend: "U", AccessDeniedDetail: detail },
        "RPC"
      )
    ).toEqual({ code: "C", message: "M", requestId: "R", hostId: "H", recommend: "U", accessDeniedDetail: detail })
  })

  it("reads camel case for ROA only, behind the capitalised name", () => {
    const camel = { code: "c", message: "m", requestId: "r", hostId: "h" }
    expect(ErrorBody.fromJson(camel, "RPC")).toEqual(nothing)
    expect(ErrorBody.fromJson(camel, "ROA")).toMatchObject(camel)
    expect(ErrorBody.fromJson({ ...camel, Code: "C" }, "ROA").code).toBe("C")
    expect(ErrorBody.fromJson({ CODE: "c" }, "ROA")).toEqual(nothing)
  })

  it("takes numbers as text, and nothing else", () => {
    expect(ErrorBody.fromJson({ Code: 404, Message: 0.5 }, "RPC")).toMatchObject({ code: "404", message: "0.5" })
    for (const value of [null, true, {}, [], ["C"], NaN]) {
      expect(ErrorBody.fromJson({ Code: value, Message: value, RequestId: value }, "RPC")).toEqual(nothing)
    }
  })

  it("reads nothing from what is no object, nor from a prototype", () => {
    for (const json of [undefined, null, 5, "Code", true, [], ["Code"], [{ Code: "C" }]]) {
      expect(ErrorBody.fromJson(json, "ROA")).toEqual(nothing)
    }
    expect(ErrorBody.fromJson(Object.create({ Code: "C", code: "c" }), "ROA")).toEqual(nothing)
    expect(ErrorBody.fromJson(JSON.parse('{"__proto__":{"Code":"C"},"constructor":1}'), "ROA")).toEqual(nothing)
  })
})

describe("fromXml", () => {
  it("reads flat elements in any order, and the five predefined entities once", () => {
    const xml = `<?xml version="1.0"?>
<Error><HostId>h</HostId><Message>&lt;a&gt; &amp;lt; &quot;b&apos;</Message><RequestId>R</RequestId><Code>C.D</Code></Error>`
    expect(ErrorBody.fromXml(xml)).toEqual({
      ...nothing,
      code: "C.D",
      message: "<a> &lt; \"b'",
      requestId: "R",
      hostId: "h"
    })
  })

  it.each([
    "",
    "<",
    "<Code>",
    "<Code>C",
    "<Code>C<",
    "<Code>C</code>",
    "<code>C</code>",
    "<Code >C</Code>",
    "<Code/>",
    "<Code><b>C</b></Code>",
    "<Code><![CDATA[C]]></Code>",
    "<Code><!-- C --></Code>",
    "<html><body>502 Bad Gateway</body></html>",
    '{"Code":"C"}'
  ])("reads no code from %j", (xml) => {
    expect(ErrorBody.fromXml(xml).code).toBeUndefined()
  })

  it("expands no entity of a document type", () => {
    const xml =
      '<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]><Error><Code>&x;&#67;&constructor;</Code></Error>'
    expect(ErrorBody.fromXml(xml).code).toBe("&x;&#67;&constructor;")
  })

  it("takes the first of two", () => {
    expect(ErrorBody.fromXml("<E><Code>A</Code><Code>B</Code></E>").code).toBe("A")
    expect(ErrorBody.fromXml("<E><Code></Code></E>").code).toBe("")
  })

  it("takes time in proportion to the text, however hostile", () => {
    for (const part of ["<Code>", "<", "<Code><", "&amp", "</Code>"]) {
      const started = performance.now()
      ErrorBody.fromXml(part.repeat(200_000))
      expect(performance.now() - started).toBeLessThan(1000)
    }
  })
})

describe("isBusinessFailureXml", () => {
  it.each<[boolean, string]>([
    [true, "<R><Success>false</Success></R>"],
    [true, "<R><Success>False</Success></R>"],
    [true, "<R><Code>isv.X</Code><Message>m</Message></R>"],
    [false, "<R><Success>true</Success><Code>OK</Code><Message>OK</Message></R>"],
    // of an item, not of the answer
    [false, "<R><Items><Item><Success>false</Success><Code>X</Code><Message>m</Message></Item></Items></R>"],
    [false, ""]
  ])("%s: %s", (expected, xml) => {
    expect(ErrorBody.isBusinessFailureXml(xml)).toBe(expected)
  })

  it("reads children of the root only, past empty elements and nested ones", () => {
    const xml = "<E><A/><B><Code>inner</Code></B><?pi?><!-- - --><Code>outer</Code></E>"
    expect(ErrorBody.fromXml(xml).code).toBe("outer")
  })
})

describe("isBusinessFailure", () => {
  it.each<[boolean, unknown]>([
    [true, { Success: false }],
    [true, { Success: "false", Code: "OK" }],
    [true, { Success: "False" }],
    [true, { Code: "isv.BUSINESS_LIMIT_CONTROL", Message: "m" }],
    [true, { Code: 500, Message: "m" }],
    [true, { Success: true, Code: "Failed", Message: "m" }],
    [false, { Success: true }],
    [false, { Success: null }],
    [false, { Success: 0 }],
    [false, { Code: "Failed" }],
    [false, { Message: "m" }],
    [false, { Code: "", Message: "m" }],
    [false, { Code: null, Message: "m" }],
    [false, { Code: "OK", Message: "m" }],
    [false, { Code: "ok", Message: "m" }],
    [false, { Code: "Success", Message: "m" }],
    [false, { Code: "200", Message: "m" }],
    [false, { Code: 200, Message: "m" }],
    [false, { Code: 0, Message: "m" }],
    [false, { success: false }],
    [false, { code: "Failed", message: "m" }],
    [false, {}],
    [false, []],
    [false, null],
    [false, "false"],
    [false, Object.create({ Success: false, Code: "C", Message: "m" })]
  ])("%j for %j", (expected, json) => {
    expect(ErrorBody.isBusinessFailure(json, "RPC")).toBe(expected)
  })

  it("reads camel case for ROA", () => {
    expect(ErrorBody.isBusinessFailure({ success: false }, "ROA")).toBe(true)
    expect(ErrorBody.isBusinessFailure({ code: "Failed", message: "m" }, "ROA")).toBe(true)
    expect(ErrorBody.isBusinessFailure({ Success: true, success: false }, "ROA")).toBe(false)
    expect(ErrorBody.isBusinessFailure({ code: "200", message: "m" }, "ROA")).toBe(false)
  })
})

describe("scrub", () => {
  const secret = "AccessKeyId%3DLTAI%26SecurityToken%3DCAIS"

  it.each([
    `Specified signature is not matched with our calculation. server string to sign is:GET&%2F&${secret}`,
    `The request signature does not conform to Aliyun standards. server string to sign is:GET\n${secret}\n`,
    `x Server String To Sign is :${secret} and more: ${secret}`,
    `Specified signature does not match our calculation. server StringToSign is [GET&%2F&${secret}]`,
    `mismatch. server StringToSign is [ACS3-HMAC-SHA256\nab] server CanonicalRequest is [POST\n/\n\n${secret}]`,
    `mismatch. server CanonicalRequest is [POST\n/\n\n${secret}]`
  ])("takes the echo out of %j", (message) => {
    const scrubbed = ErrorBody.scrub(message)
    expect(scrubbed).not.toContain("LTAI")
    expect(scrubbed).not.toContain("CAIS")
    expect(scrubbed).toMatch(/ is ?[:[]<redacted>$/)
    expect(ErrorBody.scrub(scrubbed)).toBe(scrubbed)
  })

  it("knows what version 1 signs of an RPC request by its form, whatever stands around it", () => {
    expect(ErrorBody.scrub(`mine: GET&%2F&${secret} yours: POST&%2F&${secret}, see there`)).toBe(
      "mine: <redacted> yours: <redacted> see there"
    )
  })

  it("leaves every other message as it is", () => {
    for (const message of ["", "The specified InstanceId does not exist.", "string to sign", "sign is: x", "a&%2F&b"]) {
      expect(ErrorBody.scrub(message)).toBe(message)
    }
  })
})

describe("echoedStringToSign", () => {
  it("is the whole text that was signed", () => {
    const text = "GET&%2F&A%3D1%26Timestamp%3D2018-12-04T04%253A03%253A12Z"
    expect(ErrorBody.echoedStringToSign(`not matched. server string to sign is:${text}`)).toBe(text)
    // that of ROA holds colons and line breaks
    const roa = "GET\napplication/json\n\n\nTue, 04 Dec 2018 04:03:12 GMT\nx-acs-version:2015-12-15\n/x?a=[b]"
    expect(ErrorBody.echoedStringToSign(`server string to sign is:${roa}`)).toBe(roa)
    const acs3 = "ACS3-HMAC-SHA256\n7ea06492"
    const message = `mismatch. server StringToSign is [${acs3}] server CanonicalRequest is [POST\n/\n]`
    expect(ErrorBody.echoedStringToSign(message)).toBe(acs3)
  })

  it("is undefined where nothing was echoed", () => {
    expect(ErrorBody.echoedStringToSign("Specified signature is not matched with our calculation.")).toBeUndefined()
    expect(ErrorBody.echoedStringToSign("server CanonicalRequest is [POST]")).toBeUndefined()
  })
})

describe("echoes", () => {
  const text = "GET\napplication/json\n\n\nTue, 04 Dec 2018 04:03:12 GMT\nx-acs-version:2015-12-15\n/x?a=[b"
  it.each<[boolean | undefined, string]>([
    [true, `server string to sign is:${text}`],
    [true, `server StringToSign is [${text}] server CanonicalRequest is [POST\n/\n]`],
    [true, `a:${text}`],
    [true, `a:${text}:b`],
    [true, `:${text}:`],
    [false, `server string to sign is:${text} `],
    [false, `server string to sign is:${text.slice(1)}`],
    [false, "server string to sign is:"],
    [false, `server StringToSign is [${text}0]`],
    [undefined, `a:b:${text}`],
    [undefined, `a:${text}b`],
    [undefined, `a: ${text}`],
    [undefined, text],
    [undefined, "no colon here"],
    [undefined, ""]
  ])("is %s for %j", (expected, message) => {
    expect(ErrorBody.echoes(message, text)).toBe(expected)
  })

  it("takes time in proportion to the text, however hostile", () => {
    for (const part of ["string to sign is:", "string to sign is [", ":", "A", "A&%2F&", "GET&%2F"]) {
      const message = part.repeat(200_000)
      const started = performance.now()
      ErrorBody.echoes(message, "A".repeat(100_000))
      ErrorBody.scrub(message)
      expect(performance.now() - started).toBeLessThan(1000)
    }
  })
})

describe("whatever the body holds", () => {
  it("nothing throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.string16bits(), (json, text) => {
        for (const style of ["RPC", "ROA"] as const) {
          ErrorBody.fromJson(json, style)
          ErrorBody.isBusinessFailure(json, style)
        }
        ErrorBody.fromXml(text)
        ErrorBody.scrub(text)
      }),
      { seed: 20260524, numRuns: 500 }
    )
  })
})
