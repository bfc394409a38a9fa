/** How sockets come about: name, TCP, a proxy where there is one, and TLS, verified and at least 1.2; all within one limit. */
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import { isIP, type LookupFunction, type Socket } from "node:net"
import type { SecureContext } from "node:tls"
import type * as undici from "undici"
import type { Options } from "../NodeHttpClient.js"
import { contextOf } from "./certificates.js"
import { passOver } from "./interim.js"
import type { Slot } from "./pool.js"
import type { Proxy } from "./proxies.js"
import * as time from "./time.js"
import { openTunnel } from "./tunnel.js"
import type { Undici } from "./undici.js"

type Callback = undici.buildConnector.Callback

export type Connect = (
  slot: Slot,
  proxy: Proxy | undefined,
  target: undici.buildConnector.Options,
  callback: Callback
) => void

export const make = (buildConnector: Undici["buildConnector"], options: Options): Connect => {
  const limit = time.millis(options.connectTimeout ?? "5 seconds")

  /** sockets with TLS by this context, which is made when the first one is: it takes milliseconds */
  const connectorBy = (context: () => SecureContext) => {
    const lookup = options.lookup === undefined ? {} : { lookup: naming(options.lookup) }
    const build = (extra: object) =>
      // undici's own timer is up to a second late
      buildConnector({ ...lookup, ...extra, timeout: 0 })
    const plain = build({})
    let secure: undici.buildConnector.connector | undefined
    return (target: undici.buildConnector.Options, callback: Callback): Socket => {
      if (target.protocol === "https:") {
        // rejectUnauthorized: said outright, so that NODE_TLS_REJECT_UNAUTHORIZED does not weaken it
        secure ??= build({ secureContext: context(), rejectUnauthorized: true })
      }
      const connector = target.protocol === "https:" ? (secure ?? plain) : plain
      // it gives the socket, whatever its type says
      const socket: unknown = connector(target, callback)
      return socket as Socket
    }
  }
  const toTarget = connectorBy(() => contextOf(options))
  // the client's certificate is for the service
  const toProxy = connectorBy(() => contextOf({ ca: options.ca }))

  return (slot, proxy, target, callback) => {
    let current: Socket | undefined
    let isNamed = isIP((proxy ?? target).hostname) !== 0
    const track = (socket: Socket): void => {
      current = socket
      slot.opened(socket)
      socket.once("lookup", () => (isNamed = true)).once("close", () => clearTimeout(timer))
    }
    let isSettled = false
    // a process that was busy sees its timers before its sockets: what has come meanwhile counts
    const timer = setTimeout(() => setImmediate(() => void (isSettled || current?.destroy(late(isNamed)))), limit)
    const done: Callback = (...result) => {
      isSettled = true
      clearTimeout(timer)
      const [error, socket] = result
      if (error !== null) {
        slot.failed = true
        callback(error, null)
      } else {
        slot.connected = true
        passOver(socket, slot)
        callback(null, socket)
      }
    }
    if (proxy === undefined) track(toTarget(target, done))
    else openTunnel(proxy, target, { toProxy, toTarget, track }, done)
  }
}

const late = (isNamed: boolean): Error =>
  isNamed
    ? Object.assign(new Error("connect limit passed"), { code: "UND_ERR_CONNECT_TIMEOUT" })
    : dnsFailure("UND_ERR_CONNECT_TIMEOUT")

const dnsFailure = (syscallCode: string | undefined): HttpWire.TransportFailure =>
  new HttpWire.TransportFailure({ kind: "Dns", syscallCode, sent: "none", bytesReceived: 0 })

/** whatever the code of its failures: they are of the name */
const naming =
  (lookup: LookupFunction): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, options, (error, ...found) =>
      callback(error === null ? null : dnsFailure(HttpWire.transportFailure(error).syscallCode), ...found)
    )
