import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as HttpDeadline from "@effect-aliyun/core/HttpDeadline"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"

const wire = (request: HttpClientRequest.HttpClientRequest) => Either.getOrThrow(HttpWire.fromRequest(request))
const refusal = (request: HttpClientRequest.HttpClientRequest) =>
  Option.getOrThrow(Either.getLeft(HttpWire.fromRequest(request)))
const header = (self: HttpWire.HttpWire, name: string) => self.headers.filter(([key]) => key === name).map(([, v]) => v)
const bytes = (...values: Array<number>) => Uint8Array.from(values)

describe("fromRequest: where it goes", () => {
  const cases: ReadonlyArray<readonly [url: string, origin: string, host: string, target: string]> = [
    ["https://ecs.aliyuncs.com", "https://ecs.aliyuncs.com", "ecs.aliyuncs.com", "/"],
    ["https://ecs.aliyuncs.com/?A=b%20c", "https://ecs.aliyuncs.com", "ecs.aliyuncs.com", "/?A=b%20c"],
    ["https://ecs.aliyuncs.com?A=b", "https://ecs.aliyuncs.com", "ecs.aliyuncs.com", "/?A=b"],
    ["HTTPS://ECS.Aliyuncs.COM:443/a/../B", "https://ecs.aliyuncs.com", "ecs.aliyuncs.com", "/a/../B"],
    ["http://127.0.0.1:8080/x", "http://127.0.0.1:8080", "127.0.0.1:8080", "/x"],
    ["http://a.b:0080/", "http://a.b", "a.b", "/"],
    ["https://a.b:80/", "https://a.b:80", "a.b:80", "/"],
    ["http://[::1]:3000/?q", "http://[::1]:3000", "[::1]:3000", "/?q"]
  ]
  it.each(cases)("%s", (url, origin, host, target) => {
    const actual = wire(HttpClientRequest.get(url))
    assert.deepStrictEqual([actual.origin, actual.host, actual.target], [origin, host, target])
    assert.deepStrictEqual(header(actual, "host"), [host])
  })

  it("keeps the text of path and query as it is", () => {
    const target = "/a%2fb/%7E~/!*'()?x=%20+&&y=%zz"
    assert.strictEqual(wire(HttpClientRequest.get(`https://a.b${target}`)).target, target)
  })

  it.each([
    "",
    "/relative",
    "ecs.aliyuncs.com",
    "ftp://a.b/",
    "file:///etc/passwd",
    "https://",
    "https:///x",
    "https://user@a.b/",
    "https://user:secret@a.b/",
    "https://a.b\\@evil.example/",
    "https://a.b/#fragment",
    "https://a.b/?x#y",
    "https://a.b/ x",
    "https://a.b/\r\nx: y",
    "https://a.b/\u0000",
    "https://a.b/中",
    "https://中.cn/",
    "https://a.b:0/",
    "https://a.b:65536/",
    "https://a.b:/",
    "https://a.b:x/",
    " https://a.b/",
    "https://a.b/\n"
  ])("refuses %j", (url) => {
    const error = refusal(HttpClientRequest.get(url))
    assert.deepStrictEqual([error._tag, error.reason], ["RequestError", "InvalidUrl"])
  })

  it("takes urlParams and a hash through URL", () => {
    const request = HttpClientRequest.get("https://a.b/p?x=1", { urlParams: { y: "2 3" }, hash: "h" })
    assert.strictEqual(wire(request).target, "/p?x=1&y=2+3")
    const withUser = HttpClientRequest.get("https://u:p@a.b/", { urlParams: { y: "2" } })
    assert.strictEqual(refusal(withUser).reason, "InvalidUrl")
    const withScheme = HttpClientRequest.get("ftp://a.b/", { urlParams: { y: "2" } })
    assert.strictEqual(refusal(withScheme).reason, "InvalidUrl")
  })
})

describe("fromRequest: headers and body", () => {
  const post = HttpClientRequest.post("https://a.b/")

  it("keeps the caller's headers, names in lower case", () => {
    const request = HttpClientRequest.get("https://a.b/", { headers: { "X-Acs-Action": "A", accept: "a, b" } })
    assert.deepStrictEqual(wire(request).headers, [
      ["host", "a.b"],
      ["x-acs-action", "A"],
      ["accept", "a, b"]
    ])
  })

  it("describes a body in memory", () => {
    const actual = wire(post.pipe(HttpClientRequest.bodyUint8Array(bytes(1, 2, 3), "application/x")))
    assert.deepStrictEqual(actual.body, { _tag: "Bytes", bytes: bytes(1, 2, 3) })
    assert.deepStrictEqual(header(actual, "content-type"), ["application/x"])
    assert.deepStrictEqual(header(actual, "content-length"), ["3"])
  })

  it("lets the caller name the content type", () => {
    const request = post.pipe(
      HttpClientRequest.bodyText("x"),
      HttpClientRequest.setHeader("content-type", "application/mine")
    )
    assert.deepStrictEqual(header(wire(request), "content-type"), ["application/mine"])
  })

  it("says content-length 0 where a body is expected and there is none", () => {
    for (const make of [HttpClientRequest.post, HttpClientRequest.put, HttpClientRequest.patch]) {
      assert.deepStrictEqual(header(wire(make("https://a.b/")), "content-length"), ["0"])
    }
    for (const make of [HttpClientRequest.get, HttpClientRequest.head, HttpClientRequest.del]) {
      assert.deepStrictEqual(header(wire(make("https://a.b/")), "content-length"), [])
    }
    assert.deepStrictEqual(wire(post.pipe(HttpClientRequest.bodyUint8Array(bytes()))).body, { _tag: "Empty" })
  })

  it("knows the length of a stream from the body or from the caller's header", () => {
    const stream = Stream.make(bytes(1))
    const lengthOf = (request: HttpClientRequest.HttpClientRequest) => {
      const { body } = wire(request)
      return body._tag === "Stream" ? body.contentLength : "no stream"
    }
    const of = (contentLength?: number) =>
      post.pipe(HttpClientRequest.bodyStream(stream, contentLength === undefined ? {} : { contentLength }))
    assert.strictEqual(lengthOf(of()), undefined)
    assert.deepStrictEqual(header(wire(of()), "content-length"), [])
    assert.strictEqual(lengthOf(of(7)), 7)
    assert.strictEqual(lengthOf(of().pipe(HttpClientRequest.setHeader("content-length", "9"))), 9)
    assert.deepStrictEqual(
      header(wire(of().pipe(HttpClientRequest.setHeader("content-length", "9"))), "content-length"),
      ["9"]
    )
  })

  it("takes raw bodies of text and bytes", () => {
    const raw = (body: unknown) => HttpClientRequest.setBody(post, HttpBody.raw(body))
    for (const body of ["é", bytes(0xc3, 0xa9), bytes(0xc3, 0xa9).buffer]) {
      assert.deepStrictEqual(wire(raw(body)).body, { _tag: "Bytes", bytes: bytes(0xc3, 0xa9) })
    }
    assert.strictEqual(refusal(raw({ a: 1 })).reason, "Encode")
    assert.strictEqual(refusal(HttpClientRequest.bodyFormData(post, new FormData())).reason, "Encode")
  })

  it.each([
    ["a line break", { "x-a": "secret\r\nb: c" }],
    ["NUL", { "x-a": "secret\u0000" }],
    ["non-ASCII", { "x-a": "secret中" }],
    ["a bad name", { "secret name": "secret" }],
    ["another host", { host: "secret.example" }],
    ["framing", { "transfer-encoding": "chunked" }],
    ["expect", { expect: "100-continue" }],
    ["a wrong length", { "content-length": "5" }],
    ["a negative length", { "content-length": "-1" }]
  ])("refuses a header with %s and does not repeat its value", (_, headers) => {
    const error = refusal(HttpClientRequest.setHeaders(post, headers))
    assert.strictEqual(error.reason, "Encode")
    assert.notInclude(error.message, "secret")
  })

  it("accepts an equal host and content-length", () => {
    const request = post.pipe(
      HttpClientRequest.bodyText("abc"),
      HttpClientRequest.setHeaders({ host: "A.b", "content-length": "3" })
    )
    assert.deepStrictEqual(header(wire(request), "host"), ["a.b"])
    assert.deepStrictEqual(header(wire(request), "content-length"), ["3"])
  })
})

describe("toRawRequest and collect", () => {
  const post = HttpClientRequest.post("https://a.b/x?y=z")

  it.effect("agree on a body in memory", () =>
    Effect.gen(function* () {
      for (const request of [post, post.pipe(HttpClientRequest.bodyText("abc"))]) {
        const raw = Option.getOrThrow(HttpWire.toRawRequest(wire(request)))
        assert.deepStrictEqual(yield* HttpWire.collect(request), raw)
        assert.deepStrictEqual([raw.method, raw.target], ["POST", "/x?y=z"])
      }
    })
  )

  it.effect("collects a stream", () =>
    Effect.gen(function* () {
      const request = post.pipe(HttpClientRequest.bodyStream(Stream.make(bytes(1), bytes(), bytes(2, 3))))
      assert.isTrue(Option.isNone(HttpWire.toRawRequest(wire(request))))
      assert.deepStrictEqual((yield* HttpWire.collect(request)).body, bytes(1, 2, 3))
    })
  )

  it.effect("fails where the stream fails or lies about its length", () =>
    Effect.gen(function* () {
      const broken = post.pipe(HttpClientRequest.bodyStream(Stream.fail("boom")))
      const error = yield* Effect.flip(HttpWire.collect(broken))
      assert.deepStrictEqual([error.reason, error.cause], ["Encode", "boom"])
      const short = post.pipe(HttpClientRequest.bodyStream(Stream.make(bytes(1)), { contentLength: 2 }))
      assert.strictEqual((yield* Effect.flip(HttpWire.collect(short))).reason, "Encode")
    })
  )
})

describe("transportFailure", () => {
  const coded = (code: string, fields: object = {}) => Object.assign(new Error("x"), { code, ...fields })

  it.each([
    ["ENOTFOUND", "Dns", "none"],
    ["EAI_AGAIN", "Dns", "none"],
    ["ESERVFAIL", "Dns", "none"],
    ["ETIMEOUT", "Dns", "none"],
    ["ECONNREFUSED", "Connect", "none"],
    ["EHOSTUNREACH", "Connect", "none"],
    ["ENETUNREACH", "Connect", "none"],
    ["EMFILE", "Connect", "none"],
    ["UND_ERR_CONNECT_TIMEOUT", "Connect", "none"],
    ["CERT_HAS_EXPIRED", "Tls", "none"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "Tls", "none"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "Tls", "none"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "Tls", "none"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Tls", "none"],
    ["EPROTO", "Tls", "none"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "Tls", "all"],
    ["UND_ERR_PRX_TLS", "Proxy", "none"],
    ["ECONNRESET", "Reset", "all"],
    ["EPIPE", "Reset", "all"],
    ["UND_ERR_SOCKET", "Reset", "all"],
    ["ERR_STREAM_PREMATURE_CLOSE", "Reset", "all"],
    ["HPE_INVALID_CONSTANT", "Protocol", "all"],
    ["UND_ERR_HEADERS_OVERFLOW", "Protocol", "all"],
    ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "Protocol", "all"],
    ["Z_DATA_ERROR", "Protocol", "all"],
    ["ERR_CONTENT_ENCODING", "Protocol", "all"],
    ["ETIMEDOUT", "Timeout", "all"],
    [HttpDeadline.passed, "Timeout", "all"],
    ["UND_ERR_HEADERS_TIMEOUT", "Timeout", "all"],
    ["SOMETHING_ELSE", "Reset", "all"]
  ])("%s is %s, sent %s", (code, kind, sent) => {
    const direct = HttpWire.transportFailure(coded(code))
    assert.deepStrictEqual([direct.kind, direct.sent, direct.syscallCode, direct.code], [kind, sent, code, code])
    const wrapped = HttpWire.transportFailure(new TypeError("fetch failed", { cause: { cause: coded(code) } }))
    assert.deepStrictEqual([wrapped.kind, wrapped.sent, wrapped.syscallCode], [kind, sent, code])
  })

  it("tells a connect that failed from a connection that broke", () => {
    assert.strictEqual(HttpWire.transportFailure(coded("ETIMEDOUT", { syscall: "connect" })).kind, "Connect")
    for (const code of ["ETIMEDOUT", "EHOSTUNREACH", "ENETDOWN"]) {
      const failure = HttpWire.transportFailure(coded(code, { syscall: "read" }))
      assert.deepStrictEqual([failure.kind, failure.sent], ["Reset", "all"])
    }
  })

  it("tells a name server that refuses from a host that does", () => {
    for (const syscall of ["getaddrinfo", "queryA", "queryAaaa"]) {
      assert.strictEqual(HttpWire.transportFailure(coded("ECONNREFUSED", { syscall })).kind, "Dns")
    }
  })

  it("lets facts decide what was sent", () => {
    const before = HttpWire.transportFailure(coded("ECONNRESET"), { sent: "none", bytesReceived: 0 })
    assert.deepStrictEqual([before.kind, before.sent], ["Connect", "none"])
    // of several addresses: only each one has a syscall
    const silent = HttpWire.transportFailure(coded("ETIMEDOUT"), { sent: "none", bytesReceived: 0 })
    assert.deepStrictEqual([silent.kind, silent.sent], ["Connect", "none"])
    const late = HttpWire.transportFailure(coded(HttpDeadline.passed), { sent: "none", bytesReceived: 0 })
    assert.deepStrictEqual([late.kind, late.sent], ["Timeout", "none"])
    const after = HttpWire.transportFailure(coded("UND_ERR_DESTROYED"), { sent: "some", bytesReceived: 7 })
    assert.deepStrictEqual([after.kind, after.sent, after.bytesReceived], ["Reset", "some", 7])
  })

  it("is cautious about what it does not know", () => {
    const cyclic: { cause?: unknown } = {}
    cyclic.cause = cyclic
    for (const cause of [undefined, null, "ECONNREFUSED", 7, cyclic, new TypeError("Failed to fetch")]) {
      const failure = HttpWire.transportFailure(cause)
      assert.deepStrictEqual([failure.kind, failure.sent, failure.syscallCode], ["Reset", "all", undefined])
    }
    const timeout = HttpWire.transportFailure(new DOMException("late", "TimeoutError"))
    assert.strictEqual(timeout.kind, "Timeout")
  })

  it("finds its own and repeats nothing of what it was made from", () => {
    const failure = HttpWire.transportFailure(
      coded("HPE_INVALID_CONSTANT", { data: "secret-body", message: "secret-url" })
    )
    assert.strictEqual(HttpWire.transportFailure(new Error("outer", { cause: failure })), failure)
    assert.isTrue(HttpWire.isTransportFailure(failure))
    assert.isFalse(HttpWire.isTransportFailure(new Error()))
    assert.notInclude(inspect(failure, { depth: 9, showHidden: true }), "secret")
    assert.notInclude(HttpWire.transportFailure(coded("https://secret")).message, "secret")
  })
})
