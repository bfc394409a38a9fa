/** The last signatures that were refused, and what was wrong with them. */
import type * as Digest from "@effect-aliyun/protocol/Digest"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import * as Redacted from "effect/Redacted"
import type { Mismatch } from "../Mismatch.js"
import * as diagnosis from "./diagnosis.js"
import type { Keyring } from "./keyring.js"

const limit = 100

/** @internal */
export interface Mismatches {
  readonly record: (raw: RawRequest.RawRequest, claim: Verification.Claim, requestId: string, now: number) => void
  readonly entries: () => ReadonlyArray<Mismatch>
}

/** @internal */
export const make = (keyring: Keyring, digest: Digest.Digest): Mismatches => {
  const entries: Array<Mismatch> = []
  return {
    record: (raw, claim, requestId, now) => {
      const key = keyring.byId(claim.accessKeyId ?? "", now)
      const secret = key === undefined || key._tag === "KeyPair" ? undefined : Redacted.value(key.accessKeySecret)
      const client = secret === undefined ? undefined : diagnosis.explain(raw, claim, secret, digest)
      const scrub = diagnosis.scrubber(claim)
      entries.push({
        requestId,
        at: now,
        accessKeyId: claim.accessKeyId ?? "",
        algorithm: claim.algorithm,
        expected: scrub(claim.stringToSign),
        canonicalRequest: claim.canonicalRequest === undefined ? undefined : scrub(claim.canonicalRequest),
        client: client === undefined ? undefined : { ...client, signed: scrub(client.signed) }
      })
      if (entries.length > limit) entries.shift()
    },
    entries: () => [...entries]
  }
}
