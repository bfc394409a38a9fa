// Runs the tests that stand for rows of the chaos matrix: all of them, or with ids of rows as arguments those alone.
//   node scripts/chaos.mjs [B15 K08 ...] [arguments of vitest]
import { spawnSync } from "node:child_process"
import process from "node:process"
import { root } from "./lib.mjs"

const given = process.argv.slice(2)
const isRow = (argument) => /^[A-Z]\d\d$/.test(argument)
const others = given.filter((argument) => !isRow(argument))

const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/chaos/vitest.config.ts", ...others]
const env = { ...process.env, CHAOS_ROWS: given.filter(isRow).join(" ") }
// a run of some files does not say of a row that it has no test
if (others.length > 0) env.CHAOS_PART = "1"
const { status } = spawnSync(process.execPath, vitest, { cwd: root, env, stdio: "inherit" })
process.exit(status ?? 1)
