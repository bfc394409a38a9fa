// What becomes of calls when the service, the network or the clock fails them, ours beside the official SDKs.
import process from "node:process"
import { options, report } from "./lib/report.mjs"
import * as clock from "./lib/resilience/clock.mjs"
import * as hostile from "./lib/resilience/hostile.mjs"
import * as interruption from "./lib/resilience/interruption.mjs"
import * as keepAlive from "./lib/resilience/keepAlive.mjs"
import * as memory from "./lib/resilience/memory.mjs"
import * as nonces from "./lib/resilience/nonces.mjs"
import * as outage from "./lib/resilience/outage.mjs"
import * as secrets from "./lib/resilience/secrets.mjs"
import * as transient from "./lib/resilience/transient.mjs"

const { assert, quick } = options()
const figures = { outage, transient, keepAlive, hostile, clock, nonces, secrets, memory, interruption }

// no key of this machine, and no proxy, has a part in it
for (const name of Object.keys(process.env)) {
  if (name.startsWith("ALIBABA_CLOUD_") || /^(https?|no|all)_proxy$/i.test(name)) delete process.env[name]
}

const rows = []
for (const [name, figure] of Object.entries(figures)) {
  const started = performance.now()
  rows.push(...(await figure.rows({ quick })))
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}
report("resilience", rows, { assert })
process.exit()
