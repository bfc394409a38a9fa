// Each package exports its modules one by one: the files at the top of its src/, nothing from internal/.
//   node scripts/exports.mjs          rewrites the `exports` of every package
//   node scripts/exports.mjs --check  fails where they differ
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { exists, packages, readJson, root } from "./lib.mjs"

const expected = (dir) => {
  const modules = exists(`${dir}/src`)
    ? readdirSync(join(root, dir, "src"))
        .filter((file) => /^[A-Z]\w*\.ts$/.test(file))
        .map((file) => file.slice(0, -3))
        .sort()
    : []
  return Object.fromEntries([
    ...modules.map((m) => [`./${m}`, { types: `./dist/${m}.d.ts`, default: `./dist/${m}.js` }]),
    ["./package.json", "./package.json"]
  ])
}

let wrong = 0
for (const dir of packages) {
  const manifest = readJson(`${dir}/package.json`)
  const want = expected(dir)
  if (JSON.stringify(manifest.exports) === JSON.stringify(want)) continue
  if (process.argv.includes("--check")) {
    wrong++
    const keys = new Set([...Object.keys(want), ...Object.keys(manifest.exports ?? {})])
    const differ = [...keys].filter((k) => JSON.stringify(want[k]) !== JSON.stringify(manifest.exports?.[k]))
    console.error(`${dir}/package.json: exports differ from src/ at ${differ.join(", ") || "their order"}`)
  } else {
    writeFileSync(join(root, dir, "package.json"), JSON.stringify({ ...manifest, exports: want }, null, 2) + "\n")
    console.log(`${dir}/package.json: ${Object.keys(want).length} exports written`)
  }
}
if (wrong > 0) {
  console.error("Run `node scripts/exports.mjs` to write them.")
  process.exit(1)
}
