/** The property: a call runs into no fault of the peer and both sides agree in all, or into one and they differ as it says. */
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Verification from "@effect-aliyun/protocol/Verification"
import { assert } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { inspect } from "node:util"
import { figure } from "../../chaos/support/figure.js"
import { faults } from "../faults.js"
import { calls } from "./arbitraries.js"
import type * as Call from "./Call.js"
import * as Compare from "./Compare.js"
import * as Loopback from "./Loopback.js"
import * as Ours from "./Ours.js"
import type { Send } from "./Peers.js"

/** of each style, so twice that of each peer; to look further: DIFFERENTIAL_SEED=7 DIFFERENTIAL_RUNS=100000 */
const seed = Number(process.env["DIFFERENTIAL_SEED"] ?? 20_260_501)
const numRuns = Number(process.env["DIFFERENTIAL_RUNS"] ?? 5_000)

/** what a peer throws because of what it was given; anything else is a fault of the test */
const refusals = new Set(["ERR_INVALID_CHAR", "ERR_UNESCAPED_CHARACTERS", "ERR_INVALID_HTTP_TOKEN"])
const isRefusal = (error: unknown): boolean =>
  error instanceof TypeError ||
  error instanceof URIError ||
  refusals.has(String((error as { readonly code?: unknown } | null)?.code))

const ask = async (send: Send, call: Call.Call, loopback: Loopback.Loopback) => {
  try {
    await send(call)
  } catch (error) {
    // once it has been sent, what became of the answer is of no matter
    const raw = loopback.take()
    if (raw === undefined && !isRefusal(error) && !loopback.isUnreadable()) throw error
    return raw
  }
  return loopback.take()
}

/** sent by both, refused by both, or in a fault of the peer */
export interface Tally {
  agreed: number
  refused: number
  readonly faults: Map<string, number>
}

const show = (call: Call.Call, ...more: ReadonlyArray<unknown>) =>
  [call, ...more].map((value) => inspect(value, { depth: 10, maxStringLength: 4000 })).join("\n")

export const run = async (peer: Call.Peer, connect: (port: number) => Send): Promise<Tally> => {
  const known = faults.filter((fault) => fault.peer.includes(peer))
  const tally: Tally = { agreed: 0, refused: 0, faults: new Map(known.map(({ id }) => [id, 0])) }
  const loopback = await Loopback.make()
  const send = connect(loopback.port)
  const property = fc.asyncProperty(calls[peer](), async (call) => {
    const raw = await ask(send, call, loopback)
    const answer = Ours.explain(call, loopback.port, Compare.momentOf(call, raw))
    const signed = Either.getOrUndefined(answer)
    const found = Compare.differences(call, raw, signed)
    const hit = known.filter((fault) => fault.isHit(call))
    const fail = (what: string) => assert.fail(`${what}\n${show(call, raw, signed ?? answer)}`)
    if (raw === undefined && signed === undefined) {
      tally.refused++
    } else if (hit.length === 0) {
      if (found.length > 0) fail(`differs in ${found.join(", ")}, and no fault explains it`)
      tally.agreed++
      const claim = Verification.read(raw!, NodeDigest.digest)
      const refusal =
        claim._tag === "Refusal" ? claim : Verification.checkHmac(claim, call.key.accessKeySecret, NodeDigest.digest)
      if (refusal !== undefined) fail(`our own check refuses it: ${refusal.message}`)
    } else {
      const ids = hit.map(({ id }) => id).join(", ")
      const shown = new Set(hit.flatMap(({ shows }) => shows))
      if (found.length === 0) fail(`the peer differs no more in ${ids}`)
      if (!found.every((each) => shown.has(each))) fail(`differs in ${found.join(", ")}, which ${ids} does not explain`)
      const [only, ...others] = hit
      if (others.length > 0 || only === undefined) return
      if (only.proof !== undefined && raw !== undefined && signed !== undefined && !only.proof(call, raw, signed)) {
        fail(`${ids} is not all there is between the two`)
      }
      tally.faults.set(only.id, (tally.faults.get(only.id) ?? 0) + 1)
    }
  })
  try {
    await fc.assert(property, { seed, numRuns })
  } finally {
    loopback.close()
  }
  return tally
}

/** the list of faults is no longer than what is seen, and what is not in it is most of what is sent */
export const check = ({ agreed, faults, refused }: Tally) => {
  figure("calls of equal signature", agreed)
  // some need many calls to be seen
  const unseen = numRuns < 5_000 ? [] : [...faults].filter(([, count]) => count === 0).map(([id]) => id)
  assert.deepStrictEqual(unseen, [], "faults that no call ran into")
  assert.isAbove(refused, 0)
  assert.isAbove(agreed, 0.9 * numRuns)
}
