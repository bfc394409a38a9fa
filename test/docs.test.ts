/** Every code block of the README and of the docs, and every @example of a docstring, compiles as it stands. */
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"

const root = fileURLToPath(new URL("..", import.meta.url))
const read = (file: string) => readFileSync(join(root, file), "utf8")
const filesIn = (dir: string, extension: string): ReadonlyArray<string> =>
  readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension) && !entry.parentPath.includes("node_modules"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))

interface Block {
  readonly name: string
  readonly code: string
}

const markdownBlocks = (file: string): ReadonlyArray<Block> =>
  [...read(file).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""], index) => ({
    name: `${file} block ${index + 1}`,
    code
  }))

const docstringBlocks = (file: string): ReadonlyArray<Block> =>
  [...read(file).matchAll(/^ \* @example\n((?: \*(?: .*)?\n)+?)(?= \*\/| \* @)/gm)].map(([, text = ""], index) => ({
    name: `${file} example ${index + 1}`,
    code: text.replace(/^ \* ?/gm, "")
  }))

const packages = ["protocol", "core", "platform-node", "emulator"]
const blocks = [
  ...["README.md", ...filesIn("docs", ".md")].flatMap(markdownBlocks),
  ...packages.flatMap((name) => filesIn(`packages/${name}/src`, ".ts").flatMap(docstringBlocks))
]

describe("examples in the docs", () => {
  const dir = join(root, ".cache/docs")
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const paths = blocks.map(({ code }, index) => {
    const path = join(dir, `${index}.ts`)
    // a module even when it imports nothing
    writeFileSync(path, `${code}\nexport {}\n`)
    return path
  })
  const config = ts.parseJsonConfigFileContent(
    {
      extends: join(root, "tsconfig.base.json"),
      compilerOptions: {
        noEmit: true,
        composite: false,
        noUnusedLocals: false,
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")]
      },
      files: paths
    },
    ts.sys,
    dir
  )
  const program = ts.createProgram(config.fileNames, config.options)

  it("are found, every one", () => {
    const sources = packages.flatMap((name) => filesIn(`packages/${name}/src`, ".ts"))
    const written = sources.flatMap((file) => [...read(file).matchAll(/^ \* @example$/gm)]).length
    assert.strictEqual(sources.flatMap(docstringBlocks).length, written)
    assert.isAbove(written, 80)
  })

  it.each(blocks.map((block, index) => [block.name, index] as const))("%s", (_, index) => {
    const source = program.getSourceFile(paths[index] ?? "")
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    assert.deepStrictEqual(
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
      []
    )
  })
})
