/** Bodies that are not what they should be, over a real socket. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Xml from "@effect-aliyun/core/Xml"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Hostile from "./support/Hostile.js"
import { led } from "./support/Services.js"

const names = { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" } as const
const json = Effect.flatMap(AcsClient.rpc(names), (response) => response.json)
const xml = Effect.flatMap(AcsClient.rpc({ ...names, format: "XML" }), Xml.parse)

/** what becomes of one attempt at a call, whose answer is these bytes */
const outcome = <A>(call: AcsClient.Call<A>, body: string | Uint8Array, status = 200) =>
  Effect.gen(function* () {
    const headers = { "x-acs-request-id": "H-1" }
    const server = yield* Hostile.serve(() => [Hostile.answer(body, { status, headers })])
    const result = yield* call.pipe(
      RetryPolicy.withPolicy(RetryPolicy.none),
      Effect.either,
      Effect.provide(led(server))
    )
    assert.strictEqual(server.requests.length, 1)
    return result
  })

const unreadable = (result: Either.Either<unknown, AcsError.AcsError>) => {
  const error = Either.isLeft(result) ? result.left : assert.fail(`read: ${JSON.stringify(result.right)}`)
  if (error._tag !== "ClientException" || error.reason._tag !== "UnexpectedResponse") return assert.fail(error.message)
  assert.deepStrictEqual([error.reason.status, error.reason.requestId], [200, "H-1"])
  assert.isAtMost(error.reason.excerpt.length, 201)
  return error.reason.issue
}

const refused = (result: Either.Either<unknown, AcsError.AcsError>) => {
  const error = Either.isLeft(result) ? result.left : assert.fail("succeeded")
  if (error._tag !== "ServerException") return assert.fail(error.message)
  assert.strictEqual(error.requestId, "H-1")
  return [error.httpStatus, error.code]
}

describe("JSON", () => {
  it.scopedLive("B02: HTML is unreadable in a 200, and hides no other status", () =>
    Effect.gen(function* () {
      const html = "<html><body>captive portal</body></html>"
      assert.include(unreadable(yield* outcome(json, html)), "no JSON")
      for (const status of [302, 403, 404, 500, 502, 503]) {
        assert.deepStrictEqual(refused(yield* outcome(json, html, status)), [status, "SDK.UnknownServerError"])
      }
    })
  )

  it.scopedLive(
    "B03: a byte order mark does not matter; what is no UTF-8, or goes on behind its end, is unreadable",
    () =>
      Effect.gen(function* () {
        const body = '{"a":"é"}'
        assert.deepStrictEqual(Either.getOrThrow(yield* outcome(json, `\uFEFF${body}`)), { a: "é" })
        for (const [bytes, issue] of [
          [Buffer.from(`${body}}`), "no JSON"],
          [Buffer.from(`${body}\0`), "no JSON"],
          [Buffer.from(body, "latin1"), "UTF-8"],
          [Buffer.from(`\uFEFF${body}`, "utf16le"), "UTF-8"],
          [Buffer.from(body, "utf16le"), "UTF-8"],
          [Buffer.from('{"a":"e"}', "utf16le"), "no JSON"],
          [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), "UTF-8"]
        ] as const) {
          assert.include(unreadable(yield* outcome(json, bytes)), issue, bytes.toString("hex"))
        }
      })
  )

  it.scopedLive("B04: names of the prototype chain are names like any other", () =>
    Effect.gen(function* () {
      const body =
        '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"prototype":{"x":1},"toString":1,"Code":{"__proto__":{"x":1}}}'
      const value = Either.getOrThrow(yield* outcome(json, body)) as object
      assert.isTrue(Object.hasOwn(value, "__proto__"))
      assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
      // as names of an error too, which are taken one by one
      for (const text of [body, '{"__proto__":{"Code":"Forged","Message":"m"}}']) {
        assert.deepStrictEqual(refused(yield* outcome(json, text, 400)), [400, "SDK.UnknownServerError"])
      }
      for (const name of ["x", "Code", "polluted"]) assert.isUndefined(({} as Record<string, unknown>)[name])
      assert.strictEqual(String({}), "[object Object]")
    })
  )

  it.scopedLive("B13: a 200 whose body says no is a failure of the business, asked for once", () =>
    Effect.gen(function* () {
      const body = { Code: "isv.BUSINESS_LIMIT_CONTROL", Message: "too many", RequestId: "R", BizId: "" }
      const server = yield* Hostile.serve(() => [Hostile.answer(JSON.stringify(body))])
      const error = yield* Effect.flip(Effect.provide(json, led(server)))
      if (error._tag !== "ServerException") return assert.fail(error.message)
      assert.deepStrictEqual(
        [error.code, error.httpStatus, error.category, error.requestId, error.attempts],
        ["isv.BUSINESS_LIMIT_CONTROL", 200, "Business", "R", 1]
      )
      assert.strictEqual(server.requests.length, 1)
    })
  )
})

describe("no body", () => {
  const raw = (head: string, more = "") => `HTTP/1.1 ${head}\r\nx-acs-request-id: H-1\r\n${more}`

  it.scopedLive("N14: a 204 has none, whatever follows, and the next call is not led astray by it", () =>
    Effect.gen(function* () {
      const server = yield* Hostile.serve(({ connection }) => [
        connection === 0
          ? raw("204 No Content", 'content-length: 16\r\n\r\n{"Forged":"yes"}')
          : Hostile.answer('{"RequestId":"R"}')
      ])
      const call = AcsClient.rpc(names)
      const [first, second] = yield* Effect.provide(
        Effect.all([call, Effect.zipRight(Effect.sleep("20 millis"), call)]),
        led(server)
      )
      assert.deepStrictEqual([first.status, first.bytes.length, yield* first.json], [204, 0, undefined])
      assert.deepStrictEqual([second.status, second.requestId], [200, "R"])
      assert.strictEqual(server.made(), 2)
    })
  )

  it.scopedLive("N14: a HEAD has none, though bytes follow", () =>
    Effect.gen(function* () {
      const server = yield* Hostile.serve(() => [raw("200 OK", 'content-length: 16\r\n\r\n{"Forged":"yes"}')])
      const call = AcsClient.roa({ product: "CS", version: "2015-12-15", pathPattern: "/clusters", method: "HEAD" })
      const response = yield* Effect.provide(call, led(server))
      assert.deepStrictEqual([response.status, response.bytes.length, yield* response.json], [200, 0, undefined])
    })
  )

  it.scopedLive("N14: an empty 200 is unreadable as JSON, and empty where bytes were asked for", () =>
    Effect.gen(function* () {
      assert.include(unreadable(yield* outcome(json, "")), "empty")
      const bytes = Effect.map(AcsClient.rpc({ ...names, format: "RAW" }), (response) => response.bytes.length)
      assert.strictEqual(Either.getOrThrow(yield* outcome(bytes, "")), 0)
    })
  )
})

describe("XML", () => {
  it.scopedLive("B09: no entity of another place is fetched", () =>
    Effect.gen(function* () {
      const target = yield* Hostile.serve(() => [Hostile.answer("<a>fetched</a>")])
      for (const place of ["file:///etc/hostname", `${target.url}/x`]) {
        for (const text of [
          `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "${place}">]><a>&x;</a>`,
          `<!DOCTYPE a [<!ENTITY % x SYSTEM "${place}"> %x;]><a/>`,
          `<!DOCTYPE a PUBLIC "x" "${place}"><a/>`,
          `<!doctype a SYSTEM "${place}"><a/>`
        ]) {
          assert.include(unreadable(yield* outcome(xml, text)), "document type")
          // an error in XML is looked into as well
          assert.deepStrictEqual(refused(yield* outcome(xml, text, 400)), [400, "SDK.UnknownServerError"])
        }
        const include = `<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="${place}"/></a>`
        assert.include(JSON.stringify(Either.getOrThrow(yield* outcome(xml, include))), place)
      }
      assert.strictEqual(target.made(), 0)
    })
  )

  it.scopedLive("B10: entities that multiply are refused, or stay as they are, within 50 ms", () =>
    Effect.gen(function* () {
      const levels = Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("")
      const laughs = `<!DOCTYPE a [<!ENTITY l0 "lol">${levels}]><a>&l30;</a>`
      const undeclared = `<a>${"&l30;".repeat(10_000)}</a>`
      for (const [text, expected] of [
        [laughs, "document type"],
        [undeclared, { a: "&l30;".repeat(10_000) }]
      ] as const) {
        const result = yield* outcome(xml, text)
        if (typeof expected === "string") assert.include(unreadable(result), expected)
        else assert.deepStrictEqual(Either.getOrThrow(result), expected)
        // the best of some: what the machine stalls is not ours
        const times = Array.from({ length: 5 }, () => {
          const started = performance.now()
          Xml.parseText(text)
          return performance.now() - started
        })
        assert.isBelow(Math.min(...times), 50)
      }
    })
  )

  it.scopedLive("B11: 200,000 levels are too many, and nothing runs out of stack", () =>
    Effect.gen(function* () {
      const deep = "<a>".repeat(200_000) + "</a>".repeat(200_000)
      assert.include(unreadable(yield* outcome(xml, deep)), "nests deeper than 128")
      assert.deepStrictEqual(refused(yield* outcome(xml, deep, 400)), [400, "SDK.UnknownServerError"])
    })
  )

  it.scopedLive("B12: tags and attributes of the prototype chain change no object", () =>
    Effect.gen(function* () {
      for (const text of [
        "<a><__proto__><x>1</x></__proto__><constructor><prototype><x>1</x></prototype></constructor></a>",
        "<__proto__><x>1</x></__proto__>",
        '<a __proto__="1" constructor="2"><toString>3</toString></a>',
        "<Error><__proto__>1</__proto__><Code>C</Code></Error>"
      ]) {
        yield* outcome(xml, text)
        yield* outcome(xml, text, 400)
        assert.isUndefined(({} as { readonly x?: string }).x)
        assert.strictEqual(String({}), "[object Object]")
      }
    })
  )
})
