/** What only a socket can do to a server: garbage, floods, silence, early ends. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import type * as RawResponse from "@effect-aliyun/emulator/RawResponse"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { request } from "node:http"
import { connect, type Socket } from "node:net"
import { fileURLToPath } from "node:url"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { as, keys, outcome, people, sign, signers, type Wire } from "./support/Doors.js"

const tlsFixtures = fileURLToPath(new URL("../../../test/fixtures/tls", import.meta.url))

const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })

/** runs against a server of its own, and shows at the end that it still works */
const withServer = <A, E>(
  test: (server: NodeEmulator.Service) => Effect.Effect<A, E, Scope.Scope | AcsClient.Services>,
  options: NodeEmulator.Options = {}
) =>
  Effect.gen(function* () {
    yield* Effect.scoped(test(yield* NodeEmulator.NodeEmulator))
    assert.strictEqual(yield* outcome(whoAmI), "200")
  }).pipe(
    as(people.tester),
    Effect.provide(
      Layer.mergeAll(NodeEmulator.layerEndpoint, NodeHttpClient.layer).pipe(
        Layer.provideMerge(NodeEmulator.layerServer(options))
      )
    )
  )

/** all that the server says to these bytes, until it closes the connection */
const exchange = (
  port: number,
  bytes: string | Uint8Array,
  onOpen: (socket: Socket) => void = () => {},
  // one that goes on when the server has said its last word
  allowHalfOpen = false
) =>
  Effect.async<string>((resume) => {
    let text = ""
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen }, () => {
      socket.write(bytes)
      onOpen(socket)
    })
    socket.setEncoding("latin1").on("data", (chunk) => (text += chunk))
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(text)))
    return Effect.sync(() => socket.destroy())
  })

const statusOf = (text: string) => /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? "closed"
const anonymous = "GET / HTTP/1.1\r\nhost: a\r\naccept: application/json\r\nconnection: close\r\n\r\n"

describe("malformed", () => {
  const rows: ReadonlyArray<readonly [name: string, bytes: string, status: string]> = [
    ["garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"],
    ["no version", "GET / HTTP\r\n\r\n", "400"],
    ["a header without a colon", "GET / HTTP/1.1\r\nhost: a\r\nnonsense\r\n\r\n", "400"],
    ["no host", "GET / HTTP/1.1\r\n\r\n", "400"],
    ["two lengths", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "400"],
    [
      "length and chunks",
      "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
      "400"
    ],
    ["a bad chunk", "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "closed"],
    ["huge headers", `GET / HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(100_000)}\r\n\r\n`, "431"],
    ["a huge request line", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, "431"],
    ["a length beyond the limit", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n", "413"],
    ["a tunnel", "CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n", "closed"]
  ]
  it.live.each(rows)("%s", ([, bytes, status]) =>
    withServer(({ port }) =>
      Effect.map(exchange(port, Buffer.from(bytes, "latin1")), (text) => assert.strictEqual(statusOf(text), status))
    )
  )

  it.live("a target that is no path is answered by the gateway", () =>
    withServer(({ port }) =>
      Effect.gen(function* () {
        for (const target of ["*", "http://a/", "/%zz/%", "/?%&=&&a", "//"]) {
          const text = yield* exchange(port, anonymous.replace("GET / ", `OPTIONS ${target} `))
          assert.match(text, /^HTTP\/1\.1 400 .*"Code":"MissingAccessKeyId"/s, target)
        }
      })
    )
  )

  it.live("a body that grows beyond the limit", () =>
    withServer(
      ({ port }) =>
        Effect.gen(function* () {
          const head = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
          const text = yield* exchange(port, `${head}${`400\r\n${"a".repeat(1024)}\r\n`.repeat(4)}`)
          assert.strictEqual(statusOf(text), "413")
        }),
      { maxBodyBytes: 2048 }
    )
  )

  it.live("garbage behind a good request does not get into its answer", () =>
    withServer(({ port }) =>
      Effect.gen(function* () {
        const text = yield* exchange(port, `${anonymous.replace("connection: close\r\n", "")}\x00\x01garbage\r\n\r\n`)
        // it may cost the answer, but never changes it
        for (const answer of text.split(/(?=HTTP\/1\.1)/)) {
          if (answer !== "") assert.match(answer, /^HTTP\/1\.1 400 .*\r\n\r\n(\{.*\})?$/s)
        }
      })
    )
  )

  it.live("bodies of many connections that are too much together", () =>
    withServer(
      ({ port }) =>
        Effect.gen(function* () {
          const half = `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 60000\r\n\r\n${"a".repeat(40_000)}`
          const first = yield* Effect.fork(exchange(port, half, (socket) => setTimeout(() => socket.destroy(), 300)))
          yield* Effect.sleep("100 millis")
          assert.strictEqual(statusOf(yield* exchange(port, half)), "503")
          yield* Fiber.join(first)
          // the room is free again
          const whole = half.replace("60000", "40000").replace("host: a", "host: a\r\nconnection: close")
          assert.strictEqual(statusOf(yield* exchange(port, whole)), "400")
        }),
      { maxBufferedBytes: 64_000 }
    )
  )
})

/** a signed request with this on its request line, and more headers */
const written = ({ headers, method, url }: Wire, target: string, more = "") => {
  const lines = Object.entries({ host: new URL(url).host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}${more}connection: close\r\n\r\n`
}
const whoAmISigned = sign(RpcRequest.make({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }))

it.live("a header behind thousands of others is seen", () =>
  withServer(
    ({ port }) =>
      Effect.gen(function* () {
        const others = "a:\r\n".repeat(2100)
        for (const [more, status] of [
          [others, "200"],
          [`${others}x-acs-security-token: other\r\n`, "400"]
        ] as const) {
          const wire = yield* whoAmISigned
          const { pathname, search } = new URL(wire.url)
          assert.strictEqual(statusOf(yield* exchange(port, written(wire, `${pathname}${search}`, more))), status)
        }
      }).pipe(as(people.sts)),
    { keys }
  )
)

it.live("a whole URL, as clients behind a proxy send it, is as good as its path", () =>
  withServer(({ emulator, port }) =>
    Effect.gen(function* () {
      for (const signer of Object.values(signers)) {
        for (const origin of [`http://127.0.0.1:${port}/`, `HTTP://user:CANARY@127.0.0.1:${port}`, "https://a/"]) {
          const wire = yield* whoAmISigned.pipe(as(people.tester, signer))
          const text = yield* exchange(port, written(wire, `${origin}${new URL(wire.url).search}`))
          assert.strictEqual(statusOf(text), "200", origin)
        }
      }
      const paths = (yield* emulator.calls).map(({ path }) => path)
      assert.deepStrictEqual(new Set(paths), new Set(["/"]))
    })
  )
)

/** a server whose gateway is this one */
const serveBy = (handle: Emulator.Gateway["handle"]) =>
  Effect.flatMap(Emulator.make(), (emulator) => NodeEmulator.serve({ ...emulator, gateway: { handle } }))
const fine: RawResponse.RawResponse = { status: 200, headers: [], body: new Uint8Array(0) }

it.live("a body in the smallest chunks takes no more room than another", () =>
  Effect.gen(function* () {
    setFlagsFromString("--expose-gc")
    const gc = runInNewContext("gc") as () => void
    const held = () => {
      gc()
      const { external, heapUsed } = process.memoryUsage()
      return external + heapUsed
    }
    const letters = Array.from({ length: 300_000 }, (_, i) => String.fromCharCode(97 + (i % 26)))
    const chunks = letters.map((letter) => `1\r\n${letter}\r\n`).join("")
    const bytes = Buffer.from(
      `POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`
    )
    const before = held()
    let grown = Infinity
    let body = ""
    const { port } = yield* serveBy((raw) =>
      Effect.sync(() => {
        grown = held() - before
        body = new TextDecoder().decode(raw.body)
        return fine
      })
    )
    assert.strictEqual(statusOf(yield* exchange(port, bytes)), "200")
    assert.isTrue(body === letters.join(""))
    assert.isBelow(grown, 8 * 1024 * 1024)
  }).pipe(Effect.scoped)
)

it.live("garbage behind the second of two requests does not take the place of its answer", () =>
  Effect.gen(function* () {
    const { port } = yield* serveBy(({ target }) => (target === "/slow" ? Effect.never : Effect.succeed(fine)))
    const both = ["/fast", "/slow"].map((target) => `GET ${target} HTTP/1.1\r\nhost: a\r\n\r\n`).join("")
    const text = yield* exchange(port, both, (socket) => {
      socket.once("data", () => setTimeout(() => socket.write("\x00\x01garbage\r\n\r\n"), 50))
    })
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n(?:[\w-]+: .*\r\n)*\r\n$/)
  }).pipe(Effect.scoped)
)

describe("10,000 streams of random bytes", () => {
  const whole = [
    "POST /?Action=DescribeRegions&Version=2014-05-26&Format=JSON HTTP/1.1",
    "host: a",
    "content-type: application/x-www-form-urlencoded",
    "transfer-encoding: chunked",
    "authorization: ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=00",
    "",
    "5\r\na=b&c\r\n0\r\n\r\n"
  ].join("\r\n")

  /** nothing but noise, a good start with noise behind it, or a good request with noise in it */
  const streamOf = (random: (n: number) => number): Uint8Array => {
    const noise = Buffer.from(Array.from({ length: random(300) }, () => random(256)))
    const text = Buffer.from(whole)
    switch (random(3)) {
      case 0:
        return noise
      case 1:
        return Buffer.concat([text.subarray(0, random(text.length)), noise])
      default: {
        for (let i = random(4); i >= 0; i--) text[random(text.length)] = random(256)
        return text
      }
    }
  }

  it.live(
    "end in an answer or a closed connection, and leave nothing behind",
    () =>
      withServer(({ port }) =>
        Effect.gen(function* () {
          let state = 20_140_526
          // xorshift: the same streams each time
          const random = (n: number) => {
            state ^= state << 13
            state ^= state >>> 17
            state ^= state << 5
            return (state >>> 0) % n
          }
          const streams = Array.from({ length: 10_000 }, () => streamOf(random))
          const before = process.memoryUsage().rss
          const texts = yield* Effect.forEach(streams, (bytes) => exchange(port, bytes, (socket) => socket.end()), {
            concurrency: 50
          })
          const statuses = new Set(texts.map(statusOf))
          for (const status of statuses) assert.match(status, /^(closed|4\d\d)$/)
          assert.isTrue(statuses.has("400"))
          assert.isBelow(process.memoryUsage().rss - before, 200 * 1024 * 1024)
        })
      ),
    60_000
  )
})

describe("slow", () => {
  const limits = { headersTimeout: "100 millis", requestTimeout: "200 millis", keepAliveTimeout: "100 millis" } as const

  it.live("headers that never end", () =>
    withServer(
      ({ port }) =>
        Effect.map(exchange(port, "GET / HTTP/1.1\r\nhost: a\r\n"), (text) =>
          assert.strictEqual(statusOf(text), "408")
        ),
      limits
    )
  )

  it.live("a body that never comes", () =>
    withServer(
      ({ port }) =>
        Effect.map(exchange(port, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n12345"), (text) =>
          assert.include(["408", "closed"], statusOf(text))
        ),
      limits
    )
  )

  it.live("a client that says nothing", () =>
    withServer(
      ({ port }) => Effect.map(exchange(port, ""), (text) => assert.include(["408", "closed"], statusOf(text))),
      limits
    )
  )
})

describe("early ends", () => {
  it.live("of the client, at any point of its request", () =>
    withServer(({ port }) =>
      Effect.forEach(
        ["", "GET", "GET / HTTP/1.1\r\nhost", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1", anonymous],
        (bytes) => exchange(port, bytes, (socket) => setTimeout(() => socket.resetAndDestroy(), 5))
      )
    )
  )

  it.live("of the server: it does not wait for idle connections, and frees its port", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { port } = yield* NodeEmulator.make({ keepAliveTimeout: "1 minute" }).pipe(Scope.extend(scope))
      const silent = connect(port, "127.0.0.1").on("error", () => {})
      const idle = connect(port, "127.0.0.1").on("error", () => {})
      idle.write(anonymous.replace("connection: close\r\n", ""))
      yield* Effect.async<void>((resume) => void idle.once("data", () => resume(Effect.void)))
      const unfinished = connect(port, "127.0.0.1").on("error", () => {})
      unfinished.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1")
      yield* Effect.sleep("20 millis")
      const closed = [silent, idle, unfinished].map((socket) =>
        Effect.async<void>((resume) => void socket.once("close", () => resume(Effect.void)))
      )
      yield* Effect.all([Scope.close(scope, Exit.void), ...closed], { concurrency: "unbounded" }).pipe(
        Effect.timeout("1 second")
      )
      const next = yield* Effect.scoped(NodeEmulator.make({ port }))
      assert.strictEqual(next.port, port)
    })
  )
})

it.live("a port that is taken is a ServeError", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const { port } = yield* NodeEmulator.make()
      const error = yield* Effect.flip(NodeEmulator.make({ port }))
      assert.strictEqual(error._tag, "ServeError")
    })
  )
)

describe("who holds a connection", () => {
  it.live("by sending on when its time for headers is up loses it", () =>
    withServer(
      ({ port }) =>
        Effect.gen(function* () {
          const drip = (socket: Socket) => {
            const timer = setInterval(() => socket.write("x"), 50)
            socket.on("close", () => clearInterval(timer))
          }
          const text = yield* exchange(port, "GET / HTTP/1.1\r\nhost: a\r\nx: ", drip, true).pipe(
            Effect.timeout("5 seconds")
          )
          assert.strictEqual(statusOf(text), "408")
        }),
      { headersTimeout: "200 millis", requestTimeout: "400 millis" }
    )
  )

  it.live("without a word to TLS does not hold the server when it closes", () =>
    Effect.gen(function* () {
      const [cert, key] = ["cert", "key"].map((name) => readFileSync(`${tlsFixtures}/${name}.pem`, "utf8"))
      const scope = yield* Scope.make()
      const { port } = yield* NodeEmulator.make({ cert, key }).pipe(Scope.extend(scope))
      const opened = yield* Deferred.make<void>()
      const silent = yield* Effect.fork(exchange(port, "", () => Effect.runFork(Deferred.succeed(opened, undefined))))
      yield* Deferred.await(opened)
      yield* Effect.sleep("50 millis")
      yield* Scope.close(scope, Exit.void).pipe(Effect.timeout("2 seconds"))
      assert.strictEqual(yield* Fiber.join(silent), "")
    })
  )

  it.live("while an answer takes its time keeps it", () =>
    withServer(
      ({ emulator }) =>
        Effect.gen(function* () {
          yield* emulator.fault(Fault.delay("1 second"), { times: 1 })
          assert.strictEqual(yield* outcome(whoAmI), "200")
        }),
      { headersTimeout: "100 millis", requestTimeout: "200 millis", keepAliveTimeout: "100 millis" }
    )
  )
})

it.live.each([
  { port: 65_536, says: /port.*65536/i },
  { headersTimeout: 2000, requestTimeout: 1000, says: /headersTimeout|requestTimeout/ },
  { cert: "CANARY", key: "CANARY", says: /^cert and key are no PEM/ }
])("options that Node does not take are a ServeError that names them: %j", ({ says, ...options }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { _tag, cause } = yield* Effect.flip(NodeEmulator.make(options))
      assert.strictEqual(_tag, "ServeError")
      assert.match((cause as Error).message, says)
    })
  )
)

it.live("listens on loopback, and on IPv6 when told", () =>
  Effect.scoped(
    Effect.gen(function* () {
      assert.match((yield* NodeEmulator.make()).url, /^http:\/\/127\.0\.0\.1:\d+$/)
      const six = yield* Effect.option(NodeEmulator.make({ host: "::1" }))
      if (six._tag === "Some") assert.match(six.value.url, /^http:\/\/\[::1\]:\d+$/)
    })
  )
)

it.live("header names and repeated headers arrive as they were sent", () =>
  withServer(({ emulator, port }) =>
    Effect.gen(function* () {
      const status = yield* Effect.async<number | undefined>((resume) => {
        const headers = ["host", "a", "X-Acs-Twice", "1", "x-acs-twice", "2", "connection", "close"]
        request({ port, host: "127.0.0.1", path: "/a%2fb?x", headers: headers as never }, (response) => {
          response.resume().on("end", () => resume(Effect.succeed(response.statusCode)))
        }).end()
      })
      assert.strictEqual(status, 400)
      const [call] = yield* emulator.calls
      assert.strictEqual(call?.path, "/a%2fb")
    })
  )
)

it.live("serves the fetch of the platform, many calls at a time", () =>
  Effect.gen(function* () {
    const outcomes = yield* Effect.all(
      Array.from({ length: 100 }, () => outcome(whoAmI)),
      { concurrency: "unbounded" }
    )
    assert.deepStrictEqual(new Set(outcomes), new Set(["200"]))
    assert.strictEqual((yield* Emulator.calls).length, 100)
  }).pipe(
    as(people.tester),
    Effect.provide(
      Layer.mergeAll(NodeEmulator.layerEndpoint, FetchHttpClient.layer).pipe(
        Layer.provideMerge(NodeEmulator.layerServer())
      )
    )
  )
)
