// What `npm run check` says of types and of the packages as published: each fault is seen and named.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Copy, manifest } from "./copy.js"

const copy = new Copy()
afterAll(() => copy.remove())
beforeAll(async () => {
  expect(await copy.run("scripts/setup.mjs")).toMatchObject({ code: 0 })
})

describe("types", () => {
  it("errors in sources, in tests and in type tests; Node's globals in portable packages", async () => {
    await copy.fails(
      "types",
      {
        "packages/protocol/src/Planted.ts": `export const wrong: number = "text"\n`,
        "packages/core/src/Planted.ts": `export const bytes: unknown = Buffer.from("")\n`,
        "packages/emulator/src/Planted.ts": `export const at = (list: ReadonlyArray<number>): number => list[0]\n`,
        "test/planted.test.ts": `export const wrong: number = "text"\n`,
        "packages/core/test/Planted.test-d.ts": `import { expectTypeOf } from "vitest"\nexpectTypeOf<number>().toEqualTypeOf<string>()\n`
      },
      "packages/protocol/src/Planted.ts(1,14): error TS2322",
      /packages\/core\/src\/Planted\.ts\(1,\d+\): error TS\d+: Cannot find name 'Buffer'/,
      "packages/emulator/src/Planted.ts(1,60): error TS2322",
      "test/planted.test.ts(1,14): error TS2322",
      "packages/core/test/Planted.test-d.ts(2"
    )
  })

  it("public types that both of the other compilers refuse, or one of them", async () => {
    const output = await copy.fails("types", {
      "packages/core/dist/Region.d.ts": (text) => `${text}\nexport declare const broken: Missing\n`,
      // A library file that TypeScript 5.9 does not have yet.
      "packages/protocol/dist/Encoding.d.ts": (text) =>
        `/// <reference lib="esnext.temporal" preserve="true" />\n${text}\nexport type When = Temporal.Instant\n`
    })
    const named = (compiler: string, file: string) =>
      expect.soft(output.split(`${compiler} (portable):`)[1]?.split(/ts\d\d \(/)[0], `${compiler} ${file}`)
    named("ts59", "Region").toMatch(/packages\/core\/dist\/Region\.d\.ts\(\d+,\d+\): error TS2304/)
    named("ts70", "Region").toMatch(/packages\/core\/dist\/Region\.d\.ts\(\d+,\d+\): error TS2304/)
    named("ts59", "Encoding").toMatch("packages/protocol/dist/Encoding.d.ts")
    named("ts70", "Encoding").not.toMatch("packages/protocol/dist/Encoding.d.ts")
  })
})

describe("packages", () => {
  it("an export without a source, and a source without an export", async () => {
    await copy.fails(
      "packages",
      {
        "packages/protocol/package.json": manifest((m) => (m.exports["./Nowhere"] = { default: "./dist/Nowhere.js" })),
        "packages/core/src/Planted.ts": "export const planted = 1\n"
      },
      /packages\/protocol\/package\.json: exports differ from src\/ at \.\/Nowhere$/m,
      /packages\/core\/package\.json: exports differ from src\/ at \.\/Planted$/m
    )
  })

  it("what publint sees: a main that is not there", async () => {
    await copy.fails(
      "packages",
      { "packages/protocol/package.json": manifest((m) => (m.main = "./dist/nowhere.js")) },
      "nowhere.js"
    )
  })

  it("what attw sees: declarations that do not resolve", async () => {
    await copy.fails(
      "packages",
      { "packages/protocol/dist/Encoding.d.ts": (text) => `${text}\nexport * from "./Nowhere"\n` },
      /Internal resolution error/i
    )
  })
})
