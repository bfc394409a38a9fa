/**
 * XML bodies, in an entry of their own so that they weigh nothing where they are not used. Entities other than the five
 * predefined ones are not expanded, document types are refused.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser"
import type * as AcsError from "./AcsError.js"
import * as AcsResponse from "./AcsResponse.js"

/**
 * Why a text is no XML that will be read; never holds the text.
 *
 * @since 0.1.0
 * @category models
 */
export interface Issue {
  readonly issue: string
}

const maxDepth = 128

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: true,
  trimValues: true
})

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: false,
  processEntities: true,
  format: false
})

/**
 * Parses a text. Elements become properties, repeated ones arrays, all leaves text; attributes carry an `@` in front.
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
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return Either.left({ issue: "holds a document type, which is not read" })
  if (depthOf(text) > maxDepth) return Either.left({ issue: `nests deeper than ${maxDepth} levels` })
  return Either.try({
    try: () => (XMLValidator.validate(text) === true ? { value: parser.parse(text) as unknown } : undefined),
    catch: (): Issue => ({ issue: "is no well-formed XML" })
  }).pipe(
    Either.flatMap((parsed) =>
      parsed === undefined ? Either.left({ issue: "is no well-formed XML" }) : Either.right(parsed.value)
    )
  )
}

/** an upper bound, found before the parser recurses: it counts tags that open and are not closed yet */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  for (const [, slash, , selfClosing] of text.matchAll(/<(\/?)([A-Za-z_][^\s/>]*)[^>]*?(\/?)>/g)) {
    if (slash === "/") depth--
    else if (selfClosing !== "/") deepest = Math.max(deepest, ++depth)
  }
  return deepest
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
 * XML text of plain values: properties become elements, arrays repeat them.
 *
 * @since 0.1.0
 * @category writing
 * @example
 * import * as Body from "@effect-aliyun/core/Body"
 * import * as Xml from "@effect-aliyun/core/Xml"
 *
 * export const body = Body.xml(Xml.stringify({ Message: { MessageBody: "a < b" } }))
 */
export const stringify = (value: Readonly<Record<string, unknown>>): string => builder.build(value)
