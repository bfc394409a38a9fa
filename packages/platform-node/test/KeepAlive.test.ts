/** Which kept connection a request goes out on, and what happens when the server has closed it in the same moment. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it, vi } from "@effect/vitest"
import * as HttpDeadline from "@effect-aliyun/core/HttpDeadline"
import * as HttpReplay from "@effect-aliyun/core/HttpReplay"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type * as Http from "node:http"
import * as Net from "node:net"
import { gzipSync } from "node:zlib"
import { get, http, listen, ok, raw, read, transport, until } from "./support/Servers.js"

const repeatable = Effect.provideService(HttpReplay.HttpReplay, true)

/** answers the first request of a connection, and does `second` when another comes on it */
const once = (second: (socket: Net.Socket, request: string) => void, first = (_: number) => ok) => {
  const requests: Array<string> = []
  return Effect.map(
    listen(
      Net.createServer((socket) => {
        let count = 0
        socket.on("data", (data) => {
          requests.push(data.toString())
          if (++count > 1) second(socket, data.toString())
          else socket.write(first(requests.length))
        })
      })
    ),
    (server) => ({ ...server, requests })
  )
}

const closings: ReadonlyArray<readonly [name: string, close: (socket: Net.Socket) => void]> = [
  ["a FIN", (socket) => socket.end()],
  ["a RST", (socket) => socket.resetAndDestroy()]
]

describe("a kept connection that ends when a request goes out on it", () => {
  it.scopedLive.each(closings)("N07: with %s: what may be executed twice goes out again, on a new one", ([, close]) =>
    Effect.gen(function* () {
      const server = yield* once(close)
      const client = yield* NodeHttpClient.make()
      const request = HttpClientRequest.post(`${server.url}/?a=b`).pipe(HttpClientRequest.bodyText("body"))
      yield* read(request)(client)
      assert.strictEqual(yield* repeatable(read(request)(client)), "ok")
      assert.strictEqual(server.sockets.length, 2)
      const [, lost, again] = server.requests
      assert.strictEqual(server.requests.length, 3)
      assert.strictEqual(again, lost)
      assert.isTrue(again?.endsWith("body"))
    })
  )

  it.scopedLive.each(closings)("N07: with %s: what may not is a failure, and may have been executed", ([, close]) =>
    Effect.gen(function* () {
      const server = yield* once(close)
      const client = yield* NodeHttpClient.make()
      yield* get(server.url)(client)
      const [reason, kind, , sent] = yield* transport(get(server.url)(client))
      assert.deepStrictEqual([reason, kind, sent], ["Transport", "Reset", "all"])
      assert.deepStrictEqual([server.requests.length, server.sockets.length], [2, 1])
    })
  )

  it.scopedLive("goes out again once, not more, whatever other connections are kept", () =>
    Effect.gen(function* () {
      const server = yield* once(
        (socket) => socket.destroy(),
        (count) => (count > 2 ? "HTTP/1.1" : ok)
      )
      const client = yield* NodeHttpClient.make()
      yield* Effect.all([get(server.url)(client), get(server.url)(client)], { concurrency: 2 })
      assert.strictEqual(server.sockets.length, 2)
      const call = yield* Effect.fork(transport(repeatable(get(server.url)(client))))
      yield* until(() => server.sockets.length === 3 && server.requests.length === 4, "sent again")
      yield* Effect.sync(() => server.sockets[2]?.destroy())
      assert.deepStrictEqual((yield* Fiber.join(call)).slice(0, 2), ["Transport", "Reset"])
      assert.deepStrictEqual([server.requests.length, server.sockets.length], [4, 3])
    })
  )

  it.scopedLive(
    "does not go out again from a new connection, nor after the first byte of an answer, nor as a stream",
    () =>
      Effect.gen(function* () {
        const client = yield* NodeHttpClient.make()
        const fresh = yield* raw((socket) => socket.destroy())
        assert.deepStrictEqual((yield* transport(repeatable(get(fresh.url)(client))))[1], "Reset")
        assert.strictEqual(fresh.sockets.length, 1)

        for (const begun of ["H", "HTTP/1.1 100 Continue\r\n\r\n"]) {
          const answering = yield* once((socket) => socket.end(begun))
          yield* get(answering.url)(client)
          assert.deepStrictEqual((yield* transport(repeatable(get(answering.url)(client))))[1], "Reset", begun)
          assert.strictEqual(answering.sockets.length, 1)
        }

        const closing = yield* once((socket) => socket.destroy())
        const streamed = HttpClientRequest.post(closing.url).pipe(
          HttpClientRequest.bodyStream(Stream.make(Uint8Array.of(1)))
        )
        yield* get(closing.url)(client)
        assert.deepStrictEqual((yield* transport(repeatable(client.execute(streamed))))[1], "Reset")
        assert.strictEqual(closing.sockets.length, 1)
      })
  )

  it.scopedLive("is under the same deadline, and ends with an interruption", () =>
    Effect.gen(function* () {
      const server = yield* once(
        (socket) => socket.destroy(),
        (count) => (count === 1 ? ok : "")
      )
      const client = yield* NodeHttpClient.make()
      yield* get(server.url)(client)
      const [, kind, code, sent] = yield* transport(repeatable(get(server.url)(client))).pipe(
        Effect.provideService(HttpDeadline.HttpDeadline, { millis: 80, until: "body" })
      )
      assert.deepStrictEqual([kind, code, sent], ["Timeout", HttpDeadline.passed, "all"])
      assert.strictEqual(server.sockets.length, 2)

      const other = yield* once(
        (socket) => socket.destroy(),
        (count) => (count === 1 ? ok : "")
      )
      yield* get(other.url)(client)
      const fiber = yield* Effect.fork(repeatable(get(other.url)(client)))
      yield* until(() => other.sockets.length === 2, "sent again")
      yield* Fiber.interrupt(fiber)
      yield* until(() => other.open() === 0, "socket closed", 50)
    })
  )

  /** an end that is under way, but not seen by the client, when what comes next is done */
  const unseen = (close: () => void) =>
    Effect.async<void>((resume) => {
      // a FIN goes out with the next turn of the loop, in which the client also looks before it writes
      setImmediate(() => {
        close()
        resume(Effect.void)
      })
    })

  it.scopedLive.each(closings)(
    "N07: with %s before anything is sent: it goes out on a new one, whatever it is",
    ([, close]) =>
      Effect.gen(function* () {
        const server = yield* http((_, response) => response.end("ok"))
        const client = yield* NodeHttpClient.make()
        for (let i = 1; i <= 5; i++) {
          yield* get(server.url)(client)
          yield* unseen(() => close(server.sockets.at(-1)!))
          assert.strictEqual(yield* get(server.url)(client), "ok")
          assert.strictEqual(server.sockets.length, i + 1)
        }
      })
  )

  it.scopedLive("what was not begun goes out once more, and no more, whatever becomes of the new connection", () =>
    Effect.gen(function* () {
      const requests: Array<string> = []
      const server = yield* listen(
        Net.createServer((socket) => {
          socket.on("data", (data) => {
            if (requests.push(data.toString()) === 1) socket.write(ok)
            else socket.resetAndDestroy()
          })
        })
      )
      const client = yield* NodeHttpClient.make()
      yield* get(server.url)(client)
      yield* unseen(() => server.sockets[0]?.resetAndDestroy())
      assert.deepStrictEqual((yield* transport(repeatable(get(server.url)(client)))).slice(0, 2), [
        "Transport",
        "Reset"
      ])
      assert.deepStrictEqual([requests.length, server.sockets.length], [2, 2])
    })
  )

  it.scopedLive("what the system refused to write was not sent: it goes out again, whatever it is", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end("ok"))
      const client = yield* NodeHttpClient.make()
      const refusing = (times: number) => {
        const write = vi.spyOn(Net.Socket.prototype, "write")
        for (let i = 0; i < times; i++) {
          write.mockImplementationOnce(function (this: Net.Socket) {
            this.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" }))
            return false
          })
        }
      }
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.restoreAllMocks()))
      yield* get(server.url)(client)
      refusing(1)
      assert.strictEqual(yield* get(server.url)(client), "ok")
      refusing(2)
      assert.deepStrictEqual(yield* transport(get(server.url)(client)), ["Transport", "Connect", "EPIPE", "none", 0])
    })
  )

  it.scopedLive(
    "N07: 500 reads of a server that closes 0 to 4 ms after each answer all succeed, most on a kept connection",
    () =>
      Effect.gen(function* () {
        let answered = 0
        let isClosing = false
        const server = yield* http((request, response) => {
          if (!isClosing) return void response.end("x")
          const wait = answered++ % 5
          response.end("x", () => setTimeout(() => request.socket.destroy(), wait))
        })
        const client = yield* NodeHttpClient.make()
        const reads = (count: number) =>
          Effect.gen(function* () {
            for (let i = 0; i < count; i++) assert.strictEqual(yield* repeatable(get(server.url)(client)), "x")
          })
        // until it is compiled: who is faster, the next request or the end of the connection?
        yield* reads(500)
        isClosing = true
        let best = Infinity
        // a machine that stalls is not the client's fault
        for (let round = 0; round < 5 && best >= 0.5; round++) {
          const [answers, sockets] = [answered, server.sockets.length]
          yield* reads(500)
          best = Math.min(best, (server.sockets.length - sockets) / (answered - answers))
        }
        assert.isBelow(best, 0.5)
      })
  )
})

describe("a kept connection is used again", () => {
  const blocked = (millis: number) =>
    Effect.sync(() => {
      const until = performance.now() + millis
      while (performance.now() < until);
    })
  const twice = (client: HttpClient.HttpClient, url: string, between: Effect.Effect<unknown>) =>
    Effect.zipRight(Effect.zipRight(get(url)(client), between), get(url)(client))

  const answers: ReadonlyArray<readonly [name: string, answer: Http.RequestListener]> = [
    ["in one piece", (_, response) => response.end("x")],
    ["in two pieces", (_, response) => void (response.write("x"), setTimeout(() => response.end(), 1))],
    ["encoded", (_, response) => response.setHeader("content-encoding", "gzip").end(gzipSync("x"))],
    ["large", (_, response) => response.end("x".repeat(200_000))],
    ["without a body", (_, response) => response.writeHead(204).end()]
  ]

  it.scopedLive.each(answers)("by the next of 100 calls, one after the other, whose answers come %s", ([, answer]) =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => {
        request.resume()
        request.on("end", () => answer(request, response))
      })
      const client = yield* NodeHttpClient.make()
      const posted = HttpClientRequest.post(server.url).pipe(HttpClientRequest.bodyText("a=b"))
      for (let i = 0; i < 50; i++) {
        yield* get(server.url)(client)
        yield* read(posted)(client)
      }
      assert.strictEqual(server.sockets.length, 1)
    })
  )

  it.scopedLive("N08: no longer than keepAliveTimeout after its last answer, also when timers are late", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end("x"))
      const client = yield* NodeHttpClient.make({ keepAliveTimeout: "100 millis" })
      yield* twice(client, server.url, Effect.sleep("10 millis"))
      assert.strictEqual(server.sockets.length, 1)
      yield* twice(client, server.url, Effect.sleep("200 millis"))
      assert.strictEqual(server.sockets.length, 2)
      // no timer can have run in between
      yield* twice(client, server.url, blocked(200))
      assert.strictEqual(server.sockets.length, 3)
    })
  )

  it.scopedLive("less long when the server says so, with a second to spare", () =>
    Effect.gen(function* () {
      const hint = (seconds: number) =>
        raw((socket) => socket.write(`HTTP/1.1 200 OK\r\nkeep-alive: timeout=${seconds}\r\ncontent-length: 1\r\n\r\nx`))
      const client = yield* NodeHttpClient.make({ keepAliveTimeout: "60 seconds" })
      const [short, soon, long] = [yield* hint(1), yield* hint(2), yield* hint(100)]
      yield* twice(client, short.url, Effect.void)
      const later = Effect.zipRight(
        Effect.sleep("1100 millis"),
        until(() => soon.open() === 0, "closed")
      )
      yield* Effect.all([twice(client, soon.url, later), twice(client, long.url, later)], { concurrency: 2 })
      yield* twice(client, soon.url, blocked(1100))
      assert.deepStrictEqual([short.sockets.length, soon.sockets.length, long.sockets.length], [2, 3, 1])
    })
  )

  it.scopedLive("the one that was used last before others", () =>
    Effect.gen(function* () {
      const ports: Array<number | undefined> = []
      const server = yield* http((request, response) => {
        ports.push(request.socket.remotePort)
        setTimeout(() => response.end("x"), request.url === "/slow" ? 60 : 0)
      })
      const client = yield* NodeHttpClient.make()
      yield* Effect.all(
        ["/", "/slow", "/"].map((path) => get(server.url + path)(client)),
        { concurrency: 3 }
      )
      const slow = ports[1]
      for (let i = 0; i < 5; i++) yield* get(server.url)(client)
      assert.deepStrictEqual(ports.slice(3), [slow, slow, slow, slow, slow])
    })
  )
})
