/**
 * Writing a file that others write as well: one at a time, by a lock file beside it, and all or nothing, by a new file that takes
 * the place of the old one.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Stats } from "node:fs"
import { type FileHandle, link, open, readFile, realpath, rename, rm, stat } from "node:fs/promises"
import process from "node:process"
import { codeOf } from "./display.js"

/** nobody can write there, or another has the lock and does not let go */
export class NotLocked extends Data.TaggedError("NotLocked")<{ readonly why: string }> {}

/** what is done under the lock takes no longer; a lock that is older was left behind by a process that is no more */
const longest = 30_000
const pause = 50
const tries = 45_000 / pause

/** Runs an effect while no other process that keeps to the lock is at the file. It is given the file itself, behind all links. */
export const withLock = <A, E, R>(
  path: string,
  use: (file: string) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | NotLocked, R> =>
  attempt(() => realpath(path)).pipe(
    Effect.flatMap((file) =>
      Effect.flatMap(Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER), (owner) => {
        const lock = `${file}.lock`
        return Effect.acquireUseRelease(
          acquire(lock, String(owner), tries),
          () => use(file),
          () => release(lock, String(owner))
        )
      })
    )
  )

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, NotLocked> =>
  Effect.tryPromise({ try: run, catch: (error) => new NotLocked({ why: codeOf(error) ?? "no code" }) })

const acquire = (lock: string, owner: string, left: number): Effect.Effect<void, NotLocked> =>
  create(lock, owner).pipe(
    Effect.catchIf(
      ({ why }) => why === "EEXIST",
      () =>
        left === 0
          ? new NotLocked({ why: "another process has it locked" })
          : clearStale(lock, owner).pipe(
              Effect.zipRight(Effect.sleep(pause)),
              Effect.zipRight(acquire(lock, owner, left - 1))
            )
    )
  )

const create = (path: string, text: string): Effect.Effect<void, NotLocked> =>
  Effect.flatMap(
    attempt(() => open(path, "wx", 0o600)),
    (file) =>
      attempt(() => file.writeFile(text).finally(() => file.close())).pipe(
        // a full disk can make a file and not fill it; nobody would take a lock without an owner away but by its age
        Effect.tapError(() => remove(path))
      )
  )

const remove = (path: string): Effect.Effect<void> => Effect.ignore(attempt(() => rm(path, { force: true })))

/** a lock file is old by the clock that gives files their times, whatever time a program is told it is */
const isStale = ({ mtimeMs }: Stats): boolean => Date.now() - mtimeMs > longest

const clearStale = (lock: string, owner: string): Effect.Effect<void> =>
  Effect.ignore(
    attempt(() =>
      stat(lock).then((stats) => {
        if (!isStale(stats)) return undefined
        const aside = `${lock}.${owner}`
        return rename(lock, aside)
          .then(() => stat(aside))
          .then((moved) => (isStale(moved) ? undefined : link(aside, lock).catch(() => undefined))) // another was faster: its lock is put back
          .finally(() => rm(aside, { force: true }))
      })
    )
  )

const release = (lock: string, owner: string): Effect.Effect<void> =>
  Effect.ignore(
    attempt(() => readFile(lock, "utf8").then((text) => (text === owner ? rm(lock, { force: true }) : undefined)))
  )

/** Puts a text into a file, for its owner alone; whoever reads sees the old text or the new one. To be called under the lock. */
export const replace = (file: string, text: string): Effect.Effect<void, NotLocked> => {
  // of one name, so that what a killed process left is taken away by the next
  const fresh = `${file}.new`
  return attempt(() =>
    rm(fresh, { force: true })
      .then(() => open(fresh, "wx", 0o600))
      .then((handle) => write(handle, file, text).finally(() => handle.close()))
      .then(() => rename(fresh, file))
  ).pipe(
    // half a file is of use to nobody, holds secrets and takes room
    Effect.tapError(() => remove(fresh))
  )
}

const write = (handle: FileHandle, file: string, text: string): Promise<void> =>
  stat(file)
    // the superuser leaves the file to whom it belongs
    .then(({ gid, uid }) => (process.getuid?.() === 0 ? handle.chown(uid, gid) : undefined))
    .then(() => handle.writeFile(text))
    .then(() => handle.sync())
