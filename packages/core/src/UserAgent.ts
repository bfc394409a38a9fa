/**
 * What the calls say they come from.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import { version } from "./internal/version.js"

/**
 * - `platform`: operating system, architecture and runtime, as far as a layer of the platform knows them
 * - `extras`: `key/value` pairs behind it, in order; a later key replaces an earlier one of the same name, and stands in its own
 *   place. `effect-aliyun`, in any case, is the SDK's own: a pair of that name is left out.
 *
 * Browsers do not let a program set the header; there it is left as it is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Values {
  readonly platform: string
  readonly extras: ReadonlyArray<readonly [key: string, value: string]>
}

/**
 * @since 0.1.0
 * @category references
 */
export class UserAgent extends Context.Reference<UserAgent>()("@effect-aliyun/core/UserAgent", {
  defaultValue: (): Values => ({ platform: "unknown", extras: [] })
}) {}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (userAgent: Partial<Values>): Layer.Layer<UserAgent> =>
  Layer.effect(
    UserAgent,
    Effect.map(UserAgent, (current) => ({ ...current, ...userAgent }))
  )

/**
 * Names an application on the calls of an effect, as the seed's `append_user_agent` does.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as UserAgent from "@effect-aliyun/core/UserAgent"
 *
 * export const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }).pipe(
 *   UserAgent.append("my-app", "1.2.0")
 * )
 */
export const append: {
  (key: string, value: string): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, key: string, value: string): Effect.Effect<A, E, R>
} = dual(3, <A, E, R>(self: Effect.Effect<A, E, R>, key: string, value: string): Effect.Effect<A, E, R> =>
  Effect.flatMap(UserAgent, (current) =>
    Effect.provideService(self, UserAgent, { ...current, extras: [...current.extras, [key, value] as const] })
  )
)

/**
 * The header's text. Keys compare without case; a later one drives out an earlier one, and none the SDK's own.
 *
 * @since 0.1.0
 * @category getters
 */
export const toHeader = (userAgent: Values, extras: Values["extras"] = []): string => {
  const pairs = new Map<string, string>()
  for (const [key, value] of [...userAgent.extras, ...extras]) {
    const name = key.toLowerCase()
    // taken out first: a pair that is replaced would keep its place
    pairs.delete(name)
    pairs.set(name, `${key}/${value}`)
  }
  pairs.delete(own)
  return [`AlibabaCloud (${userAgent.platform}) ${own}/${version}`, ...pairs.values()].join(" ")
}

const own = "effect-aliyun"
