/**
 * Credentials of a RAM role that another identity takes on, by AssumeRole of Sts: for an hour unless told, and taken on again
 * ahead of their end.
 *
 * Source: https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Credentials from "./Credentials.js"
import * as resolving from "./internal/resolving.js"
import * as roleOptions from "./internal/roleOptions.js"
import * as sessionAnswer from "./internal/sessionAnswer.js"
import * as stsCall from "./internal/stsCall.js"
import type { Signer } from "./Signer.js"

/**
 * Which role, and how.
 *
 * - `roleArn`: `acs:ram::<account id>:role/<role name>`
 * - `roleSessionName`: how the session shows in audit logs, 2 to 64 letters, digits, `.`, `@`, `-` or `_`;
 *   `effect-aliyun-<milliseconds>` unless told
 * - `durationSeconds`: how long a session lasts, 900 to 43,200 and at most what the role allows; 3600 unless told
 * - `policy`: the JSON of a policy that narrows what the session may do, at most 2048 characters
 * - `externalId`: what the trust policy of the role may ask for, 2 to 1224 characters
 * - `stsEndpoint`: `[http://|https://]host[:port]`, in place of any rule and of the `Endpoint` reference
 * - `stsRegion`: for `sts.<region>.aliyuncs.com`; `vpc`: with a region, for `sts-vpc.<region>.aliyuncs.com`. Without them
 *   `sts.aliyuncs.com`; an `Endpoint` that names hosts itself goes before all three
 *
 * @since 0.1.0
 * @category models
 */
export interface Role {
  readonly roleArn: string
  readonly roleSessionName?: string | undefined
  readonly durationSeconds?: number | undefined
  readonly policy?: string | undefined
  readonly externalId?: string | undefined
  readonly stsEndpoint?: string | undefined
  readonly stsRegion?: string | undefined
  readonly vpc?: boolean | undefined
}

/**
 * `source`: who takes the role on; any provider, also that of another role.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options<out R = never> extends Role {
  readonly source: Credentials.Provider<R>
}

/**
 * A provider named `ram_role_arn/<name of the source>`. The source is asked once for each session, and what Sts is asked goes
 * through the pipeline of all calls: endpoint, signature, retries and time limits are those of the context.
 *
 * Fails with `Failed`, never with `NotConfigured`: a source that has nothing must not make a chain go on to another identity.
 * What is wrongly formed, and sources that lead back to themselves, are found before anything is sent.
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
 *
 * const jump = RamRoleArn.provider({ source: Credentials.env, roleArn: "acs:ram::1234567890123456:role/jump" })
 *
 * export const deployer = RamRoleArn.provider({
 *   source: jump,
 *   roleArn: "acs:ram::6543210987654321:role/deployer",
 *   durationSeconds: 900
 * })
 */
export const provider = <R>(options: Options<R>): Credentials.Provider<R | Signer | HttpClient.HttpClient> => {
  const self = { name: `ram_role_arn/${options.source.name}` }
  const { name } = self
  return {
    name,
    resolve: Effect.suspend(() => {
      const issue = roleOptions.role(options) ?? roleOptions.externalId(options.externalId)
      if (issue !== undefined) return issue
      const { durationSeconds, externalId, policy, roleArn, source } = options
      return resolving.source(self, source).pipe(
        Effect.catchTag(
          "NotConfigured",
          ({ hint, why }) =>
            new Credentials.Failed({
              why: `its source ${source.name} has nothing: ${why}`,
              ...(hint === undefined ? {} : { hint })
            })
        ),
        Effect.zip(roleOptions.sessionName(options)),
        Effect.flatMap(([credential, sessionName]) =>
          stsCall.run({
            action: "AssumeRole",
            parameters: {
              RoleArn: roleArn,
              RoleSessionName: sessionName,
              DurationSeconds: durationSeconds ?? 3600,
              Policy: policy,
              ExternalId: externalId
            },
            credential,
            place: options
          })
        ),
        Effect.flatMap((json) => sessionAnswer.assumedRole(json, name))
      )
    })
  }
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
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
 * import * as Config from "effect/Config"
 *
 * export const FromConfig = RamRoleArn.layerConfig(Credentials.env, { roleArn: Config.string("MY_ROLE_ARN") })
 */
export const layerConfig = <R>(
  source: Credentials.Provider<R>,
  role: Config.Config.Wrap<Role>
): Layer.Layer<Credentials.Credentials, ConfigError.ConfigError, R | Signer | HttpClient.HttpClient> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(role), (role) => layer({ ...role, source })))
