/** The emulator as a program: what it says, what it never says, and how it ends. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import type { Call } from "@effect-aliyun/emulator/Call"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { generateKeyPairSync } from "node:crypto"
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Command, keysOf, parse } from "../src/internal/node/arguments.js"
import { callLine } from "../src/internal/node/callLine.js"
import { as, outcome, people } from "./support/Doors.js"
import * as Program from "./support/Program.js"

// of a machine that is busy with other tests; alone, none takes more than a few seconds
const timeout = 60_000

const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })

const ask = (url: string, who = people.tester, http = NodeHttpClient.layer) =>
  outcome(whoAmI).pipe(as(who), Endpoint.withEndpoint(url), Effect.provide(http))

/** sends bytes and waits for the end of the connection; yields what came back */
const exchange = (port: number, bytes: string | Uint8Array) =>
  Effect.async<string>((resume) => {
    let text = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    socket.setEncoding("latin1").on("data", (chunk) => (text += chunk))
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(text)))
    return Effect.sync(() => socket.destroy())
  })

const get = (target: string, connection = "close") =>
  Buffer.from(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: ${connection}\r\n\r\n`, "latin1")

const tls = (name: string) => fileURLToPath(new URL(`../../../test/fixtures/tls/${name}.pem`, import.meta.url))

/** so many calls one after another, with a line of more than 300 characters each */
const crowd = (port: number, count: number) => {
  const target = `/${"x".repeat(250)}`
  return exchange(
    port,
    Buffer.concat([...Array.from({ length: count - 1 }, () => get(target, "keep-alive")), get(target)])
  )
}

const test = (name: string, body: () => Effect.Effect<unknown, unknown, Scope.Scope>) =>
  it.live(name, () => Effect.scoped(body()), timeout)

describe("serving", () => {
  test("says when it is ready, answers signed calls, and logs them without a secret", () =>
    Effect.gen(function* () {
      const server = yield* Program.started([], { EMULATOR_ACCESS_KEY: "CANARYid:CANARYsecret/+=" })
      assert.match(server.stdout(), /^listening on http:\/\/127\.0\.0\.1:\d+\n$/)
      const who = { accessKeyId: "CANARYid", accessKeySecret: "CANARYsecret/+=" }
      assert.strictEqual(yield* ask(server.url, Credential.accessKey(who)), "200")
      const impostor = Credential.accessKey({ ...who, accessKeySecret: "CANARYother" })
      assert.strictEqual(yield* ask(server.url, impostor), "400 InvalidAccessKeySecret")
      assert.strictEqual(yield* ask(server.url), "404 InvalidAccessKeyId.NotFound")
      const { stderr, stdout } = yield* server.kill("SIGTERM")
      const line = (rest: string) =>
        new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z ${rest} [0-9A-F-]{36}$`, "m")
      assert.match(stdout, line("\\w+ Sts GetCallerIdentity 200 - \\d+ms Accepted"))
      assert.match(stdout, line("\\w+ Sts GetCallerIdentity 400 SignatureDoesNotMatch \\d+ms Refused"))
      assert.match(stdout, line("\\w+ Sts GetCallerIdentity 404 InvalidAccessKeyId.NotFound \\d+ms Refused"))
      assert.lengthOf(stdout.trim().split("\n"), 4)
      assert.strictEqual(stderr, "")
      assert.notInclude(stdout, "CANARY")
    }))

  test("accepts testid:testsecret unless told, and says so", () =>
    Effect.gen(function* () {
      const server = yield* Program.started()
      assert.strictEqual(yield* ask(server.url), "200")
      const { stdout } = yield* server.kill("SIGTERM")
      assert.match(stdout, /^no key is given: the key is testid, its secret testsecret$/m)
    }))

  test("takes keys from a file", () =>
    Effect.gen(function* () {
      const file = join(yield* Program.folder, "keys")
      writeFileSync(file, "# mine\n\n  testid:testsecret \r\nother:secret")
      const server = yield* Program.started(["--access-key-file", file])
      assert.strictEqual(yield* ask(server.url), "200")
      const other = Credential.accessKey({ accessKeyId: "other", accessKeySecret: "secret" })
      assert.strictEqual(yield* ask(server.url, other), "200")
      assert.notInclude(server.stdout(), "no key is given")
    }))

  test("what strangers send cannot write to a terminal, nor a second line", () =>
    Effect.gen(function* () {
      const server = yield* Program.started()
      const targets = [
        "/?Version=2014-05-26&Action=%1b%5b2J%0a%0d2026-01-01T00%3a00%3a00.000Z%20GET%20Ecs%20Forged%7f%c2%9b%e2%80%ae",
        "/%1b%5b2J'\"<>|\\^`{}",
        "http://user:CANARY@host/path?SecurityToken=CANARY",
        `/${"long".repeat(1000)}?AccessKeySecret=CANARY`
      ]
      // raw bytes get no further than the parser
      assert.match(yield* exchange(server.port, get("/\x80\x9b\xff")), /^HTTP\/1\.1 400 /)
      for (const target of targets) assert.match(yield* exchange(server.port, get(target)), /^HTTP\/1\.1 400 /)
      const { stdout } = yield* server.kill("SIGTERM")
      assert.match(stdout, /^[ -~\n]*$/)
      assert.notInclude(stdout, "CANARY")
      const lines = stdout.trim().split("\n").slice(2)
      assert.lengthOf(lines, targets.length)
      for (const line of lines) assert.isBelow(line.length, 500)
      assert.include(lines[2], " GET - /path 400 ")
      assert.include(
        lines[0],
        " Ecs \\u{1b}[2J\\u{a}\\u{d}2026-01-01T00:00:00.000Z\\u{20}GET\\u{20}Ecs\\u{20}Forged\\u{7f}"
      )
    }))

  test("misses no line, however fast the calls come, and keeps their order", () =>
    Effect.gen(function* () {
      const server = yield* Program.started(["--echo"])
      const paths = Array.from({ length: 2500 }, (_, i) => `/${i}`)
      const requests = paths.map((path, i) => get(path, i === paths.length - 1 ? "close" : "keep-alive"))
      yield* exchange(server.port, Buffer.concat(requests))
      const { stdout } = yield* server.kill("SIGTERM")
      assert.deepStrictEqual(
        [...stdout.matchAll(/ GET - (\/\d+) /g)].map(([, path]) => path),
        paths
      )
    }))

  test("goes on when nobody reads its log any more", () =>
    Effect.gen(function* () {
      const server = yield* Program.started()
      server.process.stdout?.destroy()
      for (let i = 0; i < 3; i++) assert.strictEqual(yield* ask(server.url), "200")
    }))

  test("drops lines while nobody reads them, and says how many", () =>
    Effect.gen(function* () {
      const server = yield* Program.started(["--echo"])
      server.process.stdout?.pause()
      const count = 6000
      yield* crowd(server.port, count)
      server.process.stdout?.resume()
      const [, dropped] = yield* server.says(/^dropped lines, for want of a reader: (\d+)$/m)
      yield* exchange(server.port, get("/last"))
      const { stdout } = yield* server.kill("SIGTERM")
      assert.isAbove(Number(dropped), 0)
      assert.lengthOf([...stdout.matchAll(/ GET - \/x+ /g)], count - Number(dropped))
      // a megabyte is kept, and what the system holds
      assert.isBelow(stdout.length, 2_000_000)
      assert.lengthOf([...stdout.matchAll(/^dropped lines/gm)], 1)
      assert.match(stdout, /\ndropped lines.*\n\S+ GET - \/last .*\n$/)
    }))

  test("echoes what it does not know when told, keeps time as told, and shows its admin page", () =>
    Effect.gen(function* () {
      const server = yield* Program.started(["--echo", "--transition", "0", "--admin-port", "0"])
      const [, admin = ""] = yield* server.says(/^admin page on (http:\/\/127\.0\.0\.1:\d+)$/m)
      const page = yield* Effect.promise(() => fetch(`${admin}/`))
      assert.deepStrictEqual([page.status, page.headers.get("content-type")?.startsWith("text/html")], [200, true])
      const unknown = AcsClient.rpc({ product: "Kms", version: "2016-01-20", action: "ListKeys" })
      const answer = outcome(unknown).pipe(as(people.tester), Endpoint.withEndpoint(server.url))
      assert.strictEqual(yield* Effect.provide(answer, NodeHttpClient.layer), "200")
    }))

  test("speaks TLS", () =>
    Effect.gen(function* () {
      const server = yield* Program.started(["--cert", tls("cert"), "--key", tls("key")])
      assert.match(server.url, /^https:/)
      const trusting = NodeHttpClient.layerWith({ ca: readFileSync(tls("cert")) })
      assert.strictEqual(yield* ask(server.url, people.tester, trusting), "200")
      assert.notStrictEqual(yield* ask(server.url), "200")
    }))

  test("warns when other machines can come in", () =>
    Effect.gen(function* () {
      const server = yield* Program.started(["--host", "0.0.0.0"])
      assert.match(server.stderr(), /^warning: --host 0\.0\.0\.0 lets other machines in; 127\.0\.0\.1 does not\n$/)
      const local = yield* Program.started(["--host", "localhost"])
      assert.strictEqual(local.stderr(), "")
    }))
})

describe("ending", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal}: cuts connections, frees the port, lets the state go, exits 0`, () =>
      Effect.gen(function* () {
        const dir = yield* Program.folder
        const args = ["--state", join(dir, "state")]
        const server = yield* Program.started(args)
        const open = [
          "",
          "GET / HTTP/1.1\r\nhost",
          "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1",
          get("/", "keep-alive")
        ].map((bytes) => exchange(server.port, bytes))
        const cut = yield* Effect.fork(Effect.all(open, { concurrency: "unbounded" }))
        yield* Effect.sleep("50 millis")
        assert.deepStrictEqual(readdirSync(dir).sort(), ["state", "state.lock"])
        const { code, signal: by, stderr } = yield* server.kill(signal).pipe(Effect.timeout("5 seconds"))
        assert.deepStrictEqual([code, by, stderr], [0, null, ""])
        yield* cut
        assert.deepStrictEqual(readdirSync(dir), ["state"])
        const next = yield* Program.started([...args, "--port", String(server.port)])
        assert.strictEqual(yield* ask(next.url), "200")
      }))
  }

  test("does not wait for who does not read its log", () =>
    Effect.gen(function* () {
      const server = yield* Program.started(["--echo"])
      server.process.stdout?.pause()
      yield* crowd(server.port, 2500)
      const exit = Effect.async<ReadonlyArray<unknown>>((resume) => {
        server.process.on("exit", (...exit) => resume(Effect.succeed(exit)))
        server.process.kill("SIGTERM")
      })
      const ended = yield* exit.pipe(
        Effect.timeout("10 seconds"),
        // until it is read to its end, it is not closed
        Effect.ensuring(Effect.sync(() => server.process.stdout?.resume()))
      )
      assert.deepStrictEqual(ended, [0, null])
    }))

  test("what cannot start says why in one line, and exits 1", () =>
    Effect.gen(function* () {
      const dir = yield* Program.folder
      const foreign = join(dir, "diary")
      writeFileSync(foreign, "dear diary\n")
      const encrypted = (["pkcs8", "sec1"] as const).map((type) => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
        const file = join(dir, type)
        writeFileSync(file, privateKey.export({ type, format: "pem", cipher: "aes-256-cbc", passphrase: "CANARY" }))
        return file
      })
      const { port } = yield* Program.started()
      const rows: ReadonlyArray<readonly [args: ReadonlyArray<string>, line: RegExp]> = [
        [["--port", String(port)], /^--port \d+ is in use: choose another, or 0 for a free one\n$/],
        [["--port", "0", "--admin-port", String(port)], /^--admin-port \d+ is in use: choose another.*\n$/],
        [
          ["--port", "0", "--host", "192.0.2.1"],
          /^--host 192\.0\.2\.1 is no address of this machine: choose another\n$/
        ],
        [
          ["--port", "0", "--cert", "/no/cert", "--key", foreign],
          /^--cert \/no\/cert cannot be read \(ENOENT\): name another file\n$/
        ],
        [
          ["--port", "0", "--cert", tls("cert"), "--key", `${dir}/no key`],
          /^--key \S+\/no key cannot be read \(ENOENT\): name another file\n$/
        ],
        // a key in place of a file that holds one
        [["--port", "0", "--access-key-file", "id:CANARY"], /^--access-key-file cannot be read \(ENOENT\): name .*\n$/],
        [
          ["--port", "0", "--cert", tls("cert"), "--key=-----BEGIN\nCANARY\n-----END"],
          /^--key cannot be read \(ENOENT\): name another file\n$/
        ],
        ...encrypted.map((key): readonly [ReadonlyArray<string>, RegExp] => [
          ["--port", "0", "--cert", tls("cert"), "--key", key],
          /^--key \S+ cannot be used \(the key is encrypted\): name a file that needs no passphrase\n$/
        ]),
        [
          ["--port", "0", "--cert", foreign, "--key", foreign],
          /^--cert and --key cannot be used \(.* no PEM, .*\): name other files\n$/
        ],
        [["--port", "0", "--state", foreign], /^state file \S+\/diary is no state file .*: name another one; .*\n$/]
      ]
      const ends = yield* Effect.forEach(
        rows,
        ([args]) => Effect.flatMap(Program.program(args), ({ ended }) => ended),
        {
          concurrency: 3
        }
      )
      for (const [index, { code, stderr, stdout }] of ends.entries()) {
        assert.match(stderr, rows[index]![1])
        assert.deepStrictEqual([code, stdout], [1, ""])
      }
      assert.strictEqual(readFileSync(foreign, "utf8"), "dear diary\n")
    }))

  test("bad options are named in one line; exit code 2", () =>
    Effect.gen(function* () {
      const keys = join(yield* Program.folder, "keys")
      writeFileSync(keys, "testid:testsecret\nCANARY\n")
      const rows: ReadonlyArray<readonly [args: ReadonlyArray<string>, line: RegExp]> = [
        [["--prot", "1"], /^--prot is no option; see --help\n$/],
        [["--\u001b[2J\n"], /^--\\u\{1b\}\[2J\\u\{a\} is no option; see --help\n$/],
        [["--access-key-file", keys], /^--access-key-file, line 2, is no key; write ID:SECRET, without spaces\n$/]
      ]
      for (const [args, line] of rows) {
        const { code, stderr, stdout } = yield* Effect.flatMap(Program.program(args), ({ ended }) => ended)
        assert.match(stderr, line)
        assert.deepStrictEqual([code, stdout], [2, ""])
      }
    }))

  test("--help and --version", () =>
    Effect.gen(function* () {
      const help = yield* Effect.flatMap(Program.program(["--help"]), ({ ended }) => ended)
      assert.deepStrictEqual([help.code, help.stderr], [0, ""])
      const options = ["port", "host", "access-key", "access-key-file", "cert", "key", "state", "admin-port", "echo"]
      for (const option of [...options, "transition", "help", "version"]) assert.include(help.stdout, `--${option} `)
      const version = yield* Effect.flatMap(Program.program(["--version"]), ({ ended }) => ended)
      const manifest = fileURLToPath(new URL("../package.json", import.meta.url))
      const { version: expected } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string }
      assert.deepStrictEqual([version.code, version.stdout], [0, `${expected}\n`])
    }))
})

describe("arguments", () => {
  const settingsOf = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
    const command: Command = Either.getOrThrow(parse(args, env))
    assert(command._tag === "Serve")
    const { keys, ...settings } = command.settings
    return {
      ...settings,
      keys: keys.map(({ accessKeyId, accessKeySecret }) => `${accessKeyId}:${Redacted.value(accessKeySecret)}`)
    }
  }

  const defaults = {
    port: 8080,
    host: "127.0.0.1",
    keys: [],
    keyFile: undefined,
    tls: undefined,
    stateFile: undefined,
    adminPort: undefined,
    echo: false,
    transition: undefined
  }

  it("say what to do", () => {
    assert.deepStrictEqual(settingsOf([]), defaults)
    assert.deepStrictEqual(settingsOf([], { EMULATOR_ACCESS_KEY: "" }), defaults)
    const all = ["--port=0", "--host", "::1", "--access-key", "a:b:c", "--access-key=d:-=", "--access-key-file", "f"]
    const more = ["--cert", "c", "--key", "k", "--state=-s", "--admin-port", "0", "--echo", "--transition", "0.50"]
    assert.deepStrictEqual(settingsOf([...all, ...more], { EMULATOR_ACCESS_KEY: "e:f\n#\ng:h" }), {
      port: 0,
      host: "::1",
      keys: ["a:b:c", "d:-=", "e:f", "g:h"],
      keyFile: "f",
      tls: { cert: "c", key: "k" },
      stateFile: "-s",
      adminPort: 0,
      echo: true,
      transition: "0.5 seconds"
    })
    for (const [args, tag] of [
      [["--help"], "Help"],
      [["-h"], "Help"],
      [["--version"], "Version"]
    ] as const) {
      assert.strictEqual(Either.getOrThrow(parse(args, {}))._tag, tag)
    }
  })

  const bad: ReadonlyArray<readonly [args: ReadonlyArray<string>, named: string]> = [
    [["serve"], "argument 1 "],
    [["--", "x"], "argument 2 "],
    [["-p", "1"], "-p "],
    [["--no-echo"], "--no-echo "],
    [["--echo=yes"], "--echo "],
    [["--port"], "--port "],
    [["--port="], "--port "],
    [["--port", "--echo"], "--port "],
    [["--port", "65536"], "--port "],
    [["--port", "-1"], "--port "],
    [["--port", "80.5"], "--port "],
    [["--port", "0x50"], "--port "],
    [["--port", "1", "--port", "2"], "--port "],
    [["--admin-port", "x"], "--admin-port "],
    [["--admin-port", "8080"], "--admin-port "],
    [["--host", "http://a"], "--host "],
    [["--host", "[::1]"], "--host "],
    [["--host", "a b"], "--host "],
    [["--cert", "c"], "--cert needs --key"],
    [["--key", "k"], "--key needs --cert"],
    [["--transition", "soon"], "--transition "],
    [["--transition", "1e3"], "--transition "],
    [["--access-key", "CANARY"], "--access-key "],
    [["--access-key", "CANARY:"], "--access-key "],
    [["--access-key", ":CANARY"], "--access-key "],
    [["--access-key", "a b:CANARY"], "--access-key "],
    [["--access-key", "a:CANARY", "--access-key", "a:CANARY"], "--access-key, "],
    [["--state", ""], "--state "]
  ]
  it.each(bad.map(([args, named]) => [args.join(" "), args, named] as const))("bad: %s", (_, args, named) => {
    const error = Either.getOrThrow(Either.flip(parse(args, {})))
    assert.strictEqual(error.message.indexOf(named), 0, error.message)
    // the fix
    assert.match(error.message, /; \S/)
    assert.notMatch(error.message, /CANARY|\n/)
  })

  it("bad keys of the environment or a file show nothing of them", () => {
    for (const text of ["CANARY", "a:b\nCANARY c:d", "#a:b", "a:b\r\na:b"]) {
      const results = [parse([], { EMULATOR_ACCESS_KEY: text }), keysOf("--access-key-file", text)]
      for (const result of text.includes("\r") ? results.slice(0, 1) : results) {
        const { message } = Either.getOrThrow(Either.flip<unknown, { readonly message: string }>(result))
        assert.notInclude(message, "CANARY")
        assert.match(message, /EMULATOR_ACCESS_KEY|--access-key-file/)
      }
    }
  })
})

it("a line a call, also of what is not known and of a fault", () => {
  const call: Call = {
    sequence: 1,
    at: 0,
    latency: 12,
    method: "GET",
    path: "/clusters/a b",
    product: undefined,
    version: undefined,
    action: undefined,
    accessKeyId: "testid",
    verdict: "Refused",
    status: 400,
    code: "A\nB",
    requestId: "ID",
    attempt: 1,
    fault: undefined
  }
  assert.strictEqual(callLine(call), "1970-01-01T00:00:00.000Z GET - /clusters/a\\u{20}b 400 A\\u{a}B 12ms Refused ID")
  assert.strictEqual(
    callLine({ ...call, product: "CS", action: "DescribeClusters", status: 200, code: undefined, fault: "Delay" }),
    "1970-01-01T00:00:00.000Z GET CS DescribeClusters 200 - 12ms Refused ID fault=Delay"
  )
})

it("the program is what package.json says", () => {
  const manifest = JSON.parse(readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8")) as {
    bin: Record<string, string>
  }
  // one only: then npx @effect-aliyun/emulator finds it
  assert.deepStrictEqual(manifest.bin, { "effect-aliyun-emulator": "./dist/bin.js" })
  assert.isTrue(existsSync(join(Program.dist, "bin.js")))
  assert.match(readFileSync(join(Program.dist, "bin.js"), "utf8"), /^#!\/usr\/bin\/env node\n/)
})
