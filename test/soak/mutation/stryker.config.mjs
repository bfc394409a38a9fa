// Run from the root by scripts/soak.mjs, once for each target.
import { fileURLToPath } from "node:url"
import { target } from "./targets.mjs"

export default {
  mutate: target.files,
  plugins: [fileURLToPath(new URL("node_modules/@stryker-mutator/vitest-runner/dist/src/index.js", import.meta.url))],
  testRunner: "vitest",
  vitest: { configFile: "test/soak/mutation/vitest.config.mjs", related: false },
  thresholds: { high: 95, low: 90, break: 90 },
  concurrency: 2,
  // a mutant that loops for ever takes this long, and whatever a test takes besides
  timeoutMS: 20_000,
  tempDirName: ".cache/stryker",
  ignorePatterns: ["bench", "docs", "examples/dist", "packages/*/dist", "test/soak/mutation/node_modules"],
  // a mutant with which a file of tests does not even load is told as survived (stryker-js, issue 6150): no score is too high
  reporters: ["clear-text"],
  allowConsoleColors: false,
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false }
}
