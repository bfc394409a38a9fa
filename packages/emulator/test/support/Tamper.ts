/** Requests that core signed, ways to change them, and a gateway that tells what a service would have seen. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as Body from "@effect-aliyun/core/Body"
import type * as Credential from "@effect-aliyun/core/Credential"
import * as Digest from "@effect-aliyun/core/Digest"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as RawResponse from "../../src/RawResponse.js"
import * as emulator from "../../src/internal/emulator.js"
import * as gateway from "../../src/internal/gateway.js"
import * as Service from "../../src/internal/service.js"
import * as Store from "../../src/internal/store.js"
import * as World from "../../src/internal/world.js"
import { as, keys, people } from "./Doors.js"

export type Raw = RawRequest.RawRequest

/** when everything here is signed, and arrives */
export const at = Date.UTC(2026, 4, 24, 12, 34, 56)

const signer = (algorithm: Signer.Algorithm) =>
  Layer.effect(Signer.Signer, Signer.make(algorithm)).pipe(Layer.provide(NodeDigest.layer))

const { rsa, sts, tester } = people

/** every kind of signature: who signs, and how */
const kindsOf = (first: Signer.Algorithm, second: Signer.Algorithm, ofRsa: string) => ({
  [first]: { who: tester, signer: signer(first) },
  [`${first} with STS`]: { who: sts, signer: signer(first) },
  [second]: { who: tester, signer: signer(second) },
  [`${second} with STS`]: { who: sts, signer: signer(second) },
  [ofRsa]: { who: rsa, signer: signer(first) }
})
export const kinds = {
  ACS3: kindsOf("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3", "ACS3-RSA-SHA256"),
  V1: kindsOf("HMAC-SHA1", "HMAC-SHA256", "SHA256withRSA")
}
export interface Kind {
  readonly who: Credential.Credential
  readonly signer: Layer.Layer<Signer.Signer>
}

const query = { Name: "中 a*~'()", Tag: [{ Key: "k", Value: "" }], n: "1&2=3" }
const form = { PageSize: 2, Text: "it's a b&c=d+é" }
const binary = Uint8Array.from([0, 255, 1, 128, 38, 61, 37, 50, 48, 13, 10, 65])

type Method = "GET" | "POST" | "PUT"
const rpc = (method: Method, body: Body.Body) =>
  RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "Echo", method, query, body })
const roa = (method: Method, body: Body.Body) =>
  RoaRequest.make({
    product: "CS",
    version: "2015-12-15",
    pathPattern: "/things/[Id]/parts",
    pathParams: { Id: "a b*~/中" },
    action: "Echo",
    method,
    query: { name: "x y*~中", flag: "", n: "1" },
    body
  })

/** every kind of body */
const bodies = {
  GET: ["GET", Body.empty],
  form: ["POST", Body.form(form)],
  JSON: ["PUT", Body.json({ name: "中", size: 2 })],
  bytes: ["POST", Body.bytes(binary)]
} as const
export type BodyKind = keyof typeof bodies

export const requests = {
  RPC: Object.fromEntries(
    Object.entries(bodies).map(([kind, [method, body]]) => [kind, rpc(method === "PUT" ? "POST" : method, body)])
  ),
  ROA: Object.fromEntries(Object.entries(bodies).map(([kind, [method, body]]) => [kind, roa(method, body)]))
} as Record<"RPC" | "ROA", Record<BodyKind, AcsRequest.AcsRequest>>

/** what core puts on the wire for a request */
export const signed = (request: AcsRequest.AcsRequest, { signer, who }: Kind) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(at)
    let raw: Raw | undefined
    const client = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      Effect.flatMap((sent) =>
        Effect.map(HttpWire.collect(sent), (collected) => {
          raw = collected
          return HttpClientResponse.fromWeb(sent, new Response("{}"))
        })
      ),
      Effect.succeed
    )
    yield* Effect.orDie(
      AcsClient.execute(request).pipe(as(who, signer), Effect.provideService(HttpClient.HttpClient, client))
    )
    return raw!
  })

/** the answer of a gateway: a code of its own, or what the service behind it saw */
export type Answer =
  { readonly _tag: "Refused"; readonly code: string } | { readonly _tag: "Accepted"; readonly seen: unknown }

/** whatever a service may act on; names that differ have no order */
const echo: Service.Handler = ({ ask, pathParameters, principal }) => {
  const values = new Map<string, Array<string>>()
  for (const [name, value] of ask.parameters) values.set(name, [...(values.get(name) ?? []), value])
  return Effect.succeed({
    method: ask.method,
    path: ask.path === "" ? [""] : ask.path.split("/").slice(1).map(Encoding.percentDecode),
    pathParameters: [...pathParameters],
    version: ask.version,
    action: ask.action,
    parameters: [...values].sort(([one], [other]) => (one < other ? -1 : 1)),
    body: Encoding.hex(ask.body),
    principal
  })
}

const services = [
  Service.rpc({ product: "Ecs", version: "2014-05-26", operations: { Echo: echo, Echp: echo, Delete: echo } }),
  Service.roa({
    product: "CS",
    version: "2015-12-15",
    routes: ["GET", "POST", "PUT", "HEAD"].flatMap((method) =>
      ["/things/{Id}/parts", "/things/{Id}", "/things"].map((path) => ({ method, path, action: "Echo", handle: echo }))
    )
  })
]

/** milliseconds for one request in all its forms, on a machine that has other things to do */
export const patience = 60_000

/** a gateway that has seen no nonce yet */
const openGate = () => {
  const world = World.make(emulator.settings({ keys }), Store.noJournal, services).pipe(
    Effect.provideService(Digest.Digest, NodeDigest.service),
    Effect.runSync
  )
  return (raw: Raw): Effect.Effect<Answer> =>
    Effect.map(gateway.handle(world, raw), (response): Answer => {
      const id = RawResponse.header(response, "x-acs-request-id")
      const last = world.log.entries().findLast(({ requestId }) => requestId === id)
      if (last?.verdict === "Refused") return { _tag: "Refused", code: last.code ?? "" }
      const text = Encoding.utf8Decode(response.body)
      const type = RawResponse.header(response, "content-type") ?? ""
      if (response.status !== 200) return { _tag: "Accepted", seen: last?.code }
      return { _tag: "Accepted", seen: type.includes("xml") ? "XML" : { ...JSON.parse(text), RequestId: "" } }
    })
}

export const judge = (raw: Raw): Effect.Effect<Answer> => openGate()(raw)

/** one byte that is another; `text` and `index` are the piece of the request it lies in, and where */
export interface Change {
  readonly part: "method" | "path" | "query" | "header" | "header name" | "body"
  /** of the header; lower case, as it was */
  readonly header: string
  readonly text: string
  readonly index: number
  readonly from: string
  readonly to: string
  /** the piece after the change */
  readonly changed: string
  readonly raw: Raw
}

const next = (code: number): number => {
  const wrap = (first: number, last: number) => (code === last ? first : code + 1)
  if (code >= 0x30 && code <= 0x39) return wrap(0x30, 0x39)
  if (code >= 0x41 && code <= 0x5a) return wrap(0x41, 0x5a)
  if (code >= 0x61 && code <= 0x7a) return wrap(0x61, 0x7a)
  return code ^ 1
}

/** what a byte becomes: the next of its kind, and of a letter the other case */
const others = (code: number): ReadonlyArray<number> =>
  /[A-Za-z]/.test(String.fromCharCode(code)) ? [next(code), code ^ 0x20] : [next(code)]

const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
const toBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** the request with every byte of it changed, in turn; a character is a byte, the body's too */
function* changes(raw: Raw): Generator<Change> {
  const cut = raw.target.indexOf("?")
  const path = cut < 0 ? raw.target : raw.target.slice(0, cut)
  const search = cut < 0 ? "" : raw.target.slice(cut + 1)
  const pieces: ReadonlyArray<readonly [Change["part"], string, string, (changed: string) => Raw]> = [
    ["method", "", raw.method, (method) => ({ ...raw, method })],
    ["path", "", path, (changed) => ({ ...raw, target: `${changed}${raw.target.slice(path.length)}` })],
    ["query", "", search, (changed) => ({ ...raw, target: `${path}?${changed}` })],
    ...raw.headers.flatMap(([name, value], place) => {
      const put = (header: readonly [string, string]) => ({ ...raw, headers: raw.headers.with(place, header) })
      return [
        ["header name", name, name, (changed: string) => put([changed, value])],
        ["header", name, value, (changed: string) => put([name, changed])]
      ] as const
    }),
    ["body", "", latin1(raw.body), (changed) => ({ ...raw, body: toBytes(changed) })]
  ]
  for (const [part, header, text, put] of pieces) {
    for (let index = 0; index < text.length; index++) {
      for (const code of others(text.charCodeAt(index))) {
        const to = String.fromCharCode(code)
        const changed = `${text.slice(0, index)}${to}${text.slice(index + 1)}`
        yield { part, header, text, index, from: text.charAt(index), to, changed, raw: put(changed) }
      }
    }
  }
}

/** the code of a refusal; or that the service must see what it saw before */
export type Verdict = string

/** the service sees the same: the byte is not signed, and nobody acts on it */
export const unsigned: Verdict = "same: not signed"
/** the service sees the same: another way to write what was signed */
export const equivalent: Verdict = "same: means the same"

/** `%2f` and `%2F` are one byte, by RFC 3986 6.2.2.1 */
export const isHexCase = ({ from, index, text, to }: Change): boolean =>
  from.toLowerCase() === to.toLowerCase() && /%[0-9A-F]?$/i.test(text.slice(Math.max(0, index - 2), index))

/** names of headers have no case, by RFC 9110 5.1 */
export const isNameCase = ({ header, changed, part }: Change): boolean =>
  part === "header name" && changed.toLowerCase() === header

/** what is wrong with a date that was changed */
export const dateRefusal = (text: string): string => {
  const time = Date.parse(text)
  const spellings = Number.isNaN(time)
    ? []
    : [new Date(time).toISOString().replace(".000Z", "Z"), new Date(time).toUTCString()]
  if (!spellings.includes(text)) return "InvalidTimeStamp.Format"
  return Math.abs(time - at) > 15 * 60 * 1000 ? "InvalidTimeStamp.Expired" : "SignatureDoesNotMatch"
}

/** changes every byte of a request, in turn, and holds the answers against what must come; yields how many there were */
export const everyByte = (raw: Raw, expected: (change: Change) => Verdict) =>
  Effect.gen(function* () {
    const before = yield* judge(raw)
    const shared = openGate()
    if (before._tag === "Refused" || typeof before.seen === "string") return assert.fail(JSON.stringify(before))
    const answers = yield* Effect.forEach(
      changes(raw),
      (change) =>
        Effect.flatMap(shared(change.raw), (answer) =>
          // what is let in uses the nonce up, for all that are let in after it
          answer._tag === "Refused" && answer.code === "SignatureNonceUsed" ? judge(change.raw) : Effect.succeed(answer)
        ).pipe(Effect.map((answer) => ({ answer, change }))),
      // RSA is checked in threads of its own
      { concurrency: 16 }
    )
    const counts = new Map<string, number>()
    const wrong: Array<string> = []
    for (const { answer, change } of answers) {
      const verdict = expected(change)
      const isRight =
        verdict === unsigned || verdict === equivalent
          ? JSON.stringify(answer) === JSON.stringify(before)
          : answer._tag === "Refused" && answer.code === verdict
      if (!isRight) {
        const { from, header, index, part, to } = change
        wrong.push(`${part} ${header} [${index}] ${from} -> ${to}: ${JSON.stringify(answer)}, not ${verdict}`)
      }
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
    }
    assert.deepStrictEqual(wrong, [])
    // and once only
    const gate = openGate()
    assert.deepStrictEqual(yield* gate(raw), before)
    assert.deepStrictEqual(yield* gate(raw), { _tag: "Refused", code: "SignatureNonceUsed" })
    return counts
  })
