/**
 * Tests without a network: one layer in place of `Credentials`, `Signer` and `HttpClient`, answering from a function. What
 * arrives there is a real signed request, and its signature is checked.
 *
 * @since 0.1.0
 */
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as ClockSkew from "./ClockSkew.js"
import * as Credentials from "./Credentials.js"
import * as Digest from "./Digest.js"
import * as HttpWire from "./HttpWire.js"
import * as LocationService from "./LocationService.js"
import * as RetryBudget from "./RetryBudget.js"
import * as Signer from "./Signer.js"

/**
 * A request as it arrived.
 *
 * - `action`: of RPC and of ROA requests that name it, else empty
 * - `host`: the host it went to; the product is not on the wire
 * - `params`: query and form parameters, without those of the signature
 * - `attempt`: how often the same method, host, path and action had arrived, this time included
 *
 * @since 0.1.0
 * @category models
 */
export interface Call {
  readonly action: string
  readonly version: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly attempt: number
}

/**
 * What to answer: `json` (or `text` for anything else), status 200 unless told, after `delay`. `refuse` breaks the
 * connection: before anything was sent (`connect`), or after all of it was (`reset`).
 *
 * @since 0.1.0
 * @category models
 */
export type Reply =
  | {
      readonly status?: number
      readonly json?: unknown
      readonly text?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly delay?: Duration.DurationInput
    }
  | { readonly refuse: "connect" | "reset"; readonly delay?: Duration.DurationInput }

/**
 * @since 0.1.0
 * @category models
 */
export type Handler = (call: Call) => Reply | Effect.Effect<Reply>

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly calls: Effect.Effect<ReadonlyArray<Call>>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class AcsTest extends Context.Tag("@effect-aliyun/core/AcsTest")<AcsTest, Service>() {}

/**
 * All requests that have arrived, in order, those with a wrong signature left out.
 *
 * @since 0.1.0
 * @category getters
 */
export const calls: Effect.Effect<ReadonlyArray<Call>, never, AcsTest> = Effect.flatMap(AcsTest, (test) => test.calls)

const accessKeyId = "testid"
const accessKeySecret = "testsecret"

/**
 * The three services and {@link AcsTest}, all answering from one function. A handler that throws is a defect.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as AcsTest from "@effect-aliyun/core/AcsTest"
 * import * as Effect from "effect/Effect"
 *
 * const program = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }).pipe(
 *   Effect.flatMap((response) => response.json)
 * )
 * const Test = AcsTest.layer(() => ({ json: { RequestId: "R", AccountId: "1" } }))
 *
 * Effect.runPromise(Effect.provide(program, Test)).then(console.log) // { RequestId: "R", AccountId: "1" }
 */
export const layer = (
  handler: Handler
): Layer.Layer<AcsTest | Credentials.Credentials | Signer.Signer | HttpClient.HttpClient> => {
  const server = Effect.gen(function* () {
    const { digest } = yield* Digest.Digest
    const arrived = yield* Ref.make<ReadonlyArray<Call>>([])
    const client = HttpClient.make((request) =>
      Effect.gen(function* () {
        const raw = yield* HttpWire.collect(request)
        const now = yield* Clock.currentTimeMillis
        const refusal = check(raw, now, digest)
        const give = (reply: Exclude<Reply, { readonly refuse: unknown }>) =>
          HttpClientResponse.fromWeb(request, toWeb(reply, raw.method))
        if (refusal !== undefined) {
          return give({ status: refusal.status, json: { Code: refusal.code, Message: refusal.message, RequestId: "" } })
        }
        const call = yield* Ref.modify(arrived, (before) => {
          const next = toCall(raw, before)
          return [next, [...before, next]]
        })
        const answer = handler(call)
        const reply = Effect.isEffect(answer) ? yield* answer : answer
        if (reply.delay !== undefined) yield* Effect.sleep(reply.delay)
        if (!("refuse" in reply)) return give(reply)
        return yield* new HttpClientError.RequestError({
          request,
          reason: "Transport",
          cause: new HttpWire.TransportFailure(
            reply.refuse === "connect"
              ? { kind: "Connect", syscallCode: "ECONNREFUSED", sent: "none", bytesReceived: 0 }
              : { kind: "Reset", syscallCode: "ECONNRESET", sent: "all", bytesReceived: 0 }
          )
        })
      })
    )
    return Context.make(HttpClient.HttpClient, client).pipe(Context.add(AcsTest, { calls: Ref.get(arrived) }))
  })
  return Layer.mergeAll(
    Layer.effectContext(server),
    Credentials.layerAccessKey({ accessKeyId, accessKeySecret }),
    Signer.layer
  ).pipe(
    // what one test has used up or found out is no other's concern
    Layer.provideMerge(Layer.mergeAll(RetryBudget.layer, ClockSkew.layer, LocationService.layerCache))
  )
}

/** a request signed as somebody else, without a signature or with a bearer token is let through: a test may want that */
const check = (
  raw: RawRequest.RawRequest,
  now: number,
  digest: Digest.Service["digest"]
): Verification.Refusal | undefined => {
  const claim = Verification.read(raw, digest)
  if (claim._tag === "Refusal") return claim
  return claim.accessKeyId === accessKeyId
    ? (Verification.checkTime(claim, now) ?? Verification.checkHmac(claim, accessKeySecret, digest))
    : undefined
}

const ofTheSignature = /^(Signature.*|Timestamp|Format|AccessKeyId|SecurityToken|BearerToken|Action|Version)$/

const toCall = (raw: RawRequest.RawRequest, before: ReadonlyArray<Call>): Call => {
  const given = [...RawRequest.query(raw), ...RawRequest.form(raw)]
  const named = (header: string, param: string) =>
    RawRequest.header(raw, header) ?? given.find(([name]) => name === param)?.[1] ?? ""
  const call = {
    action: named("x-acs-action", "Action"),
    version: named("x-acs-version", "Version"),
    method: raw.method,
    host: RawRequest.header(raw, "host") ?? "",
    path: RawRequest.path(raw),
    params: Object.fromEntries(given.filter(([name]) => !ofTheSignature.test(name))),
    headers: Object.fromEntries(raw.headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: raw.body
  }
  const isSame = (other: Call) =>
    other.action === call.action && other.method === call.method && other.host === call.host && other.path === call.path
  return { ...call, attempt: before.filter(isSame).length + 1 }
}

const toWeb = (reply: Exclude<Reply, { readonly refuse: unknown }>, method: string): Response => {
  const status = reply.status ?? 200
  const body = reply.text ?? (reply.json === undefined ? "" : JSON.stringify(reply.json))
  const isBare = method === "HEAD" || status === 204 || status === 205 || status === 304
  return new Response(isBare ? null : body, {
    status,
    headers: {
      "content-type": reply.text === undefined ? "application/json; charset=utf-8" : "text/plain; charset=utf-8",
      ...reply.headers
    }
  })
}
