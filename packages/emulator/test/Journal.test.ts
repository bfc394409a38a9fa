/** The state file: what is in it after any accident is exactly what was acknowledged, or a little more, never less. */
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import { spawnSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { open as openFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as emulators from "../src/internal/emulator.js"
import * as groupCommit from "../src/internal/node/groupCommit.js"
import * as journal from "../src/internal/node/journal.js"
import { JournalError, refuse } from "../src/internal/node/journalError.js"
import * as Service from "../src/internal/service.js"
import * as Store from "../src/internal/store.js"
import * as World from "../src/internal/world.js"

// in memory where there is such a place: what the disk is asked for is tested below, and thousands of times it is slow
const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

/** a folder that is gone at the end */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(parent, "journal-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** opens, uses and closes; yields what was recovered */
const opened = (
  file: string,
  use: (journal: Store.Journal) => Effect.Effect<unknown> = () => Effect.void
): Effect.Effect<Store.Journal["recovered"], JournalError> =>
  Effect.scoped(Effect.flatMap(journal.open(file), (it) => Effect.as(use(it), it.recovered)))

const writes =
  (commits: ReadonlyArray<Store.Commit>) =>
  (it: Store.Journal): Effect.Effect<void> =>
    Effect.forEach(commits, it.append, { discard: true })

/** what a store holds after these commits */
const held = (commits: ReadonlyArray<Store.Commit>) =>
  [...Store.make({ recovered: commits, append: () => Effect.void }).tables]
    .map(([table, rows]) => [table, [...rows]] as const)
    .filter(([, rows]) => rows.length > 0)

const warnings = <A, E, R>(self: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  return Effect.map(self.pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger))), (value) => ({
    value,
    lines
  }))
}

const within = <A, E>(test: (folder: string) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.scoped(Effect.flatMap(folder, test))

const commits: ReadonlyArray<Store.Commit> = [
  [
    { table: "A", key: "1", value: { name: "one" } },
    { table: "B", key: "é\n\u2028", value: ["\ud800", null] }
  ],
  [{ table: "A", key: "2", value: "云" }],
  [{ table: "A", key: "1" }],
  [
    { table: "A", key: "1", value: 1.5 },
    { table: "B", key: "é\n\u2028", value: false }
  ],
  [{ table: "A", key: "2" }]
]
const after: Store.Commit = [{ table: "A", key: "after", value: true }]

/** the file that holds them, and where each of its lines ends */
const written = within((dir) =>
  Effect.map(opened(join(dir, "state"), writes(commits)), () => {
    const bytes = readFileSync(join(dir, "state"))
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([index]) => index + 1)
    assert.strictEqual(ends.length, commits.length + 1)
    return { bytes, ends }
  })
)

describe("after a start", () => {
  it.live("there is what was committed", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        assert.deepStrictEqual(yield* opened(file), [])
        assert.deepStrictEqual(yield* opened(file, writes(commits)), [])
        const recovered = yield* opened(file)
        assert.deepStrictEqual(held(recovered), held(commits))
        assert.deepStrictEqual(readdirSync(dir), ["state"])
      })
    )
  )

  it.live("nothing is left is not the same as nothing was there", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        yield* opened(file, writes([[{ table: "A", key: "1", value: 1 }], [{ table: "A", key: "1" }]]))
        const recovered = yield* opened(file)
        assert.isAbove(recovered.length, 0)
        assert.deepStrictEqual(held(recovered), [])
      })
    )
  )

  it.live("nobody else may read it, and what others could read is made private", () =>
    within((dir) =>
      Effect.gen(function* () {
        const { bytes, ends } = yield* written
        // too short to be written anew, which makes another file of it
        const short = bytes.subarray(0, ends[1])
        for (const [name, content] of [["new"], ["empty", Buffer.alloc(0)], ["short", short]] as const) {
          const file = join(dir, name)
          if (content !== undefined) {
            writeFileSync(file, content)
            chmodSync(file, 0o644)
          }
          yield* opened(file, () => Effect.sync(() => assert.strictEqual(statSync(file).mode & 0o777, 0o600, name)))
        }
      })
    )
  )
})

describe("damage", { timeout: 60_000 }, () => {
  it.live("torn at every byte: what stands in whole lines is there, the rest is cut off", () =>
    within((dir) =>
      Effect.gen(function* () {
        const { bytes, ends } = yield* written
        const file = join(dir, "state")
        for (let length = 0; length <= bytes.length; length++) {
          writeFileSync(file, bytes.subarray(0, length))
          const whole = ends.filter((end) => end <= length)
          const kept = commits.slice(0, Math.max(0, whole.length - 1))
          const { lines, value } = yield* warnings(opened(file, writes([after])))
          assert.deepStrictEqual(held(value), held(kept), `${length} bytes`)
          assert.strictEqual(value.length === 0, kept.length === 0)
          const cut = length - (whole.at(-1) ?? 0)
          assert.deepStrictEqual(
            lines,
            cut === 0 ? [] : [`state file ${file}: its last ${cut} bytes are torn or damaged and were cut off`]
          )
          // and what is written then can be read
          const again = yield* warnings(opened(file))
          assert.deepStrictEqual(held(again.value), held([...kept, after]), `${length} bytes, then one more commit`)
          assert.deepStrictEqual(again.lines, [])
        }
      })
    )
  )

  it.live("any bit of any byte flipped: refused where whole lines stand behind it, and cut off at the end", () =>
    within((dir) =>
      Effect.gen(function* () {
        const { bytes, ends } = yield* written
        const file = join(dir, "state")
        // without the newline before it, the last line is a part of another
        const tail = ends.at(-2)! - 1
        for (let at = ends[0]!; at < bytes.length; at++) {
          const flipped = Buffer.from(bytes)
          flipped[at] = bytes[at]! ^ (1 << (at % 8))
          writeFileSync(file, flipped)
          const before = ends.filter((end) => end <= at).length
          if (at < tail) {
            const { message } = yield* Effect.flip(opened(file))
            const fix = "restore it from a copy, or name another file; it has not been touched"
            assert.strictEqual(message, `state file ${file} is damaged in line ${before + 1}: ${fix}`)
            assert.deepStrictEqual([readFileSync(file), readdirSync(dir)], [flipped, ["state"]])
          } else {
            const { lines, value } = yield* warnings(opened(file))
            assert.deepStrictEqual(held(value), held(commits.slice(0, before - 1)), `byte ${at}`)
            assert.strictEqual(lines.length, 1)
            assert.strictEqual(statSync(file).size, ends[before - 1])
          }
        }
      })
    )
  )

  it.live("behind which a whole line stands, however far: refused", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        const long: Store.Commit = [{ table: "A", key: "long", value: "é".repeat(1_300_000) }]
        yield* opened(file, writes([after, long, after]))
        for (const [damage, end] of [
          [100, undefined],
          [2_000_000, undefined],
          [50, -7]
        ] as const) {
          const bytes = readFileSync(file)
          const line = bytes.subarray(0, damage).filter((byte) => byte === 10).length + 1
          const damaged = join(dir, `damaged ${damage} ${end}`)
          bytes[damage] = 0
          writeFileSync(damaged, bytes.subarray(0, end))
          assert.include((yield* Effect.flip(opened(damaged))).message, ` is damaged in line ${line}: `)
        }
      })
    )
  )

  it.live("lines that check but are no commits are cut off as well", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        yield* opened(file, (it) => writes([after, { not: "a commit" } as never])(it))
        assert.deepStrictEqual(held((yield* warnings(opened(file))).value), held([after]))
      })
    )
  )

  it.live("lines longer than what is read at a time", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        const long = [1_300_000, 524_288, 3, 600_000].map((length, key): Store.Commit => [
          { table: "A", key: String(key), value: "é".repeat(length) }
        ])
        yield* opened(file, writes(long))
        assert.isTrue(JSON.stringify(held(yield* opened(file))) === JSON.stringify(held(long)))
        const bytes = readFileSync(file)
        writeFileSync(file, bytes.subarray(0, bytes.length - 7))
        const { value } = yield* warnings(opened(file))
        assert.isTrue(JSON.stringify(held(value)) === JSON.stringify(held(long.slice(0, -1))))
      })
    )
  )
})

describe("refused, and not touched", () => {
  const foreign: ReadonlyArray<readonly [name: string, content: string | Buffer, message: RegExp]> = [
    ["a text", "dear diary\n", /is no state file of this emulator: name another one/],
    ["a text of one letter", "x", /is no state file/],
    ["JSON", `{"table":"A"}\n`, /is no state file/],
    ["bytes", Buffer.from([0, 1, 2, 255, 10, 0]), /is no state file/],
    ["a file of zeros", Buffer.alloc(5000), /is no state file/],
    ["another version", "effect-aliyun-emulator journal, version 2\n[]\n", /is of another version/],
    ["a later version", "effect-aliyun-emulator journal, version 10\n", /is of another version/]
  ]
  it.live.each(foreign)("%s", ([, content, message]) =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        writeFileSync(file, content)
        const before = statSync(file)
        const error = yield* Effect.flip(opened(file))
        assert.match(error.message, message)
        assert.include(error.message, `state file ${file} `)
        assert.deepStrictEqual(readFileSync(file), Buffer.from(content))
        const now = statSync(file)
        assert.deepStrictEqual([now.mtimeMs, now.mode, now.ino], [before.mtimeMs, before.mode, before.ino])
        assert.deepStrictEqual(readdirSync(dir), ["state"])
      })
    )
  )

  it.live("any byte of the first line flipped", () =>
    within((dir) =>
      Effect.gen(function* () {
        const { bytes, ends } = yield* written
        const file = join(dir, "state")
        for (let at = 0; at < ends[0]!; at++) {
          const flipped = Buffer.from(bytes)
          flipped[at] = bytes[at]! ^ 1
          writeFileSync(file, flipped)
          yield* Effect.flip(opened(file))
          assert.deepStrictEqual(readFileSync(file), flipped)
        }
      })
    )
  )

  it.live("what is no file, or cannot be one", () =>
    within((dir) =>
      Effect.gen(function* () {
        writeFileSync(join(dir, "plain"), "")
        const rows: ReadonlyArray<readonly [file: string, message: RegExp]> = [
          [dir, /is no regular file: name another one/],
          ["/dev/null", /is no regular file|cannot be locked/],
          [join(dir, "no", "state"), /\(ENOENT\): make its folder first/],
          [join(dir, "plain", "state"), /\(ENOTDIR\): make its folder first/]
        ]
        for (const [file, message] of rows) assert.match((yield* Effect.flip(opened(file))).message, message)
        assert.deepStrictEqual(readdirSync(dir), ["plain"])
      })
    )
  )

  it.live("NodeEmulator says so in its own words, and works when it can", () =>
    within((dir) =>
      Effect.gen(function* () {
        const stateFile = join(dir, "state")
        writeFileSync(stateFile, "dear diary\n")
        const error = yield* Effect.flip(Effect.scoped(NodeEmulator.make({ stateFile })))
        assert.instanceOf(error, NodeEmulator.StateFileError)
        assert.deepInclude(error, { _tag: "StateFileError", file: stateFile })
        rmSync(stateFile)
        const instances = Effect.scoped(
          Effect.flatMap(NodeEmulator.make({ stateFile }), ({ emulator }) => emulator.instances)
        )
        const first = yield* instances
        assert.deepStrictEqual(yield* instances, first)
        assert.isAbove(first.length, 0)
      })
    )
  )
})

describe("one process at a time", () => {
  const gone = () => spawnSync(process.execPath, ["-e", ""]).pid

  it.live("a second is refused until the first is done", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        symlinkSync(file, join(dir, "link"))
        yield* opened(file, () =>
          Effect.gen(function* () {
            for (const name of ["state", "link"]) {
              const { message } = yield* Effect.orDie(Effect.flip(opened(join(dir, name))))
              assert.include(message, `is in use by process ${process.pid}: stop that, use another file, or remove`)
            }
          })
        )
        yield* opened(join(dir, "link"))
        assert.isFalse(existsSync(`${file}.lock`))
      })
    )
  )

  it.live("a lock without a holder is taken over, a file that is no lock is not", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        const lock = `${file}.lock`
        const stale = [`${gone()} 12345\n`, `${gone()} \n`, "4194399 1\n", ""]
        // the number of this process, but not its start: one in a container that was killed
        if (process.platform === "linux") stale.push(`${process.pid} 1\n`)
        for (const content of stale) {
          writeFileSync(lock, content)
          yield* opened(file)
          assert.isFalse(existsSync(lock), JSON.stringify(content))
        }
        for (const content of ["my notes\n", "0 1\n", "-1 1\n"]) {
          writeFileSync(lock, content)
          assert.match((yield* Effect.flip(opened(file))).message, /is no lock: remove that/)
          assert.strictEqual(readFileSync(lock, "utf8"), content)
        }
      })
    )
  )

  it.live("what a take-over left behind is no obstacle", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        writeFileSync(`${file}.lock`, `${gone()} 1\n`)
        writeFileSync(`${file}.lock.takeover`, `${gone()} 1\n`)
        yield* opened(file)
        assert.deepStrictEqual(readdirSync(dir), ["state"])
      })
    )
  )
})

/** writes that wait to be let go, one by one */
const gated = Effect.gen(function* () {
  const lines: Array<string> = []
  const gates: Array<Deferred.Deferred<void, string>> = []
  const write: groupCommit.Write<string> = (text) =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void, string>()
      gates.push(gate)
      yield* Deferred.await(gate)
      lines.push(text)
    })
  const append = yield* groupCommit.make(write, "closed")
  return { append, lines, gates, settle: Effect.yieldNow().pipe(Effect.repeatN(20)) }
})

const defectOf = (exit: Exit.Exit<unknown, unknown> | null) =>
  exit !== null && Exit.isFailure(exit) ? [...Cause.defects(exit.cause)] : exit

describe("commits that come together", () => {
  it.scoped("go out together, in order, and end when they are safe, not before", () =>
    Effect.gen(function* () {
      const { append, gates, lines, settle } = yield* gated
      const first = yield* Effect.fork(append("0"))
      yield* settle
      const more = yield* Effect.forEach(
        Array.from({ length: 1000 }, (_, i) => String(i + 1)),
        (line) => Effect.fork(append(line))
      )
      const nothing = yield* Effect.fork(append(undefined))
      yield* settle
      assert.strictEqual(gates.length, 1)
      assert.strictEqual(first.unsafePoll(), null)
      yield* Deferred.succeed(gates[0]!, undefined)
      yield* Fiber.join(first)
      yield* settle
      assert.strictEqual(gates.length, 2)
      assert.isTrue([...more, nothing].every((fiber) => fiber.unsafePoll() === null))
      assert.deepStrictEqual(lines, ["0"])
      yield* Deferred.succeed(gates[1]!, undefined)
      yield* Fiber.joinAll([...more, nothing])
      assert.deepStrictEqual(lines, ["0", Array.from({ length: 1000 }, (_, i) => String(i + 1)).join("")])
      // nothing is under way: there is nothing to wait for
      yield* append(undefined)
    })
  )

  it.live("1,000 at once stand in the file in the order in which they were made", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        const commits = Array.from({ length: 1000 }, (_, i): Store.Commit => [{ table: "A", key: `${i}`, value: i }])
        yield* opened(file, (it) => Effect.forEach(commits, it.append, { concurrency: "unbounded", discard: true }))
        assert.deepStrictEqual(held(yield* opened(file)), held(commits))
      })
    )
  )

  it.scoped("the disk is waited for", () =>
    Effect.gen(function* () {
      const written = yield* Deferred.make<void>()
      const synced = yield* Deferred.make<void>()
      const handle = {
        appendFile: () => Effect.runPromise(Deferred.await(written)),
        datasync: () => Effect.runPromise(Deferred.await(synced))
      }
      const append = yield* groupCommit.make(journal.writeTo(handle, "state"), refuse("state", "is closed", "-"))
      const fiber = yield* Effect.fork(append("line"))
      const pause = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
      yield* pause
      assert.strictEqual(fiber.unsafePoll(), null)
      yield* Deferred.succeed(written, undefined)
      yield* pause
      assert.strictEqual(fiber.unsafePoll(), null)
      yield* Deferred.succeed(synced, undefined)
      yield* Fiber.join(fiber)
    })
  )

  it.scoped("who does not wait any longer loses nothing", () =>
    Effect.gen(function* () {
      const { append, gates, lines, settle } = yield* gated
      const fibers = yield* Effect.forEach(["a", "b", "c"], (line) => Effect.fork(append(line)))
      yield* settle
      yield* Fiber.interruptAll(fibers)
      yield* Deferred.succeed(gates[0]!, undefined)
      yield* settle
      if (gates[1] !== undefined) yield* Deferred.succeed(gates[1], undefined)
      yield* append(undefined)
      assert.strictEqual(lines.join(""), "abc")
    })
  )

  it.live("what was added is written before the file is closed; then nothing can be", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        let kept: Store.Journal | undefined
        yield* opened(file, (it) => {
          kept = it
          return Effect.sync(() => void commits.map(it.append))
        })
        assert.deepStrictEqual(held(yield* opened(file)), held(commits))
        const size = statSync(file).size
        const [defect] = defectOf(yield* Effect.exit(kept!.append(after))) as ReadonlyArray<JournalError>
        assert.include(defect?.message, "is closed")
        assert.strictEqual(statSync(file).size, size)
      })
    )
  )
})

describe("a write that fails", () => {
  it.scoped("fails all that wait for it, all behind it, and all that comes later", () =>
    Effect.gen(function* () {
      const { append, gates, lines, settle } = yield* gated
      const before = yield* Effect.fork(append("before"))
      yield* settle
      yield* Deferred.succeed(gates[0]!, undefined)
      yield* Fiber.join(before)
      const doomed = [yield* Effect.fork(append("a"))]
      yield* settle
      doomed.push(
        yield* Effect.fork(append("b")),
        yield* Effect.fork(append("c")),
        yield* Effect.fork(append(undefined))
      )
      yield* settle
      yield* Deferred.fail(gates[1]!, "ENOSPC")
      for (const fiber of doomed) assert.deepStrictEqual(defectOf(yield* Fiber.await(fiber)), ["ENOSPC"])
      for (const line of ["d", undefined]) {
        assert.deepStrictEqual(defectOf(yield* Effect.exit(append(line))), ["ENOSPC"])
      }
      yield* settle
      assert.deepStrictEqual([lines, gates.length], [["before"], 2])
    })
  )

  it.scoped("also by a defect", () =>
    Effect.gen(function* () {
      const append = yield* groupCommit.make(() => assert.fail("no disk") as never, "closed")
      for (const line of ["a", "b"]) assert.lengthOf(defectOf(yield* Effect.exit(append(line))) as [], 1)
    })
  )

  it.live.runIf(existsSync("/dev/full"))("on a disk that is full", () =>
    Effect.gen(function* () {
      const handle = yield* Effect.acquireRelease(
        Effect.promise(() => openFile("/dev/full", "a")),
        (handle) => Effect.promise(() => handle.close())
      )
      const append = yield* groupCommit.make(journal.writeTo(handle, "/x"), refuse("/x", "is closed", "-"))
      for (const line of ["a", "b", undefined]) {
        const [defect] = defectOf(yield* Effect.exit(append(line))) as ReadonlyArray<JournalError>
        assert.instanceOf(defect, JournalError)
        assert.strictEqual(
          defect?.message,
          "state file /x cannot be written (ENOSPC): free some space on its disk, then start the emulator again"
        )
      }
    }).pipe(Effect.scoped)
  )

  it.effect("is an answer of status 500, and so is every write after it", () =>
    Effect.gen(function* () {
      let writes = 0
      const append = yield* groupCommit.make(() => (++writes === 3 ? Effect.fail("ENOSPC") : Effect.void), "closed")
      const service = Service.rpc({
        product: "Pad",
        version: "2024-01-01",
        operations: {
          Write: ({ store }) => Effect.as(store.commit([{ table: "Pad", key: "1", value: 1 }]), {}),
          Repeat: ({ store }) => Effect.as(store.commit([]), {})
        },
        open: ["Write", "Repeat"],
        seed: [{ table: "Pad", key: "0", value: 0 }]
      })
      const world = yield* World.make(
        emulators.settings({}),
        { recovered: [], append: (commit) => append(commit.length === 0 ? undefined : "line") },
        [service]
      )
      const call = (action: string) =>
        Effect.map(
          emulators.make(world).gateway.handle({
            method: "GET",
            target: `/?Version=2024-01-01&Action=${action}`,
            headers: [["host", "pad"]],
            body: new Uint8Array(0)
          }),
          ({ status }) => status
        )
      const statuses = yield* Effect.forEach(["Write", "Repeat", "Write", "Write", "Repeat"], call)
      assert.deepStrictEqual(statuses, [200, 200, 500, 500, 500])
    }).pipe(Effect.scoped, warnings)
  )
})

describe("a file that has grown", () => {
  const many = Array.from({ length: 200 }, (_, i): Store.Commit => [
    { table: "A", key: `${i % 5}`, value: { i, text: "x".repeat(50) } }
  ])

  it.live("is written anew, smaller, and holds the same", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        yield* opened(file, writes(many))
        chmodSync(file, 0o644)
        const size = statSync(file).size
        const recovered = yield* opened(file, writes([after]))
        assert.deepStrictEqual(held(recovered), held(many))
        assert.isBelow(statSync(file).size, size / 10)
        assert.strictEqual(statSync(file).mode & 0o777, 0o600)
        assert.deepStrictEqual(held(yield* opened(file)), held([...many, after]))
        assert.deepStrictEqual(readdirSync(dir), ["state"])
      })
    )
  )

  it.live("through a link, which stays one", () =>
    within((dir) =>
      Effect.gen(function* () {
        const [file, link] = [join(dir, "state"), join(dir, "link")]
        yield* opened(file, writes(many))
        symlinkSync(file, link)
        const { ino } = statSync(file)
        assert.deepStrictEqual(held(yield* opened(link)), held(many))
        assert.notStrictEqual(statSync(file).ino, ino)
        assert.strictEqual(readFileSync(link, "utf8"), readFileSync(file, "utf8"))
      })
    )
  )

  it.live("is not while it is still short enough", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        yield* opened(file, writes(many.slice(0, 8)))
        const before = statSync(file)
        yield* opened(file)
        assert.deepStrictEqual([statSync(file).ino, statSync(file).size], [before.ino, before.size])
      })
    )
  )

  it.live("with a torn end: neither is lost, nor does the end come back", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        yield* opened(file, writes(many))
        writeFileSync(file, readFileSync(file).subarray(0, -3))
        const { lines, value } = yield* warnings(opened(file, writes([after])))
        assert.deepStrictEqual(held(value), held(many.slice(0, -1)))
        assert.lengthOf(lines, 1)
        assert.deepStrictEqual(held(yield* opened(file)), held([...many.slice(0, -1), after]))
      })
    )
  )

  it.live("a crash at any point of that leaves the one or the other", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        yield* opened(file, writes(many))
        const old = readFileSync(file)
        yield* opened(file)
        const anew = readFileSync(file)
        for (let length = 0; length <= anew.length; length += 97) {
          writeFileSync(file, old)
          writeFileSync(`${file}.draft`, anew.subarray(0, length), { mode: 0o644 })
          assert.deepStrictEqual(held(yield* opened(file)), held(many))
          assert.deepStrictEqual([readdirSync(dir), readFileSync(file)], [["state"], anew])
        }
      })
    )
  )

  it.live("what keeps it from being written anew does not keep it from being used", () =>
    within((dir) =>
      Effect.gen(function* () {
        const file = join(dir, "state")
        yield* opened(file, writes(many))
        const size = statSync(file).size
        // a folder where the new one should be, which cannot be replaced by a file
        mkdirSync(`${file}.draft`)
        const { lines, value } = yield* warnings(opened(file, writes([after])))
        assert.deepStrictEqual(held(value), held(many))
        assert.isAbove(statSync(file).size, size)
        assert.deepStrictEqual(lines, [
          `state file ${file}.draft cannot be opened (EEXIST): remove it; until then ${file} stays as long as it is`
        ])
      })
    )
  )
})
