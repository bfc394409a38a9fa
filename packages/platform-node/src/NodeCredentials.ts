/**
 * Where credentials live on a machine: profiles of the aliyun CLI, the credentials file of the SDKs, token files, programs that
 * print keys; and the chain in which the official SDK for Node looks for them.
 *
 * Files are read anew each time credentials are asked for, so that what the CLI or an operator changes is seen. Each must be a
 * regular file of at most 1 MiB. What is wrong with one is told with its name and what to do, never with what is in it.
 *
 * Variables are read through `Config`, in the context in which the layer was built.
 *
 * @since 0.1.0
 */
import type * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import type * as Signer from "@effect-aliyun/core/Signer"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as chain from "./internal/credentials/chain.js"
import * as cli from "./internal/credentials/cliProfile.js"
import * as machine from "./internal/credentials/machine.js"
import * as modes from "./internal/credentials/modes.js"
import * as oidcToken from "./internal/credentials/oidcToken.js"
import * as Profile from "./internal/credentials/profile.js"
import * as shared from "./internal/credentials/profileFile.js"

/**
 * What to do about a file that others than its owner can change, that others can read and that holds secrets, or that belongs
 * to neither the user nor root: log a warning once for each provider, fail, or nothing. On Windows nothing is looked at.
 *
 * @since 0.1.0
 * @category models
 */
export type Permissions = "warn" | "fail" | "ignore"

/**
 * - `permissions`: `"warn"` unless told
 * - `allowV1`: whether the metadata service is asked without a token where it gives none, unless `ALIBABA_CLOUD_IMDSV1_DISABLED`
 *   is `true`. The official SDK does so by default; here it is `false` unless told, since then whoever can make a program on the
 *   machine send a request can have its keys
 * - `metadataEndpoint`: `[http://]host[:port]` of the metadata service, `http://100.100.100.200` unless told
 *
 * @since 0.1.0
 * @category models
 */
export interface ChainOptions {
  readonly permissions?: Permissions | undefined
  readonly allowV1?: boolean | undefined
  readonly metadataEndpoint?: string | undefined
}

/**
 * - `path`: of the file; one that is given must be there
 * - `profile`: the name of the profile or section; one that is given must be there
 *
 * @since 0.1.0
 * @category models
 */
export interface ProfileOptions extends ChainOptions {
  readonly path?: string | undefined
  readonly profile?: string | undefined
}

const machineOf = ({ allowV1, metadataEndpoint: endpoint }: ChainOptions) => machine.make({ allowV1, endpoint })

const common = (options: ProfileOptions) => ({
  path: options.path,
  profile: options.profile,
  permissions: options.permissions ?? "warn",
  machine: machineOf(options)
})

/**
 * A provider named `cli_profile`: a profile of the aliyun CLI, from `~/.aliyun/config.json`. Which one is said by `profile`, else
 * by `ALIBABA_CLOUD_PROFILE`, else by `current` in the file. All modes are known, in any case: AK, StsToken, RamRoleArn,
 * EcsRamRole, RamRoleArnWithRoleName, ChainableRamRoleArn, RsaKeyPair, External, CredentialsURI, OIDC, BearerToken, Anonymous;
 * CloudSSO and OAuth once the CLI has logged in. A profile without a mode is taken for what the CLI takes it for.
 *
 * New tokens of OAuth are written back, under a lock file beside the configuration; nothing else ever is.
 *
 * `NotConfigured` where there is no home, no file, or nothing in it. `Failed` where the profile that was named is not there, or
 * one does not work: the chain stops then.
 *
 * Source: https://github.com/aliyun/aliyun-cli
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
 *
 * export const Work = Credentials.layer(NodeCredentials.cliProfile({ profile: "work", permissions: "fail" }))
 */
export const cliProfile = (options: ProfileOptions = {}): Credentials.Provider<Signer.Signer | HttpClient.HttpClient> =>
  cli.make({ ...common(options), isElsewhere: () => Effect.succeed(false) })

/**
 * A provider named `profile`: a section of the credentials file of the SDKs, an ini file at `ALIBABA_CLOUD_CREDENTIALS_FILE` or
 * `~/.alibabacloud/credentials`. Which one is said by `profile`, else by `ALIBABA_CLOUD_PROFILE`, else it is `default`. Types are
 * access_key, sts, bearer, ecs_ram_role, ram_role_arn, oidc_role_arn, rsa_key_pair and credentials_uri.
 *
 * It fails as {@link cliProfile} does.
 *
 * Source: https://github.com/aliyun/credentials-nodejs, under "Credentials File"
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
 *
 * export const File = Credentials.layer(NodeCredentials.profileFile({ path: "/etc/app/credentials" }))
 */
export const profileFile = (
  options: ProfileOptions = {}
): Credentials.Provider<Signer.Signer | HttpClient.HttpClient> => shared.make(common(options))

/**
 * The token in a file, for `OidcRole`: read each time it is asked for, without the white space around it. `Failed` when the file
 * is not there, or holds anything else than one token.
 *
 * @since 0.1.0
 * @category tokens
 * @example
 * import * as OidcRole from "@effect-aliyun/core/OidcRole"
 * import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
 *
 * export const pod = OidcRole.provider({
 *   roleArn: "acs:ram::1234567890123456:role/app",
 *   oidcProviderArn: "acs:ram::1234567890123456:oidc-provider/cluster",
 *   token: NodeCredentials.oidcTokenFile("/var/run/secrets/tokens/oidc-token")
 * })
 */
export const oidcTokenFile = (
  path: string
): Effect.Effect<Redacted.Redacted<string>, Credentials.NotConfigured | Credentials.Failed> => oidcToken.read(path)

/**
 * A provider named `external`: a program that prints `{ access_key_id, access_key_secret, sts_token?, expiration? }` as JSON, and
 * perhaps a `mode` of the CLI's with its settings.
 *
 * The command is parted into words by the quoting rules of a shell, and run without one: `;`, `|`, `$( )` are text. It may take
 * 60 seconds and print 64 KiB; beyond that, and when the fiber is interrupted, it is killed with all that it has started. What it
 * says on its error output is not kept, and its arguments are in no error. `Failed` where it does not end with code 0, or
 * `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` is set.
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
 *
 * export const Tool = Credentials.layer(NodeCredentials.externalProcess("acs-sso login --profile 'my team'"))
 */
export const externalProcess = (
  command: Credential.Secret
): Credentials.Provider<Signer.Signer | HttpClient.HttpClient> => {
  const onMachine = machine.make()
  const noProfile = new Credentials.Failed({
    why: "what the command printed names a profile",
    hint: "let it print a key"
  })
  return {
    name: "external",
    resolve: Effect.gen(function* () {
      const line = typeof command === "string" ? command : Redacted.value(command)
      const self = yield* Profile.make("external", "the command", { mode: "External", process_command: line })
      const credential = yield* modes.resolve(self, {
        machine: onMachine,
        profile: () => noProfile,
        store: () => ({ path: "", read: noProfile, edited: () => noProfile })
      })
      return { ...credential, provider: "external" }
    })
  }
}

/**
 * The providers that the official SDK for Node (2.4.7) asks, in its order and with its variables:
 *
 * 1. `env`: `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`
 * 2. `oidc_role_arn`: `ALIBABA_CLOUD_ROLE_ARN`, `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` and `ALIBABA_CLOUD_OIDC_TOKEN_FILE`, all three
 * 3. `cli_profile`: {@link cliProfile}, unless `ALIBABA_CLOUD_CLI_PROFILE_DISABLED` is `true`
 * 4. `profile`: {@link profileFile}
 * 5. `ecs_ram_role`: the metadata service, unless `ALIBABA_CLOUD_ECS_METADATA_DISABLED` is `true`, for the role
 *    `ALIBABA_CLOUD_ECS_METADATA` or the one it has
 * 6. `credential_uri`: `ALIBABA_CLOUD_CREDENTIALS_URI`
 *
 * Calls of Sts take `ALIBABA_CLOUD_ROLE_SESSION_NAME`, `ALIBABA_CLOUD_STS_REGION` and `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED` where
 * a profile says nothing else.
 *
 * It differs from the official one in this: what is configured but does not work ends the chain; see {@link ChainOptions} for
 * requests without a token; an `http:` URI leads to this machine or the metadata service, or is refused.
 *
 * @since 0.1.0
 * @category chains
 * @example
 * import * as Credential from "@effect-aliyun/core/Credential"
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
 *
 * export const OrNobody = Credentials.layer(
 *   ...NodeCredentials.defaultChain({ permissions: "fail" }),
 *   Credentials.fixed(Credential.anonymous)
 * )
 */
export const defaultChain = (
  options: ChainOptions = {}
): ReadonlyArray<Credentials.Provider<Signer.Signer | HttpClient.HttpClient>> =>
  chain.make({ permissions: options.permissions ?? "warn", machine: machineOf(options) })

/**
 * {@link defaultChain} as a layer.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
 *
 * export const Strict = NodeCredentials.layerDefaultWith({ permissions: "fail" })
 */
export const layerDefaultWith = (
  options: ChainOptions
): Layer.Layer<Credentials.Credentials, never, Signer.Signer | HttpClient.HttpClient> =>
  // each time it is built: the providers remember what they have seen
  Layer.suspend(() => Credentials.layer(...defaultChain(options)))

/**
 * {@link layerDefaultWith} with every default.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerDefault: Layer.Layer<Credentials.Credentials, never, Signer.Signer | HttpClient.HttpClient> =
  layerDefaultWith({})
