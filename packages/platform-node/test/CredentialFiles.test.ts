/** Files that are none, are too much, or are open to others: told in no time, with their name, and without what is in them. */
import type * as Credentials from "@effect-aliyun/core/Credentials"
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { execFileSync } from "node:child_process"
import { chmodSync, chownSync, mkdirSync, symlinkSync, truncateSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { getuid } from "node:process"
import { ask, asNobody, canary, give, type Home, home, key, offline, plain, refuse, rsa } from "./support/Home.js"

const config = { current: "default", profiles: [{ name: "default", mode: "AK", ...key }] }
const ini = `[default]\ntype = access_key\naccess_key_id = ${key.access_key_id}\naccess_key_secret = ${key.access_key_secret}\n`

const readers: ReadonlyArray<
  readonly [name: string, path: string, text: string, (path: string) => Credentials.Provider<any>]
> = [
  ["the CLI's file", ".aliyun/config.json", JSON.stringify(config), (path) => NodeCredentials.cliProfile({ path })],
  ["the credentials file", ".alibabacloud/credentials", ini, (path) => NodeCredentials.profileFile({ path })],
  [
    "a token file",
    "token",
    `${canary}-token`,
    (path) => ({ name: "token", resolve: NodeCredentials.oidcTokenFile(path) as any })
  ]
]

type Make = (path: string, home: Home, text: string) => void

const troubles: ReadonlyArray<readonly [name: string, make: Make, why: string]> = [
  ["a FIFO without a writer", (path) => execFileSync("mkfifo", [path]), "is no regular file"],
  ["a directory", (path) => mkdirSync(path), "is a directory"],
  ["a device", (path) => symlinkSync("/dev/zero", path), "is no regular file"],
  [
    "a loop of symbolic links",
    (path) => {
      symlinkSync(path, `${path}.b`)
      symlinkSync(`${path}.b`, path)
    },
    "loop of symbolic links"
  ],
  ["a symbolic link to nothing", (path) => symlinkSync(`${path}.gone`, path), "there is no file"],
  ["of 100 MB", (path, { write }, text) => truncateSync(write(path, text), 100 * 1024 * 1024), "is larger than 1 MiB"],
  [
    "of a byte too much",
    (path, { write }, text) => void write(path, text.padEnd(1024 * 1024 + 1)),
    "is larger than 1 MiB"
  ],
  ["with bytes of value 0", (path, { write }, text) => void write(path, `${text}\0`), "is no UTF-8 text"],
  [
    "in UTF-16",
    (path, { write }, text) => void write(path, Buffer.from(`\ufeff${text}`, "utf16le")),
    "is no UTF-8 text"
  ],
  [
    "with bytes that are no text",
    (path, { write }, text) => void write(path, Buffer.from([...Buffer.from(text), 0xff])),
    "is no UTF-8 text"
  ]
]

describe.each(readers)("%s", (_, name, text, provider) => {
  it.scopedLive.each(troubles)("F05: %s is told within 100 ms", ([, make, why]) =>
    Effect.gen(function* () {
      const house = yield* home
      const path = join(house.path, name)
      mkdirSync(join(path, ".."), { recursive: true })
      // what a home writes is below it
      make(path, { ...house, write: (_path, content) => house.write(name, content) }, text)
      const error = yield* refuse(provider(path), {})
      // the best of some: other programs run on this machine as well
      const [first, ...more] = yield* Effect.replicateEffect(Effect.timed(Effect.exit(provider(path).resolve)), 5)
      const best = Math.min(...[first!, ...more].map(([duration]) => Duration.toMillis(duration)))
      assert.isBelow(best, 100)
      assert.strictEqual(error._tag, "Failed")
      assert.include(error.why, why)
      assert.include(error.why, `'${path}'`)
      assert.isString(error.hint)
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F05: a socket is told too", () =>
    Effect.gen(function* () {
      const house = yield* home
      const path = join(house.path, "s")
      yield* Effect.acquireRelease(
        Effect.async<ReturnType<typeof createServer>>((resume) => {
          const server = createServer().listen(path, () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      assert.include((yield* refuse(provider(path), {})).why, "is no regular file")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F05: a byte order mark and CRLF do not matter, nor does a size of 1 MiB", () =>
    Effect.gen(function* () {
      const house = yield* home
      for (const content of [`\ufeff${text}`, `${text.replaceAll("\n", "\r\n")}\r\n`, text.padEnd(1024 * 1024)]) {
        const path = house.write(name, content)
        if (name === "token") {
          assert.strictEqual(Redacted.value(yield* NodeCredentials.oidcTokenFile(path)), text)
        } else {
          assert.deepStrictEqual(plain(yield* give(provider(path), {})), Object.values(key))
        }
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F05: a path of any kind is shown in one line, of bounded length", () =>
    Effect.gen(function* () {
      for (const path of ["a\nb", "a\0b", `/${"x".repeat(5000)}`, `/${"long/".repeat(2000)}`]) {
        const { why } = yield* refuse(provider(path), {})
        assert.notMatch(why, /[\n\0]/)
        assert.isBelow(why.length, 400)
      }
    }).pipe(Effect.provide(offline))
  )
})

describe("F06: where nothing may be read", () => {
  const providers = [NodeCredentials.cliProfile(), NodeCredentials.profileFile()]

  it.scopedLive("no home is no credentials", () =>
    Effect.gen(function* () {
      for (const provider of providers) {
        for (const env of [{}, { HOME: "" }, { HOME: "/nowhere" }, { HOME: "/dev/null" }] as ReadonlyArray<
          Record<string, string>
        >) {
          assert.strictEqual((yield* refuse(provider, env))._tag, "NotConfigured")
        }
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("USERPROFILE is a home too", () =>
    Effect.gen(function* () {
      const { config: write, path } = yield* home
      write(config)
      yield* give(NodeCredentials.cliProfile(), { USERPROFILE: path })
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("a home that is closed is no credentials, a file that is closed is a failure", () =>
    Effect.gen(function* () {
      const house = yield* home
      house.config(config)
      house.ini(ini)
      chmodSync(house.path, 0o755)
      for (const [mode, tag] of [
        [0o000, "Failed"],
        [0o600, undefined]
      ] as const) {
        // as somebody else the file is closed in any case
        for (const file of [".aliyun/config.json", ".alibabacloud/credentials"]) chmodSync(join(house.path, file), mode)
        for (const provider of providers) {
          const { result } = yield* asNobody(ask(provider, house.env))
          const isRoot = getuid!() === 0
          assert.strictEqual(result._tag === "Left" ? result.left._tag : undefined, isRoot ? "Failed" : tag)
          if (result._tag === "Left") assert.include(result.left.why, "cannot be read by this user (EACCES)")
        }
      }
      for (const folder of [".aliyun", ".alibabacloud"]) chmodSync(join(house.path, folder), 0o000)
      for (const provider of providers) {
        const { result } = yield* asNobody(ask(provider, house.env))
        assert.strictEqual(result._tag === "Left" && result.left._tag, "NotConfigured")
      }
      const named = NodeCredentials.cliProfile({ path: join(house.path, ".aliyun/config.json") })
      const { why } = yield* asNobody(refuse(named, house.env))
      assert.match(why, /^the folder of '.*' cannot be read by this user$/)
      for (const folder of [".aliyun", ".alibabacloud"]) chmodSync(join(house.path, folder), 0o700)
    }).pipe(Effect.provide(offline))
  )
})

describe("F01: a file that is open to others", () => {
  const files = [
    ["the CLI's file", (house: Home, mode: number) => house.config(config, mode), NodeCredentials.cliProfile],
    ["the credentials file", (house: Home, mode: number) => house.ini(ini, mode), NodeCredentials.profileFile]
  ] as const

  it.scopedLive.each(files)("%s is warned of once", ([, write, make]) =>
    Effect.gen(function* () {
      const house = yield* home
      for (const [mode, why] of [
        [0o644, "holds secrets and can be read by others (mode 0644)"],
        [0o666, "can be changed by others (mode 0666)"],
        [0o640, "holds secrets and can be read by others (mode 0640)"],
        [0o620, "can be changed by others (mode 0620)"]
      ] as const) {
        const path = write(house, mode)
        const provider = make()
        const first = yield* ask(provider, house.env)
        const second = yield* ask(provider, house.env)
        assert.deepStrictEqual([first.result._tag, second.result._tag], ["Right", "Right"])
        assert.deepStrictEqual(first.logs.length + second.logs.length, 1)
        assert.include(first.logs[0], `'${path}' ${why}; make it yours alone`)
      }
      write(house, 0o600)
      assert.deepStrictEqual((yield* ask(make(), house.env)).logs, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive.each(files)("%s is refused, or taken in silence, where the program says so", ([, write, make]) =>
    Effect.gen(function* () {
      const house = yield* home
      write(house, 0o644)
      const error = yield* refuse(make({ permissions: "fail" }), house.env)
      assert.include(
        [error._tag, error.why, error.hint].join(" "),
        "can be read by others (mode 0644) make it yours alone"
      )
      assert.deepStrictEqual((yield* ask(make({ permissions: "ignore" }), house.env)).logs, [])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("is refused for a section whose name has dots, however many", () =>
    Effect.gen(function* () {
      const house = yield* home
      const provider = NodeCredentials.profileFile({ permissions: "fail" })
      for (const name of ["team.prod", "a.b.c.d", `x${".x".repeat(20_000)}`]) {
        house.ini(`[default]\ntype = ecs_ram_role\n${ini.replace("[default]", `[${name}]`)}`, 0o644)
        assert.include((yield* refuse(provider, house.env)).why, "holds secrets and can be read by others (mode 0644)")
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("is told of where it is the private key that another one names", () =>
    Effect.gen(function* () {
      const house = yield* home
      const pem = house.write("key.pem", rsa.privateKey, 0o644)
      const pair = { name: "default", mode: "RsaKeyPair", key_pair_name: "rsaid", private_key: pem }
      // nobody answers as Sts there
      const nowhere = "http://127.0.0.1:1"
      house.config({ profiles: [{ ...pair, sts_endpoint: nowhere }] })
      house.ini(
        `[default]\ntype = rsa_key_pair\npublic_key_id = rsaid\nprivate_key_file = ${pem}\nsts_endpoint = ${nowhere}\n`
      )
      for (const [setting, make] of [
        ["private_key of profile 'default'", NodeCredentials.cliProfile],
        ["private_key_file of section '[default]'", NodeCredentials.profileFile]
      ] as const) {
        const exposed = "names holds secrets and can be read by others (mode 0644)"
        const { why } = yield* refuse(make({ permissions: "fail" }), house.env)
        assert.include(why, `the file that ${setting}`)
        assert.include(why, exposed)
        const { logs } = yield* ask(make(), house.env)
        assert.strictEqual(logs.filter((log) => log.includes(exposed)).length, 1)
        assert.deepStrictEqual((yield* ask(make({ permissions: "ignore" }), house.env)).logs, [])
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("may be read where it holds no secret, but not changed: it says which programs are run", () =>
    Effect.gen(function* () {
      const house = yield* home
      const open = { profiles: [{ name: "default", mode: "Anonymous" }] }
      const provider = NodeCredentials.cliProfile()
      house.config(open, 0o644)
      assert.deepStrictEqual((yield* ask(provider, house.env)).logs, [])
      house.config(open, 0o646)
      assert.strictEqual((yield* ask(provider, house.env)).logs.length, 1)
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive.skipIf(getuid?.() !== 0)("is warned of when it belongs to somebody else", () =>
    Effect.gen(function* () {
      const house = yield* home
      const path = house.config(config)
      chownSync(path, 65_534, 65_534)
      const { logs } = yield* ask(NodeCredentials.cliProfile(), house.env)
      assert.include(logs[0], "belongs to another user (65534)")
    }).pipe(Effect.provide(offline))
  )
})
