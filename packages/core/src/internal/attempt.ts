/** One attempt: credentials, time, nonce, signature, sending, reading, judging. */
import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as AcsError from "../AcsError.js"
import * as AcsResponse from "../AcsResponse.js"
import { Credentials } from "../Credentials.js"
import type * as Limits from "../Limits.js"
import * as Nonce from "../Nonce.js"
import { Signer, type SignedRequest, type UnsignedRequest } from "../Signer.js"
import * as bytes from "./bytes.js"
import * as failure from "./failure.js"
import { type Redact, redactor } from "./redact.js"

type Services = Credentials | Signer | HttpClient.HttpClient

/** @internal what an attempt needs to know of its call */
export interface Call extends failure.Call {
  readonly unsigned: UnsignedRequest
  readonly businessFailure: "error" | "value"
}

/** @internal an open answer of status 2xx, its body not read yet */
export interface Open {
  readonly response: HttpClientResponse.HttpClientResponse
  readonly redact: Redact
}

/** @internal credentials, time and nonce, and the signature made of them */
export const sign = (
  unsigned: UnsignedRequest,
  context: Context.Context<Credentials | Signer>
): Effect.Effect<{ readonly signed: SignedRequest; readonly redact: Redact }, AcsError.ClientException> =>
  Effect.flatMap(Context.get(context, Credentials).get, (credential) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) =>
      Effect.flatMap(Context.get(context, Nonce.Nonce), (nonce) =>
        Effect.map(Context.get(context, Signer).sign(unsigned, credential, { at, nonce }), (signed) => ({
          signed,
          redact: redactor(credential)
        }))
      )
    )
  )

/** @internal sends, and reads the body of an answer that failed; that of one that succeeded is left to the caller */
export const open = (
  call: Call,
  context: Context.Context<Services>,
  onSend: () => void
): Effect.Effect<Open, AcsError.AcsError> =>
  Effect.flatMap(sign(call.unsigned, context), ({ redact, signed }) => {
    const client = quiet(Context.get(context, HttpClient.HttpClient))
    return Effect.suspend(() => {
      onSend()
      return client.execute(toHttp(signed))
    }).pipe(
      Effect.mapError((error) => failure.fromHttpClient(error, call, 0)),
      Effect.flatMap((response) =>
        response.status >= 200 && response.status < 300
          ? Effect.succeed({ response, redact })
          : Effect.flatMap(readFailed(response, call), (answer) => refuse(answer, call, redact))
      )
    )
  })

type Judged = Effect.Effect<AcsResponse.AcsResponse, AcsError.AcsError>

/** @internal reads an answer of status 2xx to its end and judges it */
export const read = ({ redact, response }: Open, call: Call, limits: Limits.Values, attempts: number): Judged =>
  Effect.flatMap(readBody(response, call, limits.responseBytes), ({ bytes: body, complete }): Judged => {
    const answer = { status: response.status, headers: response.headers, bytes: body }
    const headerId = response.headers["x-acs-request-id"]
    const give = (json: unknown, requestId: string | undefined) =>
      AcsResponse.unsafeMake({
        requestId: requestId ?? "",
        status: response.status,
        headers: response.headers,
        attempts,
        bytes: body,
        json: Effect.succeed(json),
        unexpected: failure.unexpectedResponse(answer, requestId, call, attempts, redact)
      })
    const unexpected = (issue: string, requestId = headerId) =>
      Effect.fail(failure.unexpectedResponse(answer, requestId, call, attempts, redact)(issue))

    if (!complete)
      return unexpected(`the body is larger than ${limits.responseBytes} bytes; Limits sets how much is read`)
    if (hasNoBody(response.status, call.unsigned.method)) return Effect.succeed(give(undefined, headerId))
    if (call.format !== "JSON") return Effect.succeed(lazily(answer, headerId, call, attempts, redact, response))
    const text = bytes.toText(body)
    if (text === undefined) return unexpected("the body is not valid UTF-8")
    if (text === "") return unexpected("the body is empty")
    const json = bytes.toJson(text)
    if (json === undefined) return unexpected("the body is no JSON, or was cut off")
    const requestId = ErrorBody.fromJson(json.value, call.style).requestId ?? headerId
    if (bytes.isDeeperThan(json.value, limits.depth)) {
      return unexpected(`the body nests deeper than ${limits.depth} levels`, requestId)
    }
    return call.businessFailure === "error" && ErrorBody.isBusinessFailure(json.value, call.style)
      ? refuse(answer, call, redact)
      : Effect.succeed(give(json.value, requestId))
  })

/** @internal the body of an answer of status 2xx as it flows */
export const streamOf = ({ response }: Open, call: Call): Stream.Stream<Uint8Array, AcsError.ClientException> => {
  let received = 0
  return Stream.suspend(() => response.stream).pipe(
    Stream.tap((chunk) => Effect.sync(() => (received += chunk.length))),
    Stream.catchAll((error) =>
      isEmptyBody(error) ? Stream.empty : Stream.fail(failure.fromHttpClient(error, call, received))
    )
  )
}

// the platform's own HTTP span and trace headers would print tokens and add headers that are not signed
const quiet = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  client.pipe(
    HttpClient.withTracerDisabledWhen(() => true),
    HttpClient.withTracerPropagation(false)
  )

/** @internal */
const toHttp = (signed: SignedRequest): HttpClientRequest.HttpClientRequest => {
  const { "content-type": contentType, ...headers } = signed.headers
  const { payload } = signed
  return HttpClientRequest.make(signed.method as HttpClientRequest.HttpClientRequest["method"])(signed.url, {
    headers: contentType === undefined ? headers : signed.headers,
    ...(payload._tag === "Empty"
      ? {}
      : {
          body:
            payload._tag === "Bytes"
              ? HttpBody.uint8Array(payload.bytes, contentType)
              : HttpBody.stream(payload.stream, contentType, payload.contentLength)
        })
  })
}

const refuse = (answer: failure.Answer, call: Call, redact: Redact): Effect.Effect<never, AcsError.ServerException> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.fail(failure.fromAnswer(answer, call, redact, now)))

/** how much of a failed answer is looked at: error bodies are small, and a proxy's HTML page says nothing further on */
const failedLimit = 64 * 1024

const readFailed = (
  response: HttpClientResponse.HttpClientResponse,
  call: Call
): Effect.Effect<failure.Answer, AcsError.ClientException> =>
  Effect.map(
    // a body that breaks off does not hide that the service said no
    Effect.orElseSucceed(readBody(response, call, failedLimit), () => ({ bytes: new Uint8Array(0), complete: false })),
    ({ bytes: body }) => ({ status: response.status, headers: response.headers, bytes: body })
  )

const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  call: Call,
  limit: number
): Effect.Effect<bytes.Collected, AcsError.ClientException> =>
  Effect.suspend(() => {
    let received = 0
    return bytes
      .collect(response.stream, limit, (total) => (received = total))
      .pipe(
        Effect.catchAll((error) =>
          isEmptyBody(error)
            ? Effect.succeed({ bytes: new Uint8Array(0), complete: true })
            : Effect.fail(failure.fromHttpClient(error, call, received))
        )
      )
  })

// what the platform's fetch client says of an answer without a body
const isEmptyBody = (error: HttpClientError.HttpClientError): boolean =>
  error._tag === "ResponseError" && error.reason === "EmptyBody"

const hasNoBody = (status: number, method: string): boolean => status === 204 || status === 205 || method === "HEAD"

/** an answer that was not asked for in JSON: its JSON is parsed only when someone wants it */
const lazily = (
  answer: failure.Answer,
  requestId: string | undefined,
  call: Call,
  attempts: number,
  redact: Redact,
  response: HttpClientResponse.HttpClientResponse
): AcsResponse.AcsResponse => {
  const unexpected = failure.unexpectedResponse(answer, requestId, call, attempts, redact)
  return AcsResponse.unsafeMake({
    requestId: requestId ?? "",
    status: answer.status,
    headers: response.headers,
    attempts,
    bytes: answer.bytes,
    json: Effect.suspend(() => {
      const json = bytes.toJson(bytes.toText(answer.bytes) ?? "")
      return json === undefined ? Effect.fail(unexpected("the body is no JSON")) : Effect.succeed(json.value)
    }),
    unexpected
  })
}
