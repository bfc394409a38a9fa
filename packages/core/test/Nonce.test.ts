import * as Nonce from "@effect-aliyun/core/Nonce"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

describe("Nonce", () => {
  it.effect("is 128 random bits in hex, never the same twice", () =>
    Effect.gen(function* () {
      const nonce = yield* Nonce.Nonce
      const seen = new Set<string>()
      for (let i = 0; i < 100_000; i++) seen.add(yield* nonce)
      assert.strictEqual(seen.size, 100_000)
      for (const text of [...seen].slice(0, 1000)) assert.match(text, /^[0-9a-f]{32}$/)
    })
  )

  it.effect("spreads over all its bits", () =>
    Effect.gen(function* () {
      const nonce = yield* Nonce.Nonce
      const ones = new Array<number>(128).fill(0)
      for (let i = 0; i < 4000; i++) {
        const bits = BigInt(`0x${yield* nonce}`)
        for (let bit = 0; bit < 128; bit++) if ((bits >> BigInt(bit)) & 1n) ones[bit] = (ones[bit] ?? 0) + 1
      }
      // 2000 each in the mean; 1700 is nine standard deviations away
      for (const count of ones) assert.isTrue(count > 1700 && count < 2300)
    })
  )
})
