/** Checks RSA signatures by WebCrypto, which every runtime has. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import type { KeyPair } from "../Key.js"

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const

/** @internal `false` also where the key or the signature cannot be read */
export const verify = (key: KeyPair, claim: Verification.Claim): Effect.Effect<boolean> => {
  // ACS3 writes signatures in hex, version 1 in base64
  const signature = claim.scheme === "ACS3" ? hexDecode(claim.signature) : base64Decode(claim.signature)
  if (signature === undefined) return Effect.succeed(false)
  const text = new Uint8Array(Encoding.utf8(claim.stringToSign))
  return Effect.tryPromise(() =>
    imported(key).then((key) => globalThis.crypto.subtle.verify(algorithm, key, new Uint8Array(signature), text))
  ).pipe(Effect.orElseSucceed(() => false))
}

type Imported = ReturnType<typeof globalThis.crypto.subtle.importKey>

const cache = new WeakMap<KeyPair, Imported>()

/** to read a key takes longer than to check a signature by it */
const imported = (key: KeyPair): Imported => {
  const found = cache.get(key)
  if (found !== undefined) return found
  const der = Encoding.base64Decode(key.publicKey.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, ""))
  const bytes = new Uint8Array(der ?? [])
  const made = globalThis.crypto.subtle.importKey("spki", bytes, algorithm, false, ["verify"])
  cache.set(key, made)
  return made
}

const hexDecode = (text: string): Uint8Array | undefined =>
  /^([0-9a-f]{2})+$/.test(text)
    ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : undefined

/** as it is written by the rules: white space, or other bits behind the last byte, would be a second signature */
const base64Decode = (text: string): Uint8Array | undefined => {
  const bytes = Encoding.base64Decode(text)
  return bytes !== undefined && Encoding.base64(bytes) === text ? bytes : undefined
}
