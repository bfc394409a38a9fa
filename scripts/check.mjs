// Every rule of this repository, or those named: node scripts/check.mjs [types|lint|format|deps|packages|unused ...]
// With --no-build, what is in dist is taken as it is. Prints each rule's name, seconds and verdict, the output of those that fail, and exits 1 if any fails.
import { spawn } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { packages, pruneDist, readJson, root, walk } from "./lib.mjs"

/** Runs a Node program; resolves to its exit code and output. */
const node = (...args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, FORCE_COLOR: "0" } })
    let output = ""
    child.stdout.on("data", (data) => (output += data))
    child.stderr.on("data", (data) => (output += data))
    child.on("close", (code) => resolve({ ok: code === 0, output }))
  })

const bin = (name, path) => `node_modules/${name}/${path}`

/** Runs steps in turn and stops at the first that fails. */
const inTurn = async (...steps) => {
  for (const step of steps) {
    const result = await step()
    if (!result.ok) return result
  }
  return { ok: true, output: "" }
}

// A consumer that touches every entry of every package. `portable` sees no Node types, as in a browser.
const consumers = {
  portable: { dirs: ["packages/protocol", "packages/core"], lib: ["es2023", "dom", "dom.iterable"], types: [] },
  node: { dirs: packages, lib: ["es2023"], types: ["node"] }
}

const publicTypes = async () => {
  const dir = ".cache/public-types"
  rmSync(join(root, dir), { recursive: true, force: true })
  const failures = []
  for (const [name, { dirs, lib, types }] of Object.entries(consumers)) {
    const lines = dirs.flatMap((dir) => {
      const manifest = readJson(`${dir}/package.json`)
      return Object.keys(manifest.exports)
        .filter((entry) => entry !== "./package.json")
        .map((entry) => manifest.name + entry.slice(1))
    })
    mkdirSync(join(root, dir, name), { recursive: true })
    writeFileSync(
      join(root, dir, name, "consumer.ts"),
      lines.map((line, i) => `export * as M${i} from "${line}"\n`).join("")
    )
    writeFileSync(
      join(root, dir, name, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          ...{ target: "es2022", module: "nodenext", strict: true, exactOptionalPropertyTypes: true, noEmit: true },
          ...{ skipLibCheck: false, lib, types, typeRoots: ["../../../node_modules/@types"] }
        },
        files: ["consumer.ts"]
      })
    )
  }
  for (const compiler of ["ts59", "ts70"]) {
    const compile = (name) => node(bin(compiler, "bin/tsc"), "-p", join(dir, name), "--pretty", "false")
    const results = await Promise.all(Object.keys(consumers).map(async (name) => [name, await compile(name)]))
    for (const [name, { ok, output }] of results) {
      // `skipLibCheck: false` also reads third parties' declarations; only what concerns ours is a failure.
      const errors = output.split("\n").filter((line) => /error TS\d+/.test(line))
      const ours = errors.filter((line) => !/^\S*node_modules\//.test(line))
      if (ours.length > 0) failures.push(`${compiler} (${name}):`, ...ours)
      else if (!ok && errors.length === 0) failures.push(`${compiler} (${name}) did not run:`, output)
    }
  }
  return { ok: failures.length === 0, output: failures.join("\n") }
}

const types = () =>
  inTurn(async () => {
    pruneDist()
    return node(bin("typescript", "bin/tsc"), "-b", "--pretty", "false")
  }, publicTypes)

const lint = () => node(bin("eslint", "bin/eslint.js"), "--max-warnings", "0", ".")

const format = () => node(bin("prettier", "bin/prettier.cjs"), "--check", "--no-color", "--log-level", "warn", ".")

const deps = async () => {
  const dirs = [...packages.flatMap((dir) => [`${dir}/src`, `${dir}/test`]), "test", "examples/src"]
  const present = dirs.filter((dir) => walk(dir).some((file) => file.endsWith(".ts")))
  const result = await node(bin("dependency-cruiser", "bin/dependency-cruise.mjs"), "--output-type", "err", ...present)
  // Without a TypeScript it can use, dependency-cruiser reports nothing and succeeds.
  const cruised = Number(/\((\d+) modules/.exec(result.output)?.[1] ?? 0)
  const sources = present.flatMap(walk).filter((file) => file.endsWith(".ts")).length
  return result.ok && (sources === 0 || cruised < sources)
    ? { ok: false, output: `${result.output}\nonly ${cruised} modules cruised of ${sources} sources` }
    : result
}

const publishable = (dir) =>
  inTurn(
    () => node(bin("publint", "src/cli.js"), "run", dir, "--strict"),
    () => node(bin("@arethetypeswrong/cli", "dist/index.js"), "--pack", dir, "--profile", "esm-only", "--no-emoji")
  )

const packageChecks = () =>
  inTurn(
    () => node("scripts/exports.mjs", "--check"),
    async () => {
      const failed = (await Promise.all(packages.map(publishable))).filter(({ ok }) => !ok)
      return { ok: failed.length === 0, output: failed.map(({ output }) => output).join("\n") }
    }
  )

const unused = () => node(bin("knip", "bin/knip.js"), "--no-progress", "--no-config-hints")

const rules = { types, lint, format, deps, packages: packageChecks, unused }

const chosen = process.argv.slice(2).filter((name) => name !== "--no-build")
const names = chosen.length > 0 ? chosen : Object.keys(rules)
const unknown = names.filter((name) => !(name in rules))
if (unknown.length > 0) {
  console.error(`check: no rule ${unknown.join(", ")}; there are ${Object.keys(rules).join(", ")}`)
  process.exit(2)
}

const setup = await node("scripts/setup.mjs", "--install")
process.stdout.write(setup.output)
if (!setup.ok) process.exit(1)

let failed = 0
const check = async (name) => {
  const started = performance.now()
  const { ok, output } = await rules[name]()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${name.padEnd(9)} ${seconds.padStart(6)} s  ${ok ? "ok" : "FAILED"}`)
  if (!ok) {
    failed++
    console.log(output.trim().replace(/^/gm, "  "))
  }
}

// `types` builds what the others read, so it comes first; then two rules at a time.
if (names.includes("types")) await check("types")
else if (!process.argv.includes("--no-build") && names.some((name) => name === "deps" || name === "packages")) {
  const build = await node("scripts/setup.mjs")
  if (!build.ok) console.log("the build fails (see `npm run check:types`); what follows reads an older one")
}
const queue = names.filter((name) => name !== "types")
const worker = async () => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) await check(name)
}
await Promise.all([worker(), worker()])
process.exit(failed > 0 ? 1 : 0)
