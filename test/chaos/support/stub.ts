/** A service that is a function: counts what arrives, and answers at once. No signature is checked, so that 10,000 calls are cheap. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/** `body`: in place of one made of status and code; `breaksOff`: the connection ends after it */
export type Answer =
  | {
      readonly status?: number
      readonly code?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: Uint8Array
      readonly breaksOff?: boolean
    }
  | "connect"
  | "reset"

export interface Stub {
  readonly requests: Array<HttpClientRequest.HttpClientRequest>
  /** whether it answers nobody for now */
  readonly silence: (isSilent: boolean) => void
  readonly layer: Layer.Layer<Credentials.Credentials | Signer.Signer | HttpClient.HttpClient>
}

/** `answer` is asked with the number of the request, from 1 */
export const make = (answer: (number: number, request: HttpClientRequest.HttpClientRequest) => Answer): Stub => {
  const requests: Array<HttpClientRequest.HttpClientRequest> = []
  let isSilent = false
  // not by `HttpClient.make`, which has a finalizer watch each answer
  const respond = (
    request: HttpClientRequest.HttpClientRequest
  ): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
    const number = requests.push(request)
    if (isSilent) return Effect.never
    const reply = answer(number, request)
    if (typeof reply === "string") {
      const facts =
        reply === "connect"
          ? ({ kind: "Connect", syscallCode: "ECONNREFUSED", sent: "none", bytesReceived: 0 } as const)
          : ({ kind: "Reset", syscallCode: "ECONNRESET", sent: "all", bytesReceived: 0 } as const)
      const cause = new HttpWire.TransportFailure(facts)
      return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))
    }
    const status = reply.status ?? 200
    const body = status < 300 ? { RequestId: "r" } : { Code: reply.code ?? "", Message: "", RequestId: `r${number}` }
    const bytes = reply.body ?? Encoding.utf8(JSON.stringify(body))
    // one that breaks off and says how long it would have been says so by its headers
    const length = reply.breaksOff ? {} : { "content-length": String(bytes.length) }
    return Effect.succeed(inMemory(request, status, { ...length, ...reply.headers }, bytes, reply.breaksOff))
  }
  const client = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap(respond),
    Effect.succeed
  )
  return {
    requests,
    silence: (value) => void (isSilent = value),
    layer: Layer.mergeAll(
      Layer.succeed(HttpClient.HttpClient, client),
      Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
      Signer.layer
    ).pipe(Layer.provideMerge(Layer.merge(RetryBudget.layer, ClockSkew.layer)))
  }
}

/** comes in the same step, unlike the streams of a `Response`: a clock that goes by itself must not run ahead of it */
const inMemory = (
  request: HttpClientRequest.HttpClientRequest,
  status: number,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array,
  breaksOff = false
): HttpClientResponse.HttpClientResponse => {
  const response = HttpClientResponse.fromWeb(request, new Response(null))
  const cause = new HttpWire.TransportFailure({
    kind: "Reset",
    syscallCode: "ECONNRESET",
    sent: "all",
    bytesReceived: 1
  })
  const broken = Effect.suspend(() =>
    Effect.fail(new HttpClientError.ResponseError({ request, response, reason: "Decode", cause }))
  )
  return Object.defineProperties(response, {
    status: { value: status },
    headers: { value: Headers.fromInput(headers) },
    stream: { value: breaksOff ? Stream.concat(Stream.make(bytes), broken) : Stream.make(bytes) },
    arrayBuffer: { value: breaksOff ? broken : Effect.succeed(bytes.buffer) }
  })
}

/** one answer after the other, then the last again and again */
export const sequence = (...answers: ReadonlyArray<Answer>): Stub =>
  make((number) => answers[Math.min(number, answers.length) - 1] ?? {})
