/** The operations that were registered with one emulator. They go before those it brings along. */
import * as Effect from "effect/Effect"
import type * as Route from "../Route.js"
import type { Ask } from "./ask.js"
import * as Service from "./service.js"

/** @internal */
export interface Registered {
  readonly product: string
  readonly action: string | undefined
  readonly pathParameters: ReadonlyMap<string, string>
  readonly handler: Route.Handler
}

/** @internal */
export interface Routes {
  readonly add: (product: string, target: Route.Target, handler: Route.Handler) => void
  /**
   * the newest that fits: of `product`, where the request is known to be for one; else of that which its host is named after,
   * or of any: not every host is named after its product
   */
  readonly find: (ask: Ask, product: string | undefined, label: string | undefined) => Registered | undefined
}

/** @internal */
export const make = (): Routes => {
  const routes: Array<(ask: Ask) => Registered | undefined> = []
  return {
    add: (product, target, handler) => {
      const match = matcher(target)
      routes.unshift((ask) => {
        const pathParameters = match(ask)
        const action = typeof target === "string" ? target : (target.action ?? ask.action)
        return pathParameters === undefined ? undefined : { product, action, pathParameters, handler }
      })
    },
    find: (ask, product, label) => {
      const fitting = routes.flatMap((route) => route(ask) ?? [])
      return product === undefined ? (fitting.find(isOf(label)) ?? fitting[0]) : fitting.find(isOf(product))
    }
  }
}

const isOf = (product: string | undefined) => (registered: Registered) =>
  registered.product.toLowerCase() === product?.toLowerCase()

const none: ReadonlyMap<string, string> = new Map()

const matcher = (target: Route.Target): ((ask: Ask) => ReadonlyMap<string, string> | undefined) => {
  if (typeof target === "string") return (ask) => (ask.action === target ? none : undefined)
  const match = Service.pattern(target.path)
  return (ask) => (ask.method === target.method ? match(ask.path) : undefined)
}

/** @internal */
export const call = (
  { action, handler, pathParameters }: Registered,
  { ask, principal }: Pick<Service.Request, "ask" | "principal">,
  attempt: number
): Effect.Effect<Route.Reply> =>
  Effect.suspend(() => {
    const reply = handler({
      method: ask.method,
      path: ask.path,
      version: ask.version,
      action,
      // the first value of each name
      parameters: Object.fromEntries([...ask.parameters].reverse()),
      pathParameters: Object.fromEntries(pathParameters),
      body: ask.body,
      principal,
      attempt
    })
    return Effect.isEffect(reply) ? reply : Effect.succeed(reply)
  })

// what signs a request is no business of the operation; a token is a secret
const ofSignature = /^(AccessKeyId|Format|Timestamp|SecurityToken|BearerToken|Signature(Method|Nonce|Type|Version)?)$/

/** @internal answers with what arrived */
export const echo: Route.Handler = ({ action, method, parameters, path, version }) => ({
  _tag: "Success",
  status: 200,
  body: {
    Method: method,
    Path: path,
    Version: version,
    Action: action,
    Parameters: {
      Parameter: Object.entries(parameters)
        .filter(([name]) => !ofSignature.test(name))
        .map(([Name, Value]) => ({ Name, Value }))
    }
  }
})
