import * as Xml from "@effect-aliyun/core/Xml"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"

describe("Xml", () => {
  it("writes what it reads", () => {
    const value = { Message: { "@id": "7", Body: 'a < b & "c"', Tag: ["1", "2"], Empty: "" } }
    const text = Either.getOrThrow(Xml.stringify(value))
    assert.include(text, "a &lt; b &amp;")
    assert.deepStrictEqual(Either.getOrNull(Xml.parseText(text)), value)
  })

  it("does not turn texts into numbers", () => {
    assert.deepStrictEqual(Either.getOrNull(Xml.parseText("<a><id>0012345678901234567890</id></a>")), {
      a: { id: "0012345678901234567890" }
    })
  })

  it("says what is wrong, without the text", () => {
    for (const [text, issue] of [
      ["<!DOCTYPE x><a>CANARY</a>", "document type"],
      ["<a>CANARY", "well-formed"],
      ["CANARY", "well-formed"],
      [`${"<a>".repeat(200)}CANARY`, "nests deeper"]
    ] as const) {
      const result = Xml.parseText(text)
      assert.isTrue(Either.isLeft(result))
      if (Either.isLeft(result)) assert.include(result.left.issue, issue)
      assert.notInclude(JSON.stringify(result), "CANARY")
    }
  })

  it("does not expand entities of the document's own", () => {
    const result = Xml.parseText("<a>&custom;</a>")
    assert.deepStrictEqual(Either.getOrNull(result), { a: "&custom;" })
  })

  it("keeps leaf texts as they stand, and drops indentation", () => {
    const text = "<a>\n  <b> x &#20013;&#x6587; </b>\n  <c at='1'> </c>\n</a>"
    assert.deepStrictEqual(Either.getOrNull(Xml.parseText(text)), {
      a: { b: " x 中文 ", c: { "@at": "1", "#text": " " } }
    })
  })

  it("takes time in proportion to the text, however hostile", () => {
    for (const part of ["<a", "<a ", "<a<", "<!--", "<![CDATA[", "<a b='", "</a>", "<a/>", "&#1;", "<a b=1 "]) {
      const started = performance.now()
      Xml.parseText(part.repeat(100_000))
      assert.isBelow(performance.now() - started, 3000, part)
    }
  })

  it("writes no value that would be another", () => {
    const cycle: Record<string, unknown> = {}
    cycle["a"] = cycle
    for (const value of [{ "a><b": 1 }, { "": 1 }, { "a b": 1 }, cycle, { a: () => 1 }]) {
      assert.isTrue(Either.isLeft(Xml.stringify(value)))
    }
  })
})
