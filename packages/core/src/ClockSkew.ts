/**
 * How far the clock of this machine is behind that of the cloud.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * - `unsafeGet`: milliseconds to add to the time of this machine to get that of the cloud; 0 until it is set
 * - `set`: remembers what was found out
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly unsafeGet: () => number
  readonly set: (millis: number) => Effect.Effect<void>
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
  let current = millis
  return {
    unsafeGet: () => current,
    set: (millis) =>
      Effect.sync(() => {
        current = millis
      })
  }
}

/**
 * By it the end of a credential is compared with the time of this machine. Its default is one for the whole process.
 *
 * @since 0.1.0
 * @category references
 */
export class ClockSkew extends Context.Reference<ClockSkew>()("@effect-aliyun/core/ClockSkew", {
  defaultValue: (): Service => unsafeMake()
}) {}

/**
 * A fresh one, that is shared by what is built with this layer and nothing else.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<ClockSkew> = Layer.sync(ClockSkew, () => unsafeMake())
