/** Says at the end which rows of the chaos matrix hold, and fails a run in which one is missing. */
import { sep } from "node:path"
import process from "node:process"
import type { Reporter, TestCase, TestModule } from "vitest/node"
import { elsewhere, sections } from "./rows.js"
import "./support/figure.js"
import { tally } from "./tally.js"

const budget = 170

const titlesOf = (test: TestCase): ReadonlyArray<string> => {
  const titles = [test.name]
  for (let parent = test.parent; parent.type === "suite"; parent = parent.parent) titles.unshift(parent.name)
  return titles
}

const count = (ids: ReadonlyArray<string>, what: string) => (ids.length === 0 ? [] : [`${ids.length} ${what}`])
const listed = (ids: ReadonlyArray<string>, what: string) => (ids.length === 0 ? [] : [`${what} ${ids.join(" ")}`])

/** - `whole`: the run is one of all rows, so that none may be missing */
export default class ChaosReporter implements Reporter {
  constructor(private readonly whole: boolean) {}

  onTestRunEnd(modules: ReadonlyArray<TestModule>) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const ran = tests.map((test) => ({ titles: titlesOf(test), state: test.result().state }))
    const result = tally(ran, this.whole)
    const lines = ["", "Chaos matrix"]
    for (const { elsewhere, failed, missing, name, passed, pending } of result.sections) {
      const said = [
        ...count(passed, "passed"),
        ...listed(failed, "FAILED"),
        ...listed(missing, "MISSING"),
        ...(this.whole ? [...listed(pending, "MISSING, pending"), ...listed(elsewhere, "elsewhere")] : [])
      ]
      if (said.length > 0) lines.push(`  ${name.padEnd(38)}${said.join("; ")}`)
    }
    if (this.whole) {
      const of = (key: "passed" | "failed" | "missing" | "pending" | "elsewhere") =>
        result.sections.reduce((sum, section) => sum + section[key].length, 0)
      const all = sections.reduce((sum, [, rows]) => sum + Object.keys(rows).length, 0)
      lines.push(
        `  ${all} rows: ${of("passed")} passed, ${of("failed")} failed, ${of("missing") + of("pending")} missing ` +
          `(${of("pending")} of them pending), ${of("elsewhere")} elsewhere`
      )
      const places = new Map<string, Array<string>>()
      for (const [id, where] of Object.entries(elsewhere)) places.set(where, [...(places.get(where) ?? []), id])
      for (const [where, ids] of places) lines.push(`  ${where}: ${ids.join(" ")}`)
    }
    const figures = tests.flatMap((test) => (test.meta().figures ?? []).map((each) => ({ test, ...each })))
    if (figures.length > 0) lines.push("Figures")
    for (const { name, test, value } of figures) {
      const id =
        titlesOf(test)
          .join(" ")
          .match(/[A-Z]\d\d/)?.[0] ?? ""
      lines.push(`  ${id}  ${name}: ${typeof value === "number" ? value.toLocaleString("en") : value}`)
    }
    const slow = modules.map((module) => [module.diagnostic().duration, module.moduleId] as const)
    slow.sort(([a], [b]) => b - a)
    lines.push(
      `Slowest: ${slow
        .slice(0, 5)
        .map(([duration, file]) => `${file.split(sep).at(-1)} ${(duration / 1000).toFixed(1)} s`)
        .join(", ")}`
    )
    // since the start of the process
    const seconds = performance.now() / 1000
    lines.push(`Took ${seconds.toFixed(0)} s of ${budget} s${seconds > budget ? ": OVER THE BUDGET" : ""}`)
    for (const fault of result.faults) lines.push(`FAILED: ${fault}`)
    if (result.faults.length > 0) process.exitCode = 1
    console.log(lines.join("\n"))
  }
}
