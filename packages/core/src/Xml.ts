/**
 * XML bodies, in an entry of their own so that they weigh nothing where they are not used. Of entities only the predefined
 * ones and character references are expanded; document types are refused.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser"
import type * as AcsError from "./AcsError.js"
import * as AcsResponse from "./AcsResponse.js"

/**
 * Why a text is not read, or a value not written; never holds the text or the value.
 *
 * @since 0.1.0
 * @category models
 */
export interface Issue {
  readonly issue: string
}

const maxDepth = 128
const maxValues = 1_000_000
const refuse = (issue: string) => Either.left<Issue>({ issue })

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: true,
  // character references are part of this option
  htmlEntities: true,
  trimValues: false
})

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: false,
  processEntities: true,
  format: false
})

/**
 * Parses a text. Elements become properties, repeated ones arrays, all leaves text as it stands; attributes carry an `@` in
 * front.
 *
 * @since 0.1.0
 * @category parsing
 * @example
 * import * as Xml from "@effect-aliyun/core/Xml"
 * import * as Either from "effect/Either"
 *
 * console.log(Either.getOrThrow(Xml.parseText("<a><b>1</b><b>2</b></a>"))) // { a: { b: [ "1", "2" ] } }
 */
export const parseText = (text: string): Either.Either<unknown, Issue> => {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return refuse("holds a document type, which is not read")
  // found before the parser recurses
  if (depthOf(text) > maxDepth) return refuse(`nests deeper than ${maxDepth} levels`)
  try {
    return XMLValidator.validate(text) === true
      ? Either.right(withoutIndentation(parser.parse(text)))
      : refuse("is no well-formed XML")
  } catch {
    return refuse("is no well-formed XML")
  }
}

/** how deep elements nest, or more, found in one pass from tag to tag */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  for (let open = text.indexOf("<"); open >= 0;) {
    const [kind, end] = text.startsWith("<!--", open)
      ? ["skip", text.indexOf("-->", open)]
      : text.startsWith("<![CDATA[", open)
        ? ["skip", text.indexOf("]]>", open)]
        : [text.charAt(open + 1), text.indexOf(">", open)]
    if (end < 0) break
    if (kind === "/") depth--
    else if (kind !== "skip" && kind !== "?" && kind !== "!" && text.charAt(end - 1) !== "/") {
      deepest = Math.max(deepest, ++depth)
    }
    open = text.indexOf("<", end)
  }
  return deepest
}

/** the white space between elements, which the parser keeps as text beside them; its depth is bounded by then */
const withoutIndentation = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutIndentation)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value)
  const hasElements = entries.some(([name]) => name !== "#text" && !name.startsWith("@"))
  return Object.fromEntries(
    entries
      .filter(([name, item]) => !(hasElements && name === "#text" && typeof item === "string" && item.trim() === ""))
      .map(([name, item]) => [name, withoutIndentation(item)])
  )
}

/**
 * Parses the body of a response. Fails with a `ClientException`, reason `UnexpectedResponse`.
 *
 * @since 0.1.0
 * @category parsing
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Xml from "@effect-aliyun/core/Xml"
 * import * as Effect from "effect/Effect"
 *
 * export const regions = AcsClient.rpc({
 *   product: "Ecs",
 *   version: "2014-05-26",
 *   action: "DescribeRegions",
 *   format: "XML"
 * }).pipe(Effect.flatMap(Xml.parse))
 */
export const parse = (response: AcsResponse.AcsResponse): Effect.Effect<unknown, AcsError.ClientException> =>
  Effect.flatMap(response.text, (text) =>
    Either.match(parseText(text), {
      onLeft: ({ issue }) => Effect.fail(AcsResponse.unexpected(response, `the body ${issue}`)),
      onRight: (value) => Effect.succeed(value)
    })
  )

/**
 * XML text of plain values: properties become elements, arrays repeat them, `@name` an attribute. Names that XML does not
 * know, cycles and too deep values are refused.
 *
 * @since 0.1.0
 * @category writing
 * @example
 * import * as Body from "@effect-aliyun/core/Body"
 * import * as Xml from "@effect-aliyun/core/Xml"
 * import * as Either from "effect/Either"
 *
 * export const body = Either.map(Xml.stringify({ Message: { MessageBody: "a < b" } }), Body.xml)
 */
export const stringify = (value: Readonly<Record<string, unknown>>): Either.Either<string, Issue> => {
  const issue = issueOf(value)
  if (issue !== undefined) return refuse(issue)
  try {
    return Either.right(builder.build(value))
  } catch {
    return refuse("cannot be written as XML; pass plain values")
  }
}

const elementName = /^@?[A-Za-z_][A-Za-z0-9_.-]*$|^#text$/

const issueOf = (value: unknown): string | undefined => {
  let visited = 0
  const visit = (current: unknown, depth: number): string | undefined => {
    if (depth > maxDepth) return `nests deeper than ${maxDepth} levels`
    if (++visited > maxValues) return "holds too many values"
    if (typeof current === "function" || typeof current === "symbol") return "holds a function or symbol"
    if (typeof current !== "object" || current === null) return undefined
    for (const [name, item] of Object.entries(current)) {
      if (!Array.isArray(current) && !elementName.test(name)) return "has a name that no element can have"
      const issue = visit(item, depth + 1)
      if (issue !== undefined) return issue
    }
    return undefined
  }
  return visit(value, 0)
}
