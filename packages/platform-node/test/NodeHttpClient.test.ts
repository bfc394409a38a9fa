import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import { assert, describe, it } from "@effect/vitest"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs"
import type * as Http from "node:http"
import type * as Net from "node:net"
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Tls from "node:tls"
import { inspect } from "node:util"
import { failureOf, get, http, listen, raw, type TestServer, transport, until } from "./support/Servers.js"

const fixture = (name: string) => Fs.readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8")

const large = Buffer.alloc(5 * 1024 * 1024, "0123456789abcdef")

describe("answers", () => {
  it.scopedLive("reads text, JSON, bytes, a form, again and again", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => {
        response.setHeader("content-type", request.url === "/form" ? "application/x-www-form-urlencoded" : "text/plain")
        response.end(request.url === "/form" ? "a=1&b=2" : request.url === "/empty" ? "" : "\uFEFF[1]")
      })
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers["content-type"], "text/plain")
      assert.isTrue(Option.isNone(response.remoteAddress))
      for (let i = 0; i < 2; i++) {
        assert.strictEqual(yield* response.text, "[1]")
        assert.deepStrictEqual(yield* response.json, [1])
        assert.strictEqual((yield* response.arrayBuffer).byteLength, 6)
        assert.strictEqual(Chunk.size(yield* Stream.runCollect(response.stream)), 1)
      }
      assert.isNull(yield* (yield* client.get(`${server.url}/empty`)).json)
      const form = yield* client.get(`${server.url}/form`)
      assert.deepStrictEqual(yield* form.urlParamsBody, [
        ["a", "1"],
        ["b", "2"]
      ])
      assert.strictEqual((yield* form.formData).get("b"), "2")
      const html = yield* Effect.flip((yield* client.get(`${server.url}/form`)).json)
      assert.deepStrictEqual([html._tag, html.reason], ["ResponseError", "Decode"])
    })
  )

  it.scopedLive("reads 5 MB, whole and as a stream", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end(large))
      const client = yield* NodeHttpClient.make()
      const buffer = yield* Effect.flatMap(client.get(server.url), (response) => response.arrayBuffer)
      assert.isTrue(large.equals(Buffer.from(buffer)))
      const streamed = yield* Effect.flatMap(client.get(server.url), (response) => Stream.runCollect(response.stream))
      assert.isTrue(large.equals(Buffer.concat(Chunk.toReadonlyArray(streamed))))
    })
  )

  it.scopedLive("holds the server back while nobody reads", () =>
    Effect.gen(function* () {
      // beyond what the system's buffers take
      const total = 64 * 1024 * 1024
      let written = 0
      const server = yield* http((_, response) => {
        const write = () => {
          while (written < total) {
            written += 65_536
            if (!response.write(large.subarray(0, 65_536))) return void response.once("drain", write)
          }
          response.end()
        }
        write()
      })
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      yield* Effect.sleep("200 millis")
      const before = written
      yield* Effect.sleep("100 millis")
      assert.strictEqual(written, before)
      assert.isBelow(written, total)
      const size = yield* Stream.runFold(response.stream, 0, (size, chunk) => size + chunk.length)
      assert.strictEqual(size, total)
    })
  )

  it.scopedLive("a stream is read once", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end("abc"))
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      yield* Stream.runDrain(response.stream)
      for (const again of [Stream.runDrain(response.stream), response.text]) {
        assert.strictEqual((yield* Effect.flip(again)).reason, "Decode")
      }
    })
  )

  it.scopedLive("HEAD and 204 have no body", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => {
        if (request.method === "HEAD") return void response.setHeader("content-length", "7").end()
        response.writeHead(204).end()
      })
      const client = yield* NodeHttpClient.make()
      const head = yield* client.head(server.url)
      assert.deepStrictEqual([head.status, head.headers["content-length"], yield* head.text], [200, "7", ""])
      const none = yield* client.get(server.url)
      assert.strictEqual(none.status, 204)
      assert.isTrue(Chunk.isEmpty(yield* Stream.runCollect(none.stream)))
    })
  )

  it.scopedLive("joins repeated headers and keeps cookies to itself", () =>
    Effect.gen(function* () {
      const cookies: Array<string | undefined> = []
      const server = yield* raw((socket, request) => {
        cookies.push(/cookie: .*/i.exec(request)?.[0])
        socket.write("HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nset-cookie: c=1\r\nset-cookie: d=2\r\n__proto__: p\r\n")
        socket.write("content-length: 0\r\n\r\n")
      })
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      assert.strictEqual(response.headers["x-a"], "1, 2")
      assert.deepStrictEqual(Object.keys(response.cookies.cookies), ["c", "d"])
      assert.isUndefined(({} as { p?: string }).p)
      yield* client.get(server.url)
      assert.deepStrictEqual(cookies, [undefined, undefined])
    })
  )

  it.scopedLive("N12: follows no redirect", () =>
    Effect.gen(function* () {
      let hits = 0
      const other = yield* http((_, response) => {
        hits++
        response.end()
      })
      const server = yield* http((request, response) =>
        response.writeHead(Number(request.url?.slice(1)), { location: other.url }).end()
      )
      const client = yield* NodeHttpClient.make()
      for (const status of [301, 302, 303, 307, 308]) {
        const response = yield* client.post(`${server.url}/${status}`)
        assert.deepStrictEqual([response.status, response.headers["location"]], [status, other.url])
      }
      assert.strictEqual(hits, 0)
    })
  )

  it.scopedLive("N09: passes over 100 and 103, in any order and in pieces, and uses the answer behind them", () =>
    Effect.gen(function* () {
      const interim = [
        "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
      ]
      const pieces = ["", "HTT", "HTTP/1.1 10", "HTTP/1.1 100 Continue\r\n", interim[1]!.slice(0, 60)]
      for (const hints of interim) {
        for (const piece of pieces.filter((piece) => hints.startsWith(piece))) {
          const answer = `${hints}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`
          const server = yield* raw((socket) => {
            socket.write(piece)
            setTimeout(() => socket.write(answer.slice(piece.length)), piece === "" ? 0 : 10)
          })
          const client = yield* NodeHttpClient.make()
          // the second goes out on the same connection
          for (let i = 0; i < 2; i++) assert.strictEqual(yield* get(server.url)(client), "ok")
          assert.strictEqual(server.sockets.length, 1)
        }
      }
    })
  )

  it.scopedLive("N09: interim answers without end are the deadline's business, one without end is too long", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => socket.write(`HTTP/1.1 100 Continue\r\nx: ${"y".repeat(17 * 1024)}`))
      const client = yield* NodeHttpClient.make()
      assert.strictEqual((yield* transport(get(server.url)(client)))[1], "Protocol")
    })
  )

  it.scopedLive("keeps to MaxBodySize and closes the socket beyond it", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end(large))
      const client = yield* NodeHttpClient.make()
      const error = yield* get(server.url)(client).pipe(
        HttpIncomingMessage.withMaxBodySize(Option.some(FileSystem.KiB(100))),
        Effect.flip
      )
      assert.deepStrictEqual([error._tag, error.reason], ["ResponseError", "Decode"])
      yield* until(() => server.open() === 0, "socket closed")
    })
  )

  it.scopedLive("prints no header and no body", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) =>
        response.writeHead(200, { "content-type": "application/json", "x-token": "secret" }).end('{"a":"secret"}')
      )
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      yield* response.json
      assert.notInclude(inspect(response, { depth: 9 }) + JSON.stringify(response) + String(response), "secret")
    })
  )
})

describe("requests", () => {
  interface Seen {
    readonly method: string | undefined
    readonly url: string | undefined
    readonly headers: Http.IncomingHttpHeaders
    readonly body: string
  }

  const recorder = Effect.gen(function* () {
    const seen: Array<Seen> = []
    const server = yield* http((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const { headers, method, url } = request
        seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
        response.end()
      })
    })
    return { server, seen, client: yield* NodeHttpClient.make() }
  })

  it.scopedLive("sends what HttpWire says", () =>
    Effect.gen(function* () {
      const { client, seen, server } = yield* recorder
      const values = { "x-a": "a  b, c", "x-b": "", authorization: "ACS3 x=y,z" }
      const request = HttpClientRequest.put(`${server.url}/a/../%7E?x=%20&y`, { headers: values }).pipe(
        HttpClientRequest.bodyText("é", "text/x")
      )
      yield* client.execute(request)
      yield* client.post(server.url)
      const [put, post] = seen
      assert.deepStrictEqual([put?.method, put?.url, put?.body], ["PUT", "/a/../%7E?x=%20&y", "é"])
      const { connection, ...headers } = put?.headers ?? {}
      assert.strictEqual(connection, "keep-alive")
      const expected = { ...values, host: `127.0.0.1:${server.port}`, "content-type": "text/x", "content-length": "2" }
      assert.deepStrictEqual<unknown>(headers, expected)
      assert.strictEqual(post?.headers["content-length"], "0")
    })
  )

  it.scopedLive("streams a body, with and without its length", () =>
    Effect.gen(function* () {
      const { client, seen, server } = yield* recorder
      const parts = Stream.make("ab", "", "c").pipe(Stream.encodeText, Stream.rechunk(1))
      const post = HttpClientRequest.post(server.url)
      yield* client.execute(HttpClientRequest.bodyStream(post, parts))
      yield* client.execute(HttpClientRequest.bodyStream(post, parts, { contentLength: 3 }))
      yield* client.execute(HttpClientRequest.bodyStream(post, Stream.empty))
      assert.deepStrictEqual(
        seen.map(({ body, headers }) => [body, headers["transfer-encoding"], headers["content-length"]]),
        [
          ["abc", "chunked", undefined],
          ["abc", undefined, "3"],
          ["", undefined, "0"]
        ]
      )
    })
  )

  it.scopedLive("fails with Encode when the body stream fails, or is longer or shorter than it said", () =>
    Effect.gen(function* () {
      const { client, server } = yield* recorder
      const post = HttpClientRequest.post(server.url)
      const part = Stream.make(Uint8Array.of(1))
      const broken = HttpClientRequest.bodyStream(post, Stream.concat(part, Stream.fail("boom")))
      const error = yield* Effect.flip(client.execute(broken))
      assert.deepStrictEqual([error._tag, error.reason, error.cause], ["RequestError", "Encode", "boom"])
      const two = Stream.make(Uint8Array.of(1, 2))
      for (const [stream, contentLength] of [
        [part, 2],
        [two, 1]
      ] as const) {
        const lying = HttpClientRequest.bodyStream(post, stream, { contentLength })
        assert.strictEqual((yield* Effect.flip(client.execute(lying))).reason, "Encode")
      }
      yield* until(() => server.open() === 0, "sockets closed")
    })
  )

  it.scopedLive("refuses what HttpWire refuses, before a connection", () =>
    Effect.gen(function* () {
      const { client, server } = yield* recorder
      const url = yield* Effect.flip(client.get(`${server.url}/#x`))
      assert.strictEqual(url.reason, "InvalidUrl")
      const header = yield* Effect.flip(client.get(server.url, { headers: { "x-a": "a\nb" } }))
      assert.strictEqual(header.reason, "Encode")
      assert.strictEqual(server.sockets.length, 0)
    })
  )

  it.scopedLive("adds no span and no trace header", () =>
    Effect.gen(function* () {
      const { client, seen, server } = yield* recorder
      yield* client.get(server.url).pipe(Effect.withSpan("outer"))
      assert.deepStrictEqual(Object.keys(seen[0]?.headers ?? {}).sort(), ["connection", "host"])
    })
  )
})

describe("connections", () => {
  it.scopedLive("are reused", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end("x"))
      const client = yield* NodeHttpClient.make()
      for (let i = 0; i < 10; i++) yield* get(server.url)(client)
      // an answer that nobody reads frees its socket too, when it is small
      for (let i = 0; i < 10; i++) yield* client.get(server.url)
      assert.strictEqual(server.sockets.length, 1)
    })
  )

  it.scopedLive("20 at once", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => setTimeout(() => response.end(request.url), 20))
      const client = yield* NodeHttpClient.make()
      const urls = Array.from({ length: 20 }, (_, i) => `/${i}`)
      const bodies = yield* Effect.forEach(urls, (url) => get(server.url + url)(client), { concurrency: "unbounded" })
      assert.deepStrictEqual(bodies, urls)
      assert.strictEqual(server.sockets.length, 20)
    })
  )

  it.scopedLive("never more than allowed, 1000 calls at once", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end("x"))
      const client = yield* NodeHttpClient.make({ connections: 5 })
      yield* Effect.replicateEffect(get(server.url)(client), 1000, { concurrency: "unbounded", discard: true })
      assert.isAtMost(server.sockets.length, 5)
    })
  )

  it.scopedLive("close with the scope, an unread answer included", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end(large))
      const scope = yield* Scope.make()
      const client = yield* NodeHttpClient.make().pipe(Scope.extend(scope))
      yield* client.get(server.url)
      yield* get(server.url)(client)
      assert.strictEqual(server.open(), 2)
      yield* Scope.close(scope, Exit.void)
      yield* until(() => server.open() === 0, "sockets closed", 100)
      const failure = failureOf(yield* Effect.flip(client.get(server.url)))
      assert.deepStrictEqual([failure.kind, failure.sent], ["Connect", "none"])
    })
  )

  it.scopedLive("let running calls end when the scope closes", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => setTimeout(() => response.end("late"), 100))
      const scope = yield* Scope.make()
      const client = yield* NodeHttpClient.make().pipe(Scope.extend(scope))
      const fiber = yield* Effect.fork(get(server.url)(client))
      yield* until(() => server.sockets.length === 1, "connected")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Fiber.join(fiber), "late")
    })
  )

  it.scopedLive("fail calls that a second does not end when the scope closes", () =>
    Effect.gen(function* () {
      const server = yield* http(() => {})
      const scope = yield* Scope.make()
      const client = yield* NodeHttpClient.make().pipe(Scope.extend(scope))
      const fiber = yield* Effect.fork(Effect.flip(client.get(server.url)))
      yield* until(() => server.sockets.length === 1, "connected")
      yield* Effect.sleep("20 millis")
      yield* Scope.close(scope, Exit.void)
      const failure = failureOf(yield* Fiber.join(fiber))
      assert.deepStrictEqual([failure.kind, failure.sent], ["Reset", "all"])
      yield* until(() => server.open() === 0, "sockets closed", 100)
    })
  )

  it.scopedLive("are not held by unread answers under withScope", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end(large))
      const client = HttpClient.withScope(yield* NodeHttpClient.make())
      yield* Effect.replicateEffect(Effect.scoped(client.get(server.url)), 30, { discard: true })
      yield* until(() => server.open() === 0, "sockets closed", 200)
      const kept = yield* Scope.make()
      const response = yield* Scope.extend(client.get(server.url), kept)
      assert.strictEqual((yield* response.arrayBuffer).byteLength, large.length)
      yield* Scope.close(kept, Exit.void)
      assert.strictEqual(server.open(), 1)
    })
  )

  it.scopedLive("are not held by unread answers for longer than unreadTimeout; a slow reader is no such", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end(large))
      const client = yield* NodeHttpClient.make({ unreadTimeout: "100 millis" })
      const slow = yield* client.get(server.url)
      let size = 0
      yield* Stream.runForEach(slow.stream.pipe(Stream.take(4)), (chunk) => {
        size += chunk.length
        return Effect.sleep("80 millis")
      })
      assert.isAbove(size, 0)
      const response = yield* client.get(server.url)
      yield* until(() => server.open() === 0, "socket closed", 400)
      const failure = failureOf(yield* Effect.flip(response.text))
      assert.deepStrictEqual([failure.kind, failure.sent], ["Timeout", "all"])
    })
  )

  it.scopedLive("may lie unread for longer than a timer of Node can count", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end(large))
      for (const unreadTimeout of ["30 days", Duration.infinity] as const) {
        const client = yield* NodeHttpClient.make({ unreadTimeout })
        const response = yield* client.get(server.url)
        yield* Effect.sleep("50 millis")
        assert.strictEqual((yield* response.arrayBuffer).byteLength, large.length)
      }
    })
  )
})

describe("failures", () => {
  it.scopedLive("refused", () =>
    Effect.gen(function* () {
      const server = yield* Effect.scoped(http(() => {}))
      const client = yield* NodeHttpClient.make()
      assert.deepStrictEqual(yield* transport(get(server.url)(client)), [
        "Transport",
        "Connect",
        "ECONNREFUSED",
        "none",
        0
      ])
    })
  )

  it.scopedLive("a name that does not resolve", () =>
    Effect.gen(function* () {
      const client = yield* NodeHttpClient.make()
      const [reason, kind, code, sent] = yield* transport(get("http://no-such-host.invalid/")(client))
      assert.deepStrictEqual([reason, kind, sent], ["Transport", "Dns", "none"])
      assert.oneOf(code, ["ENOTFOUND", "EAI_AGAIN"])
    })
  )

  it.scopedLive("a host that no URL can hold", () =>
    Effect.gen(function* () {
      const client = yield* NodeHttpClient.make()
      const [reason, kind, code, sent] = yield* transport(get("http://999.1.1.1/")(client))
      assert.deepStrictEqual([reason, kind, code, sent], ["Transport", "Dns", "ENOTFOUND", "none"])
    })
  )

  it.scopedLive("the message says what happened, without the query", () =>
    Effect.gen(function* () {
      const server = yield* Effect.scoped(http(() => {}))
      const client = yield* NodeHttpClient.make()
      const error = yield* Effect.flip(client.get(`${server.url}/?secret`))
      assert.include(error.message, "no connection was made (ECONNREFUSED)")
      assert.notInclude(inspect(error.cause, { depth: 9 }), "secret")
    })
  )

  const answers: ReadonlyArray<
    readonly [name: string, answer: (socket: Net.Socket) => void, expected: ReadonlyArray<unknown>]
  > = [
    ["reset before headers", (socket) => socket.resetAndDestroy(), ["Transport", "Reset", "ECONNRESET", "all", 0]],
    ["closed before headers", (socket) => socket.end(), ["Transport", "Reset", "UND_ERR_SOCKET", "all", 0]],
    [
      "reset inside headers",
      (socket) => socket.write("HTTP/1.1 200 OK\r\nconte", () => setTimeout(() => socket.resetAndDestroy(), 10)),
      ["Transport", "Reset", "ECONNRESET", "all", 0]
    ],
    [
      "reset inside the body",
      (socket) =>
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nfifteen bytes..", () =>
          setTimeout(() => socket.resetAndDestroy(), 10)
        ),
      ["Decode", "Reset", "ECONNRESET", "all", 15]
    ],
    [
      "N05: closed inside the body",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nfifteen bytes.."),
      ["Decode", "Reset", "UND_ERR_SOCKET", "all", 15]
    ],
    [
      "N05: closed inside the body, connection: close",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1000\r\n\r\nfifteen bytes.."),
      ["Decode", "Reset", "UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "all", 15]
    ],
    [
      "N05: closed inside a chunk, connection: close",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\nff\r\nabc"),
      ["Decode", "Reset", undefined, "all", 3]
    ],
    [
      "N11: no HTTP at all",
      (socket) => socket.write("garbage\r\n\r\n"),
      ["Transport", "Protocol", undefined, "all", 0]
    ],
    ["N11: HTTP/0.9", (socket) => socket.write("<html>"), ["Transport", "Protocol", undefined, "all", 0]],
    [
      "N11: status 000",
      (socket) => socket.write("HTTP/1.1 000 x\r\n\r\n"),
      ["Transport", "Protocol", "ERR_ASSERTION", "all", 0]
    ],
    [
      "N10: a header of 17 KB",
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(17 * 1024)}\r\ncontent-length: 0\r\n\r\n`),
      ["Transport", "Protocol", "UND_ERR_HEADERS_OVERFLOW", "all", 0]
    ],
    [
      "N10: a header with NUL",
      (socket) => socket.write("HTTP/1.1 200 OK\r\nx: a\u0000b\r\ncontent-length: 0\r\n\r\n"),
      ["Transport", "Protocol", undefined, "all", 0]
    ],
    [
      "N11: status 999",
      (socket) => socket.write("HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n"),
      ["Transport", "Protocol", "HPE_INVALID_STATUS", "all", 0]
    ],
    [
      "N10: 2,000 headers",
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${"a:b\r\n".repeat(2000)}content-length: 0\r\n\r\n`),
      ["Transport", "Protocol", "UND_ERR_HEADERS_OVERFLOW", "all", 0]
    ],
    [
      "an upgrade that nobody asked for",
      (socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
      ["Transport", "Protocol", "UND_ERR_SOCKET", "all", 0]
    ]
  ]

  it.scopedLive.each(answers)("%s", ([, answer, expected]) =>
    Effect.gen(function* () {
      const server = yield* raw(answer)
      const client = yield* NodeHttpClient.make()
      assert.deepStrictEqual<unknown>(yield* transport(get(server.url)(client)), expected)
      yield* until(() => server.open() === 0, "socket closed")
    })
  )

  it.scopedLive(
    "N06: a body longer than its content-length ends where it says, and the connection is not used again",
    () =>
      Effect.gen(function* () {
        const server = yield* raw((socket) =>
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 666")
        )
        const client = yield* NodeHttpClient.make()
        assert.strictEqual(yield* get(server.url)(client), "ok")
        yield* Effect.sleep("20 millis")
        assert.strictEqual(yield* get(server.url)(client), "ok")
        assert.strictEqual(server.sockets.length, 2)
      })
  )

  it.scopedLive("a stream that is cut while it is sent is 'some'", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => setTimeout(() => socket.resetAndDestroy(), 20))
      const client = yield* NodeHttpClient.make()
      const endless = Stream.make(new Uint8Array(1024)).pipe(Stream.concat(Stream.never))
      const request = HttpClientRequest.post(server.url).pipe(HttpClientRequest.bodyStream(endless))
      assert.deepStrictEqual((yield* transport(client.execute(request))).slice(0, 4), [
        "Transport",
        "Reset",
        "ECONNRESET",
        "some"
      ])
    })
  )

  it.scopedLive("a stream of answer bytes that breaks fails after what came", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"))
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      let text = ""
      const drain = Stream.runForEach(response.stream, (chunk) =>
        Effect.sync(() => void (text += Buffer.from(chunk).toString()))
      )
      assert.deepStrictEqual((yield* transport(drain)).slice(0, 2), ["Decode", "Reset"])
      assert.strictEqual(text, "abc")
    })
  )

  it.scopedLive("a connection that is accepted but never secured passes the connect limit", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeHttpClient.make({ connectTimeout: "100 millis" })
      const started = performance.now()
      assert.deepStrictEqual(yield* transport(get(`https://127.0.0.1:${server.port}`)(client)), [
        "Transport",
        "Connect",
        "UND_ERR_CONNECT_TIMEOUT",
        "none",
        0
      ])
      const passed = performance.now() - started
      assert.isTrue(passed >= 95 && passed < 400, `${passed} ms`)
      yield* until(() => server.open() === 0, "socket closed")
    })
  )

  it.scopedLive("transportFailure knows fetch's errors", () =>
    Effect.gen(function* () {
      const kindOf = (url: string) =>
        Effect.map(Effect.flip(Effect.tryPromise({ try: () => fetch(url), catch: (error) => error })), (error) => {
          const { kind, sent, syscallCode } = HttpWire.transportFailure(error)
          return [kind, sent, syscallCode]
        })
      const gone = yield* Effect.scoped(http(() => {}))
      assert.deepStrictEqual(yield* kindOf(gone.url), ["Connect", "none", "ECONNREFUSED"])
      const closing = yield* raw((socket) => socket.end())
      assert.deepStrictEqual(yield* kindOf(closing.url), ["Reset", "all", "UND_ERR_SOCKET"])
      const garbage = yield* raw((socket) => socket.write("garbage\r\n\r\n"))
      assert.strictEqual((yield* kindOf(garbage.url))[0], "Protocol")
      assert.strictEqual((yield* kindOf("http://no-such-host.invalid/"))[0], "Dns")
    })
  )
})

describe("TLS", () => {
  const options = { key: fixture("localhost.key.pem"), cert: fixture("localhost.cert.pem") }
  const secure = (extra: Tls.TlsOptions = {}) =>
    listen(
      Tls.createServer({ ...options, ...extra }, (socket) => {
        socket.on("error", () => {})
        socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"))
      }).on("tlsClientError", () => {}),
      "https"
    )

  it.scopedLive("a self-signed certificate is refused, NODE_TLS_REJECT_UNAUTHORIZED or not", () =>
    Effect.gen(function* () {
      const server = yield* secure()
      const client = yield* NodeHttpClient.make()
      yield* Effect.acquireRelease(
        Effect.sync(() => (process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0")),
        () => Effect.sync(() => delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"])
      )
      const failure = failureOf(yield* Effect.flip(client.get(server.url)))
      assert.deepStrictEqual(
        [failure.kind, failure.syscallCode, failure.sent],
        ["Tls", "DEPTH_ZERO_SELF_SIGNED_CERT", "none"]
      )
    })
  )

  it.scopedLive("a certificate one trusts is accepted, for its own name only", () =>
    Effect.gen(function* () {
      const server = yield* secure()
      const client = yield* NodeHttpClient.make({ ca: [options.cert] })
      assert.strictEqual(yield* get(server.url)(client), "ok")
      assert.strictEqual(yield* get(server.url)(client), "ok")
      assert.isAtMost(server.sockets.length, 2)
      // 127.0.0.1 under a name that the certificate does not hold
      const failure = failureOf(yield* Effect.flip(client.get(`https://127.1.1.1:${server.port}`)))
      assert.oneOf(failure.kind, ["Tls", "Connect"])
    })
  )

  it.scopedLive("P05: TLS 1.1 is refused", () =>
    Effect.gen(function* () {
      const server = yield* secure({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })
      const client = yield* NodeHttpClient.make({ ca: options.cert })
      const failure = failureOf(yield* Effect.flip(client.get(server.url)))
      assert.strictEqual(failure.sent, "none")
      assert.strictEqual(failure.kind, "Tls")
    })
  )

  it.scopedLive("plain HTTP behind https is a Tls failure", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"))
      const client = yield* NodeHttpClient.make()
      const failure = failureOf(yield* Effect.flip(client.get(`https://127.0.0.1:${server.port}`)))
      assert.deepStrictEqual([failure.kind, failure.sent], ["Tls", "none"])
    })
  )
})

describe("interruption closes the socket within 50 ms", () => {
  const closes = (fiber: Fiber.Fiber<unknown, unknown>, server: TestServer) =>
    Effect.gen(function* () {
      // what the machine stalls is not ours
      const stall = monitorEventLoopDelay({ resolution: 1 })
      stall.enable()
      const started = performance.now()
      const exit = yield* Fiber.interrupt(fiber)
      yield* until(() => server.open() === 0, "socket closed")
      const passed = performance.now() - started
      stall.disable()
      assert.isBelow(passed - stall.max / 1e6, 50)
      assert.isTrue(Exit.isInterrupted(exit))
      // nothing more is sent, not even a new connection
      const { length } = server.sockets
      yield* Effect.sleep("20 millis")
      assert.strictEqual(server.sockets.length, length)
    })

  it.scopedLive("while connecting (TLS that never answers)", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeHttpClient.make()
      const fiber = yield* Effect.fork(client.get(`https://127.0.0.1:${server.port}`))
      yield* until(() => server.open() === 1, "connected")
      yield* Effect.sleep("20 millis")
      yield* closes(fiber, server)
    })
  )

  it.scopedLive("while waiting for headers", () =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* http(() => void requests++)
      const client = yield* NodeHttpClient.make()
      const fiber = yield* Effect.fork(client.get(server.url))
      yield* until(() => requests === 1, "request")
      yield* closes(fiber, server)
    })
  )

  const halfAnswer = http((_, response) => {
    response.write("half")
  })

  it.scopedLive("while buffering the body", () =>
    Effect.gen(function* () {
      const server = yield* halfAnswer
      const client = yield* NodeHttpClient.make()
      const fiber = yield* Effect.fork(get(server.url)(client))
      yield* until(() => server.open() === 1, "connected")
      yield* Effect.sleep("20 millis")
      yield* closes(fiber, server)
    })
  )

  it.scopedLive("while streaming the body", () =>
    Effect.gen(function* () {
      const server = yield* halfAnswer
      const client = yield* NodeHttpClient.make()
      const first = yield* Deferred.make<void>()
      const fiber = yield* Effect.flatMap(client.get(server.url), (response) =>
        Stream.runForEach(response.stream, () => Deferred.succeed(first, undefined))
      ).pipe(Effect.fork)
      yield* Deferred.await(first)
      yield* closes(fiber, server)
    })
  )

  it.scopedLive("between headers and body", () =>
    Effect.gen(function* () {
      const server = yield* halfAnswer
      const client = yield* NodeHttpClient.make()
      const headers = yield* Deferred.make<void>()
      const fiber = yield* client
        .get(server.url)
        .pipe(Effect.zipLeft(Deferred.succeed(headers, undefined)), Effect.zipLeft(Effect.never), Effect.fork)
      yield* Deferred.await(headers)
      yield* closes(fiber, server)
    })
  )

  it.scopedLive("while sending a stream, whose finalizer runs", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* NodeHttpClient.make()
      const ended = yield* Deferred.make<void>()
      const body = Stream.make(Uint8Array.of(1)).pipe(
        Stream.concat(Stream.never),
        Stream.ensuring(Deferred.succeed(ended, undefined))
      )
      const request = HttpClientRequest.post(server.url).pipe(HttpClientRequest.bodyStream(body))
      const fiber = yield* Effect.fork(client.execute(request))
      yield* until(() => server.open() === 1, "connected")
      yield* Effect.sleep("20 millis")
      yield* closes(fiber, server)
      yield* Deferred.await(ended)
    })
  )

  it.scopedLive("a stream left early closes it too", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end(large))
      const client = yield* NodeHttpClient.make()
      yield* Effect.flatMap(client.get(server.url), (response) => Stream.runDrain(Stream.take(response.stream, 1)))
      yield* until(() => server.open() === 0, "socket closed", 50)
    })
  )

  it.scopedLive("of the loser of a race", () =>
    Effect.gen(function* () {
      const server = yield* http(() => {})
      const client = yield* NodeHttpClient.make()
      yield* client.get(server.url).pipe(Effect.timeoutOption("50 millis"))
      yield* until(() => server.open() === 0, "socket closed", 50)
    })
  )

  it.scopedLive("a call that still waits for a connection takes none down with it", () =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* http((_, response) => {
        requests++
        setTimeout(() => response.end("x"), 50)
      })
      const client = yield* NodeHttpClient.make({ connections: 1 })
      const first = yield* Effect.fork(get(server.url)(client))
      yield* until(() => requests === 1, "request")
      const waiting = yield* Effect.fork(get(server.url)(client))
      const last = yield* Effect.fork(get(server.url)(client))
      yield* Effect.sleep("10 millis")
      yield* Fiber.interrupt(waiting)
      assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(last)], ["x", "x"])
      assert.deepStrictEqual([requests, server.sockets.length], [2, 1])
    })
  )

  it.scopedLive("T07: 1000 interrupted calls leave the pool whole", () =>
    Effect.gen(function* () {
      let unanswered = 0
      const server = yield* http((request, response) => {
        if (request.url === "/ok") return void response.end("ok")
        unanswered++
        response.on("close", () => unanswered--)
      })
      const client = yield* NodeHttpClient.make({ connections: 16 })
      for (let i = 0; i < 10; i++) {
        const fibers = yield* Effect.replicateEffect(Effect.fork(client.get(server.url)), 100)
        yield* Effect.sleep("5 millis")
        yield* Fiber.interruptAll(fibers)
      }
      assert.strictEqual(yield* get(`${server.url}/ok`)(client), "ok")
      // a connection made for a call that was interrupted before it was sent may stay in the pool
      yield* until(() => unanswered === 0 && server.open() <= 16, "sockets closed")
    })
  )
})
