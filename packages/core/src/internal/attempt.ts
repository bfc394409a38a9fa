/** One attempt up to its answer: credentials, time, nonce, signature, sending. An answer that says no is read and refused. */
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as AcsError from "../AcsError.js"
import * as ClockSkew from "../ClockSkew.js"
import type { Credential } from "../Credential.js"
import { Credentials } from "../Credentials.js"
import * as HttpDeadline from "../HttpDeadline.js"
import * as HttpReplay from "../HttpReplay.js"
import * as Nonce from "../Nonce.js"
import type { SignedRequest, UnsignedRequest } from "../Signer.js"
import { Signer } from "../Signer.js"
import * as WireLog from "../WireLog.js"
import * as bytes from "./bytes.js"
import * as failure from "./failure.js"
import { FetchOptions } from "./fetchOptions.js"
import { oneLine, type Redact, redactor } from "./redact.js"
import * as serverTime from "./serverTime.js"
import type { Watch } from "./telemetry.js"
import { within } from "./within.js"

type Services = Credentials | Signer | HttpClient.HttpClient

/** @internal what an attempt needs to know of its call */
export interface Call extends failure.Call {
  readonly unsigned: UnsignedRequest
  readonly businessFailure: "error" | "value"
  readonly context: Context.Context<Services>
  readonly clock: Clock.Clock
  readonly watch: Watch
  /** whether doing it twice does no harm */
  readonly repeatable: boolean
  /** `body`: the whole answer has to come in time; `headers`: reading it is another's concern */
  readonly until: "headers" | "body"
}

/** @internal one attempt of a call, and what is found out on the way */
export interface Trial {
  readonly call: Call
  readonly number: number
  /** what was spent on waiting between those before it */
  readonly totalDelay: Duration.Duration
  /** when it must have ended, in milliseconds of `monotonic` */
  readonly until: number
  /** whether the transport keeps that; else somebody else does */
  readonly isKeptByTransport: boolean
  /** sending has begun, so that the request may have been executed */
  sent: boolean
  credential: Credential | undefined
  /** when it was signed, by the clock of this machine, and what was added to that */
  signedAt: number
  skew: number
  /** the answer's own time, when it came with a refusal */
  date: number | undefined
}

/** @internal milliseconds of a clock that does not jump */
export const monotonic = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos()) / 1_000_000

/** @internal an open answer of status 2xx, its body not read yet */
export interface Open {
  readonly response: HttpClientResponse.HttpClientResponse
  readonly redact: Redact
}

/** @internal how an attempt's request was signed */
export interface Signed {
  readonly signed: SignedRequest
  readonly credential: Credential
  readonly redact: Redact
}

/** @internal who signs, when, and the nonce */
export interface Occasion {
  readonly credential: Credential
  readonly moment: { readonly at: number; readonly nonce: string }
}

/** @internal */
export const occasion = (
  { host }: UnsignedRequest,
  context: Context.Context<Credentials>,
  clock: Clock.Clock,
  trial?: Trial
): Effect.Effect<Occasion, AcsError.ClientException> =>
  Effect.flatMap(timely(Context.get(context, Credentials).get, trial), (credential) =>
    Effect.map(Context.get(context, Nonce.Nonce), (nonce) => {
      const now = clock.unsafeCurrentTimeMillis()
      const skew = Context.get(context, ClockSkew.ClockSkew).unsafeGet(host)
      if (trial !== undefined) {
        trial.credential = credential
        trial.signedAt = now
        trial.skew = skew
      }
      return { credential, moment: { at: now + skew, nonce } }
    })
  )

/** @internal credentials, time and nonce, and the signature made of them */
export const sign = (
  unsigned: UnsignedRequest,
  context: Context.Context<Credentials | Signer>,
  clock: Clock.Clock,
  trial?: Trial
): Effect.Effect<Signed, AcsError.ClientException> =>
  Effect.flatMap(occasion(unsigned, context, clock, trial), ({ credential, moment }) =>
    Effect.map(timely(Context.get(context, Signer).sign(unsigned, credential, moment), trial), (signed) => ({
      signed,
      credential,
      redact: redactor(credential, () => [...unsigned.query, ...unsigned.form])
    }))
  )

/** what comes before the sending, where the transport limits the rest: what has nothing to wait for needs no limit */
const timely = <A>(
  self: Effect.Effect<A, AcsError.ClientException>,
  trial: Trial | undefined
): Effect.Effect<A, AcsError.ClientException> => {
  if (trial === undefined || !trial.isKeptByTransport || Exit.isExit(self)) return self
  return within(self, Math.max(0, trial.until - monotonic(trial.call.clock)), () => passed(trial))
}

/** the transport's own way to say so: whoever made the attempt knows which limit it was */
const passed = (trial: Trial): AcsError.ClientException =>
  AcsError.fromReason(
    {
      _tag: "Transport",
      kind: "Reset",
      syscallCode: HttpDeadline.passed,
      sent: trial.sent ? "all" : "none",
      bytesReceived: 0
    },
    { outcome: trial.sent ? "Unknown" : "NotExecuted" }
  )

/** @internal signs and sends; the body of an answer that succeeded is left to the caller */
export const open = (trial: Trial): Effect.Effect<Open, AcsError.AcsError> =>
  Effect.flatMap(sign(trial.call.unsigned, trial.call.context, trial.call.clock, trial), (signed) =>
    send(signed, trial).pipe(
      Effect.catchAll((error) =>
        // a client that was told to fail on the status still hands the answer over
        error._tag === "ResponseError" && error.reason === "StatusCode"
          ? Effect.succeed(error.response)
          : Effect.fail(failure.fromHttpClient(error, trial.call, 0))
      ),
      Effect.flatMap((response) => answered(response, signed, trial))
    )
  )

const answered = (
  response: HttpClientResponse.HttpClientResponse,
  { redact, signed }: Signed,
  trial: Trial
): Effect.Effect<Open, AcsError.AcsError> => {
  const { call } = trial
  call.watch.answered(response.status, () => {
    const requestId = response.headers["x-acs-request-id"]
    return requestId === undefined ? undefined : oneLine(requestId, redact, 128)
  })
  const log = Context.get(call.context, WireLog.WireLog)
  const logged = log === undefined ? Effect.void : WireLog.logAnswer(log, response, redact)
  if (response.status >= 200 && response.status < 300) {
    const learned = serverTime.learn(response.headers["date"], trial)
    const open = Effect.succeed({ response, redact })
    return learned === undefined && log === undefined
      ? open
      : Effect.zipRight(Effect.zipRight(logged, learned ?? Effect.void), open)
  }
  trial.date = serverTime.parse(response.headers["date"])
  return Effect.zipRight(
    logged,
    Effect.flatMap(readFailed(response, trial), (answer) => refuse(answer, call, redact, progressOf(trial), signed))
  )
}

const progressOf = ({ number, totalDelay }: Trial): failure.Progress => ({ attempts: number, totalDelay })

/** @internal the failure that an answer reports */
export const refuse = (
  answer: failure.Answer,
  call: Call,
  redact: Redact,
  progress?: failure.Progress,
  signed?: failure.Signed
): Effect.Effect<never, AcsError.ServerException> =>
  Effect.suspend(() =>
    Effect.fail(failure.fromAnswer(answer, call, redact, call.clock.unsafeCurrentTimeMillis(), progress, signed))
  )

/** @internal what the platform's fetch client says of an answer without a body */
export const isEmptyBody = (error: HttpClientError.HttpClientError): boolean =>
  error._tag === "ResponseError" && error.reason === "EmptyBody"

const send = (
  { redact, signed }: Signed,
  trial: Trial
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> =>
  Effect.suspend(() => {
    const { call, isKeptByTransport } = trial
    trial.sent = true
    const log = Context.get(call.context, WireLog.WireLog)
    const sending = isKeptByTransport ? sendInTime(signed, trial) : sendPlainly(signed, call)
    return log === undefined
      ? sending
      : Effect.zipRight(WireLog.logRequest(log, signed, call.unsigned.host, trial.number, redact), sending)
  })

/** a transport of ours: it makes no span, and is told how long it may take and whether it may send the request again */
const sendInTime = (signed: SignedRequest, { call, until }: Trial) =>
  Effect.mapInputContext(
    Context.get(call.context, HttpClient.HttpClient).execute(toHttp(signed)),
    (context: Context.Context<never>) =>
      Context.add(Context.add(context, HttpReplay.HttpReplay, call.repeatable), HttpDeadline.HttpDeadline, {
        millis: Math.max(0, until - monotonic(call.clock)),
        until: call.until
      })
  )

/** the platform's own HTTP span and trace headers would print tokens and add headers that are not signed */
const sendPlainly = (signed: SignedRequest, { context }: Call) => {
  const options = context.unsafeMap.get(FetchOptions.key) as RequestInit | undefined
  return Context.get(context, HttpClient.HttpClient)
    .pipe(HttpClient.withTracerDisabledWhen(() => true))
    .execute(toHttp(signed))
    .pipe(Effect.provideService(FetchOptions, { ...options, redirect: "manual" }))
}

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
const readFailed = (
  response: HttpClientResponse.HttpClientResponse,
  { call, until }: Trial
): Effect.Effect<failure.Answer> =>
  Effect.suspend(() => {
    const { headers, status } = response
    const patience = Math.min(failedPatience, Math.max(0, (until - monotonic(call.clock)) / 2))
    if (bytes.isDeclaredWithin(headers, failedLimit)) {
      // one that breaks off could not be made sense of anyway
      return Effect.match(
        within(response.arrayBuffer, patience, () => undefined),
        {
          onFailure: () => ({ status, headers, bytes: new Uint8Array(0) }),
          onSuccess: (buffer) => ({ status, headers, bytes: bytes.cut(new Uint8Array(buffer), failedLimit).bytes })
        }
      )
    }
    const sink = bytes.sink(failedLimit)
    return Effect.ignore(within(Effect.ignore(sink.drain(response.stream)), patience, () => undefined)).pipe(
      Effect.map(() => ({ status, headers, bytes: sink.taken().bytes }))
    )
  })
