/** Bodies that come encoded though nobody asked for it: decoded as they flow, within what their reader takes, or refused. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import { assert, describe, it } from "@effect/vitest"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { get, http, raw, transport, until } from "./support/Servers.js"

const text = "中文 and more, ".repeat(20_000)

const encoded: ReadonlyArray<readonly [encoding: string, body: Uint8Array]> = [
  ["gzip", gzipSync(text)],
  ["x-gzip", gzipSync(text)],
  ["GZIP", gzipSync(text)],
  ["deflate", deflateSync(text)],
  ["deflate", deflateRawSync(text)],
  ["br", brotliCompressSync(text)],
  ["identity", Buffer.from(text)],
  ["identity, gzip", gzipSync(text)],
  ["deflate, gzip", gzipSync(deflateSync(text))],
  ["deflate, gzip", gzipSync(deflateRawSync(text))],
  ["gzip, br", brotliCompressSync(gzipSync(text))]
]

const sending = (encoding: string, body: Uint8Array) =>
  http((_, response) => response.setHeader("content-encoding", encoding).end(body))

describe("an encoded body", () => {
  it.scopedLive.each(encoded)("is decoded: %s", ([encoding, body]) =>
    Effect.gen(function* () {
      const server = yield* sending(encoding, body)
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      assert.strictEqual(yield* response.text, text)
      const streamed = yield* client.get(server.url)
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(streamed.stream)), text)
      // of what is read neither would be true
      if (encoding !== "identity") {
        assert.deepStrictEqual(
          [response.headers["content-encoding"], response.headers["content-length"]],
          [undefined, undefined]
        )
      }
      assert.strictEqual(server.sockets.length, 1)
    })
  )

  it.scopedLive("is not asked for, unless the caller does", () =>
    Effect.gen(function* () {
      const asked: Array<string | ReadonlyArray<string> | undefined> = []
      const server = yield* http((request, response) => {
        asked.push(request.headers["accept-encoding"])
        response.end()
      })
      const client = yield* NodeHttpClient.make()
      yield* client.get(server.url)
      yield* client.get(server.url, { headers: { "accept-encoding": "gzip" } })
      assert.deepStrictEqual(asked, [undefined, "gzip"])
    })
  )

  it.scopedLive("of no bytes is none, and that of HEAD stays as it is announced", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => {
        response.setHeader("content-encoding", request.method === "PUT" ? "zstd" : "gzip")
        if (request.method === "DELETE") response.statusCode = 204
        if (request.method === "HEAD") response.setHeader("content-length", 7)
        response.end()
      })
      const client = yield* NodeHttpClient.make()
      for (const method of ["get", "del", "put"] as const) {
        assert.strictEqual(yield* Effect.flatMap(client[method](server.url), (response) => response.text), "", method)
      }
      const head = yield* client.head(server.url)
      assert.deepStrictEqual(
        [head.headers["content-encoding"], head.headers["content-length"], yield* head.text],
        ["gzip", "7", ""]
      )
    })
  )

  it.scopedLive("comes no faster than it is read, and is given up with its reader", () =>
    Effect.gen(function* () {
      const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
      const server = yield* sending("gzip", bomb)
      const client = yield* NodeHttpClient.make({ unreadTimeout: "300 millis" })
      const before = process.memoryUsage().arrayBuffers
      const held = () => (process.memoryUsage().arrayBuffers - before) / 1024 / 1024
      const response = yield* client.get(server.url)
      yield* Effect.sleep("150 millis")
      assert.isBelow(held(), 8)
      // nobody came
      yield* until(() => server.open() === 0, "socket closed")
      assert.strictEqual((yield* transport(response.text))[1], "Timeout")
      const size = yield* Effect.flatMap(client.get(server.url), (response) =>
        Stream.runFold(
          Stream.takeWhile(response.stream, () => held() < 16),
          0,
          (size, chunk) => size + chunk.length
        )
      )
      assert.strictEqual(size, 64 * 1024 * 1024)
      yield* Effect.flatMap(client.get(server.url), (response) => Stream.runDrain(Stream.take(response.stream, 1)))
      yield* until(() => server.open() <= 1, "socket closed")
    })
  )

  it.scopedLive("counts for MaxBodySize as what comes out of it", () =>
    Effect.gen(function* () {
      const server = yield* sending("gzip", gzipSync(Buffer.alloc(16 * 1024 * 1024)))
      const client = yield* NodeHttpClient.make()
      const before = process.memoryUsage().arrayBuffers
      const error = yield* get(server.url)(client).pipe(
        HttpIncomingMessage.withMaxBodySize(Option.some(FileSystem.KiB(100))),
        Effect.flip
      )
      assert.include(error.message, "the body is larger than 102400 bytes")
      yield* Effect.sleep("50 millis")
      assert.isBelow(process.memoryUsage().arrayBuffers - before, 4 * 1024 * 1024)
    })
  )
})

describe("an encoded body that cannot be decoded", () => {
  const six = Array.from({ length: 6 }).reduce<Buffer>((body) => gzipSync(body), Buffer.from("x"))
  const garbage = Buffer.from("this was never compressed, whatever the header says")
  const bad: ReadonlyArray<readonly [name: string, encoding: string, body: Buffer, code: string]> = [
    ["six encodings", "gzip, gzip, gzip, gzip, gzip, gzip", six, "ERR_CONTENT_ENCODING"],
    ["an unknown one", "zstd", garbage, "ERR_CONTENT_ENCODING"],
    ["an unknown one within a known one", "zstd, gzip", gzipSync(garbage), "ERR_CONTENT_ENCODING"],
    ["no gzip", "gzip", garbage, "Z_DATA_ERROR"],
    ["no deflate", "deflate", Buffer.from([0xff, 0xff, 0xff, 0xff]), "Z_DATA_ERROR"],
    ["no brotli", "br", Buffer.alloc(100, 0xff), "ERR_CONTENT_ENCODING"],
    ["a gzip of no gzip", "gzip, gzip", gzipSync(garbage), "Z_DATA_ERROR"],
    ["a gzip cut at 30 bytes", "gzip", gzipSync(text).subarray(0, 30), "Z_BUF_ERROR"],
    ["a gzip cut at 30 bytes within another", "gzip, gzip", gzipSync(gzipSync(text).subarray(0, 30)), "Z_BUF_ERROR"]
  ]

  it.scopedLive.each(bad)("B08: %s is a failure at once", ([, encoding, body, code]) =>
    Effect.gen(function* () {
      const server = yield* sending(encoding, body)
      const client = yield* NodeHttpClient.make()
      const response = yield* client.get(server.url)
      // the status is known all the same
      assert.strictEqual(response.status, 200)
      const [reason, kind, found, sent] = yield* transport(response.text)
      assert.deepStrictEqual([reason, kind, found, sent], ["Decode", "Protocol", code, "all"])
      const streamed = yield* client.get(server.url)
      assert.strictEqual((yield* transport(Stream.runDrain(streamed.stream)))[2], code)
    })
  )

  it.scopedLive("B08: nor is its end waited for", () =>
    Effect.gen(function* () {
      for (const [encoding, body] of [
        ["zstd", garbage],
        ["gzip", garbage],
        // something after the end
        ["gzip", Buffer.concat([gzipSync("x"), garbage])],
        ["deflate", Buffer.concat([deflateSync("x"), garbage])]
      ] as const) {
        const server = yield* raw((socket) => {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: 100000\r\n\r\n`)
          socket.write(body)
        })
        const client = yield* NodeHttpClient.make()
        assert.strictEqual((yield* transport(get(server.url)(client)))[1], "Protocol")
        yield* until(() => server.open() === 0, "socket closed")
      }
    })
  )

  it.scopedLive("that breaks off is a broken connection", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1000\r\n\r\n")
        socket.end(gzipSync(text).subarray(0, 30))
      })
      const client = yield* NodeHttpClient.make()
      const [reason, kind, , sent, received] = yield* transport(get(server.url)(client))
      assert.deepStrictEqual([reason, kind, sent, received], ["Decode", "Reset", "all", 30])
    })
  )
})
