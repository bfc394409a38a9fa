// Tests the page of the admin port in a headless Chromium: finds or installs one, then runs test/browser. Arguments go to vitest.
import { spawnSync } from "node:child_process"
import process from "node:process"
import { root } from "./lib.mjs"

const how = `Install Chromium (on Debian: apt-get install -y --no-install-recommends chromium, as root), or say where one is:
  CHROMIUM_PATH=/path/to/chromium npm run test:browser`

const fail = (text) => {
  console.error(`browser: ${text}\n${how}`)
  process.exit(1)
}

const answers = (path) => spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0

const apt = (...args) => {
  const command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", ...args]
  if (process.getuid?.() !== 0) command.unshift("sudo")
  // What dpkg says of every package is for nobody.
  return spawnSync(command[0], command.slice(1), { stdio: ["inherit", "ignore", "inherit"] })
}

const find = () => {
  const given = process.env.CHROMIUM_PATH
  if (given) return answers(given) ? given : fail(`CHROMIUM_PATH is ${given}, which does not run.`)
  const path = "/usr/bin/chromium"
  if (answers(path)) return path
  console.log("browser: installing chromium (apt-get)")
  // The lists of a clean machine are empty or old; where they cannot be renewed, those that are there may do.
  apt("update")
  const { error } = apt("install", "-y", "--no-install-recommends", "chromium")
  if (answers(path)) return path
  return fail(error === undefined ? "apt-get could not install it." : `it cannot be installed here: ${error.message}.`)
}

const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/browser/vitest.config.ts"]
const { status } = spawnSync(process.execPath, [...vitest, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, CHROMIUM_PATH: find() }
})
process.exit(status ?? 1)
