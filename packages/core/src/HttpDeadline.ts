/**
 * How an attempt tells its transport how long it may take, and how a transport says that it keeps to that.
 *
 * Core can limit any `HttpClient` by a timer of its own around each attempt, which costs a fiber. A transport that honours
 * deadlines arms one timer beside its socket instead, and knows how much had been sent when it passed.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"

/**
 * - `millis`: from when the client is executed, in milliseconds
 * - `until`: `body` when the whole answer must have come by then, `headers` when reading the body is another's concern
 *
 * @since 0.1.0
 * @category models
 */
export interface Value {
  readonly millis: number
  readonly until: "headers" | "body"
}

/**
 * The deadline of the request that is being executed; none unless core sets one. A transport reads it when it is executed.
 *
 * @since 0.1.0
 * @category references
 */
export class HttpDeadline extends Context.Reference<HttpDeadline>()("@effect-aliyun/core/HttpDeadline", {
  defaultValue: (): Value | undefined => undefined
}) {}

/**
 * The mark of a client that honours deadlines.
 *
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: unique symbol = Symbol.for("@effect-aliyun/core/HttpDeadline")

/**
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = typeof TypeId

/**
 * The `syscallCode` of the `TransportFailure`, of kind `Timeout`, by which a transport says that a deadline has passed.
 *
 * @since 0.1.0
 * @category constants
 */
export const passed = "ERR_DEADLINE_PASSED"

/**
 * Marks a client as one that honours deadlines. Whoever wraps it by `HttpClient.mapRequest` or `transform` gets a client
 * without the mark, and core limits that one by itself.
 *
 * @since 0.1.0
 * @category combinators
 */
export const honouring = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  Object.assign(client, { [TypeId]: TypeId })

/**
 * Whether a client honours deadlines.
 *
 * @since 0.1.0
 * @category guards
 */
export const isHonoured = (client: HttpClient.HttpClient): boolean => Object.hasOwn(client, TypeId)
