import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Validation from "@effect-aliyun/protocol/Validation"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

/** Texts that would move or split a request if they reached a host, a path or a header. */
const hostile = [
  "",
  "evil.example/?",
  "evil.example#",
  "a@b",
  "user:password@evil.example",
  "cn-hangzhou\n@evil.example/",
  "cn-hangzhou\n",
  "cn-hangzhou\r\nx-acs-action: DeleteInstance",
  "..",
  ".",
  "a/../b",
  "a\\b",
  "cn hangzhou",
  "cn-hangzhou\0",
  "\uD800",
  "中国",
  "ａ",
  "%2e%2e",
  "-a",
  "a-",
  "a".repeat(64),
  "a:80",
  "[::1]"
]

const isRefused = (check: (text: string) => unknown, text: string) => typeof check(text) === "string"

describe("hostPart and product", () => {
  it.each(hostile)("refuse %j", (text) => {
    expect(isRefused(Validation.hostPart, text)).toBe(true)
    expect(isRefused(Validation.product, text)).toBe(true)
  })

  it.each(["cn-hangzhou", "us-west-1", "cn-hangzhou_finance", "Ecs", "r-kvstore", "a", "1", "a".repeat(63)])(
    "take %j",
    (text) => {
      expect(Validation.hostPart(text)).toBeUndefined()
      expect(Validation.product(text)).toBeUndefined()
    }
  )

  it("never repeat what they refuse", () => {
    const messages = ["s3cr3t!", "s3cr3t\n"].flatMap((text) => [
      Validation.hostPart(text),
      Validation.product(text),
      Validation.version(text),
      Validation.action(text),
      Validation.method(text),
      Validation.endpoint(text),
      Validation.header(`${text} `, ""),
      Validation.header("\n", text),
      Validation.pathPattern(`${text}中`),
      Validation.pathPattern(`/${text}中`)
    ])
    expect(messages.every((message) => typeof message === "string" && !message.includes("s3cr3t"))).toBe(true)
  })
})

describe("version, action and method", () => {
  it.each(hostile.filter((text) => !["a-", "a".repeat(64)].includes(text)))("refuse %j", (text) => {
    expect(isRefused(Validation.version, text)).toBe(true)
    expect(isRefused(Validation.action, text)).toBe(true)
    expect(isRefused(Validation.method, text)).toBe(true)
  })

  it("take what APIs have", () => {
    for (const text of ["2014-05-26", "v1", "2015-12-15.beta_1"]) expect(Validation.version(text)).toBeUndefined()
    for (const text of ["DescribeRegions", "X", "Get_Item2"]) expect(Validation.action(text)).toBeUndefined()
    for (const text of ["GET", "POST", "PATCH"]) expect(Validation.method(text)).toBeUndefined()
  })

  it("refuse what is too long or in the wrong case", () => {
    expect(isRefused(Validation.version, "1".repeat(65))).toBe(true)
    expect(isRefused(Validation.action, "A".repeat(257))).toBe(true)
    expect(isRefused(Validation.method, "M".repeat(17))).toBe(true)
    for (const text of ["get", "Get", "GET "]) expect(isRefused(Validation.method, text)).toBe(true)
    expect(isRefused(Validation.action, "1Action")).toBe(true)
  })
})

describe("endpoint", () => {
  it.each<[string, Validation.EndpointParts]>([
    ["ecs.aliyuncs.com", { protocol: undefined, host: "ecs.aliyuncs.com" }],
    ["ECS.cn-Beijing.Aliyuncs.com/", { protocol: undefined, host: "ecs.cn-beijing.aliyuncs.com" }],
    ["https://ecs.aliyuncs.com", { protocol: "https", host: "ecs.aliyuncs.com" }],
    ["HTTPS://ecs.aliyuncs.com:443", { protocol: "https", host: "ecs.aliyuncs.com" }],
    ["http://ecs.aliyuncs.com:80/", { protocol: "http", host: "ecs.aliyuncs.com" }],
    ["http://ecs.aliyuncs.com:443", { protocol: "http", host: "ecs.aliyuncs.com:443" }],
    ["https://ecs.aliyuncs.com:80", { protocol: "https", host: "ecs.aliyuncs.com:80" }],
    ["ecs.aliyuncs.com:443", { protocol: undefined, host: "ecs.aliyuncs.com:443" }],
    ["localhost:09000", { protocol: undefined, host: "localhost:9000" }],
    ["http://127.0.0.1:65535", { protocol: "http", host: "127.0.0.1:65535" }],
    ["http://[::1]:8080", { protocol: "http", host: "[::1]:8080" }],
    // spellings that HTTP clients rewrite: what they send must be what is signed
    ["http://[0:0:0:0:0:0:0:1]", { protocol: "http", host: "[::1]" }],
    ["127.1", { protocol: undefined, host: "127.0.0.1" }],
    ["0x7f.1", { protocol: undefined, host: "127.0.0.1" }]
  ])("%j", (text, parts) => {
    expect(Validation.endpoint(text)).toEqual(parts)
  })

  it.each([
    ...hostile.filter((text) => !["a:80", "[::1]"].includes(text)),
    "http://",
    "https:///",
    "//evil.example",
    "ftp://ecs.aliyuncs.com",
    "javascript:alert(1)",
    "http:ecs.aliyuncs.com",
    "http://http://ecs.aliyuncs.com",
    "ecs.aliyuncs.com//",
    "ecs.aliyuncs.com/path",
    "ecs.aliyuncs.com?",
    "ecs..aliyuncs.com",
    ".aliyuncs.com",
    "aliyuncs.com.",
    "-ecs.aliyuncs.com",
    "ecs_x.aliyuncs.com",
    "ecs.aliyuncs.com:",
    "ecs.aliyuncs.com:0",
    "ecs.aliyuncs.com:65536",
    "ecs.aliyuncs.com:99999",
    "ecs.aliyuncs.com:100000",
    "ecs.aliyuncs.com:-1",
    "ecs.aliyuncs.com:8a",
    "ecs.aliyuncs.com:80:80",
    " ecs.aliyuncs.com",
    "999.1.1.1",
    "[::::]",
    "[fe80::1%25eth0]",
    "::1",
    `${"a.".repeat(126)}aa`
  ])("refuses %j", (text) => {
    expect(isRefused(Validation.endpoint, text)).toBe(true)
  })

  it("gives the host that an HTTP client will send, whatever it takes", () => {
    const part = fc.constantFrom("a", "B", "0", "7", "x", "f", "-", ".", ":", "1", "[", "]", "::", "@", "/", "%")
    fc.assert(
      fc.property(fc.string({ unit: part, minLength: 1, maxLength: 10 }), (text) => {
        const parts = Validation.endpoint(text)
        if (typeof parts === "string") return
        expect(new URL(`http://${parts.host}`).host).toBe(parts.host.replace(/:80$/, ""))
      }),
      { seed: 20260524, numRuns: 5000 }
    )
  })
})

describe("header", () => {
  it("takes what every HTTP library sends unchanged", () => {
    expect(Validation.header("x-acs-region-id", "cn-hangzhou")).toBeUndefined()
    expect(Validation.header("X-Custom_1.~", "a\tb c!~")).toBeUndefined()
    expect(Validation.header("x", "")).toBeUndefined()
  })

  it.each(["", "a b", "a:b", "a\r\nb", "a\0", "中", "a,b", "a/b", "(a)"])("refuses the name %j", (name) => {
    expect(Validation.header(name, "v")).toContain("header name")
  })

  it.each(["a\r\nHost: evil.example", "a\nb", "a\rb", "\0", "\x7f", "é", "中", "\uD800"])(
    "refuses the value %j",
    (value) => {
      expect(Validation.header("x-acs-note", value)).toContain("header value")
    }
  )
})

describe("text", () => {
  it("refuses nothing but a lone surrogate", () => {
    for (const value of ["", "a&b=c\r\n\0", "中🚀"]) expect(Validation.text(value)).toBeUndefined()
    for (const value of ["\uD800", "a\uDC00b"]) expect(Validation.text(value)).toContain("lone surrogate")
  })
})

describe("pathPattern", () => {
  it.each([
    "/",
    "/clusters",
    "/clusters/[ClusterId]/nodes",
    "/a/",
    "/a//b",
    "/%E4%B8%AD",
    "/a+b*c~d",
    "/...",
    "/.hidden",
    "/a:b@c"
  ])("takes %j", (pattern) => {
    expect(Validation.pathPattern(pattern)).toBeUndefined()
  })

  it.each([
    "",
    "clusters",
    "//evil.example/clusters",
    "/x?acl",
    "/x#y",
    "/a b",
    "/a\\b",
    "/a\r\nHost: evil.example",
    "/\0",
    "/中",
    "/\uD800",
    "/50%q",
    "/50%",
    "/%2",
    "/..",
    "/a/../b",
    "/a/.",
    "/./a",
    "/%2e%2E/a",
    "/.%2e",
    "/%2e"
  ])("refuses %j", (pattern) => {
    expect(isRefused(Validation.pathPattern, pattern)).toBe(true)
  })
})

describe("pathParameter", () => {
  it.each(["", ".", "..", "\uD800"])("refuses %j", (value) => {
    expect(isRefused(Validation.pathParameter, value)).toBe(true)
  })

  it("takes what stays one segment once encoded", () => {
    for (const value of ["c1", "a/b", "a?b", "../x", "...", "%2e%2e", "中 ", "\r\n"]) {
      expect(Validation.pathParameter(value)).toBeUndefined()
      const encoded = Encoding.percentEncode(value)
      expect(Validation.pathPattern(`/${encoded}`)).toBeUndefined()
      expect(new URL(`http://h/${encoded}/x`).pathname.split("/")).toHaveLength(3)
    }
  })
})

describe("values that are no text", () => {
  it.each([
    undefined,
    null,
    5,
    {},
    [],
    Symbol("s"),
    new Uint8Array(1)
  ] as ReadonlyArray<unknown> as ReadonlyArray<never>)("%o", (value) => {
    for (const check of [
      Validation.hostPart,
      Validation.product,
      Validation.version,
      Validation.action,
      Validation.method,
      Validation.text,
      Validation.pathPattern,
      Validation.pathParameter
    ]) {
      expect(check(value)).toBeTypeOf("string")
    }
    expect(Validation.endpoint(value)).toBeTypeOf("string")
    expect(Validation.header("x-a", value)).toBeTypeOf("string")
    expect(Validation.header(value, "a")).toBeTypeOf("string")
  })
})

it("a path of bytes that are no UTF-8 would name another resource", () => {
  expect(Validation.pathPattern("/a/%FF")).toBe("holds %XX that are no UTF-8")
  expect(Validation.pathPattern("/a/%E4%B8%AD")).toBeUndefined()
})
