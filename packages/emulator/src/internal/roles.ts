/** RAM roles, and keys for those who take one on. Every role exists, in the accounts that are known. */
import * as Principal from "../Principal.js"
import type { Temporary } from "./keyring.js"
import * as Random from "./random.js"
import type { Settings } from "./settings.js"

/** @internal */
export interface Role {
  readonly accountId: string
  readonly name: string
}

/** @internal `acs:ram::<account>:role/<name>`; `undefined` for anything else */
export const parse = (arn: string): Role | undefined => {
  const [, accountId, name] = /^acs:ram::(\d+):role\/([\w.@-]{1,64})$/.exec(arn) ?? []
  return accountId === undefined || name === undefined ? undefined : { accountId, name }
}

/** @internal the accounts that the emulator's keys belong to */
export const accounts = ({ keys }: Settings): ReadonlySet<string> =>
  new Set(keys.map(({ principal }) => principal.accountId))

/** 18 digits, the same for the same role whenever it is taken on: an FNV-1a hash of its name */
const idOf = ({ accountId, name }: Role): string => {
  let hash = 0xcbf29ce484222325n
  for (const character of `${accountId}/${name}`) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n)
  }
  return `3${String(hash).padStart(17, "0").slice(-17)}`
}

/** @internal */
export const assume = (role: Role, sessionName: string): Principal.Principal =>
  Principal.assumedRole({
    accountId: role.accountId,
    roleId: idOf(role),
    roleName: role.name,
    sessionName
  })

/** @internal a temporary key with a token */
export type SessionKey = Required<Temporary>

/** @internal new, and known to nobody before it is minted */
export const sessionKey = (principal: Principal.Principal, expiration: number): SessionKey => ({
  accessKeyId: `STS.${Random.alphanumeric(25)}`,
  accessKeySecret: Random.alphanumeric(44),
  // as long as real ones are
  securityToken: `CAIS${Random.base64(384)}`,
  expiration,
  principal
})

/** @internal when what lasts so many seconds ends; a whole second, since that is what is written down */
export const end = (now: number, seconds: number): number => (Math.floor(now / 1000) + seconds) * 1000
