/** Clusters, as they are kept and as they are shown: a state that takes time is a state with an end. */
import { chinaTime } from "../chinaTime.js"
import * as Store from "../../store.js"

/** @internal as DescribeClusterDetail shows it */
export interface View {
  readonly cluster_id: string
  readonly name: string
  readonly cluster_type: string
  readonly cluster_spec: string
  readonly profile: string
  readonly region_id: string
  readonly zone_id: string
  readonly state: "initial" | "running" | "deleting"
  readonly size: number
  readonly current_version: string
  readonly init_version: string
  readonly vpc_id: string
  /** those of `vswitch_ids`, with commas between */
  readonly vswitch_id: string
  readonly vswitch_ids: ReadonlyArray<string>
  readonly security_group_id: string
  readonly network_mode: string
  readonly container_cidr: string
  readonly service_cidr: string
  readonly subnet_cidr: string
  readonly proxy_mode: string
  readonly timezone: string
  readonly cluster_domain: string
  readonly resource_group_id: string
  readonly created: string
  readonly updated: string
  readonly deletion_protection: boolean
  readonly private_zone: boolean
  readonly parameters: Readonly<Record<string, string>>
  readonly tags: ReadonlyArray<{ readonly key: string; readonly value: string }>
}

/** @internal what is kept; `next` is the state to come, from `at` on (milliseconds since the epoch) */
export interface Cluster extends View {
  readonly next?: { readonly state: "running" | "gone"; readonly at: number }
}

/** @internal */
export const table = Store.table<Cluster>("CS.Cluster")

/** @internal as it is by now; `undefined` once it is gone */
export const current = (kept: Cluster, now: number): Cluster | undefined => {
  const { next, ...cluster } = kept
  if (next === undefined || now < next.at) return kept
  return next.state === "gone" ? undefined : { ...cluster, state: next.state }
}

/** @internal */
export const view = ({ next: _, ...cluster }: Cluster): View => cluster

/** @internal */
export const all = (store: Store.Store, now: number): ReadonlyArray<View> =>
  table.values(store).flatMap((kept) => {
    const cluster = current(kept, now)
    return cluster === undefined ? [] : [view(cluster)]
  })

/** @internal takes away what is gone, which nothing else does */
export const sweep = (store: Store.Store, now: number): Store.Commit =>
  table
    .values(store)
    .filter((kept) => current(kept, now) === undefined)
    .map(({ cluster_id }) => table.remove(cluster_id))

/** @internal as this product writes the time */
export const timeOf = (millis: number): string => {
  const { date, time } = chinaTime(millis)
  return `${date}T${time}+08:00`
}

/** @internal */
export const latestVersion = "1.32.1-aliyun.1"

/** @internal what a cluster has that is asked for no more than this */
export const make = (
  fields: Pick<View, "cluster_id" | "name" | "cluster_type" | "region_id" | "state" | "created"> & Partial<View>
): View => {
  const { cluster_type, created, region_id } = fields
  const vswitch_ids = fields.vswitch_ids ?? [`vsw-${region_id}-0001`]
  const container_cidr = fields.container_cidr ?? "172.20.0.0/16"
  return {
    cluster_spec: cluster_type === "ManagedKubernetes" ? "ack.standard" : "",
    profile: "Default",
    zone_id: `${region_id}-b`,
    size: 0,
    current_version: latestVersion,
    init_version: latestVersion,
    vpc_id: `vpc-${region_id}-0001`,
    vswitch_id: vswitch_ids.join(","),
    vswitch_ids,
    security_group_id: `sg-${region_id}-0001`,
    network_mode: "vpc",
    container_cidr,
    service_cidr: "172.21.0.0/20",
    subnet_cidr: container_cidr,
    proxy_mode: "ipvs",
    timezone: "Asia/Shanghai",
    cluster_domain: "cluster.local",
    resource_group_id: "rg-emulator0000001",
    updated: created,
    deletion_protection: false,
    private_zone: false,
    parameters: {},
    tags: [],
    ...fields
  }
}

/** @internal */
export const seed: ReadonlyArray<Store.Change> = [
  make({
    cluster_id: "c82e6987e2961451182edacd74faf0001",
    name: "production",
    cluster_type: "ManagedKubernetes",
    cluster_spec: "ack.pro.small",
    region_id: "cn-hangzhou",
    state: "running",
    size: 3,
    init_version: "1.30.1-aliyun.1",
    vpc_id: "vpc-bp1emulator000000001",
    created: "2024-01-15T10:00:00+08:00",
    updated: "2024-06-01T09:30:00+08:00",
    deletion_protection: true,
    tags: [{ key: "env", value: "prod" }]
  }),
  make({
    cluster_id: "c82e6987e2961451182edacd74faf0002",
    name: "staging",
    cluster_type: "ManagedKubernetes",
    region_id: "cn-shanghai",
    state: "running",
    size: 1,
    vpc_id: "vpc-uf6emulator000000001",
    created: "2024-03-20T14:00:00+08:00",
    updated: "2024-03-20T14:12:00+08:00"
  })
].map((cluster) => table.put(cluster.cluster_id, cluster))
