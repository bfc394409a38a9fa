/**
 * From nested values to the flat names and texts of the wire: `{ Tag: [{ Key: "env" }] }` becomes `Tag.1.Key=env`.
 *
 * What cannot be put on the wire faithfully is never sent as `[object Object]`, never dropped in silence: it comes back as
 * an {@link Issue} with its path.
 *
 * @since 0.1.0
 */
import * as Encoding from "./Encoding.js"
import * as Timestamp from "./Timestamp.js"

/**
 * How a list is written:
 *
 * - `flat` / `repeatList`: one parameter an element, `Id.1=a&Id.2=b`, counted from 1 (the default)
 * - `json`: one parameter holding JSON text
 * - `simple`, `spaceDelimited`, `pipeDelimited`: one parameter, elements joined by `,`, a space or `|`
 *
 * @since 0.1.0
 * @category models
 */
export type ArrayStyle = "flat" | "repeatList" | "json" | "simple" | "spaceDelimited" | "pipeDelimited"

/**
 * A value that cannot be sent: where it is (`Tag.1.Value`) and what to do about it. Never holds the value.
 *
 * @since 0.1.0
 * @category models
 */
export interface Issue {
  readonly path: string
  readonly issue: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Flattened {
  readonly pairs: Encoding.Pairs
  readonly issues: ReadonlyArray<Issue>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** list styles of top-level parameters, by name; `flat` for those not named */
  readonly styles?: Readonly<Record<string, ArrayStyle>>
  /** how deep values may nest; 128 unless told */
  readonly maxDepth?: number
  /** how many wire parameters may come out; 100,000 unless told. Ten times as many values may be visited on the way */
  readonly maxPairs?: number
}

const delimiters = { simple: ",", spaceDelimited: " ", pipeDelimited: "|" } as const

/**
 * Flattens a record of parameters.
 *
 * - text as it is; booleans `true` / `false`; finite numbers and bigints in decimal; a `Date` as `YYYY-MM-DDTHH:mm:ssZ`
 * - `null` and `undefined` are left out, and a list keeps the index of the others (`B.1`, `B.3`)
 * - an empty list or object sends nothing
 * - not finite numbers, bytes, maps, sets, functions, symbols, class instances and cycles are issues
 *
 * Two values that end in the same wire name are both in `pairs`, the later one last, and are an issue.
 *
 * @since 0.1.0
 * @category flattening
 * @example
 * import * as Parameters from "@effect-aliyun/protocol/Parameters"
 *
 * const { pairs } = Parameters.flatten({ Tag: [{ Key: "env", Value: "prod" }], DryRun: true, Name: null })
 * console.log(pairs) // [ [ "Tag.1.Key", "env" ], [ "Tag.1.Value", "prod" ], [ "DryRun", "true" ] ]
 */
export const flatten = (input: object, options: Options = {}): Flattened => {
  const { styles = {}, maxDepth = 128, maxPairs = 100_000 } = options
  if (!isContainer(input) || Array.isArray(input)) {
    return { pairs: [], issues: [{ path: "", issue: "must be a plain object of parameters" }] }
  }
  const pairs: Array<readonly [string, string]> = []
  const issues: Array<Issue> = []
  // a path is made twice only with the help of a name that holds a dot itself; until one turns up there is nothing to track
  let names: Set<string> | undefined
  const parents = new Set<object>([input])
  // values are counted as well: one object that is referred to twice at each level doubles them at each level
  const maxVisited = 10 * maxPairs + 100
  let visited = 0
  let isFull = false

  const emit = (path: string, text: string) => {
    if (!Encoding.isWellFormed(text)) return report(path, "holds a lone surrogate; pass well-formed text")
    if (names?.has(path)) report(path, "is given twice, nested and by its dotted name; keep one")
    names?.add(path)
    pairs.push([path, text])
  }
  const report = (path: string, issue: string) => {
    issues.push({ path, issue })
  }
  const visit = (path: string, value: unknown, style: ArrayStyle, depth: number): void => {
    if (++visited > maxVisited || pairs.length >= maxPairs) {
      if (!isFull) report(path, tooMany)
      isFull = true
      return
    }
    if (value === null || value === undefined) return
    const text = scalar(value)
    if (text !== undefined) return emit(path, text)
    if (!isContainer(value)) return report(path, describe(value))
    if (parents.has(value)) return report(path, "refers back to a value that contains it; pass a tree")
    if (depth >= maxDepth) return report(path, `nests deeper than ${maxDepth} levels`)
    if (style === "json") {
      const json = toJson(value, maxDepth)
      return json === undefined ? report(path, "cannot be written as JSON; pass plain values") : emit(path, json)
    }
    parents.add(value)
    if (Array.isArray(value)) {
      if (style === "simple" || style === "spaceDelimited" || style === "pipeDelimited") {
        joinList(path, value, delimiters[style])
      } else {
        for (let i = 0; i < value.length && !isFull; i++) visit(`${path}.${i + 1}`, value[i], "flat", depth + 1)
      }
    } else {
      visitRecord(`${path}.`, value, depth + 1)
    }
    parents.delete(value)
  }
  const joinList = (path: string, list: ReadonlyArray<unknown>, delimiter: string) => {
    if (list.length === 0) return
    const texts: Array<string> = []
    if (list.length > maxPairs) return report(path, tooMany)
    list.forEach((element, index) => {
      const text = element === null || element === undefined ? "" : scalar(element)
      if (text === undefined)
        return report(`${path}.${index + 1}`, "is no single value; a delimited list holds text, numbers and booleans")
      texts.push(text)
    })
    if (texts.length === list.length) emit(path, texts.join(delimiter))
  }
  const visitRecord = (prefix: string, record: Readonly<Record<string, unknown>>, depth: number) => {
    for (const name of Object.keys(record)) {
      if (isFull) return
      if (names === undefined && name.includes(".")) names = new Set(pairs.map(([path]) => path))
      const path = prefix + name
      if (name === "__proto__") report(path, "is no name a parameter can have; rename it")
      else if (!Encoding.isWellFormed(name)) report(path, "is a name with a lone surrogate; pass well-formed text")
      else visit(path, record[name], (prefix === "" && Object.hasOwn(styles, name) && styles[name]) || "flat", depth)
    }
  }

  visitRecord("", input, 0)
  return { pairs, issues }
}

const tooMany = "comes after too many parameters; send fewer in one request"
const mostJsonValues = 1_000_000

/**
 * The wire text of a single value; `undefined` when it is none (a container, `NaN`, a function, …).
 *
 * @since 0.1.0
 * @category values
 * @example
 * import * as Parameters from "@effect-aliyun/protocol/Parameters"
 *
 * console.log(Parameters.scalar(true), Parameters.scalar(1.5), Parameters.scalar(-0), Parameters.scalar([])) // true 1.5 0 undefined
 */
export const scalar = (value: unknown): string | undefined => {
  switch (typeof value) {
    case "string":
      return value
    case "boolean":
    case "bigint":
      return String(value)
    case "number":
      return Number.isFinite(value) ? String(value) : undefined
    default:
      return value instanceof Date && !Number.isNaN(value.getTime()) ? Timestamp.iso8601(value.getTime()) : undefined
  }
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null) return false
  if (Array.isArray(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const describe = (value: unknown): string => {
  if (typeof value === "number") return "is no finite number"
  if (value instanceof Date) return "is an invalid Date"
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return "is bytes; pass a base64 text"
  if (value instanceof Map || value instanceof Set) return "is a Map or Set; pass a plain object or an array"
  if (typeof value === "object") return "is a class instance; pass a plain object"
  return `is a ${typeof value}; pass text, a number, a boolean, an array or a plain object`
}

/**
 * JSON text of a value, bigints as numbers in full precision; `undefined` when it holds a cycle, nests deeper than
 * `maxDepth`, holds more than a million values, or holds nothing JSON can say.
 *
 * @since 0.1.0
 * @category values
 * @example
 * import * as Parameters from "@effect-aliyun/protocol/Parameters"
 *
 * console.log(Parameters.toJson({ id: 9007199254740993n, name: "a" })) // {"id":9007199254740993,"name":"a"}
 */
export const toJson = (value: unknown, maxDepth = 128): string | undefined => {
  let visited = 0
  const write = (current: unknown, depth: number): string | undefined => {
    if (depth > maxDepth || ++visited > mostJsonValues) return undefined
    switch (typeof current) {
      case "string":
      case "boolean":
        return JSON.stringify(current)
      case "bigint":
        return String(current)
      case "number":
        return Number.isFinite(current) ? String(current) : undefined
      case "object": {
        if (current === null) return "null"
        if (current instanceof Date) return JSON.stringify(scalar(current))
        if (!isContainer(current)) return undefined
        const parts: Array<string> = []
        if (Array.isArray(current)) {
          for (const element of current) {
            const text = write(element ?? null, depth + 1)
            if (text === undefined) return undefined
            parts.push(text)
          }
          return `[${parts.join(",")}]`
        }
        for (const name of Object.keys(current)) {
          if (current[name] === undefined) continue
          const text = write(current[name], depth + 1)
          if (text === undefined) return undefined
          parts.push(`${JSON.stringify(name)}:${text}`)
        }
        return `{${parts.join(",")}}`
      }
      default:
        return undefined
    }
  }
  return write(value, 0)
}
