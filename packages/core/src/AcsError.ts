/**
 * The two ways a call can fail, both as tagged errors in the error channel.
 *
 * - {@link ServerException}: the service answered, and said no
 * - {@link ClientException}: nothing usable came back; `reason` says why
 *
 * Both are real `Error`s. They never hold a request, a URL, a header or a secret, so they can be logged as they are.
 *
 * @since 0.1.0
 */
import type * as Classification from "@effect-aliyun/protocol/Classification"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as message from "./internal/message.js"

/**
 * What was called. `action` is empty for an ROA request that names none.
 *
 * @since 0.1.0
 * @category models
 */
export interface RequestInfo {
  readonly product: string
  readonly version: string
  readonly action: string
}

/**
 * Whether the request may have had an effect.
 *
 * - `NotExecuted`: it never reached the service
 * - `Rejected`: the service refused it before executing it
 * - `Unknown`: it may have been executed
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = "NotExecuted" | "Rejected" | "Unknown"

/**
 * Why no further attempt was made: the policy said so, the retry budget was empty, the deadline was too near, repeating a
 * write that may have been executed was not safe, or the circuit breaker was open.
 *
 * @since 0.1.0
 * @category models
 */
export type StoppedBy = "Policy" | "Budget" | "Deadline" | "Safety" | "Breaker"

/**
 * How a call went until it failed. `totalDelay` is the time spent waiting between attempts.
 *
 * @since 0.1.0
 * @category models
 */
export interface CallInfo {
  readonly request: RequestInfo
  readonly attempts: number
  readonly totalDelay: Duration.Duration
  readonly stoppedBy: StoppedBy
  readonly outcome: Outcome
}

/**
 * The connection failed. `kind` says where, `syscallCode` is the code of the platform (`ECONNREFUSED`), `sent` how much of
 * the request had left, `bytesReceived` how much of a body is known to have arrived.
 *
 * @since 0.1.0
 * @category models
 */
export interface Transport {
  readonly _tag: "Transport"
  readonly kind: "Dns" | "Connect" | "Tls" | "Proxy" | "Reset" | "Protocol"
  readonly syscallCode: string | undefined
  readonly sent: "none" | "some" | "all"
  readonly bytesReceived: number
}

/**
 * The limit of one attempt, or of the whole call, passed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Timeout {
  readonly _tag: "Timeout"
  readonly phase: "attempt" | "total"
  readonly after: Duration.Duration
}

/**
 * No provider had credentials: which were asked, what each said, and what would help.
 *
 * @since 0.1.0
 * @category models
 */
export interface CredentialsUnavailable {
  readonly _tag: "CredentialsUnavailable"
  readonly tried: ReadonlyArray<{
    readonly provider: string
    readonly why: string
    readonly hint: string | undefined
  }>
}

/**
 * The request cannot be sent as it is: which field, what is wrong with it and what to do. Nothing was signed or sent.
 * `code` is the seed's.
 *
 * @since 0.1.0
 * @category models
 */
export interface InvalidRequest {
  readonly _tag: "InvalidRequest"
  readonly field: string
  readonly issue: string
  readonly code: "SDK.InvalidParameter" | "SDK.InvalidParams" | "SDK.InvalidRequest"
}

/**
 * No endpoint is known for the product in the region.
 *
 * @since 0.1.0
 * @category models
 */
export interface EndpointUnresolved {
  readonly _tag: "EndpointUnresolved"
  readonly product: string
  readonly region: string
  readonly issue: string
}

/**
 * An answer with status 2xx that cannot be read. `excerpt` is the begin of its text, at most 200 characters, secrets removed.
 * `mayRecover` says that the next answer may be whole: this one was cut off, empty or no JSON, and not too large or too deep.
 *
 * @since 0.1.0
 * @category models
 */
export interface UnexpectedResponse {
  readonly _tag: "UnexpectedResponse"
  readonly status: number
  readonly requestId: string | undefined
  readonly issue: string
  readonly excerpt: string
  readonly mayRecover: boolean
}

/**
 * The `CircuitBreaker` of the host is open: nothing was sent. `retryAfter`: until when it lets no call in.
 *
 * @since 0.1.0
 * @category models
 */
export interface CircuitOpen {
  readonly _tag: "CircuitOpen"
  readonly host: string
  readonly retryAfter: Duration.Duration
}

/**
 * @since 0.1.0
 * @category models
 */
export type Reason =
  Transport | Timeout | CredentialsUnavailable | InvalidRequest | EndpointUnresolved | UnexpectedResponse | CircuitOpen

/**
 * The seed's code of each reason.
 *
 * @since 0.1.0
 * @category models
 */
export type ClientCode =
  | InvalidRequest["code"]
  | "SDK.HttpError"
  | "SDK.ServerUnreachable"
  | "SDK.InvalidCredential"
  | "SDK.EndpointResolvingError"
  | "SDK.UnknownServerError"

/**
 * Nothing usable came back.
 *
 * @since 0.1.0
 * @category errors
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Effect from "effect/Effect"
 *
 * export const regions = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
 *   Effect.catchTag("ClientException", (error) =>
 *     error.reason._tag === "Timeout" ? Effect.succeed("too slow") : Effect.fail(error)
 *   )
 * )
 */
export class ClientException extends Data.TaggedError("ClientException")<CallInfo & { readonly reason: Reason }> {
  /** The seed's `SDK.*` code of the reason. */
  get code(): ClientCode {
    switch (this.reason._tag) {
      case "Transport":
      case "Timeout":
        return "SDK.HttpError"
      case "CircuitOpen":
        return "SDK.ServerUnreachable"
      case "CredentialsUnavailable":
        return "SDK.InvalidCredential"
      case "InvalidRequest":
        return this.reason.code
      case "EndpointUnresolved":
        return "SDK.EndpointResolvingError"
      case "UnexpectedResponse":
        return "SDK.UnknownServerError"
    }
  }

  /** What happened, on which product and action, and what to try. */
  override get message(): string {
    return message.client(this)
  }
}

/**
 * The service answered, and said no: a status of 300 and more, or a 2xx that reports a failure.
 *
 * - `code`: as the service wrote it, `SDK.UnknownServerError` when it wrote none; see `signedText` for the one exception
 * - `serverMessage`: the text of the service, without the string to sign that it may echo
 * - `message`: all of it in one line, for people
 * - `recommend`: the link the service gives for diagnosis
 * - `retryAfter`: the wait the service asks for
 * - `signedText`: of a signature that was refused, where the service tells which text it signed: the `same` as was signed
 *   here, so that the secret is wrong, or some `other`, which is a fault of this SDK or of something on the way. The same text
 *   and status 400 give the seed's code, `InvalidAccessKeySecret`.
 *
 * @since 0.1.0
 * @category errors
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Effect from "effect/Effect"
 *
 * export const regions = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
 *   Effect.catchTag("ServerException", (error) => Effect.succeed(`${error.code} ${error.httpStatus} ${error.requestId}`))
 * )
 */
export class ServerException<out Code extends string = string> extends Data.TaggedError("ServerException")<
  CallInfo & {
    readonly code: string
    readonly serverMessage: string
    readonly httpStatus: number
    readonly requestId: string | undefined
    readonly hostId: string | undefined
    readonly recommend: string | undefined
    readonly accessDeniedDetail: unknown
    readonly category: Classification.Category
    readonly retryAfter: Duration.Duration | undefined
    readonly signedText?: "same" | "other" | undefined
  }
> {
  declare readonly code: Code

  /** What happened, on which product and action, with the RequestId. */
  override get message(): string {
    return message.server(this)
  }
}

/**
 * Either failure of a call. `Code` lists the codes an operation declares; the world stays open.
 *
 * @since 0.1.0
 * @category errors
 */
export type AcsError<Code extends string = string> = ClientException | ServerException<Code>

/**
 * The kinds of server failure.
 *
 * @since 0.1.0
 * @category models
 */
export type Category = Classification.Category

/**
 * The codes of the `ServerException`s in an error type.
 *
 * @since 0.1.0
 * @category type-level
 */
export type CodesOf<E> = E extends ServerException<infer Code> ? Code : never

/**
 * @since 0.1.0
 * @category guards
 */
export const isAcsError = (u: unknown): u is AcsError => u instanceof ClientException || u instanceof ServerException

/**
 * A client exception of a call that has not begun.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromReason = (reason: Reason, info?: Partial<CallInfo>): ClientException =>
  new ClientException({ ...notBegun, ...info, reason })

const notBegun: CallInfo = {
  request: { product: "", version: "", action: "" },
  attempts: 0,
  totalDelay: Duration.zero,
  stoppedBy: "Policy",
  outcome: "NotExecuted"
}

/**
 * A client exception that names the field of a request and what to do about it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const invalidRequest = (
  field: string,
  issue: string,
  code: InvalidRequest["code"] = "SDK.InvalidParameter"
): ClientException => fromReason({ _tag: "InvalidRequest", field, issue, code })

/**
 * Whether the same request may succeed a moment later: the connection failed or one attempt timed out, or the service was
 * throttling, busy, still working on the same ClientToken, or broken for a moment, or its answer was cut off or no JSON. A TLS
 * failure or an answer that is no HTTP will not get better.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isRetryable = (self: AcsError): boolean => {
  if (self._tag === "ServerException") return retryableCategories.has(self.category)
  switch (self.reason._tag) {
    case "Transport":
      return self.reason.kind !== "Tls" && self.reason.kind !== "Protocol"
    case "Timeout":
      return self.reason.phase === "attempt"
    case "UnexpectedResponse":
      return self.reason.mayRecover
    default:
      return false
  }
}

const retryableCategories: ReadonlySet<Category> = new Set(["Throttling", "Transient", "Busy", "InProgress"] as const)

/**
 * Whether the service asks to slow down.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isThrottling = (self: AcsError): boolean =>
  self._tag === "ServerException" && (self.category === "Throttling" || self.category === "Busy")

/**
 * Recovers from one or several codes of the service. The editor completes the codes that an operation declares; any other
 * text is accepted, and the error type stays as it was, since the lists of codes are not complete.
 *
 * @since 0.1.0
 * @category error handling
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as AcsError from "@effect-aliyun/core/AcsError"
 * import * as Effect from "effect/Effect"
 *
 * export const cluster = AcsClient.roa({ product: "CS", version: "2015-12-15", pathPattern: "/clusters/c1" }).pipe(
 *   Effect.asSome,
 *   AcsError.catchCode("ErrorClusterNotFound", () => Effect.succeedNone)
 * )
 */
export const catchCode: {
  <E, const C extends CodesOf<E> | (string & {}), A2, E2, R2>(
    code: C | ReadonlyArray<C>,
    f: (error: ServerException<C>) => Effect.Effect<A2, E2, R2>
  ): <A, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A | A2, E | E2, R | R2>
  <A, E, R, const C extends CodesOf<E> | (string & {}), A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    code: C | ReadonlyArray<C>,
    f: (error: ServerException<C>) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2>
} = dual(
  3,
  <A, E, R, A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    code: string | ReadonlyArray<string>,
    f: (error: ServerException) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2> => recover(self, ({ code: found }) => isOneOf(code, found), f)
)

/**
 * Recovers from a whole kind of server failure.
 *
 * @since 0.1.0
 * @category error handling
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as AcsError from "@effect-aliyun/core/AcsError"
 * import * as Effect from "effect/Effect"
 *
 * export const cluster = AcsClient.roa({ product: "CS", version: "2015-12-15", pathPattern: "/clusters/c1" }).pipe(
 *   Effect.asSome,
 *   AcsError.catchCategory("NotFound", () => Effect.succeedNone)
 * )
 */
export const catchCategory: {
  <A2, E2, R2>(
    category: Category | ReadonlyArray<Category>,
    f: (error: ServerException) => Effect.Effect<A2, E2, R2>
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A | A2, E | E2, R | R2>
  <A, E, R, A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    category: Category | ReadonlyArray<Category>,
    f: (error: ServerException) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2>
} = dual(
  3,
  <A, E, R, A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    category: Category | ReadonlyArray<Category>,
    f: (error: ServerException) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2> => recover(self, (error) => isOneOf(category, error.category), f)
)

const isOneOf = (wanted: string | ReadonlyArray<string>, found: string): boolean =>
  typeof wanted === "string" ? wanted === found : wanted.includes(found)

const recover = <A, E, R, A2, E2, R2>(
  self: Effect.Effect<A, E, R>,
  matches: (error: ServerException) => boolean,
  f: (error: ServerException) => Effect.Effect<A2, E2, R2>
): Effect.Effect<A | A2, E | E2, R | R2> =>
  Effect.catchAll(self, (error): Effect.Effect<A2, E | E2, R2> =>
    error instanceof ServerException && matches(error) ? f(error) : Effect.fail(error)
  )
