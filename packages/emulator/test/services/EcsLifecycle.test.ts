/** The states of an instance, step by step, and what is refused in which. */
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import { assert, describe as group, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { as, doors, doorsTo, people } from "../support/Doors.js"
import { create, describe, ecs, expectStates, ids, inMemory, names, run, said, statusOf } from "../support/Ecs.js"

group.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("each step takes its time", () =>
    Effect.gen(function* () {
      const [id = ""] = yield* run()
      const slow = [0, 1, 1999]
      const through = (status: string) => slow.map((at) => [at, status] as const)
      yield* expectStates(id, [...through("Pending"), [2000, "Running"], [9000, "Running"]])
      yield* ecs("StopInstance", { InstanceId: id, ForceStop: false })
      yield* expectStates(id, [...through("Stopping"), [2000, "Stopped"], [9000, "Stopped"]])
      yield* ecs("StartInstance", { InstanceId: id })
      yield* expectStates(id, [...through("Starting"), [2000, "Running"]])
      yield* ecs("RebootInstance", { InstanceId: id })
      yield* expectStates(id, [...through("Starting"), [2000, "Running"]])
      yield* ecs("StopInstance", { InstanceId: id, ForceStop: true })
      yield* expectStates(id, [...through("Stopping"), [2000, "Stopped"]])
      yield* ecs("DeleteInstance", { InstanceId: id })
      assert.strictEqual(yield* statusOf(id), undefined)
    }).pipe(as(people.tester), Effect.provide(door))
  )
})

const ok = "200"
const wrong = "403 IncorrectInstanceStatus"
const soon = "403 IncorrectInstanceStatus.Initializing"
const gone = "404 InvalidInstanceId.NotFound"

/** in each state, what start, stop, reboot, delete and delete by force are answered */
const answers: Record<string, ReadonlyArray<string>> = {
  Pending: [wrong, wrong, wrong, soon, soon],
  Starting: [wrong, wrong, wrong, wrong, ok],
  Running: [wrong, ok, ok, wrong, ok],
  Stopping: [wrong, wrong, wrong, wrong, ok],
  Stopped: [ok, wrong, wrong, ok, ok]
}
const asked = [
  ["StartInstance", {}],
  ["StopInstance", {}],
  ["RebootInstance", {}],
  ["DeleteInstance", {}],
  ["DeleteInstance", { Force: true }]
] as const

/** an instance that has just come into a state */
const inState: Record<string, Effect.Effect<string, any, any>> = {
  Pending: Effect.map(run(), ([id = ""]) => id),
  Starting: Effect.tap(create(), (InstanceId) => ecs("StartInstance", { InstanceId })),
  Running: Effect.tap(
    Effect.map(run(), ([id = ""]) => id),
    () => TestClock.adjust("2 seconds")
  ),
  Stopping: Effect.as(ecs("StopInstance", { InstanceId: ids.running }), ids.running),
  Stopped: create()
}

for (const [state, expected] of Object.entries(answers)) {
  for (const [index, [action, query]] of asked.entries()) {
    inMemory(`${action} ${JSON.stringify(query)} of one that is ${state}`, () =>
      Effect.gen(function* () {
        const id = yield* inState[state]! as ReturnType<typeof create>
        assert.strictEqual(yield* statusOf(id), state)
        assert.strictEqual(yield* said(action, { InstanceId: id, ...query, DryRun: true }), dry(expected[index]))
        assert.strictEqual(yield* statusOf(id), state)
        assert.strictEqual(yield* said(action, { InstanceId: id, ...query }), expected[index])
        // what was refused has changed nothing
        if (expected[index] !== ok) assert.strictEqual(yield* statusOf(id), state)
        // and what was not cannot be done twice
        else assert.notStrictEqual(yield* said(action, { InstanceId: id }), ok)
      })
    )
  }
}

const dry = (answer: string | undefined) => (answer === ok ? "400 DryRunOperation" : answer)

inMemory("what is not there is said not to be", () =>
  Effect.gen(function* () {
    for (const action of [...asked.map(([action]) => action), "ModifyInstanceAttribute"]) {
      assert.strictEqual(yield* said(action, { InstanceId: ids.unknown }), gone)
      assert.strictEqual(yield* said(action, { InstanceId: ids.elsewhere }), gone)
      assert.strictEqual(yield* said(action), "400 MissingParameter")
      assert.strictEqual(
        yield* said(action, { InstanceId: ids.stopped, RegionId: "x" }),
        "404 InvalidRegionId.NotFound"
      )
    }
    assert.strictEqual(yield* said("StopInstance", { InstanceId: ids.running, ForceStop: "x" }), "400 InvalidParameter")
    // without a region, any will do
    assert.strictEqual(yield* said("StopInstance", { InstanceId: ids.elsewhere, RegionId: "" }), ok)
  })
)

it.effect("two stops at once are one stop", () =>
  Effect.gen(function* () {
    const all = yield* Effect.all(
      Array.from({ length: 20 }, () => said("StopInstance", { InstanceId: ids.running })),
      { concurrency: "unbounded" }
    ).pipe(Effect.withMaxOpsBeforeYield(50))
    assert.deepStrictEqual(all.filter((answer) => answer === ok).length, 1)
    assert.deepStrictEqual(new Set(all), new Set([ok, wrong]))
  }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
)

it.effect("how long a step takes can be set, to no time at all", () =>
  Effect.gen(function* () {
    const [id = ""] = yield* run()
    assert.strictEqual(yield* statusOf(id), "Running")
    yield* ecs("StopInstance", { InstanceId: id })
    assert.strictEqual(yield* statusOf(id), "Stopped")
  }).pipe(as(people.tester), Effect.provide(doorsTo({ transition: 0 })["in memory"]))
)

it.effect("or to a minute", () =>
  Effect.gen(function* () {
    yield* ecs("StopInstance", { InstanceId: ids.running })
    yield* expectStates(ids.running, [
      [59_999, "Stopping"],
      [60_000, "Stopped"]
    ])
  }).pipe(as(people.tester), Effect.provide(doorsTo({ transition: "1 minute" })["in memory"]))
)

inMemory("the emulator itself shows the same states", () =>
  Effect.gen(function* () {
    const { instances } = yield* Emulator.Emulator
    const shown = Effect.map(instances, (all) => all.find(({ InstanceId }) => InstanceId === ids.running)?.Status)
    yield* ecs("StopInstance", { InstanceId: ids.running })
    assert.strictEqual(yield* shown, "Stopping")
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* shown, "Stopped")
  })
)

inMemory("a protected instance is not deleted, not even by force", () =>
  Effect.gen(function* () {
    const id = yield* create({ DeletionProtection: true })
    for (const query of [{}, { Force: true }]) {
      assert.strictEqual(
        yield* said("DeleteInstance", { InstanceId: id, ...query }),
        "403 InvalidOperation.DeletionProtection"
      )
    }
    yield* ecs("ModifyInstanceAttribute", { InstanceId: id, DeletionProtection: false })
    assert.strictEqual(yield* said("DeleteInstance", { InstanceId: id }), ok)
  })
)

inMemory("ModifyInstanceAttribute changes what is given, and neither state nor place", () =>
  Effect.gen(function* () {
    const InstanceId = ids.running
    yield* ecs("StopInstance", { InstanceId })
    yield* ecs("ModifyInstanceAttribute", { InstanceId, InstanceName: "renamed", Description: "was web-1" })
    yield* ecs("ModifyInstanceAttribute", { InstanceId, HostName: "host-1", InstanceName: "" })
    const [first] = yield* describe()
    assert.deepInclude(first, {
      InstanceId,
      InstanceName: "renamed",
      Description: "was web-1",
      HostName: "host-1",
      Status: "Stopping"
    })
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* statusOf(InstanceId), "Stopped")
    const rows: ReadonlyArray<readonly [Record<string, unknown>, string]> = [
      [{ InstanceName: "x" }, "400 InvalidInstanceName.Malformed"],
      [{ Description: "http://x" }, "400 InvalidDescription.Malformed"],
      [{ HostName: "a..b" }, "400 InvalidHostName.Malformed"],
      [{ DeletionProtection: "x" }, "400 InvalidParameter"]
    ]
    for (const [query, answer] of rows) {
      assert.strictEqual(yield* said("ModifyInstanceAttribute", { InstanceId, ...query }), answer)
    }
  })
)

const five = [1, 2, 3, 4, 5].map((index) => `i-bp1emulator00000000${index}`)
const [web1 = "", web2 = "", db1 = ""] = five

inMemory("several at once: all of them or none", () =>
  Effect.gen(function* () {
    assert.strictEqual(yield* said("StopInstances", { InstanceId: five }), wrong)
    assert.strictEqual(yield* said("StopInstances", { InstanceId: [web1, ids.unknown] }), gone)
    assert.strictEqual(yield* said("StopInstances", { InstanceId: [web1, ids.elsewhere] }), gone)
    assert.strictEqual(yield* said("StopInstances", { InstanceId: [web1], DryRun: true }), "400 DRYRUN.SUCCESS")
    assert.strictEqual(yield* statusOf(web1), "Running")
    const { InstanceResponses } = yield* ecs("StopInstances", { InstanceId: [web1, web2, web1] })
    const answer = { Code: "200", Message: "success", PreviousStatus: "Running", CurrentStatus: "Stopping" }
    assert.deepStrictEqual(InstanceResponses.InstanceResponse, [
      { InstanceId: web1, ...answer },
      { InstanceId: web2, ...answer }
    ])
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* said("StartInstances", { InstanceId: [web1, web2] }), ok)
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* said("RebootInstances", { InstanceId: [web1, web2] }), ok)
    assert.strictEqual(yield* statusOf(web2), "Starting")
    assert.strictEqual(yield* said("DeleteInstances", { InstanceId: five }), wrong)
    assert.strictEqual(yield* said("DeleteInstances", { InstanceId: [db1], Force: true, DryRun: true }), dry(ok))
    assert.deepStrictEqual(Object.keys(yield* ecs("DeleteInstances", { InstanceId: five, Force: true })), ["RequestId"])
    assert.deepStrictEqual(yield* names(), [])
  })
)

inMemory("several at once: as many as can be", () =>
  Effect.gen(function* () {
    const query = { InstanceId: [web1, ids.stopped, ids.unknown], BatchOptimization: "SuccessFirst" }
    const { InstanceResponses } = yield* ecs("StopInstances", query)
    assert.deepStrictEqual(
      InstanceResponses.InstanceResponse.map(({ Code }: any) => Code),
      ["200", "IncorrectInstanceStatus", "InvalidInstanceId.NotFound"]
    )
    assert.strictEqual(yield* statusOf(web1), "Stopping")
    assert.strictEqual(yield* statusOf(ids.stopped), "Stopped")
  })
)

inMemory("several at once: how many, and where", () =>
  Effect.gen(function* () {
    const many = Array.from({ length: 101 }, (_, index) => `i-${index}`)
    for (const action of ["StartInstances", "StopInstances", "RebootInstances", "DeleteInstances"]) {
      assert.strictEqual(yield* said(action), "403 InvalidInstanceId.NotFound")
      assert.strictEqual(yield* said(action, { InstanceId: many }), "403 InvalidParameter.TooManyInstanceIds")
      assert.strictEqual(yield* said(action, { InstanceId: five, RegionId: "" }), "400 MissingParameter")
      assert.strictEqual(yield* said(action, { InstanceId: five, BatchOptimization: "x" }), "400 InvalidParameter")
    }
  })
)
