/**
 * What repetitions may cost a host in all. In an outage every call wants its three attempts, and the load that breaks a service
 * is tripled just then. With a budget the first failures are repeated, and soon nothing is but what has a chance.
 *
 * The pipeline asks it last, after the `RetryPolicy`, the safety rule and the deadline; a call that is refused fails with the
 * failure it has, `stoppedBy: "Budget"`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as byHost from "./internal/byHost.js"

/**
 * - `unsafeTake`: pays for one repetition to a host; `false` when it has not enough left, and then nothing is taken
 * - `unsafeGive`: gives tokens back, never beyond the capacity
 * - `tokens`: how many a host has left
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly unsafeTake: (host: string, cost: number) => boolean
  readonly unsafeGive: (host: string, tokens: number) => void
  readonly tokens: (host: string) => Effect.Effect<number>
}

/**
 * The tokens that a repetition after each kind of failure costs, and those that a call without any earns. A call that succeeds
 * after repetitions gets the cost of its last one back.
 *
 * Waiting for what the service is still working on (categories `InProgress` and `Conflict`) and the three recoveries (clock, nonce,
 * token) cost nothing.
 *
 * @since 0.1.0
 * @category constants
 */
export const costs = { transient: 14, throttling: 5, success: 1 } as const

/**
 * @since 0.1.0
 * @category constants
 */
export const capacity = 500

/**
 * A budget of so many tokens for each host, 500 unless told.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
 *
 * const budget = RetryBudget.unsafeMake(20)
 * console.log(budget.unsafeTake("ecs.aliyuncs.com", 14), budget.unsafeTake("ecs.aliyuncs.com", 14)) // true false
 */
export const unsafeMake = (most = capacity): Service => {
  const spent = byHost.make<number>()
  const left = (host: string): number => most - (spent.get(host) ?? 0)
  return {
    unsafeTake: (host, cost) => {
      if (left(host) < cost) return false
      spent.set(host, most - left(host) + cost)
      return true
    },
    unsafeGive: (host, tokens) => {
      const now = spent.get(host)
      if (now === undefined) return
      if (now <= tokens) spent.delete(host)
      else spent.set(host, now - tokens)
    },
    tokens: (host) => Effect.sync(() => left(host))
  }
}

const unlimitedService: Service = {
  unsafeTake: () => true,
  unsafeGive: () => {},
  tokens: () => Effect.succeed(Infinity)
}

/**
 * The budget of the calls. Its default is one for the whole process; the layers of `platform-node`, the emulator and `AcsTest`
 * bring one of their own.
 *
 * @since 0.1.0
 * @category references
 */
export class RetryBudget extends Context.Reference<RetryBudget>()("@effect-aliyun/core/RetryBudget", {
  defaultValue: (): Service => unsafeMake()
}) {}

/**
 * A fresh one, shared by what is built with this layer and nothing else.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as RetryBudget from "@effect-aliyun/core/RetryBudget"
 *
 * export const Small = RetryBudget.layerWith(100)
 */
export const layerWith = (tokens: number): Layer.Layer<RetryBudget> => Layer.sync(RetryBudget, () => unsafeMake(tokens))

/**
 * {@link layerWith} with 500 tokens.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<RetryBudget> = layerWith(capacity)

/**
 * Every repetition that the policy wants.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerUnlimited: Layer.Layer<RetryBudget> = Layer.succeed(RetryBudget, unlimitedService)
