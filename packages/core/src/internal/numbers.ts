/** Numbers of a JSON text that a double cannot hold: 2^53 + 1, 1e400. The text has been parsed before, so it is JSON. */
import { toJson } from "./bytes.js"

/** what may be one: sixteen digits and more, or an exponent, where no string begins; a pass over it costs a tenth of parsing */
const suspicious = /[:,[\s]-?(?:\d[\d.]{15}|[\d.]+[eE])|^-?(?:\d[\d.]{15}|[\d.]+[eE])/

/** @internal the value with such numbers as the text that they were written in; `undefined` where there is none */
export const exact = (text: string): { readonly value: unknown } | undefined => {
  const rewritten = rewrite(text, (literal) => `"${literal}"`)
  return rewritten === undefined ? undefined : toJson(rewritten)
}

/** @internal where the first of them is; `undefined` where there is none */
export const firstInexact = (text: string): ReadonlyArray<string> | undefined => {
  let isFirst = true
  // a text that no service sends stands in its place, and is looked for
  const rewritten = rewrite(text, (literal) => {
    if (!isFirst) return literal
    isFirst = false
    return JSON.stringify(mark)
  })
  return rewritten === undefined ? undefined : pathOf(toJson(rewritten)?.value)
}

const mark = "\u0000effect-aliyun\u0000inexact\u0000"

interface Visit {
  readonly value: unknown
  readonly key: string
  readonly parent: Visit | undefined
}

const pathOf = (root: unknown): ReadonlyArray<string> => {
  const stack: Array<Visit> = [{ value: root, key: "", parent: undefined }]
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { value } = visit
    if (value === mark) {
      const path: Array<string> = []
      for (let at = visit; at.parent !== undefined; at = at.parent) path.unshift(at.key)
      return path
    }
    if (typeof value !== "object" || value === null) continue
    for (const [key, child] of Object.entries(value)) stack.push({ value: child, key, parent: visit })
  }
  return []
}

/** the text with another in place of each such number; `undefined` where there is none */
const rewrite = (text: string, replacement: (literal: string) => string): string | undefined => {
  if (!suspicious.test(text)) return undefined
  let rewritten = ""
  let copied = 0
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
    } else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at)
      const literal = text.slice(at, end)
      if (!isExact(literal)) {
        rewritten += text.slice(copied, at) + replacement(literal)
        copied = end
      }
      at = end
    } else {
      at++
    }
  }
  return copied === 0 ? undefined : rewritten + text.slice(copied)
}

const quote = 0x22
const backslash = 0x5c
const minus = 0x2d
const zero = 0x30
const isDigit = (code: number): boolean => code >= zero && code <= 0x39

/** behind the string that begins at `start`: by hand, for a pattern runs out of stack on megabytes of escapes */
const endOfString = (text: string, start: number): number => {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end + 1
  }
  return text.length
}

const inNumber = /[^\d.eE+-]/g

const endOfNumber = (text: string, start: number): number => {
  inNumber.lastIndex = start
  return inNumber.exec(text)?.index ?? text.length
}

/** whether a double, written out, is the number that was written */
const isExact = (literal: string): boolean => {
  const value = Number(literal)
  const size = Math.abs(value)
  // fifteen digits are always kept, but where doubles end
  if (literal.length <= 15 && (value === 0 ? !/[eE]/.test(literal) : size > 1e-290 && size < 1e290)) return true
  // nothing but zeros is zero; all else was too small
  if (value === 0) return !/^[^eE]*[1-9]/.test(literal)
  return Number.isFinite(value) && normal(literal) === normal(String(value))
}

/** one spelling for each number but zero: digits without zeros at the ends, and the power of ten of the last */
const normal = (literal: string): string => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? []
  const digits = `${whole}${fraction}`
  // by hand: a pattern would begin anew at each of a million zeros
  let begin = 0
  let end = digits.length
  while (digits.charCodeAt(begin) === zero) begin++
  while (digits.charCodeAt(end - 1) === zero) end--
  return `${sign}${digits.slice(begin, end)}e${Number(exponent) - fraction.length + digits.length - end}`
}
