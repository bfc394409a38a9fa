/**
 * Temporary keys for who has logged in with a browser by the CLI's OAuth mode. Its access token is made new with a refresh token,
 * which may change with each use: what comes back is written to the configuration, under a lock, whatever becomes of the caller.
 */
import * as Credentials from "@effect-aliyun/core/Credentials"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { quoted } from "./display.js"
import * as lockedFile from "./lockedFile.js"
import type { Profile } from "./profile.js"
import * as requests from "./requests.js"

const provider = "oauth"
const who = "the OAuth service"
/** how much of its life, in seconds, an access token must have left to be used as it is */
const margin = 1200

interface Site {
  readonly origin: string
  readonly client: string
}

// the client that the CLI is registered as
const sites: ReadonlyMap<string | undefined, Site> = new Map([
  ["CN", { origin: "https://oauth.aliyun.com", client: "4038181954557748008" }],
  ["INTL", { origin: "https://oauth.alibabacloud.com", client: "4103531455503354461" }]
])

/** where the profile is kept, read anew each time */
export interface Store {
  readonly path: string
  readonly read: Effect.Effect<Profile, Credentials.NotConfigured | Credentials.Failed>
  /** the text of the whole file, as it is now but for some settings of the profile */
  readonly edited: (
    settings: Readonly<Record<string, unknown>>
  ) => Effect.Effect<string, Credentials.NotConfigured | Credentials.Failed>
}

type Problem = Credentials.NotConfigured | Credentials.Failed

const logIn = ({ name }: Profile): string => `log in again: aliyun configure --mode OAuth --profile ${quoted(name)}`

export const resolve = (profile: Profile, store: Store) =>
  Effect.gen(function* () {
    const site = sites.get(profile.text("oauth_site_type")?.toUpperCase())
    if (site === undefined) {
      return yield* new Credentials.Failed({
        why: `oauth_site_type of ${profile.where} is neither CN nor INTL`,
        hint: logIn(profile)
      })
    }
    const token = yield* accessToken(profile, site, store)
    const request = HttpClientRequest.post(`${site.origin}/v1/exchange`).pipe(
      HttpClientRequest.bearerToken(token),
      HttpClientRequest.setHeader("content-type", "application/json")
    )
    const answer = yield* requests.send(request, { who, refused: logIn(profile) })
    return yield* requests.temporaryKey(answer, names, who, provider)
  })

const names: requests.KeyNames = {
  id: "accessKeyId",
  secret: "accessKeySecret",
  token: "securityToken",
  end: "expiration"
}

interface Tokens {
  readonly access: string | undefined
  readonly refresh: string | undefined
  /** seconds that the access token has left */
  readonly left: number
}

const tokensOf = (profile: Profile): Effect.Effect<Tokens> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    access: profile.text("oauth_access_token"),
    refresh: profile.text("oauth_refresh_token"),
    left: (profile.number("oauth_access_token_expire") ?? 0) - now / 1000
  }))

const accessToken = (
  profile: Profile,
  site: Site,
  store: Store
): Effect.Effect<string, Problem, HttpClient.HttpClient> =>
  Effect.flatMap(tokensOf(profile), ({ access, left, refresh }) => {
    if (access !== undefined && left >= margin) return Effect.succeed(access)
    const expired = new Credentials.Failed({
      why: `${profile.where} has no access token that is still good, and no refresh token`,
      hint: logIn(profile)
    })
    const stillGood = access !== undefined && left > 0 ? Effect.succeed(access) : undefined
    if (refresh === undefined) return stillGood ?? expired
    // what has not ended yet is used when no other can be had
    return Effect.catchAll(renewed(site, store), (error) => stillGood ?? Effect.fail(error))
  })

/** in a fiber of its own: a refresh token that has been used must be written down, even if nobody waits any more */
const renewed = (site: Site, store: Store): Effect.Effect<string, Problem, HttpClient.HttpClient> =>
  lockedFile
    .withLock(store.path, (file) => renew(site, store, file))
    .pipe(
      Effect.mapError((error) =>
        error._tag === "NotLocked"
          ? new Credentials.Failed({
              why: `new tokens cannot be written to ${quoted(store.path)} (${error.why})`,
              hint: "let this user write to the file and its folder"
            })
          : error
      ),
      Effect.interruptible,
      Effect.forkDaemon,
      Effect.flatMap(Fiber.join)
    )

const renew = (site: Site, store: Store, file: string) =>
  Effect.gen(function* () {
    // another process may have been here while this one waited
    const profile = yield* store.read
    const before = yield* tokensOf(profile)
    if (before.access !== undefined && before.left >= margin) return before.access
    const refresh = yield* profile.required("oauth_refresh_token")
    const now = yield* Clock.currentTimeMillis
    const request = HttpClientRequest.post(`${site.origin}/v1/token`).pipe(
      HttpClientRequest.bodyUrlParams({
        grant_type: "refresh_token",
        refresh_token: refresh,
        client_id: site.client
      })
    )
    const answer = yield* requests.send(request, { who, refused: logIn(profile) })
    const access = yield* requests.text(answer, "access_token", who)
    const end = Math.floor(now / 1000) + lifetimeOf(answer["expires_in"])
    const next = answer["refresh_token"]
    const settings = {
      oauth_access_token: access,
      // a service that does not change it need not repeat it, and may leave it empty
      oauth_refresh_token: typeof next === "string" && next !== "" ? next : refresh,
      oauth_access_token_expire: end
    }
    yield* keep(store, file, { refresh, end, settings }).pipe(
      // the CLI writes the file in place: for a moment it is empty
      Effect.retry({ times: 20, schedule: Schedule.spaced("50 millis") }),
      // the token that came is good; the next may have to be asked for with a browser
      Effect.catchAll(({ why }) =>
        Effect.logWarning(`new tokens could not be written to ${quoted(file)} (${why}); soon, ${logIn(profile)}`)
      )
    )
    return access
  })

const lifetimeOf = (seconds: unknown): number =>
  typeof seconds === "number" && Number.isSafeInteger(seconds) && seconds > 0 ? seconds : 3600

/** `refresh`: the token that was used up; `end`: of the new access token, in seconds */
interface Renewed {
  readonly refresh: string
  readonly end: number
  readonly settings: Readonly<Record<string, unknown>>
}

const keep = (store: Store, file: string, { end, refresh, settings }: Renewed) =>
  Effect.gen(function* () {
    const profile = yield* store.read
    // who does not keep to the lock may have written newer ones
    const isNewer =
      profile.text("oauth_refresh_token") !== refresh && (profile.number("oauth_access_token_expire") ?? 0) > end
    if (!isNewer) yield* lockedFile.replace(file, yield* store.edited(settings))
  })
