import * as Parameters from "@effect-aliyun/protocol/Parameters"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const paths = (input: Readonly<Record<string, unknown>>, options?: Parameters.Options) =>
  Parameters.flatten(input, options).issues.map(({ issue, path }) => `${path}: ${issue}`)

const nest = (levels: number): unknown => (levels === 0 ? "x" : { a: nest(levels - 1) })

describe("flatten", () => {
  it("writes each kind of value", () => {
    const input = {
      Text: " x ",
      Yes: true,
      No: false,
      Float: 1.5,
      Exponent: 1e21,
      MinusZero: -0,
      Big: 9223372036854775807n,
      When: new Date(1543896192999),
      Empty: "",
      Null: null,
      Undefined: undefined,
      List: ["a", null, ["b", undefined, "c"]],
      Nothing: [[], {}],
      Bare: Object.assign(Object.create(null) as Record<string, unknown>, { k: "v" })
    }
    expect(Parameters.flatten(input)).toEqual({
      pairs: [
        ["Text", " x "],
        ["Yes", "true"],
        ["No", "false"],
        ["Float", "1.5"],
        ["Exponent", "1e+21"],
        ["MinusZero", "0"],
        ["Big", "9223372036854775807"],
        ["When", "2018-12-04T04:03:12Z"],
        ["Empty", ""],
        ["List.1", "a"],
        ["List.3.1", "b"],
        ["List.3.3", "c"],
        ["Bare.k", "v"]
      ],
      issues: []
    })
  })

  it("keeps the index of what stands behind a hole in a list", () => {
    const list: Array<string> = []
    list[2] = "c"
    expect(Parameters.flatten({ List: list }).pairs).toEqual([["List.3", "c"]])
  })

  class Model {
    readonly instanceId = "i-1"
  }

  it.each<[string, unknown, string]>([
    ["NaN", NaN, "is no finite number"],
    ["infinity", -Infinity, "is no finite number"],
    ["an invalid Date", new Date(NaN), "is an invalid Date"],
    ["bytes", new Uint8Array(2), "is bytes; pass a base64 text"],
    ["a Buffer", Buffer.from("hi"), "is bytes; pass a base64 text"],
    ["an ArrayBuffer", new ArrayBuffer(2), "is bytes; pass a base64 text"],
    ["a Map", new Map([["a", 1]]), "is a Map or Set; pass a plain object or an array"],
    ["a Set", new Set(["a"]), "is a Map or Set; pass a plain object or an array"],
    ["an instance", new Model(), "is a class instance; pass a plain object"],
    ["a String object", Object("ab"), "is a class instance; pass a plain object"],
    ["a function", () => "x", "is a function; pass text, a number, a boolean, an array or a plain object"],
    ["a symbol", Symbol("s"), "is a symbol; pass text, a number, a boolean, an array or a plain object"],
    ["a lone surrogate", "a\uD800", "holds a lone surrogate; pass well-formed text"]
  ])("refuses %s, saying where", (_, value, issue) => {
    expect(Parameters.flatten({ Tag: [{ Value: value }], Other: "kept" })).toEqual({
      pairs: [["Other", "kept"]],
      issues: [{ path: "Tag.1.Value", issue }]
    })
  })

  it("refuses names that have no UTF-8 form, and __proto__ at any depth", () => {
    const input = JSON.parse('{"__proto__":{"a":"1"},"A":{"__proto__":"x","b":"1"},"\\ud800":"v"}') as Record<
      string,
      unknown
    >
    expect(Parameters.flatten(input).pairs).toEqual([["A.b", "1"]])
    expect(Parameters.flatten(input).issues.map(({ path }) => path)).toEqual(["__proto__", "A.__proto__", "\uD800"])
    expect({}).not.toHaveProperty("a")
  })

  it("takes names that objects inherit as plain names", () => {
    const input = { constructor: "1", toString: ["2"], hasOwnProperty: { valueOf: "3" } }
    expect(Parameters.flatten(input).pairs).toEqual([
      ["constructor", "1"],
      ["toString.1", "2"],
      ["hasOwnProperty.valueOf", "3"]
    ])
  })

  it("refuses a cycle where it closes, and takes a value that is shared", () => {
    const self: Record<string, unknown> = { name: "x" }
    self["self"] = self
    const issue = "refers back to a value that contains it; pass a tree"
    expect(Parameters.flatten(self)).toEqual({ pairs: [["name", "x"]], issues: [{ path: "self", issue }] })
    const list: Array<unknown> = []
    list.push([list])
    expect(paths({ L: list })).toEqual([`L.1.1: ${issue}`])
    const shared = { k: "v" }
    expect(Parameters.flatten({ A: shared, B: [shared, shared] })).toEqual({
      pairs: [
        ["A.k", "v"],
        ["B.1.k", "v"],
        ["B.2.k", "v"]
      ],
      issues: []
    })
  })

  it("stops at the depth it is told", () => {
    expect(paths({ a: nest(127) })).toEqual([])
    expect(paths({ a: nest(128) })).toEqual([])
    expect(paths({ a: nest(129) })).toEqual([`${Array(129).fill("a").join(".")}: nests deeper than 128 levels`])
    expect(paths({ a: nest(5000) })).toHaveLength(1)
    expect(paths({ a: nest(2), b: "kept" }, { maxDepth: 1 })).toEqual(["a.a: nests deeper than 1 levels"])
  })

  it("is not led astray by one object referred to many times, nor by a long empty list", () => {
    let shared: unknown = "leaf"
    for (let i = 0; i < 60; i++) shared = [shared, shared]
    const started = performance.now()
    expect(Parameters.flatten({ A: shared }).issues).toHaveLength(1)
    expect(Parameters.toJson(shared)).toBeUndefined()
    expect(Parameters.flatten({ A: new Array(1e8) }).issues).toHaveLength(1)
    expect(Parameters.flatten({ A: new Array(1e8) }, { styles: { A: "simple" } }).issues).toHaveLength(1)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it("takes plain objects only", () => {
    for (const input of [null, 1, "a", [], new Map([["a", 1]]), new URLSearchParams("a=1")] as ReadonlyArray<object>) {
      expect(Parameters.flatten(input)).toEqual({
        pairs: [],
        issues: [{ path: "", issue: "must be a plain object of parameters" }]
      })
    }
  })

  it("stops at the count it is told, and says so once", () => {
    const { issues, pairs } = Parameters.flatten({ Id: ["a", "b", "c", "d"], Z: null }, { maxPairs: 2 })
    expect(pairs).toEqual([
      ["Id.1", "a"],
      ["Id.2", "b"]
    ])
    expect(issues.map(({ path }) => path)).toEqual(["Id.3"])
    expect(paths({ Id: Array(100_000).fill("x") })).toEqual([])
    expect(paths({ Id: Array(100_001).fill("x") })).toHaveLength(1)
  })

  it("says where two values end in one name", () => {
    const issue = "is given twice, nested and by its dotted name; keep one"
    expect(Parameters.flatten({ A: { B: "nested" }, "A.B": "flat" })).toEqual({
      pairs: [
        ["A.B", "nested"],
        ["A.B", "flat"]
      ],
      issues: [{ path: "A.B", issue }]
    })
    expect(paths({ A: ["x"], "A.1": "y" })).toEqual([`A.1: ${issue}`])
    expect(paths({ "A.1": { b: "x" }, A: [{ b: "y" }] })).toEqual([`A.1.b: ${issue}`])
  })

  it("never repeats a value in an issue", () => {
    const issues = Parameters.flatten({ Password: [Symbol("hunter2"), "hunter2\uD800", new Set(["hunter2"])] }).issues
    expect(issues).toHaveLength(3)
    expect(JSON.stringify(issues)).not.toContain("hunter2")
  })

  it("is total for whatever values there are", () => {
    const whatever = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true
    })
    fc.assert(
      fc.property(fc.dictionary(fc.string16bits(), whatever), (input) => {
        const { pairs } = Parameters.flatten(input)
        expect(pairs.every(([name, value]) => typeof name === "string" && typeof value === "string")).toBe(true)
      }),
      { seed: 20260524, numRuns: 500 }
    )
  })
})

describe("list styles", () => {
  const list = ["a,b", 1, true, null, new Date(0)]

  it.each<[Parameters.ArrayStyle, string]>([
    ["json", '["a,b",1,true,null,"1970-01-01T00:00:00Z"]'],
    ["simple", "a,b,1,true,,1970-01-01T00:00:00Z"],
    ["spaceDelimited", "a,b 1 true  1970-01-01T00:00:00Z"],
    ["pipeDelimited", "a,b|1|true||1970-01-01T00:00:00Z"]
  ])("%s is one parameter", (style, text) => {
    expect(Parameters.flatten({ P: list }, { styles: { P: style } })).toEqual({ pairs: [["P", text]], issues: [] })
  })

  it("flat and repeatList are one parameter an element", () => {
    const expected = {
      pairs: [
        ["P.1", "a,b"],
        ["P.2", "1"],
        ["P.3", "true"],
        ["P.5", "1970-01-01T00:00:00Z"]
      ],
      issues: []
    }
    expect(Parameters.flatten({ P: list }, { styles: { P: "flat" } })).toEqual(expected)
    expect(Parameters.flatten({ P: list }, { styles: { P: "repeatList" } })).toEqual(expected)
    expect(Parameters.flatten({ P: list })).toEqual(expected)
  })

  it("reach top-level parameters only, by their own name", () => {
    const { pairs } = Parameters.flatten({ A: { P: ["x"] }, P: ["y"], toString: ["z"] }, { styles: { P: "simple" } })
    expect(pairs).toEqual([
      ["A.P.1", "x"],
      ["P", "y"],
      ["toString.1", "z"]
    ])
  })

  it("json writes an object, and an empty list where the others send nothing", () => {
    const of = (value: unknown, style: Parameters.ArrayStyle) =>
      Parameters.flatten({ P: value }, { styles: { P: style } }).pairs
    expect(of({ id: 9007199254740993n }, "json")).toEqual([["P", '{"id":9007199254740993}']])
    expect(of([], "json")).toEqual([["P", "[]"]])
    expect(of([], "simple")).toEqual([])
    expect(of([], "flat")).toEqual([])
  })

  it("refuse what they cannot write", () => {
    const cycle: Array<unknown> = []
    cycle.push(cycle)
    const json = "cannot be written as JSON; pass plain values"
    const single = "is no single value; a delimited list holds text, numbers and booleans"
    expect(paths({ P: cycle }, { styles: { P: "json" } })).toEqual([`P: ${json}`])
    expect(paths({ P: [new Map()] }, { styles: { P: "json" } })).toEqual([`P: ${json}`])
    expect(Parameters.flatten({ P: ["a", ["b"], NaN] }, { styles: { P: "simple" } })).toEqual({
      pairs: [],
      issues: [
        { path: "P.2", issue: single },
        { path: "P.3", issue: single }
      ]
    })
    expect(paths({ P: ["\uD800"] }, { styles: { P: "simple" } })).toHaveLength(1)
  })
})

describe("scalar", () => {
  it("keeps the whole of a far year", () => {
    expect(Parameters.scalar(new Date(8.64e15))).toBe("+275760-09-13T00:00:00Z")
  })

  it("is undefined for what is no single value", () => {
    for (const value of [null, undefined, {}, [], NaN, Infinity, new Date(NaN), () => 1, Symbol.iterator]) {
      expect(Parameters.scalar(value)).toBeUndefined()
    }
  })
})

describe("toJson", () => {
  it("is JSON.stringify where JSON can say the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Parameters.toJson(value)).toBe(JSON.stringify(value))
      }),
      { seed: 20260524, numRuns: 500 }
    )
  })

  it("writes bigints in full, dates without fractions, and leaves out undefined members", () => {
    expect(Parameters.toJson({ a: [-9223372036854775808n, undefined], b: undefined, c: new Date(999) })).toBe(
      '{"a":[-9223372036854775808,null],"c":"1970-01-01T00:00:00Z"}'
    )
  })

  it("escapes a lone surrogate", () => {
    expect(Parameters.toJson("\uD800")).toBe('"\\ud800"')
  })

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["NaN", [NaN]],
    ["a function", { f: () => 1 }],
    ["a symbol", [Symbol.iterator]],
    ["bytes", new Uint8Array(1)],
    ["a Map", { m: new Map() }],
    ["an invalid Date", new Date(NaN)],
    ["too deep", nest(129)]
  ])("is undefined for %s", (_, value) => {
    expect(Parameters.toJson(value)).toBeUndefined()
  })

  it("is undefined for a cycle, however often it branches", () => {
    const cycle: Record<string, unknown> = {}
    for (const name of ["a", "b", "c", "d"]) cycle[name] = cycle
    expect(Parameters.toJson(cycle)).toBeUndefined()
  })
})
