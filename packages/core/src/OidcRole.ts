/**
 * Credentials of a RAM role for who holds a token of an OpenID Connect provider, as a pod of a Kubernetes cluster does, by
 * AssumeRoleWithOIDC of Sts. There is no key: the call is not signed.
 *
 * Source: https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithoidc
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Credential from "./Credential.js"
import * as Credentials from "./Credentials.js"
import * as roleOptions from "./internal/roleOptions.js"
import * as sessionAnswer from "./internal/sessionAnswer.js"
import * as stsCall from "./internal/stsCall.js"
import type { Signer } from "./Signer.js"

/**
 * Which role, and how.
 *
 * - `roleArn`: `acs:ram::<account id>:role/<role name>`
 * - `oidcProviderArn`: `acs:ram::<account id>:oidc-provider/<name>`
 * - `roleSessionName`: how the session shows in audit logs, 2 to 64 letters, digits, `.`, `@`, `-` or `_`;
 *   `effect-aliyun-<milliseconds>` unless told
 * - `durationSeconds`: how long a session lasts, 900 to 43,200 and at most what the role allows; 3600 unless told
 * - `policy`: the JSON of a policy that narrows what the session may do, at most 2048 characters
 * - `stsEndpoint`, `stsRegion`, `vpc`: where Sts is, as for `RamRoleArn`
 *
 * @since 0.1.0
 * @category models
 */
export interface Role {
  readonly roleArn: string
  readonly oidcProviderArn: string
  readonly roleSessionName?: string | undefined
  readonly durationSeconds?: number | undefined
  readonly policy?: string | undefined
  readonly stsEndpoint?: string | undefined
  readonly stsRegion?: string | undefined
  readonly vpc?: boolean | undefined
}

/**
 * Where the token comes from. It is asked for each session: tokens are written anew while a program runs.
 *
 * @since 0.1.0
 * @category models
 */
export type Token<R = never> = Effect.Effect<
  Redacted.Redacted<string>,
  Credentials.NotConfigured | Credentials.Failed,
  R
>

/**
 * @since 0.1.0
 * @category models
 */
export interface Options<out R = never> extends Role {
  readonly token: Token<R>
}

/**
 * A provider named `oidc_role_arn`. A line break at the end of the token is left out; a token that holds any other white space
 * is `Failed`, as is what is wrongly formed, before anything is sent. What the token fails with is passed on.
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as OidcRole from "@effect-aliyun/core/OidcRole"
 * import * as FileSystem from "@effect/platform/FileSystem"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * export const pod = OidcRole.provider({
 *   roleArn: "acs:ram::1234567890123456:role/app",
 *   oidcProviderArn: "acs:ram::1234567890123456:oidc-provider/cluster",
 *   token: Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString("/var/run/token")).pipe(
 *     Effect.mapBoth({
 *       onFailure: () => new Credentials.Failed({ why: "the token cannot be read" }),
 *       onSuccess: (text) => Redacted.make(text)
 *     })
 *   )
 * })
 */
export const provider = <R>(options: Options<R>): Credentials.Provider<R | Signer | HttpClient.HttpClient> => ({
  name,
  resolve: Effect.suspend(() => {
    const issue =
      roleOptions.role(options) ??
      roleOptions.pattern(
        "oidcProviderArn",
        options.oidcProviderArn ?? "",
        /^acs:ram::\d+:oidc-provider\/[\w.@-]{1,128}$/,
        "'acs:ram::<account id>:oidc-provider/<name>'"
      )
    if (issue !== undefined) return issue
    return Effect.zip(Effect.flatMap(options.token, trimmed), roleOptions.sessionName(options)).pipe(
      Effect.flatMap(([token, sessionName]) =>
        stsCall.run({
          action: "AssumeRoleWithOIDC",
          parameters: {
            RoleArn: options.roleArn,
            OIDCProviderArn: options.oidcProviderArn,
            OIDCToken: Redacted.value(token),
            RoleSessionName: sessionName,
            DurationSeconds: options.durationSeconds ?? 3600,
            Policy: options.policy
          },
          credential: Credential.anonymous,
          place: options,
          secret: token
        })
      ),
      Effect.flatMap((json) => sessionAnswer.assumedRole(json, name))
    )
  })
})

const name = "oidc_role_arn"

/** what Sts takes at most */
const longestToken = 20_000

const trimmed = (token: Redacted.Redacted<string>): Effect.Effect<Redacted.Redacted<string>, Credentials.Failed> => {
  const text = Redacted.value(token).replace(/[\r\n]+$/, "")
  const fail = (why: string) => new Credentials.Failed({ why, hint: "look at what the token is read from" })
  if (text === "") return fail("the token is empty")
  if (!/^[\x21-\x7e]+$/.test(text)) return fail("the token holds a space, a line break or a character outside ASCII")
  return text.length > longestToken
    ? fail(`the token is longer than ${longestToken} characters`)
    : Effect.succeed(Redacted.make(text))
}

/**
 * {@link provider} as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = <R>(
  options: Options<R>
): Layer.Layer<Credentials.Credentials, never, R | Signer | HttpClient.HttpClient> =>
  Credentials.layer(provider(options))

/**
 * The same with the role from configuration, read when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as OidcRole from "@effect-aliyun/core/OidcRole"
 * import * as Config from "effect/Config"
 *
 * export const fromConfig = <R>(token: OidcRole.Token<R>) =>
 *   OidcRole.layerConfig(token, {
 *     roleArn: Config.string("MY_ROLE_ARN"),
 *     oidcProviderArn: Config.string("MY_OIDC_PROVIDER_ARN")
 *   })
 */
export const layerConfig = <R>(
  token: Token<R>,
  role: Config.Config.Wrap<Role>
): Layer.Layer<Credentials.Credentials, ConfigError.ConfigError, R | Signer | HttpClient.HttpClient> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(role), (role) => layer({ ...role, token })))
