/** The faults that are switched on in one emulator, and what they make of an answer. */
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Fault, Target } from "../Fault.js"
import type { RawResponse } from "../RawResponse.js"
import * as answer from "./answer.js"

/** @internal a fault that is switched on; `left` is how many calls it will still hit */
interface Active {
  readonly id: string
  readonly fault: Fault
  readonly target: Target
  readonly left: number | undefined
}

/** @internal */
export interface Faults {
  readonly add: (fault: Fault, target: Target) => string
  readonly remove: (id: string) => boolean
  readonly clear: () => void
  readonly list: () => ReadonlyArray<Active>
  /** the first fault, in the order in which they were added, that hits a call */
  readonly pick: (call: {
    readonly product: string | undefined
    readonly action: string | undefined
  }) => Effect.Effect<Fault | undefined>
}

/** @internal */
export const make = (): Faults => {
  const active = new Map<string, Active>()
  let count = 0
  const hit = (found: Active): Fault => {
    if (found.left !== undefined) {
      if (found.left <= 1) active.delete(found.id)
      else active.set(found.id, { ...found, left: found.left - 1 })
    }
    return found.fault
  }
  return {
    add: (fault, target) => {
      const id = `fault-${++count}`
      active.set(id, { id, fault, target, left: target.times })
      return id
    },
    remove: (id) => active.delete(id),
    clear: () => active.clear(),
    list: () => [...active.values()],
    pick: (call) => {
      if (active.size === 0) return none
      const candidates = [...active.values()].filter(
        ({ target }) => isSame(target.product, call.product) && isSame(target.action, call.action)
      )
      return Effect.gen(function* () {
        for (const candidate of candidates) {
          const { share = 1 } = candidate.target
          if (share < 1 && (yield* Random.next) >= share) continue
          // another call may have used it up while this one drew its number
          const found = active.get(candidate.id)
          if (found !== undefined) return hit(found)
        }
        return undefined
      })
    }
  }
}

const none = Effect.succeed(undefined)
const isSame = (wanted: string | undefined, actual: string | undefined): boolean =>
  wanted === undefined || wanted.toLowerCase() === actual?.toLowerCase()

/** @internal what a fault answers in place of an operation; `undefined` where the operation takes place */
export const instead = (fault: Fault, envelope: answer.Envelope): Effect.Effect<RawResponse | undefined> => {
  switch (fault._tag) {
    case "Error":
      return Effect.succeed(answer.failure(envelope, { ...fault, _tag: "Refusal" }))
    case "Redirect":
      return Effect.succeed({ status: fault.status, headers: [["location", fault.location]], body: new Uint8Array(0) })
    case "Garbage":
      return Effect.succeed(answer.respond(envelope, 200, "application/json;charset=utf-8", garbage))
    case "GzipBomb":
      return Effect.map(zeros(fault.bytes), (body) =>
        withHeader(
          { ...answer.respond(envelope, 200, "application/json;charset=utf-8", ""), body },
          "content-encoding",
          "gzip"
        )
      )
    case "Reset":
      return Effect.succeed(
        fault.at === "before" ? { status: 200, headers: [], body: new Uint8Array(0), ending: "ResetBefore" } : undefined
      )
    default:
      return Effect.succeed(undefined)
  }
}

/** @internal what a fault makes of the answer of an operation that took place */
export const spoil = (fault: Fault, response: RawResponse, now: number): RawResponse => {
  switch (fault._tag) {
    case "Reset":
      return { ...response, ending: fault.at === "headers" ? "ResetInHeaders" : "ResetInBody" }
    case "Truncate":
      return { ...response, ending: "Truncated" }
    case "Endless":
      return { ...response, ending: "Endless" }
    case "WrongDate": {
      const rest = response.headers.filter(([name]) => name !== "date")
      return withHeader({ ...response, headers: rest }, "date", Timestamp.rfc1123(now + fault.offset))
    }
    default:
      return response
  }
}

const withHeader = (response: RawResponse, name: string, value: string): RawResponse => ({
  ...response,
  headers: [...response.headers, [name, value]]
})

// half an answer, then what no text can hold
const garbage = '{"RequestId":"\u0000\ufffd<html>]]>'

const chunk = new Uint8Array(64 * 1024)

/** so many zeros, packed by the platform, a chunk at a time */
const zeros = (bytes: number): Effect.Effect<Uint8Array> => {
  let left = bytes
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      if (left <= 0) return controller.close()
      controller.enqueue(chunk.subarray(0, Math.min(left, chunk.length)))
      left -= chunk.length
    }
  })
  return Effect.promise(() => new Response(source.pipeThrough(new CompressionStream("gzip"))).arrayBuffer()).pipe(
    Effect.map((buffer) => new Uint8Array(buffer))
  )
}
