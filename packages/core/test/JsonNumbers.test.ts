/** Numbers of an answer that a double cannot hold. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as JsonNumbers from "@effect-aliyun/core/JsonNumbers"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { exact, firstInexact } from "../src/internal/numbers.js"

const ecs = { product: "Ecs", version: "2014-05-26", action: "DescribeInstances" } as const

/** the value of an answer, and what was logged */
const read = (text: string, mode?: JsonNumbers.Mode, format: "JSON" | "RAW" = "JSON") => {
  const logged: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message }) => void logged.push(String(message)))
  return AcsClient.rpc({ ...ecs, format }).pipe(
    Effect.flatMap((response) => response.json),
    Effect.map((value) => ({ value, logged })),
    mode === undefined ? (self) => self : JsonNumbers.withJsonNumbers(mode),
    Effect.provide(
      Layer.mergeAll(
        AcsTest.layer(() => ({ text })),
        Logger.replace(Logger.defaultLogger, logger)
      )
    )
  )
}

const text =
  '{"RequestId":"R","Items":[{"Id":9007199254740993,"Small":9007199254740992},{"Id":-12345678901234567890}],' +
  '"Huge":1e400,"Tiny":1e-400,"Zero":-0,"Pi":3.141592653589793,"More":3.14159265358979323846,"Name":"1: 9007199254740993"}'

const doubles = {
  RequestId: "R",
  Items: [{ Id: 9007199254740992, Small: 9007199254740992 }, { Id: -12345678901234567000 }],
  Huge: Infinity,
  Tiny: 0,
  Zero: -0,
  Pi: 3.141592653589793,
  More: 3.141592653589793,
  Name: "1: 9007199254740993"
}

describe("B05: a number that a double cannot hold", () => {
  it.effect("is rounded, and a warning says where the first is", () =>
    Effect.gen(function* () {
      const { logged, value } = yield* read(text)
      assert.deepStrictEqual(value, doubles)
      assert.strictEqual(logged.length, 1)
      assert.match(logged[0] ?? "", /^Ecs\.DescribeInstances: (Items\.[01]\.Id|Huge|Tiny|More) is a number/)
      assert.include(logged[0], 'JsonNumbers.layer("exact")')
      assert.notInclude(logged[0], "9007199254740993")
    })
  )

  it.effect("is the text that was written where that is asked for, and is not warned of", () =>
    Effect.gen(function* () {
      const { logged, value } = yield* read(text, "exact")
      assert.deepStrictEqual(value, {
        ...doubles,
        Items: [{ Id: "9007199254740993", Small: 9007199254740992 }, { Id: "-12345678901234567890" }],
        Huge: "1e400",
        Tiny: "1e-400",
        More: "3.14159265358979323846"
      })
      assert.deepStrictEqual(logged, [])
    })
  )

  it.effect("is rounded without a word where that is asked for", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read(text, "round"), { value: doubles, logged: [] })
    })
  )

  it.effect("is treated so in an answer that was not asked for in JSON", () =>
    Effect.gen(function* () {
      const { value } = yield* read('{"Id":9007199254740993}', "exact", "RAW")
      assert.deepStrictEqual(value, { Id: "9007199254740993" })
      assert.strictEqual((yield* read('{"Id":9007199254740993}', "warn", "RAW")).logged.length, 1)
    })
  )

  it.effect("is read by schemas of large numbers, and by a layer for all calls", () =>
    AcsClient.rpc(ecs).pipe(
      Effect.flatMap(({ schemaJson }) => schemaJson(Schema.Struct({ Id: Schema.BigInt }))),
      Effect.map(({ Id }) => assert.strictEqual(Id, 9007199254740993n)),
      Effect.provide(
        Layer.merge(
          AcsTest.layer(() => ({ text: '{"Id":9007199254740993}' })),
          JsonNumbers.layer("exact")
        )
      )
    )
  )

  it("is found by the path to it", () => {
    assert.deepStrictEqual(firstInexact('{"a":[1,{"b":"x\\"","c":1e999}]}'), ["a", "1", "c"])
    assert.deepStrictEqual(firstInexact("12345678901234567890"), [])
    assert.deepStrictEqual(firstInexact('{"__proto__":{"a":12345678901234567890}}'), ["__proto__", "a"])
    for (const none of [
      '{"a":"12345678901234567890","b":",1e999"}',
      "[1e3,1.5E-2,0e99,100000000000000000000,0.1]",
      "{}"
    ]) {
      assert.isUndefined(firstInexact(none), none)
      assert.isUndefined(exact(none), none)
    }
  })

  it("never has another value, whatever is written", () => {
    const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String)
    const decimals = fc.tuple(digits, fc.stringMatching(/^\d{1,25}$/)).map((parts) => parts.join("."))
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value))
    const powers = fc
      .tuple(doubles, fc.integer({ min: -400, max: 400 }))
      .map(([value, power]) => (/e/.test(value) ? value : `${value}E${power}`))
    const literal = fc.oneof(digits, decimals, doubles, powers)
    const key = fc.string()
    fc.assert(
      fc.property(key, literal, fc.jsonValue(), (key, literal, other) => {
        const text = JSON.stringify({ [key]: [other, "\u0001"] }).replace('"\\u0001"', literal)
        const value = (exact(text)?.value ?? JSON.parse(text)) as Record<string, ReadonlyArray<unknown>>
        const found = value[key]?.[1]
        if (typeof found === "string") assert.strictEqual(found, literal)
        else assert.isTrue(isSame(literal, found as number), `${literal} became ${String(found)}`)
        const [first] = value[key] ?? []
        assert.deepStrictEqual(first, (JSON.parse(JSON.stringify([other])) as ReadonlyArray<unknown>)[0])
      }),
      { seed: 5, numRuns: 3_000 }
    )
  })

  it("costs no more than its length, whatever is written", () => {
    for (const text of [
      `[1${"0".repeat(1_000_000)}1]`,
      `[0.${"0".repeat(1_000_000)}1e1000001]`,
      `[1e${"9".repeat(1_000_000)}]`,
      `[1e-${"9".repeat(1_000_000)}]`,
      `["${"\\\\".repeat(1_000_000)}",12345678901234567890]`,
      `["${'\\"'.repeat(1_000_000)}",12345678901234567890]`,
      `[${"1e5,".repeat(300_000)}12345678901234567890]`
    ]) {
      const started = performance.now()
      assert.isDefined(firstInexact(text) ?? exact(`[${text}]`) ?? text)
      assert.isBelow(performance.now() - started, 5_000, text.slice(0, 20))
    }
  })
})

/** as fractions of integers: literal and double name the same number, or the double is the nearest and is written so */
const isSame = (literal: string, value: number): boolean => {
  const [numerator, denominator] = fraction(literal)
  const [otherNumerator, otherDenominator] = fraction(JSON.stringify(value))
  return numerator * otherDenominator === otherNumerator * denominator
}

const fraction = (literal: string): readonly [bigint, bigint] => {
  const [, sign, whole, decimals = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal)!
  const power = Number(exponent) - decimals.length
  const digits = BigInt(`${sign}${whole}${decimals}`)
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)]
}
