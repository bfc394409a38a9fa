/** The limits of time that core hands over: kept by one timer beside the socket, in real time, and gone when the call is over. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as HttpDeadline from "@effect-aliyun/core/HttpDeadline"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { gzipSync } from "node:zlib"
import { get, http, raw, read, transport, until } from "./support/Servers.js"

const within = (millis: number, until: HttpDeadline.Value["until"] = "body") =>
  Effect.provideService(HttpDeadline.HttpDeadline, { millis, until })

/** a client that has its first call, which loads and compiles this and that, behind it */
const warm = Effect.gen(function* () {
  const server = yield* http((_, response) => response.end())
  const client = yield* NodeHttpClient.make()
  yield* Effect.orDie(get(server.url)(client))
  return client
})

/** runs an effect that must take so long, give or take what a busy machine adds */
const takes = <A, E, R>(millis: number, effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const started = performance.now()
    return Effect.tap(effect, () => {
      const passed = performance.now() - started
      assert.isTrue(passed >= millis - 2 && passed < millis + 1500, `${passed} ms`)
    })
  })

describe("a deadline", () => {
  it.scoped("is honoured by the client, until somebody puts another around it", () =>
    Effect.gen(function* () {
      const client = yield* warm
      assert.isTrue(HttpDeadline.isHonoured(client))
      assert.isFalse(HttpDeadline.isHonoured(HttpClient.mapRequest(client, identity)))
    })
  )

  // under TestClock: the time is that of the socket
  it.scoped("T02: passes while a server does not answer, and closes the socket", () =>
    Effect.gen(function* () {
      const server = yield* http(() => {})
      const client = yield* warm
      const call = transport(get(server.url)(client)).pipe(within(150))
      assert.deepStrictEqual(yield* takes(150, call), ["Transport", "Timeout", HttpDeadline.passed, "all", 0])
      yield* until(() => server.open() === 0, "socket closed")
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 30)))
      assert.strictEqual(server.sockets.length, 1)
    })
  )

  it.scopedLive("passes while a connection is made: nothing was sent", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* warm
      const call = transport(get(`https://127.0.0.1:${server.port}`)(client)).pipe(within(150))
      assert.deepStrictEqual(yield* takes(150, call), ["Transport", "Timeout", HttpDeadline.passed, "none", 0])
      yield* until(() => server.open() === 0, "socket closed")
    })
  )

  it.scopedLive("passes while a call waits for a connection, and takes none down with it", () =>
    Effect.gen(function* () {
      let answer = () => {}
      let requests = 0
      const server = yield* http((_, response) => {
        requests++
        // the next one has to connect anew
        answer = () => response.setHeader("connection", "close").end("x")
      })
      const client = yield* NodeHttpClient.make({ connections: 1 })
      const first = yield* Effect.fork(get(server.url)(client))
      yield* until(() => requests === 1, "request")
      const waiting = transport(get(server.url)(client)).pipe(within(50))
      assert.deepStrictEqual(yield* takes(50, waiting), ["Transport", "Timeout", HttpDeadline.passed, "none", 0])
      answer()
      assert.strictEqual(yield* Fiber.join(first), "x")
      // not for one that waits no longer
      yield* Effect.sleep("30 millis")
      assert.strictEqual(server.sockets.length, 1)
      const last = yield* Effect.fork(get(server.url)(client))
      yield* until(() => requests === 2, "request")
      answer()
      assert.strictEqual(yield* Fiber.join(last), "x")
      assert.deepStrictEqual([requests, server.sockets.length], [2, 2])
    })
  )

  it.scopedLive("passes while a body is sent", () =>
    Effect.gen(function* () {
      const server = yield* raw(() => {})
      const client = yield* warm
      const endless = Stream.make(new Uint8Array(1024)).pipe(Stream.concat(Stream.never))
      const request = HttpClientRequest.post(server.url).pipe(HttpClientRequest.bodyStream(endless))
      const call = transport(read(request)(client)).pipe(within(150))
      assert.deepStrictEqual((yield* takes(150, call)).slice(1, 4), ["Timeout", HttpDeadline.passed, "some"])
    })
  )

  const half = http((_, response) => {
    response.setHeader("content-length", "10")
    response.write("half")
  })

  it.scopedLive("until the body: passes while it is read, whole or as a stream", () =>
    Effect.gen(function* () {
      const server = yield* half
      const client = yield* warm
      const expected = ["Decode", "Timeout", HttpDeadline.passed, "all", 4]
      assert.deepStrictEqual(yield* takes(150, transport(get(server.url)(client)).pipe(within(150))), expected)
      const drained = Effect.flatMap(client.get(server.url), (response) => Stream.runDrain(response.stream))
      assert.deepStrictEqual(yield* takes(150, transport(drained).pipe(within(150))), expected)
      yield* until(() => server.open() === 0, "sockets closed")
    })
  )

  it.scopedLive("until the body: passes while nobody reads it", () =>
    Effect.gen(function* () {
      const server = yield* half
      const client = yield* warm
      const response = yield* client.get(server.url).pipe(within(150))
      yield* until(() => server.open() === 0, "socket closed")
      assert.deepStrictEqual((yield* transport(response.text)).slice(0, 3), ["Decode", "Timeout", HttpDeadline.passed])
    })
  )

  it.scopedLive("until the body: passes while an encoded one is read", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => {
        response.setHeader("content-encoding", "gzip")
        response.write(gzipSync("x".repeat(1000)).subarray(0, 20))
      })
      const client = yield* warm
      const call = transport(get(server.url)(client)).pipe(within(150))
      assert.deepStrictEqual(yield* takes(150, call), ["Decode", "Timeout", HttpDeadline.passed, "all", 20])
    })
  )

  it.scopedLive("until the headers: leaves the body alone", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => {
        if (request.url === "/never") return
        response.write("a")
        setTimeout(() => response.end("b"), 300)
      })
      const client = yield* warm
      assert.strictEqual(yield* get(server.url)(client).pipe(within(150, "headers")), "ab")
      const never = transport(get(`${server.url}/never`)(client)).pipe(within(150, "headers"))
      assert.deepStrictEqual((yield* takes(150, never)).slice(1, 3), ["Timeout", HttpDeadline.passed])
    })
  )

  it.scopedLive("leaves no timer, however the call ends", () =>
    Effect.gen(function* () {
      const server = yield* http((request, response) => {
        if (request.url === "/never") return
        if (request.url === "/cut") return void request.socket.destroy()
        if (request.url === "/half") return void response.setHeader("content-length", 10).write("half")
        response.end("x")
      })
      const client = yield* warm
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
      const broken = HttpClientRequest.post(server.url).pipe(HttpClientRequest.bodyStream(Stream.fail("broken")))
      const ways = {
        ended: get(server.url)(client),
        unread: client.get(server.url),
        cut: Effect.flip(get(`${server.url}/cut`)(client)),
        refused: Effect.flip(get("http://127.0.0.1:1")(client)),
        nowhere: Effect.flip(get("http://999.1.1.1")(client)),
        broken: Effect.flip(client.execute(broken)),
        interrupted: Effect.flatMap(Effect.fork(client.get(`${server.url}/never`)), (fiber) =>
          Effect.zipRight(Effect.sleep("20 millis"), Fiber.interrupt(fiber))
        ),
        abandoned: Effect.flatMap(client.get(`${server.url}/half`), (response) =>
          Stream.runDrain(Stream.take(response.stream, 1))
        )
      }
      for (const [name, way] of Object.entries<Effect.Effect<unknown, unknown>>(ways)) {
        const before = timers()
        yield* Effect.asVoid(way).pipe(within(600_000))
        yield* Effect.sleep("20 millis")
        assert.isAtMost(timers(), before, name)
      }
    })
  )

  it.scopedLive("may be further off than a timer of Node can count", () =>
    Effect.gen(function* () {
      const server = yield* http((_, response) => setTimeout(() => response.end("x"), 50))
      const client = yield* warm
      for (const millis of [2 ** 31, Infinity]) {
        assert.strictEqual(yield* get(server.url)(client).pipe(within(millis)), "x")
      }
    })
  )
})
