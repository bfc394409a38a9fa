/** Temporary keys for who has logged in to CloudSSO with the CLI. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { quoted } from "./display.js"
import type { Profile } from "./profile.js"
import * as requests from "./requests.js"

const provider = "cloud_sso"
const who = "CloudSSO"

const logIn = ({ name }: Profile): string => `log in again: aliyun configure --mode CloudSSO --profile ${quoted(name)}`

export const resolve = (profile: Profile) =>
  Effect.gen(function* () {
    const origin = yield* originOf(profile, yield* profile.required("cloud_sso_sign_in_url"))
    const account = yield* profile.required("cloud_sso_account_id")
    const configuration = yield* profile.required("cloud_sso_access_config")
    const token = profile.text("access_token")
    const end = profile.number("cloud_sso_access_token_expire") ?? 0
    const now = yield* Clock.currentTimeMillis
    if (token === undefined || end * 1000 <= now) {
      const what = token === undefined ? "has no access_token" : "has an access_token that has expired"
      return yield* new Credentials.Failed({ why: `${profile.where} ${what}`, hint: logIn(profile) })
    }
    const request = HttpClientRequest.post(`${origin}/cloud-credentials`).pipe(
      HttpClientRequest.bearerToken(token),
      HttpClientRequest.acceptJson,
      HttpClientRequest.bodyUnsafeJson({ AccountId: account, AccessConfigurationId: configuration })
    )
    const answer = yield* requests.send(request, {
      who,
      refused: `check cloud_sso_account_id and cloud_sso_access_config, or ${logIn(profile)}`
    })
    const inner = answer["CloudCredential"]
    return yield* requests.temporaryKey(Predicate.isReadonlyRecord(inner) ? inner : answer, names, who, provider)
  })

const names: requests.KeyNames = {
  id: "AccessKeyId",
  secret: "AccessKeySecret",
  token: "SecurityToken",
  end: "Expiration"
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** the token goes there: over TLS, or not away from this machine */
const originOf = ({ where }: Profile, url: string): Effect.Effect<string, Credentials.Failed> => {
  const found = URL.canParse(url) ? new URL(url) : undefined
  return found?.protocol === "https:" || (found?.protocol === "http:" && loopback.test(found.hostname))
    ? Effect.succeed(found.origin)
    : new Credentials.Failed({
        why: `cloud_sso_sign_in_url of ${where} is no https URL`,
        hint: "it looks like 'https://signin-<region>.alibabacloudsso.com/<name>/login'"
      })
}
