import * as Digest from "@effect-aliyun/protocol/Digest"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { digest } from "./support/NodeDigest.js"

describe("constantTimeEquals", () => {
  it("is equality", () => {
    const text = fc.string({ maxLength: 3, unit: fc.constantFrom("a", "b", "\0", "\uFFFF") })
    fc.assert(
      fc.property(text, text, (self, that) => Digest.constantTimeEquals(self, that) === (self === that)),
      { seed: 20260524, numRuns: 2000 }
    )
  })

  it("is not fooled by a length, a prefix or a repetition", () => {
    for (const [self, that] of [
      ["", "a"],
      ["a", ""],
      ["ab", "a"],
      ["a", "ab"],
      ["abab", "ab"],
      ["\0", ""],
      ["a".repeat(65_536), ""]
    ] as const) {
      expect(Digest.constantTimeEquals(self, that)).toBe(false)
    }
    expect(Digest.constantTimeEquals("", "")).toBe(true)
  })
})

describe("emptySha256Hex", () => {
  it("is the hash of nothing", () => {
    expect(Digest.emptySha256Hex).toBe(digest.sha256Hex(""))
  })
})
