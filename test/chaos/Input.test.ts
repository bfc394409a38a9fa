/** Any input: what could move a request, split it or lose a value is refused by name; the rest arrives as it was given. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import * as CommonRequest from "@effect-aliyun/core/CommonRequest"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import type * as Signer from "@effect-aliyun/core/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"

const runtime = ManagedRuntime.make(AcsTest.layer(() => ({ json: {} })))

/** the request as it would be sent, or the field that is refused; anything else is a fault, a defect too */
const explain = (request: AcsRequest.AcsRequest): Signer.SignedRequest | string => {
  const exit = runtime.runSyncExit(AcsClient.explain(request))
  if (exit._tag === "Success") return Redacted.value(exit.value.signed)
  const error = Cause.isFailType(exit.cause) ? exit.cause.error : assert.fail(Cause.pretty(exit.cause))
  if (error._tag !== "ClientException" || error.reason._tag !== "InvalidRequest") return assert.fail(error.message)
  assert.deepStrictEqual([error.outcome, error.attempts], ["NotExecuted", 0])
  assert.notMatch(error.message, /[\u0000-\u001f]/)
  return error.reason.field
}

const numRuns = 1000
const check = <A>(arbitrary: fc.Arbitrary<A>, property: (value: A) => void) =>
  fc.assert(fc.property(arbitrary, property), { seed: 20_260_501, numRuns })

const hostile = [
  "\r\nx-evil: 1",
  "\n",
  "\0",
  "../",
  "..",
  "%2e%2e",
  "%00",
  "é",
  "中",
  "\uD800",
  "?x=1",
  "#",
  "a/b",
  "@",
  " "
]

/** texts of any characters, and texts with something in them that has moved requests elsewhere */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 10 }),
  fc
    .tuple(fc.string({ maxLength: 5 }), fc.constantFrom(...hostile), fc.string({ maxLength: 5 }))
    .map((parts) => parts.join("")),
  fc.constantFrom("", ".", "%2e", "%2E%2e", "\\..", "a\\b", ";x", ".%00.", ...hostile)
)

const isWellFormed = (text: string) => !/[\uD800-\uDFFF]/u.test(text)
const rpc = { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" } as const

it("J03: a path parameter is one encoded segment that means itself, or is refused", () => {
  const make = (ClusterId: string) =>
    RoaRequest.make({
      product: "CS",
      version: "2015-12-15",
      pathPattern: "/clusters/[ClusterId]/nodes",
      pathParams: { ClusterId },
      query: { a: 1 }
    })
  const harmless = explain(make("c1"))
  if (typeof harmless === "string") return assert.fail(harmless)
  const plain = new URL(harmless.url)
  check(anyText, (text) => {
    const signed = explain(make(text))
    if (["", ".", ".."].includes(text) || !isWellFormed(text)) {
      return assert.strictEqual(signed, "pathParams.ClusterId")
    }
    if (typeof signed === "string") return assert.fail(signed)
    // as it is written, and as a client reads it that takes '..' for a way up
    const written = signed.url.slice(plain.origin.length).split("?")[0]!
    const { hash, origin, pathname, search } = new URL(signed.url)
    assert.deepStrictEqual([origin, pathname, search, hash], [plain.origin, written, plain.search, ""])
    const segments = written.split("/")
    assert.strictEqual(segments.length, 4)
    assert.deepStrictEqual(segments.map(decodeURIComponent), ["", "clusters", text, "nodes"])
  })
})

it("J04: a header arrives as it was given and alone, or is refused before it is signed", () => {
  const base = explain(RpcRequest.make(rpc))
  if (typeof base === "string") return assert.fail(base)
  const name = fc.oneof(
    fc.stringMatching(/^x-[a-z]{1,5}$/),
    fc.constantFrom("__proto__", "X-A", "constructor"),
    anyText
  )
  check(fc.tuple(name, fc.oneof(fc.string(), anyText)), ([name, value]) => {
    const signed = explain(RpcRequest.make({ ...rpc, headers: Object.fromEntries([[name, value]]) }))
    const isSafe = /^[!#$%&'*+\-.^_`|~\w]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value) && name !== "__proto__"
    if (!isSafe) return assert.strictEqual(signed, `headers.${JSON.stringify(name)}`)
    if (typeof signed === "string") return assert.oneOf(name.toLowerCase(), ["host", "date", "te", "expect"])
    const { [name.toLowerCase()]: given, ...others } = signed.headers
    assert.strictEqual(given, value.trim())
    assert.includeMembers(Object.keys(base.headers), Object.keys(others))
  })
})

it("J05: an action and a version mean themselves, or are refused", () => {
  check(fc.oneof(fc.stringMatching(/^[A-Za-z][\w.-]{0,12}$/), anyText), (text) => {
    for (const field of ["action", "version"] as const) {
      const isSafe = field === "action" ? /^[A-Za-z]\w*$/.test(text) : /^[A-Za-z0-9][\w.-]*$/.test(text)
      const signed = explain(RpcRequest.make({ ...rpc, [field]: text }))
      if (!isSafe) {
        assert.strictEqual(signed, field)
        // of a common request too, which knows by them what it is
        const common = explain(CommonRequest.make({ ...rpc, [field]: text }))
        assert.isString(common)
      } else if (typeof signed === "string") assert.fail(signed)
      else assert.strictEqual(signed.headers[`x-acs-${field}`], text)
    }
  })
})

describe("J06: parameter objects", () => {
  /** in each place where parameters go; each is read within its time, and nothing of it gets into other objects */
  const places = (value: unknown) => [
    RpcRequest.make({ ...rpc, query: value as object as Record<string, unknown> }),
    RpcRequest.make({ ...rpc, query: { A: value } }),
    RpcRequest.make({ ...rpc, body: Body.form(value as Record<string, unknown>) }),
    RpcRequest.make({ ...rpc, body: Body.form({ A: value }) }),
    RpcRequest.make({ ...rpc, body: Body.json(value) }),
    RpcRequest.make({ ...rpc, query: { A: value }, arrayStyles: { A: "json" } })
  ]
  const before = Object.getOwnPropertyNames(Object.prototype).join()
  const isUnchanged = () => {
    assert.strictEqual(Object.getOwnPropertyNames(Object.prototype).join(), before)
    assert.isUndefined(({} as Record<string, unknown>)["polluted"])
  }

  it("of any kind are sent, or refused by name", () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom("__proto__", "constructor", "prototype", "toString", "a.b", "Action")
    )
    const value = fc.anything({
      key,
      maxDepth: 4,
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true
    })
    let sent = 0
    check(fc.dictionary(key, value, { maxKeys: 4 }), (parameters) => {
      for (const request of places(parameters)) if (typeof explain(request) !== "string") sent++
    })
    isUnchanged()
    assert.isAbove(sent, numRuns)
  })

  const cycle: Record<string, unknown> = { a: 1 }
  cycle["b"] = { c: [cycle] }
  const nested = (wrap: (inner: unknown) => unknown) =>
    Array.from({ length: 10_000 }).reduce<unknown>((inner) => wrap(inner), "x")
  let shared: unknown = "x"
  for (let i = 0; i < 60; i++) shared = { a: shared, b: shared }
  const secret = () => {
    throw new Error("CANARY")
  }
  const worst: ReadonlyArray<readonly [name: string, value: unknown]> = [
    ["a million keys", Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [`k${i}`, 1]))],
    ["a million elements", { a: Array.from({ length: 1_000_000 }, () => 1) }],
    ["an array of no end", { a: { ...[], length: 2 ** 32 - 1 }, b: new Array(2 ** 32 - 1) }],
    ["objects 10,000 deep", { a: nested((inner) => ({ a: inner })) }],
    ["lists 10,000 deep", { a: nested((inner) => [inner]) }],
    ["a cycle", cycle],
    ["one object in 2^60 places", shared],
    [
      "a getter that throws",
      {
        get a() {
          return secret()
        }
      }
    ],
    [
      "a getter that never ends",
      {
        get a(): unknown {
          return Object.defineProperty({}, "a", Object.getOwnPropertyDescriptor(this, "a")!)
        }
      }
    ],
    ["toJSON that throws", { a: { toJSON: secret } }],
    ["toString that throws", { a: { toString: secret, [Symbol.toPrimitive]: secret } }],
    ["a proxy that throws", new Proxy({}, { ownKeys: secret, get: secret, getOwnPropertyDescriptor: secret })],
    ["a proxy inside", { a: new Proxy({}, { ownKeys: secret, get: secret, getPrototypeOf: secret }) }]
  ]

  it.each(worst)("%s", (_, value) => {
    for (const request of places(value)) {
      const started = performance.now()
      const signed = explain(request)
      assert.isBelow(performance.now() - started, 15_000)
      if (typeof signed === "string") assert.notInclude(signed, "CANARY")
    }
    isUnchanged()
  })

  it("that are refused send nothing", () =>
    runtime.runPromise(
      Effect.gen(function* () {
        for (const [, value] of worst) yield* Effect.exit(AcsClient.rpc({ ...rpc, query: { A: [value], B: () => 1 } }))
        yield* Effect.exit(AcsClient.rpc({ ...rpc, headers: { "x-a": "a\r\nb" } }))
        assert.deepStrictEqual(yield* AcsTest.calls, [])
      })
    ))

  it("with names of the prototype chain are sent under those names, or refused", () => {
    for (const text of [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '{"a":{"__proto__":{"polluted":1}}}',
      '{"a":[{"__proto__":{"polluted":1}}]}'
    ]) {
      for (const request of places(JSON.parse(text))) {
        const signed = explain(request)
        if (typeof signed === "string") assert.match(signed, /__proto__|constructor|body/)
        else
          assert.match(
            `${signed.url} ${signed.payload._tag === "Bytes" ? Buffer.from(signed.payload.bytes).toString() : ""}`,
            /polluted/
          )
      }
    }
    isUnchanged()
  })
})
