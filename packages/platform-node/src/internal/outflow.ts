/** The body stream of a caller on its way to undici. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { Readable } from "node:stream"

const wrongLength = new Error("the body stream is not as long as its content length")

export class Outflow {
  readonly readable: Readable
  /** all of it has been taken */
  ended = false

  /** `onFailed` is told by the stream itself: by way of undici, the error would pass for one of the transport's. */
  constructor(
    {
      contentLength,
      stream
    }: { readonly stream: Stream.Stream<Uint8Array, unknown>; readonly contentLength?: number | undefined },
    runtime: Runtime.Runtime<never>,
    onFailed: (cause: unknown) => void
  ) {
    let sent = 0
    const watched = stream.pipe(
      Stream.tap((chunk) =>
        (sent += chunk.length) > (contentLength ?? Infinity) ? Effect.fail(wrongLength) : Effect.void
      ),
      Stream.concat(
        Stream.execute(
          Effect.suspend(() => {
            if (contentLength !== undefined && sent < contentLength) return Effect.fail(wrongLength)
            this.ended = true
            return Effect.void
          })
        )
      ),
      Stream.tapErrorCause((cause) => Effect.sync(() => onFailed(Cause.squash(cause))))
    )
    this.readable = Readable.from(Stream.toAsyncIterableRuntime(watched, runtime), { objectMode: false })
    // undici listens while it sends; before and after that an error is ours to take
    this.readable.on("error", () => {})
  }
}
