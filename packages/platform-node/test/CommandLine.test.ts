import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import fc from "fast-check"
import { spawnSync } from "node:child_process"
import * as commandLine from "../src/internal/credentials/commandLine.js"

const words = (line: string, isWindows = false) => Either.getOrThrow(commandLine.split(line, isWindows))

describe("a command line", () => {
  it.each<[line: string, words: ReadonlyArray<string>]>([
    ["tool", ["tool"]],
    ["  tool \t a\n b  ", ["tool", "a", "b"]],
    [`tool 'a b' "c d" e\\ f`, ["tool", "a b", "c d", "e f"]],
    [`tool "" ''`, ["tool", "", ""]],
    [`tool a"b"'c'd`, ["tool", "abcd"]],
    [`tool "a\\"b\\\\c\\$d\\e" 'f\\g'`, ["tool", `a"b\\c$d\\e`, "f\\g"]],
    ["tool a\\\nb", ["tool", "ab"]],
    [
      "tool ; rm -rf / | x && y > z $(id) `id` $HOME ~ * {a,b}",
      "tool ; rm -rf / | x && y > z $(id) `id` $HOME ~ * {a,b}".split(" ")
    ],
    ["工具 --名 '值 一' é\u{1f600}", ["工具", "--名", "值 一", "é\u{1f600}"]],
    ["/a\\ b/tool", ["/a b/tool"]]
  ])("F07: %j is parted into words, and into nothing else", (line, expected) => {
    assert.deepStrictEqual(words(line), expected)
  })

  it.each(["", "   ", `""`, `'' a`])("F07: %j names no program", (line) => {
    assert.deepStrictEqual(commandLine.split(line, false), Either.left("names no program"))
  })

  it.each([`tool "a`, "tool 'a", "tool a\\", `tool "a\\"`])("F07: %j does not end", (line) => {
    assert.isTrue(Either.isLeft(commandLine.split(line, false)))
  })

  it("F07: on Windows keeps the backslashes of paths", () => {
    assert.deepStrictEqual(words(`C:\\tools\\a.exe "C:\\Program Files\\b.exe" "say \\"x\\""`, true), [
      "C:\\tools\\a.exe",
      "C:\\Program Files\\b.exe",
      `say "x"`
    ])
  })

  it("F07: has the words that a shell has, where there are no variables, patterns and operators", () => {
    const piece = fc.oneof(
      fc.stringMatching(/^[a-z,.:/=_-]{1,6}$/),
      fc.stringMatching(/^[^'\0\r]{0,6}$/).map((text) => `'${text}'`),
      fc.stringMatching(/^[^"\\$`\0\r!]{0,6}$/).map((text) => `"${text}"`),
      fc.constantFrom(`\\"`, "\\'", "\\ ", "\\\\", `"\\$"`, '"\\`"', `"\\""`, `"\\n"`, "\\;", "\\$")
    )
    const word = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(""))
    const line = fc.array(word, { minLength: 1, maxLength: 5 }).map((list) => list.join(" "))
    fc.assert(
      fc.property(fc.array(line, { minLength: 50, maxLength: 50 }), (lines) => {
        // one shell for many lines: each prints its words
        const script = lines.map((text) => `printf '%s\\0' ${text}; printf '\\1'`).join("\n")
        const { stdout } = spawnSync("sh", ["-c", script], { encoding: "utf8" })
        const expected = stdout.split("\u0001").slice(0, -1)
        for (const [index, text] of lines.entries()) {
          assert.strictEqual(
            words(`printf ${text}`)
              .slice(1)
              .map((item) => `${item}\0`)
              .join(""),
            expected[index],
            text
          )
        }
      }),
      { numRuns: 20 }
    )
  })
})
