/**
 * One process a state file. The lock is a file next to it that names its holder; one whose holder is gone is taken over.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { readFileSync, unlinkSync, writeFileSync } from "node:fs"
import process from "node:process"
import { codeOf, fromSystem, type JournalError, refuse } from "./journalError.js"

/** @internal held until the scope closes */
export const acquire = (file: string): Effect.Effect<void, JournalError, Scope.Scope> => {
  const lock = `${file}.lock`
  const release = Effect.flatMap(read(lock), (holder) => (holder === nameOf(process.pid) ? remove(lock) : Effect.void))
  return Effect.asVoid(Effect.acquireRelease(take(file, lock), () => Effect.ignore(release)))
}

const take = (file: string, lock: string): Effect.Effect<void, JournalError> =>
  Effect.gen(function* () {
    for (let patience = 20; patience > 0; patience--) {
      if (yield* create(lock)) return
      const holder = yield* read(lock)
      if (holder === undefined) continue
      const state = stateOf(holder)
      if (state === "Running") return yield* inUse(file, lock, holder)
      if (state === "Unknown") return yield* refuse(file, `cannot be locked: ${lock} is no lock`, "remove that")
      // one without a name: somebody is about to write it, or died before they could
      const isAway = (state === "Gone" || patience <= 5) && (yield* takeAway(lock, holder))
      if (!isAway) yield* Effect.sleep("20 millis")
    }
    return yield* refuse(file, "cannot be locked: others try as well", `try again, or remove ${lock}.takeover`)
  }).pipe(Effect.catchTag("SystemError", ({ cause }) => fromSystem(file, "cannot be locked")(cause)))

const inUse = (file: string, lock: string, holder: string): JournalError =>
  refuse(
    file,
    `is in use by process ${Number.parseInt(holder)}`,
    `stop that, use another file, or remove ${lock} if that process is no emulator`
  )

/**
 * Two who find a lock without a holder must not both remove it: the second would remove the lock of the first. So only who has
 * made another file may, and looks again before.
 */
const takeAway = (lock: string, holder: string) =>
  Effect.gen(function* () {
    const guard = `${lock}.takeover`
    if (yield* create(guard)) {
      if ((yield* read(lock)) === holder) yield* remove(lock)
      yield* remove(guard)
      return true
    }
    const other = yield* read(guard)
    if (other !== undefined && stateOf(other) === "Gone") yield* remove(guard)
    return false
  })

interface SystemError {
  readonly _tag: "SystemError"
  readonly cause: unknown
}

/** synchronous: what makes a lock and what names its holder should not be far apart */
const system = <A, B>(f: () => A, code: string, otherwise: B): Effect.Effect<A | B, SystemError> =>
  Effect.try({ try: f, catch: (cause): SystemError => ({ _tag: "SystemError", cause }) }).pipe(
    Effect.catchAll((error) => (codeOf(error.cause) === code ? Effect.succeed(otherwise) : Effect.fail(error)))
  )

const read = (path: string) => system(() => readFileSync(path, "utf8"), "ENOENT", undefined)
const remove = (path: string) => system(() => unlinkSync(path), "ENOENT", undefined)

/** `false` when it is there already */
const create = (path: string): Effect.Effect<boolean, SystemError> =>
  system(
    () => {
      writeFileSync(path, nameOf(process.pid), { flag: "wx", mode: 0o600 })
      return true
    },
    "EEXIST",
    false
    // no space for a name: an empty lock would only be in the way
  ).pipe(Effect.tapError(() => Effect.ignore(remove(path))))

const stateOf = (holder: string): "Running" | "Gone" | "Empty" | "Unknown" => {
  if (holder === "") return "Empty"
  const id = /^([1-9]\d{0,9}) \d*\n$/.exec(holder)?.[1]
  if (id === undefined) return "Unknown"
  return isRunning(Number(id)) && isSame(holder, nameOf(Number(id))) ? "Running" : "Gone"
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // another user's
    return codeOf(error) === "EPERM"
  }
}

/** without a time, on either side, by the number alone */
const isSame = (one: string, other: string): boolean => one === other || one.endsWith(" \n") || other.endsWith(" \n")

/**
 * Its number and, where the system tells (Linux), when it started: after a restart the number may be another's. In a container
 * it often is that of the very process that asks.
 */
const nameOf = (pid: number): string => `${pid} ${startOf(pid)}\n`

const startOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    // behind the name, which may hold anything
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    // a zombie holds nothing any more
    return state === "Z" || state === "X" ? "0" : (fields[18] ?? "")
  } catch {
    return ""
  }
}
