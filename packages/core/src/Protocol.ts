/**
 * The scheme of the calls whose endpoint and request name none.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"

/**
 * The seed's `ProtocolType`.
 *
 * @since 0.1.0
 * @category models
 */
export type ProtocolType = "http" | "https"

/**
 * `https` unless told. The seed's default is `http`, which puts tokens, passwords and answers on the wire in the clear.
 *
 * @since 0.1.0
 * @category references
 */
export class Protocol extends Context.Reference<Protocol>()("@effect-aliyun/core/Protocol", {
  defaultValue: (): ProtocolType => "https"
}) {}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (protocol: ProtocolType): Layer.Layer<Protocol> => Layer.succeed(Protocol, protocol)

/**
 * @since 0.1.0
 * @category combinators
 */
export const withProtocol: {
  (protocol: ProtocolType): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, protocol: ProtocolType): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, protocol: ProtocolType): Effect.Effect<A, E, R> =>
  Effect.provideService(self, Protocol, protocol)
)
