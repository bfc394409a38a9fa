/** From the tests that ran to what is said of the rows. */
import { elsewhere, pending, sections } from "./rows.js"
import { rowsOf } from "./titles.js"

export interface Ran {
  /** titles of the suites around it, then its own */
  readonly titles: ReadonlyArray<string>
  readonly state: "passed" | "failed" | "skipped" | "pending"
}

export interface Matrix {
  readonly sections: typeof sections
  readonly elsewhere: typeof elsewhere
  readonly pending: typeof pending
}

interface SectionTally {
  readonly name: string
  readonly passed: ReadonlyArray<string>
  readonly failed: ReadonlyArray<string>
  /** no test that ran stands for them, and nothing excuses that */
  readonly missing: ReadonlyArray<string>
  readonly pending: ReadonlyArray<string>
  readonly elsewhere: ReadonlyArray<string>
}

export interface Tally {
  readonly sections: ReadonlyArray<SectionTally>
  /** what is wrong beyond tests that failed */
  readonly faults: ReadonlyArray<string>
}

/** - `whole`: all tests have run, so that a row without one has none */
export const tally = (
  ran: ReadonlyArray<Ran>,
  whole: boolean,
  matrix: Matrix = { sections, elsewhere, pending }
): Tally => {
  const seen = new Map<string, "passed" | "failed">()
  for (const { state, titles } of ran) {
    if (state !== "passed" && state !== "failed") continue
    for (const id of titles.flatMap(rowsOf)) if (seen.get(id) !== "failed") seen.set(id, state)
  }
  const isPending = new Set(matrix.pending)
  const excused = (id: string) => isPending.has(id) || id in matrix.elsewhere
  const result = matrix.sections.map(([name, rows]) => {
    const ids = Object.keys(rows)
    return {
      name,
      passed: ids.filter((id) => seen.get(id) === "passed"),
      failed: ids.filter((id) => seen.get(id) === "failed"),
      missing: whole ? ids.filter((id) => !seen.has(id) && !excused(id)) : [],
      pending: ids.filter((id) => !seen.has(id) && isPending.has(id)),
      elsewhere: ids.filter((id) => !seen.has(id) && id in matrix.elsewhere)
    }
  })
  const known = new Set(matrix.sections.flatMap(([, rows]) => Object.keys(rows)))
  const listed = [...matrix.pending, ...Object.keys(matrix.elsewhere)]
  return {
    sections: result,
    faults: [
      ...result.flatMap(({ missing }) => missing).map((id) => `${id} has no test`),
      ...[...seen.keys()].filter((id) => !known.has(id)).map((id) => `${id} is no row of the matrix`),
      ...listed.filter((id) => !known.has(id)).map((id) => `${id} is excused, and is no row of the matrix`),
      ...[...seen.keys()]
        .filter(excused)
        .map((id) => `${id} has a test: take it out of the lists in test/chaos/rows.ts`)
    ]
  }
}
