import * as Cookies from "@effect/platform/Cookies"
import * as Headers from "@effect/platform/Headers"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Head } from "./exchange.js"
import type { Inflow } from "./inflow.js"

/**
 * An answer whose body may be read into memory as often as one likes, or once as a stream.
 *
 * Bodies are collected without `Stream`: most answers are complete when the fiber asks for them, so that reading one is
 * no asynchronous step at all.
 */
export class NodeResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly status: number
  readonly remoteAddress: Option.Option<string> = Option.none()

  private reading: "no" | "buffer" | "stream" = "no"

  constructor(
    readonly request: HttpClientRequest.HttpClientRequest,
    private readonly head: Head,
    private readonly inflow: Inflow
  ) {
    super()
    this.status = head.status
  }

  /** Neither headers nor body: an answer may hold credentials. */
  toJSON(): unknown {
    return { _id: "@effect/platform/HttpClientResponse", method: this.request.method, status: this.status }
  }

  private cachedHeaders: Headers.Headers | undefined
  get headers(): Headers.Headers {
    return (this.cachedHeaders ??= Headers.fromInput(this.head.headers))
  }

  private cachedCookies: Cookies.Cookies | undefined
  get cookies(): Cookies.Cookies {
    return (this.cachedCookies ??= Cookies.fromSetCookie(this.head.headers["set-cookie"] ?? []))
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.ResponseError> {
    return Effect.map(this.complete, () => this.bytes().buffer)
  }

  get text(): Effect.Effect<string, HttpClientError.ResponseError> {
    return Effect.map(this.complete, () => this.decoded())
  }

  get json(): Effect.Effect<unknown, HttpClientError.ResponseError> {
    return Effect.flatMap(this.complete, () =>
      Effect.try({
        try: (): unknown => {
          const text = this.decoded()
          return text === "" ? null : JSON.parse(text)
        },
        catch: (cause) => this.undecoded("the body is not JSON", cause)
      })
    )
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.ResponseError> {
    return Effect.map(this.complete, () => UrlParams.fromInput(new URLSearchParams(this.decoded())))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.ResponseError> {
    return Effect.flatMap(this.complete, () =>
      Effect.tryPromise({
        try: () =>
          new Response(this.bytes(), { headers: { "content-type": this.headers["content-type"] ?? "" } }).formData(),
        catch: (cause) => this.undecoded("the body is not form data", cause)
      })
    )
  }

  get stream(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    return Stream.suspend(() => {
      if (this.reading === "stream") return Stream.fail(this.alreadyRead())
      if (this.reading === "buffer") return Stream.unwrap(Effect.map(this.complete, () => Stream.make(this.bytes())))
      this.reading = "stream"
      return this.flowing()
    })
  }

  private flowing(): Stream.Stream<Uint8Array, HttpClientError.ResponseError> {
    const { inflow } = this
    let waiting: (() => void) | undefined
    const reader = () => waiting?.()
    const change = Effect.async<void>((resume) => {
      waiting = () => {
        waiting = undefined
        resume(Effect.void)
      }
    })
    const pull: Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<HttpClientError.ResponseError>> = Effect.suspend(
      () => {
        if (inflow.chunks.length > 0) return Effect.succeed(Chunk.unsafeFromArray(inflow.take()))
        if (inflow.failure !== undefined) return Effect.fail(Option.some(this.broken(inflow.failure)))
        return inflow.ended ? Effect.fail(Option.none()) : Effect.zipRight(change, pull)
      }
    )
    inflow.attach(reader, false)
    return Stream.ensuring(
      Stream.repeatEffectChunkOption(pull),
      Effect.sync(() => inflow.detach(reader))
    )
  }

  /** Succeeds when the whole body is in memory. */
  private get complete(): Effect.Effect<void, HttpClientError.ResponseError> {
    return Effect.withFiberRuntime((fiber) => {
      if (this.reading === "stream") return Effect.fail(this.alreadyRead())
      this.reading = "buffer"
      const limit = Context.get(fiber.currentContext, HttpIncomingMessage.MaxBodySize)
      const outcome = this.outcome(limit)
      if (outcome !== undefined) return outcome
      const { inflow } = this
      let reader = () => {}
      return Effect.uninterruptibleMask((restore) =>
        Effect.matchCauseEffect(
          restore(
            Effect.async<void, HttpClientError.ResponseError>((resume) => {
              reader = () => {
                const outcome = this.outcome(limit)
                if (outcome !== undefined) resume(outcome)
              }
              inflow.attach(reader, true)
            })
          ),
          {
            onFailure: (cause) => {
              inflow.detach(reader)
              return Effect.failCause(cause)
            },
            onSuccess: () => {
              inflow.detach(reader)
              return Effect.void
            }
          }
        )
      )
    })
  }

  private outcome(limit: Option.Option<bigint>): Effect.Effect<void, HttpClientError.ResponseError> | undefined {
    const { ended, failure, length } = this.inflow
    if (limit._tag === "Some" && length > limit.value) {
      this.inflow.abandon()
      return Effect.fail(this.undecoded(`the body is larger than ${limit.value} bytes`, undefined))
    }
    return failure !== undefined ? Effect.fail(this.broken(failure)) : ended ? Effect.void : undefined
  }

  private collected: Uint8Array<ArrayBuffer> | undefined
  private bytes(): Uint8Array<ArrayBuffer> {
    if (this.collected !== undefined) return this.collected
    const { chunks, length } = this.inflow
    // memory of its own: a chunk is a view of what the socket read
    const bytes = new Uint8Array(length)
    let at = 0
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    this.inflow.chunks = [bytes]
    return (this.collected = bytes)
  }

  private decoded(): string {
    const { chunks } = this.inflow
    const [first] = chunks
    const bytes = chunks.length === 1 && first !== undefined ? first : this.bytes()
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8")
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }

  private broken(cause: Error): HttpClientError.ResponseError {
    return this.undecoded(cause.message, cause)
  }

  private alreadyRead(): HttpClientError.ResponseError {
    return this.undecoded("the body was already read as a stream", undefined)
  }

  private undecoded(description: string, cause: unknown): HttpClientError.ResponseError {
    return new HttpClientError.ResponseError({
      request: this.request,
      response: this,
      reason: "Decode",
      description,
      cause
    })
  }
}
