/** All keys of one emulator, by what a request shows of them: those it was given, and those its Sts has made since. */
import * as Redacted from "effect/Redacted"
import * as Key from "../Key.js"
import type { Principal } from "../Principal.js"
import * as Store from "./store.js"

/** @internal a key that signs, and so has an id */
export type SigningKey = Exclude<Key.Key, Key.Bearer>

/** @internal */
export interface Keyring {
  readonly byId: (accessKeyId: string, now: number) => SigningKey | undefined
  readonly bySecurityToken: (token: string) => Key.Sts | undefined
  readonly byBearerToken: (token: string) => Key.Bearer | undefined
}

/** @internal a key for a while; one without a token is the session of an RSA key pair */
export interface Temporary {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken?: string
  readonly expiration: number
  readonly principal: Principal
}

const temporary = Store.table<Temporary>("Keyring.Temporary")
/** which key a token belongs to */
const owners = Store.table<string>("Keyring.Token")

// who asks with an old token should be told that it has expired, not that it never was
const remembered = 60 * 60 * 1000

/** no signature is needed to be given one: from so many on, the oldest tenth goes */
const limit = 10_000

/** @internal what to commit so that a new temporary key is known; those that expired an hour ago go */
export const mint = (store: Store.Store, key: Temporary, now: number): Store.Commit => {
  const size = temporary.size(store)
  // to look through many each time would take longer than all the rest
  const looked = size < 100 || size % 100 === 0 ? temporary.values(store) : []
  const stale = looked.filter(
    ({ expiration }, index) => expiration + remembered < now || (size >= limit && index < limit / 10)
  )
  return [
    ...stale.flatMap(({ accessKeyId, securityToken }) => [
      temporary.remove(accessKeyId),
      ...(securityToken === undefined ? [] : [owners.remove(securityToken)])
    ]),
    temporary.put(key.accessKeyId, key),
    ...(key.securityToken === undefined ? [] : [owners.put(key.securityToken, key.accessKeyId)])
  ]
}

/** @internal */
export const make = (keys: ReadonlyArray<Key.Key>, store: Store.Store): Keyring => {
  const ids = new Map<string, SigningKey>()
  const securityTokens = new Map<string, Key.Sts>()
  const bearerTokens = new Map<string, Key.Bearer>()
  for (const key of keys) {
    if (key._tag === "Bearer") bearerTokens.set(Redacted.value(key.token), key)
    else ids.set(key.accessKeyId, key)
    if (key._tag === "Sts") securityTokens.set(Redacted.value(key.securityToken), key)
  }
  return {
    byId: (accessKeyId, now) => {
      const known = ids.get(accessKeyId)
      if (known !== undefined) return known
      const made = temporary.get(store, accessKeyId)
      if (made === undefined) return undefined
      // a temporary key with a token is refused by its token; a session simply ends
      return stsOf(made) ?? (made.expiration > now ? Key.accessKey(made) : undefined)
    },
    bySecurityToken: (token) => {
      const known = securityTokens.get(token)
      if (known !== undefined) return known
      const made = temporary.get(store, owners.get(store, token) ?? "")
      return made === undefined ? undefined : stsOf(made)
    },
    byBearerToken: (token) => bearerTokens.get(token)
  }
}

const stsOf = ({ securityToken, ...key }: Temporary): Key.Sts | undefined =>
  securityToken === undefined ? undefined : Key.sts({ ...key, securityToken })
