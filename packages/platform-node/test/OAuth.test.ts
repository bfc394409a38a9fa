/** Profiles of who has logged in with a browser by the CLI: tokens that change with each use, and must not be lost. */
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import * as http from "./support/Answers.js"
import { ask, asNobody, canary, give, type Home, home, offline, plain, refuse, Wire, withEnv } from "./support/Home.js"
import { accessToken, oauthService, profile, refreshToken } from "./support/OAuthService.js"

const site = { CN: "https://oauth.aliyun.com", INTL: "https://oauth.alibabacloud.com" }

const service = (lifetime?: number) =>
  Effect.gen(function* () {
    const { routes } = yield* Wire
    const server = yield* oauthService(lifetime)
    for (const origin of Object.values(site)) routes.set(origin, server.url)
    return server
  })

const stored = ({ path }: Home) => {
  const config = JSON.parse(readFileSync(join(path, ".aliyun/config.json"), "utf8"))
  return config as Omit<ReturnType<typeof profile>, "profiles"> & {
    readonly profiles: ReadonlyArray<Record<string, unknown>>
  }
}
const asked = (got: ReadonlyArray<{ readonly path: string | undefined }>) => got.map(({ path }) => path)

describe("a profile of OAuth", () => {
  it.scopedLive("exchanges its access token for keys, and leaves its file alone while that lasts", () =>
    Effect.gen(function* () {
      const house = yield* home
      const server = yield* service()
      const path = house.config(profile(1300))
      const before = readFileSync(path, "utf8")
      const credential = yield* give(NodeCredentials.cliProfile(), house.env)
      assert.deepStrictEqual(plain(credential), ["STS.oauth", `${canary}-oauth`, `${canary}-oauthtoken`])
      assert.deepStrictEqual([credential.provider, credential.expiration], ["cli_profile/oauth", Date.UTC(2030, 0, 1)])
      assert.deepStrictEqual(asked(server.got), ["/v1/exchange"])
      assert.strictEqual(readFileSync(path, "utf8"), before)
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive(
    "F02: with less than 1200 s left gets new tokens and writes them back: a new file, mode 0600, all else as it was",
    () =>
      Effect.gen(function* () {
        const house = yield* home
        const server = yield* service()
        const before = profile(1100)
        const path = house.config(before, 0o644)
        const inode = statSync(path).ino
        const started = Math.floor(Date.now() / 1000)
        yield* give(NodeCredentials.cliProfile({ permissions: "ignore" }), house.env)
        assert.deepStrictEqual(asked(server.got), ["/v1/token", "/v1/exchange"])
        assert.deepInclude(Object.fromEntries(new URLSearchParams(server.got[0]!.text)), {
          grant_type: "refresh_token",
          refresh_token: refreshToken(0),
          client_id: "4038181954557748008"
        })
        const after = statSync(path)
        assert.strictEqual(after.mode & 0o777, 0o600)
        assert.notStrictEqual(after.ino, inode)
        const { profiles, ...rest } = stored(house)
        const { oauth_access_token_expire: end, ...changed } = profiles[1]!
        assert.isAtLeast(Number(end), started + 3600)
        const { oauth_access_token_expire: _, ...old } = before.profiles[1] as Record<string, unknown>
        assert.deepStrictEqual(changed, {
          ...old,
          oauth_access_token: accessToken(1),
          oauth_refresh_token: refreshToken(1)
        })
        assert.deepStrictEqual(
          { ...rest, other: profiles[0] },
          { current: "oauth", meta_path: "", unknown: true, other: before.profiles[0] }
        )
        assert.deepStrictEqual(readdirSync(dirname(path)), ["config.json"])
      }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F02: behind a symbolic link is written where the link leads", () =>
    Effect.gen(function* () {
      const house = yield* home
      yield* service()
      const target = house.write("dotfiles/aliyun.json", JSON.stringify(profile(0)))
      mkdirSync(join(house.path, ".aliyun"))
      symlinkSync(target, join(house.path, ".aliyun/config.json"))
      yield* give(NodeCredentials.cliProfile(), house.env)
      assert.strictEqual(realpathSync(join(house.path, ".aliyun/config.json")), realpathSync(target))
      assert.strictEqual(stored(house).profiles[1]!["oauth_refresh_token"], refreshToken(1))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F04: of many who come at once, one gets new tokens and the others use them", () =>
    Effect.gen(function* () {
      const house = yield* home
      const server = yield* service()
      house.config(profile(0))
      const all = Array.from({ length: 20 }, () => NodeCredentials.cliProfile())
      yield* Effect.forEach(all, (provider) => give(provider, house.env), { concurrency: "unbounded" })
      assert.deepStrictEqual(server.state, { turn: 1, reused: 0, fails: false })
      assert.strictEqual(stored(house).profiles[1]!["oauth_refresh_token"], refreshToken(1))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F04: writes its new tokens down even if who asked has gone away", () =>
    Effect.gen(function* () {
      const house = yield* home
      const server = yield* service()
      house.config(profile(0))
      const fiber = yield* Effect.fork(withEnv(house.env)(NodeCredentials.cliProfile().resolve))
      yield* Effect.iterate(0, { while: () => server.got.length === 0, body: () => Effect.as(Effect.sleep(1), 0) })
      yield* Fiber.interrupt(fiber)
      yield* Effect.iterate(0, {
        while: (tries) => stored(house).profiles[1]!["oauth_refresh_token"] === refreshToken(0) && tries < 200,
        body: (tries) => Effect.as(Effect.sleep(10), tries + 1)
      })
      assert.strictEqual(stored(house).profiles[1]!["oauth_refresh_token"], refreshToken(1))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F02: keeps its refresh token where the answer has none, or an empty one", () =>
    Effect.gen(function* () {
      const house = yield* home
      const { routes } = yield* Wire
      for (const more of [{}, { refresh_token: "" }, { refresh_token: null }]) {
        const server = yield* http.answering(({ path }) =>
          path === "/v1/token" ? { access_token: accessToken(1), expires_in: 3600, ...more } : 400
        )
        routes.set(site.CN, server.url)
        house.config(profile(0))
        yield* refuse(NodeCredentials.cliProfile(), house.env)
        const { oauth_access_token: access, oauth_refresh_token: refresh } = stored(house).profiles[1]!
        assert.deepStrictEqual([access, refresh], [accessToken(1), refreshToken(0)])
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F03: takes a lock and a half-written file that a killed process left for what they are", () =>
    Effect.gen(function* () {
      const house = yield* home
      yield* service()
      const path = house.config(profile(0))
      writeFileSync(`${path}.new`, `{"half": `)
      writeFileSync(`${path}.lock`, "1")
      const old = Date.now() / 1000 - 60
      utimesSync(`${path}.lock`, old, old)
      yield* give(NodeCredentials.cliProfile(), house.env)
      assert.deepStrictEqual(readdirSync(dirname(path)), ["config.json"])
      assert.strictEqual(stored(house).profiles[1]!["oauth_refresh_token"], refreshToken(1))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("waits for who has the lock, and uses the tokens that are there then", () =>
    Effect.gen(function* () {
      const house = yield* home
      const server = yield* service()
      const path = house.config(profile(0))
      writeFileSync(`${path}.lock`, "1")
      const fiber = yield* Effect.fork(give(NodeCredentials.cliProfile(), house.env))
      yield* Effect.sleep(200)
      assert.deepStrictEqual(server.got, [])
      house.config(profile(3600))
      rmSync(`${path}.lock`)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(asked(server.got), ["/v1/exchange"])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("uses an access token that is still good where no new one can be had", () =>
    Effect.gen(function* () {
      const house = yield* home
      const server = yield* service()
      server.state.fails = true
      house.config(profile(600))
      yield* give(NodeCredentials.cliProfile(), house.env)
      assert.deepStrictEqual(asked(server.got), ["/v1/token", "/v1/exchange"])
      house.config(profile(600, { oauth_refresh_token: "" }))
      yield* give(NodeCredentials.cliProfile(), house.env)
      house.config(profile(0))
      const error = yield* refuse(NodeCredentials.cliProfile(), house.env)
      assert.deepStrictEqual(
        [error._tag, error.why, error.hint],
        [
          "Failed",
          "the OAuth service answered with status 400",
          "log in again: aliyun configure --mode OAuth --profile 'oauth'"
        ]
      )
      assert.isFalse(existsSync(join(house.path, ".aliyun/config.json.lock")))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("asks for no new token where it cannot write it down", () =>
    Effect.gen(function* () {
      const house = yield* home
      const server = yield* service()
      chmodSync(house.path, 0o755)
      const provider = NodeCredentials.cliProfile({ permissions: "ignore" })
      const closed = (left: number) => {
        const path = house.config(profile(left), 0o644)
        chmodSync(dirname(path), 0o555)
        return path
      }
      closed(600)
      yield* asNobody(give(provider, house.env))
      const path = closed(0)
      const { why } = yield* asNobody(refuse(provider, house.env))
      assert.strictEqual(why, `new tokens cannot be written to '${path}' (EACCES)`)
      assert.deepStrictEqual(asked(server.got), ["/v1/exchange"])
      chmodSync(dirname(path), 0o755)
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("that cannot go on says how to log in again", () =>
    Effect.gen(function* () {
      const house = yield* home
      const { sent } = yield* Wire
      for (const [more, why] of [
        [{ oauth_refresh_token: "" }, "has no access token that is still good"],
        [{ oauth_site_type: "" }, "oauth_site_type of profile 'oauth'"],
        [{ oauth_site_type: canary }, "oauth_site_type of profile 'oauth'"]
      ] as const) {
        house.config(profile(-1, more))
        const error = yield* refuse(NodeCredentials.cliProfile(), house.env)
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, why)
        assert.include(error.hint, "aliyun configure --mode OAuth --profile 'oauth'")
      }
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("asks the service of its site", () =>
    Effect.gen(function* () {
      const house = yield* home
      yield* service()
      const { sent } = yield* Wire
      house.config(profile(0, { oauth_site_type: "intl" }))
      yield* give(NodeCredentials.cliProfile(), house.env)
      assert.deepStrictEqual([...new Set(sent.map(({ url }) => new URL(url).origin))], [site.INTL])
      assert.strictEqual(sent[0]!.form["client_id"], "4103531455503354461")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("is the source of another profile, and its tokens are written to its own", () =>
    Effect.gen(function* () {
      const house = yield* home
      yield* service()
      const oauth = profile(0)
      const chained = {
        name: "chained",
        mode: "ChainableRamRoleArn",
        source_profile: "oauth",
        ram_role_arn: "acs:ram::1234567890123456:role/x",
        sts_endpoint: "http://127.0.0.1:1"
      }
      house.config({ ...oauth, current: "chained", profiles: [...oauth.profiles, chained] })
      // nobody answers as Sts there
      const { result } = yield* ask(NodeCredentials.cliProfile(), house.env)
      assert.strictEqual(result._tag, "Left")
      assert.deepStrictEqual(
        stored(house).profiles.map((one) => one["oauth_refresh_token"]),
        [undefined, refreshToken(1), undefined]
      )
    }).pipe(Effect.provide(offline))
  )
})
