/** A section of the credentials file that the SDKs share. */
import type * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { parse } from "ini"
import { quoted } from "./display.js"
import type * as machine from "./machine.js"
import * as modes from "./modes.js"
import * as Profile from "./profile.js"
import * as secretFile from "./secretFile.js"
import * as settings from "./settings.js"

type Problem = Credentials.NotConfigured | Credentials.Failed
type Section = Readonly<Record<string, unknown>>

export interface Options {
  readonly path: string | undefined
  readonly profile: string | undefined
  readonly permissions: secretFile.Permissions
  readonly machine: machine.Machine
}

const name = "profile"

export const make = (options: Options): Credentials.Provider<modes.Services> => {
  const told = new Set<string>()
  return { name, resolve: resolve(options, told) }
}

const resolve = (options: Options, told: Set<string>): Effect.Effect<Credential.Credential, Problem, modes.Services> =>
  Effect.gen(function* () {
    const { path, sections } = yield* load(options, told)
    const wanted = options.profile ?? (yield* settings.text("ALIBABA_CLOUD_PROFILE"))
    const section = wanted ?? "default"
    const found = find(sections, section)
    if (found === undefined) {
      const why = `${quoted(path)} has no section ${quoted(`[${section}]`)}`
      const hint = "add the section, or name another one by ALIBABA_CLOUD_PROFILE"
      return yield* wanted === undefined
        ? new Credentials.NotConfigured({ why, hint })
        : new Credentials.Failed({ why, hint })
    }
    const where = `section ${quoted(`[${section}]`)} of ${quoted(path)}`
    const written = yield* Profile.make(section, where, found, names)
    const type = yield* written.required("mode")
    const mode = types.get(type.toLowerCase())
    if (mode === undefined) {
      const hint = `use one of ${[...types.keys()].join(", ")}`
      return yield* new Credentials.Failed({ why: `type of ${where} is one that is not known`, hint })
    }
    const self = yield* written.with({ type: mode }, where)
    const credential = yield* modes.resolve(self, {
      machine: options.machine,
      profile: noOther(where),
      store: (name) => ({ path, read: noOther(where)(name), edited: () => noOther(where)(name) }),
      guard: (file) => secretFile.guard(file, true, options.permissions, told)
    })
    return { ...credential, provider: `${name}/${credential.provider ?? "?"}` }
  })

/** none of the types that the file knows leads to another section */
const noOther = (where: string) => (other: string) =>
  new Credentials.Failed({ why: `${where} cannot lead to ${quoted(other)}` })

/** whether the file has a section of a name; what is wrong with the file is said when it is asked itself */
export const has = (section: string): Effect.Effect<boolean> =>
  load({ path: undefined, permissions: "ignore" }, new Set()).pipe(
    Effect.map(({ sections }) => find(sections, section) !== undefined),
    Effect.orElseSucceed(() => false)
  )

const load = ({ path: given, permissions }: Pick<Options, "path" | "permissions">, told: Set<string>) =>
  Effect.gen(function* () {
    const named = given ?? (yield* settings.text("ALIBABA_CLOUD_CREDENTIALS_FILE"))
    const path = named ?? (yield* settings.inHome(".alibabacloud", "credentials"))
    const advice = "write a section [default] with its type there"
    const file = yield* secretFile.read(path, { isNamed: named !== undefined, advice })
    const sections: Section = parse(file.text)
    yield* secretFile.guard(file, holdsSecrets(sections), permissions, told)
    return { path, sections }
  })

/** in any section, however deep: a list, since a name may have more dots than calls may nest */
const holdsSecrets = (sections: Section): boolean => {
  const left = [sections]
  for (const section of left) {
    if (Profile.holdsSecrets(section, names)) return true
    for (const found of Object.values(section)) if (Predicate.isReadonlyRecord(found)) left.push(found)
  }
  return false
}

/** a name with dots is one section within another, as the parser has it */
const find = (sections: Section, name: string): Section | undefined => {
  let found: unknown = sections
  for (const part of name.split(".")) {
    found = Predicate.isReadonlyRecord(found) && Object.hasOwn(found, part) ? found[part] : undefined
  }
  return Predicate.isReadonlyRecord(found) ? found : undefined
}

/** what the file calls the settings of the CLI's profiles */
const names: Profile.Names = {
  mode: ["type"],
  sts_token: ["security_token", "sts_token"],
  ram_role_name: ["role_name"],
  ram_role_arn: ["role_arn"],
  ram_session_name: ["role_session_name"],
  key_pair_name: ["public_key_id"],
  private_key: ["private_key_file", "private_key"],
  oidc_token_file: ["oidc_token_file_path", "oidc_token_file"]
}

const types: ReadonlyMap<string, string> = new Map([
  ["access_key", "AK"],
  ["sts", "StsToken"],
  ["bearer", "BearerToken"],
  ["ecs_ram_role", "EcsRamRole"],
  ["ram_role_arn", "RamRoleArn"],
  ["oidc_role_arn", "OIDC"],
  ["rsa_key_pair", "RsaKeyPair"],
  ["credentials_uri", "CredentialsURI"]
])
