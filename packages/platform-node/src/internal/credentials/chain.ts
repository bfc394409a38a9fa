/** The providers that the official SDK for Node asks, in its order. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
import * as OidcRole from "@effect-aliyun/core/OidcRole"
import * as Effect from "effect/Effect"
import * as cliProfile from "./cliProfile.js"
import * as machine from "./machine.js"
import type { Services } from "./modes.js"
import * as oidcToken from "./oidcToken.js"
import * as profileFile from "./profileFile.js"
import type { Permissions } from "./secretFile.js"
import * as settings from "./settings.js"

export interface Options {
  readonly permissions: Permissions
  readonly machine: machine.Machine
}

type Provider = Credentials.Provider<Services>

export const make = ({ machine, permissions }: Options): ReadonlyArray<Provider> => {
  const files = { path: undefined, profile: undefined, permissions, machine }
  return [
    Credentials.env,
    oidc,
    unless("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", cliProfile.make({ ...files, isElsewhere: profileFile.has })),
    profileFile.make(files),
    unless("ALIBABA_CLOUD_ECS_METADATA_DISABLED", ecsRamRole(machine)),
    credentialsUri
  ]
}

const unless = (variable: string, provider: Provider): Provider => ({
  ...provider,
  resolve: Effect.flatMap(settings.flag(variable), (isDisabled) =>
    isDisabled ? new Credentials.NotConfigured({ why: `${variable} is true` }) : provider.resolve
  )
})

const oidc: Provider = {
  name: "oidc_role_arn",
  resolve: Effect.gen(function* () {
    const roleArn = yield* settings.text("ALIBABA_CLOUD_ROLE_ARN")
    const oidcProviderArn = yield* settings.text("ALIBABA_CLOUD_OIDC_PROVIDER_ARN")
    const tokenFile = yield* settings.text("ALIBABA_CLOUD_OIDC_TOKEN_FILE")
    if (roleArn === undefined || oidcProviderArn === undefined || tokenFile === undefined) {
      return yield* new Credentials.NotConfigured({
        why: "ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE are not all set"
      })
    }
    const sts = yield* settings.sts
    const role = OidcRole.provider({ roleArn, oidcProviderArn, token: oidcToken.read(tokenFile), ...sts })
    return yield* role.resolve
  })
}

const ecsRamRole = ({ ecsRamRole }: machine.Machine): Provider => ({
  name: "ecs_ram_role",
  staticStability: true,
  resolve: Effect.gen(function* () {
    const roleName = yield* settings.text("ALIBABA_CLOUD_ECS_METADATA")
    const isV1Disabled = yield* settings.flag("ALIBABA_CLOUD_IMDSV1_DISABLED")
    return yield* ecsRamRole({ roleName, isV1Disabled }).resolve
  })
})

const credentialsUri: Provider = {
  name: "credential_uri",
  resolve: Effect.flatMap(settings.text("ALIBABA_CLOUD_CREDENTIALS_URI"), (uri) =>
    uri === undefined
      ? new Credentials.NotConfigured({ why: "ALIBABA_CLOUD_CREDENTIALS_URI is not set" })
      : CredentialsUri.provider({ uri, resolveHost: machine.resolveHost }).resolve
  )
}
