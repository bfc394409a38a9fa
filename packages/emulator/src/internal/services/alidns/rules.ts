/** What names and records may look like, and which cannot stand beside each other. */
import * as Verification from "@effect-aliyun/protocol/Verification"
import type { DomainRecord } from "./zone.js"

const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?`
const domainName = new RegExp(`^(?:${label}\\.)+\\p{L}(?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])$`, "u")

/** @internal */
export const isDomainName = (text: string): boolean => text.length <= 253 && domainName.test(text)

// underscores are for services and ACME challenges; a star stands for all there is on the left
const hostRecord = /^(?:@|(?:\*|[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,62})?)(?:\.[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,62})?)*)$/u

/** @internal */
export const isHostRecord = (text: string): boolean => text.length <= 253 && hostRecord.test(text)

const byte = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`
const ipV4 = new RegExp(`^${byte}(?:\\.${byte}){3}$`)
const isIpV6 = (text: string) => /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`)
const host = /^(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,62})?\.)+[\p{L}\p{N}-]{1,63}\.?$/u
const isHost = (text: string) => text.length <= 254 && host.test(text)
// short enough that it does not matter from how many dots the rest is looked at
const isUrl = (text: string) => text.length <= 2048 && /^(?:https?:\/\/)?[^\s/]+\.[^\s]+$/.test(text)

/** whether a value is one of its type */
const values: Readonly<Record<string, (value: string) => boolean>> = {
  A: (value) => ipV4.test(value),
  AAAA: isIpV6,
  CNAME: isHost,
  MX: isHost,
  NS: isHost,
  TXT: (value) => value.length <= 512,
  SRV: (value) => {
    const [priority = "", weight = "", port = "", target = "", ...more] = value.split(" ")
    return more.length === 0 && [priority, weight, port].every((text) => /^\d{1,5}$/.test(text)) && isHost(target)
  },
  CAA: (value) => /^\d{1,3} (?:issue|issuewild|iodef) "[^"]*"$/.test(value),
  REDIRECT_URL: isUrl,
  FORWARD_URL: isUrl
}

/** @internal */
export const isType = (type: string): boolean => Object.hasOwn(values, type)

/** @internal */
export const isValue = (type: string, value: string): boolean => values[type]?.(value) ?? false

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

type Fields = Pick<DomainRecord, "RR" | "Type" | "Value" | "TTL" | "Line" | "Priority">

/** @internal */
export const isUnchanged = (a: Fields, b: Fields): boolean =>
  (["RR", "Type", "Value", "TTL", "Line", "Priority"] as const).every((field) => a[field] === b[field])

type Key = Pick<DomainRecord, "RR" | "Type" | "Value" | "Line">

const isDuplicate = (a: Key, b: Key) =>
  same(a.RR, b.RR) && a.Type === b.Type && a.Value === b.Value && a.Line === b.Line

// an alias has nothing beside it
const isConflict = (a: Key, b: Key) =>
  same(a.RR, b.RR) && a.Line === b.Line && a.Type !== b.Type && (a.Type === "CNAME" || b.Type === "CNAME")

const { refuse } = Verification

/** @internal */
export const duplicate = refuse("DomainRecordDuplicate", 400, "The DNS record already exists.")
const conflict = refuse("DomainRecordConflict", 400, "The DNS record conflicts with other records.")

/** @internal what keeps a record from standing beside others */
export const collision = (record: Key, others: ReadonlyArray<Key>): Verification.Refusal | undefined => {
  if (others.some((other) => isDuplicate(record, other))) return duplicate
  return others.some((other) => isConflict(record, other)) ? conflict : undefined
}
