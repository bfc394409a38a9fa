// Makes the working tree ready: installs when the lockfile changed, builds when a source changed, else says nothing.
//   node scripts/setup.mjs            install and build
//   node scripts/setup.mjs --install  install only
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { exists, pruneDist, readJson, root, walk, workspaces } from "./lib.mjs"

const stampFile = "node_modules/.effect-aliyun-setup.json"

const fail = (text) => {
  console.error(`setup: ${text}`)
  process.exit(1)
}

const readStamp = () => {
  try {
    return readJson(stampFile)
  } catch {
    return {}
  }
}

const writeStamp = (change) => {
  mkdirSync(join(root, "node_modules"), { recursive: true })
  writeFileSync(join(root, stampFile), JSON.stringify({ ...readStamp(), ...change }) + "\n")
}

const run = (command, args, options) => {
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options })
  if (error !== undefined) fail(`cannot run ${command}: ${error.message}`)
  return status === 0
}

const timed = (what, f) => {
  const started = performance.now()
  f()
  console.log(`setup: ${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
}

const checkNode = () => {
  const floor = readJson("package.json").engines.node.replace(">=", "")
  const [need, have] = [floor, process.versions.node].map((v) => v.split(".").map(Number))
  const i = need.findIndex((n, i) => n !== have[i])
  if (i >= 0 && have[i] < need[i]) fail(`Node ${floor} or newer is needed; this is ${process.versions.node}`)
}

const install = () => {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")
  if (readStamp().lock === lock) return
  console.log("setup: installing what package-lock.json lists (npm ci)")
  timed("installed", () => {
    // The npm that runs this script, where one does; lifecycle scripts of dependencies never run.
    const cli = process.env.npm_execpath
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    const ok = cli?.endsWith(".js")
      ? run(process.execPath, [cli, ...args])
      : run("npm", args, { shell: process.platform === "win32" })
    if (!ok)
      fail("npm ci failed, see above; if package.json changed, run `npm install` once to renew package-lock.json")
  })
  writeStamp({ lock, build: undefined })
}

// Names, sizes and times of everything the build reads: a few milliseconds, where asking tsc costs seconds.
const buildKey = () => {
  const hash = createHash("sha256")
  const configs = ["tsconfig.base.json", "tsconfig.build.json"]
  for (const dir of workspaces) configs.push(`${dir}/tsconfig.json`, `${dir}/package.json`)
  for (const file of [...configs, ...workspaces.flatMap((dir) => walk(`${dir}/src`))]) {
    const { mtimeMs, size } = statSync(join(root, file))
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest("hex")
}

const build = () => {
  const key = buildKey()
  const built = workspaces.every((dir) => exists(`${dir}/dist/.tsbuildinfo`))
  if (built && readStamp().build === key) return
  timed("built packages and examples", () => {
    pruneDist()
    if (!run(process.execPath, ["node_modules/typescript/bin/tsc", "-b", "tsconfig.build.json"])) {
      fail("the build failed, see the type errors above")
    }
  })
  writeStamp({ build: key })
}

checkNode()
install()
if (!process.argv.includes("--install")) build()
