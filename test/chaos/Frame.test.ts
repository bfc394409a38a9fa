/** The suite's own frame: which titles stand for rows, and what is said of a row. */
import { assert, describe, it } from "@effect/vitest"
import { elsewhere, pending, sections } from "./rows.js"
import { figure } from "./support/figure.js"
import { type Matrix, type Ran, tally } from "./tally.js"
import { filesWithRows, namePattern, rowsOf } from "./titles.js"

// joined, so that this file is not taken for one that stands for rows
const title = (ids: string, text = "text") => `${ids}${": "}${text}`

describe("titles", () => {
  it.each([
    [title("R09"), ["R09"]],
    [title("C01, C02"), ["C01", "C02"]],
    ["R09 without a colon", []],
    [`see ${title("R09")}`, []],
    [title("Z01"), []],
    [title("R9"), []],
    ["R09:text", []]
  ])("%s", (text, rows) => assert.deepStrictEqual(rowsOf(text), rows))

  it("are found in the full name of a test, of any row or of one", () => {
    const name = `a suite ${title("C01, C02")}`
    for (const wanted of [[], ["C01"], ["C02"], ["R01", "C02"]]) assert.match(name, namePattern(wanted))
    for (const wanted of [["C03"], ["C0"]]) assert.notMatch(name, namePattern(wanted))
    assert.notMatch("a suite of X86 processors", namePattern([]))
  })

  it("are found in files", () => {
    const root = new URL("../..", import.meta.url).pathname
    const files = filesWithRows(root, ["test/chaos"], ["K08"])
    assert.deepStrictEqual(files, ["test/chaos/Nonces.slow.test.ts"])
    assert.notInclude(filesWithRows(root, ["test/chaos"], []), "test/chaos/Frame.test.ts")
  })
})

describe("the tally", () => {
  const matrix: Matrix = {
    sections: [["A section", { R01: "a", R02: "b", R03: "c", R04: "d" }]],
    pending: ["R03"],
    elsewhere: { R04: "npm run other" }
  }
  const ran = (titles: string | ReadonlyArray<string>, state: Ran["state"] = "passed"): Ran => ({
    titles: [titles].flat(),
    state
  })
  const good = [ran(title("R01")), ran([title("R02"), "inner"])]
  const faults = (tests: ReadonlyArray<Ran>, whole = true, other: Partial<Matrix> = {}) =>
    tally(tests, whole, { ...matrix, ...other }).faults

  it("has no fault when each row has its test, or its excuse", () => {
    assert.deepStrictEqual(faults(good), [])
    assert.deepStrictEqual(tally(good, true, matrix).sections, [
      { name: "A section", passed: ["R01", "R02"], failed: [], missing: [], pending: ["R03"], elsewhere: ["R04"] }
    ])
  })

  it("misses rows without a test that ran, in a run of all", () => {
    for (const tests of [[ran(title("R01"))], [ran(title("R01")), ran(title("R02"), "skipped")]]) {
      assert.deepStrictEqual(faults(tests), ["R02 has no test"])
      assert.deepStrictEqual(faults(tests, false), [])
    }
    assert.deepStrictEqual(faults(good, true, { pending: [] }), ["R03 has no test"])
  })

  it("lets one failure outweigh all that passes", () => {
    for (const tests of [
      [...good, ran(title("R01"), "failed")],
      [ran(title("R01"), "failed"), ...good]
    ]) {
      assert.deepStrictEqual(tally(tests, true, matrix).sections[0]?.failed, ["R01"])
    }
  })

  it("refuses excuses of rows that have a test, and rows that are none", () => {
    assert.lengthOf(faults([...good, ran(title("R03"))]), 1)
    assert.lengthOf(faults([...good, ran(title("R04"))]), 1)
    assert.deepStrictEqual(faults([...good, ran(title("R20"))]), ["R20 is no row of the matrix"])
    assert.lengthOf(faults(good, true, { pending: ["R03", "R20"] }), 1)
  })

  it("knows each row once", () => {
    const ids = sections.flatMap(([, rows]) => Object.keys(rows))
    assert.strictEqual(new Set(ids).size, ids.length)
    assert.strictEqual(ids.length, 148)
    for (const id of ids) assert.deepStrictEqual(rowsOf(title(id)), [id])
    const excused = [...pending, ...Object.keys(elsewhere)]
    assert.strictEqual(new Set(excused).size, excused.length)
  })
})

it("a figure is handed over by the test that runs", ({ task }) => {
  figure("a figure", 1)
  assert.deepStrictEqual(task.meta.figures, [{ name: "a figure", value: 1 }])
})
