/** Checks RSA signatures by WebCrypto, which every runtime has. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const

/** @internal `false` also where the key or the signature cannot be read */
export const verify = (publicKey: string, claim: Verification.Claim): Effect.Effect<boolean> => {
  const der = Encoding.base64Decode(publicKey.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, ""))
  // ACS3 writes signatures in hex, version 1 in base64
  const signature = claim.scheme === "ACS3" ? hexDecode(claim.signature) : base64Decode(claim.signature)
  if (der === undefined || signature === undefined) return Effect.succeed(false)
  const { subtle } = globalThis.crypto
  return Effect.tryPromise(() =>
    subtle
      .importKey("spki", new Uint8Array(der), algorithm, false, ["verify"])
      .then((key) =>
        subtle.verify(algorithm, key, new Uint8Array(signature), new Uint8Array(Encoding.utf8(claim.stringToSign)))
      )
  ).pipe(Effect.orElseSucceed(() => false))
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
