/**
 * How commits stand in a state file: a line that names the format, then a line a commit, each the CRC-32 of what follows in
 * eight hex digits, a space, and the changes as JSON.
 */
import * as Predicate from "effect/Predicate"
import { crc32 } from "node:zlib"
import type * as Store from "../store.js"

const name = "effect-aliyun-emulator journal, version "

/** @internal the first line. A change of the format is a new version */
export const header = Buffer.from(`${name}1\n`)

/** @internal what the first bytes of a file say that it is; `Torn`: ours, but not yet a whole line, which nothing can follow */
export const kindOf = (head: Buffer): "Ours" | "Torn" | "OtherVersion" | "Foreign" => {
  if (head.equals(header)) return "Ours"
  if (header.subarray(0, head.length).equals(head)) return "Torn"
  return head.toString("latin1").startsWith(name) ? "OtherVersion" : "Foreign"
}

const checksum = (json: string | Buffer): string => crc32(json).toString(16).padStart(8, "0")

/** @internal the newline included; JSON has none within */
export const encode = (commit: Store.Commit): string => {
  const json = JSON.stringify(commit)
  return `${checksum(json)} ${json}\n`
}

/** @internal of a line without its newline; `undefined` when it is not as it was written */
export const decode = (line: Buffer): Store.Commit | undefined => {
  const json = line.subarray(9)
  if (line.toString("latin1", 0, 9) !== `${checksum(json)} `) return undefined
  try {
    const commit: unknown = JSON.parse(json.toString())
    return isCommit(commit) ? commit : undefined
  } catch {
    return undefined
  }
}

const isCommit = (value: unknown): value is Store.Commit =>
  Array.isArray(value) &&
  value.every(
    (change) => Predicate.isRecord(change) && typeof change["table"] === "string" && typeof change["key"] === "string"
  )
