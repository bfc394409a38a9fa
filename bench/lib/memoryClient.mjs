// An HttpClient whose answers are values in memory, with the few members of an answer that our pipeline looks at.
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

const reset = (bytesReceived = 0) =>
  new HttpWire.TransportFailure({ kind: "Reset", syscallCode: "ECONNRESET", sent: "all", bytesReceived })

const responseOf = (request, { body = "", breaksOff = false, headers = {}, status = 200 }) => {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body)
  const response = { request, status, headers: Headers.fromInput({ "content-type": "application/json", ...headers }) }
  const broken = Effect.suspend(() =>
    Effect.fail(new HttpClientError.ResponseError({ request, response, reason: "Decode", cause: reset(bytes.length) }))
  )
  const whole = Stream.succeed(bytes)
  return Object.assign(response, {
    arrayBuffer: breaksOff ? broken : Effect.sync(() => bytes.slice().buffer),
    stream: breaksOff ? Stream.concat(whole, Stream.fromEffect(broken)) : whole
  })
}

/** `answer(parameters)` as in faultServer.mjs, or an Effect of it */
export const memoryClient = (answer) =>
  // not by `HttpClient.make`, which makes an AbortController for every request
  HttpClient.makeWith(
    Effect.flatMap((request) => {
      const answered = answer(new URL(request.url).searchParams)
      return Effect.flatMap(Effect.isEffect(answered) ? answered : Effect.succeed(answered), (answer) => {
        if (answer === "silence") return Effect.never
        return answer === "reset"
          ? Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause: reset() }))
          : Effect.succeed(responseOf(request, answer))
      })
    }),
    Effect.succeed
  )
