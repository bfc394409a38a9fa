/** The door without a socket: an `HttpClient` over a function of raw requests. */
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
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
        Effect.flatMap(handle(raw), (response) => receive(request, raw.method, response))
      )
    ),
    Effect.succeed
  )

const receive = (
  request: HttpClientRequest.HttpClientRequest,
  method: string,
  response: RawResponse.RawResponse
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.RequestError> => {
  if (response.ending === "ResetBefore" || response.ending === "ResetInHeaders") {
    const cause = reset(response.ending === "ResetBefore" ? 0 : statusLine.length)
    return new HttpClientError.RequestError({ request, reason: "Transport", cause })
  }
  const body = RawResponse.isBare(response, method) ? null : bodyOf(response)
  const headers = response.headers.map(([name, value]): [string, string] => [name, value])
  return Effect.succeed(HttpClientResponse.fromWeb(request, new Response(body, { status: response.status, headers })))
}

const statusLine = "HTTP/1.1 "

const reset = (bytesReceived: number) =>
  new HttpWire.TransportFailure({ kind: "Reset", syscallCode: "ECONNRESET", sent: "all", bytesReceived })

const bodyOf = ({ body, ending }: RawResponse.RawResponse): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> => {
  const bytes = new Uint8Array(body)
  if (ending === undefined) return bytes
  const half = bytes.subarray(0, bytes.length >> 1)
  let isFirst = true
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (ending === "Endless") return controller.enqueue(bytes)
      if (isFirst && half.length > 0) controller.enqueue(half)
      else controller.error(reset(half.length))
      isFirst = false
    }
  })
}
