/** Requests of foreign clients as they arrived, and whether the emulator refuses them once a signed byte is another. */
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** a request, and when it arrived */
export interface Arrived {
  readonly raw: RawRequest.RawRequest
  readonly at: number
}

/** a server that keeps what arrives at it, and at any other server for its emulator */
export const recorder = (options: NodeEmulator.Options = {}) =>
  Effect.gen(function* () {
    const arrived: Array<Arrived> = []
    const emulator = yield* Emulator.make(options).pipe(Effect.provide(NodeDigest.layer))
    const handle = (raw: RawRequest.RawRequest) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) => {
        arrived.push({ raw, at })
        return emulator.gateway.handle(raw)
      })
    const server = yield* NodeEmulator.serve({ ...emulator, gateway: { handle } }, options)
    return { ...server, arrived }
  })

/** which headers a request signs; `undefined` where it signs none */
const signedHeaders = (raw: RawRequest.RawRequest): ReadonlySet<string> | undefined => {
  const authorization = RawRequest.header(raw, "authorization")
  if (authorization === undefined) return undefined
  const list = /SignedHeaders=([^,]*)/.exec(authorization)?.[1]
  if (list !== undefined) return new Set([...list.split(";"), "authorization"])
  const names = raw.headers.map(([name]) => name.toLowerCase())
  const always = ["authorization", "accept", "content-md5", "content-type", "date"]
  return new Set(names.filter((name) => always.includes(name) || name.startsWith("x-acs-")))
}

const isBodySigned = (raw: RawRequest.RawRequest): boolean => {
  const authorization = RawRequest.header(raw, "authorization")
  // version 1 of RPC signs a form, and nothing else that a body can be
  if (authorization === undefined) return RawRequest.isForm(RawRequest.header(raw, "content-type"))
  return authorization.startsWith("ACS3-") || RawRequest.header(raw, "content-md5") !== undefined
}

/** the next digit or letter, so that what is changed keeps its kind */
const next = (code: number): number => {
  for (const [first, last] of [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a]
  ] as const) {
    if (code >= first && code <= last) return code === last ? first : code + 1
  }
  return code ^ 1
}

/** the request with each byte of its signed parts changed, in turn */
function* changes(raw: RawRequest.RawRequest): Generator<readonly [what: string, RawRequest.RawRequest]> {
  const headers = signedHeaders(raw)
  const { target } = raw
  // a character for each byte
  const body = Buffer.from(raw.body).toString("latin1")
  // a path of version 1 of RPC is / or nothing, which is the same; its string to sign has it fixed
  const pieces: ReadonlyArray<readonly [string, string, (changed: string) => RawRequest.RawRequest]> = [
    ["method", raw.method, (method) => ({ ...raw, method })],
    ["target", target, (changed) => ({ ...raw, target: changed })],
    ...raw.headers.flatMap(([name, value], place) =>
      headers?.has(name.toLowerCase()) === true
        ? [[name, value, (changed: string) => ({ ...raw, headers: raw.headers.with(place, [name, changed]) })] as const]
        : []
    ),
    ...(isBodySigned(raw)
      ? [["body", body, (changed: string) => ({ ...raw, body: Buffer.from(changed, "latin1") })] as const]
      : [])
  ]
  for (const [name, text, put] of pieces) {
    for (let index = 0; index < text.length; index++) {
      const to = String.fromCharCode(next(text.charCodeAt(index)))
      yield [`${name}[${index}] ${text.charAt(index)} -> ${to}`, put(text.slice(0, index) + to + text.slice(index + 1))]
    }
  }
}

/** the same clock for all: the requests are as old as when they arrived */
const clockAt = (at: number): Clock.Clock => ({
  ...Clock.make(),
  unsafeCurrentTimeMillis: () => at,
  currentTimeMillis: Effect.succeed(at)
})

/** lets each request in as it was, and refuses it with any byte of its signed parts changed; yields how many changes there were */
export const refusesEveryByte = (
  arrived: ReadonlyArray<Arrived>,
  keys: ReadonlyArray<Key.Key> = [Key.test]
): Effect.Effect<number> =>
  Effect.gen(function* () {
    let count = 0
    for (const { at, raw } of arrived) {
      const emulator = yield* Emulator.make({ keys, echo: true }).pipe(Effect.provide(NodeDigest.layer))
      const judge = (each: RawRequest.RawRequest) =>
        Effect.gen(function* () {
          yield* emulator.gateway.handle(each)
          return (yield* emulator.calls).at(-1)
        }).pipe(Effect.withClock(clockAt(at)))
      const seen: Array<string> = []
      for (const [what, changed] of changes(raw)) {
        const call = yield* judge(changed)
        if (call?.verdict !== "Refused") seen.push(`${raw.method} ${call?.action}: ${what}`)
        count++
      }
      assert.deepStrictEqual(seen, [])
      assert.strictEqual((yield* judge(raw))?.verdict, "Accepted")
    }
    return count
  })
