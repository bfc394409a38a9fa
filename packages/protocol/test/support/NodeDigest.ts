/** The digest port on `node:crypto`, so that the signatures are checked against hashes of another maker. */
import type * as Digest from "@effect-aliyun/protocol/Digest"
import * as Crypto from "node:crypto"

const hash = (algorithm: string, encoding: "hex" | "base64") => (data: string | Uint8Array) =>
  Crypto.createHash(algorithm).update(data).digest(encoding)

const hmac = (algorithm: string, encoding: "hex" | "base64") => (key: string, data: string) =>
  Crypto.createHmac(algorithm, key).update(data).digest(encoding)

export const digest: Digest.Digest = {
  sha256Hex: hash("sha256", "hex"),
  hmacSha256Hex: hmac("sha256", "hex"),
  hmacSha256Base64: hmac("sha256", "base64"),
  hmacSha1Base64: hmac("sha1", "base64"),
  md5Base64: hash("md5", "base64"),
  sm3Hex: hash("sm3", "hex"),
  hmacSm3Hex: hmac("sm3", "hex")
}

const { hmacSm3Hex: _hmacSm3Hex, sm3Hex: _sm3Hex, ...others } = digest

/** A platform that lacks SM3. */
export const withoutSm3: Digest.Digest = others

/** The key of a base64 DER text, PKCS#8 or PKCS#1. */
const privateKey = (base64Der: string): Crypto.KeyObject => {
  const key = Buffer.from(base64Der, "base64")
  try {
    return Crypto.createPrivateKey({ key, format: "der", type: "pkcs8" })
  } catch {
    return Crypto.createPrivateKey({ key, format: "der", type: "pkcs1" })
  }
}

/** PKCS#1 v1.5 over SHA-256. */
export const rsaSign = (base64Der: string, text: string, encoding: "hex" | "base64"): string =>
  Crypto.sign("RSA-SHA256", Buffer.from(text), privateKey(base64Der)).toString(encoding)

export const rsaVerify = (base64Der: string, text: string, signature: string, encoding: "hex" | "base64"): boolean =>
  Crypto.verify(
    "RSA-SHA256",
    Buffer.from(text),
    Crypto.createPublicKey(privateKey(base64Der)),
    Buffer.from(signature, encoding)
  )
