/** An OAuth service whose refresh tokens can be used once, as the strictest one would have it. */
import * as Effect from "effect/Effect"
import * as http from "./Answers.js"
import { canary } from "./Home.js"

export const accessToken = (turn: number) => `${canary}-access-${turn}`
export const refreshToken = (turn: number) => `${canary}-refresh-${turn}`

const key = {
  accessKeyId: "STS.oauth",
  accessKeySecret: `${canary}-oauth`,
  securityToken: `${canary}-oauthtoken`,
  expiration: "2030-01-01T00:00:00Z"
}

/**
 * - `lifetime`: of the access tokens, in seconds
 * - `turn`: of the tokens that were given last; each turn has its refresh token, which can be used once
 */
export const oauthService = (lifetime = 3600) =>
  Effect.gen(function* () {
    const state = { turn: 0, reused: 0, fails: false }
    const server = yield* http.answering(({ headers, path, text }) => {
      if (path === "/v1/exchange") {
        const turns = Array.from({ length: state.turn + 1 }, (_, turn) => `Bearer ${accessToken(turn)}`)
        return turns.includes(headers.authorization ?? "") ? key : { error: canary }
      }
      const form = new URLSearchParams(text)
      if (state.fails || path !== "/v1/token" || form.get("grant_type") !== "refresh_token") return 400
      if (form.get("refresh_token") !== refreshToken(state.turn)) {
        state.reused++
        return 400
      }
      state.turn++
      return {
        access_token: accessToken(state.turn),
        refresh_token: refreshToken(state.turn),
        expires_in: lifetime,
        token_type: "Bearer"
      }
    })
    return { ...server, state }
  })

const now = () => Math.floor(Date.now() / 1000)

/** as the CLI writes it, with another profile that must stay as it is */
export const profile = (left: number, more: object = {}) => ({
  current: "oauth",
  profiles: [
    { name: "other", mode: "AK", access_key_id: "id", access_key_secret: `${canary}-other`, unknown: { a: [1] } },
    {
      name: "oauth",
      mode: "OAuth",
      access_key_id: "STS.left",
      access_key_secret: `${canary}-left`,
      sts_token: `${canary}-lefttoken`,
      oauth_site_type: "CN",
      oauth_access_token: accessToken(0),
      oauth_refresh_token: refreshToken(0),
      oauth_access_token_expire: now() + left,
      region_id: "cn-hangzhou",
      ...more
    }
  ],
  meta_path: "",
  unknown: true
})
