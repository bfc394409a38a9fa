/** Why there is no credential, where no provider had the word. */
import * as AcsError from "../AcsError.js"

const unavailable = (why: string, hint: string): AcsError.ClientException =>
  AcsError.fromReason({ _tag: "CredentialsUnavailable", tried: [{ provider: "cache", why, hint }] })

/** @internal */
export const tooSlow = unavailable(
  "the providers took too long",
  "look at what the slowest of them waits for; another try is made at the next call"
)

/** @internal */
export const closed = unavailable(
  "the layer of these credentials has been closed",
  "make the call while the layer is in scope"
)

/** @internal */
export const broken = unavailable(
  "a provider died",
  "a provider must fail, not throw; the log names the class of what it threw"
)

/** @internal */
export const alreadyExpired = (provider: string): AcsError.ClientException =>
  AcsError.fromReason({
    _tag: "CredentialsUnavailable",
    tried: [
      {
        provider,
        why: "gave a credential that has expired already",
        hint: "check the clock of this machine, and what the provider caches"
      }
    ]
  })
