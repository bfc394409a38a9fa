/** Why a state file cannot be used, and what to do about it. */
import * as Data from "effect/Data"

/** @internal `message` names the file, what is wrong, and the way out: who reads a log needs no more */
export class JournalError extends Data.TaggedError("JournalError")<{
  readonly file: string
  readonly message: string
  readonly cause?: unknown
}> {}

/** @internal */
export const refuse = (file: string, problem: string, fix: string, cause?: unknown): JournalError =>
  new JournalError({
    file,
    message: `state file ${file} ${problem}: ${fix}`,
    ...(cause === undefined ? {} : { cause })
  })

/** @internal */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause)

/** @internal what the system said, in words; `what` is for instance `cannot be read`, `more` what else is to be done */
export const fromSystem =
  (file: string, what: string, more = "") =>
  (cause: unknown): JournalError => {
    const code = codeOf(cause)
    return refuse(file, `${what} (${code})`, `${fixes[code] ?? "use a file on another disk"}${more}`, cause)
  }

const permissions = "let this user write to it and to its folder"
const fixes: Readonly<Record<string, string>> = {
  EACCES: permissions,
  EPERM: permissions,
  EROFS: "use a file on a disk that is not read-only",
  ENOENT: "make its folder first",
  ENOTDIR: "make its folder first",
  EISDIR: "name a file, not a folder",
  ELOOP: "name a file that is no circle of links",
  ENAMETOOLONG: "choose a shorter name",
  EEXIST: "remove it",
  EBUSY: "mount the folder that it is in, not the file",
  ENOSPC: "free some space on its disk",
  EDQUOT: "free some space on its disk"
}
