import { dirname, resolve } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { defineConfig, type Plugin } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
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

/**
 * The packages are taken as they are built, as users have them, and Node loads them by itself; so is what a test takes from
 * their sources.
 */
const built: Plugin = {
  name: "built packages",
  enforce: "pre",
  resolveId: (id, importer) =>
    importer !== undefined && /^\.\.?\/.*src\/.*\.js$/.test(id)
      ? resolve(dirname(importer), id).replace(/\/src\/(.+)$/, "/dist/$1")
      : undefined
}

// The tests that stand for a row of the matrix, wherever they are: `npm run test:chaos`.
export default defineConfig({
  root,
  plugins: [built],
  test: {
    include: [...filesWithRows(root, folders, wanted)],
    exclude: ["**/dist/**"],
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    testNamePattern: namePattern(wanted),
    maxWorkers: 2,
    minWorkers: 2,
    sequence: { sequencer: SlowFirst },
    testTimeout: 60_000,
    // J07 asks for 10,000 requests; these are of each style of each peer
    env: { DIFFERENTIAL_RUNS: process.env["DIFFERENTIAL_RUNS"] ?? "2800" },
    reporters: ["default", new ChaosReporter(!isPart)]
  }
})
