// What the scripts share. Only Node's own modules: setup runs before anything is installed.
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export const readJson = (path) => JSON.parse(readFileSync(join(root, path), "utf8"))

/** Workspace folders, in build order; `packages` are those that get published. */
export const workspaces = readJson("package.json").workspaces
export const packages = workspaces.filter((dir) => dir.startsWith("packages/"))

/** Files below `dir` (relative to the root), sorted; an absent folder has none. */
export const walk = (dir) => {
  let entries
  try {
    entries = readdirSync(join(root, dir), { withFileTypes: true })
  } catch {
    return []
  }
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) =>
      e.name === "node_modules" ? [] : e.isDirectory() ? walk(`${dir}/${e.name}`) : [`${dir}/${e.name}`]
    )
}

export const exists = (path) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined

/** Removes from dist what no source makes any more: tsc never does. */
export const pruneDist = () => {
  for (const dir of workspaces) {
    const sources = new Set(walk(`${dir}/src`).map((f) => f.slice(dir.length + 5).replace(/\.ts$/, "")))
    for (const file of walk(`${dir}/dist`)) {
      const stem = file.slice(dir.length + 6).replace(/(\.d\.ts|\.js)(\.map)?$/, "")
      if (stem !== ".tsbuildinfo" && !sources.has(stem)) rmSync(join(root, file))
    }
  }
}
