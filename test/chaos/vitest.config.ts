import process from "node:process"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import base from "../../vitest.config.js"
import ChaosReporter from "./reporter.js"
import { filesWithRows, namePattern } from "./titles.js"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folders = ["test/chaos", "test/differential", "packages"]

/** set by scripts/chaos.mjs: only these rows, and whether files were named */
const wanted = (process.env["CHAOS_ROWS"] ?? "").split(" ").filter((id) => id !== "")
const isPart = wanted.length > 0 || process.env["CHAOS_PART"] !== undefined

/** what takes longest begins first, or one core would be idle at the end */
class SlowFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const isSlow = ({ moduleId }: TestSpecification) => moduleId.endsWith(".slow.test.ts")
    const sorted = await super.sort(files)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}

// The tests that stand for a row of the matrix, wherever they are: `npm run test:chaos`.
export default defineConfig({
  root,
  resolve: base.resolve ?? {},
  test: {
    include: [...filesWithRows(root, folders, wanted)],
    exclude: ["**/dist/**"],
    testNamePattern: namePattern(wanted),
    // most of what is done here is short-lived
    poolOptions: { forks: { execArgv: ["--max-semi-space-size=64"] } },
    maxWorkers: 2,
    minWorkers: 2,
    sequence: { sequencer: SlowFirst },
    testTimeout: 60_000,
    reporters: ["default", new ChaosReporter(!isPart)]
  }
})
