/** Profiles of who has logged in to CloudSSO with the CLI. */
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import * as http from "./support/Answers.js"
import { ask, canary, give, home, offline, plain, refuse, Wire } from "./support/Home.js"

const now = () => Math.floor(Date.now() / 1000)

const profile = (url: string, more: object = {}) => ({
  current: "sso",
  profiles: [
    {
      name: "sso",
      mode: "CloudSSO",
      cloud_sso_sign_in_url: `${url}/start/login?x=1`,
      cloud_sso_account_id: "1234567890123456",
      cloud_sso_access_config: "ac-1",
      access_token: `${canary}-access`,
      cloud_sso_access_token_expire: now() + 600,
      ...more
    }
  ]
})

const credential = {
  AccessKeyId: "STS.sso",
  AccessKeySecret: `${canary}-sso`,
  SecurityToken: `${canary}-ssotoken`,
  Expiration: "2030-01-01T00:00:00Z"
}

describe("a profile of CloudSSO", () => {
  it.scopedLive("has its keys given for the token of the login", () =>
    Effect.gen(function* () {
      const { config, env } = yield* home
      // as it is documented, and as older endpoints have it
      for (const body of [{ CloudCredential: credential, RequestId: "1" }, credential]) {
        const server = yield* http.answering(() => body)
        config(profile(server.url))
        const given = yield* give(NodeCredentials.cliProfile(), env)
        assert.deepStrictEqual(plain(given), [
          credential.AccessKeyId,
          credential.AccessKeySecret,
          credential.SecurityToken
        ])
        assert.strictEqual(given.provider, "cli_profile/cloud_sso")
        assert.strictEqual(given.expiration, Date.UTC(2030, 0, 1))
        const [got] = server.got
        assert.deepStrictEqual([got!.method, got!.path], ["POST", "/cloud-credentials"])
        assert.strictEqual(got!.headers.authorization, `Bearer ${canary}-access`)
        assert.strictEqual(got!.headers["content-type"], "application/json")
        assert.deepStrictEqual(JSON.parse(got!.text), { AccountId: "1234567890123456", AccessConfigurationId: "ac-1" })
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("whose login has ended says how to log in again, and asks nobody", () =>
    Effect.gen(function* () {
      const { config, env } = yield* home
      const { sent } = yield* Wire
      for (const more of [
        { cloud_sso_access_token_expire: now() - 1 },
        { cloud_sso_access_token_expire: 0 },
        { access_token: "" }
      ]) {
        config(profile("https://signin.example.com", more))
        const error = yield* refuse(NodeCredentials.cliProfile(), env)
        assert.strictEqual(error._tag, "Failed")
        assert.match(error.why, /^profile 'sso' of '.*' has (no access_token|an access_token that has expired)$/)
        assert.strictEqual(error.hint, "log in again: aliyun configure --mode CloudSSO --profile 'sso'")
      }
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("sends the token over TLS, or not away from this machine", () =>
    Effect.gen(function* () {
      const { config, env } = yield* home
      const { sent } = yield* Wire
      for (const url of [
        "http://signin.example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        `${canary}`,
        "http://[::2]"
      ]) {
        config(profile(url))
        assert.include((yield* refuse(NodeCredentials.cliProfile(), env)).why, "cloud_sso_sign_in_url of profile 'sso'")
      }
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("with an answer of another kind is a failure that repeats nothing of it", () =>
    Effect.gen(function* () {
      const { config, env } = yield* home
      for (const [body, why] of [
        [401, "CloudSSO answered with status 401"],
        [302, "CloudSSO answered with status 302"],
        [canary, "is no JSON"],
        [[canary], "is no JSON object"],
        [{}, "has no AccessKeyId"],
        [{ CloudCredential: { ...credential, SecurityToken: null } }, "has no SecurityToken"],
        [{ CloudCredential: { ...credential, Expiration: canary } }, "Expiration in the answer of CloudSSO is no date"],
        [canary.repeat(20_000), "is larger than 64 KiB"]
      ] as const) {
        const server = yield* http.answering(() => body)
        config(profile(server.url))
        const error = yield* refuse(NodeCredentials.cliProfile(), env)
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, why)
        assert.strictEqual(server.got.length, 1)
      }
      config(profile("http://127.0.0.1:1"))
      assert.include(
        (yield* refuse(NodeCredentials.cliProfile(), env)).why,
        "the connection to CloudSSO failed (ECONNREFUSED)"
      )
    }).pipe(Effect.provide(offline))
  )

  it.scoped("waits 10 seconds for an answer", () =>
    Effect.gen(function* () {
      const { config, env } = yield* home
      const server = yield* http.answering(() => undefined)
      config(profile(server.url))
      const fiber = yield* Effect.fork(ask(NodeCredentials.cliProfile(), env))
      yield* TestServices.provideLive(
        Effect.iterate(0, {
          while: () => server.got.length === 0,
          body: (tries) => Effect.as(Effect.sleep(10), tries + 1)
        })
      )
      yield* TestClock.adjust("10 seconds")
      const { result } = yield* Fiber.join(fiber)
      assert.include(result._tag === "Left" && result.left.why, "CloudSSO did not answer within 10 seconds")
    }).pipe(Effect.provide(offline))
  )
})
