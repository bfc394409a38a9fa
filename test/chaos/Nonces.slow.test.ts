/** Nonces of several processes that could not be more alike. */
import { assert, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { figure } from "./support/figure.js"

const core = fileURLToPath(new URL("../../packages/core", import.meta.url))
const workers = 4
const each = 750_000

/** writes the first 64 bits of each nonce; where these differ, so do the nonces */
const program = `
import * as Nonce from "${core}/dist/Nonce.js"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as TestContext from "effect/TestContext"

const program = Effect.gen(function* () {
  const nonce = yield* Nonce.Nonce
  const parts = new BigUint64Array(${each})
  for (let i = 0; i < parts.length; i++) parts[i] = BigInt("0x" + (yield* nonce).slice(0, 16))
  return parts
})
// the same seed, and a clock that stands still
const parts = Effect.runSync(program.pipe(Effect.withRandom(Random.make("seed")), Effect.provide(TestContext.TestContext)))
process.stdout.write(Buffer.from(parts.buffer))
`

const draw = () =>
  new Promise<BigUint64Array>((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      cwd: core,
      stdio: ["ignore", "pipe", "inherit"]
    })
    const chunks: Array<Buffer> = []
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
    child.on("close", (code) => {
      const bytes = Buffer.concat(chunks)
      if (code !== 0 || bytes.length !== 8 * each) reject(new Error(`ended with ${code}, ${bytes.length} bytes`))
      else resolve(new BigUint64Array(bytes.buffer, bytes.byteOffset, each))
    })
  })

it("K08: 3,000,000 nonces of four processes with one seed are all different", { timeout: 60_000 }, async () => {
  const all = new BigUint64Array(workers * each)
  const drawn = await Promise.all(Array.from({ length: workers }, draw))
  drawn.forEach((parts, worker) => all.set(parts, worker * each))
  all.sort()
  let duplicates = 0
  for (let i = 1; i < all.length; i++) if (all[i] === all[i - 1]) duplicates++
  figure("duplicates in 3,000,000 nonces of 4 processes", duplicates)
  assert.strictEqual(duplicates, 0)
})
