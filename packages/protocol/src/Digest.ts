/**
 * The port through which this package hashes. It has no hash of its own: `core` plugs in a portable implementation,
 * `platform-node` plugs in `node:crypto`.
 *
 * Each function is named after its result, because the fastest way to hex or base64 differs by platform.
 *
 * @since 0.1.0
 */

/**
 * Text is hashed as UTF-8. SM3 is optional: a platform that lacks it leaves it out, and signing with SM3 says so.
 *
 * @since 0.1.0
 * @category models
 */
export interface Digest {
  readonly sha256Hex: (data: string | Uint8Array) => string
  readonly hmacSha256Hex: (key: string, data: string) => string
  readonly hmacSha256Base64: (key: string, data: string) => string
  readonly hmacSha1Base64: (key: string, data: string) => string
  readonly md5Base64: (data: string | Uint8Array) => string
  readonly sm3Hex?: (data: string | Uint8Array) => string
  readonly hmacSm3Hex?: (key: string, data: string) => string
}

/**
 * SHA-256 of nothing, in hex: what `x-acs-content-sha256` holds on a request without a body.
 *
 * @since 0.1.0
 * @category constants
 */
export const emptySha256Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/**
 * Compares two signatures in a time that depends on their length alone.
 *
 * @since 0.1.0
 * @category comparing
 * @example
 * import * as Digest from "@effect-aliyun/protocol/Digest"
 *
 * console.log(Digest.constantTimeEquals("abc", "abc"), Digest.constantTimeEquals("abc", "abd")) // true false
 */
export const constantTimeEquals = (self: string, that: string): boolean => {
  let difference = self.length ^ that.length
  for (let i = 0; i < self.length; i++) difference |= self.charCodeAt(i) ^ that.charCodeAt(i % (that.length || 1))
  return difference === 0
}
