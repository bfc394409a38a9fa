/**
 * Random calls. Most run into none of the peers' faults; one in `rarely` is given a twist that does, or that both sides
 * must refuse.
 */
import * as fc from "fast-check"
import type * as Call from "./Call.js"
import { popVersion } from "./Peers.js"

const rarely = 16

const codePoint = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x1f }) },
  { weight: 2, arbitrary: fc.integer({ min: 0x7f, max: 0x7ff }) },
  { weight: 2, arbitrary: fc.integer({ min: 0x800, max: 0xd7ff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xe000, max: 0xffff }) },
  { weight: 2, arbitrary: fc.integer({ min: 0x10000, max: 0x10ffff }) }
)
const character = codePoint.map((point) => String.fromCodePoint(point))
const printable = fc.integer({ min: 0x20, max: 0x7e }).map((point) => String.fromCodePoint(point))
const marks = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("")

const text = fc.oneof(
  { weight: 24, arbitrary: fc.string({ unit: character, maxLength: 10 }) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "",
      " ",
      marks,
      "a+b c%20%7E",
      "\0\r\n\t",
      "=&?#/;",
      "👩‍👩‍👧‍👦",
      "e\u0301",
      "\ufeff中",
      "～😀",
      "null"
    )
  },
  // long ones
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ unit: character, minLength: 1, maxLength: 8 }), fc.integer({ min: 20, max: 100 }))
      .map(([part, count]) => part.repeat(count))
  }
)
const lone = fc.constantFrom("\ud800", "a\udc00b", "\udfff\ud800", "中\ud83d")

const wordCharacter = fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
const word = fc.string({ unit: wordCharacter, minLength: 1, maxLength: 8 })
const reserved = new Set(["RegionId", "__proto__", "Format", "Timestamp"])
const notReserved = <A extends string>(arbitrary: fc.Arbitrary<A>) => arbitrary.filter((name) => !reserved.has(name))
const plainName = notReserved(word)
const anyName = notReserved(
  fc.oneof({ weight: 3, arbitrary: word }, { weight: 2, arbitrary: text.filter(({ length }) => length < 200) })
)

const scalar = fc.oneof(
  { weight: 6, arbitrary: text },
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.bigInt()
)
const nothing = fc.constantFrom(null, undefined)

const record = (name: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>, maxKeys: number) =>
  fc.dictionary(name, value, { maxKeys, noNullPrototype: true })

/** lists and objects in each other, some of it nothing */
const nested = (name: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 6, arbitrary: scalar },
      { weight: 1, arbitrary: nothing },
      { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
      { weight: 2, arbitrary: record(name, tie("value"), 3) }
    )
  })).value

/** what pop-core flattens: lists, and objects within them */
const popNested = fc.oneof(
  { weight: 5, arbitrary: scalar },
  {
    weight: 2,
    arbitrary: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: scalar },
        { weight: 2, arbitrary: record(anyName, fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), 3) },
        { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) }
      ),
      { maxLength: 3 }
    )
  }
)

const jsonValue: fc.Arbitrary<unknown> = fc
  .letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.oneof({ weight: 12, arbitrary: text }, { weight: 1, arbitrary: lone }),
      fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
      fc.array(fc.oneof(tie("value"), nothing), { maxLength: 4 }),
      fc.dictionary(text, fc.oneof(tie("value"), nothing), { maxKeys: 4, noNullPrototype: false })
    )
  }))
  .value.filter((value) => value !== null && typeof value !== "string")

const bytes = fc
  .tuple(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(1, 1, 200))
  .map(([part, count]) => new Uint8Array(Array.from({ length: count }, () => [...part]).flat()))

const headerToken = fc.string({
  unit: fc.constantFrom(..."abcxyzABCXYZ0189!#$%&'*+-.^_`|~"),
  minLength: 1,
  maxLength: 8
})
const headerValue = fc.oneof(fc.string({ unit: printable, maxLength: 20 }), fc.constantFrom("", "  a  b ", marks))
const headerName = fc.oneof(
  { weight: 4, arbitrary: headerToken.map((rest) => `x-acs-${rest}`) },
  { weight: 1, arbitrary: headerToken.map((rest) => `X-Acs-${rest}`) },
  { weight: 2, arbitrary: headerToken.map((rest) => `x-d-${rest}`) },
  { weight: 1, arbitrary: fc.constantFrom("Accept-Language", "accept", "X-ACS-Trace", "x-acs-", "If-Match") }
)
const headers = fc
  .array(fc.tuple(headerName, headerValue), { maxLength: 3 })
  .map((pairs) =>
    Object.fromEntries(
      new Map(
        pairs.map(([name, value]) => [name.toLowerCase(), [name, name === "accept" ? value.trim() : value] as const])
      ).values()
    )
  )

const visible = fc.integer({ min: 0x21, max: 0x7e }).map((point) => String.fromCodePoint(point))
const key: fc.Arbitrary<Call.Key> = fc.record({
  accessKeyId: fc.string({ unit: fc.constantFrom(..."LTAIabc0189.@_-"), minLength: 1, maxLength: 24 }),
  accessKeySecret: fc
    .string({
      unit: fc.oneof({ weight: 20, arbitrary: visible }, { weight: 1, arbitrary: character }),
      minLength: 1,
      maxLength: 30
    })
    .filter((secret) => secret.trim() === secret),
  securityToken: fc.option(fc.string({ unit: visible, minLength: 1, maxLength: 30 }), { nil: undefined }),
  providerName: fc.option(fc.constantFrom("static_ak", "static_sts", "ram_role_arn/ecs"), { nil: undefined })
})

const segments: fc.Arbitrary<ReadonlyArray<Call.Segment>> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .oneof(word, fc.constantFrom("clusters", "%E4%B8%AD", "a%20b%2F", "v1~"))
        .filter((fixed) => fixed !== "." && fixed !== "..")
        .map((fixed) => ({ fixed }))
    },
    {
      weight: 3,
      arbitrary: text.filter((value) => value !== "" && value !== "." && value !== "..").map((value) => ({ value }))
    }
  ),
  { minLength: 1, maxLength: 4 }
)

const region = fc.record({
  id: fc.constantFrom("cn-hangzhou", "us-east-1", "cn_x"),
  by: fc.constantFrom("query", "form", "option")
}) as fc.Arbitrary<Call.Call["region"]>
const apiName = fc.constantFrom("DescribeInstances", "RunInstances", "Get_X9", "A")

const textBody = (content: fc.Arbitrary<string>): fc.Arbitrary<Call.Body> =>
  content.map((text) => ({ kind: "text", text, contentType: "application/json; charset=utf-8" }))
const jsonBody = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Call.Body> =>
  value.map((value) => ({ kind: "json", value }))
const bytesBody: fc.Arbitrary<Call.Body> = fc
  .tuple(bytes, fc.constantFrom("application/octet-stream", "image/png", "text/plain; charset=utf-8"))
  .map(([bytes, contentType]) => ({ kind: "bytes", bytes, contentType }))
const formBody = (value: fc.Arbitrary<Call.Parameters>): fc.Arbitrary<Call.Body> =>
  value.map((value) => ({ kind: "form", value }))

const getOrDelete = fc.constantFrom("GET", "GET", "DELETE", "POST", "PUT")
const none: Call.Body = { kind: "none" }

/** method and body that go together */
const messages = (body: fc.Arbitrary<Call.Body>, ...methods: ReadonlyArray<string>) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ method: getOrDelete, body: fc.constant(none) }) },
    { weight: 2, arbitrary: fc.record({ method: fc.constantFrom(...methods), body }) }
  )

type Twist = (call: Call.Call) => Call.Call

const set = (parameters: Call.Parameters, name: string, value: unknown): Call.Parameters => ({
  ...parameters,
  [name]: value
})
const inQuery = (name: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<Twist> =>
  fc.tuple(name, value).map(([name, value]) => (call) => ({ ...call, query: set(call.query, name, value) }))
/** in the query, or in the form where there is one */
const inParameters = (name: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<Twist> =>
  fc.tuple(name, value, fc.boolean()).map(
    ([name, value, isForm]) =>
      (call) =>
        isForm && call.body.kind === "form"
          ? { ...call, body: { kind: "form", value: set(call.body.value, name, value) } }
          : { ...call, query: set(call.query, name, value) }
  )
const inHeaders = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<Twist> =>
  fc.tuple(name, value).map(([name, value]) => (call) => ({ ...call, headers: { ...call.headers, [name]: value } }))
const withBodyOf = (body: fc.Arbitrary<Call.Body>): fc.Arbitrary<Twist> =>
  body.map((body) => (call) => ({ ...call, method: call.method === "GET" ? "POST" : call.method, body }))
const always = (change: (call: Call.Call) => Partial<Call.Call>): fc.Arbitrary<Twist> =>
  fc.constant((call: Call.Call) => ({ ...call, ...change(call) }))

const date = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
const notFinite = fc.constantFrom(NaN, Infinity, -Infinity)
const instance = fc.constantFrom<unknown>(new Map([["a", 1]]), new Set(["a"]), Buffer.from("ab"), new URL("http://a/"))
const lowerMethod = always(({ method }) => ({ method: method.toLowerCase() }))

/** names whose order by code unit is not that by code point */
const unsorted = fc
  .tuple(word, fc.constantFrom("\ue000", "～", "\ufffd"), fc.constantFrom("😀", "𝒳", "\u{10ffff}"))
  .map(([stem, low, high]): Twist => (call) => ({
    ...call,
    query: set(set(call.query, `${stem}${low}`, "1"), `${stem}${high}`, "2")
  }))

const inBoth = fc.tuple(word, scalar).map(([name, value]): Twist => (call) => ({
  ...call,
  method: "POST",
  query: set(call.query, name, value),
  body: { kind: "form", value: { [name]: value } }
}))

const parameterTwists = [
  inParameters(plainName, notFinite),
  inParameters(fc.constant("__proto__"), scalar),
  inParameters(plainName, lone),
  inParameters(lone, scalar),
  lowerMethod
]
const headerTwists = [
  inHeaders(fc.constant("X-ACS-TWICE"), headerValue).map(
    (twist): Twist =>
      (call) =>
        twist({ ...call, headers: { ...call.headers, "x-acs-twice": "first" } })
  ),
  inHeaders(
    fc.constantFrom("x-acs-signature-nonce", "X-Acs-Date", "x-acs-version", "x-acs-content-sha256"),
    fc.constant("1")
  ),
  inHeaders(fc.constantFrom("x-acs-name", "x-d-name"), fc.constantFrom("é", "a\xa3b")),
  // these two are refused by both
  inHeaders(fc.constantFrom("x-acs-name", "x-d-name"), fc.constantFrom("中", "a\nb", "\0")),
  inHeaders(fc.constantFrom("x-acs-a b", "x-d-中", "a:b"), headerValue)
]
const pathTwists = [
  always(({ path }) => ({ rawPath: true, path: [...path, { value: "a b" }] })),
  fc
    .constantFrom("a+b", "(a)", "*", "a/b", "a?b=c", "a#b", "%7e", "中", "a'b", "é")
    .map((value): Twist => (call) => ({ ...call, rawPath: true, path: [{ value }] })),
  fc.constantFrom("", ".", "..").map((value): Twist => (call) => ({ ...call, path: [...call.path, { value }] }))
]

const twisted = (call: fc.Arbitrary<Call.Call>, twists: ReadonlyArray<fc.Arbitrary<Twist>>): fc.Arbitrary<Call.Call> =>
  fc
    .tuple(
      call,
      fc.oneof(
        { weight: rarely - 1, arbitrary: fc.constant<Twist>((call) => call) },
        { weight: 1, arbitrary: fc.oneof(...twists) }
      )
    )
    .map(([call, twist]) => twist(call))

const common = { key, rawPath: fc.constant(false), rawQuery: fc.constant(false) }

const popRpc = (): fc.Arbitrary<Call.Call> =>
  twisted(
    fc
      .record({
        ...common,
        peer: fc.constant("pop-core RPC" as const),
        algorithm: fc.constant("HMAC-SHA1" as const),
        action: apiName,
        version: fc.constant(popVersion),
        region,
        path: fc.constant([]),
        query: record(anyName, popNested, 4),
        headers: fc.constant({}),
        capitalise: fc.boolean(),
        message: fc.oneof(
          fc.record({ method: fc.constantFrom("GET", "POST"), body: fc.constant(none) }),
          fc.record({ method: fc.constant("POST"), body: formBody(record(anyName, popNested, 4)) })
        )
      })
      .map(({ message, query, ...rest }) => {
        // its caller has one place for both
        const names = message.body.kind === "form" ? Object.keys(message.body.value) : []
        const taken = new Set(names.map((name) => name.toLowerCase()))
        const others = Object.entries(query).filter(([name]) => !taken.has(name.toLowerCase()))
        return { ...rest, ...message, query: Object.fromEntries(others) }
      }),
    [
      ...parameterTwists,
      inParameters(plainName, nothing),
      inParameters(plainName, record(plainName, scalar, 2)),
      inParameters(plainName, date),
      inParameters(plainName, instance),
      unsorted,
      inParameters(fc.constantFrom("Action", "Signature", "Timestamp", "AccessKeyId"), text),
      fc.tuple(word, scalar, scalar).map(([name, a, b]): Twist => (call) => ({
        ...call,
        query: set(set(call.query, name, [a]), `${name}.1`, b)
      })),
      always(() => ({ action: "describeInstances", capitalise: true })),
      inHeaders(fc.constantFrom("x-d-name", "X-Trace"), headerValue)
    ]
  )

const roaPeer = <P extends Call.Peer>(peer: P) => ({
  ...common,
  peer: fc.constant(peer),
  region,
  headers,
  capitalise: fc.constant(false)
})

const popRoa = (): fc.Arbitrary<Call.Call> =>
  twisted(
    fc
      .record({
        ...roaPeer("pop-core ROA"),
        algorithm: fc.constant("HMAC-SHA1" as const),
        action: fc.oneof(apiName, fc.constant("")),
        version: fc.constant(popVersion),
        path: segments,
        query: record(anyName, scalar, 4),
        rawQuery: fc.constant(true),
        message: messages(
          fc.oneof(
            textBody(text),
            jsonBody(jsonValue),
            bytesBody,
            formBody(record(anyName, fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), 3))
          ),
          "POST",
          "PUT",
          "DELETE"
        )
      })
      .map(({ message, ...rest }) => ({ ...rest, ...message })),
    [
      ...parameterTwists,
      ...headerTwists,
      ...pathTwists,
      inQuery(plainName, fc.oneof(nothing, date, fc.array(scalar, { maxLength: 2 }), record(plainName, scalar, 2))),
      inQuery(plainName, instance),
      unsorted,
      inHeaders(fc.constant("x-acs-name"), fc.constant("a\tb")),
      inHeaders(fc.constant("Accept"), fc.constantFrom(" a", "a ")),
      inBoth,
      withBodyOf(textBody(lone)),
      always(() => ({ method: "GET", body: { kind: "json", value: { a: 1 } } }))
    ]
  )

const openapi = (peer: "openapi-core RPC" | "openapi-core ROA"): fc.Arbitrary<Call.Call> => {
  const isRpc = peer === "openapi-core RPC"
  return twisted(
    fc
      .record({
        ...roaPeer(peer),
        algorithm: fc.oneof(
          { weight: 4, arbitrary: fc.constant("ACS3-HMAC-SHA256" as const) },
          { weight: 1, arbitrary: fc.constant("ACS3-HMAC-SM3" as const) }
        ),
        action: apiName,
        version: fc.constantFrom("2014-05-26", "v1.2"),
        path: isRpc ? fc.constant([]) : segments,
        query: record(plainName, nested(plainName), 4),
        message: messages(
          fc.oneof(
            textBody(text),
            jsonBody(jsonValue),
            bytesBody,
            bytes.map((bytes): Call.Body => ({ kind: "stream", bytes })),
            formBody(record(anyName, nested(anyName), 4))
          ),
          "POST",
          "PUT",
          "PATCH"
        )
      })
      .map(({ message, ...rest }) => ({ ...rest, ...message })),
    [
      ...parameterTwists,
      ...headerTwists,
      ...(isRpc ? [] : pathTwists),
      inQuery(
        text.filter((name) => /[^\w.~-]/.test(name) && name !== ""),
        scalar
      ),
      inParameters(plainName, date),
      inParameters(plainName, instance),
      inParameters(plainName, fc.constant(Object.assign(Object.create(null), { a: "1" }))),
      unsorted,
      inQuery(plainName, fc.oneof(fc.constant(null), fc.array(scalar, { minLength: 1, maxLength: 2 }))).map(
        (twist): Twist =>
          (call) =>
            twist({ ...call, query: {}, rawQuery: true })
      ),
      fc.tuple(word, scalar, scalar).map(([name, a, b]): Twist => (call) => ({
        ...call,
        query: set(set(call.query, name, [a]), `${name}.1`, b)
      })),
      inBoth,
      inParameters(fc.constantFrom("Action", "Version", "SignatureType"), text),
      always(() => ({ method: "GET", body: { kind: "json", value: { a: 1 } } })),
      always(() => ({ method: "DELETE", body: { kind: "json", value: { a: 1 } } })),
      withBodyOf(textBody(lone)),
      withBodyOf(jsonBody(fc.constant(null))),
      withBodyOf(jsonBody(text)),
      withBodyOf(jsonBody(date.map((value) => ({ value })))),
      withBodyOf(jsonBody(fc.bigInt().map((value) => [value]))),
      withBodyOf(jsonBody(fc.oneof(notFinite, instance).map((value) => ({ value })))),
      withBodyOf(jsonBody(jsonValue)).map(
        (twist): Twist =>
          (call) =>
            twist({ ...call, headers: { ...call.headers, "content-type": "application/merge-patch+json" } })
      )
    ]
  )
}

export const calls: Record<Call.Peer, () => fc.Arbitrary<Call.Call>> = {
  "pop-core RPC": popRpc,
  "pop-core ROA": popRoa,
  "openapi-core RPC": () => openapi("openapi-core RPC"),
  "openapi-core ROA": () => openapi("openapi-core ROA")
}
