/**
 * One request and its answer: undici's handler on one side, a fiber that waits for the headers and readers of the body on
 * the other.
 *
 * The body flows in as it comes until `highWater` bytes lie unread; then the socket is paused. So an answer that fits is
 * complete, and its socket free, whether or not anybody reads it.
 */
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import type { IncomingHttpHeaders } from "node:http"
import { Readable } from "node:stream"
import type { Dispatcher } from "undici"
import type { Call, Connections, Slot } from "./connections.js"

const highWater = 64 * 1024

/** Why the headers did not come: the body stream of the caller's own, or the transport. */
export type Refusal =
  | { readonly _tag: "BodyStream"; readonly cause: unknown }
  | { readonly _tag: "Transport"; readonly failure: HttpWire.TransportFailure }

export interface Head {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

const interrupted = new Error("interrupted")
const wrongBody = new Error("the body stream failed")
const wrongLength = new Error("the body stream is not as long as its content length")

export class Exchange implements Call {
  slot: Slot | undefined

  /** chunks that no reader has taken */
  chunks: Array<Uint8Array> = []
  bytesReceived = 0
  /** the whole answer is here */
  ended = false
  /** the answer broke off, or was given up */
  failure: HttpWire.TransportFailure | undefined

  private unread = 0
  private readonly readers = new Set<() => void>()
  /** a buffering reader takes everything: no pause */
  private unbounded = false
  private unreadTimer: NodeJS.Timeout | undefined

  private onHead: ((head: Head) => void) | undefined
  private onRefused: ((refusal: Refusal) => void) | undefined
  private controller: Dispatcher.DispatchController | undefined
  private head: Head | undefined
  private body: Readable | undefined
  private bodyEnded = false
  private owner: Fiber.RuntimeFiber<unknown, unknown> | undefined

  constructor(
    private readonly connections: Connections,
    private readonly wire: HttpWire.HttpWire,
    private readonly unreadLimit: number
  ) {}

  /** Sends the request and calls one of the two, once; `runtime` runs the caller's body stream. */
  start(runtime: Runtime.Runtime<never>, onHead: (head: Head) => void, onRefused: (refusal: Refusal) => void): void {
    this.onHead = onHead
    this.onRefused = onRefused
    const { body, headers, method, origin, target } = this.wire
    const flat: Array<string> = []
    for (const [name, value] of headers) flat.push(name, value)
    this.connections.dispatch({
      origin,
      path: target,
      method,
      headers: flat,
      body:
        body._tag === "Bytes"
          ? body.bytes
          : body._tag === "Stream"
            ? this.readable(body.stream, body.contentLength, runtime)
            : null,
      call: this
    })
  }

  private readable(
    stream: Stream.Stream<Uint8Array, unknown>,
    length: number | undefined,
    runtime: Runtime.Runtime<never>
  ): Readable {
    let sent = 0
    const watched = stream.pipe(
      Stream.tap((chunk) => ((sent += chunk.length) > (length ?? Infinity) ? Effect.fail(wrongLength) : Effect.void)),
      Stream.concat(
        Stream.execute(
          Effect.suspend(() => {
            if (length !== undefined && sent < length) return Effect.fail(wrongLength)
            this.bodyEnded = true
            return Effect.void
          })
        )
      ),
      Stream.tapErrorCause((cause) => Effect.sync(() => this.bodyFailed(Cause.squash(cause))))
    )
    this.body = Readable.from(Stream.toAsyncIterableRuntime(watched, runtime), { objectMode: false })
    // undici listens while it sends; before and after that an error is ours to take
    this.body.on("error", () => {})
    return this.body
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.failure !== undefined) {
      // An exception is how undici is told not to send; an abort here would destroy a healthy connection.
      // eslint-disable-next-line no-restricted-syntax
      throw interrupted
    }
    this.controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.failure !== undefined) return
    this.head = { status, headers }
    this.onHead?.(this.head)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.chunks.push(chunk)
    this.unread += chunk.length
    this.bytesReceived += chunk.length
    if (!this.unbounded && this.unread >= highWater) {
      controller.pause()
      // A paused answer holds its socket. Nobody may ever come for it, and no finalizer tells.
      if (this.readers.size === 0) this.watchUnread()
    }
    this.wake()
  }

  onResponseEnd(): void {
    this.ended = true
    this.settle()
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    this.end(error)
  }

  /** Told by the stream itself: by way of undici, the error would pass for one of the transport's. */
  private bodyFailed(cause: unknown): void {
    this.abort(wrongBody, { _tag: "BodyStream", cause })
  }

  private get over(): boolean {
    return this.ended || this.failure !== undefined
  }

  private end(error: Error, refusal?: Refusal): void {
    if (this.over) return
    const failure = this.failed(error)
    this.failure = failure
    if (this.head === undefined) this.onRefused?.(refusal ?? { _tag: "Transport", failure })
    this.settle()
  }

  private failed(error: Error): HttpWire.TransportFailure {
    const sent =
      this.controller === undefined ? "none" : this.wire.body._tag !== "Stream" || this.bodyEnded ? "all" : "some"
    const failure = HttpWire.transportFailure(error, { sent, bytesReceived: this.bytesReceived })
    // an answer shorter than its content-length is a connection cut short, whatever undici calls it
    return failure.syscallCode === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" &&
      this.bytesReceived < Number(this.head?.headers["content-length"])
      ? new HttpWire.TransportFailure({ ...failure, kind: "Reset" })
      : failure
  }

  /** Gives the exchange up and closes its socket; does nothing once the answer is complete. */
  abort(reason: Error = interrupted, refusal?: Refusal): void {
    if (this.over) return
    this.end(reason, refusal)
    // Not undici's `abort`: it leaves the request in its queue and connects anew for it. A connection that stands, on
    // which this request has not started, is left to others.
    if (this.slot !== undefined && (this.controller !== undefined || !this.slot.connected)) {
      this.slot.socket?.destroy(reason)
    }
  }

  private settle(): void {
    clearTimeout(this.unreadTimer)
    this.body?.destroy()
    this.disown()
    this.connections.release(this)
    this.wake()
  }

  get givenUp(): boolean {
    return this.failure !== undefined
  }

  get unattended(): boolean {
    return this.head !== undefined && this.readers.size === 0
  }

  /** Ties an answer that is still coming, until somebody reads it, to the fiber that asked: interruption gives it up. */
  ownedBy(fiber: Fiber.RuntimeFiber<unknown, unknown>): void {
    if (this.over) return
    this.owner = fiber
    fiber.addObserver(this.onOwnerExit)
  }

  private disown(): void {
    this.owner?.removeObserver(this.onOwnerExit)
    this.owner = undefined
  }

  private readonly onOwnerExit = (exit: Exit.Exit<unknown, unknown>): void => {
    this.owner = undefined
    if (Exit.isInterrupted(exit)) this.abort()
  }

  private watchUnread(): void {
    if (this.unreadTimer !== undefined) return
    this.unreadTimer = setTimeout(
      () => this.abort(Object.assign(new Error("unread"), { code: "UND_ERR_BODY_TIMEOUT" })),
      this.unreadLimit
    ).unref()
  }

  private wake(): void {
    for (const reader of this.readers) reader()
  }

  /** Attaches a reader, called on every change; with `unbounded` the rest flows into `chunks` without a pause. */
  attach(reader: () => void, unbounded: boolean): void {
    this.disown()
    clearTimeout(this.unreadTimer)
    this.unreadTimer = undefined
    this.readers.add(reader)
    if (unbounded) {
      this.unbounded = true
      this.controller?.resume()
    }
  }

  /** Detaches a reader; an answer that loses its last one before it is complete is given up. */
  detach(reader: () => void): void {
    this.readers.delete(reader)
    if (this.readers.size === 0) this.abort()
  }

  /** Takes what has come, and lets more come. */
  take(): Array<Uint8Array> {
    const taken = this.chunks
    this.chunks = []
    this.unread = 0
    this.controller?.resume()
    return taken
  }
}
