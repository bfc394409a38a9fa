/**
 * The pools of a client, one for each origin; they close when the scope of the client does, with a second for calls that run.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Options } from "../NodeHttpClient.js"
import * as connector from "./connector.js"
import * as pool from "./pool.js"
import type { Proxies } from "./proxies.js"
import * as time from "./time.js"
import * as undici from "./undici.js"

/** A call, as the connections see it. */
export interface Call extends pool.Call {
  /** nobody waits for it: its answer came, is not read, and holds its socket */
  readonly unattended: boolean
  readonly abort: (reason: Error) => void
}

export interface Connections {
  /** Never throws: what goes wrong reaches the call. */
  readonly dispatch: (call: Call) => void
  /** To be told when a call is over. */
  readonly release: (call: Call) => void
}

const graceful = 1_000
const mostPools = 256

export const make = (options: Options, proxies: Proxies): Effect.Effect<Connections, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { Client, buildConnector } = yield* undici.load
    const connect = connector.make(buildConnector, options)
    const keepAlive = time.millis(options.keepAliveTimeout ?? "4 seconds")
    const pools = new Map<string, pool.Pool>()
    const running = new Set<Call>()
    let closing = false
    let onIdle = () => {}

    const make = (origin: string): pool.Pool => {
      const url = new URL(origin)
      const proxy = proxies(url)
      return new pool.Pool({
        limit: Math.max(1, Math.floor(options.connections ?? 64) || 1),
        idleLimit: keepAlive,
        forwarding: url.protocol === "http:" ? proxy : undefined,
        makeClient: (slot) =>
          new Client(url, {
            connect: (target, callback) => connect(slot, proxy, target, callback),
            pipelining: 1,
            keepAliveTimeout: keepAlive,
            // a server's keep-alive hint may shorten the idle time, never lengthen it
            keepAliveMaxTimeout: keepAlive,
            keepAliveTimeoutThreshold: pool.keepAliveMargin,
            maxHeaderSize: Math.max(1, Math.floor(options.maxHeaderSize ?? 16_384)),
            // deadlines are the caller's: one for the whole call, not one per phase
            headersTimeout: 0,
            bodyTimeout: 0
          })
      })
    }

    const poolOf = (origin: string): pool.Pool => {
      const known = pools.get(origin)
      if (known !== undefined) return known
      if (pools.size >= mostPools) {
        for (const [name, old] of pools) {
          if (!old.isIdle) continue
          pools.delete(name)
          void old.destroy()
          break
        }
      }
      const made = make(origin)
      pools.set(origin, made)
      return made
    }

    const close = Effect.async<void>((resume) => {
      closing = true
      const destroy = () => {
        clearTimeout(timer)
        for (const call of running) call.abort(closed())
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
      dispatch(call) {
        if (closing) return call.abort(closed())
        // for instance 999.1.1.1, which looks like an address
        if (!URL.canParse(call.origin)) return call.abort(nowhere())
        running.add(call)
        poolOf(call.origin).dispatch(call)
      },
      release(call) {
        pools.get(call.origin)?.forget(call)
        running.delete(call)
        if (running.size === 0) onIdle()
      }
    }
  })

const nowhere = (): Error => Object.assign(new Error("no such host"), { code: "ENOTFOUND" })

const closed = (): Error => Object.assign(new Error("the client is closed"), { code: "UND_ERR_CLOSED" })
