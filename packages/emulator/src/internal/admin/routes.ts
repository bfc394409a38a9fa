/** What the admin port answers: the page, and JSON for the page and for whoever writes to it by hand. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Emulator from "../../Emulator.js"
import type { Asset } from "./assets.js"
import type { Refusal } from "./guard.js"
import * as switched from "./switched.js"

/** @internal `Events`: a stream of calls, for as long as the client listens */
export type Reply =
  | { readonly _tag: "Text"; readonly status: number; readonly type: string; readonly text: string }
  | { readonly _tag: "Events" }

interface Ask {
  readonly query: URLSearchParams
  readonly body: Effect.Effect<string, Refusal>
}

type Handler = (ask: Ask) => Effect.Effect<Reply, Refusal>

/** @internal by method; what is there for GET is there for HEAD */
export interface Resource {
  readonly GET?: Handler
  readonly POST?: Handler
  readonly DELETE?: Handler
}

/** @internal */
export const allow = (resource: Resource): string =>
  Object.keys(resource)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))
    .join(", ")

const shown = 200
const most = 10_000

/** @internal */
export const make = (
  emulator: Emulator.Service,
  assets: ReadonlyMap<string, Asset>
): ((path: string) => Resource | undefined) => {
  const calls: Handler = ({ query }) =>
    Effect.flatMap(limitOf(query), (limit) =>
      Effect.map(emulator.calls, (calls) => json(200, limit === 0 ? [] : calls.slice(-limit)))
    )
  const resources: Readonly<Record<string, Resource>> = {
    "/api/calls": { GET: calls },
    "/api/events": { GET: () => Effect.succeed({ _tag: "Events" }) },
    "/api/mismatches": { GET: () => Effect.map(emulator.mismatches, (mismatches) => json(200, mismatches)) },
    "/api/instances": { GET: () => Effect.map(emulator.instances, (instances) => json(200, instances)) },
    "/api/faults": {
      GET: () => Effect.map(emulator.faults, (faults) => json(200, faults)),
      POST: ({ body }) =>
        Effect.flatMap(body, (text) =>
          Either.match(switched.decode(text), {
            onLeft: (line) => Effect.fail({ status: 400, line }),
            onRight: ({ fault, target }) => Effect.map(emulator.fault(fault, target), (id) => json(201, { id }))
          })
        ),
      DELETE: () => Effect.as(emulator.clearFaults(), nothing)
    }
  }
  const faultById = (id: string): Resource => ({
    DELETE: () =>
      Effect.flatMap(emulator.faults, (faults) =>
        faults.some((fault) => fault.id === id)
          ? Effect.as(emulator.clearFaults(id), nothing)
          : Effect.fail({ status: 404, line: `no fault has the id ${JSON.stringify(id.slice(0, 200))}` })
      )
  })
  return (path) => {
    const asset = assets.get(path)
    if (asset !== undefined) return { GET: () => Effect.succeed({ _tag: "Text", status: 200, ...asset }) }
    const id = /^\/api\/faults\/([^/]+)$/.exec(path)?.[1]
    return id === undefined ? (Object.hasOwn(resources, path) ? resources[path] : undefined) : faultById(id)
  }
}

const limitOf = (query: URLSearchParams): Effect.Effect<number, Refusal> => {
  const text = query.get("limit")
  if (text === null) return Effect.succeed(shown)
  return /^\d{1,5}$/.test(text) && Number(text) <= most
    ? Effect.succeed(Number(text))
    : Effect.fail({ status: 400, line: `limit: Expected a whole number between 0 and ${most}` })
}

const nothing: Reply = { _tag: "Text", status: 204, type: "", text: "" }

const json = (status: number, value: unknown): Reply => ({
  _tag: "Text",
  status,
  type: "application/json",
  text: stringify(value)
})

const longest = 64 * 1024

/** @internal a client can send texts of megabytes, and nobody reads to their end */
export const stringify = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === "string" && item.length > longest ? `${item.slice(0, longest)}…` : item
  )
