/** An HTTP client that keeps what arrives, byte for byte as it would go out, and answers by a function. */
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export interface Answer {
  readonly status?: number
  readonly body: string
}

export const recording = (answerOf: (raw: RawRequest.RawRequest, now: number) => Answer | "broken") => {
  const arrived: Array<RawRequest.RawRequest> = []
  const client = HttpClient.make((request) =>
    Effect.gen(function* () {
      const raw = yield* HttpWire.collect(request)
      arrived.push(raw)
      const answer = answerOf(raw, yield* Clock.currentTimeMillis)
      if (answer !== "broken") {
        return HttpClientResponse.fromWeb(request, new Response(answer.body, { status: answer.status ?? 200 }))
      }
      const cause = new HttpWire.TransportFailure({
        kind: "Reset",
        syscallCode: "ECONNRESET",
        sent: "all",
        bytesReceived: 0
      })
      return yield* new HttpClientError.RequestError({ request, reason: "Transport", cause })
    })
  )
  return { arrived, layer: Layer.succeed(HttpClient.HttpClient, client) }
}

/** query and form, what belongs to the signature included */
export const paramsOf = (raw: RawRequest.RawRequest) =>
  Object.fromEntries([...RawRequest.query(raw), ...RawRequest.form(raw)]) as Readonly<Record<string, string>>

/** where it went, and what it said */
export const factsOf = (raw: RawRequest.RawRequest) => ({
  method: raw.method,
  host: RawRequest.header(raw, "host"),
  params: paramsOf(raw)
})

/** the same of a request that the seed has sent */
export const recordedFactsOf = ({ method, url }: { readonly method: string; readonly url: string }) => {
  const { host, searchParams } = new URL(url)
  return { method, host, params: Object.fromEntries(searchParams) }
}
