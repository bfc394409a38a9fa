/** Keys from a URI: whether it may be asked, and what it answers. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Credential from "../Credential.js"
import { Failed } from "../Credentials.js"
import { toJson } from "./bytes.js"
import { millisOf } from "./millis.js"
import * as plainRequest from "./plainRequest.js"
import * as sessionAnswer from "./sessionAnswer.js"

/** @internal */
export const provider = "credential_uri"

interface Options {
  readonly uri: string
  readonly allowHttp?: boolean | undefined
  readonly resolveHost?: ((host: string) => Effect.Effect<ReadonlyArray<string>>) | undefined
  readonly timeout?: Duration.DurationInput | undefined
}

const limit = 10 * 1024

/** @internal */
export const resolve = (options: Options): Effect.Effect<Credential.Credential, Failed, HttpClient.HttpClient> =>
  Effect.suspend(() => {
    const url = parse(options.uri)
    if (url === undefined) {
      return new Failed({
        why: options.uri === "" ? "uri is empty" : "uri is no URI that can be asked",
        hint: "pass an absolute https: or http: URI without user info"
      })
    }
    const millis = millisOf(options.timeout ?? "10 seconds")
    if (millis === undefined)
      return new Failed({ why: "timeout is no duration", hint: "timeout must be a duration, for instance '1 second'" })
    // of a URI that may hold a secret no more than this is shown
    const who = `the service at ${url.host}`
    return Effect.zipRight(
      mayBeAsked(url, options),
      plainRequest.send(HttpClientRequest.get(url.href), { who, limit, millis })
    ).pipe(
      Effect.catchTag("Unreachable", ({ why }) => new Failed({ why, hint: "check uri, and that the service runs" })),
      Effect.flatMap(({ status, text }) =>
        status === 200 ? read(text, who) : new Failed({ why: `${who} answered HTTP ${status}` })
      )
    )
  })

const parse = (uri: string): URL | undefined => {
  if (typeof uri !== "string" || !URL.canParse(uri)) return undefined
  const url = new URL(uri)
  url.hash = ""
  const isPlain = url.username === "" && url.password === "" && url.hostname !== ""
  return isPlain && (url.protocol === "https:" || url.protocol === "http:") ? url : undefined
}

// as a URL writes them
const closeBy = /^(?:127\.\d+\.\d+\.\d+|\[?::1\]?|100\.100\.100\.200)$/
const isAddress = /^(?:\d+\.\d+\.\d+\.\d+|\[.*\])$/

const mayBeAsked = ({ hostname, protocol }: URL, { allowHttp, resolveHost }: Options): Effect.Effect<void, Failed> => {
  if (protocol === "https:" || allowHttp === true || closeBy.test(hostname)) return Effect.void
  if (isAddress.test(hostname)) return notCloseBy
  if (resolveHost === undefined) return hostname === "localhost" ? Effect.void : notCloseBy
  return Effect.flatMap(resolveHost(hostname), (addresses) => {
    if (addresses.length === 0) return new Failed({ why: "the host of uri has no address", hint: "check its name" })
    return addresses.every((address) => closeBy.test(address)) ? Effect.void : notCloseBy
  })
}

const notCloseBy = new Failed({
  why: "uri is an http: one and leads off this machine, which the official SDKs allow: who is on the way could read the keys",
  hint: "use https:, or say 'allowHttp'"
})

const read = (text: string, who: string): Effect.Effect<Credential.Credential, Failed> =>
  Effect.gen(function* () {
    const answer = yield* sessionAnswer.part(`the answer of ${who}`, toJson(text)?.value, sessionAnswer.stsFields)
    yield* sessionAnswer.succeeded(answer)
    return yield* sessionAnswer.sts(answer, provider)
  })
