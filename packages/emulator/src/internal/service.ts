/** What a service of the emulator is: a table of operations behind one product and version. A new one is a file of its own. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import type * as Effect from "effect/Effect"
import type { Principal } from "../Principal.js"
import type { Ask } from "./ask.js"

/** a call that has been let in */
interface Request {
  readonly ask: Ask
  readonly principal: Principal
  /** what filled the `{Name}`s of a route, decoded */
  readonly pathParameters: ReadonlyMap<string, string>
  /** milliseconds since the epoch */
  readonly now: number
}

/**
 * @internal the body of the answer, without its request id; or an error. A failure that a product reports with status 200 is
 * a body like any other.
 */
export type Handler = (request: Request) => Effect.Effect<unknown, Verification.Refusal>

/** @internal */
export interface Operation {
  readonly action: string
  readonly pathParameters: ReadonlyMap<string, string>
  readonly handle: Handler
}

/** @internal */
export interface Service {
  readonly product: string
  readonly version: string
  /** ROA products write their own answers, in JSON only */
  readonly style: "RPC" | "ROA"
  readonly find: (ask: Ask) => Operation | undefined
}

const none: ReadonlyMap<string, string> = new Map()

/** @internal a service whose operations are told apart by action */
export const rpc = (options: {
  readonly product: string
  readonly version: string
  readonly operations: Readonly<Record<string, Handler>>
}): Service => {
  const operations = new Map(Object.entries(options.operations))
  return {
    product: options.product,
    version: options.version,
    style: "RPC",
    find: ({ action, path }) => {
      const handle = path === "/" || path === "" ? operations.get(action ?? "") : undefined
      return handle === undefined ? undefined : { action: action ?? "", pathParameters: none, handle }
    }
  }
}

/** @internal `path` is a pattern such as `/clusters/{ClusterId}`; the first route that fits is taken */
export interface Route {
  readonly method: string
  readonly path: string
  readonly action: string
  readonly handle: Handler
}

/** @internal a service whose operations are told apart by method and path */
export const roa = (options: {
  readonly product: string
  readonly version: string
  readonly routes: ReadonlyArray<Route>
}): Service => {
  const routes = options.routes.map((route) => ({ ...route, pattern: route.path.split("/") }))
  return {
    product: options.product,
    version: options.version,
    style: "ROA",
    find: ({ method, path }) => {
      const segments = path.split("/").map(Encoding.percentDecode)
      for (const { action, handle, pattern, ...route } of routes) {
        const pathParameters = route.method === method ? match(pattern, segments) : undefined
        if (pathParameters !== undefined) return { action, pathParameters, handle }
      }
      return undefined
    }
  }
}

const match = (
  pattern: ReadonlyArray<string>,
  segments: ReadonlyArray<string>
): ReadonlyMap<string, string> | undefined => {
  if (pattern.length !== segments.length) return undefined
  const found = new Map<string, string>()
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ""
    const name = /^\{(.+)\}$/.exec(part)?.[1]
    if (name === undefined ? part !== segment : segment === "") return undefined
    if (name !== undefined) found.set(name, segment)
  }
  return found
}
