import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const seeded = { seed: 20260524, numRuns: 500 }

/** Any text, lone surrogates included: those are what a careless caller passes. */
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string16bits())
const wellFormed = fc.string({ unit: "binary" })

describe("percentEncode", () => {
  it.each([
    ["", ""],
    ["AZaz09-_.~", "AZaz09-_.~"],
    ["!", "%21"],
    ["'", "%27"],
    ["(", "%28"],
    [")", "%29"],
    ["*", "%2A"],
    [" ", "%20"],
    ["+", "%2B"],
    ["/", "%2F"],
    ["\\", "%5C"],
    ["%", "%25"],
    ["%7E", "%257E"],
    ["=&?#:;,@$[]", "%3D%26%3F%23%3A%3B%2C%40%24%5B%5D"],
    ['"<>^`{|}', "%22%3C%3E%5E%60%7B%7C%7D"],
    ["\0\t\r\n\x7f", "%00%09%0D%0A%7F"],
    ["é", "%C3%A9"],
    ["中", "%E4%B8%AD"],
    ["🚀", "%F0%9F%9A%80"],
    ["\u{10FFFF}", "%F4%8F%BF%BF"],
    ["\uFEFF", "%EF%BB%BF"],
    ["a\uD800", "a%EF%BF%BD"],
    ["\uDC00\uD800", "%EF%BF%BD%EF%BF%BD"]
  ])("%j is %j", (text, encoded) => {
    expect(Encoding.percentEncode(text)).toBe(encoded)
  })

  it("leaves nothing bare but the unreserved characters", () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code)
      const hex = code.toString(16).toUpperCase().padStart(2, "0")
      expect(Encoding.percentEncode(character)).toBe(/[A-Za-z0-9\-_.~]/.test(character) ? character : `%${hex}`)
    }
  })

  it("is undone by percentDecode", () => {
    fc.assert(
      fc.property(wellFormed, (text) => Encoding.percentDecode(Encoding.percentEncode(text)) === text),
      seeded
    )
  })
})

describe("percentDecode", () => {
  it.each([
    ["", ""],
    ["plain 中", "plain 中"],
    ["%7E%7e", "~~"],
    ["%E4%B8%AD中", "中中"],
    ["%EF%BB%BFa", "\uFEFFa"],
    ["%", "%"],
    ["%2", "%2"],
    ["%%41", "%A"],
    ["%zz", "%zz"],
    ["%4g%g4", "%4g%g4"],
    ["% 41", "% 41"],
    ["%+1", "%+1"],
    ["%-1%0x", "%-1%0x"],
    ["100%", "100%"],
    ["%2541", "%41"],
    ["%ff", "\uFFFD"],
    ["%E4%B8", "\uFFFD"],
    ["%C0%AF", "\uFFFD\uFFFD"],
    ["%ED%A0%80", "\uFFFD\uFFFD\uFFFD"],
    ["%中", "%中"],
    ["%00", "\0"]
  ])("%j is %j", (text, decoded) => {
    expect(Encoding.percentDecode(text)).toBe(decoded)
  })

  it("never throws", () => {
    const odd = fc.array(fc.oneof(fc.constantFrom("%", "%4", "%e4", "%FF", "+"), fc.string16bits({ maxLength: 2 })))
    fc.assert(
      fc.property(odd, (parts) => typeof Encoding.percentDecode(parts.join("")) === "string"),
      seeded
    )
  })
})

describe("compareCodePoints", () => {
  it("orders what JavaScript's own order would not", () => {
    const names = ["😀", "Ａ", "𐀀", "a", "\uFFFF", "\uE000", "\uD7FF", "", "aa"]
    const sorted = ["", "a", "aa", "\uD7FF", "\uE000", "Ａ", "\uFFFF", "𐀀", "😀"]
    expect(names.sort(Encoding.compareCodePoints)).toEqual(sorted)
    expect([...sorted].sort()).not.toEqual(sorted)
  })

  it("is the order of the UTF-8 bytes", () => {
    // few characters, so that common prefixes and surrogate pairs that differ in one half are frequent
    const unit = fc.constantFrom("a", "~", "é", "\uD7FF", "\uE000", "\uFFFD", "\u{10000}", "\u{103FF}", "\u{10400}")
    const close = fc.string({ unit, maxLength: 6 })
    const text = fc.oneof(close, wellFormed)
    fc.assert(
      fc.property(text, text, (self, that) => {
        const order = Math.sign(Encoding.compareCodePoints(self, that))
        return order === Buffer.compare(Buffer.from(self), Buffer.from(that))
      }),
      { ...seeded, numRuns: 5000 }
    )
  })

  it("is an order for any text", () => {
    fc.assert(
      fc.property(anyText, anyText, (self, that) => {
        const order = Encoding.compareCodePoints(self, that)
        return (
          (order === 0) === (self === that) &&
          Math.sign(order) + Math.sign(Encoding.compareCodePoints(that, self)) === 0
        )
      }),
      seeded
    )
  })
})

describe("sortPairs", () => {
  it("sorts by name alone, keeps equal names in order, and leaves its argument as it was", () => {
    const pairs: Encoding.Pairs = [
      ["b", "2"],
      ["a", "z"],
      ["a", "a"],
      ["a.1", ""]
    ]
    expect(Encoding.sortPairs(pairs)).toEqual([
      ["a", "z"],
      ["a", "a"],
      ["a.1", ""],
      ["b", "2"]
    ])
    expect(pairs[0]).toEqual(["b", "2"])
  })
})

describe("queryString", () => {
  it("encodes names too, and keeps empty names and values", () => {
    expect(
      Encoding.queryString([
        ["", ""],
        ["a b", "c*"],
        ["", "v"]
      ])
    ).toBe("=&a%20b=c%2A&=v")
    expect(Encoding.queryString([])).toBe("")
  })
})

describe("formUrlEncoded", () => {
  it("leaves bare what Node's querystring leaves bare", () => {
    expect(Encoding.formUrlEncoded([["a b!", "'()*~+ 中\uD800"]])).toBe("a%20b!='()*~%2B%20%E4%B8%AD%EF%BF%BD")
  })
})

describe("parseQuery", () => {
  it.each<[string, Encoding.Pairs]>([
    ["", []],
    ["&&", []],
    ["a", [["a", ""]]],
    ["=", [["", ""]]],
    ["=v", [["", "v"]]],
    ["a=b=c", [["a", "b=c"]]],
    ["a+b=c+d%2B", [["a b", "c d+"]]],
    ["%zz=%", [["%zz", "%"]]],
    [
      "a=1&b=2&a=3",
      [
        ["a", "1"],
        ["b", "2"],
        ["a", "3"]
      ]
    ],
    ["__proto__=x", [["__proto__", "x"]]]
  ])("%j", (text, pairs) => {
    expect(Encoding.parseQuery(text)).toEqual(pairs)
  })

  it("reads back what queryString and formUrlEncoded write", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wellFormed, wellFormed)), (pairs) => {
        expect(Encoding.parseQuery(Encoding.queryString(pairs))).toEqual(pairs)
        expect(Encoding.parseQuery(Encoding.formUrlEncoded(pairs))).toEqual(pairs)
      }),
      seeded
    )
  })
})

describe("UTF-8", () => {
  it("keeps a byte order mark, and reads what is no UTF-8 as U+FFFD", () => {
    expect(Encoding.utf8Decode(Encoding.utf8("\uFEFF中🚀"))).toBe("\uFEFF中🚀")
    expect(Encoding.utf8Decode(new Uint8Array([0x61, 0xff]))).toBe("a\uFFFD")
  })

  it("isWellFormed is false just where a surrogate stands alone", () => {
    expect(["", "a", "🚀", "\uFFFD"].every(Encoding.isWellFormed)).toBe(true)
    expect(["\uD83D", "\uDE80\uD83D", "a\uDC00"].some(Encoding.isWellFormed)).toBe(false)
  })
})

describe("hex and base64", () => {
  it("are those of Node, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const base64 = Buffer.from(bytes).toString("base64")
        expect(Encoding.hex(bytes)).toBe(Buffer.from(bytes).toString("hex"))
        expect(Encoding.base64(bytes)).toBe(base64)
        expect(Encoding.base64Decode(base64)).toEqual(bytes)
        expect(Encoding.base64Decode(base64.replace(/(.{20})/g, "$1\r\n"))).toEqual(bytes)
      }),
      seeded
    )
  })

  it.each(["a", "ab", "abc", "a===", "====", "=", "ab=c", "abc-", "abc_", "ab*=", "中文中文"])(
    "%j is no base64",
    (text) => {
      expect(Encoding.base64Decode(text)).toBeUndefined()
    }
  )
})

describe("percentEncodeTwice", () => {
  it("is percentEncode applied twice, to any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(Encoding.percentEncodeTwice(text)).toBe(Encoding.percentEncode(Encoding.percentEncode(text)))
      }),
      { seed: 42, numRuns: 5000 }
    )
    expect(Encoding.percentEncodeTwice("a\uD800b")).toBe(Encoding.percentEncode(Encoding.percentEncode("a\uFFFDb")))
  })

  it("agrees with encodeURIComponent and what it leaves bare", () => {
    const reference = (text: string) =>
      encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
        expect(Encoding.percentEncode(text)).toBe(reference(text))
      }),
      { seed: 42, numRuns: 5000 }
    )
  })
})
