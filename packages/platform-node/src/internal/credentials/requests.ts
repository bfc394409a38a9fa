/** Requests that carry a token and no signature: bounded in time and size, not traced, not led elsewhere, and never quoted. */
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/**
 * - `who`: how texts call the service
 * - `refused`: what to do when it says no
 */
export interface Asked {
  readonly who: string
  readonly refused: string
}

export type Answer = Readonly<Record<string, unknown>>

const limit = 64 * 1024
const patience = "10 seconds"

/** the platform's fetch client follows redirects unless told, to any host, with the token in its headers */
const FetchOptions = Context.GenericTag<{ readonly redirect: "manual" }>(
  "@effect/platform/FetchHttpClient/FetchOptions"
)

/** the JSON object that an answer of status 200 holds */
export const send = (
  request: HttpClientRequest.HttpClientRequest,
  { refused, who }: Asked
): Effect.Effect<Answer, Credentials.Failed, HttpClient.HttpClient> =>
  Effect.flatMap(HttpClient.HttpClient, (client) =>
    client
      .pipe(
        HttpClient.withTracerDisabledWhen(() => true),
        HttpClient.withTracerPropagation(false),
        HttpClient.withScope
      )
      .execute(request)
  ).pipe(
    Effect.provideService(FetchOptions, { redirect: "manual" }),
    Effect.mapError((error) => broken(who, error.cause)),
    Effect.flatMap((response) =>
      response.status === 200
        ? // before it is run, since the fiber that runs a stream logs what it fails with
          collect(Stream.mapError(response.stream, (error) => broken(who, error)))
        : new Credentials.Failed({ why: `${who} answered with status ${response.status}`, hint: refused })
    ),
    Effect.flatMap((bytes) => read(who, bytes)),
    Effect.scoped,
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () => new Credentials.Failed({ why: `${who} did not answer within ${patience}` })
    })
  )

const broken = (who: string, cause: unknown): Credentials.Failed => {
  const { kind, syscallCode } = HttpWire.transportFailure(cause)
  return new Credentials.Failed({
    why: `the connection to ${who} failed (${syscallCode ?? kind})`,
    hint: "check network and proxy"
  })
}

const collect = <E>(stream: Stream.Stream<Uint8Array, E>): Effect.Effect<Uint8Array, E> =>
  Stream.runFoldWhile(
    stream,
    { chunks: new Array<Uint8Array>(), size: 0 },
    ({ size }) => size <= limit,
    ({ chunks, size }, chunk) => ({ chunks: [...chunks, chunk], size: size + chunk.length })
  ).pipe(Effect.map(({ chunks }) => Buffer.concat(chunks)))

const read = (who: string, bytes: Uint8Array): Effect.Effect<Answer, Credentials.Failed> => {
  const wrong = (what: string) => new Credentials.Failed({ why: `the answer of ${who} ${what}` })
  if (bytes.length > limit) return wrong(`is larger than ${limit / 1024} KiB`)
  return Effect.try({
    try: () => JSON.parse(new TextDecoder().decode(bytes)) as unknown,
    catch: () => wrong("is no JSON")
  }).pipe(
    Effect.flatMap((json) => (Predicate.isReadonlyRecord(json) ? Effect.succeed(json) : wrong("is no JSON object")))
  )
}

/** a text of an answer that is not empty */
export const text = (answer: Answer, name: string, who: string): Effect.Effect<string, Credentials.Failed> => {
  const value = Object.hasOwn(answer, name) ? answer[name] : undefined
  return typeof value === "string" && value !== ""
    ? Effect.succeed(value)
    : new Credentials.Failed({ why: `the answer of ${who} has no ${name}` })
}

const dateForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** milliseconds since the epoch; `undefined` when it is no date */
export const date = (value: string): number | undefined => {
  const millis = dateForm.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(millis) ? undefined : millis
}

/** the names of a temporary key in an answer */
export interface KeyNames {
  readonly id: string
  readonly secret: string
  readonly token: string
  readonly end: string
}

/** a temporary key, by the names the service has for its parts */
export const temporaryKey = (answer: Answer, names: KeyNames, who: string, provider: string) =>
  Effect.gen(function* () {
    const accessKeyId = yield* text(answer, names.id, who)
    const accessKeySecret = yield* text(answer, names.secret, who)
    const securityToken = yield* text(answer, names.token, who)
    const expiration = date(yield* text(answer, names.end, who))
    if (expiration === undefined) {
      return yield* new Credentials.Failed({ why: `${names.end} in the answer of ${who} is no date` })
    }
    return Credential.sts({ accessKeyId, accessKeySecret, securityToken, expiration, provider })
  })
