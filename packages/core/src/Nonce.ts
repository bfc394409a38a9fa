/**
 * The value that makes each attempt unique, so that it cannot be replayed.
 *
 * @since 0.1.0
 */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * An effect that yields a new nonce each time: 128 random bits from the platform's `crypto.getRandomValues`, in hex. The
 * gateway remembers a nonce for longer than 15 minutes and refuses it for the whole account.
 *
 * @since 0.1.0
 * @category references
 */
export class Nonce extends Context.Reference<Nonce>()("@effect-aliyun/core/Nonce", {
  defaultValue: (): Effect.Effect<string> => random()
}) {}

const digits = 32
const drawn = 256

/** draws and writes many nonces at once: a draw costs 5 us on Node, however small it is, and writing one in hex another */
const random = (): Effect.Effect<string> => {
  let pool = ""
  let used = 0
  return Effect.sync(() => {
    if (used === pool.length) {
      pool = Encoding.hex(globalThis.crypto.getRandomValues(new Uint8Array((digits / 2) * drawn)))
      used = 0
    }
    used += digits
    return pool.slice(used - digits, used)
  })
}

/**
 * Another source, for instance a fixed one that pins a signature in a test.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Nonce from "@effect-aliyun/core/Nonce"
 * import * as Effect from "effect/Effect"
 *
 * export const Pinned = Nonce.layer(Effect.succeed("0123456789abcdef0123456789abcdef"))
 */
export const layer = (nonce: Effect.Effect<string>): Layer.Layer<Nonce> => Layer.succeed(Nonce, nonce)
