/**
 * One request and its answer: undici's handler on one side, a fiber that waits for the headers and readers of the body on
 * the other.
 */
import * as HttpDeadline from "@effect-aliyun/core/HttpDeadline"
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Runtime from "effect/Runtime"
import type { IncomingHttpHeaders } from "node:http"
import type { Dispatcher } from "undici"
import type { Call, Connections } from "./connections.js"
import * as decoding from "./decoding.js"
import { Inflow } from "./inflow.js"
import { Outflow } from "./outflow.js"
import type { Request, Slot } from "./pool.js"
import * as time from "./time.js"
import { proxyFailure } from "./tunnel.js"

/** Why the headers did not come: the body stream of the caller's own, or the transport. */
export type Refusal =
  | { readonly _tag: "BodyStream"; readonly cause: unknown }
  | { readonly _tag: "Transport"; readonly failure: HttpWire.TransportFailure }

export interface Head {
  readonly status: number
  readonly headers: IncomingHttpHeaders
}

/**
 * - `unreadLimit`: how long an answer may lie unread, in milliseconds
 * - `deadline`: of the whole exchange, see `HttpDeadline`
 * - `mayReplay`: whether the request may be executed twice, see `HttpReplay`
 */
export interface Terms {
  readonly unreadLimit: number
  readonly deadline: HttpDeadline.Value | undefined
  readonly mayReplay: boolean
}

const mostHeaders = 1_000

/** what the system takes in one write, however little room it has */
const oneWrite = 8 * 1024

const interrupted = new Error("interrupted")
const wrongBody = new Error("the body stream failed")
const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code })

export class Exchange implements Call {
  slot: Slot | undefined
  readonly inflow: Inflow

  private onHead: ((head: Head) => void) | undefined
  private onRefused: ((refusal: Refusal) => void) | undefined
  private outflow: Outflow | undefined

  private controller: Dispatcher.DispatchController | undefined
  private head: Head | undefined
  private decoder: decoding.Decoder | undefined
  /** of the answer's body, as it came over the wire */
  private bytesReceived = 0
  /** undici is done with it: the socket carries others now */
  private wireEnded = false

  private deadlineTimer: NodeJS.Timeout | undefined
  private unreadTimer: NodeJS.Timeout | undefined
  private owner: Fiber.RuntimeFiber<unknown, unknown> | undefined

  constructor(
    private readonly connections: Connections,
    private readonly wire: HttpWire.HttpWire,
    private readonly terms: Terms
  ) {
    this.inflow = new Inflow(this)
  }

  /** Sends the request and calls one of the two, once; `runtime` runs the caller's body stream. */
  start(runtime: Runtime.Runtime<never>, onHead: (head: Head) => void, onRefused: (refusal: Refusal) => void): void {
    this.onHead = onHead
    this.onRefused = onRefused
    const { deadline } = this.terms
    if (deadline !== undefined) {
      this.deadlineTimer = setTimeout(
        // a process that was busy sees its timers before its sockets: an answer that is there counts
        () =>
          setImmediate(
            () => void (this.deadlineTimer && this.abort(coded("the deadline passed", HttpDeadline.passed)))
          ),
        time.timer(deadline.millis)
      )
    }
    const { body } = this.wire
    if (body._tag === "Stream") {
      this.outflow = new Outflow(body, runtime, (cause) => this.abort(wrongBody, { _tag: "BodyStream", cause }))
    }
    this.connections.dispatch(this)
  }

  private disarm(): void {
    clearTimeout(this.deadlineTimer)
    this.deadlineTimer = undefined
  }

  get origin(): string {
    return this.wire.origin
  }

  request(): Request {
    const { body, headers, method, target } = this.wire
    const flat: Array<string> = []
    for (const [name, value] of headers) flat.push(name, value)
    return {
      path: target,
      method,
      headers: flat,
      body: body._tag === "Bytes" ? body.bytes : (this.outflow?.readable ?? null)
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.inflow.over) {
      // An exception is how undici is told not to send; an abort here would destroy a healthy connection.
      // eslint-disable-next-line no-restricted-syntax
      throw interrupted
    }
    this.controller = controller
    this.slot?.begin()
  }

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.inflow.over) return
    if (status > 599) return this.abort(coded("no status", "HPE_INVALID_STATUS"))
    // names and values in turn
    if (Array.isArray(rawHeaders) && rawHeaders.length > 2 * mostHeaders) {
      return this.abort(coded("too many headers", "UND_ERR_HEADERS_OVERFLOW"))
    }
    // what a proxy says of itself; only one that forwards requests can
    if (status === 407 && this.slot?.forwarding !== undefined) return this.abort(proxyFailure("PROXY_407"))
    this.slot?.hinted(headers["keep-alive"])
    if (this.terms.deadline?.until === "headers") this.disarm()
    const steps = this.hasBody(status, headers) ? decoding.stepsOf(headers) : undefined
    if (steps !== undefined && !(steps instanceof Error)) {
      this.decoder = this.makeDecoder(steps)
      // of what comes out neither is true
      delete headers["content-encoding"]
      delete headers["content-length"]
    }
    this.head = { status, headers }
    this.onHead?.(this.head)
    // the status is known all the same: it is the body that cannot be read
    if (steps instanceof Error) this.abort(steps)
  }

  private hasBody(status: number, headers: IncomingHttpHeaders): boolean {
    return this.wire.method !== "HEAD" && status !== 204 && status !== 304 && headers["content-length"] !== "0"
  }

  private makeDecoder(steps: decoding.Steps): decoding.Decoder {
    return decoding.make(steps, {
      onData: (chunk) => {
        if (!this.take(chunk)) this.decoder?.pause()
      },
      onDrain: () => this.controller?.resume(),
      // bytes behind the end of what was encoded are no part of any body
      onEnd: () => (this.wireEnded ? this.complete() : this.abort(decoding.refused("the encoded body is too long"))),
      onError: (error) => this.abort(error)
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.bytesReceived += chunk.length
    if (!(this.decoder === undefined ? this.take(chunk) : this.decoder.write(chunk))) controller.pause()
  }

  /** Whether there is room for more. */
  private take(chunk: Uint8Array): boolean {
    if (this.inflow.push(chunk)) return true
    // A paused answer holds its socket. Nobody may ever come for it, and no finalizer tells.
    if (!this.inflow.isAttended) this.watchUnread()
    return false
  }

  onResponseEnd(): void {
    this.wireEnded = true
    this.leave()
    if (this.decoder === undefined) this.complete()
    else this.decoder.end()
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    const { slot } = this
    if (slot !== undefined && this.isToBeReplayed(slot, error)) {
      this.controller = undefined
      return slot.renew(this)
    }
    this.end(error)
    this.leave()
  }

  private leave(): void {
    const { slot } = this
    this.slot = undefined
    slot?.leave()
  }

  /**
   * Whether a kept connection ended before any byte of the answer: most likely the server closed it while the request was
   * on its way. Then a request that was not begun, not sent, or may be executed twice, goes out once more; that connection is
   * no kept one.
   */
  private isToBeReplayed(slot: Slot, error: Error): boolean {
    if (this.inflow.over || this.wire.body._tag === "Stream" || HttpWire.transportFailure(error).kind !== "Reset") {
      return false
    }
    return this.controller === undefined
      ? slot.requests > 0
      : slot.requests > 1 && slot.silent && (this.terms.mayReplay || this.wasNeverWritten(error))
  }

  /**
   * Whether the one write of a request was refused by the system, since the other side had closed the connection before. TLS
   * also writes by itself, so nothing is proved there.
   */
  private wasNeverWritten(error: Error): boolean {
    const { body, origin } = this.wire
    return (
      "syscall" in error &&
      error.syscall === "write" &&
      origin.startsWith("http:") &&
      (body._tag === "Empty" || (body._tag === "Bytes" && body.bytes.length <= oneWrite))
    )
  }

  private complete(): void {
    this.inflow.end()
    this.settle()
  }

  private end(error: Error, refusal?: Refusal): void {
    if (this.inflow.over) return
    const failure = this.failed(error)
    this.inflow.fail(failure)
    if (this.head === undefined) this.onRefused?.(refusal ?? { _tag: "Transport", failure })
    this.settle()
  }

  private failed(error: Error): HttpWire.TransportFailure {
    const failure = HttpWire.transportFailure(error, { sent: this.sent(error), bytesReceived: this.bytesReceived })
    // an answer shorter than its content-length is a connection cut short, whatever undici calls it
    return failure.syscallCode === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" &&
      this.bytesReceived < Number(this.head?.headers["content-length"])
      ? new HttpWire.TransportFailure({ ...failure, kind: "Reset" })
      : failure
  }

  private sent(error: Error): HttpWire.Sent {
    if (this.controller === undefined || this.wasNeverWritten(error)) return "none"
    return this.outflow === undefined || this.outflow.ended ? "all" : "some"
  }

  /** Gives the exchange up and closes its socket; does nothing once the answer is complete. */
  abort(reason: Error = interrupted, refusal?: Refusal): void {
    if (this.inflow.over) return
    this.end(reason, refusal)
    // Not undici's `abort`: it leaves the request in its queue and connects anew for it. A connection that stands, on
    // which this request has not started, is left to others.
    if (this.slot !== undefined && (this.controller !== undefined || !this.slot.connected)) {
      this.slot.socket?.destroy(reason)
    }
  }

  private settle(): void {
    clearTimeout(this.unreadTimer)
    this.disarm()
    this.outflow?.readable.destroy()
    this.decoder?.destroy()
    this.disown()
    this.connections.release(this)
    this.inflow.wake()
  }

  get givenUp(): boolean {
    return this.inflow.failure !== undefined
  }

  get unattended(): boolean {
    return this.head !== undefined && !this.inflow.isAttended
  }

  /** Ties an answer that is still coming, until somebody reads it, to the fiber that asked: interruption gives it up. */
  ownedBy(fiber: Fiber.RuntimeFiber<unknown, unknown>): void {
    if (this.inflow.over) return
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
      () => this.abort(coded("unread", "UND_ERR_BODY_TIMEOUT")),
      this.terms.unreadLimit
    ).unref()
  }

  /** the inflow has room again */
  resume(): void {
    if (this.decoder === undefined) this.controller?.resume()
    else this.decoder.resume()
  }

  onReader(): void {
    this.disown()
    clearTimeout(this.unreadTimer)
    this.unreadTimer = undefined
  }

  onAbandoned(): void {
    this.abort()
  }
}
