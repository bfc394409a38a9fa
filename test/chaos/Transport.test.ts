/** What a network and the other end of it can do, seen by whole calls: see the rows of the chaos matrix by their ids. */
import { assert, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import Net from "node:net"
import { gzipSync } from "node:zlib"
import * as Servers from "../../packages/platform-node/test/support/Servers.js"
import { call, over, transport } from "./support/Calls.js"
import * as Child from "./support/Child.js"

const json = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`

describe("every attempt", () => {
  it.scopedLive("N01: that is refused: Connect, three times", () =>
    Effect.gen(function* () {
      const { port } = yield* Effect.scoped(Servers.http(() => {}))
      const found = yield* transport(call(`127.0.0.1:${port}`, "RunInstances"))
      assert.deepInclude(found, { kind: "Connect", syscallCode: "ECONNREFUSED", sent: "none", attempts: 3 })
      assert.strictEqual(found.outcome, "NotExecuted")
    }).pipe(Effect.provide(over()))
  )

  const broken: ReadonlyArray<
    readonly [id: string, answer: (socket: Net.Socket) => void, expected: Readonly<Record<string, unknown>>]
  > = [
    ["N02: reset before any byte", (socket) => socket.resetAndDestroy(), { kind: "Reset", bytesReceived: 0 }],
    [
      "N03: reset inside the headers",
      (socket) => socket.write("HTTP/1.1 200 OK\r\nconte", () => setTimeout(() => socket.resetAndDestroy(), 10)),
      { kind: "Reset", bytesReceived: 0 }
    ],
    [
      "N04: reset inside the body",
      (socket) =>
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nfifteen bytes..", () =>
          setTimeout(() => socket.resetAndDestroy(), 10)
        ),
      { kind: "Reset", bytesReceived: 15 }
    ],
    [
      "N05: closed inside the body, which would be JSON",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}"),
      { kind: "Reset", bytesReceived: 2 }
    ]
  ]

  it.scopedLive.each(broken)("%s: typed, and what reads is done again", ([, answer, expected]) =>
    Effect.gen(function* () {
      const server = yield* Servers.raw(answer)
      const found = yield* transport(call(`127.0.0.1:${server.port}`))
      assert.deepInclude(found, { ...expected, sent: "all", attempts: 3, outcome: "Unknown" })
      assert.strictEqual(server.sockets.length, 3)

      let count = 0
      const healing = yield* Servers.raw((socket) =>
        ++count < 3 ? answer(socket) : void socket.write(json('{"RequestId":"r"}'))
      )
      const response = yield* call(`127.0.0.1:${healing.port}`)
      assert.deepStrictEqual([response.requestId, response.attempts], ["r", 3])
    }).pipe(Effect.provide(over()))
  )

  it.scopedLive("T01: to a host that never answers the connect: Connect, by the transport's limit, three times", () =>
    Effect.gen(function* () {
      const server = yield* Servers.raw(() => {})
      const found = yield* transport(call(`https://127.0.0.1:${server.port}`, "RunInstances"))
      assert.deepInclude(found, {
        kind: "Connect",
        syscallCode: "UND_ERR_CONNECT_TIMEOUT",
        sent: "none",
        attempts: 3,
        outcome: "NotExecuted"
      })
      yield* Servers.until(() => server.open() === 0, "sockets closed")
    }).pipe(Effect.provide(over({ connectTimeout: "100 millis" })))
  )

  it.scopedLive("N16: without file descriptors: Connect, and done again after a wait", () =>
    Effect.gen(function* () {
      const server = yield* Servers.raw((socket) => socket.write(json("{}")))
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.restoreAllMocks()))
      const connect = vi.spyOn(Net, "connect")
      const exhausted = (times: number) => {
        for (let i = 0; i < times; i++) {
          connect.mockImplementationOnce(() => {
            const socket = new Net.Socket()
            const error = Object.assign(new Error("connect EMFILE"), { code: "EMFILE", syscall: "connect" })
            process.nextTick(() => socket.destroy(error))
            return socket
          })
        }
      }
      exhausted(2)
      assert.strictEqual((yield* call(`127.0.0.1:${server.port}`, "RunInstances")).attempts, 3)
      exhausted(3)
      const found = yield* transport(call(`127.0.0.2:${server.port}`))
      assert.deepInclude(found, { kind: "Connect", syscallCode: "EMFILE", sent: "none", attempts: 3 })
    }).pipe(Effect.provide(over()))
  )

  it.scopedLive("N17: to a server that accepts and closes, a hundred calls: no more sockets than attempts", () =>
    Effect.gen(function* () {
      const server = yield* Servers.listen(Net.createServer((socket) => socket.destroy()))
      let attempts = 0
      const failures = yield* Effect.replicateEffect(transport(call(`127.0.0.1:${server.port}`)), 100, {
        concurrency: 20
      })
      for (const failure of failures) attempts += failure.attempts
      assert.isAtMost(server.sockets.length, attempts)
      assert.isAtLeast(attempts, 100)
    }).pipe(Effect.provide(over()))
  )
})

describe("in a process of its own", () => {
  // the limit is far above what a process takes for itself
  const limit = 64
  const greedy = `${Child.prelude}
const program = Effect.gen(function* () {
  for (let i = 0; i < 10; i++) yield* call("DescribeRegions")
  gc()
  const before = process.memoryUsage().rss
  let most = before
  const look = () => (most = Math.max(most, process.memoryUsage().rss))
  const timer = setInterval(look, 1)
  const error = yield* Effect.flip(Limits.withLimits(call("DescribeMuch"), { responseBytes: ${limit} * 1024 * 1024 }))
  look()
  clearInterval(timer)
  return { reason: error.reason._tag, issue: error.reason.issue, attempts: error.attempts, grown: (most - before) / 1024 / 1024 }
})
console.log(JSON.stringify(await Effect.runPromise(Effect.provide(program, services))))
`
  const took = (port: number) =>
    Effect.map(Child.run(greedy, [`127.0.0.1:${port}`], ["--expose-gc"]), ({ stderr, stdout }) => {
      assert.strictEqual(stderr, "")
      const { attempts, grown, issue, reason } = JSON.parse(stdout) as Record<string, unknown>
      assert.deepStrictEqual([reason, attempts], ["UnexpectedResponse", 1])
      assert.include(issue, `the body is larger than ${limit * 1024 * 1024} bytes`)
      assert.isBelow(Number(grown), 2 * limit)
    })

  it.scopedLive("B06: 204 KB of gzip that become 210 MB cost less than twice the limit", () =>
    Effect.gen(function* () {
      const bomb = gzipSync(Buffer.alloc(210 * 1024 * 1024))
      const server = yield* Servers.http((request, response) => {
        if (request.headers["x-acs-action"] === "DescribeRegions") return void response.end("{}")
        response.setHeader("content-encoding", "gzip").end(bomb)
      })
      yield* took(server.port)
    })
  )

  it.scopedLive("B07: 200 MB without a length too, and the socket is closed at the limit", () =>
    Effect.gen(function* () {
      const piece = Buffer.alloc(65_536, " ")
      let written = 0
      let isCut = false
      const server = yield* Servers.http((request, response) => {
        if (request.headers["x-acs-action"] === "DescribeRegions") return void response.end("{}")
        response.on("close", () => (isCut = !response.writableEnded))
        const write = (): void => {
          while (written < 200 * 1024 * 1024) {
            if (response.destroyed) return
            written += piece.length
            if (!response.write(piece)) return void response.once("drain", write)
          }
          response.end()
        }
        write()
      })
      yield* took(server.port)
      yield* Servers.until(() => isCut, "socket closed")
      // what the buffers of the system hold comes on top
      assert.isBelow(written / 1024 / 1024, limit + 32)
    })
  )

  it.scopedLive("L04: an idle client does not keep it running", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => response.end("{}"))
      const lines = `${Child.prelude}
const runtime = ManagedRuntime.make(services)
await runtime.runPromise(Effect.all([call("DescribeRegions"), call("DescribeRegions")], { concurrency: 2 }))
const ended = performance.now()
process.on("exit", () => console.log(performance.now() - ended))
`
      const { code, stderr, stdout } = yield* Child.run(lines, [`127.0.0.1:${server.port}`])
      assert.deepStrictEqual([code, stderr], [0, ""])
      // connections are kept for a minute
      assert.isBelow(Number(stdout), 2_000)
      assert.match(stdout, /^\d/)
      assert.strictEqual(server.sockets.length, 2)
    })
  )
})
