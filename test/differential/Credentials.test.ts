/** The default chain of `@alicloud/credentials` and ours in the same environments and homes: the same provider, the same keys. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import process from "node:process"
import { faults, levelled, throughs } from "./credentialFaults.js"
import { compare } from "./support/compareCredentials.js"
import { ask } from "./support/credentials.js"
import * as SetUps from "./support/SetUps.js"

/** each thing by itself, and so many mixtures; to look further: DIFFERENTIAL_SEED=7 DIFFERENTIAL_RUNS=5000 */
const seed = Number(process.env["DIFFERENTIAL_SEED"] ?? 20_260_501)
const numRuns = Number(process.env["DIFFERENTIAL_RUNS"] ?? 50)

describe("@alicloud/credentials", { timeout: 60_000 + 100 * numRuns }, () => {
  it.scopedLive("picks the same provider and yields the same keys, but for its faults", () =>
    Effect.gen(function* () {
      const setUps = SetUps.all(seed, numRuns)
      const tally = compare(yield* ask(setUps))
      const seen = [...tally.faults, ...throughs.map(({ id }) => [id, tally.chains.get(id)] as const)]
      const unseen = seen.filter(([, count]) => count === 0).map(([id]) => id)
      assert.deepStrictEqual(unseen, [], "faults that no set-up ran into")
      assert.isAtLeast(setUps.length, 200)
      assert.isAtLeast(tally.given, 100)
      assert.isAtLeast(tally.refused, 70)
    })
  )

  it("differs in what is listed once, with what it does, what we do instead, and why", () => {
    const all = [...faults, ...throughs, ...levelled]
    assert.strictEqual(new Set(all.map(({ id }) => id)).size, all.length)
    for (const row of all) {
      assert.match(row.id, /^[a-z0-9-]+$/)
      assert.isNotEmpty(row.provider, row.id)
      for (const text of [row.what, row.ours, "how" in row ? row.how : row.why]) assert.isNotEmpty(text, row.id)
    }
  })
})
