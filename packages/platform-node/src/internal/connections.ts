/**
 * undici's pools as this package uses them: loaded when a layer is built, TLS verified and at least 1.2, a connect limit
 * that is exact, and calls that are given up without a trace.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Socket } from "node:net"
import type { buildConnector, Client, Dispatcher, Pool } from "undici"
import type { Options } from "../NodeHttpClient.js"

interface Undici {
  readonly Client: typeof Client
  readonly Pool: typeof Pool
  readonly buildConnector: typeof buildConnector
}

// The three modules that are needed load in 55 ms, the whole of undici in 170 (it brings fetch, WebSocket, mocks and
// more). They are no public entries: where they have moved, the whole is taken.
const load: Effect.Effect<Undici> = Effect.tryPromise(() =>
  Promise.all([
    // @ts-expect-error undici has types for its main entry only
    import("undici/lib/dispatcher/client.js"),
    // @ts-expect-error undici has types for its main entry only
    import("undici/lib/dispatcher/pool.js"),
    // @ts-expect-error undici has types for its main entry only
    import("undici/lib/core/connect.js")
  ]).then(([client, pool, connect]): Undici => ({
    Client: client.default,
    Pool: pool.default,
    buildConnector: connect.default
  }))
).pipe(Effect.orElse(() => Effect.promise((): Promise<Undici> => import("undici"))))

/** One connection of a pool; it carries one call at a time. */
export interface Slot {
  socket: Socket | undefined
  connected: boolean
}

/** A call, as the connections see it. */
export interface Call extends Dispatcher.DispatchHandler {
  /** where it is carried, or will be as soon as the connection stands; `undefined` while it waits its turn */
  slot: Slot | undefined
  readonly givenUp: boolean
  /** nobody waits for it: its answer came, is not read, and holds its socket */
  readonly unattended: boolean
  readonly abort: (reason: Error) => void
  readonly onResponseError: (controller: Dispatcher.DispatchController | undefined, error: Error) => void
}

/** `call` rides along: undici hands these options on as they are, from the pool to the connection it picks. */
interface Request extends Dispatcher.DispatchOptions {
  readonly origin: string
  readonly call: Call
}

export interface Connections {
  /** Never throws: what goes wrong reaches the call. */
  readonly dispatch: (request: Request) => void
  /** To be told when a call is over. */
  readonly release: (call: Call) => void
}

// what a timer of Node can count to
const maxTimer = 2 ** 31 - 1
/** of any length, as a timer takes it: beyond 24 days Node's fire at once */
export const millis = (duration: Duration.DurationInput): number =>
  Math.max(1, Math.min(Duration.toMillis(duration), maxTimer))

const graceful = 1_000
const maxPools = 256

export const make = (options: Options): Effect.Effect<Connections, never, Scope.Scope> =>
  Effect.gen(function* () {
    const undici = yield* load
    const limit = millis(options.connectTimeout ?? "5 seconds")
    const keepAlive = millis(options.keepAliveTimeout ?? "4 seconds")
    const pools = new Map<string, Pool>()
    const sockets = new Set<Socket>()
    const running = new Set<Call>()
    let closing = false
    let onIdle = () => {}

    const connector = undici.buildConnector({
      ...(options.ca === undefined ? {} : { ca: caOf(options.ca) }),
      // said outright, so that neither --tls-min-v1.0 nor NODE_TLS_REJECT_UNAUTHORIZED weakens it
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      // undici's own timer is up to a second late
      timeout: 0
    })

    const connectWith =
      (slot: Slot): buildConnector.connector =>
      (target, callback) => {
        const socket: unknown = connector(target, callback)
        if (!(socket instanceof Socket)) return
        slot.socket = socket
        slot.connected = false
        sockets.add(socket)
        const timer = setTimeout(() => socket.destroy(coded("connect limit passed", "UND_ERR_CONNECT_TIMEOUT")), limit)
        socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
          clearTimeout(timer)
          slot.connected = true
        })
        socket.once("close", () => {
          clearTimeout(timer)
          sockets.delete(socket)
        })
      }

    const clientOf = (origin: URL, clientOptions: object): Client => {
      const slot: Slot = { socket: undefined, connected: false }
      const client = new undici.Client(origin, { ...clientOptions, connect: connectWith(slot) })
      const dispatch = client.dispatch.bind(client)
      client.dispatch = (request, handler) => {
        const { call } = request as Request
        // a call that was given up while it waited must not cost a connection
        if (call.givenUp) return true
        call.slot = slot
        return dispatch(request, handler)
      }
      return client
    }

    const poolOf = (origin: string): Pool => {
      const known = pools.get(origin)
      if (known !== undefined) return known
      const [oldest] = pools
      if (oldest !== undefined && pools.size >= maxPools) {
        pools.delete(oldest[0])
        void oldest[1].close()
      }
      const pool = new undici.Pool(origin, {
        factory: clientOf,
        connections: Math.max(1, Math.floor(options.connections ?? 64)),
        pipelining: 1,
        keepAliveTimeout: keepAlive,
        // a server's keep-alive hint may shorten the idle time, never lengthen it
        keepAliveMaxTimeout: keepAlive,
        maxHeaderSize: Math.max(1, Math.floor(options.maxHeaderSize ?? 16_384)),
        // deadlines are the caller's: one for the whole call, not one per phase
        headersTimeout: 0,
        bodyTimeout: 0
      })
      pools.set(origin, pool)
      return pool
    }

    const close = Effect.async<void>((resume) => {
      closing = true
      const destroy = () => {
        clearTimeout(timer)
        for (const call of running) call.abort(closed())
        for (const socket of sockets) socket.destroy()
        void Promise.all(Array.from(pools.values(), (pool) => pool.destroy())).then(() => resume(Effect.void))
      }
      // real time, whatever `Clock` says
      const timer = setTimeout(destroy, graceful)
      onIdle = destroy
      for (const call of running) if (call.unattended) call.abort(closed())
      if (running.size === 0) destroy()
    })
    yield* Effect.addFinalizer(() => close)

    return {
      dispatch(request) {
        if (closing) return request.call.onResponseError(undefined, closed())
        running.add(request.call)
        poolOf(request.origin).dispatch(request, request.call)
      },
      release(call) {
        running.delete(call)
        if (running.size === 0) onIdle()
      }
    }
  })

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code })

const closed = (): Error => coded("the client is closed", "UND_ERR_CLOSED")

const caOf = (ca: NonNullable<Options["ca"]>): string | Buffer | Array<string | Buffer> => {
  const one = (entry: string | Uint8Array) => (typeof entry === "string" ? entry : Buffer.from(entry))
  return typeof ca === "string" || ca instanceof Uint8Array ? one(ca) : ca.map(one)
}
