/** CS (Container Service for Kubernetes) 2015-12-15: an ROA product that answers in JSON, errors in camel case. */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import { parameter } from "../ask.js"
import * as Service from "../service.js"

interface Cluster {
  readonly cluster_id: string
  readonly name: string
  readonly cluster_type: string
  readonly cluster_spec: string
  readonly region_id: string
  readonly state: string
  readonly size: number
  readonly current_version: string
  readonly init_version: string
  readonly vpc_id: string
  readonly created: string
  readonly updated: string
  readonly deletion_protection: boolean
  readonly tags: ReadonlyArray<{ readonly key: string; readonly value: string }>
}

const clusters: ReadonlyArray<Cluster> = [
  {
    cluster_id: "c82e6987e2961451182edacd74faf0001",
    name: "production",
    cluster_type: "ManagedKubernetes",
    cluster_spec: "ack.pro.small",
    region_id: "cn-hangzhou",
    state: "running",
    size: 3,
    current_version: "1.32.1-aliyun.1",
    init_version: "1.30.1-aliyun.1",
    vpc_id: "vpc-bp1emulator000000001",
    created: "2024-01-15T10:00:00+08:00",
    updated: "2024-06-01T09:30:00+08:00",
    deletion_protection: true,
    tags: [{ key: "env", value: "prod" }]
  },
  {
    cluster_id: "c82e6987e2961451182edacd74faf0002",
    name: "staging",
    cluster_type: "ManagedKubernetes",
    cluster_spec: "ack.standard",
    region_id: "cn-shanghai",
    state: "running",
    size: 1,
    current_version: "1.32.1-aliyun.1",
    init_version: "1.32.1-aliyun.1",
    vpc_id: "vpc-uf6emulator000000001",
    created: "2024-03-20T14:00:00+08:00",
    updated: "2024-03-20T14:12:00+08:00",
    deletion_protection: false,
    tags: []
  }
]

const describeClusters: Service.Handler = ({ ask }) => {
  const name = parameter(ask.parameters, "name") ?? ""
  const type = parameter(ask.parameters, "clusterType") ?? ""
  return Effect.succeed(
    clusters.filter((cluster) => cluster.name.includes(name) && (type === "" || cluster.cluster_type === type))
  )
}

const describeClusterDetail: Service.Handler = ({ pathParameters }) => {
  const id = pathParameters.get("ClusterId")
  const cluster = clusters.find(({ cluster_id }) => cluster_id === id)
  return cluster === undefined
    ? Effect.fail(Verification.refuse("ErrorClusterNotFound", 404, `cluster (${id}) not found in our records`))
    : Effect.succeed(cluster)
}

/** @internal */
export const service: Service.Service = Service.roa({
  product: "CS",
  version: "2015-12-15",
  routes: [
    { method: "GET", path: "/clusters", action: "DescribeClusters", handle: describeClusters },
    { method: "GET", path: "/clusters/{ClusterId}", action: "DescribeClusterDetail", handle: describeClusterDetail }
  ]
})
