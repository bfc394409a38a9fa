/** What a service of the emulator is: a table of operations behind one product and version. A new one is a file of its own. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import type * as Effect from "effect/Effect"
import type { Principal } from "../Principal.js"
import type { Ask } from "./ask.js"
import type { Settings } from "./settings.js"
import type { Change, Store } from "./store.js"

/** @internal a call that has been let in */
export interface Request {
  readonly ask: Ask
  readonly principal: Principal
  /** how it was signed */
  readonly kind: Verification.Claim["kind"]
  /** what filled the `{Name}`s of a route, decoded */
  readonly pathParameters: ReadonlyMap<string, string>
  /** milliseconds since the epoch */
  readonly now: number
  /** as it will stand in the answer */
  readonly requestId: string
  readonly store: Store
  readonly settings: Settings
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
  /** of an answer that is no error */
  readonly status: number
  /** whether it can be asked for without a signature */
  readonly isOpen: boolean
}

/** @internal */
export interface Service {
  readonly product: string
  readonly version: string
  /** ROA products write their own answers, in JSON only */
  readonly style: "RPC" | "ROA"
  readonly find: (ask: Ask) => Operation | undefined
  /** what is there before anyone has called */
  readonly seed: ReadonlyArray<Change>
}

const none: ReadonlyMap<string, string> = new Map()

/** @internal a service whose operations are told apart by action; `open` ones need no signature */
export const rpc = (options: {
  readonly product: string
  readonly version: string
  readonly operations: Readonly<Record<string, Handler>>
  readonly open?: ReadonlyArray<string>
  readonly seed?: ReadonlyArray<Change>
}): Service => {
  const { open = [], product, seed = [], version } = options
  const operations = new Map(Object.entries(options.operations))
  return {
    product,
    version,
    style: "RPC",
    seed,
    find: ({ action = "", path }) => {
      const handle = path === "/" || path === "" ? operations.get(action) : undefined
      return handle === undefined
        ? undefined
        : { action, pathParameters: none, handle, status: 200, isOpen: open.includes(action) }
    }
  }
}

/** @internal `path` is a pattern such as `/clusters/{ClusterId}`; the first route that fits is taken */
export interface Route {
  readonly method: string
  readonly path: string
  readonly action: string
  readonly handle: Handler
  /** 200 unless told */
  readonly status?: number
}

/** @internal a service whose operations are told apart by method and path */
export const roa = (options: {
  readonly product: string
  readonly version: string
  readonly routes: ReadonlyArray<Route>
  readonly seed?: ReadonlyArray<Change>
}): Service => {
  const routes = options.routes.map((route) => ({ ...route, match: pattern(route.path) }))
  return {
    product: options.product,
    version: options.version,
    style: "ROA",
    seed: options.seed ?? [],
    find: ({ method, path }) => {
      for (const { action, handle, match, status = 200, ...route } of routes) {
        const pathParameters = route.method === method ? match(path) : undefined
        if (pathParameters !== undefined) return { action, pathParameters, handle, status, isOpen: false }
      }
      return undefined
    }
  }
}

/** @internal what fills the `{Name}`s of a pattern, decoded; `undefined` where a path does not fit */
export const pattern = (text: string): ((path: string) => ReadonlyMap<string, string> | undefined) => {
  const parts = text.split("/")
  return (path) => {
    const segments = path.split("/").map(Encoding.percentDecode)
    if (parts.length !== segments.length) return undefined
    const found = new Map<string, string>()
    for (const [index, part] of parts.entries()) {
      const segment = segments[index] ?? ""
      const name = /^\{(.+)\}$/.exec(part)?.[1]
      if (name === undefined ? part !== segment : segment === "") return undefined
      if (name !== undefined) found.set(name, segment)
    }
    return found
  }
}
