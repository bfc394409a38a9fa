/** Programs that print keys, or do something else. */
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import { existsSync, readFileSync } from "node:fs"
import { execPath, kill } from "node:process"
import { ask, canary, give, home, type Home, key, offline, plain, refuse, sts, withEnv } from "./support/Home.js"

/** a command that runs a script of Node's, with arguments as they are written */
const command = ({ write }: Home, script: string, args = "") => `'${execPath}' '${write("tool.cjs", script)}' ${args}`
const prints = (json: unknown) => `process.stdout.write(${JSON.stringify(JSON.stringify(json))})`

const isAlive = (pid: number): boolean => {
  try {
    kill(pid, 0)
    // a zombie is dead, though its number is still taken
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}

/** until a file is there, or a process is not */
const until = (done: () => boolean) =>
  Effect.iterate(0, {
    while: (tries) => !done() && tries < 400,
    body: (tries) => Effect.as(Effect.sleep(25), tries + 1)
  }).pipe(Effect.tap((tries) => assert.isBelow(tries, 400, "it never happened")))

describe("an external program", () => {
  it.scopedLive("gives the key that it prints", () =>
    Effect.gen(function* () {
      const house = yield* home
      const ak = yield* give(NodeCredentials.externalProcess(command(house, prints({ mode: "AK", ...key }))), {})
      assert.deepStrictEqual([...plain(ak), ak.provider], [...Object.values(key), "external"])
      const end = "2030-01-01T00:00:00.500+08:00"
      const temporary = yield* give(
        NodeCredentials.externalProcess(command(house, prints({ ...sts, expiration: end }))),
        {}
      )
      assert.deepStrictEqual([...plain(temporary), temporary.expiration], [...Object.values(sts), Date.parse(end)])
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F07: gets its words as they are written, and no shell sees them", () =>
    Effect.gen(function* () {
      const house = yield* home
      const script = `process.stdout.write(JSON.stringify({ access_key_id: JSON.stringify(process.argv.slice(2)), access_key_secret: "${canary}" }))`
      const args = `'a b' "c \\"d" e\\ f ; touch ${house.path}/broken | x $(touch ${house.path}/broken) \`y\` && $HOME * 值 "" > z`
      const credential = yield* give(NodeCredentials.externalProcess(command(house, script, args)), {})
      const words = JSON.parse(plain(credential)[0]!)
      assert.deepStrictEqual(words, [
        "a b",
        `c "d`,
        "e f",
        ";",
        "touch",
        `${house.path}/broken`,
        "|",
        "x",
        "$(touch",
        `${house.path}/broken)`,
        "`y`",
        "&&",
        "$HOME",
        "*",
        "值",
        "",
        ">",
        "z"
      ])
      assert.isFalse(existsSync(`${house.path}/broken`))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F08: that does something else is a failure of a kind", () =>
    Effect.gen(function* () {
      const house = yield* home
      for (const [script, why] of [
        [`process.stdout.write("${canary}"); process.exit(1)`, "'node' ended with code 1"],
        [`process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e4)`, "'node' ended by SIGTERM"],
        [``, "'node' printed no JSON object"],
        [`process.stdout.write("${canary}")`, "'node' printed no JSON object"],
        [`process.stdout.write('{"access_key_secret":"${canary}"')`, "'node' printed no JSON object"],
        [`process.stdout.write(Buffer.from([0x22, 0xff, 0x22]))`, "'node' printed no JSON object"],
        [prints([key]), "'node' printed no JSON object"],
        [prints(null), "'node' printed no JSON object"],
        [prints({}), "has no access_key_id"],
        [prints({ ...key, access_key_secret: { canary } }), "access_key_secret of what the program"],
        [prints({ mode: "StsToken", ...key }), "has no sts_token"],
        [prints({ mode: `${canary}`, ...key }), "mode of what the program"],
        [prints({ mode: 3, ...key }), "mode of what the program"],
        [prints({ ...key, expiration: "tomorrow" }), "is no date"],
        [
          prints({ mode: "ChainableRamRoleArn", source_profile: "x", ram_role_arn: "acs:ram::1:role/x" }),
          "names a profile"
        ],
        [prints({ mode: "OAuth", oauth_site_type: "CN" }), "has no access token"],
        [prints({ mode: "External", process_command: `touch ${house.path}/again` }), "has no access_key_id"]
      ] as const) {
        const error = yield* refuse(NodeCredentials.externalProcess(command(house, script)), {})
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, why)
      }
      assert.isFalse(existsSync(`${house.path}/again`))
      for (const [line, why] of [
        ["", "has no process_command"],
        ["  ", "the command line names no program"],
        [`'${canary}`, "the command line has a quote"],
        [`/nowhere/tool ${canary}`, "'tool' cannot be started (ENOENT)"],
        [`${house.path} ${canary}`, "cannot be started (EACCES)"],
        [`TOKEN=${canary} tool`, "'TOKEN=…' cannot be started (ENOENT)"],
        [`tool ${canary}\0`, "cannot be started (ERR_INVALID_ARG_VALUE)"]
      ] as const) {
        const error = yield* refuse(NodeCredentials.externalProcess(line), {})
        assert.strictEqual(error._tag, "Failed")
        assert.include(error.why, why)
      }
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("F08: that prints 100 MB is stopped at 64 KiB", () =>
    Effect.gen(function* () {
      const house = yield* home
      const script = `require("fs").writeFileSync(process.argv[2], String(process.pid))
const block = Buffer.alloc(1 << 20, "${canary}")
let left = 100
const go = () => { while (left-- > 0) if (!process.stdout.write(block)) return process.stdout.once("drain", go) }
go()`
      const pid = `${house.path}/pid`
      const [took, error] = yield* Effect.timed(
        refuse(NodeCredentials.externalProcess(command(house, script, pid)), {})
      )
      assert.include(error.why, "'node' was stopped: it printed more than 64 KiB")
      assert.isBelow(Duration.toMillis(took), 10_000)
      yield* until(() => !isAlive(Number(readFileSync(pid, "utf8"))))
      const most = prints({ ...key, filler: "x".repeat(64 * 1024 - 100) })
      yield* give(NodeCredentials.externalProcess(command(house, most)), {})
    }).pipe(Effect.provide(offline))
  )

  const family = (path: string) => `const { spawn } = require("child_process")
const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" })
require("fs").writeFileSync("${path}.new", JSON.stringify([process.pid, child.pid]))
require("fs").renameSync("${path}.new", "${path}")
setInterval(() => {}, 1000)`

  it.scopedLive("F08: is killed with all it has started when nobody waits any more", () =>
    Effect.gen(function* () {
      const house = yield* home
      const path = `${house.path}/pids`
      const { resolve } = NodeCredentials.externalProcess(command(house, family(path)))
      const fiber = yield* Effect.fork(withEnv({})(resolve))
      yield* until(() => existsSync(path))
      const pids: ReadonlyArray<number> = JSON.parse(readFileSync(path, "utf8"))
      assert.deepStrictEqual(pids.map(isAlive), [true, true])
      yield* Fiber.interrupt(fiber)
      yield* until(() => !pids.some(isAlive))
    }).pipe(Effect.provide(offline))
  )

  it.scoped("F08: is killed after 60 seconds", () =>
    Effect.gen(function* () {
      const house = yield* home
      const path = `${house.path}/pids`
      const provider = NodeCredentials.externalProcess(command(house, family(path)))
      const fiber = yield* Effect.fork(ask(provider, {}))
      yield* TestServices.provideLive(until(() => existsSync(path)))
      yield* TestClock.adjust("59 seconds")
      const pids: ReadonlyArray<number> = JSON.parse(readFileSync(path, "utf8"))
      assert.deepStrictEqual(pids.map(isAlive), [true, true])
      yield* TestClock.adjust("1 second")
      const { result } = yield* Fiber.join(fiber)
      assert.include(Either.isLeft(result) && result.left.why, "'node' was stopped: it did not end within 60 seconds")
      yield* TestServices.provideLive(until(() => !pids.some(isAlive)))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("that leaves something running has given its key all the same", () =>
    Effect.gen(function* () {
      const house = yield* home
      const path = `${house.path}/pid`
      const script = `const child = require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 20000)"], { stdio: "inherit", detached: true })
child.unref()
require("fs").writeFileSync("${path}", String(child.pid))
${prints(key)}`
      const [took, credential] = yield* Effect.timed(give(NodeCredentials.externalProcess(command(house, script)), {}))
      assert.strictEqual(credential._tag, "AccessKey")
      assert.isBelow(Duration.toMillis(took), 15_000)
      kill(Number(readFileSync(path, "utf8")))
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("S07: that prints a secret to its error output, or has one among its arguments, gives none away", () =>
    Effect.gen(function* () {
      const house = yield* home
      const script = `process.stderr.write("${canary}".repeat(1e6)); process.stderr.write("\\n" + process.argv[2]); process.exitCode = 3`
      const line = command(house, script, `--secret=${canary} '${canary}'`)
      const error = yield* refuse(NodeCredentials.externalProcess(line), {})
      assert.strictEqual(error.why, "'node' ended with code 3")
      house.config({ current: "default", profiles: [{ name: "default", mode: "External", process_command: line }] })
      const inProfile = yield* refuse(NodeCredentials.cliProfile(), house.env)
      assert.strictEqual(inProfile.why, "'node' ended with code 3")
    }).pipe(Effect.provide(offline))
  )

  it.scopedLive("is not run where that is switched off, and nothing it prints is written down", () =>
    Effect.gen(function* () {
      const house = yield* home
      const line = command(house, `require("fs").writeFileSync("${house.path}/ran", ""); ${prints(sts)}`)
      for (const value of ["true", "TRUE", "1"]) {
        const error = yield* refuse(NodeCredentials.externalProcess(line), {
          ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS: value
        })
        assert.include(error.why, "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set")
      }
      assert.isFalse(existsSync(`${house.path}/ran`))
      const path = house.config({
        current: "default",
        profiles: [{ name: "default", mode: "External", process_command: line }]
      })
      const before = readFileSync(path, "utf8")
      yield* give(NodeCredentials.cliProfile(), house.env)
      assert.strictEqual(readFileSync(path, "utf8"), before)
    }).pipe(Effect.provide(offline))
  )
})
