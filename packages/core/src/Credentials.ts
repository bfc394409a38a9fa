/**
 * Where a call gets its credential from: a service that any layer can provide, and the providers it can be built of.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as AcsError from "./AcsError.js"
import * as Credential from "./Credential.js"
import * as credentialCache from "./internal/credentialCache.js"

/**
 * - `get`: the credential for one attempt; fails with reason `CredentialsUnavailable`
 * - `invalidate`: drops a credential that the service has refused, if it is still the one that is held, so that the next `get`
 *   asks its provider again
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly get: Effect.Effect<Credential.Credential, AcsError.ClientException>
  readonly invalidate: (credential: Credential.Credential) => Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Credentials extends Context.Tag("@effect-aliyun/core/Credentials")<Credentials, Service>() {}

/**
 * A provider has nothing to offer here: a chain goes on to the next.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotConfigured extends Data.TaggedError("NotConfigured")<{
  readonly why: string
  readonly hint?: string
}> {}

/**
 * A provider is set up but does not work: a chain stops, and never falls through to a wider identity.
 *
 * @since 0.1.0
 * @category errors
 */
export class Failed extends Data.TaggedError("Failed")<{ readonly why: string; readonly hint?: string }> {}

/**
 * One source of credentials.
 *
 * - `name`: for error texts and logs
 * - `resolve`: asks the source, each time it is run; {@link make} and {@link layer} hold what it gives
 * - `staticStability`: what it gave last is used beyond its end while the source cannot be reached, as the metadata service of
 *   a machine may be for a while; off unless told
 *
 * @since 0.1.0
 * @category models
 */
export interface Provider<out R = never> {
  readonly name: string
  readonly staticStability?: boolean
  readonly resolve: Effect.Effect<Credential.Credential, NotConfigured | Failed, R>
}

/**
 * A provider of a fixed credential.
 *
 * @since 0.1.0
 * @category providers
 */
export const fixed = (credential: Credential.Credential): Provider => ({
  name: "static",
  resolve: Effect.succeed(credential)
})

/**
 * The environment, through `Config`: `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and, for temporary
 * keys, `ALIBABA_CLOUD_SECURITY_TOKEN`.
 *
 * @since 0.1.0
 * @category providers
 */
export const env: Provider = {
  name: "env",
  resolve: Effect.gen(function* () {
    const accessKeyId = yield* optional(Config.string("ALIBABA_CLOUD_ACCESS_KEY_ID"))
    const accessKeySecret = yield* optional(Config.redacted("ALIBABA_CLOUD_ACCESS_KEY_SECRET"))
    const securityToken = yield* optional(Config.redacted("ALIBABA_CLOUD_SECURITY_TOKEN"))
    if (accessKeyId === undefined && accessKeySecret === undefined) {
      return yield* new NotConfigured({
        why: "ALIBABA_CLOUD_ACCESS_KEY_ID is not set",
        hint: "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"
      })
    }
    if (accessKeyId === undefined || accessKeySecret === undefined) {
      const missing = accessKeyId === undefined ? "ALIBABA_CLOUD_ACCESS_KEY_ID" : "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
      return yield* new Failed({ why: `${missing} is not set, though its partner is`, hint: `set ${missing}` })
    }
    const origin = { provider: "env" }
    return securityToken === undefined
      ? Credential.accessKey({ accessKeyId, accessKeySecret, ...origin })
      : Credential.sts({ accessKeyId, accessKeySecret, securityToken, ...origin })
  })
}

// an empty variable counts as absent: shells and CI systems set variables to nothing
const optional = <A extends string | Redacted.Redacted<string>>(config: Config.Config<A>) =>
  Config.option(config).pipe(
    Effect.map(Option.filter((value) => (typeof value === "string" ? value !== "" : !isEmpty(value)))),
    Effect.map(Option.getOrUndefined),
    Effect.mapError(() => new Failed({ why: "the configuration cannot be read", hint: "check the ConfigProvider" }))
  )

const isEmpty = (secret: Redacted.Redacted<string>) => Redacted.value(secret) === ""

/**
 * What the providers of a chain need, all together.
 *
 * @since 0.1.0
 * @category type-level
 */
export type Requirements<Providers extends ReadonlyArray<Provider<unknown>>> =
  Providers[number] extends Provider<infer R> ? R : never

/**
 * A chain of providers as a service: the first that is configured gives the credential, one that is configured but fails ends
 * the chain. What it gave is held and refreshed ahead of its end, once for all who ask:
 *
 * - in the background, from 15 minutes or a quarter of its lifetime before the end, whichever is less (drawn at random within
 *   the first half of that, so that many clients do not come back at the same moment)
 * - from 2 minutes or a twentieth of its lifetime before the end, callers wait for it, 5 seconds at most
 * - a credential without end is looked at again in the background after 5 minutes
 * - after a failure nobody asks again for a second or two, then for longer; a credential that is still good is given all the same
 *
 * A provider that gave the last credential and has none any more has failed: what stands behind it in the chain may be of a
 * wider identity.
 *
 * Providers are asked in a fiber of the scope's, in the context in which this was run, never in that of a call.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <const Providers extends ReadonlyArray<Provider<unknown>>>(
  ...providers: Providers
): Effect.Effect<Service, never, Requirements<Providers> | Scope.Scope> =>
  credentialCache.make(resolve(providers as ReadonlyArray<Provider<Requirements<Providers>>>))

/** what untyped callers hand over may be anything; what it holds is not repeated */
const issueOf = (credential: Credential.Credential): string | undefined => {
  try {
    return Credential.isCredential(credential) ? Credential.issueOf(credential) : noCredential
  } catch {
    return noCredential
  }
}

const noCredential = "is no credential; make one with a constructor of Credential"

type Tried = AcsError.CredentialsUnavailable["tried"][number]

const resolve = <R>(
  providers: ReadonlyArray<Provider<R>>
): Effect.Effect<credentialCache.Resolved, AcsError.ClientException, R> => {
  // who gave a credential last; those behind it may be of a wider identity
  let last: number | undefined
  return Effect.suspend(() => {
    const tried: Array<Tried> = []
    const next = (index: number): Effect.Effect<credentialCache.Resolved, AcsError.ClientException, R> => {
      const provider = providers[index]
      if (provider === undefined) return Effect.fail(AcsError.fromReason({ _tag: "CredentialsUnavailable", tried }))
      return provider.resolve.pipe(
        Effect.flatMap((credential) => {
          const why = issueOf(credential)
          const { name, staticStability = false } = provider
          if (why !== undefined) return Effect.fail(new Failed({ why }))
          last = index
          return Effect.succeed({ credential, provider: name, staticStability })
        }),
        Effect.catchAll((error) => {
          const isGone = error._tag === "NotConfigured" && index === last
          const why = isGone ? `${error.why}, where there was a credential before` : error.why
          tried.push({ provider: provider.name, why, hint: error.hint })
          return error._tag === "NotConfigured" && !isGone ? next(index + 1) : next(providers.length)
        })
      )
    }
    return next(0)
  })
}

/**
 * A chain of providers as a layer.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 *
 * export const Chain = Credentials.layer(Credentials.env)
 */
export const layer = <const Providers extends ReadonlyArray<Provider<unknown>>>(
  ...providers: Providers
): Layer.Layer<Credentials, never, Requirements<Providers>> => Layer.scoped(Credentials, make(...providers))

/**
 * A long-lived key.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 *
 * export const Key = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })
 */
export const layerAccessKey = (options: {
  readonly accessKeyId: string
  readonly accessKeySecret: Credential.Secret
}): Layer.Layer<Credentials> => layer(fixed(Credential.accessKey(options)))

/**
 * A temporary key with its token.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSts = (options: {
  readonly accessKeyId: string
  readonly accessKeySecret: Credential.Secret
  readonly securityToken: Credential.Secret
}): Layer.Layer<Credentials> => layer(fixed(Credential.sts(options)))

/**
 * A bearer token.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerBearer = (options: { readonly token: Credential.Secret }): Layer.Layer<Credentials> =>
  layer(fixed(Credential.bearer(options)))

/**
 * No identity.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerAnonymous: Layer.Layer<Credentials> = layer(fixed(Credential.anonymous))

/**
 * The environment, see {@link env}.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerEnv: Layer.Layer<Credentials> = layer(env)

/**
 * A key from configuration, read when the layer is built, so that a missing one is a `ConfigError` at start and not a
 * failure of the first call.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as Config from "effect/Config"
 *
 * export const FromConfig = Credentials.layerConfig({
 *   accessKeyId: Config.string("MY_KEY_ID"),
 *   accessKeySecret: Config.redacted("MY_KEY_SECRET")
 * })
 */
export const layerConfig = (
  options: Config.Config.Wrap<{
    readonly accessKeyId: string
    readonly accessKeySecret: Redacted.Redacted<string>
    readonly securityToken?: Redacted.Redacted<string> | undefined
  }>
): Layer.Layer<Credentials, ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(Config.unwrap(options), ({ accessKeyId, accessKeySecret, securityToken }) =>
      securityToken === undefined
        ? layerAccessKey({ accessKeyId, accessKeySecret })
        : layerSts({ accessKeyId, accessKeySecret, securityToken })
    )
  )

/**
 * The key that the emulator knows, `testid` with the secret `testsecret`, or another one.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 *
 * export const Tester = Credentials.layerTest()
 * export const Impostor = Credentials.layerTest({ accessKeySecret: "wrongsecret" })
 */
export const layerTest = (
  options: { readonly accessKeyId?: string | undefined; readonly accessKeySecret?: Credential.Secret | undefined } = {}
): Layer.Layer<Credentials> =>
  layerAccessKey({
    accessKeyId: options.accessKeyId ?? "testid",
    accessKeySecret: options.accessKeySecret ?? "testsecret"
  })

/**
 * Runs an effect as somebody else.
 *
 * @since 0.1.0
 * @category combinators
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Credential from "@effect-aliyun/core/Credential"
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as Effect from "effect/Effect"
 *
 * const otherKey = Credential.accessKey({ accessKeyId: "otherid", accessKeySecret: "othersecret" })
 *
 * export const asOther = Effect.flatMap(Credentials.make(Credentials.fixed(otherKey)), (other) =>
 *   AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }).pipe(
 *     Credentials.withCredentials(other)
 *   )
 * ).pipe(Effect.scoped)
 */
export const withCredentials: {
  (credentials: Service): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, Exclude<R, Credentials>>
  <A, E, R>(self: Effect.Effect<A, E, R>, credentials: Service): Effect.Effect<A, E, Exclude<R, Credentials>>
} = dual(
  2,
  <A, E, R>(self: Effect.Effect<A, E, R>, credentials: Service): Effect.Effect<A, E, Exclude<R, Credentials>> =>
    Effect.provideService(self, Credentials, credentials)
)
