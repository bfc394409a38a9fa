/** The door without a socket: an `HttpClient` over a function of raw requests. */
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as RawResponse from "../RawResponse.js"

/** @internal */
export const client = (
  handle: (raw: RawRequest.RawRequest) => Effect.Effect<RawResponse.RawResponse>
): HttpClient.HttpClient =>
  // `HttpClient.make` would rewrite the URL, and put it and its secrets into a span
  HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.flatMap(HttpWire.collect(request), (raw) =>
        Effect.map(handle(raw), (response) => HttpClientResponse.fromWeb(request, toWeb(response, raw.method)))
      )
    ),
    Effect.succeed
  )

const toWeb = (response: RawResponse.RawResponse, method: string): Response =>
  new Response(RawResponse.isBare(response, method) ? null : new Uint8Array(response.body), {
    status: response.status,
    headers: response.headers.map(([name, value]): [string, string] => [name, value])
  })
