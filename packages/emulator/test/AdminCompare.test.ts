/** How the page of the admin port marks what differs between two texts. It is plain JavaScript, and runs here too. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"

interface Piece {
  readonly text: string
  readonly differs: boolean
}
type Compare = (left: string, right: string) => { readonly left: Array<Piece>; readonly right: Array<Piece> }

const { compare } = (await import(new URL("../assets/compare.js", import.meta.url).href)) as {
  readonly compare: Compare
}

const textOf = (pieces: ReadonlyArray<Piece>) => pieces.map(({ text }) => text).join("")
const equalPart = (pieces: ReadonlyArray<Piece>) => textOf(pieces.filter(({ differs }) => !differs))
/** what differs in brackets */
const marked = (pieces: ReadonlyArray<Piece>) =>
  pieces.map(({ differs, text }) => (differs ? `[${text}]` : text)).join("")

describe("what is marked", () => {
  const rows: ReadonlyArray<readonly [left: string, right: string]> = [
    ["same", "same"],
    ["", "[x]"],
    ["GET\n/\n[]", "GET\n/\n[]"],
    // characters of a word, escapes as a whole
    ["T0[8]%253A1[0]%253A3[8]Z", "T0[9]%253A1[1]%253A3[9]Z"],
    ["a[%2520]b", "a[%2B]b"],
    ["a[%3A]b[%2C]c", "a[%3a]b[%2c]c"],
    ["[%2F]&a", "[/]&a"],
    ["a%3D1[]", "a%3D1[\n]"],
    ["a[😀]b", "a[😁]b"],
    // what has moved, with the signs between
    ["GET\n[a=1&]b=2\n", "GET\nb=2[&a=1]\n"],
    ["[Action%3DA%26]Version%3D2014-05-26", "Version%3D2014-05-26[%26Action%3DA]"]
  ]
  it.each(rows)("%j %j", (left, right) => {
    const [one, other] = [left, right].map((text) => text.replace(/[[\]]/g, "")) as [string, string]
    const pieces = compare(one, other)
    assert.deepStrictEqual(
      [marked(pieces.left), marked(pieces.right)],
      [left, right].map((text) => text.replace("[]", ""))
    )
  })

  it("of any two texts: nothing is lost, what is not marked is the same, and nothing is marked only where they are", () => {
    const unit = fc.constantFrom("a", "b", "1", "%3D", "%2526", "%", "&", "=", " ", "\n", "中", "😀", "\ud83d", "[")
    const text = fc.string({ unit, maxLength: 30 })
    fc.assert(
      fc.property(text, text, (one, other) => {
        const { left, right } = compare(one, other)
        assert.strictEqual(textOf(left), one)
        assert.strictEqual(textOf(right), other)
        assert.strictEqual(equalPart(left), equalPart(right))
        const isSame = [...left, ...right].every(({ differs }) => !differs)
        assert.strictEqual(isSame, one === other)
      }),
      { numRuns: 2000 }
    )
  })

  it("of texts that are long: in a moment, by their ends", () => {
    const one = "x=1&".repeat(100_000)
    const other = `y${one.slice(1)}z`
    const { left, right } = compare(one, other)
    assert.strictEqual(textOf(left), one)
    assert.strictEqual(textOf(right), other)
  })
})
