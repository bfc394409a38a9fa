/** A profile of the aliyun CLI. */
import type * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Effect from "effect/Effect"
import * as configJson from "./configJson.js"
import { quoted } from "./display.js"
import type * as machine from "./machine.js"
import * as modes from "./modes.js"
import * as Profile from "./profile.js"
import * as secretFile from "./secretFile.js"
import * as settings from "./settings.js"

type Problem = Credentials.NotConfigured | Credentials.Failed

/** - `isElsewhere`: whether the profile that the environment names is in another file that is asked next */
export interface Options {
  readonly path: string | undefined
  readonly profile: string | undefined
  readonly permissions: secretFile.Permissions
  readonly machine: machine.Machine
  readonly isElsewhere: (name: string) => Effect.Effect<boolean>
}

const name = "cli_profile"

export const make = (options: Options): Credentials.Provider<modes.Services> => {
  const told = new Set<string>()
  return { name, resolve: resolve(options, told) }
}

const resolve = (options: Options, told: Set<string>): Effect.Effect<Credential.Credential, Problem, modes.Services> =>
  Effect.gen(function* () {
    const path = options.path ?? (yield* settings.inHome(".aliyun", "config.json"))
    const read = load(path, options, told)
    const config = yield* read
    const fromEnvironment = options.profile === undefined ? yield* settings.text("ALIBABA_CLOUD_PROFILE") : undefined
    const wanted = options.profile ?? fromEnvironment
    if (config.profiles.length === 0 && wanted === undefined) {
      return yield* new Credentials.NotConfigured({ why: `${quoted(path)} holds no profile`, hint: advice })
    }
    const profile = wanted ?? config.current ?? "default"
    if (
      fromEnvironment !== undefined &&
      configJson.find(config, profile) === undefined &&
      (yield* options.isElsewhere(profile))
    ) {
      return yield* new Credentials.NotConfigured({ why: `${quoted(path)} has no profile ${quoted(profile)}` })
    }
    const self = yield* profileOf(path, config, profile)
    // the CLI writes a profile before anything is set up
    const nothing = wanted === undefined ? modes.emptiness(self) : undefined
    if (nothing !== undefined) return yield* new Credentials.NotConfigured(nothing)
    const credential = yield* modes
      .resolve(self, {
        machine: options.machine,
        profile: (name) => profileOf(path, config, name),
        store: (name) => ({
          path,
          read: Effect.flatMap(read, (config) => profileOf(path, config, name)),
          edited: (settings) => Effect.flatMap(read, (config) => configJson.edit(config, name, settings))
        }),
        guard: (file) => secretFile.guard(file, true, options.permissions, told)
      })
      .pipe(
        // who asks for a profile by its name does not want another identity in its place
        Effect.mapError((error) =>
          wanted === undefined || error._tag === "Failed"
            ? error
            : new Credentials.Failed({ why: error.why, hint: advice })
        )
      )
    return { ...credential, provider: `${name}/${credential.provider ?? "?"}` }
  })

const advice = "set it up with 'aliyun configure'"

const load = (path: string, options: Options, told: Set<string>): Effect.Effect<configJson.ConfigJson, Problem> =>
  Effect.gen(function* () {
    const file = yield* secretFile.read(path, { isNamed: options.path !== undefined, advice })
    const config = yield* configJson.parse(path, file.text)
    yield* secretFile.guard(
      file,
      config.profiles.some((profile) => Profile.holdsSecrets(profile)),
      options.permissions,
      told
    )
    return config
  })

const profileOf = (
  path: string,
  config: configJson.ConfigJson,
  name: string
): Effect.Effect<Profile.Profile, Credentials.Failed> => {
  const found = configJson.find(config, name)
  if (found !== undefined) return Profile.make(name, `profile ${quoted(name)} of ${quoted(path)}`, found)
  const names = config.profiles.flatMap(({ name }) => (typeof name === "string" ? [quoted(name)] : []))
  const there = names.length === 0 ? "none" : names.slice(0, 10).join(", ")
  return new Credentials.Failed({
    why: `${quoted(path)} has no profile ${quoted(name)}`,
    hint: `name one that is there (${there}), or ${advice}`
  })
}
