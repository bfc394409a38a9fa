/**
 * The hashes and the RSA signature that signing needs, as a reference: portable by default, replaced by a faster one where
 * a platform has it.
 *
 * @since 0.1.0
 */
import type * as Protocol from "@effect-aliyun/protocol/Digest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import { hmac } from "@noble/hashes/hmac.js"
import { md5, sha1 } from "@noble/hashes/legacy.js"
import { sha256 } from "@noble/hashes/sha2.js"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as pkcs8 from "./internal/pkcs8.js"

/**
 * - `digest`: synchronous hashes, the port of `@effect-aliyun/protocol`
 * - `signRsaSha256`: PKCS#1 v1.5 over SHA-256 of the UTF-8 text. The key is a PEM, or the base64 of a DER as
 *   the seed takes it, PKCS#8 or PKCS#1; it fails with a text that says what is wrong with the key, never the key
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly digest: Protocol.Digest
  readonly signRsaSha256: (privateKey: Redacted.Redacted<string>, text: string) => Effect.Effect<Uint8Array, string>
}

const bytes = (data: string | Uint8Array): Uint8Array => (typeof data === "string" ? Encoding.utf8(data) : data)

/**
 * SHA-1, SHA-256 and MD5 in TypeScript (`@noble/hashes`), RSA by WebCrypto. No SM3.
 *
 * @since 0.1.0
 * @category constructors
 */
export const portable: Service = {
  digest: {
    sha256Hex: (data) => Encoding.hex(sha256(bytes(data))),
    hmacSha256Hex: (key, data) => Encoding.hex(hmac(sha256, bytes(key), bytes(data))),
    hmacSha256Base64: (key, data) => Encoding.base64(hmac(sha256, bytes(key), bytes(data))),
    hmacSha1Base64: (key, data) => Encoding.base64(hmac(sha1, bytes(key), bytes(data))),
    md5Base64: (data) => Encoding.base64(md5(bytes(data)))
  },
  signRsaSha256: (privateKey, text) => {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const
    const der = pkcs8.fromText(Redacted.value(privateKey))
    if (der === undefined) return Effect.fail("the private key is neither a PEM nor the base64 of a DER")
    return Effect.tryPromise({
      try: () =>
        globalThis.crypto.subtle
          .importKey("pkcs8", new Uint8Array(der), algorithm, false, ["sign"])
          .then((key) => globalThis.crypto.subtle.sign(algorithm, key, new Uint8Array(Encoding.utf8(text)))),
      catch: () => "the private key is no RSA key"
    }).pipe(Effect.map((signature) => new Uint8Array(signature)))
  }
}

/**
 * @since 0.1.0
 * @category references
 */
export class Digest extends Context.Reference<Digest>()("@effect-aliyun/core/Digest", {
  defaultValue: (): Service => portable
}) {}

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (service: Service): Layer.Layer<Digest> => Layer.succeed(Digest, service)
