/**
 * Commits in a file, so that they are there after a crash: of the process, or of the machine. See `journalLines` for what
 * stands there.
 *
 * At start, what is torn or does not check at the end is cut off: whoever wrote it was never told that it is safe. Before a line
 * that checks it is damage, not a crash, and the file is refused as it is. A file that holds more than twice what its state
 * needs is written anew, next to the old one, and takes its place in one step.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { type FileHandle, open as openFile, realpath, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import process from "node:process"
import * as Store from "../store.js"
import * as groupCommit from "./groupCommit.js"
import { codeOf, fromSystem, type JournalError, refuse } from "./journalError.js"
import * as lines from "./journalLines.js"
import * as lockFile from "./lockFile.js"

/** @internal for this process alone, until the scope closes */
export const open = (file: string): Effect.Effect<Store.Journal, JournalError, Scope.Scope> =>
  Effect.gen(function* () {
    const path = yield* resolve(file)
    yield* lockFile.acquire(path)
    const found = yield* recover(path)
    const end = Option.getOrElse(yield* compact(path, found), () => found.end)
    const handle = yield* append(path, end)
    if (found.length > found.end) {
      const cut = found.length - found.end
      yield* Effect.logWarning(`state file ${path}: its last ${cut} bytes are torn or damaged and were cut off`)
    }
    const add = yield* groupCommit.make(writeTo(handle, path), refuse(path, "is closed", "start the emulator again"))
    return {
      recovered: found.commits === 0 ? [] : [found.state],
      append: (commit) => add(commit.length === 0 ? undefined : lines.encode(commit))
    }
  })

const attempt = <A>(path: string, what: string, f: () => Promise<A>): Effect.Effect<A, JournalError> =>
  Effect.tryPromise({ try: f, catch: fromSystem(path, what) })

const isMissing = ({ cause }: JournalError) => codeOf(cause) === "ENOENT"

/** behind links, so that two names of one file have one lock, and its place is where it really is */
const resolve = (file: string): Effect.Effect<string, JournalError> =>
  attempt(file, "cannot be found", () => realpath(file)).pipe(
    Effect.catchIf(isMissing, () =>
      Effect.map(
        attempt(file, "cannot be made", () => realpath(dirname(file))),
        (folder) => join(folder, basename(file))
      )
    )
  )

const using = <A>(path: string, flags: string, use: (handle: FileHandle) => Effect.Effect<A, JournalError>) =>
  Effect.acquireUseRelease(
    attempt(path, "cannot be opened", () => openFile(path, flags, 0o600)),
    use,
    close
  )

const close = (handle: FileHandle): Effect.Effect<void> => Effect.ignore(Effect.tryPromise(() => handle.close()))

interface Found {
  /** in bytes: of the file, and of what can be kept of it */
  readonly length: number
  readonly end: number
  readonly commits: number
  /** all commits in one: what takes them up need not hold what was overwritten since */
  readonly state: Store.Commit
}

const nothing: Found = { length: 0, end: 0, commits: 0, state: [] }

const recover = (path: string): Effect.Effect<Found, JournalError> =>
  attempt(path, "cannot be read", () => stat(path)).pipe(
    Effect.flatMap((stats) =>
      // to open a pipe would wait for its other end
      stats.isFile()
        ? using(path, "r", (handle) => scan(handle, path, stats.size))
        : refuse(path, "is no regular file", "name another one")
    ),
    Effect.catchIf(isMissing, () => Effect.succeed(nothing))
  )

const scan = (handle: FileHandle, path: string, length: number): Effect.Effect<Found, JournalError> =>
  Effect.gen(function* () {
    const start = lines.header.length
    const kind = lines.kindOf(yield* readAt(handle, path, 0, start))
    if (kind === "Foreign") {
      return yield* refuse(path, "is no state file of this emulator", "name another one; it has not been touched")
    }
    if (kind === "OtherVersion") {
      return yield* refuse(path, "is of another version of this emulator", "use that one, or another file")
    }
    if (kind === "Torn") return { ...nothing, length }
    const tables: Store.Store["tables"] = new Map()
    let [position, end, commits] = [start, start, 0]
    const found = (): Found => ({ length, end, commits, state: stateOf(tables) })
    let begun: Array<Buffer> = []
    let isDamaged = false
    for (;;) {
      const chunk = yield* readAt(handle, path, position, chunkSize)
      if (chunk.length === 0) return found()
      position += chunk.length
      let from = 0
      for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
        const line = Buffer.concat([...begun, chunk.subarray(from, to)])
        const commit = lines.decode(line)
        if (commit === undefined) {
          isDamaged = true
        } else if (isDamaged) {
          const fix = "restore it from a copy, or name another file; it has not been touched"
          return yield* refuse(path, `is damaged in line ${commits + 2}`, fix)
        } else {
          commit.forEach(Store.applyTo(tables))
          commits++
          end += line.length + 1
        }
        begun = []
        from = to + 1
      }
      begun.push(chunk.subarray(from))
    }
  })

const chunkSize = 1024 * 1024
const newline = 10

const readAt = (handle: FileHandle, path: string, position: number, length: number) =>
  Effect.map(
    attempt(path, "cannot be read", () => handle.read(Buffer.allocUnsafe(length), 0, length, position)),
    ({ buffer, bytesRead }) => buffer.subarray(0, bytesRead)
  )

const stateOf = (tables: Store.Store["tables"]): Store.Commit =>
  [...tables].flatMap(([table, rows]) => [...rows].map(([key, value]) => ({ table, key, value })))

/** yields the new length */
const compact = (path: string, { commits, end, state }: Found): Effect.Effect<Option.Option<number>, JournalError> =>
  Effect.gen(function* () {
    const draft = `${path}.draft`
    const discard = Effect.ignore(Effect.tryPromise(() => rm(draft, { force: true })))
    // of a process that ended while it wrote it
    yield* discard
    if (commits <= 1) return Option.none()
    const content = Buffer.concat([lines.header, Buffer.from(lines.encode(state))])
    if (end <= 2 * content.length) return Option.none()
    const isReplaced = yield* using(draft, "wx", (handle) =>
      attempt(draft, "cannot be written", () => handle.writeFile(content).then(() => handle.sync()))
    ).pipe(
      Effect.zipRight(attempt(path, "cannot be replaced", () => rename(draft, path))),
      Effect.as(true),
      // the old one is as good, only longer: a full disk, or a file that is a mount of its own, is no reason to stop
      Effect.catchAll(({ message }) =>
        discard.pipe(
          Effect.zipRight(Effect.logWarning(`${message}; until then ${path} stays as long as it is`)),
          Effect.as(false)
        )
      ),
      Effect.uninterruptible
    )
    if (!isReplaced) return Option.none()
    yield* syncFolder(path)
    return Option.some(content.length)
  })

/** open to write at its end, which is where the next line belongs; all that is there is on the disk */
const append = (path: string, end: number): Effect.Effect<FileHandle, JournalError, Scope.Scope> =>
  Effect.gen(function* () {
    const handle = yield* Effect.acquireRelease(
      attempt(path, "cannot be opened", () => openFile(path, "a", 0o600)),
      close
    )
    // it holds secrets, whoever made it
    yield* Effect.ignore(attempt(path, "cannot be protected", () => handle.chmod(0o600)))
    yield* attempt(path, "cannot be written", () => handle.truncate(end))
    if (end === 0) yield* attempt(path, "cannot be written", () => handle.appendFile(lines.header))
    // a process that was killed may have left what the disk does not have yet, and others will now rely on
    yield* attempt(path, "cannot be written", () => handle.sync())
    if (end === 0) yield* syncFolder(path)
    return handle
  })

/** a name is kept by its folder. Windows has no such call, and needs none */
const syncFolder = (path: string): Effect.Effect<void, JournalError> =>
  process.platform === "win32"
    ? Effect.void
    : using(dirname(path), "r", (folder) => attempt(path, "cannot be written", () => folder.sync()))

/** @internal */
export const writeTo =
  (handle: Pick<FileHandle, "appendFile" | "datasync">, path: string): groupCommit.Write<JournalError> =>
  (text) =>
    Effect.tryPromise({
      try: () => handle.appendFile(text).then(() => handle.datasync()),
      // nothing is written after this: the line may be torn
      catch: fromSystem(path, "cannot be written", ", then start the emulator again")
    })
