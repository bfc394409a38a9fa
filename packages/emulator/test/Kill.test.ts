/** kill -9, at any moment: what was acknowledged is there, and nothing has happened twice. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as journal from "../src/internal/node/journal.js"
import { as, people } from "./support/Doors.js"
import * as Program from "./support/Program.js"

const Run = Schema.Struct({
  InstanceIdSets: Schema.Struct({ InstanceIdSet: Schema.Array(Schema.String) })
})

const Page = Schema.Struct({
  TotalCount: Schema.Number,
  Instances: Schema.Struct({
    Instance: Schema.Array(Schema.Struct({ InstanceId: Schema.String, InstanceName: Schema.String }))
  })
})

const ecs = <A, I>(action: string, schema: Schema.Schema<A, I>, query: Readonly<Record<string, string | number>>) =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action, query }).pipe(
    Effect.flatMap((response) => response.schemaJson(schema))
  )

const calls = Array.from({ length: 1000 }, (_, i) => ({ name: `kill-${i}`, amount: 1 + (i % 3) }))

const runInstances = ({ amount, name }: (typeof calls)[number]) =>
  ecs("RunInstances", Run, {
    ImageId: "aliyun_3_x64_20G_alibase_20240528.vhd",
    InstanceType: "ecs.g7.large",
    InstanceName: name,
    ClientToken: `token-${name}`,
    Amount: amount
  }).pipe(
    // nobody there, or gone in the middle: the same again, with the same token
    Effect.retry({ while: ({ _tag }) => _tag === "ClientException", schedule: Schedule.spaced("100 millis") }),
    Effect.map(({ InstanceIdSets }) => InstanceIdSets.InstanceIdSet)
  )

const allInstances = Effect.gen(function* () {
  const found: Array<{ readonly InstanceId: string; readonly InstanceName: string }> = []
  for (let page = 1; ; page++) {
    const { Instances, TotalCount } = yield* ecs("DescribeInstances", Page, { PageSize: 100, PageNumber: page })
    found.push(...Instances.Instance)
    if (Instances.Instance.length === 0) {
      assert.strictEqual(found.length, TotalCount)
      return found
    }
  }
})

const timeout = 60_000

it.live(
  "1,000 RunInstances while the emulator is killed again and again",
  () =>
    Effect.gen(function* () {
      const state = join(yield* Program.folder, "state")
      let server = yield* Program.started(["--state", state])
      const args = ["--state", state, "--port", String(server.port)]
      const client = <A, E, R>(self: Effect.Effect<A, E, R>) =>
        self.pipe(as(people.tester), Endpoint.withEndpoint(server.url))

      const acknowledged = new Map<string, ReadonlyArray<string>>()
      const inFlight = new Set<string>()
      const load = Effect.forEach(
        calls,
        (call) => {
          inFlight.add(call.name)
          return Effect.map(runInstances(call), (ids) => {
            inFlight.delete(call.name)
            acknowledged.set(call.name, ids)
          })
        },
        { concurrency: 48, discard: true }
      )

      const kills: Array<{ readonly acknowledged: number; readonly inFlight: number }> = []
      const restart = Effect.gen(function* () {
        kills.push({ acknowledged: acknowledged.size, inFlight: inFlight.size })
        yield* server.kill("SIGKILL")
        server = yield* Program.started(args)
      })
      const killing = Effect.gen(function* () {
        for (const least of [0, 250, 500, 750]) {
          const moment = least + 150 * Math.random()
          while (acknowledged.size < moment) yield* Effect.sleep("1 millis")
          yield* Effect.sleep(20 * Math.random())
          yield* restart
        }
        // and while it starts
        yield* server.kill("SIGKILL")
        const starting = yield* Program.program(args)
        yield* Effect.sleep(500 * Math.random())
        yield* starting.kill("SIGKILL")
        server = yield* Program.started(args)
      })
      yield* Effect.all([client(load), killing], { concurrency: "unbounded", discard: true })
      yield* restart

      const kept = new Map<string, Array<string>>()
      for (const { InstanceId, InstanceName } of yield* client(allInstances)) {
        if (InstanceName.startsWith("kill-")) kept.set(InstanceName, [...(kept.get(InstanceName) ?? []), InstanceId])
      }
      const story = JSON.stringify(kills)
      assert.strictEqual(acknowledged.size, calls.length)
      for (const { amount, name } of calls) {
        const ids = kept.get(name) ?? []
        assert.lengthOf(ids, amount, `${name} ${story}`)
        assert.deepStrictEqual([...ids].sort(), [...(acknowledged.get(name) ?? [])].sort(), `${name} ${story}`)
      }
      assert.strictEqual(kept.size, calls.length)
      // there was something to lose
      assert.isAtLeast(kills.filter((kill) => kill.acknowledged > 0 && kill.inFlight > 0).length, 3, story)
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layer)),
  timeout
)

/** adds commits without end, many at a time, and says of each when it is safe */
const writer = `
  import * as Effect from "effect/Effect"
  import { open } from "./internal/node/journal.js"
  const [file, first] = process.argv.slice(1)
  let next = Number(first)
  const one = (journal) => Effect.suspend(() => {
    const key = next++
    const change = { table: "T", key: String(key), value: "x".repeat(key % 300) }
    return Effect.map(journal.append([change]), () => void process.stdout.write(key + "\\n"))
  })
  const program = Effect.flatMap(open(file), (journal) =>
    Effect.all(Array.from({ length: 20 }, () => Effect.forever(one(journal))), { concurrency: "unbounded" })
  )
  Effect.runFork(Effect.scoped(program))
`

it.live(
  "the state file alone, killed while it is written",
  () =>
    Effect.gen(function* () {
      const file = join(yield* Program.folder, "state")
      let known = 0
      for (let round = 0; round < 4; round++) {
        const it = yield* Program.script(writer, file, String(known))
        yield* it.says(/\n/)
        yield* Effect.sleep(100 * Math.random())
        const { stdout } = yield* it.kill("SIGKILL")
        // the last line may be torn as well
        const safe = stdout.split("\n").slice(0, -1).map(Number)
        assert.isAbove(safe.length, 0)
        const { recovered } = yield* Effect.scoped(journal.open(file))
        const keys = recovered.flatMap((commit) => commit.map(({ key }) => Number(key)))
        // none is missing, in between neither
        assert.deepStrictEqual(
          keys,
          keys.map((_, index) => index)
        )
        assert.isAtLeast(keys.length, Math.max(...safe) + 1)
        known = keys.length
      }
    }).pipe(Effect.scoped),
  timeout
)

/** takes a state file, says so, and keeps it until it is told to end */
const holder = `
  import * as Effect from "effect/Effect"
  import { open } from "./internal/node/journal.js"
  const [file, at] = process.argv.slice(1)
  while (Date.now() < Number(at));
  const held = Effect.zipRight(open(file), Effect.sync(() => console.log("held")))
  Effect.runFork(
    Effect.scoped(Effect.zipRight(held, Effect.never)).pipe(
      Effect.catchAll((error) => Effect.sync(() => console.log("refused", error.message)))
    )
  )
`

it.live(
  "of many processes that want a lock whose holder is gone, one gets it",
  () =>
    Effect.gen(function* () {
      const file = join(yield* Program.folder, "state")
      const { pid } = spawnSync(process.execPath, ["-e", ""])
      for (let round = 0; round < 2; round++) {
        writeFileSync(`${file}.lock`, `${pid} 1\n`)
        // all at the same moment, when all have started
        const at = String(Date.now() + 1500)
        const children = yield* Effect.all(
          Array.from({ length: 6 }, () => Program.script(holder, file, at)),
          { concurrency: "unbounded" }
        )
        const said = yield* Effect.all(
          children.map(({ says }) => says(/^(held|refused .*)$/m)),
          { concurrency: "unbounded" }
        )
        const words = said.map(([, word]) => word)
        const [held, ...others] = words.filter((word) => word === "held")
        assert.deepStrictEqual([held, others], ["held", []], words.join("\n"))
        const [, lockedBy] = /^(\d+) /.exec(readFileSync(`${file}.lock`, "utf8")) ?? []
        assert.strictEqual(lockedBy, String(children[words.indexOf("held")]?.process.pid))
        for (const word of words) assert.match(word ?? "", /^held$|is in use by process|others try as well/)
        yield* Effect.all(
          children.map(({ kill }) => kill("SIGKILL")),
          { concurrency: "unbounded" }
        )
      }
    }).pipe(Effect.scoped),
  timeout
)
