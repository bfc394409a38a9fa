/** Which proxy a request goes through: options and variables as texts, no socket. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Cause from "effect/Cause"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import * as environment from "../src/internal/environment.js"
import * as proxies from "../src/internal/proxies.js"
import { certificate } from "./support/Servers.js"

const names = { http: "proxy.http", https: "proxy.https" }
const goesThrough = (through: proxies.Proxies, origin: string) => through(new URL(origin))?.hostname
const env = (entries: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))

describe("proxies", () => {
  it("are chosen by the scheme of what is asked for", () => {
    const through = Either.getOrThrow(
      proxies.make({ http: "http://a:1", https: Redacted.make("https://u%40x:p%3Aq@b") }, names)
    )
    assert.deepStrictEqual(through(new URL("http://ecs.example")), {
      protocol: "http:",
      hostname: "a",
      port: "1",
      authorization: undefined
    })
    const secure = through(new URL("https://ecs.example"))
    assert.deepStrictEqual([secure?.protocol, secure?.hostname, secure?.port], ["https:", "b", "443"])
    const { authorization } = secure!
    assert.strictEqual(Redacted.value(authorization!), `Basic ${Buffer.from("u@x:p:q").toString("base64")}`)
    const bare = Either.getOrThrow(proxies.make({ https: "[::1]:3128" }, names))
    assert.isUndefined(bare(new URL("http://ecs.example")))
    assert.strictEqual(goesThrough(bare, "https://ecs.example"), "::1")
  })

  const exceptions: ReadonlyArray<
    readonly [no: string, direct: ReadonlyArray<string>, proxied: ReadonlyArray<string>]
  > = [
    ["", [], ["https://ecs.example"]],
    ["*", ["https://ecs.example", "http://10.0.0.1"], []],
    ["example", ["https://example", "https://ecs.example"], ["https://myexample", "https://example.com"]],
    [".Example", ["https://ecs.example"], ["https://myexample"]],
    ["*.example", ["https://ecs.example", "https://a.b.example"], ["https://myexample"]],
    ["ecs.example:8443", ["https://ecs.example:8443"], ["https://ecs.example"]],
    ["ecs.example:443", ["https://ecs.example"], ["http://ecs.example", "https://ecs.example:8443"]],
    [
      "10.0.0.1, other.example",
      ["https://10.0.0.1", "https://other.example"],
      ["https://110.0.0.1", "https://10.0.0.2"]
    ],
    ["0.0.1", [], ["https://10.0.0.1"]],
    ["a.example b.example", ["https://a.example", "https://b.example"], ["https://c.example"]],
    ["::2,[::3]:443", ["https://[::2]", "https://[::3]"], ["https://[::3]:8443", "https://[::4]"]],
    [",, ,", [], ["https://ecs.example"]]
  ]

  it.each(exceptions)("are not used for what is excepted: %s", (no, direct, proxied) => {
    for (const form of [no, no.split(/[ ,]+/)]) {
      const through = Either.getOrThrow(proxies.make({ http: "http://p", https: "http://p", no: form }, names))
      for (const origin of direct) assert.isUndefined(goesThrough(through, origin), origin)
      for (const origin of proxied) assert.strictEqual(goesThrough(through, origin), "p", origin)
    }
  })

  it("are never used for the metadata service and what is on the link, in whatever notation", () => {
    const through = Either.getOrThrow(proxies.make({ http: "http://p", https: "http://p" }, names))
    for (const host of [
      "100.100.100.200",
      "100.100.25800",
      "0x646464c8",
      "169.254.169.254",
      "[fe80::1]",
      "[::ffff:100.100.100.200]"
    ]) {
      assert.isUndefined(goesThrough(through, `http://${host}`), host)
    }
    for (const host of ["100.100.100.201", "127.0.0.1", "localhost"]) {
      assert.strictEqual(goesThrough(through, `http://${host}`), "p", host)
    }
  })

  it.effect("of the environment: upper case first, empty is none, never for this machine itself", () =>
    Effect.gen(function* () {
      const read = (entries: Readonly<Record<string, string>>, origin = "https://ecs.example") =>
        Effect.map(environment.readProxies, (through) => goesThrough(through, origin)).pipe(env(entries))
      assert.strictEqual(yield* read({ HTTPS_PROXY: "http://upper", https_proxy: "http://lower" }), "upper")
      assert.strictEqual(yield* read({ HTTPS_PROXY: "", https_proxy: "http://lower" }), "lower")
      assert.strictEqual(yield* read({ HTTP_PROXY: "http://upper" }, "http://ecs.example"), "upper")
      assert.isUndefined(yield* read({ HTTP_PROXY: "http://upper" }))
      assert.isUndefined(yield* read({ HTTPS_PROXY: "http://upper", no_proxy: "example" }))
      assert.isUndefined(yield* read({}))
      for (const host of ["localhost", "emulator.localhost", "127.1.2.3", "[::1]", "100.100.100.200"]) {
        assert.isUndefined(yield* read({ HTTPS_PROXY: "http://upper" }, `https://${host}:8443`), host)
      }
    })
  )

  const bad: ReadonlyArray<readonly [url: string, says: string]> = [
    ["http://user:canary@", "must be a URL like"],
    ["http://user:canary@proxy:99999", "must be a URL like"],
    ["user:canary", "must be a URL like"],
    ["socks5://user:canary@proxy:1080", "is socks5://***:***@proxy:1080, but"],
    ["http://user:canary@proxy/path", "is http://***:***@proxy and more, but"],
    ["http://user:canary%@proxy", "is http://***:***@proxy, with"]
  ]

  it.effect.each(bad)("S06: one that is none is refused without its password: %s", ([url, says]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Layer.build(NodeHttpClient.layerConfig()).pipe(Effect.scoped, env({ https_proxy: url }))
      )
      assert.isTrue(ConfigError.isConfigError(error))
      const died = yield* Effect.sandbox(NodeHttpClient.make({ proxy: { http: url } })).pipe(Effect.scoped, Effect.flip)
      const defect = Cause.squash(died)
      assert.isTrue(Cause.isIllegalArgumentException(defect))
      for (const [where, it] of [
        ["https_proxy", error],
        ["NodeHttpClient: proxy.http", defect]
      ] as const) {
        const text = `${String(it)} ${inspect(it, { depth: 9 })} ${JSON.stringify(it)}`
        assert.include(text, where)
        assert.include(text, says)
        assert.notInclude(text, "canary")
      }
    })
  )
})

describe("certificates", () => {
  const folder = Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "bundle-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )

  it.scoped("P06: of the environment are read from the file it names, or refused", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const file = (name: string, text: string) => {
        writeFileSync(join(path, name), text)
        return join(path, name)
      }
      const read = (value: string) => environment.readBundle.pipe(env({ ALIBABA_CLOUD_CA_BUNDLE: value }))
      assert.isUndefined(yield* environment.readBundle.pipe(env({})))
      const ca = certificate("ca")
      assert.strictEqual(yield* read(file("ca.pem", `# ours\n${ca}\n${ca}`)), `# ours\n${ca}\n${ca}`)
      for (const [value, says] of [
        ["", "is empty"],
        [" ", "is empty"],
        [join(path, "none.pem"), "there is no file"],
        [path, "is a directory"],
        [file("empty.pem", ""), "must hold certificates in PEM"],
        [file("key.pem", certificate("leaf.key")), "must hold certificates in PEM"],
        [file("cut.pem", ca.replace(/.{40}\n-----END/, "\n-----END")), "must hold certificates in PEM"]
      ] as const) {
        const error = yield* Effect.flip(read(value))
        assert.include(String(error), "ALIBABA_CLOUD_CA_BUNDLE")
        assert.include(String(error), says)
      }
    })
  )

  it.scoped("that cannot be used end the layer, not the first call", () =>
    Effect.gen(function* () {
      const key = Redacted.make(certificate("client.key"))
      const cert = certificate("client")
      const passphrase = Redacted.make("open-sesame")
      yield* NodeHttpClient.make({ ca: [certificate("ca"), Buffer.from(certificate("good"))], cert, key, passphrase })
      const bad: ReadonlyArray<readonly [options: NodeHttpClient.Options, says: string]> = [
        [{ ca: "" }, "ca must hold certificates"],
        [{ ca: [certificate("ca"), "garbage"] }, "ca must hold certificates"],
        [{ cert }, "cert and key need each other"],
        [{ key }, "cert and key need each other"],
        [{ cert, key }, "cert, key and passphrase must be"],
        [{ cert, key, passphrase: Redacted.make("wrong") }, "cert, key and passphrase must be"],
        [{ cert, key: Redacted.make(certificate("leaf.key")) }, "cert, key and passphrase must be"]
      ]
      for (const [options, says] of bad) {
        const defect = Cause.squash(yield* Effect.flip(Effect.sandbox(NodeHttpClient.make(options))))
        assert.isTrue(Cause.isIllegalArgumentException(defect))
        assert.include(String(defect), says)
      }
    })
  )
})
