// Calls that work and that fail, in a process that prints whatever it can of them, with DEBUG on: which secrets can be read there.
import { spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { refusal, withServer } from "../faultServer.mjs"
import { plain } from "../peers.mjs"
import { each, pick, row } from "./row.mjs"

const file = fileURLToPath(new URL("./secretsChild.mjs", import.meta.url))

const canaries = {
  accessKeyId: "LTAIcanary0000000001",
  accessKeySecret: "CanarySecret/0000+0000=0002",
  securityToken: "CanaryToken/0000+0000=0003",
  password: "CanaryPassword&0004"
}

/** as it travels in a query, in a form, in JSON, in base64, and in what is signed */
const spellings = (secret) => [
  secret,
  encodeURIComponent(secret),
  encodeURIComponent(encodeURIComponent(secret)),
  new URLSearchParams([["", secret]]).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString("base64")
]

const echo = Object.values(canaries).join(" ")

/** the gateway repeats what it was sent, as it does where a signature does not match */
const answers = {
  works: { body: '{"RequestId":"R"}' },
  unavailable: { status: 503, body: refusal("ServiceUnavailable") },
  throttled: { status: 400, body: refusal("Throttling.User") },
  denied: {
    status: 403,
    headers: { "x-acs-request-id": canaries.securityToken },
    body: refusal("Forbidden.RAM", echo)
  },
  mismatch: {
    status: 400,
    body: refusal("SignatureDoesNotMatch", `server string to sign is:POST&%2F&${encodeURIComponent(echo)}`)
  },
  page: { status: 502, headers: { "content-type": "text/html" }, body: `<html>${echo}</html>` },
  cutOff: { body: `{"RequestId":"R","Echo":"${echo}` },
  redirect: { status: 302, headers: { location: `http://127.0.0.1:1/?${encodeURIComponent(echo)}` } },
  breaksOff: { body: `{"Echo":"${echo}`, breaksOff: true },
  reset: "reset",
  silent: "silence"
}

const answer = (parameters) => answers[parameters.get("Case")] ?? answers.works

/** all that the process of a contestant printed */
const printed = async (name, port) => {
  const input = JSON.stringify({ name, port, canaries, cases: Object.keys(answers) })
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, DEBUG: "*" },
    stdio: ["pipe", "pipe", "pipe"]
  })
  child.stdin.end(input)
  const chunks = []
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(chunk))
  const [code] = await once(child, "close")
  const text = Buffer.concat(chunks).toString("utf8")
  // one that printed nothing has nothing to be praised for
  if (code !== 0 || !text.includes("calls begin") || !text.includes("printed all"))
    throw new Error(`secrets of ${name}: ended with ${code}\n${text}`)
  return text
}

const { accessKeyId, ...secrets } = canaries

const holds = (text, secret) => spellings(secret).some((spelling) => text.includes(spelling))

/** a credential shows its key id to whoever prints it, so that one knows which it is; calls show none */
const foundIn = (text) => ({
  secrets: Object.values(secrets).filter((secret) => holds(text, secret)).length,
  keyId: holds(text.slice(text.indexOf("calls begin")), accessKeyId) ? 1 : 0
})

export const rows = () =>
  withServer(answer, async ({ port }) => {
    const own = foundIn(await printed("ours", port))
    const official = await each(plain, async ({ name }) => foundIn(await printed(name, port)))
    const title = "clients, errors, logs, spans printed, DEBUG=*"
    return [
      row(`${title}: of secret, token and password are read`, "count", own.secrets, pick(official, "secrets"), [
        "<=",
        0
      ]),
      row("the same, of calls alone: the key id is read", "count", own.keyId, pick(official, "keyId"), ["<=", 0])
    ]
  })
