/**
 * The metadata service that an ECS instance finds at 100.100.100.200: no signature, but tokens.
 *
 * Source: https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
 */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Principal from "../Principal.js"
import type { RawResponse } from "../RawResponse.js"
import * as Keyring from "./keyring.js"
import * as machine from "./machine.js"
import * as Random from "./random.js"
import * as Roles from "./roles.js"
import type { Settings } from "./settings.js"
import * as Store from "./store.js"

/** @internal */
export interface Context {
  readonly store: Store.Store
  readonly settings: Settings
  readonly now: number
}

/** @internal what its calls are listed under */
export const product = "Metadata"

const root = "/latest/"

/** @internal whether a request is for this service, by its path */
export const isFor = (path: string): boolean => path.startsWith(root)

/** @internal */
export const handle = (raw: RawRequest.RawRequest, context: Context): Effect.Effect<RawResponse> =>
  Effect.suspend(() => {
    const path = RawRequest.path(raw)
    if (path === `${root}api/token`) return issueToken(raw, context)
    if (raw.method !== "GET" && raw.method !== "HEAD") return refuse(context, 405, "Method Not Allowed")
    const token = RawRequest.header(raw, "x-aliyun-ecs-metadata-token")
    if (token === undefined && !context.settings.metadata.isOpen) return refuse(context, 403, "Forbidden")
    if (token !== undefined && !isValid(token, context)) return refuse(context, 401, "Unauthorized")
    return read(path.slice(root.length).split("/").map(Encoding.percentDecode), context)
  })

const answer = (
  { now }: Context,
  text: string,
  type: machine.File["type"] = "text/plain",
  status = 200
): RawResponse => ({
  status,
  headers: [
    ["date", Timestamp.rfc1123(now)],
    ["content-type", type]
  ],
  body: Encoding.utf8(text)
})

const refuse = (context: Context, status: number, reason: string) =>
  Effect.succeed(answer(context, reason, "text/plain", status))

interface Token {
  readonly text: string
  /** milliseconds since the epoch */
  readonly end: number
}

const tokens = Store.table<Token>("Metadata.Token")
/**
 * Clients that fetch one for every request must not fill the memory: from so many on, those that have ended go, and the oldest
 * tenth with them.
 */
const limit = 10_000

const isValid = (token: string, { now, store }: Context): boolean => {
  const known = tokens.get(store, token)
  return known !== undefined && now < known.end
}

const issueToken = (raw: RawRequest.RawRequest, context: Context): Effect.Effect<RawResponse> => {
  const { now, store } = context
  if (raw.method !== "PUT") return refuse(context, 405, "Method Not Allowed")
  // who passes a stranger's request on, as an open proxy does, must not pass a token back
  if (RawRequest.header(raw, "x-forwarded-for") !== undefined) return refuse(context, 403, "Forbidden")
  const ttl = RawRequest.header(raw, "x-aliyun-ecs-metadata-token-ttl-seconds") ?? ""
  const seconds = /^\d{1,5}$/.test(ttl) ? Number(ttl) : 0
  if (seconds < 1 || seconds > 21_600) return refuse(context, 400, "Missing or Invalid Parameters")
  const token: Token = { text: Random.base64(42), end: now + seconds * 1000 }
  const old = tokens.size(store) < limit ? [] : tokens.values(store)
  const gone = old.filter(({ end }, index) => end <= now || index < limit / 10)
  return Effect.as(
    store.commit([...gone.map(({ text }) => tokens.remove(text)), tokens.put(token.text, token)]),
    answer(context, token.text)
  )
}

const read = (path: ReadonlyArray<string>, context: Context): Effect.Effect<RawResponse> => {
  const { keys, metadata } = context.settings
  const { accountId } = keys[0]?.principal ?? Principal.tester
  const role =
    metadata.roleName === undefined
      ? undefined
      : { name: metadata.roleName, credentials: credentials(context, { accountId, name: metadata.roleName }) }
  const found = machine.find(machine.tree(accountId, role), path)
  if (found === undefined) return refuse(context, 404, "Not Found")
  if (found._tag === "Directory") return Effect.succeed(answer(context, machine.list(found)))
  return Effect.map(found.read, (text) => answer(context, text, found.type))
}

/** what a role was given, and when */
interface Given {
  readonly key: Roles.SessionKey
  readonly at: number
}

/** the last of each role, by its name */
const given = Store.table<Given>("Metadata.Credentials")

const lifetime = 6 * 60 * 60
/** clients ask for new ones a quarter of an hour before the end, and must get some then */
const early = 15 * 60 * 1000

const credentials = ({ now, store }: Context, role: Roles.Role): Effect.Effect<unknown> =>
  store.update(() => {
    const last = given.get(store, role.name)
    if (last !== undefined && last.key.expiration - now > early) return Either.right([describe(last), []])
    const principal = Roles.assume(role, `vm-ram-${machine.instanceId}`)
    const key = Roles.sessionKey(principal, Roles.end(now, lifetime))
    const next = { key, at: now }
    return Either.right([describe(next), [...Keyring.mint(store, key, now), given.put(role.name, next)]])
  })

const describe = ({ at, key }: Given) => ({
  AccessKeyId: key.accessKeyId,
  AccessKeySecret: key.accessKeySecret,
  Expiration: Timestamp.iso8601(key.expiration),
  SecurityToken: key.securityToken,
  LastUpdated: Timestamp.iso8601(at),
  Code: "Success"
})
