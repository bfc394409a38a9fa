// What takes minutes: a hundred thousand calls over sockets, then mutants of the code that decides on retries and secrets.
//   node scripts/soak.mjs [calls | mutants | classification | backoff | redactor ...]
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { exists, root } from "./lib.mjs"
import { targets } from "../test/soak/mutation/targets.mjs"

const dir = join(root, "test/soak/mutation")
const run = (command, args, options) =>
  spawnSync(command, args, { cwd: root, stdio: "inherit", ...options }).status === 0

/** What the lockfile of test/soak/mutation lists: Stryker is heavy, and nobody else needs it. Lifecycle scripts never run. */
const install = () => {
  const lock = createHash("sha256")
    .update(readFileSync(join(dir, "package-lock.json")))
    .digest("hex")
  const stamp = join(dir, "node_modules/.soak")
  if (exists("test/soak/mutation/node_modules/.soak") && readFileSync(stamp, "utf8") === lock) return true
  console.log("soak: installing what test/soak/mutation/package-lock.json lists (npm ci)")
  // The npm that runs this script, where one does.
  const cli = process.env.npm_execpath
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
  const ok = cli?.endsWith(".js")
    ? run(process.execPath, [cli, ...args], { cwd: dir })
    : run("npm", args, { cwd: dir, shell: process.platform === "win32" })
  if (ok) writeFileSync(stamp, lock)
  return ok
}

const calls = () =>
  run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "--config", "test/soak/vitest.config.ts"])

/** Fails when fewer than 90 % of the mutants are killed. */
const mutants = (name) => {
  console.log(`soak: mutants of the ${name}, ${targets[name].files.join(", ")}`)
  const stryker = "test/soak/mutation/node_modules/@stryker-mutator/core/bin/stryker.js"
  const ok = run(process.execPath, [stryker, "run", "test/soak/mutation/stryker.config.mjs"], {
    env: { ...process.env, MUTANTS_OF: name }
  })
  rmSync(join(root, ".cache/stryker"), { recursive: true, force: true })
  return ok
}

const all = ["calls", ...Object.keys(targets)]
const given = process.argv.slice(2).flatMap((name) => (name === "mutants" ? Object.keys(targets) : [name]))
const unknown = given.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`soak: there is no ${unknown.join(", ")}; there are ${all.join(", ")}`)
  process.exit(2)
}
const wanted = given.length === 0 ? all : given
const isInstalled = wanted.every((name) => name === "calls") || install()
const failed = wanted.filter((name) => !(name === "calls" ? calls() : isInstalled && mutants(name)))
if (failed.length > 0) console.error(`soak: FAILED: ${failed.join(", ")}`)
process.exit(failed.length === 0 ? 0 : 1)
