// @alicloud/credentials in one set-up after the other: a JSON line each comes in, and one goes out that tells what its default
// chain gave, and what each provider of the chain gave by itself. It has its addresses built in, so they are led elsewhere here,
// and nothing leaves the machine. No secret is printed.
"use strict"
const { createHash } = require("node:crypto")
const http = require("node:http")
const https = require("node:https")
const process = require("node:process")
const { createInterface } = require("node:readline")

/** the run that is under way: its name, where its requests go, and those that go nowhere */
let run = { name: "", routes: {}, lost: [] }

// httpx, which the library sends with, takes these from the modules at each request
for (const [name, module] of Object.entries({ http, https })) {
  const { request } = module
  module.request = (options) => {
    const { origin } = new URL(`${name}://${options.host}:${options.port}`)
    const to = run.routes[origin]
    if (to === undefined) {
      run.lost.push(origin)
      throw new Error(`no route to ${origin}`)
    }
    const { hostname, port } = new URL(to)
    // no option of the connection but the address: the pool of sockets must not mix what is led to different ones
    const headers = { ...options.headers, "x-run": run.name, "x-to": origin }
    return request({ ...options, host: hostname, port: Number(port), headers })
  }
}

const { default: Credential, DefaultCredentialsProvider } = require("@alicloud/credentials")
const PopCore = require("@alicloud/pop-core")

const hashOf = (...parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex")

/** by the hash of a key: who it belongs to */
const known = new Map()

const whoIs = async ({ accessKeyId, accessKeySecret, securityToken }, hash, endpoint) => {
  if (!known.has(hash)) {
    const client = new PopCore({ accessKeyId, accessKeySecret, securityToken, endpoint, apiVersion: "2015-04-01" })
    known.set(
      hash,
      await client.request("GetCallerIdentity", {}).then(
        ({ Arn }) => Arn,
        ({ code }) => `nobody: ${code}`
      )
    )
  }
  return known.get(hash)
}

/** every fixed secret begins with this word */
const hide = (text) => text.replace(/hush[\w-]*/g, "***").slice(0, 200)

/** what one way to ask for a credential came to */
const outcome = async (name, { endpoint, home, index, routes }, ask) => {
  run = { name: `${index}/official/${name}`, routes, lost: [] }
  try {
    const found = await ask()
    const { accessKeyId, accessKeySecret, providerName } = found
    const hash = hashOf(accessKeyId, accessKeySecret, found.securityToken || null)
    return {
      _tag: "Given",
      provider: providerName.replace(/^default\//, ""),
      accessKeyId,
      hash,
      who: await whoIs(found, hash, endpoint),
      lost: run.lost
    }
  } catch (error) {
    const text = hide(String(error.message).replaceAll(home, "~"))
    return { _tag: "Refused", isBroken: error.constructor !== Error && !("code" in error), text, lost: run.lost }
  }
}

/** the environment of this process is that of the set-up, but for what Node itself was started with */
const own = new Set(Object.keys(process.env))

const answer = async (setUp) => {
  for (const name of Object.keys(process.env)) if (!own.has(name)) delete process.env[name]
  Object.assign(process.env, setUp.env)
  const chain = await outcome("chain", setUp, () => new Credential().getCredential())
  const providers = {}
  for (const provider of new DefaultCredentialsProvider().providers) {
    const name = provider.getProviderName()
    if (!setUp.wanted.includes(name)) continue
    providers[name] = await outcome(name, setUp, () => provider.getCredentials())
  }
  return { chain, providers }
}

// one at a time: the library reads the environment whenever it likes
void (async () => {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
  }
  // it leaves connections open
  process.stdout.write("", () => process.exit())
})()
