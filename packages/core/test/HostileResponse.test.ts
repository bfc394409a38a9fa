/** Whatever comes back ends in a typed error that keeps status and RequestId: never a defect, never a false success. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Limits from "@effect-aliyun/core/Limits"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Xml from "@effect-aliyun/core/Xml"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"

const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })

/** the three services, answering with exactly these bytes */
const answering = (status: number, body: Uint8Array | string, headers: Record<string, string> = {}) =>
  Layer.mergeAll(
    Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
    Signer.layer,
    RetryPolicy.layer(RetryPolicy.none),
    Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) =>
        Effect.succeed(
          HttpClientResponse.fromWeb(
            request,
            new Response(status === 204 ? null : typeof body === "string" ? body : new Uint8Array(body), {
              status,
              headers
            })
          )
        )
      )
    )
  )

const requestId = { "x-acs-request-id": "H-1" }

describe("a 2xx that cannot be read", () => {
  const utf8 = (text: string) => new TextEncoder().encode(text)
  it.effect.each([
    ["truncated JSON", utf8('{"RequestId":"R","Regions":{"Reg'), "no JSON"],
    ["HTML", utf8("<html><body>captive portal</body></html>"), "no JSON"],
    ["empty", utf8(""), "empty"],
    ["not UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), "UTF-8"],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]), "UTF-8"],
    ["JSON and more", utf8("{} trailing"), "no JSON"],
    ["too deep", utf8("[".repeat(5000) + "]".repeat(5000)), "nests deeper"]
  ] as const)("%s", ([, body, issue]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call)
      if (error._tag !== "ClientException" || error.reason._tag !== "UnexpectedResponse")
        return assert.fail(error.message)
      assert.deepStrictEqual([error.reason.status, error.reason.requestId], [200, "H-1"])
      assert.include(error.reason.issue, issue)
      assert.strictEqual(error.outcome, "Unknown")
      assert.isAtMost(error.reason.excerpt.length, 200)
      assert.strictEqual(error.reason.mayRecover, issue !== "nests deeper")
    }).pipe(Effect.provide(answering(200, body, requestId)))
  )

  it.effect("with a RequestId that is none does not write a second line into a log", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call)
      assert.notInclude(error.message, "\n")
      assert.isBelow(error.message.length, 1500)
    }).pipe(
      Effect.provide(
        answering(
          200,
          JSON.stringify({
            RequestId: `R\nFORGED ${"x".repeat(5000)}`,
            deep: JSON.parse("[".repeat(200) + "]".repeat(200))
          })
        )
      )
    )
  )

  it.effect("a byte order mark does not matter", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Effect.flatMap(call, (response) => response.json), { a: 1 })
    }).pipe(Effect.provide(answering(200, '\uFEFF{"a":1}')))
  )

  it.effect("N14: 204 is a success without a value", () =>
    Effect.gen(function* () {
      const response = yield* call
      assert.deepStrictEqual([response.status, yield* response.json, response.requestId], [204, undefined, "H-1"])
    }).pipe(Effect.provide(answering(204, "", requestId)))
  )

  it.effect("B04: names from the prototype chain stay data", () =>
    Effect.gen(function* () {
      const json = yield* Effect.flatMap(call, (response) => response.json)
      assert.isTrue(Object.hasOwn(json as object, "__proto__"))
      assert.isUndefined(({} as { readonly polluted?: boolean }).polluted)
    }).pipe(Effect.provide(answering(200, '{"__proto__":{"polluted":true},"constructor":1,"toString":2}')))
  )
})

describe("status 300 and more is always a ServerException", () => {
  it.effect.each([
    [301, "", { location: "https://evil.example/" }],
    [302, '{"RequestId":"x"}', { location: "http://127.0.0.1/" }],
    [403, "<html>blocked</html>", {}],
    [502, "", {}],
    [503, "upstream connect error", {}],
    [500, "\u0000\u0001", {}],
    [400, '{"Code":{"toString":1},"Message":[]}', {}],
    [400, '{"Code":"","Message":"m"}', {}],
    [400, "[".repeat(100000), {}]
  ] as const)("%i %j", ([status, body, headers]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call)
      assert.strictEqual(error._tag, "ServerException")
      if (error._tag !== "ServerException") return
      assert.deepStrictEqual([error.httpStatus, error.code], [status, "SDK.UnknownServerError"])
      assert.strictEqual(error.requestId, body.includes("RequestId") ? "x" : "H-1")
      assert.isAtMost(error.message.length, 500)
    }).pipe(Effect.provide(answering(status, body, { ...headers, ...requestId })))
  )

  it.effect("10 MB of HTML is not read to its end", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call)
      assert.isAtMost(error.message.length, 500)
    }).pipe(Effect.provide(answering(503, "<p>".repeat(3_000_000), requestId)))
  )

  it.effect("XML is read where XML was asked for", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", format: "XML" })
      )
      assert.deepStrictEqual(error._tag === "ServerException" && [error.code, error.serverMessage, error.requestId], [
        "C",
        "a < b",
        "R"
      ])
    }).pipe(
      Effect.provide(answering(400, "<Error><Code>C</Code><Message>a &lt; b</Message><RequestId>R</RequestId></Error>"))
    )
  )

  it.effect("ROA products write their error in camel case", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        AcsClient.roa({ product: "CS", version: "2015-12-15", pathPattern: "/clusters/c1" })
      )
      assert.deepStrictEqual(
        error._tag === "ServerException" && [error.code, error.serverMessage, error.requestId, error.category],
        ["ErrorClusterNotFound", "gone", "R", "NotFound"]
      )
    }).pipe(Effect.provide(answering(404, '{"code":"ErrorClusterNotFound","message":"gone","requestId":"R"}')))
  )
})

describe("a body that says how long it is", () => {
  const body = `{"RequestId":"${"R".repeat(100)}"}`
  const rows: ReadonlyArray<readonly [name: string, headers: Record<string, string>, limit: number, said: string]> = [
    ["rightly", { "content-length": String(body.length) }, 1000, "200"],
    ["rightly, and too long", { "content-length": String(body.length) }, 50, "larger than 50 bytes"],
    ["shorter than it is, and too long", { "content-length": "10" }, 50, "larger than 50 bytes"],
    ["in no number", { "content-length": "1e1" }, 50, "larger than 50 bytes"],
    // as fetch leaves it on what it has unpacked
    ["of its packed form", { "content-length": "10", "content-encoding": "gzip" }, 50, "larger than 50 bytes"]
  ]
  it.effect.each(rows)("%s", ([, headers, responseBytes, said]) =>
    Effect.gen(function* () {
      const outcome = yield* Effect.match(call, { onSuccess: ({ status }) => String(status), onFailure: String })
      assert.include(outcome, said)
    }).pipe(Limits.withLimits({ responseBytes }), Effect.provide(answering(200, body, headers)))
  )
})

describe("any answer", () => {
  it(
    "is a success, a ClientException or a ServerException",
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 200, max: 599 }),
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.json().map((text) => new TextEncoder().encode(text))
          ),
          fc.dictionary(
            fc.constantFrom("x-acs-retry-after", "retry-after", "x-acs-request-id", "date"),
            fc.stringMatching(/^[\x21-\x7e]{0,20}$/)
          ),
          async (status, body, headers) => {
            const bare = status === 204 || status === 205 || status === 304
            const exit = await Effect.runPromise(
              call.pipe(Effect.provide(answering(bare ? 200 : status, body, headers)), Effect.exit)
            )
            if (exit._tag === "Success") assert.isBelow(exit.value.status, 300)
            else assert.strictEqual(exit.cause._tag, "Fail")
          }
        ),
        { numRuns: 500, seed: 42 }
      ),
    60_000
  )
})

describe("XML answers", () => {
  const xml = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", format: "XML" }).pipe(
    Effect.flatMap(Xml.parse)
  )
  const read = (body: string) => Effect.provide(Effect.either(xml), answering(200, body, requestId))

  it.effect("are parsed", () =>
    Effect.gen(function* () {
      const result = yield* read(
        "<R><Region><RegionId>cn-hangzhou</RegionId></Region><Region><RegionId>é &amp; &lt;</RegionId></Region></R>"
      )
      assert.deepStrictEqual(result._tag === "Right" && result.right, {
        R: { Region: [{ RegionId: "cn-hangzhou" }, { RegionId: "é & <" }] }
      })
    })
  )

  it.effect("B09, B10, B11: entities, document types, depth and garbage end in a typed error", () =>
    Effect.gen(function* () {
      for (const body of [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><lolz>&lol2;</lolz>',
        "<a>".repeat(200_000) + "</a>".repeat(200_000),
        "<a><b></a>",
        "not xml",
        ""
      ]) {
        const result = yield* read(body)
        if (result._tag === "Right") return assert.fail(`accepted ${body.slice(0, 30)}`)
        const error = result.left
        assert.strictEqual(error._tag === "ClientException" && error.reason._tag, "UnexpectedResponse")
      }
    })
  )

  it.effect("B12: tags from the prototype chain pollute nothing", () =>
    Effect.gen(function* () {
      yield* read("<a><__proto__><polluted>1</polluted></__proto__><constructor>1</constructor></a>")
      assert.isUndefined(({} as { readonly polluted?: string }).polluted)
    })
  )
})
