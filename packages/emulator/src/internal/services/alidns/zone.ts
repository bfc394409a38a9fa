/** Domains and their records, as they are kept. */
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Store from "../../store.js"

/** @internal */
export interface Domain {
  readonly DomainId: string
  /** in lower case */
  readonly DomainName: string
  /** milliseconds since the epoch */
  readonly created: number
}

/** @internal */
export interface DomainRecord {
  readonly RecordId: string
  readonly DomainName: string
  readonly RR: string
  readonly Type: string
  readonly Value: string
  readonly TTL: number
  readonly Line: string
  /** of MX records only */
  readonly Priority?: number
  readonly Status: "Enable" | "Disable"
  readonly created: number
  readonly updated: number
}

/** @internal by name */
export const domains = Store.table<Domain>("Alidns.Domain")

/** @internal by id, the oldest first */
export const records = Store.table<DomainRecord>("Alidns.Record")

/** @internal */
export const recordsOf = (store: Store.Store, { DomainName }: Domain): ReadonlyArray<DomainRecord> =>
  records.values(store).filter((record) => record.DomainName === DomainName)

/** @internal free domains have these two */
export const dnsServers = { DnsServer: ["ns1.alidns.com", "ns2.alidns.com"] }

/** @internal */
export const edition = { VersionCode: "mianfei", VersionName: "Alibaba Cloud DNS Free Edition", MinTtl: 600 }

/** @internal the form without letters that ASCII does not have */
export const punyCode = (name: string): string =>
  URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : name

/** @internal `2024-01-15T02:00Z` */
export const minuteOf = (millis: number): string => `${Timestamp.iso8601(millis).slice(0, "YYYY-MM-DDTHH:mm".length)}Z`

const created = 1_705_284_000_000

/** @internal */
export const seed: ReadonlyArray<Store.Change> = [
  { DomainId: "00efd71a-770e-4255-b54e-6fe5659b0001", DomainName: "example.com", created },
  { DomainId: "00efd71a-770e-4255-b54e-6fe5659b0002", DomainName: "example.org", created }
].map((domain) => domains.put(domain.DomainName, domain))
