/** What the environment says of a transport: proxies, and a file of certificates to trust. */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as certificates from "./certificates.js"
import * as secretFile from "./credentials/secretFile.js"
import * as proxies from "./proxies.js"

const text = (name: string): Effect.Effect<string | undefined, ConfigError.ConfigError> =>
  Effect.map(Config.option(Config.string(name)), Option.getOrUndefined)

interface Variable {
  readonly name: string
  readonly value: string | undefined
}

/** the first that says something; one that is empty says nothing, as everywhere with these */
const oneOf = (upper: string): Effect.Effect<Variable, ConfigError.ConfigError> =>
  Effect.gen(function* () {
    for (const name of [upper, upper.toLowerCase()]) {
      const value = (yield* text(name))?.trim()
      if (value !== undefined && value !== "") return { name, value }
    }
    return { name: upper, value: undefined }
  })

/** `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, upper case first; never for this machine, its link or the metadata service */
export const readProxies: Effect.Effect<proxies.Proxies, ConfigError.ConfigError> = Effect.gen(function* () {
  const [http, https, no] = yield* Effect.all([oneOf("HTTP_PROXY"), oneOf("HTTPS_PROXY"), oneOf("NO_PROXY")])
  return yield* Either.mapLeft(
    proxies.make(
      { http: http.value, https: https.value, no: no.value },
      { http: http.name, https: https.name },
      (hostname) => proxies.isLinkLocal(hostname) || proxies.isLoopback(hostname)
    ),
    ([variable, issue]) => ConfigError.InvalidData([variable], issue)
  )
})

const bundle = "ALIBABA_CLOUD_CA_BUNDLE"

/** the text of the file that `ALIBABA_CLOUD_CA_BUNDLE` names; an empty value is no wish to check nothing */
export const readBundle: Effect.Effect<string | undefined, ConfigError.ConfigError> = Effect.gen(function* () {
  const path = yield* text(bundle)
  if (path === undefined) return undefined
  const refuse = (issue: string) => ConfigError.InvalidData([bundle], issue)
  if (path.trim() === "") return yield* Effect.fail(refuse("is empty: name a file of certificates in PEM, or unset it"))
  const file = yield* Effect.mapError(
    secretFile.read(path, { isNamed: true, advice: "name a file of certificates in PEM, or unset the variable" }),
    ({ hint, why }) => refuse(hint === undefined ? why : `${why}: ${hint}`)
  )
  return certificates.isBundle(file.text)
    ? file.text
    : yield* Effect.fail(refuse(`${file.name} ${certificates.noBundle}`))
})
