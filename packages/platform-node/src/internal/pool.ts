/**
 * The connections to one origin: at most so many, each with one call at a time, and the calls that wait for one in the order
 * in which they came.
 *
 * undici's own pool can neither forget a call that waits no longer, nor send one on a connection that is new for certain.
 */
import * as Redacted from "effect/Redacted"
import type { Socket } from "node:net"
import type { Client, Dispatcher } from "undici"
import type { Proxy } from "./proxies.js"

/** A call, as the connections see it. */
export interface Call extends Dispatcher.DispatchHandler {
  /** where it is carried, or will be as soon as the connection stands; `undefined` while it waits, and when it is over */
  slot: Slot | undefined
  readonly origin: string
  /** made anew for each time it is sent */
  readonly request: () => Request
  readonly givenUp: boolean
}

export interface Request extends Dispatcher.DispatchOptions {
  readonly headers: Array<string>
}

/**
 * - `limit`: most connections
 * - `idleLimit`: how long one is kept that carries nothing, in milliseconds
 * - `forwarding`: the proxy at the other end, when it is one that forwards requests
 */
interface Options {
  readonly limit: number
  readonly idleLimit: number
  readonly forwarding: Proxy | undefined
  readonly makeClient: (slot: Slot) => Client
}

/** Room for one connection, which comes and goes as undici needs it. */
export class Slot {
  private readonly client: Client
  /** also while it is being made */
  socket: Socket | undefined
  /** the socket stands, TLS included */
  connected = false
  /** how many requests have begun on the socket */
  requests = 0
  /** nothing has come back since the current one began */
  silent = false
  /** no byte of a final answer has come to the current one */
  awaiting = false
  /** its last connection was not made: undici's client may be left in no fit state then */
  failed = false

  private idleSince = 0
  private idleLimit: number

  constructor(
    private readonly pool: Pool,
    private readonly options: Options
  ) {
    this.idleLimit = options.idleLimit
    this.client = options.makeClient(this)
  }

  get forwarding(): Proxy | undefined {
    return this.options.forwarding
  }

  carry(call: Call): void {
    call.slot = this
    const request = call.request()
    this.client.dispatch(
      this.forwarding === undefined ? request : forwarded(request, call.origin, this.forwarding),
      call
    )
  }

  /** a socket was made that shall become this slot's connection */
  opened(socket: Socket): void {
    this.socket = socket
    this.connected = false
    this.requests = 0
    socket.once("close", () => {
      if (this.socket !== socket) return
      this.socket = undefined
      this.connected = false
    })
  }

  begin(): void {
    this.requests++
    this.silent = true
    this.awaiting = true
  }

  /** what the server says of how long it keeps an idle connection; nothing else may lengthen or shorten it */
  hinted(keepAlive: string | ReadonlyArray<string> | undefined): void {
    const seconds = keepAlive === undefined ? undefined : /timeout=(\d{1,9})/i.exec(String(keepAlive))?.[1]
    this.idleLimit =
      seconds === undefined
        ? this.options.idleLimit
        : Math.min(this.options.idleLimit, Number(seconds) * 1000 - keepAliveMargin)
  }

  /** undici is done with the call */
  leave(): void {
    this.idleSince = performance.now()
    this.pool.freed(this)
  }

  /** Carries the same call once more, on a new connection: the one it had is closed, or closing. */
  renew(call: Call): void {
    this.requests = 0
    // not from within undici's report of the failure
    queueMicrotask(() => {
      if (call.givenUp) {
        call.slot = undefined
        this.leave()
      } else this.carry(call)
    })
  }

  /** Whether a connection stands that is likely to be held by the other side too; timers may be late, so time is looked at. */
  isWarm(now: number): boolean {
    if (this.socket === undefined || !this.connected || this.socket.destroyed) return false
    if (now - this.idleSince <= this.idleLimit) return true
    this.socket.destroy()
    return false
  }

  destroy(): Promise<void> {
    this.socket?.destroy()
    return this.client.destroy()
  }
}

/** what a proxy wants to see, which passes it on */
const forwarded = (request: Request, origin: string, { authorization }: Proxy): Request => ({
  ...request,
  path: origin + request.path,
  headers:
    authorization === undefined
      ? request.headers
      : [...request.headers, "proxy-authorization", Redacted.value(authorization)]
})

/** how much sooner than the server an idle connection is given up, in milliseconds */
export const keepAliveMargin = 1_000

export class Pool {
  private readonly slots = new Set<Slot>()
  /** the one used last is at the end */
  private readonly idle: Array<Slot> = []
  private readonly waiting = new Set<Call>()

  constructor(private readonly options: Options) {}

  get isIdle(): boolean {
    return this.idle.length === this.slots.size
  }

  dispatch(call: Call): void {
    const slot = this.take()
    if (slot === undefined) this.waiting.add(call)
    else slot.carry(call)
  }

  /** To be told of a call that waits no longer. */
  forget(call: Call): void {
    this.waiting.delete(call)
  }

  /** the connection used last is the least likely to be closed by the other side */
  private take(): Slot | undefined {
    const now = performance.now()
    for (let i = this.idle.length - 1; i >= 0; i--) {
      const slot = this.idle[i]
      if (slot?.isWarm(now) === true) {
        this.idle.splice(i, 1)
        return slot
      }
    }
    return this.idle.pop() ?? this.added()
  }

  private added(): Slot | undefined {
    if (this.slots.size >= this.options.limit) return undefined
    const slot = new Slot(this, this.options)
    this.slots.add(slot)
    return slot
  }

  freed(slot: Slot): void {
    if (this.waiting.size === 0) return this.rest(slot)
    // not from within undici's report that the last call is over
    queueMicrotask(() => {
      const [next] = this.waiting
      if (next === undefined) return this.rest(slot)
      this.waiting.delete(next)
      if (slot.failed) this.slots.delete(slot)
      const free = slot.failed ? this.added() : slot
      free?.carry(next)
    })
  }

  private rest(slot: Slot): void {
    if (slot.failed) this.slots.delete(slot)
    else this.idle.push(slot)
  }

  destroy(): Promise<unknown> {
    return Promise.all(Array.from(this.slots, (slot) => slot.destroy()))
  }
}
