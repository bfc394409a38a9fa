/** Limits of time, and what is left behind when a call is given up. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { createServer, type Socket } from "node:net"
import * as Clocks from "./support/Clocks.js"
import * as Stub from "./support/stub.js"

const request = { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" } as const
const read = AcsClient.rpc(request)

describe("one deadline", () => {
  it.effect("T03: covers attempts and waits: three attempts of 10 s end after 12", () => {
    const stub = Stub.sequence({})
    stub.silence(true)
    return Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.flip(read.pipe(Timeouts.withTimeouts({ total: "12 seconds" }))))
      yield* TestClock.adjust(11_999)
      assert.strictEqual(fiber.unsafePoll(), null)
      yield* TestClock.adjust(1)
      const error = yield* Fiber.join(fiber)
      assert.deepInclude(error, { attempts: 2, stoppedBy: "Deadline" })
      assert.deepStrictEqual(
        error._tag === "ClientException" && error.reason._tag === "Timeout" && error.reason.phase,
        "total"
      )
    }).pipe(Effect.provide(stub.layer))
  })

  it.scoped("T03: covers the refresh of credentials", () => {
    const stub = Stub.sequence({})
    return Effect.gen(function* () {
      const credentials = yield* Credentials.make({ name: "slow", resolve: Effect.never })
      const fiber = yield* Effect.fork(
        Effect.flip(
          read.pipe(
            Timeouts.withTimeouts({ attempt: "4 seconds", total: "6 seconds" }),
            Credentials.withCredentials(credentials)
          )
        )
      )
      yield* TestClock.adjust("6 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(stub.requests.length, 0)
      assert.deepStrictEqual([error.outcome, error.stoppedBy], ["NotExecuted", "Deadline"])
    }).pipe(Effect.provide(stub.layer))
  })

  it.effect("T04: that has passed lets nothing be sent", () => {
    const stub = Stub.sequence({})
    return Effect.gen(function* () {
      const error = yield* Effect.flip(read.pipe(Timeouts.withTimeouts({ total: 0 })))
      assert.strictEqual(error._tag === "ClientException" && error.reason._tag, "Timeout")
      assert.strictEqual(stub.requests.length, 0)
    }).pipe(Effect.provide(stub.layer))
  })

  it.effect("T09: goes by a clock that does not jump", () => {
    const stub = Stub.sequence({ status: 503 }, { status: 503 }, {})
    let jump = 0
    const clock = Clocks.eager()
    const jumping = {
      ...clock,
      // an hour forth and an hour back, with every look
      unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + (jump = 3_600_000 - jump)
    }
    return Effect.gen(function* () {
      const response = yield* read
      assert.strictEqual(response.attempts, 3)
    }).pipe(Effect.withClock(jumping), Effect.provide(stub.layer))
  })
})

interface Listener {
  readonly endpoint: string
  /** those that have come, those that are gone, and how many requests have begun */
  readonly sockets: Array<Socket>
  readonly requests: () => number
}

/** a server that reads, and does with a connection what it is told to when the request has come */
const listening = (onRequest: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.async<Listener & { readonly close: () => void }>((resume) => {
      const sockets: Array<Socket> = []
      let requests = 0
      const server = createServer((socket) => {
        sockets.push(socket)
        socket.on("error", () => {})
        socket.on("data", (chunk) => {
          if (!chunk.includes("HTTP/1.1\r\n")) return
          requests++
          onRequest(socket)
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = () => {
          server.close()
          for (const socket of sockets) socket.destroy()
        }
        resume(Effect.succeed({ endpoint: `http://127.0.0.1:${port}`, sockets, requests: () => requests, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const services = Layer.mergeAll(NodeHttpClient.layer, Credentials.layerTest(), Signer.layer)

const until = (condition: () => boolean) =>
  Effect.sleep(2).pipe(
    Effect.repeat({ until: condition }),
    Effect.timeoutFail({ duration: "10 seconds", onTimeout: () => new Error("never") }),
    Effect.orDie
  )

/** interrupts, and sees that nothing comes after; yields how many milliseconds passed until every socket had gone */
const givenUp = (fiber: Fiber.RuntimeFiber<unknown, unknown>, { requests, sockets }: Listener) =>
  Effect.gen(function* () {
    const before = requests()
    const gone = until(() => sockets.every((socket) => socket.destroyed || socket.readableEnded))
    const [took] = yield* Effect.timed(Effect.zipRight(Fiber.interrupt(fiber), gone))
    yield* Effect.sleep(100)
    assert.strictEqual(requests(), before)
    assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fiber)))
    return Duration.toMillis(took)
  })

/** the limit of the matrix, in one of some tries: a machine that stalls is not the client's fault */
const promptly = <E, R>(attempt: Effect.Effect<number, E, R>) =>
  Effect.gen(function* () {
    let best = Infinity
    for (let i = 0; i < 5 && best >= 50; i++) best = Math.min(best, yield* Effect.scoped(attempt))
    assert.isBelow(best, 50)
  })

describe("a call that is interrupted", () => {
  const phases: ReadonlyArray<readonly [string, (socket: Socket) => void]> = [
    ["waiting for headers", () => {}],
    ["reading the body", (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"a"')],
    [
      "waiting to try again",
      (socket) =>
        socket.end(
          "HTTP/1.1 400 Bad\r\ncontent-length: 21\r\nx-acs-retry-after: 4000\r\n\r\n" + '{"Code":"Throttling"}'
        )
    ]
  ]
  for (const [phase, onRequest] of phases) {
    it.scopedLive(`T05: while ${phase} closes its socket within 50 ms and sends nothing more`, () =>
      Effect.gen(function* () {
        const listener = yield* listening(onRequest)
        const fiber = yield* Effect.fork(AcsClient.rpc({ ...request, endpoint: listener.endpoint }))
        yield* until(() => listener.requests() > 0)
        yield* Effect.sleep(20)
        return yield* givenUp(fiber, listener)
      }).pipe(promptly, Effect.provide(services))
    )
  }

  it.scopedLive("T05: while connecting sends nothing", () =>
    Effect.gen(function* () {
      const listener = yield* listening(() => {})
      // TLS to a server that never says a word
      const endpoint = listener.endpoint.replace("http:", "https:")
      const fiber = yield* Effect.fork(AcsClient.rpc({ ...request, endpoint }))
      yield* until(() => listener.sockets.length > 0)
      return yield* givenUp(fiber, listener)
    }).pipe(promptly, Effect.provide(services))
  )

  it.scopedLive("T05: while its credentials are being fetched sends nothing", () =>
    Effect.gen(function* () {
      const listener = yield* listening(() => {})
      const credentials = yield* Credentials.make({ name: "slow", resolve: Effect.never })
      const fiber = yield* Effect.fork(
        AcsClient.rpc({ ...request, endpoint: listener.endpoint }).pipe(Credentials.withCredentials(credentials))
      )
      yield* Effect.sleep(20)
      const took = yield* givenUp(fiber, listener)
      assert.strictEqual(listener.sockets.length, 0)
      return took
    }).pipe(promptly, Effect.provide(services))
  )

  it.scopedLive("T06: as the loser of a race, or by a timeout, closes its socket", () =>
    Effect.gen(function* () {
      const listener = yield* listening(() => {})
      const call = AcsClient.rpc({ ...request, endpoint: listener.endpoint })
      yield* Effect.race(
        Effect.as(
          until(() => listener.requests() > 0),
          "first"
        ),
        call
      )
      yield* Effect.timeoutOption(call, 50)
      yield* until(() => listener.sockets.every((socket) => socket.destroyed || socket.readableEnded))
      assert.strictEqual(listener.requests(), 2)
    }).pipe(Effect.provide(services))
  )
})
