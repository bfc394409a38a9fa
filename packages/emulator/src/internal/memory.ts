/** The door without a socket: an `HttpClient` over a function of raw requests. */
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as RawResponse from "../RawResponse.js"
import { deliverable } from "./delivery.js"
import { chunkOf } from "./endless.js"
import { MemoryResponse } from "./memoryResponse.js"

/** @internal */
export const client = (
  handle: (raw: RawRequest.RawRequest) => Effect.Effect<RawResponse.RawResponse>
): HttpClient.HttpClient =>
  // `HttpClient.make` would rewrite the URL, and put it and its secrets into a span
  HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.flatMap(HttpWire.collect(request), (raw) =>
        handle(raw).pipe(
          Effect.flatMap((response) => deliverable(response, raw.method)),
          Effect.flatMap((response) => receive(request, raw.method, response))
        )
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
  const { body } = response
  if (response.ending !== undefined) {
    const headers = response.headers.map(([name, value]): [string, string] => [name, value])
    const web = new Response(spoilt(body, response.ending), { status: response.status, headers })
    return Effect.succeed(HttpClientResponse.fromWeb(request, web))
  }
  const headers = Headers.fromInput([
    ...response.headers,
    ...(RawResponse.isBare(response, method) ? [] : [["content-length", String(body.length)] as const])
  ])
  return Effect.succeed(new MemoryResponse(request, response.status, headers, body))
}

const statusLine = "HTTP/1.1 "

const reset = (bytesReceived: number) =>
  new HttpWire.TransportFailure({ kind: "Reset", syscallCode: "ECONNRESET", sent: "all", bytesReceived })

const spoilt = (body: Uint8Array, ending: RawResponse.Ending): ReadableStream<Uint8Array> => {
  if (ending === "Endless") {
    const chunk = chunkOf(body)
    return new ReadableStream({ pull: (controller) => controller.enqueue(chunk.slice()) })
  }
  const half = body.subarray(0, body.length >> 1)
  let isFirst = true
  return new ReadableStream({
    pull: (controller) => {
      if (isFirst && half.length > 0) controller.enqueue(new Uint8Array(half))
      else controller.error(reset(half.length))
      isFirst = false
    }
  })
}
