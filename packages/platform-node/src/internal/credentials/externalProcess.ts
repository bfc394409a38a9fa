/** A program that prints credentials: run without a shell, in a group of processes that ends with it, and never quoted. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { type ChildProcess, spawn } from "node:child_process"
import { platform } from "node:os"
import { basename } from "node:path"
import { kill } from "node:process"
import * as commandLine from "./commandLine.js"
import { codeOf, quoted } from "./display.js"

const patience = "60 seconds"
const limit = 64 * 1024
/** how long what a program has printed may take to arrive when the program itself has ended */
const drain = 1000

/** what a program printed: one JSON object */
export const run = (command: string): Effect.Effect<Readonly<Record<string, unknown>>, Credentials.Failed> => {
  const isWindows = platform() === "win32"
  const argv = commandLine.split(command, isWindows)
  if (Either.isLeft(argv)) {
    return new Credentials.Failed({ why: `the command line ${argv.left}`, hint: "quote it as for a shell" })
  }
  const [program, ...args] = argv.right
  const name = shown(program)
  return output(program, args, name, isWindows).pipe(
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () =>
        new Credentials.Failed({ why: `${name} was stopped: it did not end within ${patience}`, hint: runByHand })
    }),
    Effect.flatMap((bytes) => read(bytes, name))
  )
}

const runByHand = "run the command by hand to see what it says"

/** arguments may be secrets, and so may what stands where a shell would take a variable */
const shown = (program: string): string => quoted(basename(program).replace(/=.*$/s, "=…"))

const output = (
  program: string,
  args: ReadonlyArray<string>,
  name: string,
  isWindows: boolean
): Effect.Effect<Uint8Array, Credentials.Failed> =>
  Effect.async((resume) => {
    const fail = (why: string, hint = runByHand) => resume(new Credentials.Failed({ why: `${name} ${why}`, hint }))
    let child: ChildProcess
    try {
      child = spawn(program, args, {
        // a group of its own, so that what it starts in turn can be stopped with it; on Windows that would open a console
        detached: !isWindows,
        shell: false,
        // what it says there may hold what it was given
        stdio: ["ignore", "pipe", "ignore"],
        windowsHide: true
      })
    } catch (error) {
      // a byte of value 0 among the words; the message quotes them
      fail(`cannot be started (${codeOf(error) ?? "no code"})`, "check the command line")
      return
    }
    const stop = () => stopGroup(child, isWindows)
    const chunks: Array<Uint8Array> = []
    let size = 0
    child.stdout?.on("data", (chunk: Uint8Array) => {
      size += chunk.length
      if (size <= limit) {
        chunks.push(chunk)
        return
      }
      stop()
      fail(`was stopped: it printed more than ${limit / 1024} KiB`)
    })
    const end = (code: number | null, signal: string | null) => {
      if (code === 0) resume(Effect.succeed(Buffer.concat(chunks)))
      else fail(code === null ? `ended by ${signal ?? "a signal"}` : `ended with code ${code}`)
    }
    child.once("error", (error) => {
      const code = codeOf(error)
      fail(
        `cannot be started (${code ?? "no code"})`,
        code === "ENOENT" ? "install it, or name it by its path" : "check that it may be run"
      )
    })
    // all it printed has arrived then
    child.once("close", end)
    // what it left running may keep its output open for good
    child.once("exit", (code, signal) => {
      setTimeout(() => {
        child.stdout?.destroy()
        end(code, signal)
      }, drain).unref()
    })
    return Effect.sync(stop)
  })

const stopGroup = (child: ChildProcess, isWindows: boolean): void => {
  const { pid } = child
  child.stdout?.destroy()
  if (pid === undefined) return
  try {
    if (isWindows) child.kill("SIGKILL")
    else kill(-pid, "SIGKILL")
  } catch {
    // it has ended by itself
  }
}

const read = (
  bytes: Uint8Array,
  name: string
): Effect.Effect<Readonly<Record<string, unknown>>, Credentials.Failed> => {
  const wrong = new Credentials.Failed({ why: `${name} printed no JSON object`, hint: runByHand })
  return Effect.try({
    try: () => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown,
    catch: () => wrong
  }).pipe(Effect.filterOrFail(Predicate.isReadonlyRecord, () => wrong))
}
