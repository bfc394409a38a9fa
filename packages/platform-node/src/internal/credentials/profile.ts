/** The settings of one profile, in whichever file: asked for by name, and named, never shown, when something is wrong with them. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Effect from "effect/Effect"

/** the settings of all modes that are texts, as `config.json` calls them */
const texts = [
  "mode",
  "access_key_id",
  "access_key_secret",
  "sts_token",
  "sts_region",
  "sts_endpoint",
  "ram_role_name",
  "ram_role_arn",
  "ram_session_name",
  "external_id",
  "policy",
  "source_profile",
  "private_key",
  "key_pair_name",
  "process_command",
  "credentials_uri",
  "oidc_provider_arn",
  "oidc_token_file",
  "cloud_sso_sign_in_url",
  "cloud_sso_account_id",
  "cloud_sso_access_config",
  "access_token",
  "oauth_access_token",
  "oauth_refresh_token",
  "oauth_site_type",
  "bearer_token",
  "bearer_token_header_key",
  "expiration"
] as const

const numbers = [
  "expired_seconds",
  "duration_seconds",
  "cloud_sso_access_token_expire",
  "oauth_access_token_expire"
] as const

const flags = ["enable_vpc"] as const

export type Text = (typeof texts)[number]
type WholeNumber = (typeof numbers)[number]
type Flag = (typeof flags)[number]

/** which of them must stay secret */
const secrets: ReadonlyArray<Text> = [
  "access_key_secret",
  "sts_token",
  "private_key",
  "access_token",
  "oauth_access_token",
  "oauth_refresh_token",
  "bearer_token",
  // a command may hold a password, a URI a token
  "process_command",
  "credentials_uri"
]

/**
 * - `where`: the profile and its file, for texts
 * - `label`: what the file calls a setting
 */
export interface Profile {
  readonly name: string
  readonly where: string
  readonly label: (setting: Text) => string
  readonly text: (setting: Text) => string | undefined
  readonly required: (setting: Text) => Effect.Effect<string, Credentials.Failed>
  readonly number: (setting: WholeNumber) => number | undefined
  readonly flag: (setting: Flag) => boolean | undefined
  /** the same profile with other settings in place of, or besides, its own, and where those come from */
  readonly with: (settings: Settings, where: string) => Effect.Effect<Profile, Credentials.Failed>
}

/** what a file calls its settings, where that differs; the first that is there counts */
export type Names = Partial<Readonly<Record<Text, ReadonlyArray<string>>>>

export type Settings = Readonly<Record<string, unknown>>

const namesOf = (setting: string, names: Names): ReadonlyArray<string> =>
  (Object.hasOwn(names, setting) ? names[setting as Text] : undefined) ?? [setting]

/** files are written with empty and null settings for what was not set */
const findIn = (
  settings: Settings,
  setting: string,
  names: Names
): readonly [name: string, value: unknown] | undefined => {
  for (const name of namesOf(setting, names)) {
    const value = Object.hasOwn(settings, name) ? settings[name] : undefined
    if (value !== undefined && value !== null && value !== "") return [name, value]
  }
  return undefined
}

/** whether something in it must stay secret */
export const holdsSecrets = (settings: Settings, names: Names = {}): boolean =>
  secrets.some((setting) => findIn(settings, setting, names) !== undefined)

/** Fails when a setting is of the wrong kind: what is there and cannot be used must not count as absent. */
export const make = (
  name: string,
  where: string,
  settings: Settings,
  names: Names = {}
): Effect.Effect<Profile, Credentials.Failed> => {
  const find = (setting: string) => findIn(settings, setting, names)
  const wrong = (setting: string, fits: (value: unknown) => boolean): string | undefined => {
    const found = find(setting)
    return found === undefined || fits(found[1]) ? undefined : found[0]
  }
  const issue = (kind: string, found: string | undefined) =>
    found === undefined
      ? undefined
      : new Credentials.Failed({ why: `${found} of ${where} is no ${kind}`, hint: `correct ${found}` })
  const issues = [
    ...texts.map((setting) => issue("text", wrong(setting, isText))),
    ...numbers.map((setting) => issue("whole number", wrong(setting, isWholeNumber))),
    ...flags.map((setting) => issue("'true' or 'false'", wrong(setting, isFlag)))
  ]
  const failed = issues.find((found) => found !== undefined)
  if (failed !== undefined) return failed

  const text = (setting: Text): string | undefined => find(setting)?.[1] as string | undefined
  const label = (setting: Text): string => namesOf(setting, names)[0] ?? setting
  return Effect.succeed({
    name,
    where,
    label,
    text,
    required: (setting) => {
      const value = text(setting)
      return value === undefined
        ? new Credentials.Failed({ why: `${where} has no ${label(setting)}`, hint: `set ${label(setting)}` })
        : Effect.succeed(value)
    },
    number: (setting) => {
      const value = find(setting)?.[1]
      return value === undefined || Number(value) === 0 ? undefined : Number(value)
    },
    flag: (setting) => {
      const value = find(setting)?.[1]
      return value === undefined ? undefined : String(value) === "true"
    },
    with: (more, origin) => make(name, origin, { ...settings, ...more }, names)
  })
}

const isText = (value: unknown): boolean => typeof value === "string"
const isWholeNumber = (value: unknown): boolean =>
  typeof value === "number"
    ? Number.isSafeInteger(value) && value >= 0
    : typeof value === "string" && /^\d{1,15}$/.test(value)
const isFlag = (value: unknown): boolean => typeof value === "boolean" || value === "true" || value === "false"
