/**
 * How far the clock of this machine is behind that of the cloud.
 *
 * The service refuses a time that is more than 15 minutes off. It says its own in the header `Date` of every answer, and from
 * there the pipeline learns: from a refusal, which is then repeated once with the right time, and from any other answer once
 * the two are 4 minutes apart, before a call has to fail.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as byHost from "./internal/byHost.js"

/**
 * - `unsafeGet`: milliseconds to add to the time of this machine to get that of a host, or, without one or of one that has said
 *   nothing yet, that of the host that spoke last; 0 until then
 * - `set`: remembers what was found out
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly unsafeGet: (host?: string) => number
  readonly set: (millis: number, host?: string) => Effect.Effect<void>
}

/**
 * One that starts with so many milliseconds, 0 unless told.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as ClockSkew from "@effect-aliyun/core/ClockSkew"
 *
 * console.log(ClockSkew.unsafeMake(1500).unsafeGet()) // 1500
 */
export const unsafeMake = (millis = 0): Service => {
  let last = millis
  const known = byHost.make<number>()
  return {
    unsafeGet: (host) => (host === undefined ? last : (known.get(host) ?? last)),
    set: (millis, host) =>
      Effect.sync(() => {
        last = millis
        if (host !== undefined) known.set(host, millis)
      })
  }
}

/**
 * The time of requests is corrected by it, and the end of a credential is compared with the corrected time. Its default is one
 * for the whole process.
 *
 * @since 0.1.0
 * @category references
 */
export class ClockSkew extends Context.Reference<ClockSkew>()("@effect-aliyun/core/ClockSkew", {
  defaultValue: (): Service => unsafeMake()
}) {}

/**
 * A fresh one, shared by what is built with this layer and nothing else.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<ClockSkew> = Layer.sync(ClockSkew, () => unsafeMake())
