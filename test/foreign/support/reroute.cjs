// Leads the addresses that @alicloud/credentials has built in to an emulator on this machine, and nothing further: what would
// leave the machine fails. Loaded by `node --require`, before anything that connects.
"use strict"
const http = require("node:http")
const https = require("node:https")

const { EMULATOR_HTTP_PORT, EMULATOR_HTTPS_PORT } = process.env
const local = { host: "127.0.0.1", hostname: "127.0.0.1" }

const reroute = (agent, routes) => {
  const connect = agent.prototype.createConnection
  agent.prototype.createConnection = function (options, ...rest) {
    const { host, port } = options
    const to = routes(`${host}:${port}`)
    if (to === undefined && host !== local.host) throw new Error(`no route to ${host}:${port}`)
    // the name that TLS asks for and checks stays what it was
    return connect.call(this, to === undefined ? options : { ...options, ...local, port: Number(to) }, ...rest)
  }
}

reroute(http.Agent, (address) => (address === "100.100.100.200:80" ? EMULATOR_HTTP_PORT : undefined))
reroute(https.Agent, (address) =>
  /^sts[a-z0-9.-]*\.aliyuncs\.com:443$/.test(address) ? EMULATOR_HTTPS_PORT : undefined
)
