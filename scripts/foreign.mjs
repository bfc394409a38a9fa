// Judges the emulator by clients that no one here wrote: installs them, then runs test/oracles. Arguments go to vitest.
// What cannot be installed here is named and skipped, and makes this fail.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { root } from "./lib.mjs"

const dir = join(root, "test/oracles")

const spawn = (command, args, options) => spawnSync(command, args, { cwd: root, stdio: "inherit", ...options })
const run = (...command) => spawn(...command).status === 0

const read = (file) => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** What the lockfile of test/oracles lists; lifecycle scripts never run. */
const fromNpm = () => {
  const lock = createHash("sha256")
    .update(read(join(dir, "package-lock.json")))
    .digest("hex")
  const stamp = join(dir, "node_modules/.foreign")
  if (read(stamp) === lock) return true
  console.log("foreign: installing what test/oracles/package-lock.json lists (npm ci)")
  // The npm that runs this script, where one does.
  const cli = process.env.npm_execpath
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
  const ok = cli?.endsWith(".js")
    ? run(process.execPath, [cli, ...args], { cwd: dir })
    : run("npm", args, { cwd: dir, shell: process.platform === "win32" })
  if (ok) writeFileSync(stamp, lock)
  return ok
}

const status = (name) =>
  spawn("dpkg-query", ["-W", "-f=${db:Status-Status}", name], { stdio: "pipe", encoding: "utf8" }).stdout
const missing = (names) => names.filter((name) => status(name) !== "installed")

let updated = false
const apt = (...args) => {
  const command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
  command.push("-o", "DPkg::Lock::Timeout=300", ...args)
  if (process.getuid?.() !== 0) command.unshift("sudo")
  // What dpkg says of every package is for nobody.
  return run(command[0], command.slice(1), { stdio: ["inherit", "ignore", "inherit"] })
}

/** Packages of Debian, by root or through sudo. */
const fromDebian = (names) => {
  const wanted = missing(names)
  if (wanted.length === 0) return true
  console.log(`foreign: installing ${wanted.join(", ")} (apt-get)`)
  // The lists of a clean machine are empty or old; where they cannot be renewed, those that are there may do.
  if (!updated) apt("update")
  updated = true
  apt("install", "-y", "--no-install-recommends", ...wanted)
  return missing(names).length === 0
}

const parts = [
  { test: "ProductSdks", install: fromNpm, how: "npm ci --ignore-scripts, in test/oracles" },
  ...[
    { test: "Lexicon", names: ["python3-lexicon"] },
    { test: "Libcloud", names: ["python3-libcloud"] },
    { test: "Aliyungo", names: ["golang-go", "golang-github-denverdino-aliyungo-dev"] }
  ].map(({ names, test }) => ({
    test,
    install: () => fromDebian(names),
    how: `apt-get install -y --no-install-recommends ${names.join(" ")}, as root on Debian 12`
  }))
]

const skipped = []
const tests = []
for (const part of parts) {
  if (part.install()) tests.push(`test/oracles/${part.test}.test.ts`)
  else skipped.push(part)
}

const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/oracles/vitest.config.ts"]
const passed = tests.length > 0 && run(process.execPath, [...vitest, ...tests, ...process.argv.slice(2)])
for (const { how, test } of skipped) console.error(`foreign: SKIPPED ${test}: it could not be installed. Run: ${how}`)
process.exit(passed && skipped.length === 0 ? 0 : 1)
