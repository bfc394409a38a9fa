/** The scanner finds a secret wherever it is printed: what it does not find elsewhere is not there. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { listen, printings, scanner } from "./support/Canary.js"

const secret = 'canary+/="secret'
const { heard, text, value } = scanner([secret])

class Failed extends Data.TaggedError("Failed")<{ readonly why: string }> {}

describe("the scanner", () => {
  it.each([
    ["as it is", secret],
    ["in JSON", JSON.stringify({ secret })],
    ["with slashes escaped", secret.replaceAll("/", "\\/")],
    ["in a query", encodeURIComponent(secret)],
    ["in a string to sign", encodeURIComponent(encodeURIComponent(secret))],
    ["in base64, with more behind it", Buffer.from(`${secret}&more`).toString("base64")]
  ])("finds a text %s", (_, found) => {
    assert.throws(() => text(`before ${found} after`))
    text("before after")
  })

  it.each<readonly [string, unknown]>([
    ["a property", { a: { b: [secret] } }],
    ["a hidden property", Object.defineProperty({}, "a", { value: secret })],
    [
      "a getter",
      {
        get a() {
          return secret
        }
      }
    ],
    ["a key of a Map", new Map([[secret, 1]])],
    ["the message of an error", new Error(secret)],
    ["the cause of an error", new Error("x", { cause: { secret } })],
    ["toString", { toString: () => secret }],
    ["toJSON", { toJSON: () => secret }],
    ["beside a big integer", { toJSON: () => ({ n: 1n, secret }) }],
    ["a field of a failure", Exit.fail(new Failed({ why: secret }))],
    ["a defect", Exit.die(new Error(secret))],
    ["one of several causes", Cause.parallel(Cause.empty, Cause.fail(new Failed({ why: secret })))]
  ])("finds it in %s", (_, holder) => {
    assert.throws(() => value(holder))
    assert.isAbove(printings(holder).length, 3)
  })

  it("does not find what is redacted", () =>
    value({ a: Redacted.make(secret), b: Exit.succeed(Redacted.make(secret)) }))

  it.effect.each<readonly [string, Effect.Effect<unknown>]>([
    ["a message", Effect.log(secret)],
    ["a debug message", Effect.logTrace(secret)],
    ["a value", Effect.log({ a: { secret } })],
    ["an error", Effect.logError(new Failed({ why: secret }))],
    ["a cause", Effect.logError("failed", Cause.die(new Error(secret)))],
    ["an annotation", Effect.annotateLogs(Effect.log("x"), "a", secret)],
    ["a span of a log", Effect.withLogSpan(Effect.log("x"), secret)],
    ["the name of a span", Effect.withSpan(Effect.void, secret)],
    ["an attribute", Effect.withSpan(Effect.void, "x", { attributes: { a: secret } })],
    ["what a span failed with", Effect.exit(Effect.withSpan(Effect.die(secret), "x"))]
  ])("hears %s", ([, program]) =>
    Effect.gen(function* () {
      const nothing = yield* listen
      yield* Effect.provide(Effect.withSpan(Effect.log("harmless"), "x"), nothing.layer)
      heard(nothing)
      assert.deepStrictEqual([nothing.logged.length > 4, nothing.spans.length], [true, 1])
      const something = yield* listen
      yield* Effect.provide(program, something.layer)
      assert.throws(() => heard(something))
    })
  )
})
