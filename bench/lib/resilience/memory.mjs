// A small gzip body that unpacks to more than any answer may hold: how far the memory of a process grows that asks for it.
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { createGzip, gzipSync } from "node:zlib"
import { withServer } from "../faultServer.mjs"
import { plain } from "../peers.mjs"
import { row } from "./row.mjs"

const file = fileURLToPath(new URL("./memoryChild.mjs", import.meta.url))
const unpacked = 210_000_000
/** twice what `Limits` lets an answer hold, in MB */
const most = (2 * 16 * 1024 * 1024) / 1e6

/** 204 KB; made in pieces, so that this process stays small */
const bomb = async () => {
  const gzip = createGzip({ level: 9 })
  const piece = Buffer.alloc(1_000_000, " ")
  const packed = []
  gzip.on("data", (chunk) => packed.push(chunk))
  for (let i = 0; i < unpacked / piece.length; i++) {
    if (!gzip.write(piece)) await once(gzip, "drain")
  }
  gzip.end()
  await once(gzip, "end")
  return Buffer.concat(packed)
}

/** in a process of its own: the MB by which it grew, whether its call succeeded, and whether it unpacks gzip at all */
const growthOf = async (name, port) => {
  const child = fork(file, [name, String(port)])
  const [measured] = await once(child, "message")
  child.disconnect()
  await once(child, "exit")
  return measured
}

export const rows = async () => {
  const packed = await bomb()
  const gzip = (body) => ({ headers: { "content-encoding": "gzip", "content-length": String(body.length) }, body })
  const plainBody = '{"RequestId":"R"}'
  const answers = { bomb: gzip(packed), packed: gzip(gzipSync(plainBody)) }
  const answer = (parameters) => answers[parameters.get("Call")] ?? { body: plainBody }
  return withServer(answer, async ({ port }) => {
    const own = await growthOf("ours", port)
    const official = {}
    for (const name of Object.keys(plain)) {
      const { megabytes, unpacks } = await growthOf(name, port)
      official[unpacks ? name : `${name} (unpacks no gzip)`] = megabytes
    }
    return [
      row(
        `gzip body of ${Math.round(packed.length / 1000)} KB that unpacks to 210 MB`,
        "MB more memory",
        own.megabytes,
        official,
        ["<", most]
      ),
      row("the same: taken for a success", "count", own.succeeded ? 1 : 0, {}, ["<=", 0])
    ]
  })
}
