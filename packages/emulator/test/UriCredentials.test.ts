/** The provider that asks a URI: which may be asked, and what is made of the answer. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Answering from "./support/Answering.js"

const { answeringDoors, answers, requests } = Answering

const session = {
  AccessKeyId: "STS.CANARY",
  AccessKeySecret: "CANARYsecret",
  SecurityToken: "CANARYtoken",
  Expiration: "2026-01-01T00:00:00Z"
}
const good = { body: JSON.stringify(session) }

const outcome = <R>(provider: Credentials.Provider<R>) =>
  Effect.match(provider.resolve, {
    onFailure: ({ _tag, why }) => `${_tag}: ${why}`,
    onSuccess: ({ _tag }) => _tag as string
  })

describe.each(Object.entries(answeringDoors))("%s", (_, door) => {
  const here = (options: Partial<CredentialsUri.Options> = {}) =>
    Effect.map(Answering.url, (url) => CredentialsUri.provider({ uri: `${url}/keys?token=CANARYquery`, ...options }))

  it.effect("gives what it answers", () =>
    Effect.gen(function* () {
      for (const body of [session, { ...session, Code: "Success" }, { ...session, more: {} }]) {
        yield* answers({ body: JSON.stringify(body) })
        const credential = yield* (yield* here()).resolve
        assert.deepInclude(credential, {
          _tag: "Sts",
          accessKeyId: "STS.CANARY",
          expiration: Date.UTC(2026, 0, 1),
          provider: "credential_uri"
        })
        assert.strictEqual(credential._tag === "Sts" && Redacted.value(credential.securityToken), "CANARYtoken")
        assert.deepStrictEqual(
          (yield* requests).map(({ method, target }) => `${method} ${target}`),
          ["GET /keys?token=CANARYquery"]
        )
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("C07: what lacks a part, or is none, is a failure that names it", () =>
    Effect.gen(function* () {
      const all = "is no JSON object with AccessKeyId, AccessKeySecret, SecurityToken, Expiration"
      const rows: ReadonlyArray<readonly [body: string, why: string]> = [
        ...Object.keys(session).flatMap((name) =>
          [undefined, null, "", 5].map((value) => [JSON.stringify({ ...session, [name]: value }), name] as const)
        ),
        [JSON.stringify({ ...session, Code: "Failed" }), "'Failed' and not 'Success'"],
        [JSON.stringify({ ...session, Code: 200 }), "and not 'Success'"],
        ["null", all],
        ["<html>CANARY</html>", all],
        [JSON.stringify([session]), all],
        ["", all]
      ]
      for (const [body, why] of rows) {
        yield* answers({ body })
        const found = yield* outcome(yield* here())
        assert.include(found, "Failed: ")
        assert.include(found, why)
        assert.notInclude(found, "CANARY")
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("M06: a body of more than 10 KiB is refused", () =>
    Effect.gen(function* () {
      yield* answers({ body: good.body.padEnd(10 * 1024) })
      assert.strictEqual(yield* outcome(yield* here()), "Sts")
      for (const length of [10 * 1024 + 1, 1024 * 1024]) {
        yield* answers({ body: good.body.padEnd(length) })
        assert.match(yield* outcome(yield* here()), /^Failed: the answer of the service at \S+ is larger than 10 KiB$/)
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("M07: another status is a failure, and no redirect is followed", () =>
    Effect.gen(function* () {
      for (const status of [201, 301, 302, 307, 401, 404, 500]) {
        yield* answers({ ...good, status, headers: { location: "/elsewhere" } })
        assert.match(yield* outcome(yield* here()), new RegExp(`^Failed: the service at \\S+ answered HTTP ${status}$`))
        assert.strictEqual((yield* requests).length, 1)
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("where nobody answers, it is a failure", () =>
    Effect.gen(function* () {
      yield* answers(() => "refuse")
      const found = yield* outcome(yield* here({ uri: "http://127.0.0.1:2/CANARY" }))
      assert.strictEqual(found, "Failed: the service at 127.0.0.1:2 cannot be reached (ECONNREFUSED)")
    }).pipe(Effect.provide(door))
  )

  it.live("one that is slow is not waited for", () =>
    Effect.gen(function* () {
      yield* answers(() => "silence")
      assert.match(yield* outcome(yield* here({ timeout: "50 millis" })), /^Failed: .* did not answer within 50 ms$/)
    }).pipe(Effect.provide(door))
  )

  it.effect("a layer, of options and of configuration", () =>
    Effect.gen(function* () {
      yield* answers(good)
      const uri = `${yield* Answering.url}/keys`
      const get = Effect.flatMap(Credentials.Credentials, (credentials) => credentials.get)
      for (const layer of [CredentialsUri.layer({ uri }), CredentialsUri.layerConfig({ uri: Config.string("URI") })]) {
        const credential = yield* Effect.provide(get, layer).pipe(
          Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["URI", uri]])))
        )
        assert.strictEqual(credential.provider, "credential_uri")
      }
    }).pipe(Effect.provide(door))
  )
})

describe("which URI may be asked", () => {
  const door = answeringDoors["in memory"]
  const ask = (options: CredentialsUri.Options) =>
    Effect.gen(function* () {
      yield* answers(good)
      const found = yield* outcome(CredentialsUri.provider(options))
      assert.strictEqual((yield* requests).length, found === "Sts" ? 1 : 0, `${options.uri} ${found}`)
      return found
    })
  const notCloseBy = /^Failed: uri is an http: one and leads off this machine, which the official SDKs allow/

  it.effect("https: anywhere, http: close by", () =>
    Effect.gen(function* () {
      for (const uri of [
        "https://keys.example.com/a",
        "http://127.0.0.1/a",
        "http://127.255.0.9:8080",
        "http://127.1/",
        "http://0x7f000001/",
        "http://[::1]:9000/",
        "http://[0:0::1]/",
        "http://localhost:9000/",
        "HTTP://LOCALHOST/",
        "http://100.100.100.200/latest#fragment"
      ]) {
        assert.strictEqual(yield* ask({ uri }), "Sts", uri)
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("http: to anywhere else only when that is allowed", () =>
    Effect.gen(function* () {
      for (const uri of [
        "http://keys.example.com/a",
        "http://128.0.0.1/",
        "http://100.100.100.201/",
        "http://169.254.169.254/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
        "http://2130706432.example.com/"
      ]) {
        assert.match(yield* ask({ uri }), notCloseBy, uri)
        assert.strictEqual(yield* ask({ uri, allowHttp: true }), "Sts", uri)
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("a name by its addresses, where they can be looked up", () =>
    Effect.gen(function* () {
      const names: Readonly<Record<string, ReadonlyArray<string>>> = {
        localhost: ["127.0.0.1", "::1"],
        "keys.local": ["127.0.0.2"],
        "half.local": ["127.0.0.1", "10.0.0.1"],
        "wide.local": ["10.0.0.1"],
        "none.local": []
      }
      const looked: Array<string> = []
      const resolveHost = (host: string) =>
        Effect.sync(() => {
          looked.push(host)
          return names[host] ?? []
        })
      const at = (host: string) => ask({ uri: `http://${host}/a`, resolveHost })
      assert.strictEqual(yield* at("localhost"), "Sts")
      assert.strictEqual(yield* at("keys.local"), "Sts")
      assert.match(yield* at("half.local"), notCloseBy)
      assert.match(yield* at("wide.local"), notCloseBy)
      assert.strictEqual(yield* at("none.local"), "Failed: the host of uri has no address")
      assert.strictEqual(yield* at("127.0.0.1"), "Sts")
      assert.match(yield* at("10.0.0.1"), notCloseBy)
      assert.deepStrictEqual(looked, ["localhost", "keys.local", "half.local", "wide.local", "none.local"])
      assert.strictEqual(yield* ask({ uri: "https://wide.local/", resolveHost }), "Sts")
    }).pipe(Effect.provide(door))
  )

  it.effect("what is no URI, or holds a user", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* ask({ uri: "" }), "Failed: uri is empty")
      for (const uri of [
        "keys",
        "/keys",
        "//127.0.0.1/",
        "file:///etc/keys",
        "ftp://127.0.0.1/",
        "http://CANARY:CANARY@127.0.0.1/",
        "https://CANARY@keys.example.com/",
        "http://",
        undefined as never,
        5 as never
      ]) {
        const found = yield* ask({ uri })
        assert.strictEqual(found, "Failed: uri is no URI that can be asked")
      }
      assert.strictEqual(
        yield* ask({ uri: "http://127.0.0.1/", timeout: "soon" as never }),
        "Failed: timeout is no duration"
      )
    }).pipe(Effect.provide(door))
  )
})
