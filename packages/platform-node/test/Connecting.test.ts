/** How connections come about: names, limits, faults of the system, and how many there are. */
import { assert, describe, it, vi } from "@effect/vitest"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import Net from "node:net"
import { get, http, listen, ok, raw, transport, until } from "./support/Servers.js"

/** a lookup that gives these addresses, one after the other */
const resolving = (...addresses: ReadonlyArray<string>): Net.LookupFunction => {
  let count = 0
  return (_, { all }, callback) => {
    const address = addresses[Math.min(count++, addresses.length - 1)]!
    if (all === true) callback(null, [{ address, family: 4 }])
    else callback(null, address, 4)
  }
}

const failing =
  (code: string): Net.LookupFunction =>
  (hostname, _, callback) =>
    callback(Object.assign(new Error(`lookup ${hostname}`), { code, hostname }), "", 4)

describe("names", () => {
  it.scopedLive.each(["ENOTFOUND", "EAI_AGAIN", "ESERVFAIL", "ETIMEOUT", "EREFUSED", "ECONNREFUSED", "EMFILE"])(
    "P07: %s from the lookup is a failure of the name",
    (code) =>
      Effect.gen(function* () {
        const client = yield* NodeHttpClient.make({ lookup: failing(code) })
        for (const scheme of ["http", "https"]) {
          assert.deepStrictEqual(yield* transport(get(`${scheme}://ecs.example`)(client)), [
            "Transport",
            "Dns",
            code,
            "none",
            0
          ])
        }
      })
  )

  it.scopedLive("P07: so is a lookup that takes longer than a connection may", () =>
    Effect.gen(function* () {
      const client = yield* NodeHttpClient.make({ lookup: () => {}, connectTimeout: "50 millis" })
      assert.deepStrictEqual(yield* transport(get("http://ecs.example")(client)), [
        "Transport",
        "Dns",
        "UND_ERR_CONNECT_TIMEOUT",
        "none",
        0
      ])
    })
  )

  it.scopedLive("P08: are looked up for each connection, so that a new address is used", () =>
    Effect.gen(function* () {
      const answer =
        (name: string): Http.RequestListener =>
        (_, response) =>
          response.setHeader("connection", "close").end(name)
      const first = yield* listen(Http.createServer(answer("first")), "http", "127.0.0.1")
      yield* listen(Http.createServer(answer("second")), "http", "127.0.0.2", first.port)
      const client = yield* NodeHttpClient.make({ lookup: resolving("127.0.0.9", "127.0.0.1", "127.0.0.2") })
      const url = `http://ecs.example:${first.port}`
      assert.deepStrictEqual((yield* transport(get(url)(client))).slice(0, 3), ["Transport", "Connect", "ECONNREFUSED"])
      assert.strictEqual(yield* get(url)(client), "first")
      assert.strictEqual(yield* get(url)(client), "second")
    })
  )
})

describe("limits", () => {
  it.scopedLive("N15: 1,000 fibers on 50 connections: never more, no error, no warning, first come first served", () =>
    Effect.gen(function* () {
      const warnings: Array<Error> = []
      const onWarning = (warning: Error) => void warnings.push(warning)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("warning", onWarning)),
        () => Effect.sync(() => process.off("warning", onWarning))
      )
      const order: Array<number> = []
      const server = yield* http((request, response) => {
        order.push(Number(request.url?.slice(1)))
        setTimeout(() => response.end(request.url), 2)
      })
      const client = yield* NodeHttpClient.make({ connections: 50 })
      const paths = Array.from({ length: 1000 }, (_, i) => `/${i}`)
      const bodies = yield* Effect.forEach(paths, (path) => get(server.url + path)(client), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(bodies, paths)
      assert.strictEqual(server.sockets.length, 50)
      // those that had to wait, among themselves: a connection may take its time, and so whoever waits for it
      const waited = order.filter((number) => number >= 50)
      for (const [at, number] of waited.entries()) assert.isBelow(Math.abs(at + 50 - number), 100)
      yield* Effect.sleep("10 millis")
      assert.deepStrictEqual(warnings, [])
    })
  )

  it.scopedLive("N16: no file descriptors left: a failure, and the next call finds a connection", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => response.end("x"))
      const client = yield* NodeHttpClient.make({ connections: 1 })
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.restoreAllMocks()))
      const connect = vi.spyOn(Net, "connect")
      for (let i = 0; i < 3; i++) {
        connect.mockImplementationOnce(() => {
          const socket = new Net.Socket()
          const error = Object.assign(new Error("connect EMFILE"), { code: "EMFILE", syscall: "connect" })
          process.nextTick(() => socket.destroy(error))
          return socket
        })
      }
      // the second and the third wait for what the first has
      const failures = yield* Effect.replicateEffect(transport(get(server.url)(client)), 3, { concurrency: 3 })
      assert.deepStrictEqual(failures, Array(3).fill(["Transport", "Connect", "EMFILE", "none", 0]))
      assert.strictEqual(yield* get(server.url)(client), "x")
      assert.strictEqual(server.sockets.length, 1)
    })
  )

  it.scopedLive("N17: a server that accepts and closes sees one connection a call", () =>
    Effect.gen(function* () {
      for (const close of [
        (socket: Net.Socket) => socket.destroy(),
        (socket: Net.Socket) => socket.resetAndDestroy()
      ]) {
        const server = yield* listen(Net.createServer(close))
        const client = yield* NodeHttpClient.make()
        for (let i = 0; i < 100; i++) {
          const [reason, kind] = yield* transport(get(server.url)(client))
          assert.strictEqual(reason, "Transport")
          assert.oneOf(kind, ["Reset", "Connect"])
        }
        assert.isAtMost(server.sockets.length, 100)
      }
    })
  )

  it.scopedLive("a connection that was not made leaves room for another", () =>
    Effect.gen(function* () {
      // accepts, and speaks no TLS; then a real one
      let calls = 0
      const server = yield* raw((socket) => {
        calls++
        socket.destroy()
      })
      const client = yield* NodeHttpClient.make({ connections: 2 })
      const failures = yield* Effect.replicateEffect(transport(get(`https://127.0.0.1:${server.port}`)(client)), 20, {
        concurrency: "unbounded"
      })
      for (const [reason, , , sent] of failures) assert.deepStrictEqual([reason, sent], ["Transport", "none"])
      assert.strictEqual(calls, 20)
    })
  )

  it.scopedLive("origins that are idle make way for new ones", () =>
    Effect.gen(function* () {
      const server = yield* raw((socket) => socket.write(ok))
      const client = yield* NodeHttpClient.make({ lookup: resolving("127.0.0.1") })
      for (let i = 0; i < 300; i++) {
        assert.strictEqual(yield* get(`http://host-${i}.example:${server.port}`)(client), "ok")
      }
      yield* until(() => server.open() <= 256, "the oldest closed")
      assert.strictEqual(yield* get(`http://host-0.example:${server.port}`)(client), "ok")
    })
  )
})
