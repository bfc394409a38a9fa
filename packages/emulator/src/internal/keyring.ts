/** All keys of one emulator, by what a request shows of them. */
import * as Redacted from "effect/Redacted"
import type * as Key from "../Key.js"

/** @internal a key that signs, and so has an id */
export type SigningKey = Exclude<Key.Key, Key.Bearer>

/** @internal */
export interface Keyring {
  readonly byId: (accessKeyId: string) => SigningKey | undefined
  readonly bySecurityToken: (token: string) => Key.Sts | undefined
  readonly byBearerToken: (token: string) => Key.Bearer | undefined
}

/** @internal */
export const make = (keys: ReadonlyArray<Key.Key>): Keyring => {
  const ids = new Map<string, SigningKey>()
  const securityTokens = new Map<string, Key.Sts>()
  const bearerTokens = new Map<string, Key.Bearer>()
  for (const key of keys) {
    if (key._tag === "Bearer") bearerTokens.set(Redacted.value(key.token), key)
    else ids.set(key.accessKeyId, key)
    if (key._tag === "Sts") securityTokens.set(Redacted.value(key.securityToken), key)
  }
  return {
    byId: (accessKeyId) => ids.get(accessKeyId),
    bySecurityToken: (token) => securityTokens.get(token),
    byBearerToken: (token) => bearerTokens.get(token)
  }
}
