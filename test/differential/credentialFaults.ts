/**
 * Where the default chain of `@alicloud/credentials` 2.4.7 and ours differ on purpose. The differential test allows these
 * differences and no other, and each must be seen, so that the list can neither hide a fault of ours nor outlive one of theirs.
 */
import type { Provider } from "./support/credentials.js"
import * as SetUps from "./support/SetUps.js"

/**
 * In which respect a provider differs when it is asked by itself: one side gives what the other refuses; both give, but another
 * identity, or after another request to Sts; the official one fails by a defect; it sends where there is nothing; it leaves a
 * key behind in the CLI's file.
 */
export type Difference =
  | "refused by the official one"
  | "refused by us"
  | "identity"
  | "request"
  | "defect"
  | "stray request"
  | "key in the file"

interface Row {
  readonly id: string
  readonly provider: ReadonlyArray<Provider>
  /** the official package */
  readonly what: string
  readonly ours: string
  readonly why: string
}

/**
 * - `isHit`: whether a set-up runs into it, when the chain gets that far
 * - `says`: what the official provider must say, where it refuses
 */
export interface Fault extends Row {
  readonly shows: ReadonlyArray<Difference>
  readonly isHit: (setUp: SetUps.SetUp) => boolean
  readonly says?: RegExp
}

const variable = ({ env }: SetUps.SetUp, name: string): string => env[`ALIBABA_CLOUD_${name}`] ?? ""
const isOn = (setUp: SetUps.SetUp, name: string) => variable(setUp, name).toLowerCase() === "true"
const isThere = (value: unknown) => value !== undefined && value !== ""

/** whether one of the profiles that the CLI's file leads to is of one of these modes, and has one of these settings */
const profile =
  (modes: ReadonlyArray<string>, settings?: ReadonlyArray<string>) =>
  (setUp: SetUps.SetUp): boolean =>
    SetUps.profilesOf(setUp).some(
      (profile) => modes.includes(String(profile["mode"])) && (settings?.some((name) => isThere(profile[name])) ?? true)
    )

/** the same for the sections of the ini file, of which each set-up has but one that matters */
const section =
  (types: ReadonlyArray<string>, settings?: ReadonlyArray<string>) =>
  ({ ini = "" }: SetUps.SetUp): boolean =>
    types.some((type) => ini.includes(`type = ${type}\n`)) &&
    (settings?.some((name) => ini.includes(`\n${name} = `)) ?? true)

const either =
  (...all: ReadonlyArray<(setUp: SetUps.SetUp) => boolean>) =>
  (setUp: SetUps.SetUp): boolean =>
    all.some((isHit) => isHit(setUp))

const modesOf = (setUp: SetUps.SetUp) => SetUps.profilesOf(setUp).map(({ mode }) => mode)
const uri = (end: string) => (setUp: SetUps.SetUp) => variable(setUp, "CREDENTIALS_URI").endsWith(end)
const config = (setUp: SetUps.SetUp) => (typeof setUp.config === "object" ? setUp.config : {})

const refusedModes = ["RamRoleArnWithRoleName", "RsaKeyPair", "CredentialsURI", "BearerToken", "Anonymous"]
const refusedTypes = ["sts", "oidc_role_arn", "bearer", "rsa_key_pair", "credentials_uri"]
const keyParts = ["access_key_id", "access_key_secret", "sts_token"]

export const faults: ReadonlyArray<Fault> = [
  {
    id: "mode-refused",
    provider: ["cli_profile"],
    what: "refuses profiles of the modes RamRoleArnWithRoleName, RsaKeyPair, CredentialsURI, BearerToken and Anonymous",
    ours: "knows every mode of the CLI",
    why: "a machine that is set up for the CLI works unchanged",
    shows: ["refused by the official one"],
    isHit: profile(refusedModes),
    says: new RegExp(`^unsupported profile mode '(${refusedModes.join("|")})'$`)
  },
  {
    id: "mode-case",
    provider: ["cli_profile"],
    what: "knows a mode in one spelling only",
    ours: "in upper and lower case",
    why: "the CLI does",
    shows: ["refused by the official one"],
    isHit: (setUp) =>
      modesOf(setUp).some((mode) =>
        Object.keys(SetUps.modes).some((known) => mode !== known && String(mode).toLowerCase() === known.toLowerCase())
      ),
    says: /^unsupported profile mode '\w+'$/
  },
  {
    id: "mode-guessed",
    provider: ["cli_profile"],
    what: "refuses a profile without a mode",
    ours: "takes it for what its settings say",
    why: "the CLI does",
    shows: ["refused by the official one"],
    isHit: (setUp) => modesOf(setUp).some((mode) => mode === undefined || mode === ""),
    says: /^unsupported profile mode '(undefined)?'$/
  },
  {
    id: "current-guessed",
    provider: ["cli_profile"],
    what: "looks for a profile named 'undefined' where the file names no current one",
    ours: "takes the one named 'default'",
    why: "the CLI does",
    shows: ["refused by the official one"],
    isHit: (setUp) => !isThere(config(setUp)["current"]) && variable(setUp, "PROFILE") === "",
    says: /^unable to get profile with '(undefined)?'$/
  },
  {
    id: "role-token-dropped",
    provider: ["cli_profile", "profile"],
    what: "has a temporary key assume a role without its token",
    ours: "signs with the token",
    why: "Sts refuses such a key without its token",
    shows: ["refused by the official one"],
    isHit: either(profile(["RamRoleArn"], ["sts_token"]), section(["ram_role_arn"], ["security_token"])),
    says: /^refresh session token failed: .*"MissingSecurityToken"/
  },
  {
    id: "external-id-dropped",
    provider: ["cli_profile", "profile"],
    what: "assumes a role without the external id that is set",
    ours: "sends it",
    why: "a role that asks for it lets nobody in without it",
    shows: ["refused by the official one"],
    isHit: either(
      profile(["RamRoleArn", "ChainableRamRoleArn"], ["external_id"]),
      section(["ram_role_arn"], ["external_id"])
    ),
    says: /^refresh session token failed: .*"NoPermission"/
  },
  {
    id: "policy-dropped",
    provider: ["cli_profile"],
    what: "assumes the role of a profile without the policy that is set",
    ours: "sends it",
    why: "a session without it may do more than was meant",
    shows: ["request"],
    isHit: profile(["RamRoleArn"], ["policy"])
  },
  {
    id: "place-dropped",
    provider: ["cli_profile"],
    what: "ignores sts_endpoint in the modes ChainableRamRoleArn and OIDC, and enable_vpc in the former",
    ours: "asks Sts there",
    why: "in a network without a way out, no other can be reached",
    shows: ["request"],
    isHit: either(profile(["ChainableRamRoleArn"], ["sts_endpoint", "enable_vpc"]), profile(["OIDC"], ["sts_endpoint"]))
  },
  {
    id: "vpc-off",
    provider: ["cli_profile"],
    what: "takes ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED before an enable_vpc of false in the profile",
    ours: "the profile before the environment",
    why: "it does so for every other setting",
    shows: ["request"],
    isHit: (setUp) =>
      isOn(setUp, "VPC_ENDPOINT_ENABLED") && SetUps.profilesOf(setUp).some(({ enable_vpc: vpc }) => vpc === false)
  },
  {
    id: "oidc-duration",
    provider: ["cli_profile"],
    what: "ignores expired_seconds in mode OIDC, in favour of duration_seconds",
    ours: "takes either",
    why: "expired_seconds is what the CLI writes",
    shows: ["request"],
    isHit: profile(["OIDC"], ["expired_seconds"])
  },
  {
    id: "ini-settings-dropped",
    provider: ["profile"],
    what: "of a section of type ram_role_arn knows the role, the name of the session and the policy",
    ours: "knows what a profile of the CLI can say as well",
    why: "what is set and without effect is not seen to be",
    shows: ["request"],
    isHit: section(["ram_role_arn"], ["duration_seconds", "sts_region"])
  },
  {
    id: "circle",
    provider: ["cli_profile"],
    what: "follows profiles that are sources of one another until the stack overflows",
    ours: "says which they are",
    why: "a RangeError tells nobody what to correct",
    shows: ["defect"],
    isHit: (setUp) => {
      const profiles = SetUps.profilesOf(setUp)
      const last = profiles.at(-1)
      return last?.["mode"] === "ChainableRamRoleArn" && profiles.some(({ name }) => name === last["source_profile"])
    },
    says: /^Maximum call stack size exceeded$/
  },
  {
    id: "malformed-shape",
    provider: ["cli_profile"],
    what: "fails with a TypeError where the profiles are no list, or hold null",
    ours: "says what the file must hold",
    why: "a TypeError tells nobody what to correct",
    shows: ["defect"],
    isHit: ({ config }) =>
      /"profiles": ?(\{|\[null)/.test(typeof config === "string" ? config : JSON.stringify(config)),
    says: /is not iterable$|^Cannot read properties of null/
  },
  {
    id: "cloud-sso-body",
    provider: ["cli_profile"],
    what: "never sends the account and the access configuration to CloudSSO",
    ours: "sends them",
    why: "the service does not know what it is asked for",
    shows: ["refused by the official one"],
    isHit: profile(["CloudSSO"]),
    says: /^get session token from CloudSSO failed: .*"MissingParameter"/
  },
  {
    id: "oauth-still-good",
    provider: ["cli_profile"],
    what: "has nothing when an access token that is good for some minutes yet cannot be refreshed",
    ours: "uses it",
    why: "what is good is good, whatever becomes of the next one",
    shows: ["refused by the official one"],
    isHit: profile(["OAuth"], ["oauth_refresh_token"]),
    says: /^failed to refresh OAuth token, status code: 400$/
  },
  {
    id: "external-mode",
    provider: ["cli_profile"],
    what: "takes the key that a program prints, whatever mode it prints with it",
    ours: "merges what is printed into the profile, and takes that",
    why: "the CLI does",
    shows: ["identity", "request", "refused by us"],
    isHit: (setUp) =>
      SetUps.profilesOf(setUp).some(({ process_command: command }) => String(command).includes("/role.json"))
  },
  {
    id: "external-switch",
    provider: ["cli_profile"],
    what: "runs programs although ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set",
    ours: "does not",
    why: "the CLI does not",
    shows: ["refused by us"],
    isHit: (setUp) => isOn(setUp, "DISABLE_EXTERNAL_PROCESS") && profile(["External"])(setUp)
  },
  {
    id: "keys-written",
    provider: ["cli_profile"],
    what: "writes the keys that a program or the OAuth service gave into the CLI's file",
    ours: "writes the tokens of OAuth, when they are new, and never a key",
    why: "what was meant to be held in memory lies on the disk",
    shows: ["key in the file"],
    isHit: profile(["External", "OAuth"])
  },
  {
    id: "keys-mixed",
    provider: ["cli_profile", "profile"],
    what: "fills in a part of a key that a profile or section lacks from the environment",
    ours: "refuses a key in parts",
    why: "the parts are those of different keys, or the identity is not the one that was named",
    shows: ["refused by us"],
    isHit: (setUp) =>
      ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"].some((name) => variable(setUp, name) !== "") &&
      either(
        (setUp) =>
          SetUps.profilesOf(setUp).some(
            (found) =>
              ["AK", "StsToken", "RamRoleArn"].includes(String(found["mode"])) &&
              keyParts.some((name) => !isThere(found[name]))
          ),
        section(["access_key", "ram_role_arn"])
      )(setUp)
  },
  {
    id: "byte-order-mark",
    provider: ["cli_profile", "profile"],
    what: "cannot read a file that begins with a byte order mark",
    ours: "leaves it out",
    why: "editors write one",
    shows: ["refused by the official one"],
    isHit: ({ config, ini }) => String(config).startsWith("\uFEFF") || String(ini).startsWith("\uFEFF"),
    says: /^parse aliyun cli config from '.*' failed|^Can not find credential type/
  },
  {
    id: "type-refused",
    provider: ["profile"],
    what: "refuses sections of the types sts, oidc_role_arn, bearer, rsa_key_pair and credentials_uri",
    ours: "knows them",
    why: "its own older chain and the SDKs of other languages do",
    shows: ["refused by the official one"],
    isHit: section(refusedTypes),
    says: /^Invalid type option/
  },
  {
    id: "type-case",
    provider: ["profile"],
    what: "knows a type in one spelling only",
    ours: "in upper and lower case",
    why: "as for the modes of the CLI",
    shows: ["refused by the official one"],
    isHit: ({ ini = "" }) => /^type = [A-Z_]+$/m.test(ini),
    says: /^Invalid type option/
  },
  {
    id: "dotted-section",
    provider: ["profile"],
    what: "does not find a section that has a dot in its name",
    ours: "finds it",
    why: "the parser takes it for one section within another; who writes the file does not",
    shows: ["refused by the official one"],
    isHit: (setUp) => variable(setUp, "PROFILE").includes("."),
    says: /^Can not find credential type for/
  },
  {
    id: "token-line",
    provider: ["oidc_role_arn", "cli_profile"],
    what: "sends the line break at the end of a token file with the token",
    ours: "leaves it out",
    why: "editors write one, and it is not part of the token",
    shows: ["refused by the official one"],
    isHit: either(
      (setUp) => variable(setUp, "OIDC_TOKEN_FILE").endsWith("/line"),
      (setUp) => SetUps.profilesOf(setUp).some(({ oidc_token_file: file }) => String(file).endsWith("/line"))
    ),
    says: /^get sts token failed with OIDC: .*"AuthenticationFail.OIDCToken.Invalid"/
  },
  {
    id: "without-token",
    provider: ["cli_profile", "profile", "ecs_ram_role"],
    what: "asks the metadata service without a token where it gives none, unless ALIBABA_CLOUD_IMDSV1_DISABLED is set",
    ours: "only where a program says 'allowV1'",
    why: "whoever can make a program on the machine send a request could have its keys",
    shows: ["refused by us"],
    isHit: (setUp) => setUp.metadata === "no tokens" && !isOn(setUp, "IMDSV1_DISABLED")
  },
  {
    id: "uri-unset",
    provider: ["credential_uri"],
    what: "asks https://undefined/ where no URI is set",
    ours: "sends nothing",
    why: "somebody may answer there",
    shows: ["stray request"],
    isHit: (setUp) => variable(setUp, "CREDENTIALS_URI") === ""
  },
  {
    id: "uri-http",
    provider: ["credential_uri"],
    what: "asks an http: URI on any machine",
    ours: "on this one, or the metadata service",
    why: "who is on the way there can read the keys, and give others",
    shows: ["refused by us"],
    isHit: (setUp) => variable(setUp, "CREDENTIALS_URI").startsWith(SetUps.elsewhere)
  },
  {
    id: "uri-code",
    provider: ["credential_uri"],
    what: "takes keys out of an answer whose Code says that it failed",
    ours: "refuses it",
    why: "the CLI does, and it does so itself with the metadata service",
    shows: ["refused by us"],
    isHit: uri("/failed")
  },
  {
    id: "date-form",
    provider: ["credential_uri"],
    what: "refuses keys whose end is written with an offset from UTC",
    ours: "takes any date of ISO 8601",
    why: "it says the same moment",
    shows: ["refused by the official one"],
    isHit: uri("/offset"),
    says: /^invalid UTC format time string$/
  },
  {
    id: "expired",
    provider: ["credential_uri"],
    what: "gives keys that have ended already, for a minute or so",
    ours: "refuses them",
    why: "every call with them fails",
    shows: ["refused by us"],
    isHit: uri("/expired")
  }
]

/**
 * What only shows in a chain: both refuse what is set up at a provider, and the official chain goes on to the next, as though
 * nothing were; ours ends there.
 */
export const throughs: ReadonlyArray<Row> = [
  {
    id: "half-a-key",
    provider: ["env"],
    what: "goes on to the next provider where the environment holds half a key",
    ours: "says which half is missing",
    why: "whoever set it meant this identity, and no wider one"
  },
  {
    id: "broken-provider",
    provider: ["oidc_role_arn", "cli_profile", "profile", "ecs_ram_role"],
    what: "goes on to the next provider where one is set up and does not work",
    ours: "says what is wrong with it",
    why: "whoever set it up meant this identity, and no wider one"
  }
]

/** Differences that the test levels out before it compares: neither side is wrong. In the last column how. */
export const levelled: ReadonlyArray<Omit<Row, "why"> & { readonly how: string }> = [
  {
    id: "session-name",
    provider: ["oidc_role_arn", "cli_profile", "profile"],
    what: "names a session credentials-nodejs-<milliseconds> unless told",
    ours: "effect-aliyun-<milliseconds>",
    how: "either counts as a name of its own"
  },
  {
    id: "name-of-source",
    provider: ["cli_profile"],
    what: "names a role of mode ChainableRamRoleArn for the provider of its source, ram_role_arn/static_ak",
    ours: "for the profile that is its source, ram_role_arn/'base'",
    how: "the name ends before it; who has signed is compared"
  },
  {
    id: "name-of-program",
    provider: ["cli_profile"],
    what: "names what a program printed external",
    ours: "for what it printed, static_ak or static_sts",
    how: "ours is named external"
  },
  {
    id: "name-in-chain",
    provider: ["oidc_role_arn", "cli_profile", "profile"],
    what: "names by its default chain the provider alone, profile",
    ours: "names what is behind it as well, profile/static_ak",
    how: "of chains the first name is compared, of each provider by itself all of it"
  },
  {
    id: "words",
    provider: ["env", "oidc_role_arn", "cli_profile", "profile", "ecs_ram_role", "credential_uri"],
    what: "does not tell what is not set up from what is and fails",
    ours: "tells them apart, and says other words",
    how: "where both refuse, what they say is not compared"
  }
]
