/** The emulator as its user starts it: the built program, in a process of its own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const dist = fileURLToPath(new URL("../../dist", import.meta.url))

/** a folder that is gone at the end */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface Child {
  readonly process: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Effect.Effect<Ended>
  /** sends a signal and waits for the end */
  readonly kill: (signal: NodeJS.Signals) => Effect.Effect<Ended>
  /** the first match in stdout; dies when the process ends without one */
  readonly says: (pattern: RegExp) => Effect.Effect<RegExpExecArray>
}

/** killed at the end, if it still runs */
const child = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      // nothing of this machine's environment
      const process = spawn(globalThis.process.execPath, args, { env })
      const waiting = new Set<() => void>()
      let [stdout, stderr] = ["", ""]
      let end: Ended | undefined
      const news = () => {
        for (const look of waiting) look()
      }
      process.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text
        news()
      })
      process.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
      process.on("close", (code, signal) => {
        end = { code, signal, stdout, stderr }
        news()
      })
      const when = <A>(look: () => Effect.Effect<A> | undefined) =>
        Effect.async<A>((resume) => {
          const again = () => {
            const found = look()
            if (found === undefined) return
            waiting.delete(again)
            resume(found)
          }
          waiting.add(again)
          again()
          return Effect.sync(() => waiting.delete(again))
        })
      const ended = when(() => (end === undefined ? undefined : Effect.succeed(end)))
      return {
        process,
        stdout: () => stdout,
        stderr: () => stderr,
        ended,
        kill: (signal: NodeJS.Signals) =>
          Effect.zipRight(
            Effect.sync(() => process.kill(signal)),
            ended
          ),
        says: (pattern: RegExp) =>
          when(() => {
            const match = pattern.exec(stdout)
            if (match !== null) return Effect.succeed(match)
            return end === undefined
              ? undefined
              : Effect.die(new Error(`it ended without ${pattern}: ${stdout}${stderr}`))
          })
      }
    }),
    ({ kill }) => kill("SIGKILL")
  )

/** the emulator, with these arguments, whatever becomes of it */
export const program = (args: ReadonlyArray<string>, env?: Readonly<Record<string, string>>) =>
  child([join(dist, "bin.js"), ...args], env)

/** it, when it is ready */
export const started = (args: ReadonlyArray<string> = [], env?: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const it = yield* program(args.includes("--port") ? args : ["--port", "0", ...args], env)
    const [, url = "", port = ""] = yield* it.says(/^listening on (https?:\/\/\S+:(\d+))$/m)
    return { ...it, url, port: Number(port) }
  })

/** a program of these lines, which can import what is built from `./` */
export const script = (lines: string, ...args: ReadonlyArray<string>) =>
  child(["--input-type=module", "-e", lines.replaceAll(`from "./`, `from "file://${dist}/`), ...args])
