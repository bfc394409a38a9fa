/** A fault to be switched on, as someone writes it by hand: what is wrong with it is named, with what would be right. */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Fault from "../../Fault.js"

const Switched = Schema.parseJson(
  Schema.Struct({ fault: Fault.Fault, target: Schema.optionalWith(Fault.Target, { default: () => ({}) }) })
)

/** @internal of JSON; the left side is what to mend */
export const decode: (text: string) => Either.Either<typeof Switched.Type, string> = (text) =>
  Either.mapLeft(read(text), (error) => [...explain(error), `for instance: ${example}`].join("\n"))

const read = Schema.decodeUnknownEither(Switched, { errors: "all", onExcessProperty: "error" })

const example = JSON.stringify({
  fault: Fault.error({ status: 503, code: "ServiceUnavailable", message: "Try again." }),
  target: { product: "Ecs", share: 0.5, times: 3 }
})

/** a line a field */
const explain = (error: ParseResult.ParseError): ReadonlyArray<string> => {
  const fields = new Map<string, Array<string>>()
  for (const { _tag, message, path } of ParseResult.ArrayFormatter.formatErrorSync(error)) {
    const field = path.join(".")
    // every optional field could also be left out, which is no help to who has written it
    if (message.startsWith("Expected undefined,")) continue
    const text = _tag === "Transformation" ? `is no JSON: ${message}` : message
    fields.set(field, [...(fields.get(field) ?? []), text])
  }
  return [...fields].map(([field, messages]) => {
    const line = `${field === "" ? "the body" : field}: ${join(messages)}`
    return line.length > 300 ? `${line.slice(0, 300)}…` : line
  })
}

/** a value that is none of several is reported once for each of them */
const join = (messages: ReadonlyArray<string>): string => {
  const options = messages.map((message) => /^Expected (.*), actual (.*)$/s.exec(message))
  const [, first = "", actual = ""] = options[0] ?? []
  if (first === "") return messages.join("; ")
  if (/^\{|^Struct /.test(first)) return `Expected an object, actual ${actual}`
  return `Expected ${options.map((option) => option?.[1]).join(" | ")}, actual ${actual}`
}
