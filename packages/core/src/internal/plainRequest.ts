/** A request that nobody signs, to a service close by: bounded in time and size, not traced, and not led elsewhere. */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Failed } from "../Credentials.js"
import * as HttpWire from "../HttpWire.js"
import { isEmptyBody } from "./attempt.js"
import * as bytes from "./bytes.js"
import { FetchOptions } from "./fetchOptions.js"
import { within } from "./within.js"

/** @internal nobody answers there: refused, not found, or silent */
export class Unreachable extends Data.TaggedError("Unreachable")<{ readonly why: string }> {}

/** @internal `who`: how texts call the service; `limit`: of the body, in bytes; `millis`: for all of it */
export interface Options {
  readonly who: string
  readonly limit: number
  readonly millis: number
}

/** @internal */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** @internal an answer of any status; its body is read when the status is 200, and is empty otherwise */
export const send = (
  request: HttpClientRequest.HttpClientRequest,
  { limit, millis, who }: Options
): Effect.Effect<Answer, Unreachable | Failed, HttpClient.HttpClient> =>
  within(
    Effect.flatMap(HttpClient.HttpClient, (client) =>
      client
        .pipe(
          HttpClient.withTracerDisabledWhen(() => true),
          HttpClient.withTracerPropagation(false)
        )
        .execute(request)
    ).pipe(
      Effect.mapError((error) => brokenBy(error, who)),
      Effect.flatMap((response) => {
        const sink = bytes.sink(limit)
        const { status } = response
        // read all the same, as far as the limit allows: it frees the connection
        if (status !== 200) return Effect.as(Effect.ignore(sink.drain(response.stream)), { status, text: "" })
        return sink.drain(response.stream).pipe(
          Effect.catchAll((error) =>
            isEmptyBody(error) ? Effect.void : new Failed({ why: `the answer of ${who} broke off` })
          ),
          Effect.flatMap(() => {
            const { bytes: body, complete } = sink.taken()
            if (!complete) return new Failed({ why: `the answer of ${who} is larger than ${limit / 1024} KiB` })
            const text = bytes.toText(body)
            return text === undefined
              ? new Failed({ why: `the answer of ${who} is not valid UTF-8` })
              : Effect.succeed({ status, text })
          })
        )
      }),
      Effect.provideService(FetchOptions, { redirect: "manual" })
    ),
    millis,
    () => new Unreachable({ why: `${who} did not answer within ${millis} ms` })
  )

const unreachable: ReadonlySet<HttpWire.FailureKind> = new Set(["Dns", "Connect", "Timeout"])

/** what the error says besides may hold the URL and the headers */
const brokenBy = (error: HttpClientError.HttpClientError, who: string): Unreachable | Failed => {
  if (error.reason === "InvalidUrl" || error.reason === "Encode") {
    return new Failed({ why: `the request to ${who} is one that the HTTP client refuses` })
  }
  const { kind, syscallCode } = HttpWire.transportFailure(error.cause)
  const code = syscallCode === undefined ? "" : ` (${syscallCode})`
  // the fetch of some runtimes does not say what went wrong
  const isUntold = error._tag === "RequestError" && kind === "Reset" && syscallCode === undefined
  return unreachable.has(kind) || isUntold
    ? new Unreachable({ why: `${who} cannot be reached${code}` })
    : new Failed({ why: `the connection to ${who} broke${code}` })
}
