/** What could move the request, split it, or lose a value is refused by name, before anything is signed or sent. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Limits from "@effect-aliyun/core/Limits"
import * as Protocol from "@effect-aliyun/core/Protocol"
import * as Region from "@effect-aliyun/core/Region"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as UserAgent from "@effect-aliyun/core/UserAgent"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const rpcOptions = { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" } as const
const roaOptions = { product: "CS", version: "2015-12-15", pathPattern: "/clusters/[ClusterId]" } as const

type Options = Partial<AcsRequest.CommonOptions> & { readonly action?: string }
const rpc = (options: Options) => AcsClient.rpc({ ...rpcOptions, ...options })
const roa = (options: { readonly pathPattern?: string; readonly pathParams?: Readonly<Record<string, unknown>> }) =>
  AcsClient.roa({ ...roaOptions, ...options })

/** the call fails, names the field, and nothing has arrived anywhere */
const refuses = (field: string, call: AcsClient.Call<unknown>) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(call)
    if (error._tag !== "ClientException" || error.reason._tag !== "InvalidRequest") return assert.fail(error.message)
    assert.strictEqual(error.reason.field, field)
    assert.deepStrictEqual([error.outcome, error.attempts], ["NotExecuted", 0])
    // a text that was refused does not get into a log line as it is

    assert.notMatch(error.message, /[\u0000-\u001f]/)
    assert.deepStrictEqual(yield* AcsTest.calls, [])
    return error
  })

const hostile = [
  "evil.example/?",
  "a@b",
  "..",
  ".",
  "a\r\nb",
  "a\n",
  "a\0",
  "a b",
  "",
  "\uD800",
  "中",
  "a".repeat(64),
  "a#",
  "a:1"
]

layer(AcsTest.layer(() => ({ json: {} })))("InvalidRequest", (it) => {
  describe("what becomes part of the host", () => {
    it.effect.each(hostile)("%j as region", (text) =>
      Effect.gen(function* () {
        yield* refuses("regionId", rpc({ regionId: text }))
        yield* refuses("regionId", rpc({}).pipe(Region.withRegion(text)))
        // a host that the caller names does not make a region good that is sent along
        yield* refuses("regionId", rpc({ endpoint: "ecs.aliyuncs.com", regionId: text }))
      })
    )

    it.effect.each(hostile)("%j as product, network and suffix", (text) =>
      Effect.gen(function* () {
        yield* refuses("product", rpc({ product: text }))
        // as in the seed, a network or suffix that is empty is none
        if (text === "") return
        yield* refuses("network", rpc({ network: text }))
        yield* refuses("productSuffix", rpc({ productSuffix: text }))
        yield* refuses("locationServiceCode", rpc({ locationServiceCode: text }))
        yield* refuses("locationEndpointType", rpc({ locationEndpointType: text as "openAPI" }))
      })
    )

    it.effect.each([
      "evil.example/?",
      "evil.example/path",
      "https://user@evil.example",
      "user:pass@evil.example",
      "file:///etc/passwd",
      "ftp://ecs.aliyuncs.com",
      "ecs.aliyuncs.com:0",
      "ecs.aliyuncs.com:65536",
      "ecs.aliyuncs.com:80:80",
      "ecs..aliyuncs.com",
      "-ecs.aliyuncs.com",
      "ecs.aliyuncs.com\r\nx: y",
      "ecs.aliyuncs.com\\evil",
      " ecs.aliyuncs.com",
      "中.com",
      "//ecs.aliyuncs.com"
    ])("%j as endpoint", (text) =>
      Effect.gen(function* () {
        yield* refuses("endpoint", rpc({ endpoint: text }))
        yield* refuses("endpoint", rpc({}).pipe(Endpoint.withEndpoint(text)))
        yield* refuses("endpoint", rpc({ endpointMap: { "cn-hangzhou": text } }))
      })
    )

    it.effect("a protocol that is none", () => refuses("protocol", rpc({}).pipe(Protocol.withProtocol("ftp" as never))))
  })

  describe("what becomes part of the path", () => {
    it.effect.each([
      "clusters",
      "",
      "/a?b=c",
      "/a#b",
      "/../admin",
      "/a/%2e%2E/b",
      "/a/./b",
      "/a b",
      "/a\r\nb",
      "/中",
      "/%zz",
      "/a\\b"
    ])("%j as path pattern", (pathPattern) => refuses("pathPattern", roa({ pathPattern })))

    it.effect.each(["", ".", "..", "\uDFFF"])("%j as path parameter", (ClusterId) =>
      refuses("pathParams.ClusterId", roa({ pathParams: { ClusterId } }))
    )

    it.effect("a placeholder without a value, and a value without a placeholder", () =>
      Effect.gen(function* () {
        yield* refuses("pathParams.ClusterId", roa({}))
        yield* refuses("pathParams.ClusterId", roa({ pathParams: { ClusterId: { nested: 1 } } }))
        yield* refuses("pathParams.clusterId", roa({ pathParams: { ClusterId: "c", clusterId: "c" } }))
        yield* refuses("pathPattern", roa({ pathPattern: "/a[b" }))
      })
    )

    it.effect("an action or version with special characters", () =>
      Effect.gen(function* () {
        for (const text of ["", "a&b", "a=b", "a b", "a\r\nb", "../x", "中"]) {
          yield* refuses("action", rpc({ action: text }))
          yield* refuses("version", rpc({ version: text }))
        }
        yield* refuses("method", rpc({ method: "get" as never }))
        yield* refuses("method", rpc({ method: "GET /x" as never }))
        yield* refuses("format", rpc({ format: "json" as never }))
      })
    )
  })

  describe("headers", () => {
    it.effect.each([
      ["x-a", "a\r\nx-b: c"],
      ["x-a", "a\n"],
      ["x-a", "\0"],
      ["x-a", "é"],
      ["x-a\r\n", "a"],
      ["x a", "a"],
      ["", "a"],
      ["x-a:", "a"]
    ] as const)("%j", ([name, value]) =>
      refuses(`headers.${JSON.stringify(name)}`, rpc({ headers: { [name]: value } }))
    )

    it.effect.each([
      "Host",
      "authorization",
      "Content-Length",
      "x-acs-date",
      "x-acs-signature-nonce",
      "X-Acs-Security-Token",
      "transfer-encoding"
    ])("%s belongs to the signature or the connection", (name) =>
      refuses(`headers.${JSON.stringify(name)}`, rpc({ headers: { [name]: "a" } }))
    )

    it.effect("one header in two spellings, and line breaks in a user agent or content type", () =>
      Effect.gen(function* () {
        yield* refuses('headers."X-A"', rpc({ headers: { "x-a": "1", "X-A": "2" } }))
        yield* refuses('headers."__proto__"', rpc({ headers: JSON.parse('{"__proto__":"lost"}') }))
        yield* refuses("userAgent", rpc({ userAgent: [["a", "b\r\nc"]] }))
        yield* refuses("userAgent", rpc({}).pipe(UserAgent.append("a\n", "b")))
        yield* refuses('headers."content-type"', rpc({ body: Body.text("a", "text/plain\r\nx: y") }))
        yield* refuses(
          'headers."content-type"',
          rpc({ body: Body.form({ A: 1 }), headers: { "Content-Type": "text/plain" } })
        )
      })
    )
  })

  describe("parameters", () => {
    const cycle: Record<string, unknown> = {}
    cycle["self"] = cycle
    const deep = Array.from({ length: 200 }).reduce<unknown>((inner) => ({ a: inner }), 1)

    it.effect("values that no parameter can hold", () =>
      Effect.gen(function* () {
        yield* refuses("query.A", rpc({ query: { A: "\uD800" } }))
        yield* refuses("query.\uDC00", rpc({ query: { "\uDC00": "a" } }))
        yield* refuses("query.A.1", rpc({ query: { A: [Number.NaN] } }))
        yield* refuses("query.A", rpc({ query: { A: () => 1 } }))
        yield* refuses("query.A", rpc({ query: { A: new Map() } }))
        yield* refuses("query.A", rpc({ query: { A: new Uint8Array(2) } }))
        yield* refuses("query.A.self", rpc({ query: { A: cycle } }))
        yield* refuses("body.A.__proto__", rpc({ body: Body.form({ A: JSON.parse('{"__proto__":1}') }) }))
        yield* refuses("query.A.B", rpc({ query: { "A.B": 1, A: { B: 2 } } }))
        const tooDeep = yield* refuses(`query.${"A.a"}${".a".repeat(127)}`, rpc({ query: { A: deep } }))
        assert.include(tooDeep.message, "128")
        assert.deepStrictEqual(Object.keys({}), [])
      })
    )

    it.effect("more parameters than allowed", () =>
      refuses(
        "query.A.11",
        rpc({ query: { A: Array.from({ length: 1000 }, () => 1) } }).pipe(Limits.withLimits({ parameters: 10 }))
      )
    )

    it.effect("one name in query and form", () =>
      refuses("body.A", rpc({ query: { A: 1 }, body: Body.form({ A: 2 }) }))
    )

    it.effect.each(["Action", "Version", "Signature", "AccessKeyId", "SignatureNonce"])(
      "%s, which the gateway takes for its own",
      (name) => refuses(name, rpc({ query: { [name]: "x" } }))
    )

    it.effect("bodies that cannot be written", () =>
      Effect.gen(function* () {
        yield* refuses("body", rpc({ body: Body.json(cycle) }))
        yield* refuses("body", rpc({ body: Body.json({ f: () => 1 }) }))
        yield* refuses("body", rpc({ body: Body.text("\uD800") }))
        yield* refuses("body", rpc({ method: "GET", body: Body.text("a") }))
        yield* refuses("body", rpc({ body: Body.stream(Stream.fail("broken")) }))
        yield* refuses(
          "body",
          rpc({ body: Body.stream(Stream.forever(Stream.succeed(new Uint8Array(1000)))) }).pipe(
            Limits.withLimits({ requestBytes: 5000 })
          )
        )
        yield* refuses("body.sha256", rpc({ body: Body.stream(Stream.empty, { sha256: "abc", contentLength: 0 }) }))
        yield* refuses(
          "body.contentLength",
          rpc({ body: Body.stream(Stream.empty, { sha256: "0".repeat(64), contentLength: -1 }) })
        )
      })
    )
  })

  describe("the seed's three checks of a common request, with its code and texts", () => {
    const check = (options: Parameters<typeof AcsClient.common>[0], field: string, text: string) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(AcsClient.common(options))
        if (error._tag !== "ClientException" || error.reason._tag !== "InvalidRequest")
          return assert.fail(error.message)
        assert.deepStrictEqual([error.code, error.reason.field, error.reason.issue], ["SDK.InvalidParams", field, text])
      })

    it.effect("in their order", () =>
      Effect.gen(function* () {
        yield* check({ version: "" }, "version", "common params [version] is required, cannot be empty")
        yield* check(
          { version: "1", product: "Ecs" },
          "action",
          "At least one of [action] and [uri_pattern] has a value"
        )
        yield* check(
          { version: "1", action: "a" },
          "product",
          "At least one of [domain] and [product_name] has a value"
        )
      })
    )

    it.effect("what is no request is refused with the seed's text", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(AcsClient.execute({ ...rpcOptions, query: {} } as never))
        assert.deepStrictEqual(
          error._tag === "ClientException" && [
            error.code,
            error.message.includes("The request is not a valid AcsRequest.")
          ],
          ["SDK.InvalidRequest", true]
        )
      })
    )
  })

  it.effect("what cannot be read on the way to the endpoint is refused as well, and not repeated", () =>
    Effect.gen(function* () {
      const hostile = {
        getOwnPropertyDescriptor: () => {
          throw new Error("CANARY")
        }
      }
      const endpointMap = new Proxy({}, hostile)
      const error = yield* refuses("request", AcsClient.execute({ ...RpcRequest.make(rpcOptions), endpointMap }))
      assert.notInclude(JSON.stringify(error), "CANARY")
    })
  )

  it.effect("an unknown endpoint says so", () =>
    Effect.gen(function* () {
      const error = yield* AcsClient.rpc(rpcOptions).pipe(
        Endpoint.withEndpoint(() => Effect.succeedNone),
        Effect.flip
      )
      assert.isTrue(AcsError.isAcsError(error))
      assert.strictEqual(error._tag === "ClientException" && error.code, "SDK.EndpointResolvingError")
      assert.include(error.message, "'Ecs' in region 'cn-hangzhou'")
    })
  )
})
