/** Both ways to turn pages, and instances that come and go between them. */
import { assert, describe as group, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { as, doors, people } from "../support/Doors.js"
import { create, ecs, ids, inMemory, run, said } from "../support/Ecs.js"

interface Page {
  readonly shown: ReadonlyArray<string>
  readonly NextToken: string
  readonly TotalCount: number
}

const page = (query: Record<string, unknown>) =>
  Effect.map(ecs("DescribeInstances", query), ({ Instances, NextToken, TotalCount }): Page => ({
    shown: Instances.Instance.map(({ InstanceId }: { readonly InstanceId: string }) => InstanceId),
    NextToken,
    TotalCount
  }))

const five = [1, 2, 3, 4, 5].map((index) => `i-bp1emulator00000000${index}`)

group.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("page by page, by token", () =>
    Effect.gen(function* () {
      const first = yield* page({ MaxResults: 2 })
      assert.deepStrictEqual(first.shown, five.slice(0, 2))
      assert.strictEqual(first.TotalCount, 5)
      assert.match(first.NextToken, /^[0-9a-f]{16}$/)
      const second = yield* page({ MaxResults: 2, NextToken: first.NextToken })
      assert.deepStrictEqual(second.shown, five.slice(2, 4))
      const last = yield* page({ MaxResults: 2, NextToken: second.NextToken })
      assert.deepStrictEqual([last.shown, last.NextToken], [five.slice(4), ""])
      // a token can be used again, with another size
      const rest = yield* page({ MaxResults: 100, NextToken: first.NextToken })
      assert.deepStrictEqual([rest.shown, rest.NextToken], [five.slice(2), ""])
    }).pipe(as(people.tester), Effect.provide(door))
  )
})

inMemory("a page that is just full is the last one", () =>
  Effect.gen(function* () {
    assert.strictEqual((yield* page({ MaxResults: 5 })).NextToken, "")
    assert.strictEqual((yield* page({ MaxResults: 6 })).NextToken, "")
    assert.notStrictEqual((yield* page({ MaxResults: 4 })).NextToken, "")
    assert.deepStrictEqual((yield* page({ MaxResults: 4, Status: "Pending" })).NextToken, "")
  })
)

inMemory("a token counts for more than a page number", () =>
  Effect.gen(function* () {
    yield* run({ Amount: 20 })
    const first = yield* page({ MaxResults: 3, PageNumber: 2, PageSize: 50 })
    assert.deepStrictEqual(first.shown, five.slice(0, 3))
    const second = yield* page({ NextToken: first.NextToken, PageNumber: 7 })
    assert.strictEqual(second.shown.length, 10)
    assert.strictEqual(second.shown[0], five[3])
    assert.strictEqual((yield* page({ PageNumber: 3 })).shown.length, 5)
    assert.strictEqual((yield* page({ PageNumber: 3 })).NextToken, "")
  })
)

inMemory("what cannot be a page is refused", () =>
  Effect.gen(function* () {
    const { NextToken } = yield* page({ MaxResults: 1 })
    const changed = NextToken.slice(0, -1) + (NextToken.endsWith("0") ? "1" : "0")
    const rows: ReadonlyArray<readonly [Record<string, unknown>, string]> = [
      ...["x", "0", "1", "AAAA", "0".repeat(16), "f".repeat(16), changed, NextToken.toUpperCase(), `${NextToken}0`].map(
        (token) => [{ NextToken: token }, "400 InvalidParameter.NextToken"] as const
      ),
      [{ MaxResults: 0 }, "400 InvalidParameter.MaxResults"],
      [{ MaxResults: 101 }, "400 InvalidParameter.MaxResults"],
      [{ MaxResults: "all" }, "400 InvalidParameter.MaxResults"],
      [{ MaxResults: 100, NextToken }, "200"],
      [{ MaxResults: "", NextToken: "" }, "200"],
      [{ PageSize: 101 }, "400 InvalidParameter"]
    ]
    for (const [query, answer] of rows) {
      assert.strictEqual(yield* said("DescribeInstances", query), answer, JSON.stringify(query))
    }
  })
)

inMemory(
  "the place is kept when the last that was shown is deleted, and all behind it, and one is made in their stead",
  () =>
    Effect.gen(function* () {
      const first = yield* create()
      const second = yield* create()
      const { NextToken, shown } = yield* page({ MaxResults: 6 })
      assert.deepStrictEqual(shown, [...five, first])
      // were their places given away again, what comes would seem to have been shown
      for (const id of [ids.running, first, second]) yield* ecs("DeleteInstance", { InstanceId: id, Force: true })
      const after = yield* create()
      assert.deepStrictEqual((yield* page({ NextToken })).shown, [after])
    })
)

/** what happens between two pages: so many are made, and some of those that are there deleted */
const gap = fc.record({ made: fc.nat(3), deleted: fc.array(fc.nat(99), { maxLength: 3 }) })

it(
  "no instance is shown twice, and none that was there all the time is missed",
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(gap, { minLength: 1, maxLength: 6 }),
        (MaxResults, gaps) =>
          Effect.runPromise(
            Effect.gen(function* () {
              const alive = new Set(five)
              const everyone = new Set(five)
              const lasting = new Set(five)
              const shown: Array<string> = []
              let NextToken = ""
              let turn = 0
              do {
                const next = yield* page({ MaxResults, NextToken })
                for (const id of next.shown) assert.isTrue(alive.has(id), "is there")
                shown.push(...next.shown)
                NextToken = next.NextToken
                const { deleted, made } = gaps[turn++] ?? { deleted: [], made: 0 }
                for (const index of deleted) {
                  const id = [...alive][index % alive.size]
                  if (id === undefined) continue
                  yield* ecs("DeleteInstance", { InstanceId: id, Force: true })
                  alive.delete(id)
                  lasting.delete(id)
                }
                for (let count = 0; count < made; count++) {
                  const id = yield* create()
                  alive.add(id)
                  everyone.add(id)
                }
              } while (NextToken !== "")
              assert.strictEqual(new Set(shown).size, shown.length, "none twice")
              for (const id of lasting) assert.include(shown, id)
              for (const id of shown) assert.isTrue(everyone.has(id))
            }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
          )
      ),
      { numRuns: 40 }
    ),
  60_000
)
