/**
 * What the emulator says of signatures that people got wrong: each mistake is made here by hand, by code that knows nothing
 * of the SDK's.
 */
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Key from "@effect-aliyun/emulator/Key"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash, createHmac } from "node:crypto"

const token = "CAIS/abc+def=="
const password = "my pass!word@(1)~"
const keys = [Key.test, Key.sts({ accessKeyId: "STS.id", accessKeySecret: "testsecret", securityToken: token })]
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** the steps of a version 1 signature of RPC, each to be done otherwise */
interface Rpc {
  readonly method: string
  readonly sort: (names: Array<string>) => Array<string>
  readonly encode: (text: string) => string
  readonly wrap: (method: string, query: string) => string
  readonly key: (secret: string) => string
}
const rightRpc: Rpc = {
  method: "GET",
  sort: (names) => names.sort(),
  encode,
  wrap: (method, query) => `${method}&${encode("/")}&${encode(query)}`,
  key: (secret) => `${secret}&`
}

const rpc = (how: Partial<Rpc>, id = "testid", more: Readonly<Record<string, string>> = {}): RawRequest.RawRequest => {
  const steps = { ...rightRpc, ...how }
  const parameters: Record<string, string> = {
    Timestamp: "1970-01-01T00:00:00Z",
    aLower: "it's (a) * test~",
    Zone: "b",
    Action: "DescribeRegions",
    Version: "2014-05-26",
    Format: "JSON",
    AccessKeyId: id,
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: "n",
    ...(id === "STS.id" ? { SecurityToken: token } : {}),
    ...more
  }
  const query = (names: Array<string>) =>
    names.map((name) => `${steps.encode(name)}=${steps.encode(parameters[name] ?? "")}`).join("&")
  const text = steps.wrap(steps.method, query(steps.sort(Object.keys(parameters))))
  const signature = createHmac("sha1", steps.key("testsecret")).update(text).digest("base64")
  const sent = Object.entries({ ...parameters, Signature: signature }).map(
    ([name, value]) => `${name}=${encode(value)}`
  )
  return { method: "GET", target: `/?${sent.join("&")}`, headers: [["host", "ecs"]], body: new Uint8Array(0) }
}

/** the lines of a canonical request of ACS3, in order, to be changed */
type Lines = {
  method: string
  path: string
  query: string
  headers: string
  empty: string | undefined
  names: string
  hash: string | undefined
}

const acs3 = (
  change: (lines: Lines) => Partial<Lines>,
  sign: (canonical: string) => string = (canonical) => `ACS3-HMAC-SHA256\n${sha256(canonical)}`,
  sent = "z=1&a=it's%20(a)%20*"
): RawRequest.RawRequest => {
  const body = '{"a":1}'
  const headers: Record<string, string> = {
    "content-type": "application/json",
    host: "cs",
    "x-acs-content-sha256": sha256(body),
    "x-acs-date": "1970-01-01T00:00:00Z",
    "x-acs-signature-nonce": "n",
    "x-acs-version": "2015-12-15"
  }
  const names = Object.keys(headers).sort()
  const right: Lines = {
    method: "POST",
    path: "/clusters/a%20b",
    query: `a=${encode("it's (a) *")}&z=1`,
    headers: names.map((name) => `${name}:${headers[name]}`).join("\n"),
    empty: "",
    names: names.join(";"),
    hash: sha256(body)
  }
  const lines = Object.values({ ...right, ...change(right) }).filter((line) => line !== undefined)
  const signature = createHmac("sha256", "testsecret")
    .update(sign(lines.join("\n")))
    .digest("hex")
  const authorization = `ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=${right.names},Signature=${signature}`
  return {
    method: "POST",
    target: `/clusters/a%20b?${sent}`,
    headers: Object.entries({ ...headers, authorization }),
    body: new TextEncoder().encode(body)
  }
}

/** no spelling changes a letter */
const secretLetters = /CAIS|pass|word/

const send = (raw: RawRequest.RawRequest) =>
  Effect.gen(function* () {
    const emulator = yield* Emulator.make({ keys })
    yield* emulator.gateway.handle(raw)
    return { calls: yield* emulator.calls, mismatches: yield* emulator.mismatches }
  })

it.effect("the signers of this test are right when they make no mistake", () =>
  Effect.gen(function* () {
    for (const raw of [rpc({}), rpc({}, "STS.id"), acs3(() => ({}))]) {
      const { calls, mismatches } = yield* send(raw)
      assert.deepStrictEqual([calls[0]?.verdict, mismatches.length], ["Accepted", 0])
    }
  })
)

describe("version 1 of RPC", () => {
  const lower = (text: string) => encode(text).replace(/%../g, (hex) => hex.toLowerCase())
  const rows: ReadonlyArray<readonly [mistake: string, how: Partial<Rpc>]> = [
    ["the key lacks the & behind the secret", { key: (secret) => secret }],
    ["the method is another one", { method: "POST" }],
    ["the method is in lower case", { method: "get" }],
    ["the parameters are not sorted", { sort: (names) => names }],
    [
      "the parameters are sorted without regard to case",
      { sort: (names) => names.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)) }
    ],
    ["the characters ! ' ( ) * are not encoded", { encode: encodeURIComponent }],
    ["a space is encoded as +", { encode: (text) => encode(text).replaceAll("%20", "+") }],
    ["the escapes are in lower case", { encode: lower }],
    ["~ is encoded", { encode: (text) => encode(text).replaceAll("~", "%7E") }],
    ["the query is encoded once instead of twice", { wrap: (method, query) => `${method}&%2F&${query}` }],
    ["names and values are not encoded before the query is", { encode: (text) => text }],
    ["the path is not encoded", { wrap: (method, query) => `${method}&/&${encode(query)}` }],
    ["the text ends with a line feed", { wrap: (method, query) => `${rightRpc.wrap(method, query)}\n` }]
  ]
  it.effect.each(rows)("%s", ([mistake, how]) =>
    Effect.gen(function* () {
      const { calls, mismatches } = yield* send(rpc(how))
      assert.deepInclude(calls[0], { verdict: "Refused", code: "SignatureDoesNotMatch" })
      assert.strictEqual(mismatches.length, 1)
      assert.strictEqual(mismatches[0]?.client?.mistake, mistake)
      assert.strictEqual(mismatches[0]?.requestId, calls[0]?.requestId)
      assert.match(mismatches[0]?.expected ?? "", /^GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26/)
    })
  )

  it.effect.each(rows)("%s, and no spelling of a secret shows", ([mistake, how]) =>
    Effect.gen(function* () {
      const { mismatches } = yield* send(rpc(how, "STS.id", { Password: password, Text: `it is ${password}` }))
      const { client, expected = "" } = mismatches[0] ?? {}
      assert.strictEqual(client?.mistake, mistake)
      assert.notMatch(JSON.stringify(mismatches).replaceAll("Password", ""), secretLetters)
      for (const text of [expected, client?.signed ?? ""]) {
        assert.match(text, /Password(=|%3D)\*{3}(&|%26)/)
        assert.match(text, /SecurityToken(=|%3D)\*{3}(&|%26)/)
      }
    })
  )
})

describe("ACS3", () => {
  const rows: ReadonlyArray<readonly [mistake: string, raw: RawRequest.RawRequest]> = [
    ["the method is in lower case", acs3(() => ({ method: "post" }))],
    ["the query is signed as it was sent, not sorted and encoded", acs3(() => ({ query: "z=1&a=it's%20(a)%20*" }))],
    ["the characters ! ' ( ) * are not encoded", acs3(() => ({ query: "a=it's%20(a)%20*&z=1" }))],
    ["a space is encoded as +", acs3(({ query }) => ({ query: query.replaceAll("%20", "+") }))],
    ["the query is not encoded", acs3(() => ({ query: "a=it's (a) *&z=1" }))],
    ["the query is not signed", acs3(() => ({ query: "" }))],
    ["the path is signed decoded", acs3(() => ({ path: "/clusters/a b" }))],
    ["the path is not signed", acs3(() => ({ path: "/" }))],
    ["the empty line between the headers and their names is missing", acs3(() => ({ empty: undefined }))],
    ["the hash is that of an empty body", acs3(() => ({ hash: sha256("") }))],
    ["the hash of the body is missing", acs3(() => ({ hash: undefined }))],
    [
      "the canonical request is signed itself, not its hash",
      acs3(
        () => ({}),
        (canonical) => canonical
      )
    ]
  ]
  it.effect.each(rows)("%s", ([mistake, raw]) =>
    Effect.gen(function* () {
      const { mismatches } = yield* send(raw)
      assert.strictEqual(mismatches[0]?.client?.mistake, mistake)
      assert.match(mismatches[0]?.canonicalRequest ?? "", /^POST\n\/clusters\/a%20b\na=it%27s%20%28a%29%20%2A&z=1\n/)
    })
  )
})

it.effect("ACS3: no secret shows as it was sent either, however that was spelt", () =>
  Effect.gen(function* () {
    const sent = "z=1&Password=my+pass%21%77ord%40%281%29%7e&flag"
    const { mismatches } = yield* send(acs3(() => ({ query: sent }), undefined, sent))
    assert.include(mismatches[0]?.client?.signed, "\nz=1&Password=***&flag\n")
    assert.include(mismatches[0]?.canonicalRequest, "\nPassword=***&flag=&z=1\n")
    assert.notMatch(JSON.stringify(mismatches).replaceAll("Password", ""), secretLetters)
  })
)

it.effect("a wrong secret is no mistake that is known, and no secret shows", () =>
  Effect.gen(function* () {
    const raw = [rpc({ key: () => "wrongsecret&" }, "STS.id"), acs3(() => ({ query: "?" }))]
    for (const each of raw) {
      const { calls, mismatches } = yield* send(each)
      assert.strictEqual(mismatches[0]?.client, undefined)
      const text = JSON.stringify([calls, mismatches])
      for (const secret of ["testsecret", token, encode(token), encode(encode(token))]) assert.notInclude(text, secret)
    }
  })
)

describe("what is kept of a request", () => {
  const post = (parameters: Readonly<Record<string, string>>): RawRequest.RawRequest => {
    const all = {
      Action: "RunInstances",
      Version: "2014-05-26",
      AccessKeyId: "testid",
      SignatureMethod: "HMAC-SHA1",
      SignatureNonce: "n",
      Timestamp: "1970-01-01T00:00:00Z",
      Signature: "d3Jvbmc=",
      ...parameters
    }
    const form = Object.entries(all).map(([name, value]) => `${name}=${encode(value)}`)
    return {
      method: "POST",
      target: "/",
      headers: [
        ["host", "ecs"],
        ["content-type", "application/x-www-form-urlencoded"]
      ],
      body: new TextEncoder().encode(form.join("&"))
    }
  }

  it.effect("is no password and no token, but what only sounds like one", () =>
    Effect.gen(function* () {
      const secrets = { Password: "CANARY+1=/", OIDCToken: "CANARY.e30.x", SAMLAssertion: "CANARYabc" }
      const { mismatches } = yield* send(post({ ...secrets, ClientToken: "client-token", NextToken: "next-token" }))
      const { expected = "" } = mismatches[0] ?? {}
      assert.notInclude(expected, "CANARY")
      for (const name of Object.keys(secrets)) assert.include(expected, `${name}%3D***`)
      assert.include(expected, "client-token")
      assert.include(expected, "next-token")
    })
  )

  it.effect("is bounded, however long the request, and however many secrets it holds", () =>
    Effect.gen(function* () {
      const long = yield* send(post({ UserData: "x".repeat(60_000) }))
      assert.match(long.mismatches[0]?.expected ?? "", /^POST&%2F&AccessKeyId%3Dtestid%26.*x… \(\d+ more\)$/)
      const tooLong = yield* send(post({ UserData: "x".repeat(1_000_000) }))
      const secrets = Array.from({ length: 3000 }, (_, index) => [`token${index}`, `!${100_000 + index}`])
      const tooMany = yield* send(post(Object.fromEntries(secrets)))
      for (const { calls, mismatches } of [tooLong, tooMany]) {
        assert.deepInclude(calls[0], { verdict: "Refused", code: "SignatureDoesNotMatch" })
        assert.match(mismatches[0]?.expected ?? "", /^\(the request is too long/)
      }
    })
  )
})

it.effect("the last hundred are kept", () =>
  Effect.gen(function* () {
    const emulator = yield* Emulator.make({ keys })
    for (let i = 0; i < 120; i++) yield* emulator.gateway.handle(rpc({ method: "POST" }))
    const mismatches = yield* emulator.mismatches
    assert.strictEqual(mismatches.length, 100)
    assert.strictEqual(mismatches.at(-1)?.requestId, (yield* emulator.calls).at(-1)?.requestId)
  })
)
