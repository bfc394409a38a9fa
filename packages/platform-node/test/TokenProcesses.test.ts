/** Tokens that several processes write, and some that are killed while they do: the built package, in processes of its own. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { readdirSync, readFileSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { execPath, platform } from "node:process"
import { fileURLToPath } from "node:url"
import { canary, home } from "./support/Home.js"
import { oauthService, profile, refreshToken } from "./support/OAuthService.js"

const cwd = fileURLToPath(new URL("..", import.meta.url))

/** runs a program from the built package, with nothing of this machine's environment */
const program = (source: string, env: Readonly<Record<string, string>>): ChildProcess =>
  spawn(execPath, ["--input-type=module", "--eval", source], { cwd, env, stdio: ["ignore", "pipe", "pipe"] })

const ended = (child: ChildProcess) =>
  Effect.async<{ readonly code: number | null; readonly output: string }>((resume) => {
    let output = ""
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (output += text))
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (output += text))
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const resolveOften = `
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Signer from "@effect-aliyun/core/Signer"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const local = (request) =>
  HttpClientRequest.setUrl(request, request.url.replace("https://oauth.aliyun.com", process.env.OAUTH_URL))
const transport = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, HttpClient.mapRequest(local))
).pipe(Layer.provide(NodeHttpClient.layer))

await NodeCredentials.cliProfile().resolve.pipe(
  Effect.repeatN(Number(process.env.TIMES) - 1),
  Effect.provide([transport, Signer.layer]),
  Effect.runPromise
)
`

const replaceOften = `
import { replace } from "./dist/internal/credentials/lockedFile.js"
import * as Effect from "effect/Effect"

const filler = "x".repeat(1 << 20)
const write = (turn) => replace(process.env.FILE, JSON.stringify({ turn, filler, end: turn }))
await Effect.runPromise(write(1))
console.log("ready")
await Effect.runPromise(Effect.iterate(2, { while: () => true, body: (turn) => Effect.as(write(turn), turn + 1) }))
`

const fillDisk = `
import { replace, withLock } from "./dist/internal/credentials/lockedFile.js"
import * as Effect from "effect/Effect"

const whyNot = (self) => Effect.runPromise(Effect.match(self, { onFailure: ({ why }) => why, onSuccess: () => "done" }))
console.log(await whyNot(withLock(process.env.FILE, () => Effect.void)), await whyNot(replace(process.env.FILE, "new")))
`

describe("tokens on disk", () => {
  it.scopedLive(
    "F04: of several processes that refresh in turn, none uses a token twice, and the last token is there",
    () =>
      Effect.gen(function* () {
        const house = yield* home
        // no access token lives long enough to be used again: each resolve needs another refresh
        const { state, url } = yield* oauthService(60)
        const path = house.config(profile(0))
        const children = Array.from({ length: 4 }, () =>
          program(resolveOften, { ...house.env, OAUTH_URL: url, TIMES: "5" })
        )
        const all = yield* Effect.forEach(children, ended, { concurrency: "unbounded" })
        for (const { code, output } of all) assert.deepStrictEqual([code, output], [0, ""])
        assert.deepStrictEqual(state, { turn: 20, reused: 0, fails: false })
        const { profiles } = JSON.parse(readFileSync(path, "utf8"))
        assert.strictEqual(profiles[1].oauth_refresh_token, refreshToken(20))
        assert.deepStrictEqual(profiles[0], profile(0).profiles[0])
      }),
    60_000
  )

  it.scopedLive.skipIf(platform === "win32")(
    "F03: a disk without room keeps the old ones, and neither a lock nor half a file",
    () =>
      Effect.gen(function* () {
        const { write } = yield* home
        const file = write("config.json", "old")
        // where no file may have a byte, one can be made and not written
        const source = ["-c", `ulimit -f 0 && exec "$0" "$@"`, execPath, "--input-type=module", "--eval", fillDisk]
        const { output } = yield* ended(
          spawn("sh", source, { cwd, env: { FILE: file }, stdio: ["ignore", "pipe", "pipe"] })
        )
        assert.strictEqual(output, "EFBIG EFBIG\n")
        assert.deepStrictEqual(readdirSync(dirname(file)), ["config.json"])
        assert.strictEqual(readFileSync(file, "utf8"), "old")
      })
  )

  it.scopedLive(
    "F03: kill -9 while they are written leaves the old ones or the new ones",
    () =>
      Effect.gen(function* () {
        const { write } = yield* home
        const file = write("config.json", JSON.stringify({ turn: 0, filler: canary, end: 0 }))
        let last = 0
        for (let round = 0; round < 8; round++) {
          const child = program(replaceOften, { FILE: file })
          yield* Effect.async<void>((resume) => {
            child.stdout!.once("data", () => resume(Effect.void))
          })
          yield* Effect.sleep(40 + round * 23)
          const end = ended(child)
          child.kill("SIGKILL")
          assert.strictEqual((yield* end).code, null)
          const { end: tail, turn } = JSON.parse(readFileSync(file, "utf8"))
          assert.strictEqual(tail, turn)
          assert.strictEqual(statSync(file).mode & 0o777, 0o600)
          last = Math.max(last, turn)
        }
        assert.isAbove(last, 1)
      }),
    60_000
  )
})
