/** The last signatures that were refused, and what was wrong with them. */
import type * as Digest from "@effect-aliyun/protocol/Digest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import { constant } from "effect/Function"
import * as Redacted from "effect/Redacted"
import type { Mismatch } from "../Mismatch.js"
import * as diagnosis from "./diagnosis.js"
import type { Keyring } from "./keyring.js"

const limit = 100
/** how much of a text is kept: the parameters of RPC are all in it, and may be as large as a request */
const longestText = 16 * 1024

/** @internal */
export interface Mismatches {
  readonly record: (raw: RawRequest.RawRequest, claim: Verification.Claim, requestId: string, now: number) => void
  readonly entries: () => ReadonlyArray<Mismatch>
}

/** @internal */
export const make = (keyring: Keyring, digest: Digest.Digest): Mismatches => {
  const entries: Array<() => Mismatch> = []
  return {
    record: (raw, claim, requestId, now) => {
      const accessKeyId = claim.accessKeyId ?? ""
      const key = keyring.byId(accessKeyId, now)
      const secret = key === undefined || key._tag === "KeyPair" ? undefined : key.accessKeySecret
      const about = { requestId, at: now, accessKeyId, algorithm: claim.algorithm }
      if (!diagnosis.canTell(raw, claim)) {
        entries.push(constant({ ...about, expected: tooLong, canonicalRequest: undefined, client: undefined }))
      } else {
        const look = (): Mismatch => {
          const client =
            secret === undefined ? undefined : diagnosis.explain(raw, claim, Redacted.value(secret), digest)
          const scrubbed = diagnosis.scrubber(raw, claim)
          const shown = (text: string) => cut(scrubbed(text))
          return {
            ...about,
            expected: shown(claim.stringToSign),
            canonicalRequest: claim.canonicalRequest === undefined ? undefined : shown(claim.canonicalRequest),
            client: client === undefined ? undefined : { ...client, signed: cut(client.signed) }
          }
        }
        entries.push(once(look))
      }
      if (entries.length > limit) entries.shift()
    },
    entries: () => entries.map((entry) => entry())
  }
}

const tooLong = "(the request is too long, or holds too many secrets, to show what was to be signed)"

/** to try all the mistakes there are takes longer than the call did: it is done when somebody asks */
const once = (look: () => Mismatch): (() => Mismatch) => {
  let found: Mismatch | undefined
  return () => (found ??= look())
}

const cut = (text: string): string =>
  text.length <= longestText
    ? text
    : // by way of bytes: a piece of a text keeps the whole in memory
      `${Encoding.utf8Decode(Encoding.utf8(text.slice(0, longestText)))}… (${text.length - longestText} more)`
