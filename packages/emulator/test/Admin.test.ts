/** The admin port over plain HTTP: every route, and whom it refuses. The page itself is tested in a browser, by test/browser. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Body from "@effect-aliyun/core/Body"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import type * as Call from "@effect-aliyun/emulator/Call"
import type * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import type { Mismatch } from "@effect-aliyun/emulator/Mismatch"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { request } from "node:http"
import { connect } from "node:net"
import { fileURLToPath } from "node:url"
import { as, outcome, people } from "./support/Doors.js"

const portOf = ({ adminUrl = "" }: NodeEmulator.Service) => Number(new URL(adminUrl).port)

interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** milliseconds, on a machine that has other things to do */
const patience = 30_000

/** by node:http: fetch would not let one lie about the host */
const ask = (port: number, path: string, { body, headers, method = "GET" }: Ask = {}) =>
  Effect.async<{
    readonly status: number
    readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
    readonly text: string
  }>((resume) => {
    const sent = request({ port, host: "127.0.0.1", path, method, agent: false, headers }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
      response.on("close", () =>
        resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text }))
      )
    })
    sent.on("error", (error) => resume(Effect.die(error)))
    sent.end(body)
    return Effect.sync(() => sent.destroy())
  })

const json = { "content-type": "application/json" }
const read = <A>(port: number, path: string) => Effect.map(ask(port, path), ({ text }) => JSON.parse(text) as A)
const post = (port: number, value: unknown) =>
  ask(port, "/api/faults", { method: "POST", headers: json, body: JSON.stringify(value) })

const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })

/** against an emulator and an admin port of its own; calls go over its socket, signed with version 1 */
const admin = <A, E>(
  test: (port: number, server: NodeEmulator.Service) => Effect.Effect<A, E, AcsClient.Services | Scope.Scope>,
  options: NodeEmulator.Options = {}
) =>
  Effect.flatMap(NodeEmulator.NodeEmulator, (server) => Effect.scoped(test(portOf(server), server))).pipe(
    as(people.tester, Signer.layerV1),
    Effect.provide(
      Layer.mergeAll(NodeEmulator.layerEndpoint, NodeHttpClient.layer).pipe(
        Layer.provideMerge(NodeEmulator.layerServer({ ...options, adminPort: 0 }))
      )
    )
  )

interface Listener {
  /** all that has come, when it is what one waits for, or when no more will come */
  readonly until: (is: (text: string) => boolean) => Effect.Effect<string>
  readonly close: () => void
}

/** a stream of events */
const listen = (port: number) =>
  Effect.acquireRelease(
    Effect.async<Listener>((resume) => {
      let text = ""
      let isOver = false
      const waiting = new Set<() => void>()
      const notify = () => waiting.forEach((look) => look())
      const sent = request({ port, host: "127.0.0.1", path: "/api/events", agent: false }, (response) => {
        assert.strictEqual(response.headers["content-type"], "text/event-stream")
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk
          notify()
        })
        response.on("error", () => {})
        response.on("close", () => {
          isOver = true
          notify()
        })
        const until = (is: (text: string) => boolean) =>
          Effect.async<string>((resume) => {
            const look = () => {
              if (isOver || is(text)) resume(Effect.succeed(text))
            }
            waiting.add(look)
            look()
            return Effect.sync(() => waiting.delete(look))
          })
        resume(Effect.succeed({ until, close: () => sent.destroy() }))
      })
      sent.on("error", () => {})
      sent.end()
    }),
    (listener) => Effect.sync(listener.close)
  )

/** of those that a stream holds */
const eventsIn = (text: string) =>
  [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, line = ""]) => JSON.parse(line) as Call.Call)

describe("whom it refuses", () => {
  const hosts: ReadonlyArray<readonly [host: string, isRight: boolean]> = [
    ["127.0.0.1:PORT", true],
    ["localhost:PORT", true],
    ["LocalHost:PORT", true],
    ["[::1]:PORT", true],
    ["127.0.0.1", false],
    ["localhost", false],
    ["127.0.0.1:1", false],
    ["127.0.0.1:PORT.evil.example", false],
    ["evil.example:PORT", false],
    ["localhost.evil.example:PORT", false],
    ["evil@localhost:PORT", false],
    ["127.1:PORT", false],
    ["0.0.0.0:PORT", false]
  ]
  it.live(
    "whoever comes by another name",
    () =>
      admin((port) =>
        Effect.gen(function* () {
          for (const [name, isRight] of hosts) {
            const host = name.replace("PORT", String(port))
            for (const path of ["/", "/page.js", "/api/calls", "/api/faults", "/nothing"]) {
              const { status, text } = yield* ask(port, path, { headers: { host } })
              if (isRight) assert.strictEqual(status, path === "/nothing" ? 404 : 200, `${host} ${path}`)
              else {
                assert.strictEqual(status, 403, `${host} ${path}`)
                assert.strictEqual(
                  text,
                  `the host of this server is 127.0.0.1:${port} or localhost:${port}, not ${JSON.stringify(host)}\n`
                )
              }
            }
          }
        })
      ),
    patience
  )

  it.live("whoever says no name at all", () =>
    admin((port) =>
      Effect.gen(function* () {
        for (const [headers, status] of [
          ["", "400"],
          ["host:\r\n", "403"],
          [`host: localhost:${port}\r\nhost: evil.example\r\n`, "200"]
        ]) {
          const text = yield* Effect.async<string>((resume) => {
            let text = ""
            const socket = connect(port, "127.0.0.1", () =>
              socket.write(`GET / HTTP/1.1\r\n${headers}connection: close\r\n\r\n`)
            )
            socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
            socket.on("close", () => resume(Effect.succeed(text)))
          })
          assert.strictEqual(text.slice(9, 12), status, headers)
        }
      })
    )
  )

  const origins: ReadonlyArray<readonly [origin: string, isRight: boolean]> = [
    ["http://127.0.0.1:PORT", true],
    ["http://localhost:PORT", false],
    ["https://127.0.0.1:PORT", false],
    ["http://127.0.0.1:1", false],
    ["http://127.0.0.1:PORT/", false],
    ["http://127.0.0.1:PORT.evil.example", false],
    ["https://evil.example", false],
    ["null", false],
    ["", false]
  ]
  it.live(
    "pages of other origins, for whatever they ask",
    () =>
      admin((port, { emulator }) =>
        Effect.gen(function* () {
          const body = JSON.stringify({ fault: Fault.garbage })
          const asks: ReadonlyArray<readonly [path: string, ask: Ask, right: number]> = [
            ["/", {}, 200],
            ["/api/calls", {}, 200],
            ["/api/mismatches", {}, 200],
            ["/api/faults", { method: "POST", headers: json, body }, 201],
            ["/api/faults", { method: "DELETE", headers: json }, 204],
            ["/api/faults", { method: "OPTIONS" }, 405]
          ]
          for (const [name, isRight] of origins) {
            const origin = name.replace("PORT", String(port))
            for (const [path, { headers, ...rest }, right] of asks) {
              const answer = yield* ask(port, path, { ...rest, headers: { ...headers, origin } })
              assert.strictEqual(answer.status, isRight ? right : 403, `${origin} ${rest.method} ${path}`)
              if (!isRight) assert.include(answer.text, `a page of ${JSON.stringify(origin)} may not call`)
              const allowed = Object.keys(answer.headers).filter((header) => header.startsWith("access-control"))
              assert.deepStrictEqual(allowed, [])
            }
          }
          assert.deepStrictEqual(yield* emulator.faults, [])
        })
      ),
    patience
  )

  it.live("what pages of other origins load without saying so, but not a link to the page", () =>
    admin((port) =>
      Effect.gen(function* () {
        for (const [site, path, wanted] of [
          ["cross-site", "/api/events", 403],
          ["same-site", "/api/calls", 403],
          ["cross-site", "/page.js", 403],
          ["cross-site", "/", 200],
          ["same-origin", "/api/calls", 200],
          ["none", "/api/calls", 200]
        ] as const) {
          const { status } = yield* ask(port, path, { headers: { "sec-fetch-site": site } })
          assert.strictEqual(status, wanted, `${site} ${path}`)
        }
      })
    )
  )

  it.live("changes that do not say that they are JSON, as forms cannot", () =>
    admin((port, { emulator }) =>
      Effect.gen(function* () {
        const id = yield* emulator.fault(Fault.garbage)
        const body = JSON.stringify({ fault: Fault.garbage })
        const types = [undefined, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"]
        for (const type of types) {
          const headers: Record<string, string> = type === undefined ? {} : { "content-type": type }
          for (const [method, path] of [
            ["POST", "/api/faults"],
            ["DELETE", "/api/faults"],
            ["DELETE", `/api/faults/${id}`]
          ] as const) {
            const { status, text } = yield* ask(port, path, { method, headers, ...(method === "POST" ? { body } : {}) })
            assert.strictEqual(status, 415, `${type} ${method}`)
            assert.include(text, 'must say "content-type: application/json"')
          }
        }
        assert.strictEqual((yield* emulator.faults).length, 1)
        const headers = { "content-type": "Application/JSON; charset=utf-8" }
        assert.strictEqual((yield* ask(port, "/api/faults", { method: "POST", headers, body })).status, 201)
      })
    )
  )

  it.live("other machines: it listens on loopback, whatever the emulator does", () =>
    admin(
      (port, { adminUrl }) =>
        Effect.gen(function* () {
          assert.strictEqual(adminUrl, `http://127.0.0.1:${port}`)
          const opened = yield* Effect.async<string>((resume) => {
            // loopback too, but not the address that it listens on
            const socket = connect(port, "127.0.0.2", () => resume(Effect.succeed("open")))
            socket.on("error", (error: NodeJS.ErrnoException) => resume(Effect.succeed(error.code ?? "")))
            return Effect.sync(() => socket.destroy())
          })
          assert.notStrictEqual(opened, "open")
        }),
      { host: "0.0.0.0" }
    )
  )
})

describe("what it answers", () => {
  const headers = {
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; " +
      "base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store"
  }

  it.live("with the same headers, always", () =>
    admin((port) =>
      Effect.gen(function* () {
        for (const [path, wanted, options] of [
          ["/", 200, {}],
          ["/api/calls", 200, {}],
          ["/nothing", 404, {}],
          ["/", 405, { method: "PUT" }],
          ["/", 403, { headers: { host: "evil.example" } }],
          ["/api/faults", 415, { method: "DELETE" }],
          ["/api/faults", 204, { method: "DELETE", headers: json }],
          ["/api/faults", 400, { method: "POST", headers: json, body: "" }],
          ["/api/events", 200, { method: "HEAD" }]
        ] as const) {
          const answer = yield* ask(port, path, options)
          assert.strictEqual(answer.status, wanted, path)
          assert.deepInclude(answer.headers, headers, path)
        }
      })
    )
  )

  it.live("the page, and all that it loads", () =>
    admin((port) =>
      Effect.gen(function* () {
        const seen = new Map<string, string>()
        const left = ["/"]
        for (const path of left) {
          const { headers, status, text } = yield* ask(port, path)
          assert.strictEqual(status, 200, path)
          seen.set(path, String(headers["content-type"]))
          for (const [, one, other] of text.matchAll(/(?:src|href)="(\/[^"]*)"|from "\.(\/[^"]*)"/g)) {
            const next = one ?? other ?? ""
            if (!seen.has(next) && !left.includes(next)) left.push(next)
          }
        }
        const typeOf = (name: string) =>
          `text/${name.endsWith(".js") ? "javascript" : name.slice(name.lastIndexOf(".") + 1)}; charset=utf-8`
        const files = readdirSync(new URL("../assets", import.meta.url))
        const wanted = files.map((name) => [name === "index.html" ? "/" : `/${name}`, typeOf(name)])
        assert.deepStrictEqual(Object.fromEntries(seen), Object.fromEntries(wanted))
      })
    )
  )

  it.live("not found to what there is not", () =>
    admin((port) =>
      Effect.gen(function* () {
        for (const path of [
          ...[
            "/index.html",
            "/favicon.ico",
            "/assets/page.js",
            "/../package.json",
            "/%2e%2e/package.json",
            "//",
            "/api"
          ],
          ...["/api/", "/api/faults/", "/api/faults/a/b", "/__proto__", "/constructor", "http://evil.example/", "*"]
        ]) {
          const { status, text } = yield* ask(port, path)
          assert.strictEqual(status, 404, path)
          assert.strictEqual(text, "there is nothing here; the page is at /\n")
        }
      })
    )
  )

  it.live(
    "which methods there are, to another one",
    () =>
      admin((port) =>
        Effect.gen(function* () {
          const reads = ["/", "/page.css", "/page.js", "/api/calls", "/api/events", "/api/mismatches", "/api/instances"]
          const methods = ["OPTIONS", "PUT", "PATCH", "POST", "DELETE", "TRACE"]
          const rows: ReadonlyArray<readonly [string, ReadonlyArray<string>, string]> = [
            ...reads.map((path) => [path, methods, "GET, HEAD"] as const),
            ["/api/faults", methods.slice(0, 3), "GET, HEAD, POST, DELETE"],
            ["/api/faults/fault-1", ["GET", "HEAD", "POST", "OPTIONS"], "DELETE"]
          ]
          for (const [path, refused, allow] of rows) {
            for (const method of refused) {
              const { headers, status, text } = yield* ask(port, path, { method, headers: json })
              assert.strictEqual(status, 405, `${method} ${path}`)
              assert.strictEqual(headers["allow"], allow)
              assert.strictEqual(text, method === "HEAD" ? "" : `this takes ${allow}\n`)
            }
          }
        })
      ),
    patience
  )

  it.live("HEAD as GET, without a body", () =>
    admin((port) =>
      Effect.gen(function* () {
        for (const path of ["/", "/page.js", "/api/calls", "/api/faults"]) {
          const { headers, status, text } = yield* ask(port, path, { method: "HEAD" })
          assert.strictEqual(status, 200)
          assert.strictEqual(text, "")
          assert.strictEqual(headers["content-length"], (yield* ask(port, path)).headers["content-length"])
        }
      })
    )
  )
})

describe("calls", () => {
  it.live("newest last, 200 of them unless told", () =>
    admin((port, { emulator }) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* read(port, "/api/calls"), [])
        yield* outcome(whoAmI)
        const [first] = yield* read<ReadonlyArray<Call.Call>>(port, "/api/calls")
        const picked = {
          action: first?.action,
          status: first?.status,
          verdict: first?.verdict,
          attempt: first?.attempt
        }
        assert.deepStrictEqual(picked, { action: "GetCallerIdentity", status: 200, verdict: "Accepted", attempt: 1 })
        const raw = { method: "GET", target: "/", headers: [], body: new Uint8Array(0) }
        yield* Effect.replicateEffect(emulator.gateway.handle(raw), 249)
        const sequences = (path: string) =>
          Effect.map(read<ReadonlyArray<Call.Call>>(port, path), (calls) => calls.map(({ sequence }) => sequence))
        const from = (first: number) => Array.from({ length: 251 - first }, (_, i) => first + i)
        assert.deepStrictEqual(yield* sequences("/api/calls"), from(51))
        assert.deepStrictEqual(yield* sequences("/api/calls?limit=2"), from(249))
        assert.deepStrictEqual(yield* sequences("/api/calls?limit=0"), [])
        assert.deepStrictEqual(yield* sequences("/api/calls?limit=10000"), from(1))
      })
    )
  )

  it.live("a limit that is none", () =>
    admin((port) =>
      Effect.gen(function* () {
        for (const limit of ["", "-1", "10001", "1e3", "0x10", "1.5", "abc", "%00"]) {
          const { status, text } = yield* ask(port, `/api/calls?limit=${limit}`)
          assert.strictEqual(status, 400, limit)
          assert.strictEqual(text, "limit: Expected a whole number between 0 and 10000\n")
        }
      })
    )
  )

  it.live("as they are answered, each in a line", () =>
    admin((port) =>
      Effect.gen(function* () {
        const { until } = yield* listen(port)
        assert.strictEqual(yield* until((text) => text !== ""), ": still here\n\n")
        yield* outcome(whoAmI)
        yield* outcome(AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "Not\nThere" }))
        yield* outcome(whoAmI)
        const text = yield* until((text) => eventsIn(text).length === 2)
        const calls = yield* read(port, "/api/calls")
        assert.deepStrictEqual(eventsIn(text), calls)
      })
    )
  )

  it.scoped("with a sign of life every 15 seconds", () =>
    admin((port) =>
      Effect.gen(function* () {
        const { until } = yield* listen(port)
        const signs = (count: number) => (text: string) => text === ": still here\n\n".repeat(count)
        yield* until(signs(1))
        yield* TestClock.adjust("15 seconds")
        yield* until(signs(2))
        yield* TestClock.adjust("30 seconds")
        yield* until(signs(4))
      })
    )
  )

  it.live(
    "to 4 listeners: the oldest makes room, and is told",
    () =>
      admin((port) =>
        Effect.gen(function* () {
          const first = yield* listen(port)
          const others = yield* Effect.replicateEffect(listen(port), 3)
          yield* outcome(whoAmI)
          for (const { until } of [first, ...others]) yield* until((text) => eventsIn(text).length === 1)
          const last = yield* listen(port)
          const text = yield* first.until(() => false)
          assert.match(text, /\n\nevent: dropped\ndata: there are too many listeners\n\n$/)
          yield* outcome(whoAmI)
          yield* last.until((text) => eventsIn(text).length === 1)
          for (const { until } of others) yield* until((text) => eventsIn(text).length === 2)
        })
      ),
    patience
  )

  it.live("until the scope closes", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const server = yield* Scope.extend(NodeEmulator.make({ adminPort: 0 }), scope)
      const { until } = yield* listen(portOf(server))
      yield* until((text) => text !== "")
      yield* Effect.all([Scope.close(scope, Exit.void), until(() => false)], { concurrency: 2 }).pipe(
        Effect.timeout("1 second")
      )
      const again = yield* NodeEmulator.make({ adminPort: portOf(server) })
      assert.strictEqual(again.adminUrl, server.adminUrl)
    }).pipe(Effect.scoped)
  )
})

describe("mismatches and instances", () => {
  it.live("what was to be signed, cut where nobody reads on", () =>
    admin((port) =>
      Effect.gen(function* () {
        const body = Body.form({ Text: "x".repeat(60_000) })
        const request = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "A", method: "POST", body })
        const refused = AcsClient.execute(request).pipe(as(people.impostor, Signer.layerV1))
        yield* outcome(refused)
        const [mismatch] = yield* read<ReadonlyArray<Mismatch>>(port, "/api/mismatches")
        const [call] = yield* read<ReadonlyArray<Call.Call>>(port, "/api/calls")
        assert.strictEqual(mismatch?.requestId, call?.requestId)
        assert.match(mismatch?.expected ?? "", /^POST&%2F&AccessKeyId%3Dtestid%26.*x… \(\d+ more\)$/)
        assert.isBelow(mismatch?.expected.length ?? 0, 17 * 1024)
        assert.strictEqual(mismatch?.client, undefined)
      })
    )
  )

  it.live("the instances as they are", () =>
    admin((port, { emulator }) =>
      Effect.gen(function* () {
        const instances = yield* read<ReadonlyArray<{ readonly InstanceId: string; readonly Status: string }>>(
          port,
          "/api/instances"
        )
        assert.isNotEmpty(instances)
        assert.deepStrictEqual(instances, JSON.parse(JSON.stringify(yield* emulator.instances)))
      })
    )
  )
})

describe("faults", () => {
  it.live("are switched on, hit, and are switched off", () =>
    admin((port) =>
      Effect.gen(function* () {
        const fault = Fault.error({ status: 503, code: "ServiceUnavailable" })
        const one = yield* post(port, { fault, target: { product: "Sts", times: 3 } })
        assert.strictEqual(one.status, 201)
        assert.deepStrictEqual(JSON.parse(one.text), { id: "fault-1" })
        assert.strictEqual(yield* outcome(whoAmI), "503 ServiceUnavailable")
        const two = yield* post(port, { fault: Fault.garbage })
        assert.deepStrictEqual(JSON.parse(two.text), { id: "fault-2" })
        assert.deepStrictEqual(yield* read(port, "/api/faults"), [
          { id: "fault-1", fault, target: { product: "Sts", times: 3 }, left: 2 },
          { id: "fault-2", fault: Fault.garbage, target: {} }
        ])
        const off = (path: string) => ask(port, path, { method: "DELETE", headers: json })
        const gone = yield* off("/api/faults/fault-2")
        assert.deepStrictEqual([gone.status, gone.text], [204, ""])
        assert.strictEqual((yield* off("/api/faults/fault-2")).status, 404)
        assert.strictEqual((yield* read<ReadonlyArray<unknown>>(port, "/api/faults")).length, 1)
        assert.strictEqual((yield* off("/api/faults")).status, 204)
        assert.deepStrictEqual(yield* read(port, "/api/faults"), [])
        assert.strictEqual(yield* outcome(whoAmI), "200")
      })
    )
  )

  it.live("of every kind", () =>
    admin((port) =>
      Effect.gen(function* () {
        const faults = [
          ...[
            Fault.throttle({ retryAfter: "1 second" }),
            Fault.delay("1 second"),
            Fault.reset("headers"),
            Fault.truncate
          ],
          ...[
            Fault.endless,
            Fault.garbage,
            Fault.gzipBomb(),
            Fault.redirect("http://a/"),
            Fault.wrongDate({ ahead: "1 hour" })
          ]
        ]
        for (const fault of faults) assert.strictEqual((yield* post(port, { fault })).status, 201, fault._tag)
        const active = yield* read<ReadonlyArray<Emulator.ActiveFault>>(port, "/api/faults")
        assert.deepStrictEqual(
          active.map(({ fault }) => fault),
          faults
        )
      })
    )
  )

  const error = { _tag: "Error", status: 503, code: "C", message: "M" }
  const rows: ReadonlyArray<readonly [body: unknown, ...lines: ReadonlyArray<string>]> = [
    [[], "the body: Expected an object, actual []"],
    [{}, "fault: is missing"],
    [{ fault: 3 }, "fault: Expected an object, actual 3"],
    [{ fault: {} }, "fault._tag: is missing"],
    [
      { fault: { _tag: "Eror" } },
      'fault._tag: Expected "Error" | "Delay" | "Reset" | "Truncate" | "Endless" | "Garbage" | "GzipBomb" | "Redirect" | ' +
        '"WrongDate", actual "Eror"'
    ],
    [
      { fault: { _tag: "Error", status: 99, code: 1 } },
      "fault.status: Expected a number between 200 and 599, actual 99",
      "fault.code: Expected string, actual 1",
      "fault.message: is missing"
    ],
    [{ fault: { ...error, status: "503" } }, 'fault.status: Expected number, actual "503"'],
    [{ fault: { ...error, retryAfter: -1 } }, /^fault\.retryAfter: Expected .* between 0 and \d+, actual -1$/m.source],
    [{ fault: { _tag: "Reset", at: "end" } }, 'fault.at: Expected "before" | "headers" | "body", actual "end"'],
    [
      { fault: { _tag: "Redirect", status: 300, location: "/" } },
      "fault.status: Expected 301 | 302 | 303 | 307 | 308, actual 300"
    ],
    [{ fault: { _tag: "GzipBomb", bytes: 2 ** 31 } }, "fault.bytes: Expected a number between 0 and 1073741824"],
    [
      { fault: error, target: { tims: 3 } },
      'target.tims: is unexpected, expected: "product" | "action" | "share" | "times"'
    ],
    [{ fault: error, target: { share: 50 } }, "target.share: Expected a number between 0 and 1, actual 50"],
    [{ fault: error, target: { times: 0.5 } }, "target.times: Expected an integer, actual 0.5"],
    [{ fault: error, target: [] }, "target: Expected an object, actual []"],
    [{ fault: error, targets: {} }, 'targets: is unexpected, expected: "fault" | "target"']
  ]
  it.live.each(rows)("what is wrong is named: %j", ([body, ...lines]) =>
    admin((port, { emulator }) =>
      Effect.gen(function* () {
        const { headers, status, text } = yield* post(port, body)
        assert.strictEqual(status, 400)
        assert.strictEqual(headers["content-type"], "text/plain; charset=utf-8")
        for (const line of lines) {
          if (line.startsWith("^")) assert.match(text, new RegExp(line, "m"))
          else assert.include(text, line)
        }
        assert.strictEqual(text.trimEnd().split("\n").length, lines.length + 1, text)
        assert.deepStrictEqual(yield* emulator.faults, [])
        // what it shows as an example works
        const example: unknown = JSON.parse(/^for instance: (.*)$/m.exec(text)?.[1] ?? "")
        assert.strictEqual((yield* post(port, example)).status, 201)
      })
    )
  )

  it.live("what is no JSON, or too long of a line to repeat", () =>
    admin((port) =>
      Effect.gen(function* () {
        for (const body of ["", "{", "fault=Error", "\u0000"]) {
          const { status, text } = yield* ask(port, "/api/faults", { method: "POST", headers: json, body })
          assert.strictEqual(status, 400)
          assert.match(text, /^the body: is no JSON: /)
        }
        const { text } = yield* post(port, { fault: { _tag: "x".repeat(10_000) } })
        assert.isBelow(text.length, 1000)
      })
    )
  )

  it.live("a body that is too long, announced or not, and what comes after it", () =>
    admin((port) =>
      Effect.gen(function* () {
        const headers = { ...json, "transfer-encoding": "chunked" }
        for (const size of [70_000, 5_000_000]) {
          for (const more of [json, headers]) {
            const body = JSON.stringify("x".repeat(size))
            const { status, text } = yield* ask(port, "/api/faults", { method: "POST", headers: more, body })
            assert.strictEqual(status, 413)
            assert.strictEqual(text, "a body may have 65536 bytes\n")
          }
        }
        assert.strictEqual((yield* post(port, { fault: error })).status, 201)
      })
    )
  )

  it.live("headers that are too long", () =>
    admin((port) =>
      Effect.map(ask(port, "/", { headers: { long: "x".repeat(20_000) } }), ({ status }) =>
        assert.strictEqual(status, 431)
      )
    )
  )
})

describe("the port", () => {
  it.live("is not there unless told", () =>
    Effect.scoped(
      Effect.map(NodeEmulator.make(), ({ adminUrl }) => {
        assert.strictEqual(adminUrl, undefined)
      })
    )
  )

  it.live("that is taken is a ServeError, and then nothing is left open", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const first = yield* NodeEmulator.make({ adminPort: 0 })
        const free = yield* Effect.scoped(NodeEmulator.make())
        const error = yield* Effect.flip(
          Effect.scoped(NodeEmulator.make({ port: free.port, adminPort: portOf(first) }))
        )
        assert.strictEqual(error._tag, "ServeError")
        assert.strictEqual((yield* NodeEmulator.make({ port: free.port })).port, free.port)
      })
    )
  )
})

it.live(
  "works as it is built, too",
  () =>
    Effect.gen(function* () {
      const program = `
      import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
      import * as Effect from "effect/Effect"
      const read = (url) => Effect.promise(() => fetch(url).then((response) => response.text()))
      Effect.gen(function* () {
        const { adminUrl } = yield* NodeEmulator.make({ adminPort: 0 })
        for (const path of ["/", "/page.js", "/page.css"]) console.log((yield* read(adminUrl + path)).length)
      }).pipe(Effect.scoped, Effect.runPromise)`
      const printed = yield* Effect.async<string>((resume) => {
        const args = ["--input-type=module", "--eval", program]
        const child = spawn(process.execPath, args, { cwd: fileURLToPath(new URL("..", import.meta.url)), env: {} })
        let text = ""
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
        child.on("close", () => resume(Effect.succeed(text)))
      })
      assert.match(printed, /^\d{4,}\n\d{4,}\n\d{4,}\n$/)
    }),
  patience
)
