/**
 * Files that hold secrets, read with care: what is no ordinary file of a sensible size is refused before it is read, without
 * waiting for a writer at the other end of a pipe, and nothing of what is in it shows in an error.
 */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Effect from "effect/Effect"
import type { Stats } from "node:fs"
import { constants } from "node:fs"
import { type FileHandle, lstat, open } from "node:fs/promises"
import { platform } from "node:os"
import process from "node:process"
import { codeOf, quoted } from "./display.js"

/** what to do about a file that others can read or change */
export type Permissions = "warn" | "fail" | "ignore"

/** `name`: what texts call it */
export interface SecretFile {
  readonly name: string
  readonly text: string
  readonly stats: Stats
}

type Problem = Credentials.NotConfigured | Credentials.Failed

/**
 * - `isNamed`: somebody has given this path, so that it is a failure when there is nothing
 * - `advice`: what to do when there is nothing
 * - `label`: what to call the file where what was given as its path may be a secret
 */
export interface Options {
  readonly isNamed: boolean
  readonly advice: string
  readonly label?: string
}

export const read = (path: string, options: Options): Effect.Effect<SecretFile, Problem> => {
  const name = options.label ?? quoted(path)
  return Effect.tryPromise({
    // in one promise: a caller that is interrupted does not wait for a dead disk
    try: () => open(path, flags).then((file) => take(file).finally(() => file.close())),
    catch: (error) => codeOf(error) ?? "without a code"
  }).pipe(
    Effect.catchAll((code) => refuse(path, code, options)),
    Effect.flatMap(({ bytes, stats }) =>
      typeof bytes === "string"
        ? failed(`${name} ${bytes}`, "put a text file of this form there, or name another one")
        : Effect.map(decode(name, bytes), (text) => ({ name, text, stats }))
    )
  )
}

const limit = 1024 * 1024
// a pipe without a writer would be waited for; Windows knows no such flag
const flags = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0)

/** the bytes, or why there are none */
interface Taken {
  readonly bytes: Uint8Array | string
  readonly stats: Stats
}

const take = (file: FileHandle): Promise<Taken> =>
  file.stat().then((stats) => {
    if (stats.isDirectory()) return { bytes: "is a directory", stats }
    if (!stats.isFile()) return { bytes: "is no regular file", stats }
    if (stats.size > limit) return { bytes: tooLarge, stats }
    // one more than there may be: it can grow while it is read
    const buffer = Buffer.allocUnsafe(limit + 1)
    return fill(file, buffer, 0).then((length) => ({
      bytes: length > limit ? tooLarge : buffer.subarray(0, length),
      stats
    }))
  })

const tooLarge = "is larger than 1 MiB"

const fill = (file: FileHandle, buffer: Uint8Array, from: number): Promise<number> =>
  file.read(buffer, from, buffer.length - from, from).then(({ bytesRead }) => {
    const to = from + bytesRead
    return bytesRead === 0 || to === buffer.length ? to : fill(file, buffer, to)
  })

const failed = (why: string, hint: string) => new Credentials.Failed({ why, hint })

const refuse = (path: string, code: string, { advice, isNamed, label }: Options): Effect.Effect<never, Problem> => {
  const name = label ?? quoted(path)
  const missing = label === undefined ? `there is no file ${name}` : `${name} is not there`
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return isNamed ? failed(missing, advice) : new Credentials.NotConfigured({ why: missing, hint: advice })
    case "ELOOP":
      return failed(`${name} leads through a loop of symbolic links`, "put the file itself there")
    case "EACCES":
    case "EPERM":
      // where the folder is closed, nobody has put anything there for this user
      return Effect.matchEffect(
        Effect.tryPromise(() => lstat(path)),
        {
          onSuccess: () =>
            failed(`${name} cannot be read by this user (${code})`, "give it to the user who runs this program"),
          onFailure: (): Effect.Effect<never, Problem> => {
            const why = `the folder of ${name} cannot be read by this user`
            return isNamed ? failed(why, "open the folder to this user") : new Credentials.NotConfigured({ why })
          }
        }
      )
    case "ENXIO":
      return failed(`${name} is no regular file`, "put a text file of this form there, or name another one")
    default:
      return failed(`${name} cannot be read (${code})`, "check the path and the disk")
  }
}

const strict = new TextDecoder("utf-8", { fatal: true })

const decode = (name: string, bytes: Uint8Array): Effect.Effect<string, Credentials.Failed> =>
  Effect.try({
    // a byte order mark is dropped; bytes of value 0 are those of UTF-16, or no text at all
    try: () => (bytes.includes(0) ? undefined : strict.decode(bytes)),
    catch: () => undefined
  }).pipe(
    Effect.orElseSucceed(() => undefined),
    Effect.flatMap((text) =>
      text === undefined ? failed(`${name} is no UTF-8 text`, "save it as UTF-8") : Effect.succeed(text)
    )
  )

/**
 * Whether others can get at a file, told once: `told` remembers what it was told about. Who can write it decides which programs
 * are run and who calls are made as, so that counts even where nothing in it is secret.
 */
export const guard = (
  { name, stats }: SecretFile,
  holdsSecrets: boolean,
  permissions: Permissions,
  told: Set<string>
): Effect.Effect<void, Credentials.Failed> => {
  const problem = permissions === "ignore" ? undefined : exposure(stats, holdsSecrets)
  if (problem === undefined) return Effect.void
  const why = `${name} ${problem}`
  if (permissions === "fail") return failed(why, advice)
  return Effect.suspend(() => {
    if (told.has(why)) return Effect.void
    told.add(why)
    return Effect.logWarning(`${why}; ${advice}`)
  })
}

const advice = "make it yours alone: chown it to the user who runs this program, and chmod 600"

const exposure = ({ mode, uid }: Stats, holdsSecrets: boolean): string | undefined => {
  // the bits of Windows say nothing of who may read
  if (platform() === "win32") return undefined
  const octal = (mode & 0o777).toString(8).padStart(4, "0")
  // the superuser can read and write everything anyway
  if (uid !== 0 && uid !== process.getuid?.()) return `belongs to another user (${uid})`
  if ((mode & 0o022) !== 0) return `can be changed by others (mode ${octal})`
  return holdsSecrets && (mode & 0o077) !== 0 ? `holds secrets and can be read by others (mode ${octal})` : undefined
}
