import { assert, describe, it } from "@effect/vitest"
import { faults, levelled } from "./faults.js"

describe("the list of differences", () => {
  it("names each once, and says what, instead of what, and why", () => {
    const all = [...faults, ...levelled]
    assert.strictEqual(new Set(all.map(({ id }) => id)).size, all.length)
    for (const { id, ours, peer, what, why } of all) {
      assert.match(id, /^[a-z0-9-]+$/)
      assert.isNotEmpty(peer, id)
      for (const text of [what, ours, why]) assert.isNotEmpty(text, id)
    }
  })
})
