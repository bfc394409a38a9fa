/** The last signatures that were refused, and what was wrong with them. */
import type * as Digest from "@effect-aliyun/protocol/Digest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import * as Redacted from "effect/Redacted"
import type { Mismatch } from "../Mismatch.js"
import * as diagnosis from "./diagnosis.js"
import type { Keyring } from "./keyring.js"

const limit = 100
/** how much of a text is kept: the parameters of RPC are all in it, and may be as large as a request */
const longestText = 16 * 1024
/** beyond this, to try what went wrong would take longer than a call should */
const longestExplained = 256 * 1024

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
      const isLong = claim.stringToSign.length > longestExplained || raw.target.length > longestExplained
      const client = secret === undefined || isLong ? undefined : diagnosis.explain(raw, claim, secret, digest)
      const scrubbed = diagnosis.scrubber(raw, claim)
      const scrub = (text: string) => cut(scrubbed(text))
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

const cut = (text: string): string =>
  text.length <= longestText
    ? text
    : // by way of bytes: a piece of a text keeps the whole in memory
      `${Encoding.utf8Decode(Encoding.utf8(text.slice(0, longestText)))}… (${text.length - longestText} more)`
