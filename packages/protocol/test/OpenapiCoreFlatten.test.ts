/** Nested values to wire parameters, list styles and endpoint rules, against the figures of openapi-core. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as EndpointRule from "@effect-aliyun/protocol/EndpointRule"
import * as Parameters from "@effect-aliyun/protocol/Parameters"
import { describe, expect, it } from "vitest"
import { flattening } from "./support/Vectors.js"

// Values JSON cannot hold: the peer drops or explodes most of them, which Parameters.test.ts shows us refusing.
const plain = flattening.vectors.filter((row) => !JSON.stringify(row.input).includes('"$t"'))

const styles = ["json", "simple", "spaceDelimited", "pipeDelimited"] as const
const isScalar = (value: unknown) => value === null || typeof value !== "object"
const isStyle = (style: string): style is (typeof styles)[number] => styles.some((name) => name === style)
// `json` takes anything; the peer joins nested lists and objects into `[object Object]`, which is an issue here
const styled = flattening.arrayStyles.flatMap(({ style, ...row }) =>
  isStyle(style) && (style === "json" || row.array.every(isScalar)) ? [{ ...row, style }] : []
)

describe("openapi-core-flatten.json", () => {
  it("is held whole but for its JavaScript-only values", () => {
    expect([flattening.vectors.length, plain.length]).toEqual([96, 81])
    expect(styled).toHaveLength(7 + 3 * 4)
  })

  it.each(plain)("$id: $note", ({ input, openapiCore }) => {
    // where two values end in one name the peer keeps the later; here that is also an issue
    const last = new Map(Parameters.flatten(input).pairs)
    expect(Object.fromEntries(last)).toEqual(openapiCore.query.value)
    expect(Encoding.formUrlEncoded([...last])).toBe(openapiCore.form.value)
  })

  it.each(styled)("$style of $array", ({ array, prefix, result, style }) => {
    const { issues, pairs } = Parameters.flatten({ [prefix]: array }, { styles: { [prefix]: style } })
    expect(issues).toEqual([])
    expect(pairs.map(([, value]) => value).join()).toBe(result.value)
  })

  it("lists joined from what is no single value are refused where the peer sends [object Object]", () => {
    const others = flattening.arrayStyles.filter(
      (row) => isStyle(row.style) && row.style !== "json" && !row.array.every(isScalar)
    )
    expect(others).toHaveLength(9)
    for (const { array, prefix, style } of others) {
      const styles = { [prefix]: style as Parameters.ArrayStyle }
      const { issues, pairs } = Parameters.flatten({ [prefix]: array }, { styles })
      expect(pairs).toEqual([])
      expect(issues[0]?.path).toBe("P.1")
    }
  })

  it.each(flattening.endpointRules)("endpoint of $args", ({ args, result }) => {
    const [product, regionId, rule, network, suffix] = args
    const host = EndpointRule.host({
      product,
      regionId: regionId ?? undefined,
      kind: rule === "regional" ? "regional" : "central",
      network: network ?? undefined,
      suffix: suffix ?? undefined
    })
    expect(host).toBe(result.value)
  })
})
