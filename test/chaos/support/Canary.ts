/** Looks for secrets in whatever a program may print of a value, a failure, a log or a span. */
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Tracer from "effect/Tracer"
import { format, inspect } from "node:util"

/** the spellings in which a text travels: as it is, in JSON, in a query, in the string to sign of version 1, in base64 */
const spellings = (secret: string): ReadonlyArray<string> => {
  const encoded = encodeURIComponent(secret)
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("/", "\\/"),
    encoded,
    encodeURIComponent(encoded),
    // the last characters depend on what follows
    Buffer.from(secret)
      .toString("base64")
      .replace(/.{0,3}=*$/, "")
  ]
}

/** what is no JSON prints nothing; big integers do not hide the rest */
const toJson = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? ""
  } catch {
    return ""
  }
}

const texts = (value: unknown): ReadonlyArray<string> => [
  inspect(value, { depth: 20, showHidden: true, getters: true }),
  String(value),
  toJson(value),
  format("%s %o", value, value),
  ...(value instanceof Error ? [value.message, String(value.stack)] : [])
]

const isCause: (value: unknown) => value is Cause.Cause<unknown> = Cause.isCause

/** everything a program may print of a value; of an exit or a cause also what it failed with */
export const printings = (value: unknown): ReadonlyArray<string> => {
  const cause = isCause(value) ? value : Exit.isExit(value) && Exit.isFailure(value) ? value.cause : undefined
  return cause === undefined
    ? texts(value)
    : [
        ...texts(value),
        ...texts(Cause.squash(cause)),
        Cause.pretty(cause),
        Cause.pretty(cause, { renderErrorCause: true }),
        ...Cause.prettyErrors(cause).flatMap(texts)
      ]
}

/** what was logged, in every format, and the spans that were made, of what runs within `layer` */
export interface Heard {
  readonly logged: Array<string>
  readonly spans: Array<Tracer.Span>
  readonly layer: Layer.Layer<never>
}

const plain = [Logger.stringLogger, Logger.logfmtLogger, Logger.jsonLogger]

export const listen: Effect.Effect<Heard> = Effect.map(Effect.tracer, (tracer) => {
  const logged: Array<string> = []
  const spans: Array<Tracer.Span> = []
  const write = (...values: ReadonlyArray<unknown>) => void logged.push(format(...values))
  const quiet = Object.fromEntries(
    ["assert", "clear", "count", "countReset", "debug", "dir", "dirxml", "error", "group", "groupCollapsed"]
      .concat(["groupEnd", "info", "log", "table", "time", "timeEnd", "timeLog", "trace", "warn"])
      .map((name) => [name, write])
  ) as unknown as Console.UnsafeConsole
  const pretty = Logger.prettyLogger({ mode: "browser", colors: false })
  const logger = Logger.make<unknown, void>((options) => {
    for (const each of plain) logged.push(each.log(options))
    logged.push(inspect(Logger.structuredLogger.log(options), { depth: 20 }))
    pretty.log(options)
  })
  const recording = Tracer.make({
    span: (...args) => {
      const span = tracer.span(...args)
      spans.push(span)
      return span
    },
    context: tracer.context
  })
  return {
    logged,
    spans,
    layer: Layer.mergeAll(
      Logger.replace(Logger.defaultLogger, logger),
      Logger.minimumLogLevel(LogLevel.All),
      Layer.setTracer(recording),
      Console.setConsole({ ...Effect.runSync(Effect.console), unsafe: quiet })
    )
  }
})

/** - `secrets`: none of them may be found, in any spelling */
export const scanner = (secrets: ReadonlyArray<string>) => {
  const wanted = [...new Set(secrets.flatMap(spellings))].filter((text) => text.length > 3)
  const text = (text: string): void => {
    for (const secret of wanted) if (text.includes(secret)) assert.notInclude(text, secret)
  }
  return {
    text,
    value: (value: unknown): void => printings(value).forEach(text),
    heard: ({ logged, spans }: Heard): void => {
      logged.forEach(text)
      for (const span of spans) {
        const { attributes, events, links, name, status } = span as Tracer.Span & { readonly events?: unknown }
        text(inspect([name, [...attributes], events, links, status], { depth: 20 }))
      }
    }
  }
}
