// Nonces that come twice among millions; the gateway refuses the second for the whole account.
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as Effect from "effect/Effect"
import * as peers from "../peers.mjs"
import { each, row } from "./row.mjs"

/** how many of them came before, by their first 64 bits: a set of so many texts would need a gigabyte */
const duplicates = (count, fill) => {
  const seen = new BigUint64Array(count)
  fill(seen)
  seen.sort()
  let found = 0
  for (let i = 1; i < count; i++) if (seen[i] === seen[i - 1]) found++
  return found
}
const bits = (hex) => BigInt(`0x${hex.slice(0, 16)}`)

const ours = (count) =>
  duplicates(count, (seen) =>
    Effect.runSync(
      Effect.flatMap(Nonce.Nonce, (nonce) => {
        let at = 0
        const one = Effect.map(nonce, (text) => void (seen[at++] = bits(text)))
        return Effect.repeatN(one, count - 1)
      })
    )
  )
const theirs = (count, next) =>
  duplicates(count, (seen) => {
    for (let i = 0; i < count; i++) seen[i] = bits(next())
  })

export const rows = async ({ quick }) => {
  const count = quick ? 300_000 : 3_000_000
  const official = await each(peers.nonces, (next) => theirs(count, next))
  return [row(`${count} nonces: those that came before`, "count", ours(count), official, ["<=", 0])]
}
