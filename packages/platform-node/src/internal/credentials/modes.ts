/** Who a profile makes calls as: each of the modes that the CLI knows. */
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
import * as OidcRole from "@effect-aliyun/core/OidcRole"
import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
import type * as Signer from "@effect-aliyun/core/Signer"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as cloudSso from "./cloudSso.js"
import { quoted } from "./display.js"
import * as externalProcess from "./externalProcess.js"
import * as machine from "./machine.js"
import * as oauth from "./oauth.js"
import * as oidcToken from "./oidcToken.js"
import type { Profile, Text } from "./profile.js"
import * as requests from "./requests.js"
import * as secretFile from "./secretFile.js"
import * as settings from "./settings.js"

export type Services = Signer.Signer | HttpClient.HttpClient
type Problem = Credentials.NotConfigured | Credentials.Failed
type Resolved = Effect.Effect<Credential.Credential, Problem, Services>

/**
 * - `profile`: another profile of the same file
 * - `store`: where a profile of the file is kept
 * - `guard`: what to do about another file with a secret that others can get at, where somebody has said
 */
export interface Surroundings {
  readonly machine: machine.Machine
  readonly profile: (name: string) => Effect.Effect<Profile, Problem>
  readonly store: (name: string) => oauth.Store
  readonly guard?: (file: secretFile.SecretFile) => Effect.Effect<void, Credentials.Failed>
}

/** one profile on the way to its credential: `via` names the profiles that have led here */
interface Step extends Surroundings {
  readonly self: Profile
  readonly via: ReadonlyArray<string>
}

type Mode = (step: Step) => Resolved

/** the credential of a profile. A profile that was found but has nothing is a failure: nothing wider may take its place */
export const resolve = (self: Profile, surroundings: Surroundings, via: ReadonlyArray<string> = []): Resolved =>
  Effect.gen(function* () {
    const mode = modeOf(self)
    if (mode === undefined) return yield* new Credentials.Failed(nothingIn(self))
    const run = modes.get(mode.toLowerCase())
    if (run === undefined) {
      const why = `${self.label("mode")} of ${self.where} is one that is not known`
      return yield* new Credentials.Failed({ why, hint: `use one of ${[...modes.keys()].join(", ")}` })
    }
    return yield* run({ ...surroundings, self, via })
  })

const modeOf = (self: Profile): string | undefined => self.text("mode") ?? guess(self)

/** that a profile says nothing of who it is, `undefined` where it does */
export const emptiness = (self: Profile): { readonly why: string; readonly hint: string } | undefined =>
  modeOf(self) === undefined ? nothingIn(self) : undefined

const nothingIn = ({ where }: Profile) => ({
  why: `${where} has no mode, and nothing to tell it from`,
  hint: "set it up with 'aliyun configure'"
})

/** what the CLI takes a profile without a mode for */
const guess = ({ text }: Profile): string | undefined => {
  const has = (...wanted: ReadonlyArray<Text>) => wanted.every((setting) => text(setting) !== undefined)
  if (has("access_key_id", "access_key_secret")) {
    return has("sts_token") ? "StsToken" : has("ram_role_arn") ? "RamRoleArn" : "AK"
  }
  if (has("private_key", "key_pair_name")) return "RsaKeyPair"
  if (has("ram_role_name")) return "EcsRamRole"
  if (has("process_command")) return "External"
  if (has("oidc_provider_arn", "oidc_token_file", "ram_role_arn")) return "OIDC"
  if (has("cloud_sso_sign_in_url")) return "CloudSSO"
  return has("bearer_token") ? "BearerToken" : undefined
}

const configured = <R>(provider: Credentials.Provider<R>) =>
  Effect.catchTag(provider.resolve, "NotConfigured", ({ hint, why }) =>
    Effect.fail(new Credentials.Failed({ why, ...(hint === undefined ? {} : { hint }) }))
  )

const key = ({ required, text }: Profile, isTemporary = text("sts_token") !== undefined) =>
  Effect.gen(function* () {
    const accessKeyId = yield* required("access_key_id")
    const accessKeySecret = yield* required("access_key_secret")
    if (!isTemporary) return Credential.accessKey({ accessKeyId, accessKeySecret, provider: "static_ak" })
    const securityToken = yield* required("sts_token")
    return Credential.sts({ accessKeyId, accessKeySecret, securityToken, provider: "static_sts" })
  })

const keyProvider = (self: Profile): Credentials.Provider => ({
  name: self.text("sts_token") === undefined ? "static_ak" : "static_sts",
  resolve: key(self)
})

const place = ({ flag, text }: Profile, { stsRegion, vpc }: settings.Sts) => ({
  stsEndpoint: text("sts_endpoint"),
  stsRegion: text("sts_region") ?? stsRegion,
  vpc: flag("enable_vpc") ?? vpc
})

const duration = ({ number }: Profile): number | undefined => number("expired_seconds") ?? number("duration_seconds")

const orElse = (self: Profile, setting: Text, variable: string) =>
  Effect.flatMap(settings.text(variable), (value) =>
    self.text(setting) === undefined && value !== undefined ? Effect.succeed(value) : self.required(setting)
  )

const assume = (self: Profile, source: Credentials.Provider<Services>): Resolved =>
  Effect.gen(function* () {
    const roleArn = yield* orElse(self, "ram_role_arn", "ALIBABA_CLOUD_ROLE_ARN")
    const sts = yield* settings.sts
    const { text } = self
    const role = RamRoleArn.provider({
      source,
      roleArn,
      roleSessionName: text("ram_session_name") ?? sts.roleSessionName,
      durationSeconds: duration(self),
      policy: text("policy"),
      externalId: text("external_id"),
      ...place(self, sts)
    })
    return yield* role.resolve
  })

const ecsRamRole = ({ machine, self }: Step) =>
  Effect.gen(function* () {
    if (yield* settings.flag("ALIBABA_CLOUD_ECS_METADATA_DISABLED")) {
      const why = `${self.where} needs the metadata service, and ALIBABA_CLOUD_ECS_METADATA_DISABLED is true`
      return yield* new Credentials.Failed({ why, hint: "unset the variable, or use another profile" })
    }
    const roleName = self.text("ram_role_name") ?? (yield* settings.text("ALIBABA_CLOUD_ECS_METADATA"))
    const isV1Disabled = yield* settings.flag("ALIBABA_CLOUD_IMDSV1_DISABLED")
    return yield* configured(machine.ecsRamRole({ roleName, isV1Disabled }))
  })

const chained = (step: Step): Resolved =>
  Effect.gen(function* () {
    const { self, via } = step
    const name = yield* self.required("source_profile")
    const visited = [...via, self.name]
    if (visited.includes(name)) {
      const circle = [...visited.slice(visited.indexOf(name)), name].map(quoted).join(" -> ")
      const why = `the profiles are sources of one another in a circle: ${circle}`
      return yield* new Credentials.Failed({ why, hint: "let source_profile lead to a profile with a key" })
    }
    const source = yield* step.profile(name)
    return yield* assume(self, { name: quoted(name), resolve: resolve(source, step, visited) })
  })

const external = (step: Step): Resolved =>
  Effect.gen(function* () {
    const { self } = step
    if (yield* settings.isExternalDisabled) return yield* externalDisabled(self)
    const printed = yield* externalProcess.run(yield* self.required("process_command"))
    // what was in the file may be of another time; a process that says nothing of a mode has printed a key
    const { mode, ...rest } = printed
    const isKey = mode === undefined || (typeof mode === "string" && /^(?:external|)$/i.test(mode))
    const where = `what the program of ${self.where} printed`
    const merged = yield* self.with({ ...noKey, ...rest, mode: isKey ? keyMode(rest) : mode }, where)
    const credential = yield* resolve(merged, step, step.via)
    const end = merged.text("expiration")
    if (end === undefined || credential.expiration !== undefined) return credential
    const expiration = requests.date(end)
    return expiration === undefined
      ? yield* new Credentials.Failed({ why: `expiration of ${where} is no date` })
      : { ...credential, expiration }
  })

const noKey = { access_key_id: "", access_key_secret: "", sts_token: "", process_command: "", expiration: "" }

const keyMode = ({ sts_token: token }: Readonly<Record<string, unknown>>): string =>
  token === undefined || token === "" ? "AK" : "StsToken"

const externalDisabled = ({ where }: Profile) =>
  new Credentials.Failed({
    why: `${where} asks another program or address, and ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set`,
    hint: "unset the variable, or use another profile"
  })

const credentialsUri = ({ self }: Step): Resolved =>
  Effect.gen(function* () {
    if (yield* settings.isExternalDisabled) return yield* externalDisabled(self)
    const uri = yield* orElse(self, "credentials_uri", "ALIBABA_CLOUD_CREDENTIALS_URI")
    return yield* CredentialsUri.provider({ uri, resolveHost: machine.resolveHost }).resolve
  })

const oidc = ({ self }: Step): Resolved =>
  Effect.gen(function* () {
    const sts = yield* settings.sts
    const role = OidcRole.provider({
      roleArn: yield* orElse(self, "ram_role_arn", "ALIBABA_CLOUD_ROLE_ARN"),
      oidcProviderArn: yield* orElse(self, "oidc_provider_arn", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
      token: oidcToken.read(yield* orElse(self, "oidc_token_file", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")),
      roleSessionName: self.text("ram_session_name") ?? sts.roleSessionName,
      durationSeconds: duration(self),
      policy: self.text("policy"),
      ...place(self, sts)
    })
    return yield* role.resolve
  })

const rsaKeyPair = ({ guard, self }: Step): Resolved =>
  Effect.gen(function* () {
    const publicKeyId = yield* self.required("key_pair_name")
    const given = yield* self.required("private_key")
    // the CLI writes the key itself there, or the path that it was given; a base64 of a key begins like no path
    const privateKey = /^\s*(?:-----BEGIN|MI[IG][A-Za-z0-9+/=\s]{60})/.test(given)
      ? given
      : yield* keyFile(self, given, guard)
    const durationSeconds = duration(self)
    return yield* RsaKeyPair.provider({
      publicKeyId,
      privateKey: Redacted.make(privateKey),
      durationSeconds,
      ...place(self, yield* settings.sts)
    }).resolve
  })

const keyFile = (self: Profile, path: string, guard: Surroundings["guard"]) =>
  Effect.gen(function* () {
    // what is neither may be a key in another form: it is not shown
    const label = `the file that ${self.label("private_key")} of ${self.where} names`
    const file = yield* secretFile.read(path, { isNamed: true, advice: "put the private key there", label })
    if (guard !== undefined) yield* guard(file)
    return file.text
  })

const bearer = ({ self }: Step): Resolved =>
  Effect.gen(function* () {
    const header = self.text("bearer_token_header_key")
    if (header !== undefined && header.toLowerCase() !== "x-acs-bearer-token") {
      const why = `bearer_token_header_key of ${self.where} is another header than that of bearer tokens`
      return yield* new Credentials.Failed({ why, hint: "leave it out: the token is sent as x-acs-bearer-token" })
    }
    return Credential.bearer({ token: yield* self.required("bearer_token"), provider: "bearer" })
  })

const modes: ReadonlyMap<string, Mode> = new Map<string, Mode>([
  ["ak", ({ self }) => key(self, false)],
  ["ststoken", ({ self }) => key(self, true)],
  ["ramrolearn", ({ self }) => assume(self, keyProvider(self))],
  ["ecsramrole", ecsRamRole],
  ["ramrolearnwithrolename", (step) => assume(step.self, { name: "ecs_ram_role", resolve: ecsRamRole(step) })],
  ["chainableramrolearn", chained],
  ["rsakeypair", rsaKeyPair],
  ["external", external],
  ["credentialsuri", credentialsUri],
  ["oidc", oidc],
  ["cloudsso", ({ self }) => cloudSso.resolve(self)],
  ["oauth", ({ self, store }) => oauth.resolve(self, store(self.name))],
  ["bearertoken", bearer],
  ["anonymous", () => Effect.succeed({ ...Credential.anonymous, provider: "anonymous" })]
])
