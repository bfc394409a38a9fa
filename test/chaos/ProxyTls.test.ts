/** Proxies and certificates, good and bad: see the rows of the chaos matrix by their ids. */
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { assert, describe, it, vi } from "@effect/vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import Net from "node:net"
import Tls from "node:tls"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import * as Servers from "../../packages/platform-node/test/support/Servers.js"
import { call, identity, over, transport } from "./support/Calls.js"

const { certificate } = Servers
const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url))
const ca = certificate("ca")
const good = { cert: certificate("good"), key: certificate("leaf.key") }
const canary = "canary-password"
const authorization = `Basic ${Buffer.from(`user:${canary}`).toString("base64")}`

interface Proxy extends Servers.TestServer {
  /** what it was asked, first line and credentials */
  readonly asked: ReadonlyArray<readonly [line: string, authorization: string | undefined]>
}

/** a proxy that leads to one place, whatever it is asked for; by http it answers by itself */
const proxyTo = (port: number, make: (handler: Http.RequestListener) => Http.Server = Http.createServer) => {
  const asked: Array<readonly [line: string, authorization: string | undefined]> = []
  const note = ({ headers, method, url }: Http.IncomingMessage) =>
    void asked.push([`${method} ${url}`, headers["proxy-authorization"]])
  const server = make((request, response) => {
    note(request)
    response.end('{"RequestId":"forwarded"}')
  }).on("connect", (request: Http.IncomingMessage, socket: Net.Socket) => {
    note(request)
    const through = Net.connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
      socket.pipe(through).pipe(socket)
    })
    through.on("error", () => socket.destroy()).on("close", () => socket.destroy())
    socket.on("error", () => through.destroy()).on("close", () => through.destroy())
  })
  return Effect.map(Servers.listen(server), (it): Proxy => ({ ...it, asked }))
}

/** the service behind TLS, and the headers of what it was asked */
const service = (options: Https.ServerOptions = good) => {
  const headers: Array<Http.IncomingHttpHeaders> = []
  const server = Https.createServer(options, (request, response) => {
    headers.push(request.headers)
    response.end('{"RequestId":"r"}')
  }).on("tlsClientError", () => {})
  return Effect.map(Servers.listen(server, "https"), (it) => ({ ...it, headers }))
}

const env = (entries: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))

/** every name that is looked up here, which a proxy should do */
const watched = () => {
  const names: Array<string> = []
  const lookup: Net.LookupFunction = (name, _, callback) => {
    names.push(name)
    callback(Object.assign(new Error("nobody looks up here"), { code: "ENOTFOUND" }), "", 4)
  }
  return { names, lookup }
}

/** no text that can be had of an error holds it */
const isSilent = (error: AcsError.AcsError) => {
  const texts = [
    String(error),
    error.stack ?? "",
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
    Cause.pretty(Cause.fail(error), { renderErrorCause: true })
  ]
  for (const text of texts) {
    assert.notInclude(text, canary)
    assert.notInclude(text, authorization.slice("Basic ".length))
  }
}

describe("through a proxy", () => {
  it.scopedLive("P01, P03: of the environment: by CONNECT, nothing directly; it alone sees its credentials", () =>
    Effect.gen(function* () {
      const { headers, port } = yield* service()
      const proxy = yield* proxyTo(port)
      const { lookup, names } = watched()
      const layer = Layer.merge(identity, NodeHttpClient.layerConfig({ lookup }))
      yield* Effect.gen(function* () {
        for (let i = 0; i < 3; i++) {
          assert.strictEqual((yield* call("https://ecs.aliyuncs.com")).requestId, "r")
        }
        assert.strictEqual((yield* call("ecs.aliyuncs.com")).requestId, "forwarded")
      }).pipe(
        Effect.provide(layer),
        env({
          HTTPS_PROXY: `http://user:${canary}@127.0.0.1:${proxy.port}`,
          http_proxy: `http://user:${canary}@127.0.0.1:${proxy.port}`,
          ALIBABA_CLOUD_CA_BUNDLE: fileURLToPath(new URL("../fixtures/tls/chain/ca.pem", import.meta.url))
        })
      )
      assert.deepStrictEqual(names, [])
      // one connection, kept
      assert.strictEqual(proxy.asked.length, 2)
      assert.deepStrictEqual(proxy.asked[0], ["CONNECT ecs.aliyuncs.com:443", authorization])
      const [line = "", credentials] = proxy.asked[1] ?? []
      assert.isTrue(line.startsWith("GET http://ecs.aliyuncs.com/?"), line)
      assert.strictEqual(credentials, authorization)
      assert.strictEqual(headers.length, 3)
      for (const seen of headers) {
        assert.strictEqual(seen.host, "ecs.aliyuncs.com")
        assert.notProperty(seen, "proxy-authorization")
        assert.notInclude(JSON.stringify(seen), canary)
      }
    })
  )

  it.scopedLive("P01: that is spoken to by https: TLS within TLS; the client's certificate is for the service", () =>
    Effect.gen(function* () {
      const shown: Array<string> = []
      const noting = (socket: Tls.TLSSocket) => void shown.push(inspect(socket.getPeerCertificate().subject))
      const asking = { ...good, ca, requestCert: true, rejectUnauthorized: false }
      const { port } = yield* service(asking)
      const proxy = yield* proxyTo(port, (handler) =>
        Https.createServer(asking, handler).on("secureConnection", noting)
      )
      const client = yield* NodeHttpClient.make({
        ca,
        cert: certificate("client"),
        key: Redacted.make(certificate("client.key")),
        passphrase: Redacted.make("open-sesame"),
        proxy: { http: `https://localhost:${proxy.port}`, https: Redacted.make(`https://localhost:${proxy.port}`) }
      })
      for (const scheme of ["https", "http"]) {
        const response = yield* client.get(`${scheme}://ecs.aliyuncs.com/`)
        assert.include(yield* response.text, "RequestId")
      }
      assert.deepStrictEqual(
        proxy.asked.map(([line]) => line),
        ["CONNECT ecs.aliyuncs.com:443", "GET http://ecs.aliyuncs.com/"]
      )
      assert.deepStrictEqual(shown, ["undefined", "undefined"])
    })
  )

  it.scopedLive("M05: never to the metadata service", () =>
    Effect.gen(function* () {
      const metadata = yield* Servers.http((_, response) => response.end("keys"))
      const proxy = yield* proxyTo(1)
      const url = `http://127.0.0.1:${proxy.port}`
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.restoreAllMocks()))
      const hosts: Array<unknown> = []
      const connect = Net.connect
      vi.spyOn(Net, "connect").mockImplementation((options: any) => {
        hosts.push(options.host)
        return connect(metadata.port, "127.0.0.1")
      })
      const asks = Effect.flatMap(HttpClient.get("http://100.100.100.200/latest/"), (response) => response.text)
      const environment = NodeHttpClient.layerConfig()
      assert.strictEqual(
        yield* asks.pipe(Effect.provide(environment), env({ HTTP_PROXY: url, http_proxy: url, HTTPS_PROXY: url })),
        "keys"
      )
      assert.strictEqual(yield* Effect.provide(asks, NodeHttpClient.layerWith({ proxy: { http: url } })), "keys")
      assert.deepStrictEqual(hosts, ["100.100.100.200", "100.100.100.200"])
      assert.deepStrictEqual(proxy.asked, [])
    })
  )

  const refusing: ReadonlyArray<readonly [name: string, answer: (socket: Net.Socket) => void, code: string]> = [
    [
      "407",
      (socket) => socket.write("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 4\r\n\r\nno!!"),
      "PROXY_407"
    ],
    ["502", (socket) => socket.write("HTTP/1.1 502 Bad Gateway\r\n\r\n"), "PROXY_502"],
    ["garbage", (socket) => socket.write("220 smtp.example ESMTP\r\n\r\n"), "HPE_INVALID_CONSTANT"],
    [
      "headers without end",
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(99_999)}`),
      "HPE_HEADER_OVERFLOW"
    ],
    ["a FIN", (socket) => socket.end(), "ECONNRESET"],
    ["a RST", (socket) => socket.resetAndDestroy(), "ECONNRESET"],
    ["200 and a FIN", (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"), "ECONNRESET"]
  ]

  it.scopedLive.each(refusing)("P02, S06: that answers CONNECT with %s", ([, answer, code]) =>
    Effect.gen(function* () {
      const proxy = yield* Servers.raw(answer)
      const { lookup, names } = watched()
      const found = yield* transport(call("https://ecs.aliyuncs.com")).pipe(
        Effect.provide(over({ lookup, proxy: { https: `http://user:${canary}@127.0.0.1:${proxy.port}` } }))
      )
      assert.deepInclude(found, { kind: "Proxy", syscallCode: code, sent: "none", outcome: "NotExecuted" })
      isSilent(found.error)
      assert.deepStrictEqual(names, [])
      yield* Servers.until(() => proxy.open() === 0, "sockets closed")
    })
  )

  it.scopedLive("P02: that cannot be reached, does not answer in time, or wants to know who it forwards for", () =>
    Effect.gen(function* () {
      const { lookup, names } = watched()
      const { port } = yield* Effect.scoped(Servers.http(() => {}))
      const through = (url: string) =>
        Effect.provide(over({ lookup, connectTimeout: "100 millis", proxy: { http: url, https: url } }))
      const gone = transport(call("https://ecs.aliyuncs.com")).pipe(through(`http://127.0.0.1:${port}`))
      assert.deepInclude(yield* gone, { kind: "Proxy", syscallCode: "ECONNREFUSED", sent: "none" })
      const nowhere = transport(call("https://ecs.aliyuncs.com")).pipe(through("http://proxy.example"))
      assert.deepInclude(yield* nowhere, { kind: "Proxy", syscallCode: "ENOTFOUND", sent: "none" })
      assert.include(names, "proxy.example")
      assert.notInclude(names, "ecs.aliyuncs.com")

      const silent = yield* Servers.raw(() => {})
      const late = transport(call("https://ecs.aliyuncs.com")).pipe(through(silent.url))
      assert.deepInclude(yield* late, { kind: "Proxy", syscallCode: "UND_ERR_CONNECT_TIMEOUT", sent: "none" })
      yield* Servers.until(() => silent.open() === 0, "sockets closed")

      const forwarding = yield* Servers.http((_, response) => response.writeHead(407).end())
      const unknown = transport(call("ecs.aliyuncs.com")).pipe(through(forwarding.url))
      assert.deepInclude(yield* unknown, { kind: "Proxy", syscallCode: "PROXY_407", sent: "none" })
    })
  )

  it.scopedLive("an interruption on the way closes the connection to the proxy", () =>
    Effect.gen(function* () {
      const quiet: ReadonlyArray<(socket: Net.Socket) => void> = [
        () => {},
        (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n")
      ]
      for (const answer of quiet) {
        const proxy = yield* Servers.raw((socket, text) => {
          if (text.startsWith("CONNECT")) answer(socket)
        })
        yield* call("https://ecs.aliyuncs.com").pipe(
          Effect.provide(over({ proxy: { https: proxy.url } })),
          Effect.timeoutOption("150 millis")
        )
        yield* Servers.until(() => proxy.open() === 0, "socket closed")
        assert.strictEqual(proxy.sockets.length, 1)
      }
    })
  )

  it.scopedLive("a certificate of the service that is not trusted is a failure of TLS, not of the proxy", () =>
    Effect.gen(function* () {
      const { port } = yield* service()
      const proxy = yield* proxyTo(port)
      const found = yield* transport(call("https://ecs.aliyuncs.com")).pipe(
        Effect.provide(over({ proxy: { https: proxy.url } }))
      )
      assert.deepInclude(found, { kind: "Tls", syscallCode: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", attempts: 1 })
    })
  )
})

describe("a certificate", () => {
  const bad: ReadonlyArray<readonly [name: string, options: Tls.TlsOptions, code: string]> = [
    ["that is self-signed", { cert: fixture("cert"), key: fixture("key") }, "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["that has expired", { ...good, cert: certificate("expired") }, "CERT_HAS_EXPIRED"],
    ["of another host", { ...good, cert: certificate("elsewhere") }, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["that is not valid yet", { ...good, cert: certificate("early") }, "CERT_NOT_YET_VALID"]
  ]

  it.scopedLive.each(bad)("P04: %s is refused in one attempt, and the error says why", ([, options, code]) =>
    Effect.gen(function* () {
      const server = yield* Servers.secure(options)
      const found = yield* transport(call(`https://localhost:${server.port}`))
      assert.deepInclude(found, { kind: "Tls", syscallCode: code, sent: "none", attempts: 1, outcome: "NotExecuted" })
      assert.include(found.error.message, code)
      // again, since a pool may be left in no fit state
      assert.deepInclude(yield* transport(call(`https://localhost:${server.port}`)), { kind: "Tls", attempts: 1 })
    }).pipe(Effect.provide(over({ ca })))
  )

  it.scopedLive("P05: a server limited to TLS 1.1 is refused, also where Node is told to accept it", () =>
    Effect.gen(function* () {
      const server = yield* Servers.secure({
        ...good,
        minVersion: "TLSv1.1",
        maxVersion: "TLSv1.1",
        ciphers: "DEFAULT@SECLEVEL=0"
      })
      // what --tls-min-v1.0 and --tls-cipher-list set
      const before = [Tls.DEFAULT_MIN_VERSION, Tls.DEFAULT_CIPHERS] as const
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => void ([Tls.DEFAULT_MIN_VERSION, Tls.DEFAULT_CIPHERS] = before))
      )
      Tls.DEFAULT_MIN_VERSION = "TLSv1"
      Tls.DEFAULT_CIPHERS = "DEFAULT@SECLEVEL=0"
      const version = yield* Effect.async<string | null>((resume) => {
        const socket = Tls.connect({ port: server.port, host: "localhost", ca }, () => {
          resume(Effect.succeed(socket.getProtocol()))
          socket.destroy()
        })
      })
      assert.strictEqual(version, "TLSv1.1")
      const found = yield* transport(call(`https://localhost:${server.port}`))
      assert.deepInclude(found, { kind: "Tls", sent: "none", attempts: 1 })
    }).pipe(Effect.provide(over({ ca })))
  )

  it.scopedLive("P06: of a CA of one's own is trusted, and the client shows its own", () =>
    Effect.gen(function* () {
      const server = yield* service({ ...good, ca, requestCert: true, rejectUnauthorized: true })
      const client = {
        ca,
        cert: certificate("client"),
        key: Redacted.make(certificate("client.key")),
        passphrase: Redacted.make("open-sesame")
      }
      const asks = call(`https://localhost:${server.port}`)
      assert.strictEqual((yield* Effect.provide(asks, over(client))).requestId, "r")
      assert.strictEqual(server.headers.length, 1)
      const unknown = yield* transport(Effect.provide(asks, over({ ca })))
      // by an alert, or by an end of the connection, whichever is seen first
      assert.oneOf(unknown.kind, ["Tls", "Reset"])
      assert.strictEqual(server.headers.length, 1)
      const untrusting = yield* transport(Effect.provide(asks, over()))
      assert.deepInclude(untrusting, { kind: "Tls", syscallCode: "SELF_SIGNED_CERT_IN_CHAIN", attempts: 1 })
    })
  )
})
