/**
 * The hashes that signing needs, over `node:crypto`: two to three times as fast as portable JavaScript, nine times on
 * large bodies.
 *
 * @since 0.1.0
 */
import * as Digest from "@effect-aliyun/core/Digest"
import type * as Protocol from "@effect-aliyun/protocol/Digest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  getHashes,
  hash as hashOnce,
  type KeyObject,
  sign
} from "node:crypto"

const hash =
  (algorithm: string, encoding: "hex" | "base64") =>
  (data: string | Uint8Array): string =>
    hashOnce(algorithm, data, encoding)

// a key that is made once saves a fifth of each signature; programs sign with one secret at a time, so the last is kept
const hmac = (algorithm: string, encoding: "hex" | "base64") => {
  let lastKey: string | undefined
  let keyObject: KeyObject | undefined
  return (key: string, data: string): string => {
    if (keyObject === undefined || key !== lastKey) {
      keyObject = createSecretKey(key, "utf8")
      lastKey = key
    }
    return createHmac(algorithm, keyObject).update(data).digest(encoding)
  }
}

// an OpenSSL may be built without SM3; asked once, since the list is made anew for each question
const sm3: Pick<Protocol.Digest, "sm3Hex" | "hmacSm3Hex"> = getHashes().includes("sm3")
  ? { sm3Hex: hash("sm3", "hex"), hmacSm3Hex: hmac("sm3", "hex") }
  : {}

/**
 * Synchronous hashes by OpenSSL. SM3 is there when the OpenSSL of this Node has it.
 *
 * @since 0.1.0
 * @category constants
 * @example
 * import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
 *
 * console.log(NodeDigest.digest.md5Base64("abc")) // kAFQmDzST7DWlj99KOF/cg==
 */
export const digest: Protocol.Digest = {
  sha256Hex: hash("sha256", "hex"),
  hmacSha256Hex: hmac("sha256", "hex"),
  hmacSha256Base64: hmac("sha256", "base64"),
  hmacSha1Base64: hmac("sha1", "base64"),
  md5Base64: hash("md5", "base64"),
  ...sm3
}

/** a PEM, or the base64 of a DER in PKCS#8 or PKCS#1; the DER does not say which, so one is tried after the other */
const privateKeyOf = (text: string): Either.Either<KeyObject, string> => {
  const key = text.includes("-----BEGIN") ? text : Buffer.from(text, "base64")
  const read = (type?: "pkcs8" | "pkcs1") =>
    Either.try({
      try: () =>
        createPrivateKey(typeof key === "string" || type === undefined ? { key } : { key, format: "der", type }),
      catch: () => "the private key is no RSA key, as PEM or as base64 of a DER"
    })
  return (typeof key === "string" ? read() : Either.orElse(read("pkcs8"), () => read("pkcs1"))).pipe(
    Either.filterOrLeft(
      (object) => object.asymmetricKeyType === "rsa",
      () => "the private key is no RSA key"
    )
  )
}

/**
 * The hashes and the RSA signature of `node:crypto`.
 *
 * @since 0.1.0
 * @category constants
 */
export const service: Digest.Service = {
  digest,
  signRsaSha256: (privateKey, text) =>
    Effect.flatMap(privateKeyOf(Redacted.value(privateKey)), (key) =>
      Effect.try({
        try: () => new Uint8Array(sign("sha256", Buffer.from(text), key)),
        catch: () => "the private key cannot sign"
      })
    )
}

/**
 * `node:crypto` in place of the portable hashes, for the signers that are built over it.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Signer from "@effect-aliyun/core/Signer"
 * import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
 * import * as Layer from "effect/Layer"
 *
 * export const Sm3 = Signer.layerSm3.pipe(Layer.provide(NodeDigest.layer))
 */
export const layer: Layer.Layer<Digest.Digest> = Digest.layer(service)
