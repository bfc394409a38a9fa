// Runs vitest with the arguments given, then says which suites are not part of it.
import { spawnSync } from "node:child_process"
import process from "node:process"
import { root } from "./lib.mjs"

const { status } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit"
})
console.log(
  "Elsewhere: `npm run test:chaos` (each row of the chaos matrix, the slow ones too), " +
    "`npm run test:soak` (what 100,000 calls leave behind, and mutants of what decides on retries and secrets), " +
    "`npm run test:house` (each rule of `npm run check` is seen to fail on a planted fault), " +
    "`npm run test:foreign` (clients that have to be installed judge the emulator), " +
    "`npm run test:browser` (the emulator's admin page in Chromium)."
)
process.exit(status ?? 1)
