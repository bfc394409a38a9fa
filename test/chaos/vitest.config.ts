import process from "node:process"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import base from "../../vitest.config.js"
import ChaosReporter from "./reporter.js"
import { filesWithRows, namePattern } from "./titles.js"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folders = ["test/chaos", "test/differential", "packages"]

/** set by scripts/chaos.mjs: only these rows, and whether files were named */
const wanted = (process.env["CHAOS_ROWS"] ?? "").split(" ").filter((id) => id !== "")
const isPart = wanted.length > 0 || process.env["CHAOS_PART"] !== undefined

// The tests that stand for a row of the matrix, wherever they are: `npm run test:chaos`.
export default defineConfig({
  root,
  resolve: base.resolve ?? {},
  test: {
    include: [...filesWithRows(root, folders, wanted)],
    exclude: ["**/dist/**"],
    testNamePattern: namePattern(wanted),
    maxWorkers: 2,
    minWorkers: 2,
    testTimeout: 60_000,
    reporters: ["default", new ChaosReporter(!isPart)]
  }
})
