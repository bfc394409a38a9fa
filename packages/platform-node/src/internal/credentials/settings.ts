/** What the environment says, under the names of the official SDKs, read through `Config`. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { platform } from "node:os"
import { join } from "node:path"

type Read<A> = Effect.Effect<A, Credentials.Failed>

/** an empty variable counts as absent: shells and CI systems set variables to nothing */
export const text = (name: string): Read<string | undefined> =>
  Config.option(Config.string(name)).pipe(
    Effect.map(Option.filter((value) => value !== "")),
    Effect.map(Option.getOrUndefined),
    // what a provider of configuration says may hold what it read
    Effect.mapError(() => new Credentials.Failed({ why: `${name} cannot be read`, hint: "check the ConfigProvider" }))
  )

/** `true` in any case, and nothing else, as the official SDKs have it */
export const flag = (name: string): Read<boolean> => Effect.map(text(name), (value) => value?.toLowerCase() === "true")

/** the CLI's switch against programs and addresses in profiles, which also knows `1` */
export const isExternalDisabled: Read<boolean> = Effect.map(
  text("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"),
  (value) => value === "1" || value?.toLowerCase() === "true"
)

const homeNames = platform() === "win32" ? ["USERPROFILE", "HOME"] : ["HOME", "USERPROFILE"]

/** a file in the home of the user */
export const inHome = (
  ...path: ReadonlyArray<string>
): Effect.Effect<string, Credentials.NotConfigured | Credentials.Failed> =>
  Effect.flatMap(Effect.all(homeNames.map(text)), (homes) => {
    const home = homes.find((found) => found !== undefined)
    return home === undefined
      ? new Credentials.NotConfigured({
          why: `${homeNames[0]} is not set, so there is no ${path.join("/")} to look for`
        })
      : Effect.succeed(join(home, ...path))
  })

/** what all calls of STS take from the environment, where nothing nearer says it */
export interface Sts {
  readonly roleSessionName: string | undefined
  readonly stsRegion: string | undefined
  readonly vpc: boolean
}

export const sts: Read<Sts> = Effect.all({
  roleSessionName: text("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
  stsRegion: text("ALIBABA_CLOUD_STS_REGION"),
  vpc: flag("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")
})
