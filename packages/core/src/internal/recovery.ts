/**
 * Three refusals that the next attempt can mend, whatever the policy says: a clock that is wrong, a nonce that was used, a token that
 * has expired. Each once a call, at no cost to the budget. They were refused before they were executed, so a write may go again.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as AcsError from "../AcsError.js"
import { Credentials } from "../Credentials.js"
import type { Trial } from "./attempt.js"
import * as serverTime from "./serverTime.js"
import { within } from "./within.js"

/** @internal those of one call; `left`: milliseconds until its deadline */
export interface Recoveries {
  readonly recover: (error: AcsError.AcsError, trial: Trial, left: number) => Effect.Effect<boolean>
}

/** @internal */
export const make = (): Recoveries => {
  const done = new Set<AcsError.Category>()
  return {
    recover: (error, trial, left) => {
      if (error._tag === "ClientException" || done.has(error.category) || left <= 0) return no
      const mend = mends[error.category]
      if (mend === undefined) return no
      done.add(error.category)
      return mend(trial, left)
    }
  }
}

const no = Effect.succeed(false)

type Mend = (trial: Trial, left: number) => Effect.Effect<boolean>

/** one refresh, and only if it gives another credential than the one that was refused: a fixed key is what it is */
const renew: Mend = ({ call, credential }, left) => {
  if (credential === undefined) return no
  const credentials = Context.get(call.context, Credentials)
  const next = within(Effect.option(credentials.get), left, () => undefined).pipe(
    Effect.match({
      onFailure: () => false,
      onSuccess: (next) => next._tag === "Some" && next.value !== credential
    })
  )
  return Effect.zipRight(credentials.invalidate(credential), next)
}

const mends: { readonly [Category in AcsError.Category]?: Mend } = {
  ClockSkew: serverTime.correct,
  NonceUsed: () => Effect.succeed(true),
  CredentialExpired: renew
}
