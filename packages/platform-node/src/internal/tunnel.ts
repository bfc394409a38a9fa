/** Connections by way of a proxy: to it for http, which forwards requests that name their target; through it for https. */
import * as HttpWire from "@effect-aliyun/core/HttpWire"
import * as Redacted from "effect/Redacted"
import { request } from "node:http"
import { isIPv6, type Socket } from "node:net"
import type { buildConnector } from "undici"
import type { Proxy } from "./proxies.js"

type Callback = buildConnector.Callback
type Connector = (target: buildConnector.Options, callback: Callback) => Socket

/** `track` is to be told of each socket on the way, so that whoever gives up can destroy it */
interface Means {
  readonly toProxy: Connector
  readonly toTarget: Connector
  readonly track: (socket: Socket) => void
}

export const proxyFailure = (syscallCode: string | undefined): HttpWire.TransportFailure =>
  new HttpWire.TransportFailure({ kind: "Proxy", syscallCode, sent: "none", bytesReceived: 0 })

/** whatever goes wrong on the way to a proxy, or with it */
const ofProxy = (error: unknown): HttpWire.TransportFailure =>
  proxyFailure(HttpWire.transportFailure(error).syscallCode)

export const openTunnel = (
  proxy: Proxy,
  target: buildConnector.Options,
  { toProxy, toTarget, track }: Means,
  done: Callback
): void => {
  const toTls = (socket: Socket): void => {
    socket.on("error", () => {})
    track(
      toTarget({ ...target, httpSocket: socket }, (...result) => {
        const [error] = result
        // a handshake that was cut short, unlike one that failed, may be the proxy's doing
        if (error === null || HttpWire.transportFailure(error).kind === "Tls") done(...result)
        else done(ofProxy(error), null)
      })
    )
  }
  const { hostname, port, protocol } = proxy
  track(
    toProxy({ hostname, host: hostname, port, protocol }, (...result) => {
      const [error, socket] = result
      if (error !== null) done(ofProxy(error), null)
      else if (target.protocol === "https:") {
        connectThrough(socket, proxy, target, (failure) =>
          failure === undefined ? toTls(socket) : done(failure, null)
        )
      } else done(null, socket)
    })
  )
}

/** CONNECT, and what the proxy says to it */
const connectThrough = (
  socket: Socket,
  { authorization }: Proxy,
  { hostname, port }: buildConnector.Options,
  done: (failure: HttpWire.TransportFailure | undefined) => void
): void => {
  const authority = `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port === "" ? "443" : port}`
  const fail = (failure: HttpWire.TransportFailure) => {
    socket.destroy()
    done(failure)
  }
  request({
    method: "CONNECT",
    path: authority,
    setHost: false,
    headers: {
      host: authority,
      ...(authorization === undefined ? {} : { "proxy-authorization": Redacted.value(authorization) })
    },
    createConnection: () => socket
  })
    .once("connect", ({ statusCode = 0 }) =>
      statusCode >= 200 && statusCode < 300 ? done(undefined) : fail(proxyFailure(`PROXY_${statusCode}`))
    )
    .once("error", (error) => fail(ofProxy(error)))
    .end()
}
