/** The configuration of the aliyun CLI, as JSON. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { quoted } from "./display.js"

export type Settings = Readonly<Record<string, unknown>>

/** `whole`: all of it, as it is written back */
export interface ConfigJson {
  readonly whole: Settings
  readonly current: string | undefined
  readonly profiles: ReadonlyArray<Settings>
}

export const parse = (path: string, text: string): Effect.Effect<ConfigJson, Credentials.Failed> =>
  Effect.try({
    try: () => JSON.parse(text) as unknown,
    // the message quotes what it could not read
    catch: (error) =>
      new Credentials.Failed({
        why: `${quoted(path)} is no JSON${placeOf(error, text)}`,
        hint: "correct it, or let 'aliyun configure' write it anew"
      })
  }).pipe(Effect.flatMap((whole) => shape(path, whole)))

const placeOf = (error: unknown, text: string): string => {
  const at = error instanceof Error ? /at position (\d{1,7})/.exec(error.message)?.[1] : undefined
  return at === undefined ? "" : ` (line ${text.slice(0, Number(at)).split("\n").length})`
}

const shape = (path: string, whole: unknown): Effect.Effect<ConfigJson, Credentials.Failed> => {
  const wrong = (what: string) =>
    new Credentials.Failed({
      why: `${quoted(path)} ${what}`,
      hint: "it must be a JSON object with current and profiles, as 'aliyun configure' writes it"
    })
  if (!Predicate.isReadonlyRecord(whole)) return wrong("holds no JSON object")
  const { current = undefined, profiles = [] } = { ...whole }
  if (profiles !== null && !(Array.isArray(profiles) && profiles.every(Predicate.isReadonlyRecord))) {
    return wrong("has profiles that are no list of objects")
  }
  if (current !== undefined && current !== null && typeof current !== "string")
    return wrong("has a current that is no text")
  return Effect.succeed({
    whole,
    current: current === null || current === "" ? undefined : current,
    profiles: profiles ?? []
  })
}

/** the first profile of a name counts */
export const find = ({ profiles }: ConfigJson, name: string): Settings | undefined =>
  profiles.find((profile) => Object.hasOwn(profile, "name") && profile["name"] === name)

/** the text of a configuration with some settings of a profile changed, all else as it was */
export const edit = (
  { profiles, whole }: ConfigJson,
  name: string,
  changes: Settings
): Effect.Effect<string, Credentials.Failed> => {
  const changed = profiles.findIndex((profile) => profile["name"] === name)
  const edited = profiles.map((profile, index) => (index === changed ? { ...profile, ...changes } : profile))
  return Effect.try({
    try: () => JSON.stringify({ ...whole, profiles: edited }, null, "\t"),
    // what can be read may still nest too deep to be written
    catch: () => new Credentials.Failed({ why: "the configuration cannot be written as JSON" })
  })
}
