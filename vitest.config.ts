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
    // test/house tests this repository's own checks, the others need what is not installed; each has its own command.
    // Of the chaos suite the slow files are left to `npm run test:chaos`, the longest to `npm run test:soak`.
    exclude: [
      "**/node_modules/**",
      "**/dist/**",
      "test/house/**",
      "test/oracles/**",
      "test/browser/**",
      "test/soak/**",
      "**/*.slow.test.ts"
    ]
  }
})
