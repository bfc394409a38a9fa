// Each rule of `npm run check` passes on the tree as it is and fails on a planted fault, naming it.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Copy, manifest } from "./copy.js"

const copy = new Copy()
afterAll(() => copy.remove())
beforeAll(async () => {
  expect(await copy.run("scripts/setup.mjs")).toMatchObject({ code: 0 })
})

it("all rules pass on the tree as it is, and setup then has nothing to say", async () => {
  const { code, output } = await copy.check()
  expect(output.match(/^\w+ +[\d.]+ s {2}ok$/gm), output).toHaveLength(6)
  expect(code).toBe(0)
  expect((await copy.run("scripts/setup.mjs")).code).toBe(0)
  expect(await copy.run("scripts/setup.mjs")).toEqual({ code: 0, output: "" })
})

it("an unknown rule is refused", async () => {
  expect((await copy.check("typos")).code).toBe(2)
})

describe("lint", () => {
  // One fault a line; `null` marks what must stay allowed.
  const core: ReadonlyArray<readonly [line: string, rule: string | null]> = [
    [`import * as Barrel from "effect"`, "no-restricted-imports"],
    [`import { HttpClient as Client } from "@effect/platform"`, "no-restricted-imports"],
    [`import { Effect } from "effect/Effect"`, "@typescript-eslint/consistent-type-imports"],
    [`export const used = [Barrel, Client] as unknown as Effect<void>`, null],
    [`export const now = Date.now()`, "no-restricted-syntax"],
    [`export const today = new Date()`, "no-restricted-syntax"],
    [`export const epoch = new Date(0)`, null],
    [`export const dice = Math.random()`, "no-restricted-syntax"],
    [`export const env = process.env`, "no-restricted-globals"],
    [`export const print = () => console.log("x")`, "no-restricted-globals"],
    [`export const fail = () => { throw new Error("x") }`, "no-restricted-syntax"],
    [`export const later = async () => 1`, "no-restricted-syntax"],
    [`export const gen = function* () { try { yield 1 } catch { yield 2 } }`, "house/no-try-in-generator"],
    [`export const plain = () => { try { return JSON.parse("") as unknown } catch { return 2 } }`, null],
    [`export const inner = function* () { yield () => { try { return 1 } catch { return 2 } } }`, null],
    [`export const any = (x: any): unknown => x`, "@typescript-eslint/no-explicit-any"],
    [`export const bang = (x: string | undefined): string => x!`, "@typescript-eslint/no-non-null-assertion"],
    [`export const float = (): void => { Promise.resolve(1) }`, "@typescript-eslint/no-floating-promises"],
    [`const unusedHere = 1`, "@typescript-eslint/no-unused-vars"]
  ]
  const protocol: typeof core = [
    [`export const fail = () => { throw new Error("x") }`, "no-restricted-syntax"],
    [`export const now = Date.now()`, "no-restricted-syntax"],
    [`export const bytes = Buffer.from("")`, "no-restricted-globals"]
  ]
  const node: typeof core = [
    [`export const fail = () => { throw new Error("x") }`, "no-restricted-syntax"],
    [`export const later = async () => 1`, "no-restricted-syntax"],
    [`export const gen = function* () { try { yield 1 } catch { yield 2 } }`, "house/no-try-in-generator"],
    [`export const env = process.env`, null]
  ]
  const emulator: typeof core = [
    [`export const fail = () => { throw new Error("x") }`, "no-restricted-syntax"],
    [`export const bytes = Buffer.from("")`, "no-restricted-globals"]
  ]
  const planted = { core, protocol, "platform-node": node, emulator }

  it("house style", async () => {
    const file = (name: string) => `packages/${name}/src/Planted.ts`
    const files = Object.fromEntries(
      Object.entries(planted).map(([name, lines]) => [file(name), lines.map(([line]) => line + "\n").join("")])
    )
    const output = await copy.fails("lint", files)
    const reports = output.split(/\n(?=.*\.ts\n)/)
    for (const [name, lines] of Object.entries(planted)) {
      const report = reports.find((text) => text.split("\n")[0]?.endsWith(file(name))) ?? ""
      for (const [i, [line, rule]] of lines.entries()) {
        const found = report.split("\n").filter((text) => new RegExp(`^ +${i + 1}:\\d+ +error `).test(text))
        if (rule === null) expect.soft(found, line).toEqual([])
        else expect.soft(found.join("\n"), line).toContain(rule)
      }
    }
  })
})

it("format: a file that prettier would write otherwise", async () => {
  await copy.fails(
    "format",
    { "packages/core/src/Planted.ts": `export const x = 'single';\n` },
    "packages/core/src/Planted.ts"
  )
})

describe("deps", () => {
  const forbidden: ReadonlyArray<readonly [rule: string, file: string, imports: string]> = [
    ["protocol-imports", "packages/protocol/src/PlantedA.ts", "effect/Effect"],
    ["protocol-imports", "packages/protocol/src/PlantedB.ts", "node:crypto"],
    ["protocol-imports", "packages/protocol/src/PlantedC.ts", "@effect-aliyun/core/Region"],
    ["core-imports", "packages/core/src/PlantedA.ts", "node:crypto"],
    ["core-imports", "packages/core/src/PlantedB.ts", "undici"],
    ["core-imports", "packages/core/src/PlantedC.ts", "@effect-aliyun/platform-node/NodeAliyun"],
    ["xml-parser-in-one-place", "packages/core/src/PlantedD.ts", "fast-xml-parser"],
    ["platform-node-imports", "packages/platform-node/src/PlantedA.ts", "@effect-aliyun/emulator/Emulator"],
    ["platform-node-imports", "packages/platform-node/src/PlantedB.ts", "@noble/hashes/sha2.js"],
    ["emulator-portable-core", "packages/emulator/src/PlantedA.ts", "http"],
    ["emulator-portable", "packages/emulator/src/PlantedB.ts", "@effect-aliyun/platform-node/NodeAliyun"],
    ["emulator-portable", "packages/emulator/src/PlantedC.ts", "./NodeEmulator.js"],
    ["internal-stays-inside", "packages/emulator/src/PlantedD.ts", "../../core/src/internal/planted.js"],
    ["internal-is-not-public", "test/planted.ts", "../packages/core/src/internal/planted.js"],
    ["tests-are-leaves", "packages/core/src/PlantedE.ts", "../test/planted.js"],
    ["no-cycles", "packages/core/src/PlantedF.ts", "./PlantedG.js"],
    ["resolvable", "packages/core/src/PlantedH.ts", "./Nowhere.js"]
  ]

  it("arrows that point the wrong way", async () => {
    const files = {
      ...Object.fromEntries(forbidden.map(([, file, to]) => [file, `export * as planted from "${to}"\n`])),
      "packages/core/src/internal/planted.ts": "export const planted = 1\n",
      "packages/core/test/planted.js": "export const planted = 1\n",
      "packages/core/src/PlantedG.ts": `export * as planted from "./PlantedF.js"\n`
    }
    const output = await copy.fails("deps", files)
    const lines = output.split("\n")
    for (const [rule, file, to] of forbidden) {
      const found = lines.filter((line) => line.includes(` ${rule}: `) && line.includes(file))
      expect.soft(found, `${file} -> ${to} breaks ${rule}`).not.toEqual([])
    }
  })

  it("type-only imports count", async () => {
    await copy.fails(
      "deps",
      { "packages/core/src/Planted.ts": `import type { Hash } from "node:crypto"\nexport type Planted = Hash\n` },
      /core-imports: packages\/core\/src\/Planted\.ts/
    )
  })

  it("a run that cruises nothing", async () => {
    await copy.fails(
      "deps",
      { ".dependency-cruiser.mjs": (text) => text.replace(`exclude: { path: [`, `exclude: { path: [".", `) },
      /only \d+ modules cruised of \d+ sources/
    )
  })
})

it("unused: a file, an export, a dependency; a dependency that is not listed", async () => {
  await copy.fails(
    "unused",
    {
      "packages/core/src/internal/plantedFile.ts": "export const planted = 1\n",
      "packages/core/src/internal/plantedExports.ts": "export const used = 1\nexport const plantedExport = 2\n",
      "packages/core/src/Planted.ts": `import * as vite from "vite"\nimport { used } from "./internal/plantedExports.js"\nexport const planted = [vite, used]\n`,
      "packages/core/package.json": manifest((m) => {
        m.exports["./Planted"] = { types: "./dist/Planted.d.ts", default: "./dist/Planted.js" }
        m.dependencies.undici = "^7.0.0"
      })
    },
    /Unused files[^]*packages\/core\/src\/internal\/plantedFile\.ts/,
    /Unused exports[^]*plantedExport\b/,
    /Unused dependencies[^]*undici +packages\/core\/package\.json/,
    /Unlisted dependencies[^]*vite +packages\/core/
  )
})
