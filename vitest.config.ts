import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const root = fileURLToPath(new URL(".", import.meta.url))

export default defineConfig({
  root,
  resolve: {
    // Tests run the sources, so no build stands between an edit and its test.
    alias: [{ find: /^@effect-aliyun\/([^/]+)\/(?!package\.json$)(.+)$/, replacement: `${root}packages/$1/src/$2.ts` }]
  },
  test: {
    // Left to itself, vitest keeps one core free: with two of them, half the machine.
    maxWorkers: availableParallelism(),
    // for a machine that has other things to do; what hangs is found all the same
    testTimeout: 30_000,
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    // test/house tests this repository's own checks, slow tests and soaks take minutes, the others need what is not
    // installed; each has its own command.
    exclude: [
      ...["**/node_modules/**", "**/dist/**", "**/*.slow.test.ts"],
      ...["house", "oracles", "browser", "soak"].map((name) => `test/${name}/**`)
    ]
  }
})
