/** Machines on which credentials are looked for: each an environment, files in a home, and what the services say. */
import * as fc from "fast-check"
import { readFileSync } from "node:fs"

export type Settings = Readonly<Record<string, unknown>>

/**
 * `{home}` and `{cloud}` in any text stand for the home of the set-up, and for an address that answers with keys.
 *
 * - `config`: `~/.aliyun/config.json`; a text is written as it is
 * - `ini`: `~/.alibabacloud/credentials`
 * - `metadata`: the metadata service is not there, has a role, has none, or gives no tokens and answers without
 */
export interface SetUp {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly config?: Settings | string | undefined
  readonly ini?: string | undefined
  readonly metadata: "absent" | "role" | "no role" | "no tokens"
  readonly sts: "grants" | "refuses"
}

// Every secret begins with `hush`, so that what is said can be searched for it.
export const keyOf = (name: string) => ({ access_key_id: `${name}id`, access_key_secret: `hush-${name}` })
export const stsOf = (name: string) => ({
  access_key_id: `STS.${name}`,
  access_key_secret: `hush-${name}sts`,
  sts_token: `hush-${name}token`
})

/** whose keys, and whose temporary keys, the services know */
export const users = ["env", "cli", "base", "ini", "elsewhere", "printed"] as const
export const temporary = ["env", "cli", "base", "ini", "printed", "uri", "sso", "oauth"] as const
export const bearerToken = "hush-bearer"
export const account = "1234567890123456"
export const externalId = "partner-7"
/** the role that lets nobody in without that */
export const guardedRole = `acs:ram::${account}:role/guarded`
export const keyPairId = "pairid"
export const privateKey = readFileSync(new URL("../../fixtures/tls/key.pem", import.meta.url), "utf8")
/** the address that stands for any other than this machine and the metadata service */
export const elsewhere = "http://192.0.2.1"

const roleArn = (name: string) => `acs:ram::${account}:role/${name}`
/** ends, in seconds: so far away that no test sees them, long past, and so near that new tokens are asked for */
const later = 4_000_000_000
const past = 1_500_000_000
const soon = Math.floor(Date.now() / 1000) + 600

// ---- the environment

const variables = <Names extends Record<string, string>>(settings: Names): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`ALIBABA_CLOUD_${name}`, value]))

const environmentKey = { ACCESS_KEY_ID: "envid", ACCESS_KEY_SECRET: "hush-env" }
const environmentSts = {
  ACCESS_KEY_ID: "STS.env",
  ACCESS_KEY_SECRET: "hush-envsts",
  SECURITY_TOKEN: "hush-envtoken"
}

const keys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  key: environmentKey,
  "temporary key": environmentSts,
  "key and an empty token": { ...environmentKey, SECURITY_TOKEN: "" },
  "id alone": { ACCESS_KEY_ID: "envid" },
  "secret alone": { ACCESS_KEY_SECRET: "hush-env" },
  "id and an empty secret": { ACCESS_KEY_ID: "envid", ACCESS_KEY_SECRET: "" },
  "empty key": { ACCESS_KEY_ID: "", ACCESS_KEY_SECRET: "", SECURITY_TOKEN: "" },
  "token alone": { SECURITY_TOKEN: "hush-envtoken" },
  "wrong secret": { ACCESS_KEY_ID: "envid", ACCESS_KEY_SECRET: "hush-other" },
  "unknown key": { ACCESS_KEY_ID: "strangerid", ACCESS_KEY_SECRET: "hush-other" }
}

const pod = {
  ROLE_ARN: roleArn("pod"),
  OIDC_PROVIDER_ARN: `acs:ram::${account}:oidc-provider/cluster`,
  OIDC_TOKEN_FILE: "{home}/token"
}

const pods: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "all three": pod,
  "no role": { ...pod, ROLE_ARN: "" },
  "no provider": { ...pod, OIDC_PROVIDER_ARN: "" },
  "no file": { ...pod, OIDC_TOKEN_FILE: "" },
  "a file that is gone": { ...pod, OIDC_TOKEN_FILE: "{home}/gone" },
  "an expired token": { ...pod, OIDC_TOKEN_FILE: "{home}/expired" },
  "a line break behind the token": { ...pod, OIDC_TOKEN_FILE: "{home}/line" },
  "an empty token": { ...pod, OIDC_TOKEN_FILE: "{home}/empty" },
  "a role that is none": { ...pod, ROLE_ARN: "pod" },
  "a role of strangers": { ...pod, ROLE_ARN: "acs:ram::6543210987654321:role/pod" }
}

const sessions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "session name": { ROLE_SESSION_NAME: "from-env" },
  "session name that is none": { ROLE_SESSION_NAME: "a b" },
  "empty session name": { ROLE_SESSION_NAME: "" },
  region: { STS_REGION: "cn-hangzhou" },
  "region and vpc": { STS_REGION: "cn-hangzhou", VPC_ENDPOINT_ENABLED: "TRUE" },
  "vpc alone": { VPC_ENDPOINT_ENABLED: "true" }
}

const uris: Readonly<Record<string, string>> = {
  "that answers": "{cloud}/keys/uri",
  "that says no code": "{cloud}/keys/no-code",
  "that says another code": "{cloud}/keys/failed",
  "that answers 404": "{cloud}/keys/gone",
  "that answers no JSON": "{cloud}/keys/garbage",
  "that gives no token": "{cloud}/keys/no-token",
  "that gives no end": "{cloud}/keys/no-end",
  "that gives an end with an offset": "{cloud}/keys/offset",
  "that gives an expired key": "{cloud}/keys/expired",
  "that leads on": "{cloud}/keys/redirect",
  "of another machine": `${elsewhere}/keys/uri`,
  "that is empty": ""
}

// ---- files

const token = (end: number): string => {
  const claims = { iss: "https://oidc.example", sub: "system:app", aud: "sts.aliyuncs.com", exp: end }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  return `${part({ alg: "RS256" })}.${part(claims)}.hush-signature`
}

const printed = (value: object) => JSON.stringify(value)

/** what is in every home, by its name */
export const files: Readonly<Record<string, string>> = {
  token: token(later),
  expired: token(past),
  line: `${token(later)}\n`,
  empty: "",
  "key.json": printed({ mode: "AK", ...keyOf("printed") }),
  "sts.json": printed({ mode: "StsToken", ...stsOf("printed") }),
  "no-mode.json": printed(keyOf("printed")),
  "no-token.json": printed({ mode: "StsToken", ...keyOf("printed") }),
  "no-secret.json": printed({ mode: "AK", access_key_id: "printedid" }),
  "role.json": printed({ mode: "RamRoleArn", ...keyOf("printed"), ram_role_arn: roleArn("printed") }),
  "none.json": "no JSON",
  "key.pem": privateKey,
  elsewhere: `[default]\ntype = access_key\naccess_key_id = elsewhereid\naccess_key_secret = hush-elsewhere\n`
}

// ---- ~/.aliyun/config.json

const session = { ram_role_arn: roleArn("cli"), ram_session_name: "from-cli" }
const signIn = {
  cloud_sso_sign_in_url: "https://signin-cn-shanghai.alibabacloudsso.com/team/login",
  cloud_sso_account_id: account,
  cloud_sso_access_config: "ac-config",
  access_token: "hush-sso",
  cloud_sso_access_token_expire: later
}
const loggedIn = {
  oauth_site_type: "CN",
  oauth_access_token: "hush-access",
  oauth_access_token_expire: later,
  oauth_refresh_token: "hush-refresh"
}

const ended = { oauth_access_token: "hush-ended", oauth_access_token_expire: past }

/** a profile that works of each mode that the CLI knows */
export const modes: Readonly<Record<string, Settings>> = {
  AK: keyOf("cli"),
  StsToken: stsOf("cli"),
  RamRoleArn: { ...keyOf("cli"), ...session },
  EcsRamRole: { ram_role_name: "EmulatorRole" },
  RamRoleArnWithRoleName: { ...session, ram_role_name: "EmulatorRole" },
  ChainableRamRoleArn: { ...session, source_profile: "base" },
  RsaKeyPair: { key_pair_name: keyPairId, private_key: privateKey },
  External: { process_command: "cat {home}/key.json" },
  CredentialsURI: { credentials_uri: "{cloud}/keys/uri" },
  OIDC: { ...session, oidc_provider_arn: pod.OIDC_PROVIDER_ARN, oidc_token_file: pod.OIDC_TOKEN_FILE },
  CloudSSO: signIn,
  OAuth: loggedIn,
  BearerToken: { bearer_token: bearerToken },
  Anonymous: {}
}

/** other settings with which a mode is used, in place of or besides its own */
const variants: ReadonlyArray<readonly [mode: string, what: string, settings: Settings]> = [
  ["AK", "with a token besides", { sts_token: "hush-clitoken" }],
  ["RamRoleArn", "of a temporary key", stsOf("cli")],
  ["RamRoleArn", "with an external id", { ram_role_arn: guardedRole, external_id: externalId }],
  ["RamRoleArn", "without the external id", { ram_role_arn: guardedRole }],
  ["RamRoleArn", "for half an hour", { expired_seconds: 1800 }],
  ["RamRoleArn", "for five seconds", { expired_seconds: 5 }],
  ["RamRoleArn", "for a duration of 0", { expired_seconds: 0 }],
  [
    "RamRoleArn",
    "with a policy",
    { policy: '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' }
  ],
  ["RamRoleArn", "in a region", { sts_region: "cn-hangzhou" }],
  ["RamRoleArn", "in the network of a region", { sts_region: "cn-hangzhou", enable_vpc: true }],
  ["RamRoleArn", "at an endpoint", { sts_endpoint: "sts-vpc.cn-hangzhou.aliyuncs.com" }],
  ["RamRoleArn", "of strangers", { ram_role_arn: "acs:ram::6543210987654321:role/cli" }],
  ["RamRoleArn", "with a wrong secret", { access_key_secret: "hush-wrong" }],
  ["EcsRamRole", "of another role", { ram_role_name: "Other" }],
  ["ChainableRamRoleArn", "with an external id", { ram_role_arn: guardedRole, external_id: externalId }],
  ["ChainableRamRoleArn", "for half an hour", { expired_seconds: 1800 }],
  ["ChainableRamRoleArn", "in a region", { sts_region: "cn-hangzhou" }],
  ["ChainableRamRoleArn", "in the network of a region", { sts_region: "cn-hangzhou", enable_vpc: true }],
  ["ChainableRamRoleArn", "at an endpoint", { sts_endpoint: "sts.cn-hangzhou.aliyuncs.com" }],
  ["ChainableRamRoleArn", "of itself", { source_profile: "default" }],
  ["ChainableRamRoleArn", "of a profile that is not there", { source_profile: "gone" }],
  ["ChainableRamRoleArn", "of a role", { source_profile: "role" }],
  ["ChainableRamRoleArn", "of a temporary key", { source_profile: "temporary" }],
  ["ChainableRamRoleArn", "of the machine", { source_profile: "machine" }],
  ["ChainableRamRoleArn", "in a circle", { source_profile: "circle" }],
  ["External", "that prints a temporary key", { process_command: "cat {home}/sts.json" }],
  ["External", "that prints no mode", { process_command: "cat '{home}/no-mode.json'" }],
  ["External", "that prints no token", { process_command: 'cat "{home}/no-token.json"' }],
  ["External", "that prints no secret", { process_command: "cat {home}/no-secret.json" }],
  ["External", "that prints a role", { process_command: "cat {home}/role.json" }],
  ["External", "that prints no JSON", { process_command: "cat {home}/none.json" }],
  ["External", "that fails", { process_command: "cat {home}/gone.json" }],
  ["External", "that is not there", { process_command: "{home}/gone" }],
  ["External", "with a quote that is not closed", { process_command: "cat '{home}/key.json" }],
  ["OIDC", "for half an hour", { expired_seconds: 1800 }],
  ["OIDC", "for a duration of half an hour", { duration_seconds: 1800 }],
  ["OIDC", "in a region", { sts_region: "cn-hangzhou" }],
  ["OIDC", "at an endpoint", { sts_endpoint: "sts.cn-hangzhou.aliyuncs.com" }],
  ["OIDC", "with an expired token", { oidc_token_file: "{home}/expired" }],
  ["OIDC", "with a line break behind the token", { oidc_token_file: "{home}/line" }],
  ["CloudSSO", "that has ended", { cloud_sso_access_token_expire: past }],
  ["OAuth", "of the other site", { oauth_site_type: "intl" }],
  ["OAuth", "of no site", { oauth_site_type: "EU" }],
  ["OAuth", "that has ended, and can be refreshed", ended],
  ["OAuth", "that has ended", { ...ended, oauth_refresh_token: "" }],
  ["OAuth", "that has ended, with a wrong refresh token", { ...ended, oauth_refresh_token: "hush-no" }],
  ["OAuth", "that ends soon", { oauth_access_token_expire: soon }],
  [
    "OAuth",
    "that ends soon, with a wrong refresh token",
    { oauth_access_token_expire: soon, oauth_refresh_token: "hush-no" }
  ],
  ["OAuth", "that the service does not know", { oauth_access_token: "hush-unknown" }]
]

/** profiles that others lead to */
const sources: ReadonlyArray<Settings> = [
  { name: "base", mode: "AK", ...keyOf("base") },
  { name: "temporary", mode: "StsToken", ...stsOf("base") },
  { name: "machine", mode: "EcsRamRole" },
  { name: "role", mode: "RamRoleArn", ...keyOf("base"), ram_role_arn: roleArn("base"), ram_session_name: "from-base" },
  { name: "circle", mode: "ChainableRamRoleArn", ...session, source_profile: "default" }
]

const profile = (mode: string | undefined, settings: Settings, name = "default"): Settings => ({
  name,
  ...(mode === undefined ? {} : { mode }),
  ...settings,
  output_format: "json",
  language: "en"
})

const configOf = (first: Settings, current: unknown = first["name"]): Settings => ({
  current,
  profiles: [first, ...sources],
  meta_path: ""
})

const without = (settings: Settings, name: string): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([other]) => other !== name))

const work = profile("AK", keyOf("cli"), "work")

const configs: Readonly<Record<string, Settings | string>> = {
  "of no JSON": `{ "current": "default", "secret": "hush-config" x }`,
  "that is empty": "",
  "of no profile": { current: "default", profiles: [] },
  "of nothing": {},
  "of null": "null",
  "of a list": `["hush-config"]`,
  "with profiles that are no list": { current: "default", profiles: { default: keyOf("cli") } },
  "with a profile of null": `{ "current": "default", "profiles": [null] }`,
  "with a byte order mark": `\uFEFF${JSON.stringify(configOf(profile("AK", keyOf("cli"))))}`,
  "without a current one": without(configOf(profile("AK", keyOf("cli"))), "current"),
  "with an empty current one": configOf(profile("AK", keyOf("cli")), ""),
  "with a current one that is not there": configOf(profile("AK", keyOf("cli")), "gone"),
  "with two of a name": { current: "default", profiles: [profile("AK", keyOf("cli")), profile("AK", keyOf("base"))] },
  "with a mode that is not known": configOf(profile("Magic", keyOf("cli"))),
  "without a mode": configOf(profile(undefined, keyOf("cli"))),
  "with an empty mode": configOf(profile("", { ...keyOf("cli"), ...session })),
  "without a mode, of nothing": configOf(profile("", {})),
  "with a current one of another name": configOf(work)
}

// ---- ~/.alibabacloud/credentials

const types: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  access_key: keyOf("ini"),
  ecs_ram_role: { role_name: "EmulatorRole" },
  ram_role_arn: { ...keyOf("ini"), role_arn: roleArn("ini"), role_session_name: "from-ini" },
  sts: {
    access_key_id: "STS.ini",
    access_key_secret: "hush-inists",
    security_token: "hush-initoken"
  },
  oidc_role_arn: {
    role_arn: roleArn("ini"),
    oidc_provider_arn: pod.OIDC_PROVIDER_ARN,
    oidc_token_file_path: "{home}/token",
    role_session_name: "from-ini"
  },
  bearer: { bearer_token: bearerToken },
  rsa_key_pair: { public_key_id: keyPairId, private_key_file: "{home}/key.pem" },
  credentials_uri: { credentials_uri: "{cloud}/keys/uri" }
}

const typeVariants: ReadonlyArray<readonly [type: string, what: string, settings: Readonly<Record<string, string>>]> = [
  ["access_key", "in quotes", { access_key_id: '"iniid"', access_key_secret: "'hush-ini'" }],
  ["access_key", "with remarks", { access_key_id: "iniid ; mine", access_key_secret: "hush-ini # mine" }],
  ["ecs_ram_role", "of another role", { role_name: "Other" }],
  [
    "ram_role_arn",
    "with a policy",
    { policy: '{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}' }
  ],
  ["ram_role_arn", "of a temporary key", types["sts"]!],
  ["ram_role_arn", "with an external id", { role_arn: guardedRole, external_id: externalId }],
  ["ram_role_arn", "with a duration", { duration_seconds: "1800" }],
  ["ram_role_arn", "in a region", { sts_region: "cn-hangzhou" }],
  ["ram_role_arn", "of strangers", { role_arn: "acs:ram::6543210987654321:role/ini" }],
  ["ram_role_arn", "with a wrong secret", { access_key_secret: "hush-wrong" }]
]

const section = (type: string | undefined, settings: Readonly<Record<string, string>>, name = "default"): string =>
  [
    `[${name}]`,
    ...(type === undefined ? [] : [`type = ${type}`]),
    ...Object.entries(settings).map(([setting, value]) => `${setting} = ${value}`),
    ""
  ].join("\n")

const inis: Readonly<Record<string, string>> = {
  "of another section": section("access_key", keyOf("ini"), "other"),
  "of a section named by the environment": section("access_key", keyOf("ini"), "work"),
  "of a section with a dot": section("access_key", keyOf("ini"), "team.work"),
  "that is empty": "",
  "of nonsense": "[default\n= = =\n",
  "without a type": section(undefined, keyOf("ini")),
  "with an empty type": section("", keyOf("ini")),
  "with a type that is not known": section("magic", keyOf("ini")),
  "with CRLF": section("access_key", keyOf("ini")).replaceAll("\n", "\r\n"),
  "with a byte order mark": `\uFEFF${section("access_key", keyOf("ini"))}`,
  "with two sections": `${section("access_key", keyOf("base"), "other")}${section("access_key", keyOf("ini"))}`,
  "with a section twice": `${section("access_key", keyOf("base"))}${section("access_key", keyOf("ini"))}`
}

// ---- set-ups

const bare: SetUp = { name: "", env: {}, metadata: "absent", sts: "grants" }

const named = (name: string, more: Partial<SetUp>): SetUp => ({ ...bare, name, ...more })

const each = <A>(table: Readonly<Record<string, A>>, make: (name: string, value: A) => ReadonlyArray<SetUp>) =>
  Object.entries(table).flatMap(([name, value]) => make(name, value))

const inEnv = (what: string, settings: Readonly<Record<string, string>>, more: Partial<SetUp> = {}) =>
  named(`environment: ${what}`, { ...more, env: { ...variables(settings), ...more.env } })

/** another provider behind the one a set-up is about: whether the chain goes on to it */
const behind: Partial<SetUp> = { ini: section("access_key", keyOf("ini")) }

const inConfig = (what: string, config: Settings | string, more: Partial<SetUp> = {}) =>
  named(`config.json: ${what}`, { metadata: "role", ...more, config })

const inIni = (what: string, ini: string, more: Partial<SetUp> = {}) => named(`ini: ${what}`, { ...more, ini })

/** each thing by itself, and whatever a fault needs to be seen */
const one: ReadonlyArray<SetUp> = [
  named("nothing", {}),
  ...each(keys, (name, settings) => [inEnv(name, settings), inEnv(`${name}, and a file`, settings, behind)]),
  ...each(pods, (name, settings) => [inEnv(`${name} of OIDC`, settings, behind)]),
  inEnv("all three of OIDC, refused", pod, { sts: "refuses" }),
  ...each(sessions, (name, settings) => [
    inEnv(`${name}, for OIDC`, { ...pod, ...settings }),
    inConfig(
      `RamRoleArn, and ${name} in the environment`,
      configOf(profile("RamRoleArn", { ...keyOf("cli"), ram_role_arn: roleArn("cli") })),
      { env: variables(settings) }
    )
  ]),
  ...each(uris, (name, uri) => [inEnv(`a URI ${name}`, { CREDENTIALS_URI: uri })]),
  ...each(modes, (mode, settings) => [
    inConfig(mode, configOf(profile(mode, settings))),
    ...Object.keys(settings).map((name) =>
      inConfig(`${mode} without ${name}`, configOf(profile(mode, without(settings, name))), { metadata: "absent" })
    )
  ]),
  ...["AK", "StsToken", "RamRoleArn", "EcsRamRole", "ChainableRamRoleArn", "External", "OIDC"].map((mode) =>
    inConfig(`${mode}, as ${mode.toLowerCase()}`, configOf(profile(mode.toLowerCase(), modes[mode]!)), behind)
  ),
  ...["RamRoleArn", "EcsRamRole", "RamRoleArnWithRoleName", "ChainableRamRoleArn", "OIDC"].map((mode) =>
    inConfig(`${mode}, without a metadata service, refused by Sts`, configOf(profile(mode, modes[mode]!)), {
      ...behind,
      metadata: "absent",
      sts: "refuses"
    })
  ),
  ...variants.map(([mode, what, settings]) =>
    inConfig(`${mode} ${what}`, configOf(profile(mode, { ...modes[mode], ...settings })))
  ),
  ...each(configs, (name, config) => [inConfig(name, config, behind)]),
  inConfig("a profile named by the environment", configOf(work, "base"), { env: variables({ PROFILE: "work" }) }),
  inConfig("a profile that is not there, named by the environment", configOf(work), {
    ...behind,
    env: variables({ PROFILE: "gone" })
  }),
  inConfig("a profile that is in the other file, named by the environment", configOf(work), {
    ini: section("access_key", keyOf("ini"), "team"),
    env: variables({ PROFILE: "team" })
  }),
  inConfig("an empty name in the environment", configOf(work), { env: variables({ PROFILE: "" }) }),
  ...["true", "TRUE", "1", ""].map((value) =>
    inConfig(`disabled by '${value}'`, configOf(work), { ...behind, env: variables({ CLI_PROFILE_DISABLED: value }) })
  ),
  inConfig("External, switched off", configOf(profile("External", modes["External"]!)), {
    ...behind,
    env: variables({ DISABLE_EXTERNAL_PROCESS: "true" })
  }),
  inConfig(
    "RamRoleArn with a vpc that is off, and one in the environment",
    configOf(profile("RamRoleArn", { ...modes["RamRoleArn"], sts_region: "cn-hangzhou", enable_vpc: false })),
    { env: variables({ VPC_ENDPOINT_ENABLED: "true" }) }
  ),
  inConfig("AK without an id, and one in the environment", configOf(profile("AK", { access_key_secret: "hush-env" })), {
    env: variables({ ACCESS_KEY_ID: "envid" })
  }),
  ...(["role", "no role", "no tokens", "absent"] as const).flatMap((metadata) => [
    named(`metadata: ${metadata}`, { metadata }),
    named(`metadata: ${metadata}, by name`, { metadata, env: variables({ ECS_METADATA: "EmulatorRole" }) }),
    named(`metadata: ${metadata}, by another name`, {
      metadata,
      env: variables({ ECS_METADATA: "Other", CREDENTIALS_URI: "{cloud}/keys/uri" })
    }),
    named(`metadata: ${metadata}, without tokens forbidden`, { metadata, env: variables({ IMDSV1_DISABLED: "true" }) }),
    named(`metadata: ${metadata}, disabled`, {
      metadata,
      env: variables({ ECS_METADATA_DISABLED: "True", CREDENTIALS_URI: "{cloud}/keys/uri" })
    }),
    named(`metadata: ${metadata}, disabled, and a profile`, {
      metadata,
      config: configOf(profile("EcsRamRole", {})),
      env: variables({ ECS_METADATA_DISABLED: "true" })
    }),
    inConfig(`EcsRamRole, metadata: ${metadata}`, configOf(profile("EcsRamRole", {})), { metadata }),
    inIni(`ecs_ram_role, metadata: ${metadata}`, section("ecs_ram_role", {}), { metadata })
  ]),
  ...each(types, (type, settings) => [
    inIni(type, section(type, settings), { metadata: "role" }),
    ...Object.keys(settings).map((name) =>
      inIni(`${type} without ${name}`, section(type, without(settings, name) as Readonly<Record<string, string>>))
    )
  ]),
  ...["access_key", "ecs_ram_role", "ram_role_arn"].flatMap((type) => [
    inIni(`${type}, as ${type.toUpperCase()}`, section(type.toUpperCase(), types[type]!), { metadata: "role" }),
    inIni(`${type}, refused by Sts, and a URI`, section(type, types[type]!), {
      sts: "refuses",
      env: variables({ CREDENTIALS_URI: "{cloud}/keys/uri" })
    })
  ]),
  ...typeVariants.map(([type, what, settings]) =>
    inIni(`${type} ${what}`, section(type, { ...types[type], ...settings }))
  ),
  ...each(inis, (name, ini) => [inIni(name, ini)]),
  ...["of another section", "of a section named by the environment", "that is empty"].map((name) =>
    inIni(`${name}, and 'work' in the environment`, inis[name]!, { env: variables({ PROFILE: "work" }) })
  ),
  inIni("of a section with a dot, named by the environment", inis["of a section with a dot"]!, {
    env: variables({ PROFILE: "team.work" })
  }),
  inIni("elsewhere", section("access_key", keyOf("ini")), { env: variables({ CREDENTIALS_FILE: "{home}/elsewhere" }) }),
  inIni("elsewhere, and gone", section("access_key", keyOf("ini")), {
    env: variables({ CREDENTIALS_FILE: "{home}/gone" }),
    metadata: "role"
  }),
  inIni("elsewhere, by nothing", section("access_key", keyOf("ini")), { env: variables({ CREDENTIALS_FILE: "" }) })
]

/** `often` times out of ten nothing of a table, else any of it */
const maybe = <A>(often: number, table: Readonly<Record<string, A>>): fc.Arbitrary<readonly [string, A] | undefined> =>
  fc.oneof(
    { weight: often, arbitrary: fc.constant(undefined) },
    { weight: 10 - often, arbitrary: fc.constantFrom(...Object.entries(table)) }
  )

const flags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no CLI": { CLI_PROFILE_DISABLED: "true" },
  "no metadata": { ECS_METADATA_DISABLED: "true" },
  "no requests without token": { IMDSV1_DISABLED: "true" },
  "role of the machine": { ECS_METADATA: "EmulatorRole" },
  "other role of the machine": { ECS_METADATA: "Other" },
  "profile work": { PROFILE: "work" },
  "profile gone": { PROFILE: "gone" },
  "file elsewhere": { CREDENTIALS_FILE: "{home}/elsewhere" },
  "no programs": { DISABLE_EXTERNAL_PROCESS: "true" }
}

const anyProfile: fc.Arbitrary<readonly [string, Settings]> = fc
  .tuple(
    fc.constantFrom(...Object.entries(modes)),
    fc.constantFrom("default", "default", "work"),
    fc.constantFrom("", "", "", "lower", "half"),
    fc.nat(),
    fc.oneof(fc.constant(undefined), fc.constantFrom(...variants))
  )
  .map(([[mode, settings], name, change, nth, variant]) => {
    if (variant !== undefined) {
      return [`${variant[0]} ${variant[1]}`, profile(variant[0], { ...modes[variant[0]], ...variant[2] }, name)]
    }
    const names = Object.keys(settings)
    const gone = names[nth % Math.max(names.length, 1)]
    if (change === "half" && gone !== undefined)
      return [`${mode} without ${gone}`, profile(mode, without(settings, gone), name)]
    return change === "lower"
      ? [mode.toLowerCase(), profile(mode.toLowerCase(), settings, name)]
      : [mode, profile(mode, settings, name)]
  })

const anyConfig: fc.Arbitrary<readonly [string, Settings | string] | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 5, arbitrary: anyProfile.map(([what, first]) => [what, configOf(first)] as const) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.entries(configs)) }
)

const anyIni: fc.Arbitrary<readonly [string, string] | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.entries(types)), fc.constantFrom("default", "default", "work"))
      .map(([[type, settings], name]) => [`${type} [${name}]`, section(type, settings, name)] as const)
  },
  { weight: 1, arbitrary: fc.constantFrom(...Object.entries(inis)) }
)

/** everything with everything */
const mixed: fc.Arbitrary<SetUp> = fc
  .record({
    key: maybe(7, keys),
    pod: maybe(7, pods),
    session: maybe(6, sessions),
    flags: fc.uniqueArray(fc.constantFrom(...Object.entries(flags)), { maxLength: 2, selector: ([name]) => name }),
    uri: maybe(5, uris),
    config: anyConfig,
    ini: anyIni,
    metadata: fc.constantFrom<SetUp["metadata"]>("absent", "role", "no role", "no tokens"),
    sts: fc.constantFrom<SetUp["sts"]>("grants", "grants", "grants", "refuses")
  })
  .map(({ config, flags, ini, key, metadata, pod, session, sts, uri }) => {
    const said = [key, pod, session, ...flags]
    const settings = said.reduce((all, entry) => ({ ...all, ...entry?.[1] }), {})
    const what = [
      ...said.flatMap((entry) => (entry === undefined ? [] : [entry[0]])),
      ...(uri === undefined ? [] : [`a URI ${uri[0]}`]),
      ...(config === undefined ? [] : [`config.json: ${config[0]}`]),
      ...(ini === undefined ? [] : [`ini: ${ini[0]}`]),
      `metadata: ${metadata}`,
      `Sts ${sts}`
    ]
    return named(what.join("; "), {
      env: variables({ ...settings, ...(uri === undefined ? {} : { CREDENTIALS_URI: uri[1] }) }),
      config: config?.[1],
      ini: ini?.[1],
      metadata,
      sts
    })
  })

export const all = (seed: number, numRuns: number): ReadonlyArray<SetUp> => [
  ...one,
  ...fc.sample(mixed, { seed, numRuns })
]

/** the profiles that a set-up has the CLI's file lead to, one after the other */
export const profilesOf = ({ config, env }: SetUp): ReadonlyArray<Settings> => {
  if (typeof config !== "object" || !Array.isArray(config["profiles"])) return []
  const profiles = config["profiles"] as ReadonlyArray<Settings>
  const found: Array<Settings> = []
  let name: unknown = env["ALIBABA_CLOUD_PROFILE"] || config["current"] || "default"
  for (;;) {
    const next = profiles.find((profile) => profile["name"] === name)
    if (next === undefined || found.includes(next)) return found
    found.push(next)
    if (next["mode"] !== "ChainableRamRoleArn") return found
    name = next["source_profile"]
  }
}

const partOf: Readonly<Record<string, (setUp: SetUp) => ReadonlyArray<string | undefined> | undefined>> = {
  env: ({ env }) => valuesOf(env, ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"]),
  oidc_role_arn: ({ env, sts }) => [sts, ...valuesOf(env, [...Object.keys(pod), ...sessionNames])],
  cli_profile: ({ config, env }) => (config === undefined ? valuesOf(env, ["CLI_PROFILE_DISABLED"]) : undefined),
  profile: ({ env, ini }) => (ini === undefined ? valuesOf(env, ["CREDENTIALS_FILE", "PROFILE"]) : undefined),
  ecs_ram_role: ({ env, metadata }) => [
    metadata,
    ...valuesOf(env, ["ECS_METADATA", "ECS_METADATA_DISABLED", "IMDSV1_DISABLED"])
  ],
  credential_uri: ({ env }) => valuesOf(env, ["CREDENTIALS_URI"])
}

const sessionNames = ["ROLE_SESSION_NAME", "STS_REGION", "VPC_ENDPOINT_ENABLED"]
const valuesOf = (env: SetUp["env"], names: ReadonlyArray<string>) => names.map((name) => env[`ALIBABA_CLOUD_${name}`])

/**
 * For each set-up the first that is the same in all that a provider looks at, so that the provider need be asked once. That it looks
 * at nothing else is seen by the chains, which are asked in every set-up.
 */
export const alike = (provider: string, setUps: ReadonlyArray<SetUp>): ReadonlyArray<number> => {
  const known = new Map<string, number>()
  return setUps.map((setUp, index) => {
    const part = JSON.stringify(partOf[provider]?.(setUp) ?? index)
    const first = known.get(part) ?? index
    known.set(part, first)
    return first
  })
}
