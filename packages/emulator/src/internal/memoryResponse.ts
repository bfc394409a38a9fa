/** An answer that is in memory as a whole, without the web streams that a `Response` would put around it. */
import * as Cookies from "@effect/platform/Cookies"
import type * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** @internal */
export class MemoryResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly remoteAddress: Option.Option<string> = Option.none()

  constructor(
    readonly request: HttpClientRequest.HttpClientRequest,
    readonly status: number,
    readonly headers: Headers.Headers,
    private readonly bytes: Uint8Array
  ) {
    super()
  }

  /** neither headers nor body: an answer may hold credentials */
  toJSON(): unknown {
    return { _id: "@effect/platform/HttpClientResponse", method: this.request.method, status: this.status }
  }

  get cookies(): Cookies.Cookies {
    return Cookies.fromSetCookie(this.headers["set-cookie"] ?? [])
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer> {
    return Effect.sync(() => new Uint8Array(this.bytes).buffer)
  }

  get stream(): Stream.Stream<Uint8Array> {
    return Stream.sync(() => new Uint8Array(this.bytes))
  }

  get text(): Effect.Effect<string> {
    return Effect.sync(() => Encoding.utf8Decode(this.bytes))
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return Effect.try({
      try: (): unknown => (this.bytes.length === 0 ? null : JSON.parse(Encoding.utf8Decode(this.bytes))),
      catch: (cause) => this.undecoded(cause)
    })
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams> {
    return Effect.sync(() => UrlParams.fromInput(new URLSearchParams(Encoding.utf8Decode(this.bytes))))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    return Effect.tryPromise({
      try: () =>
        new Response(new Uint8Array(this.bytes), {
          headers: { "content-type": this.headers["content-type"] ?? "" }
        }).formData(),
      catch: (cause) => this.undecoded(cause)
    })
  }

  private undecoded(cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({ request: this.request, response: this, reason: "Decode", cause })
  }
}
