// The process of secrets.mjs that calls and prints: `{ name, port, canaries, cases }` comes by standard input.
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as WireLog from "@effect-aliyun/core/WireLog"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import { text } from "node:stream/consumers"
import process from "node:process"
import { inspect } from "node:util"
import * as peers from "../peers.mjs"

const { canaries, cases, name, port } = JSON.parse(await text(process.stdin))
const { password, ...key } = canaries

/** every way in which a value gets into a log */
const print = (value) => {
  console.log(value)
  console.log(inspect(value, { depth: 20, showHidden: true, getters: true }))
  for (const write of [String, JSON.stringify, (value) => value?.stack, (value) => value?.message]) {
    try {
      console.log(write(value))
    } catch {
      // a value with a circle has no JSON
    }
  }
}

/** what comes after it is of calls; before it what was printed is whoever holds the key */
const begin = () => console.log("calls begin")

/** what an answer holds is what was asked for, not what leaks: only failures are printed, and that there was none */
const query = (name) => ({ Case: name, Password: password })

const theirs = async () => {
  const { call, raw } = peers.make(name, { port, key, limit: 300 })
  print(raw)
  begin()
  for (const name of cases) await call(query(name)).then(() => console.log(name, "worked"), print)
}

/** a tracer that keeps the spans it is told of, as an exporter does */
const spans = []
const tracer = Tracer.make({
  span: (name, parent, context, links, startTime, kind, options) => {
    const attributes = new Map(Object.entries(options?.attributes ?? {}))
    const events = []
    const span = {
      _tag: "Span",
      name,
      spanId: String(spans.length),
      traceId: "trace",
      parent,
      context: Context.empty(),
      status: { _tag: "Started", startTime },
      attributes,
      links,
      sampled: true,
      kind,
      events,
      end: (_, exit) => void (span.exit = exit),
      attribute: (key, value) => void attributes.set(key, value),
      event: (...event) => void events.push(event),
      addLinks: () => {}
    }
    spans.push(span)
    return span
  },
  context: (f) => f()
})

const ours = async () => {
  const loggers = [Logger.stringLogger, Logger.jsonLogger, Logger.logfmtLogger].map((logger) =>
    Logger.add(Logger.withConsoleLog(logger))
  )
  const program = Effect.gen(function* () {
    for (const name of cases) {
      const call = AcsClient.rpc({
        product: "Ecs",
        version: "2014-05-26",
        action: "DescribeRegions",
        query: query(name)
      })
      const exit = yield* Effect.exit(call)
      if (Exit.isSuccess(exit)) {
        console.log(name, "worked")
        print(exit.value)
        continue
      }
      print(exit)
      print(exit.cause)
      console.log(Cause.pretty(exit.cause, { renderErrorCause: true }))
      print(Cause.squash(exit.cause))
      yield* Effect.logError("failed", exit.cause)
    }
    print(spans)
    print(yield* Metric.snapshot)
  })
  const holders = Effect.gen(function* () {
    print(yield* Effect.context())
    print(yield* (yield* Credentials.Credentials).get)
  })
  const layers = [Signer.layer, Signer.layerV1].map((signer) =>
    Layer.mergeAll(
      Credentials.layerSts(key),
      signer,
      NodeHttpClient.layer,
      Endpoint.layerHost(`http://127.0.0.1:${port}`),
      RetryBudget.layer,
      ClockSkew.layer,
      Timeouts.layer({ attempt: "300 millis", total: "2 seconds" }),
      WireLog.layer(),
      Logger.minimumLogLevel(LogLevel.All),
      Layer.setTracer(tracer),
      ...loggers
    )
  )
  for (const layer of layers) {
    print(layer)
    await Effect.runPromise(Effect.provide(holders, layer))
  }
  begin()
  for (const layer of layers) await Effect.runPromise(Effect.provide(Effect.withSpan(program, "around"), layer))
}

await (name === "ours" ? ours() : theirs())
// the last line, so that whoever reads it knows that nothing is missing
process.stdout.write("printed all\n", () => process.exit())
