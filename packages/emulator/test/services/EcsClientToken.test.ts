/** ClientToken: what comes again is not done again. */
import * as Signer from "@effect-aliyun/core/Signer"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as Key from "@effect-aliyun/emulator/Key"
import * as Principal from "@effect-aliyun/emulator/Principal"
import type * as RawResponse from "@effect-aliyun/emulator/RawResponse"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import { assert, describe as group, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as emulator from "../../src/internal/emulator.js"
import type * as Store from "../../src/internal/store.js"
import * as World from "../../src/internal/world.js"
import { as, doors, doorsTo, people, sign, signers } from "../support/Doors.js"
import { call, create, describe, ecs, inMemory, machine, run, said } from "../support/Ecs.js"

const token = "123e4567-e89b-12d3-a456-426655440000"
const fixtures = 5
/** in the other regions too */
const everywhere = 7

group.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("the same again gets the same ids, and a request id of its own", () =>
    Effect.gen(function* () {
      const query = { ...machine, Amount: 3, ClientToken: token, Tag: [{ Key: "a", Value: "b" }] }
      const first = yield* ecs("RunInstances", query)
      yield* TestClock.adjust("10 minutes")
      const second = yield* ecs("RunInstances", query)
      assert.deepStrictEqual(second.InstanceIdSets, first.InstanceIdSets)
      assert.notStrictEqual(second.RequestId, first.RequestId)
      assert.strictEqual((yield* describe()).length, fixtures + 3)
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("fifty at once create once", () =>
    Effect.gen(function* () {
      const all = yield* Effect.all(
        Array.from({ length: 50 }, () => run({ Amount: 2, ClientToken: token })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(all.map((ids) => ids.join())).size, 1)
      assert.strictEqual((yield* describe()).length, fixtures + 2)
    }).pipe(as(people.tester), Effect.provide(door))
  )
})

inMemory("other parameters with the same token are refused, and do nothing", () =>
  Effect.gen(function* () {
    const query = { ...machine, Amount: 2, InstanceName: "api", ClientToken: token }
    const made = yield* run(query)
    const others: ReadonlyArray<Record<string, unknown>> = [
      { Amount: 3 },
      { InstanceName: "API" },
      { Description: "one more" },
      { Description: "" },
      { RegionId: "cn-shanghai" },
      { ImageId: "m-none" },
      { DryRun: true },
      { Tag: [{ Key: "a" }] }
    ]
    for (const other of others) {
      assert.strictEqual(
        yield* said("RunInstances", { ...query, ...other }),
        "400 IdempotentParameterMismatch",
        JSON.stringify(other)
      )
    }
    assert.strictEqual((yield* describe()).length, fixtures + 2)
    assert.deepStrictEqual(yield* run(query), made)
  })
)

inMemory("a token is one action's, one account's, and no other text's", () =>
  Effect.gen(function* () {
    const [first] = yield* run({ ClientToken: "token" })
    const [second] = yield* run({ ClientToken: "Token" })
    const third = yield* create({ ClientToken: "token" })
    const fourth = yield* create({ ClientToken: "token" })
    assert.strictEqual(new Set([first, second, third]).size, 3)
    assert.strictEqual(third, fourth)
    assert.strictEqual((yield* describe()).length, fixtures + 3)
  })
)

it.effect("another account's token is another", () =>
  Effect.gen(function* () {
    const mine = yield* run({ ClientToken: token }).pipe(as(people.tester))
    const theirs = yield* run({ ClientToken: token }).pipe(as(people.sts))
    const again = yield* run({ ClientToken: token }).pipe(as(people.tester))
    assert.notDeepEqual(theirs, mine)
    assert.deepStrictEqual(again, mine)
  }).pipe(
    Effect.provide(
      doorsTo({
        keys: [
          Key.test,
          Key.sts({
            accessKeyId: "STS.id",
            accessKeySecret: "stssecret",
            securityToken: "sts/token+1=",
            principal: Principal.account("6543210987654321")
          })
        ]
      })["in memory"]
    )
  )
)

it.effect("a new key, signature or format makes no other request", () =>
  Effect.gen(function* () {
    const query = { ClientToken: token, Amount: 2, Tag: [{ Key: "a", Value: "b" }] }
    const first = yield* run(query).pipe(as(people.tester))
    for (const [name, signer] of Object.entries(signers)) {
      assert.deepStrictEqual(yield* run(query).pipe(as(people.tester, signer)), first, name)
      assert.deepStrictEqual(yield* run(query).pipe(as(people.sts, signer)), first, `${name}, for a while`)
    }
    assert.deepStrictEqual(yield* run(query).pipe(as(people.rsa)), first)
    // in another order
    const turned = { Tag: [{ Value: "b", Key: "a" }], Amount: 2, ClientToken: token }
    assert.deepStrictEqual(yield* run(turned).pipe(as(people.tester)), first)
  }).pipe(Effect.provide(doors["in memory"]))
)

inMemory("a token is remembered for 24 hours", () =>
  Effect.gen(function* () {
    const first = yield* run({ ClientToken: token })
    yield* TestClock.adjust(24 * 60 * 60 * 1000 - 1)
    assert.deepStrictEqual(yield* run({ ClientToken: token }), first)
    // that it was asked for again does not make it live longer
    yield* TestClock.adjust(1)
    const second = yield* run({ ClientToken: token, Amount: 2 })
    assert.notInclude(second, first[0])
    assert.deepStrictEqual(yield* run({ ClientToken: token, Amount: 2 }), second)
    assert.strictEqual(
      yield* said("RunInstances", { ...machine, ClientToken: token }),
      "400 IdempotentParameterMismatch"
    )
  })
)

inMemory("the answer stands whatever has become of the instance", () =>
  Effect.gen(function* () {
    const id = yield* create({ ClientToken: token })
    yield* ecs("DeleteInstance", { InstanceId: id })
    assert.strictEqual(yield* create({ ClientToken: token }), id)
    assert.strictEqual((yield* describe()).length, fixtures)
  })
)

inMemory("what was refused leaves the token free", () =>
  Effect.gen(function* () {
    assert.strictEqual(
      yield* said("RunInstances", { ...machine, ImageId: "m-none", ClientToken: token }),
      "404 InvalidImageId.NotFound"
    )
    assert.strictEqual(
      yield* said("RunInstances", { ...machine, DryRun: true, ClientToken: token }),
      "400 DryRunOperation"
    )
    assert.strictEqual((yield* run({ ClientToken: token })).length, 1)
  })
)

/** as a client that sends any token; ours refuses those that are none */
const unchecked = <A, E, R>(self: Effect.Effect<A, E, R>, token: string): Effect.Effect<A, E, R | Signer.Signer> =>
  Effect.flatMap(Signer.Signer, (signer) =>
    Effect.provideService(self, Signer.Signer, {
      ...signer,
      sign: (unsigned, credential, moment) => {
        const others = unsigned.query.filter(([name]) => name !== "ClientToken")
        return signer.sign({ ...unsigned, query: [...others, ["ClientToken", token]] }, credential, moment)
      }
    })
  )

inMemory("a token is 1 to 64 ASCII characters", () =>
  Effect.gen(function* () {
    const rows: ReadonlyArray<readonly [string, string]> = [
      ["x".repeat(64), "200"],
      ["x".repeat(65), "400 InvalidClientToken.ValueNotSupported"],
      ["令牌", "400 InvalidClientToken.ValueNotSupported"],
      ["a\nb", "400 InvalidClientToken.ValueNotSupported"],
      ["a b~!/+", "200"]
    ]
    for (const [ClientToken, answer] of rows) {
      assert.strictEqual(yield* unchecked(said("RunInstances", machine), ClientToken), answer, ClientToken)
    }
    // an empty one is none
    const [first] = yield* unchecked(run(), "")
    const [second] = yield* unchecked(run(), "")
    assert.notStrictEqual(first, second)
  })
)

inMemory("the answer that was lost is got by asking again", () =>
  Effect.gen(function* () {
    yield* Emulator.fault(Fault.reset("body"), { action: "RunInstances", times: 1 })
    yield* Effect.flip(call("RunInstances", { ...machine, ClientToken: token }))
    const [id] = yield* run({ ClientToken: token })
    assert.strictEqual((yield* describe({ InstanceIds: JSON.stringify([id]) })).length, 1)
    assert.strictEqual((yield* describe()).length, fixtures + 1)
  })
)

inMemory("DeleteInstances takes a token too", () =>
  Effect.gen(function* () {
    const id = yield* create()
    const query = { InstanceId: [id], ClientToken: token }
    assert.strictEqual(yield* said("DeleteInstances", query), "200")
    assert.strictEqual(yield* said("DeleteInstances", query), "200")
    assert.strictEqual(yield* said("DeleteInstances", { InstanceId: [id] }), "404 InvalidInstanceId.NotFound")
  })
)

const rawOf = (query: Record<string, unknown>) =>
  Effect.map(
    sign(RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "RunInstances", query })),
    ({ body, headers, method, url }): RawRequest.RawRequest => {
      const { host, pathname, search } = new URL(url)
      return { method, target: pathname + search, headers: Object.entries({ ...headers, host }), body }
    }
  )

const answerOf = ({ body }: RawResponse.RawResponse) => JSON.parse(new TextDecoder().decode(body))

// with fewer steps than these the giving way itself takes them all
it.effect.each([12, 13, 14, 15, 16, 17, 18, 19])("fifty at once create once, taking turns every %d steps", (steps) =>
  Effect.gen(function* () {
    const { gateway, instances } = yield* Emulator.make()
    const raws = yield* Effect.forEach(Array.from({ length: 50 }), () => rawOf({ ...machine, ClientToken: token }))
    const all = yield* Effect.forEach(raws, gateway.handle, { concurrency: "unbounded" }).pipe(
      Effect.withMaxOpsBeforeYield(steps)
    )
    assert.strictEqual(new Set(all.map((response) => JSON.stringify(answerOf(response).InstanceIdSets))).size, 1)
    assert.strictEqual((yield* instances).length, everywhere + 1)
  }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
)

it.effect("instances and token are one commit, and who asks again waits for it", () =>
  Effect.gen(function* () {
    const written = yield* Deferred.make<void>()
    const commits: Array<Store.Commit> = []
    const journal: Store.Journal = {
      recovered: [],
      append: (commit) => {
        commits.push(commit)
        return commits.length === 1 ? Effect.void : Deferred.await(written)
      }
    }
    const world = yield* World.make(emulator.settings({}), journal, World.services)
    const { gateway } = emulator.make(world)
    const query = { ...machine, Amount: 2, Password: "Not4Journals", ClientToken: token }
    const ask = Effect.flatMap(rawOf(query), gateway.handle)
    const first = yield* Effect.fork(ask)
    const second = yield* Effect.fork(ask)
    const refused = yield* Effect.fork(Effect.flatMap(rawOf({ ...query, Amount: 3 }), gateway.handle))
    yield* TestClock.adjust("1 second")
    for (const fiber of [first, second, refused]) assert.strictEqual((yield* Fiber.poll(fiber))._tag, "None")
    assert.deepStrictEqual(
      commits.slice(1).map((commit) => commit.map(({ table }) => table)),
      [["Ecs.Instance", "Ecs.Instance", "Ecs.Place", "Ecs.ClientToken"], [], []]
    )
    assert.notInclude(JSON.stringify(commits), "Not4Journals")
    yield* Deferred.succeed(written, undefined)
    const idsOf = (fiber: typeof first) =>
      Effect.map(Fiber.join(fiber), (response) => answerOf(response).InstanceIdSets)
    assert.deepStrictEqual(yield* idsOf(second), yield* idsOf(first))
    assert.strictEqual((yield* Fiber.join(refused)).status, 400)

    // what the journal holds is enough to know it again
    const restarted = yield* World.make(emulator.settings({}), { ...journal, recovered: commits }, World.services)
    const again = yield* Effect.flatMap(rawOf(query), emulator.make(restarted).gateway.handle)
    assert.deepStrictEqual(answerOf(again).InstanceIdSets, yield* idsOf(first))
  }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
)
