/** What the provider that asks the metadata service makes of answers that the emulator does not give. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import * as Answering from "./support/Answering.js"

const { answeringDoors, answers, requests } = Answering

const rolePath = "meta-data/ram/security-credentials/"
const outcome = <R>(provider: Credentials.Provider<R>) =>
  Effect.match(provider.resolve, {
    onFailure: ({ _tag, why }) => `${_tag}: ${why}`,
    onSuccess: ({ _tag }) => _tag as string
  })

const session = {
  AccessKeyId: "STS.CANARY",
  AccessKeySecret: "CANARYsecret",
  SecurityToken: "CANARYtoken",
  Expiration: "2026-01-01T00:00:00Z",
  Code: "Success"
}

/** a service that gives a token, a role and what a test says */
const serving =
  (last: Answering.Answer | string, list: Answering.Answer = { body: "role" }): Answering.Handler =>
  ({ method, target }) =>
    method === "PUT"
      ? { body: "token" }
      : target.endsWith("/")
        ? list
        : typeof last === "string"
          ? { body: last }
          : last

describe.each(Object.entries(answeringDoors))("%s, answers as they come", (_, door) => {
  const here = (options: EcsRamRole.Options = {}) =>
    Effect.map(Answering.url, (endpoint) => EcsRamRole.provider({ endpoint, ...options }))

  it.effect("M01: asks for a token of six hours, and shows it", () =>
    Effect.gen(function* () {
      yield* answers(serving(JSON.stringify(session)))
      const provider = yield* here()
      assert.deepInclude(yield* provider.resolve, { accessKeyId: "STS.CANARY", expiration: Date.UTC(2026, 0, 1) })
      yield* provider.resolve
      const seen = (yield* requests).map(({ headers, method, target }) => [
        method,
        target,
        headers["x-aliyun-ecs-metadata-token-ttl-seconds"],
        headers["x-aliyun-ecs-metadata-token"]
      ])
      assert.deepStrictEqual(seen, [
        ["PUT", "/latest/api/token", "21600", undefined],
        ["GET", `/latest/${rolePath}`, undefined, "token"],
        ["GET", `/latest/${rolePath}role`, undefined, "token"],
        ["GET", `/latest/${rolePath}role`, undefined, "token"]
      ])
      // nothing but the two headers tells who asks
      for (const { headers } of yield* requests) assert.notProperty(headers, "traceparent")
    }).pipe(Effect.withSpan("test"), Effect.provide(door))
  )

  it.effect("M04: a name that no role has is refused before anything is sent", () =>
    Effect.gen(function* () {
      for (const name of [
        "",
        "a/b",
        "..",
        ".",
        "../x",
        "a?b",
        "a#b",
        "a\\b",
        "a\r\nx: y",
        "a\u0000",
        "\ud800",
        "r".repeat(10_240)
      ]) {
        const found = yield* outcome(yield* here({ roleName: name }))
        assert.match(found, /^Failed: roleName /)
        if (name !== "") assert.notInclude(found, name)
      }
      assert.strictEqual((yield* requests).length, 0)
      // nor is one that the service names
      for (const name of ["..", "a/../b", "a?b", "r".repeat(65)]) {
        yield* answers(serving("", { body: name }))
        assert.match(yield* outcome(yield* here()), /^Failed: the metadata service gave a name of a role that /)
        assert.strictEqual((yield* requests).length, 2)
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("what is wrongly set up is refused before anything is sent", () =>
    Effect.gen(function* () {
      for (const [options, field] of [
        [{ endpoint: "http://user@127.0.0.1" }, "endpoint"],
        [{ endpoint: "http://127.0.0.1/path" }, "endpoint"],
        [{ timeout: "soon" as never }, "timeout"],
        [{ timeout: 0 }, "timeout"]
      ] as const) {
        assert.match(yield* outcome(yield* here(options)), new RegExp(`^Failed: ${field} is no `))
      }
      assert.strictEqual((yield* requests).length, 0)
    }).pipe(Effect.provide(door))
  )

  it.effect("C07: what lacks a part, or is none, is a failure that names it", () =>
    Effect.gen(function* () {
      const all = "is no JSON object with AccessKeyId, AccessKeySecret, SecurityToken, Expiration"
      const rows: ReadonlyArray<readonly [body: string, why: string]> = [
        ...Object.keys(session).flatMap((name) =>
          [undefined, null, ""].map(
            (value) => [JSON.stringify({ ...session, [name]: value }), `has no ${name}`] as const
          )
        ),
        [JSON.stringify({ ...session, SecurityToken: ["CANARYtoken"] }), "SecurityToken of"],
        [JSON.stringify({ ...session, Expiration: "CANARY" }), "is no date"],
        [JSON.stringify({ ...session, Code: "AssumeRoleUnauthorizedAccess" }), "'AssumeRoleUnauthorizedAccess'"],
        [JSON.stringify({ ...session, Code: "CANARY\nsecret" }), "and not 'Success'"],
        ["{}", "has no Code"],
        ["null", all],
        ["<html>CANARY</html>", all],
        [JSON.stringify([session]), all],
        ['"CANARY"', all],
        ["", all],
        [JSON.stringify(session).slice(0, -1), all]
      ]
      for (const [body, why] of rows) {
        yield* answers(serving(body))
        const found = yield* outcome(yield* here())
        assert.include(found, "Failed: ")
        assert.include(found, why)
        assert.notInclude(found, "CANARY")
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("M06: a body of more than 64 KiB is refused", () =>
    Effect.gen(function* () {
      const padded = (length: number) => JSON.stringify(session).padEnd(length)
      yield* answers(serving(padded(64 * 1024)))
      assert.strictEqual(yield* outcome(yield* here()), "Sts")
      for (const length of [64 * 1024 + 1, 1024 * 1024]) {
        yield* answers(serving(padded(length)))
        assert.include(
          yield* outcome(yield* here()),
          "Failed: the answer of the metadata service is larger than 64 KiB"
        )
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("M07: no redirect is followed, and no token goes along", () =>
    Effect.gen(function* () {
      for (const status of [301, 302, 307, 308]) {
        yield* answers(serving({ status, headers: { location: "/elsewhere" } }))
        assert.include(yield* outcome(yield* here()), `HTTP ${status}`)
        yield* answers({ status, headers: { location: "/elsewhere" } })
        assert.include(yield* outcome(yield* here({ allowV1: true })), `HTTP ${status}`)
        assert.isTrue((yield* requests).every(({ target }) => target !== "/elsewhere"))
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("a token that is none is not shown", () =>
    Effect.gen(function* () {
      for (const body of ["", "a b", "a\nb", "\u00e9", "t".repeat(4097)]) {
        yield* answers({ body })
        assert.strictEqual(yield* outcome(yield* here()), "Failed: the metadata service gave a token that is none")
        assert.strictEqual((yield* requests).length, 1)
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("a role that takes the place of another is found; one that is gone is a failure", () =>
    Effect.gen(function* () {
      const provider = yield* here()
      const good = JSON.stringify(session)
      yield* answers(serving(good))
      yield* provider.resolve
      yield* answers(serving({ status: 404 }, { body: "other" }))
      assert.include(yield* outcome(provider), "Failed: ")
      yield* answers(serving(good, { body: "other" }))
      yield* provider.resolve
      assert.strictEqual((yield* requests)[1]?.target, `/latest/${rolePath}other`)
      yield* answers({ status: 404 })
      yield* outcome(provider)
      yield* answers(serving(good, { status: 404 }))
      assert.strictEqual(yield* outcome(provider), "Failed: the instance has no RAM role")
    }).pipe(Effect.provide(door))
  )

  it.effect("where nobody answers, there is no such machine; unless a role is given", () =>
    Effect.gen(function* () {
      const nobody = { endpoint: "http://127.0.0.1:2" }
      yield* answers(() => "refuse")
      const why = "the metadata service cannot be reached (ECONNREFUSED)"
      assert.strictEqual(yield* outcome(yield* here(nobody)), `NotConfigured: ${why}`)
      assert.strictEqual(yield* outcome(yield* here({ ...nobody, roleName: "role" })), `Failed: ${why}`)
    }).pipe(Effect.provide(door))
  )

  it.effect("what it gives is asked for again ahead of the end that it tells", () =>
    Effect.gen(function* () {
      const start = Date.UTC(2025, 11, 31, 23)
      yield* TestClock.setTime(start)
      const lasting = (minutes: number) =>
        answers(serving(JSON.stringify({ ...session, Expiration: new Date(start + minutes * 60_000).toISOString() })))
      yield* lasting(30)
      const { get } = yield* Credentials.make(yield* here())
      const minutes = Effect.map(get, ({ expiration = 0 }) => (expiration - start) / 60_000)
      assert.strictEqual(yield* minutes, 30)
      yield* lasting(90)
      yield* TestClock.setTime(start + 20 * 60_000)
      assert.strictEqual(yield* minutes, 30)
      assert.lengthOf(yield* requests, 0)
      yield* TestClock.setTime(start + 29 * 60_000)
      assert.strictEqual(yield* minutes, 90)
    }).pipe(Effect.scoped, Effect.provide(door))
  )

  it.effect("C05: what it gave is used beyond its end while nobody answers", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2025, 11, 31, 23))
      yield* answers(serving(JSON.stringify(session)))
      const { get } = yield* Credentials.make(yield* here())
      const first = yield* get
      yield* answers(() => ({ status: 500 }))
      yield* TestClock.setTime(Date.UTC(2026, 0, 1, 1))
      assert.strictEqual(yield* get, first)
    }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)), Effect.scoped, Effect.provide(door))
  )

  it.effect("a layer, of options and of configuration", () =>
    Effect.gen(function* () {
      yield* answers(serving(JSON.stringify(session)))
      const endpoint = yield* Answering.url
      const get = Effect.flatMap(Credentials.Credentials, (credentials) => credentials.get)
      const config = EcsRamRole.layerConfig({ endpoint: Config.string("URL"), timeout: Config.duration("LIMIT") })
      for (const layer of [EcsRamRole.layer({ endpoint }), config]) {
        assert.strictEqual((yield* Effect.provide(get, layer)).provider, "ecs_ram_role")
      }
    }).pipe(
      (self) =>
        Effect.flatMap(Answering.url, (url) =>
          Effect.withConfigProvider(
            self,
            ConfigProvider.fromMap(
              new Map([
                ["URL", url],
                ["LIMIT", "1 second"]
              ])
            )
          )
        ),
      Effect.provide(door)
    )
  )
})
