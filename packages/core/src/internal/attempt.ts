/** One attempt up to its answer: credentials, time, nonce, signature, sending. An answer that says no is read and refused. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as AcsError from "../AcsError.js"
import type { Credential } from "../Credential.js"
import { Credentials } from "../Credentials.js"
import * as Nonce from "../Nonce.js"
import type { SignedRequest, UnsignedRequest } from "../Signer.js"
import { Signer } from "../Signer.js"
import * as bytes from "./bytes.js"
import * as failure from "./failure.js"
import { FetchOptions } from "./fetchOptions.js"
import { type Redact, redactor } from "./redact.js"

type Services = Credentials | Signer | HttpClient.HttpClient

/** @internal what an attempt needs to know of its call */
export interface Call extends failure.Call {
  readonly unsigned: UnsignedRequest
  readonly businessFailure: "error" | "value"
}

/** @internal one attempt of a call: its number, when it must have ended, and whom to tell that sending begins, and by whom */
export interface Trial {
  readonly call: Call
  readonly context: Context.Context<Services>
  readonly number: number
  readonly until: number
  readonly onSend: (credential: Credential) => void
}

/** @internal an open answer of status 2xx, its body not read yet */
export interface Open {
  readonly response: HttpClientResponse.HttpClientResponse
  readonly redact: Redact
}

interface Signed {
  readonly signed: SignedRequest
  readonly credential: Credential
  readonly redact: Redact
}

/** @internal credentials, time and nonce, and the signature made of them */
export const sign = (
  unsigned: UnsignedRequest,
  context: Context.Context<Credentials | Signer>
): Effect.Effect<Signed, AcsError.ClientException> =>
  Effect.flatMap(Context.get(context, Credentials).get, (credential) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) =>
      Effect.flatMap(Context.get(context, Nonce.Nonce), (nonce) =>
        Effect.map(Context.get(context, Signer).sign(unsigned, credential, { at, nonce }), (signed) => ({
          signed,
          credential,
          redact: redactor(credential)
        }))
      )
    )
  )

/** @internal signs and sends; the body of an answer that succeeded is left to the caller */
export const open = (trial: Trial): Effect.Effect<Open, AcsError.AcsError> =>
  Effect.flatMap(sign(trial.call.unsigned, trial.context), ({ credential, redact, signed }) =>
    send(signed, credential, trial).pipe(
      Effect.catchAll((error) =>
        // a client that was told to fail on the status still hands the answer over
        error._tag === "ResponseError" && error.reason === "StatusCode"
          ? Effect.succeed(error.response)
          : Effect.fail(failure.fromHttpClient(error, trial.call, 0))
      ),
      Effect.flatMap((response) =>
        response.status >= 200 && response.status < 300
          ? Effect.succeed({ response, redact })
          : Effect.flatMap(readFailed(response, trial.until), (answer) => refuse(answer, trial.call, redact))
      )
    )
  )

/** @internal the failure that an answer reports */
export const refuse = (
  answer: failure.Answer,
  call: failure.Call,
  redact: Redact
): Effect.Effect<never, AcsError.ServerException> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.fail(failure.fromAnswer(answer, call, redact, now)))

/** @internal what the platform's fetch client says of an answer without a body */
export const isEmptyBody = (error: HttpClientError.HttpClientError): boolean =>
  error._tag === "ResponseError" && error.reason === "EmptyBody"

const send = (
  signed: SignedRequest,
  credential: Credential,
  { context, onSend }: Trial
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> =>
  Effect.suspend(() => {
    onSend(credential)
    const options = context.unsafeMap.get(FetchOptions.key) as RequestInit | undefined
    // the platform's own HTTP span and trace headers would print tokens and add headers that are not signed
    return Context.get(context, HttpClient.HttpClient)
      .pipe(HttpClient.withTracerDisabledWhen(() => true))
      .execute(toHttp(signed))
      .pipe(Effect.provideService(FetchOptions, { ...options, redirect: "manual" }))
  })

const toHttp = (signed: SignedRequest): HttpClientRequest.HttpClientRequest => {
  // the transport takes the host from the URL; a browser lets nobody set it
  const { host: _, ...headers } = signed.headers
  const contentType = headers["content-type"]
  const { payload } = signed
  return HttpClientRequest.make(signed.method as HttpClientRequest.HttpClientRequest["method"])(signed.url, {
    headers,
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

/** how much of a failed answer is looked at: error bodies are small, and a proxy's HTML page says nothing further on */
const failedLimit = 64 * 1024
const failedPatience = 2_000

/** a body that breaks off or never ends does not hide that the service said no: what has come by then counts */
const readFailed = (response: HttpClientResponse.HttpClientResponse, until: number): Effect.Effect<failure.Answer> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const sink = bytes.sink(failedLimit)
    return sink.drain(response.stream).pipe(
      Effect.interruptible,
      Effect.timeoutOption(Math.min(failedPatience, Math.max(0, (until - now) / 2))),
      Effect.ignore,
      Effect.map(() => ({ status: response.status, headers: response.headers, bytes: sink.taken().bytes }))
    )
  })
