/**
 * Alidns 2015-01-09: domains and their records, in the free edition (no TTL below 600 seconds). There are `example.com` and
 * `example.org`, without records; AddDomain makes more.
 */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { parameter } from "../../ask.js"
import * as RequestId from "../../requestId.js"
import * as Service from "../../service.js"
import type { Store } from "../../store.js"
import * as parameters from "../parameters.js"
import * as randomId from "../randomId.js"
import * as rules from "./rules.js"
import * as zone from "./zone.js"

const { refuse } = Verification

type Failing<A> = Effect.Effect<A, Verification.Refusal>

const wrongDomainName = refuse("InvalidDomainName.Format", 400, "Invalid domain name.")
const noDomain = refuse(
  "InvalidDomainName.NoExist",
  400,
  "The specified domain name does not exist. Refresh the page and try again."
)
const domainExists = refuse("InvalidDomainName.Duplicate", 400, "The domain name already exists.")
const noRecord = refuse("DomainRecordNotBelongToUser", 400, "The DNS record does not exist in your account.")
const wrongHostRecord = refuse("InvalidRR.Format", 400, "The parameter value RR is invalid.")
const wrongValue = refuse("SubDomainInvalid.Value", 400, "The DNS record is invalid or in the wrong format.")
const wrongTtl = refuse(
  "QuotaExceeded.TTL",
  400,
  `The specified TTL is invalid. A valid TTL must be in the range of ${zone.edition.MinTtl} to 86400.`
)

const domainName = ({ ask }: Service.Request): Failing<string> =>
  Effect.flatMap(parameters.required(ask.parameters, "DomainName"), ({ DomainName }) =>
    rules.isDomainName(DomainName) ? Effect.succeed(DomainName.toLowerCase()) : Effect.fail(wrongDomainName)
  )

const domain = ({ store }: Service.Request, name: string): Either.Either<zone.Domain, Verification.Refusal> =>
  Either.fromNullable(zone.domains.get(store, name), () => noDomain)

const recordId = ({ ask }: Service.Request): Failing<string> =>
  Effect.map(parameters.required(ask.parameters, "RecordId"), ({ RecordId }) => RecordId)

const record = ({ store }: Service.Request, id: string): Either.Either<zone.DomainRecord, Verification.Refusal> =>
  Either.fromNullable(zone.records.get(store, id), () => noRecord)

const pageOf = ({ ask }: Service.Request, max: number) =>
  Effect.all({
    number: parameters.integer(ask.parameters, "PageNumber", { fallback: 1 }),
    size: parameters.integer(ask.parameters, "PageSize", { fallback: 20, max })
  })

const searchMode = ({ ask }: Service.Request, modes: ReadonlyArray<string>): Failing<string | undefined> => {
  const mode = parameter(ask.parameters, "SearchMode")?.toUpperCase()
  return !mode || modes.includes(mode) ? Effect.succeed(mode) : Effect.fail(parameters.invalid("SearchMode"))
}

const isPart = (part: string, whole: string) => whole.toLowerCase().includes(part.toLowerCase())
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

const domainView = (store: Store, each: zone.Domain) => ({
  DomainId: each.DomainId,
  DomainName: each.DomainName,
  PunyCode: zone.punyCode(each.DomainName),
  AliDomain: false,
  GroupId: "defaultGroup",
  GroupName: "Default group",
  ResourceGroupId: "rg-emulator0000001",
  VersionCode: zone.edition.VersionCode,
  VersionName: zone.edition.VersionName,
  DnsServers: zone.dnsServers,
  CreateTime: zone.minuteOf(each.created),
  CreateTimestamp: each.created,
  RecordCount: zone.recordsOf(store, each).length
})

const describeDomains: Service.Handler = (request) =>
  Effect.gen(function* () {
    const { number, size } = yield* pageOf(request, 100)
    const mode = yield* searchMode(request, ["LIKE", "EXACT"])
    const word = parameter(request.ask.parameters, "KeyWord") ?? ""
    const fits = mode === "EXACT" ? isSame : isPart
    const found = zone.domains.values(request.store).filter(({ DomainName }) => word === "" || fits(word, DomainName))
    return {
      TotalCount: found.length,
      PageNumber: number,
      PageSize: size,
      Domains: { Domain: parameters.page(found, { number, size }).map((each) => domainView(request.store, each)) }
    }
  })

const lines = [
  { LineCode: "default", LineName: "默认", LineDisplayName: "默认" },
  { LineCode: "telecom", LineName: "中国电信", LineDisplayName: "中国电信" },
  { LineCode: "unicom", LineName: "中国联通", LineDisplayName: "中国联通" },
  { LineCode: "mobile", LineName: "中国移动", LineDisplayName: "中国移动" },
  { LineCode: "edu", LineName: "中国教育网", LineDisplayName: "中国教育网" },
  { LineCode: "oversea", LineName: "境外", LineDisplayName: "境外" }
]

const describeDomainInfo: Service.Handler = (request) =>
  Effect.gen(function* () {
    const found = yield* domain(request, yield* domainName(request))
    const { CreateTimestamp: _, RecordCount: __, ...view } = domainView(request.store, found)
    const detailed = parameter(request.ask.parameters, "NeedDetailAttributes")?.toLowerCase() === "true"
    return {
      ...view,
      MinTtl: zone.edition.MinTtl,
      SubDomain: false,
      InBlackHole: false,
      InClean: false,
      SlaveDns: false,
      ...(detailed
        ? {
            AvailableTtls: { AvailableTtl: ["600", "1800", "3600", "43200", "86400"] },
            RecordLines: { RecordLine: lines },
            RecordLineTreeJson: JSON.stringify(Object.fromEntries(lines.map(({ LineCode }) => [LineCode, {}])))
          }
        : {})
    }
  })

const addDomain: Service.Handler = (request) =>
  Effect.gen(function* () {
    const DomainName = yield* domainName(request)
    const { now, store } = request
    const added = { DomainId: RequestId.random().toLowerCase(), DomainName, created: now }
    const { DnsServers, DomainId, GroupId, GroupName, PunyCode } = domainView(store, added)
    const answer = { DomainId, DomainName, PunyCode, GroupId, GroupName, DnsServers }
    return yield* store.update(() =>
      zone.domains.get(store, DomainName) === undefined
        ? Either.right([answer, [zone.domains.put(DomainName, added)]] as const)
        : Either.left(domainExists)
    )
  })

const deleteDomain: Service.Handler = (request) =>
  Effect.flatMap(domainName(request), (DomainName) =>
    request.store.update(() =>
      Either.map(domain(request, DomainName), (found) => {
        const records = zone.recordsOf(request.store, found).map(({ RecordId }) => zone.records.remove(RecordId))
        return [{ DomainName }, [zone.domains.remove(DomainName), ...records]] as const
      })
    )
  )

const recordView = ({ created, updated, ...fields }: zone.DomainRecord) => ({
  ...fields,
  Locked: false,
  CreateTimestamp: created,
  UpdateTimestamp: updated
})

/** which records are asked for */
const recordFilter = (request: Service.Request): Failing<(record: zone.DomainRecord) => boolean> =>
  Effect.map(searchMode(request, ["LIKE", "EXACT", "ADVANCED"]), (mode) => {
    const given = (name: string) => parameter(request.ask.parameters, name) ?? ""
    const word = given("KeyWord")
    // with a key word and no mode the mode is LIKE; in both modes the other filters count for nothing
    if (mode === "LIKE" || mode === "EXACT" || (mode === undefined && word !== "")) {
      const fits = mode === "EXACT" ? isSame : isPart
      return ({ RR, Value }) => word === "" || fits(word, RR) || fits(word, Value)
    }
    const filters = (["RR", "Value"] as const).map((field) => [field, given(`${field}KeyWord`), isPart] as const)
    const exact = [
      ["Type", given("TypeKeyWord"), isSame],
      ["Type", given("Type"), isSame],
      ["Line", given("Line"), isSame],
      ["Status", given("Status"), isSame]
    ] as const
    return (each) => [...filters, ...exact].every(([field, wanted, fits]) => wanted === "" || fits(wanted, each[field]))
  })

const describeDomainRecords: Service.Handler = (request) =>
  Effect.gen(function* () {
    const found = yield* domain(request, yield* domainName(request))
    const { number, size } = yield* pageOf(request, 500)
    const fits = yield* recordFilter(request)
    const oldest = zone.recordsOf(request.store, found).filter(fits)
    const isAscending = parameter(request.ask.parameters, "Direction")?.toUpperCase() === "ASC"
    const sorted = isAscending ? oldest : [...oldest].reverse()
    return {
      TotalCount: sorted.length,
      PageNumber: number,
      PageSize: size,
      DomainRecords: { Record: parameters.page(sorted, { number, size }).map(recordView) }
    }
  })

const describeDomainRecordInfo: Service.Handler = (request) =>
  Effect.gen(function* () {
    const found = yield* record(request, yield* recordId(request))
    const { CreateTimestamp: _, UpdateTimestamp: __, ...view } = recordView(found)
    const { DomainId } = yield* domain(request, found.DomainName)
    return { ...view, DomainId, PunyCode: zone.punyCode(found.DomainName), GroupId: "defaultGroup" }
  })

/** what a record is to be, without regard to other records */
const fieldsOf = ({
  ask
}: Service.Request): Failing<Pick<zone.DomainRecord, "RR" | "Type" | "Value" | "TTL" | "Line" | "Priority">> =>
  Effect.gen(function* () {
    const given = yield* parameters.required(ask.parameters, "RR", "Type", "Value")
    const { RR, Value } = given
    const Type = given.Type.toUpperCase()
    if (!rules.isHostRecord(RR)) return yield* Effect.fail(wrongHostRecord)
    if (!rules.isType(Type)) return yield* Effect.fail(parameters.invalid("Type"))
    if (!rules.isValue(Type, Value)) return yield* Effect.fail(wrongValue)
    const TTL = yield* parameters.integer(ask.parameters, "TTL", { fallback: 600, max: 86400 })
    if (TTL < zone.edition.MinTtl) return yield* Effect.fail(wrongTtl)
    const Line = parameter(ask.parameters, "Line") || "default"
    if (!/^\w+$/.test(Line)) return yield* Effect.fail(parameters.invalid("Line"))
    if (Type !== "MX") return { RR, Type, Value, TTL, Line }
    yield* parameters.required(ask.parameters, "Priority")
    const Priority = yield* parameters.integer(ask.parameters, "Priority", { fallback: 1, max: 50 })
    return { RR, Type, Value, TTL, Line, Priority }
  })

const addDomainRecord: Service.Handler = (request) =>
  Effect.gen(function* () {
    const name = yield* domainName(request)
    const fields = yield* fieldsOf(request)
    const { now, store } = request
    return yield* store.update(() =>
      Either.flatMap(domain(request, name), (found) => {
        const collision = rules.collision(fields, zone.recordsOf(store, found))
        if (collision !== undefined) return Either.left(collision)
        const RecordId = randomId.digits(18)
        const { DomainName } = found
        const added = { RecordId, DomainName, ...fields, Status: "Enable", created: now, updated: now } as const
        return Either.right([{ RecordId }, [zone.records.put(RecordId, added)]] as const)
      })
    )
  })

const updateDomainRecord: Service.Handler = (request) =>
  Effect.gen(function* () {
    const RecordId = yield* recordId(request)
    const fields = yield* fieldsOf(request)
    const { now, store } = request
    return yield* store.update(() =>
      Either.flatMap(record(request, RecordId), (kept) => {
        const { DomainName, Status, created } = kept
        const isOther = (each: zone.DomainRecord) => each.DomainName === DomainName && each.RecordId !== RecordId
        const refusal = rules.isUnchanged(kept, fields)
          ? rules.duplicate
          : rules.collision(fields, zone.records.values(store).filter(isOther))
        if (refusal !== undefined) return Either.left(refusal)
        const updated = { RecordId, DomainName, ...fields, Status, created, updated: now }
        return Either.right([{ RecordId }, [zone.records.put(RecordId, updated)]] as const)
      })
    )
  })

const deleteDomainRecord: Service.Handler = (request) =>
  Effect.flatMap(recordId(request), (RecordId) =>
    request.store.update(() =>
      Either.map(record(request, RecordId), () => [{ RecordId }, [zone.records.remove(RecordId)]] as const)
    )
  )

const setDomainRecordStatus: Service.Handler = (request) =>
  Effect.gen(function* () {
    const given = yield* parameters.required(request.ask.parameters, "RecordId", "Status")
    const Status = (["Enable", "Disable"] as const).find((each) => isSame(each, given.Status))
    if (Status === undefined) return yield* Effect.fail(parameters.invalid("Status"))
    const { RecordId } = given
    return yield* request.store.update(() =>
      Either.map(record(request, RecordId), (kept) => {
        const updated = { ...kept, Status, updated: request.now }
        return [{ RecordId, Status }, [zone.records.put(RecordId, updated)]] as const
      })
    )
  })

/** @internal */
export const service: Service.Service = Service.rpc({
  product: "Alidns",
  version: "2015-01-09",
  operations: {
    DescribeDomains: describeDomains,
    DescribeDomainInfo: describeDomainInfo,
    AddDomain: addDomain,
    DeleteDomain: deleteDomain,
    DescribeDomainRecords: describeDomainRecords,
    DescribeDomainRecordInfo: describeDomainRecordInfo,
    AddDomainRecord: addDomainRecord,
    UpdateDomainRecord: updateDomainRecord,
    DeleteDomainRecord: deleteDomainRecord,
    SetDomainRecordStatus: setDomainRecordStatus
  },
  seed: zone.seed
})
