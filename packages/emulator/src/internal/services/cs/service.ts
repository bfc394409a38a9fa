/**
 * CS (Container Service for Kubernetes) 2015-12-15: an ROA product that answers in JSON, errors in camel case. There are the
 * clusters `production`, which is protected from deletion, and `staging`. Which nodes a cluster has is not emulated.
 */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { parameter } from "../../ask.js"
import * as Service from "../../service.js"
import type { Change } from "../../store.js"
import * as parameters from "../parameters.js"
import * as randomId from "../randomId.js"
import * as Body from "./body.js"
import * as clusters from "./clusters.js"

const clusterOf = ({
  now,
  pathParameters,
  store
}: Service.Request): Either.Either<clusters.Cluster, Verification.Refusal> => {
  const id = pathParameters.get("ClusterId") ?? ""
  const kept = clusters.table.get(store, id)
  const cluster = kept && clusters.current(kept, now)
  return cluster === undefined
    ? Either.left(Verification.refuse("ErrorClusterNotFound", 404, `cluster (${id}) not found in our records`))
    : Either.right(cluster)
}

/** those whose fields are as asked, of which `name` need only be a part; a filter that is empty is none */
const filtered = (
  { ask, now, store }: Service.Request,
  filters: Readonly<Record<string, Exclude<keyof clusters.View, "name">>>
): ReadonlyArray<clusters.View> => {
  const name = parameter(ask.parameters, "name") ?? ""
  const wanted = Object.entries(filters).map(([filter, field]) => [field, parameter(ask.parameters, filter)] as const)
  return clusters
    .all(store, now)
    .filter(
      (cluster) => cluster.name.includes(name) && wanted.every(([field, value]) => !value || cluster[field] === value)
    )
}

const describeClusters: Service.Handler = (request) =>
  Effect.succeed(filtered(request, { clusterType: "cluster_type", resource_group_id: "resource_group_id" }))

const describeClustersV1: Service.Handler = (request) =>
  Effect.gen(function* () {
    const number = yield* pageNumber(request, "page_number", 1)
    const size = yield* pageNumber(request, "page_size", 10)
    const found = filtered(request, {
      cluster_id: "cluster_id",
      cluster_spec: "cluster_spec",
      cluster_type: "cluster_type",
      profile: "profile",
      region_id: "region_id"
    })
    return {
      clusters: parameters.page(found, { number, size }),
      page_info: { page_number: number, page_size: size, total_count: found.length }
    }
  })

const describeClusterDetail: Service.Handler = (request) => Effect.map(clusterOf(request), clusters.view)

const pageNumber = ({ ask }: Service.Request, name: string, fallback: number) =>
  Effect.mapError(parameters.integer(ask.parameters, name, { fallback }), () =>
    Body.invalidParameter(`The parameter "${name}" is not valid.`)
  )

/** what is answered to all that takes time, and what it changes */
const task = (
  { now, requestId, store }: Service.Request,
  cluster_id: string,
  changes: ReadonlyArray<Change>
): readonly [answer: unknown, changes: ReadonlyArray<Change>] => [
  { cluster_id, request_id: requestId, task_id: `T-${randomId.hex(24)}` },
  [...clusters.sweep(store, now), ...changes]
]

const createCluster: Service.Handler = (request) =>
  Effect.gen(function* () {
    const { kubernetes_version, num_of_nodes, vpcid, ...body } = yield* Body.read(Body.CreateCluster, request.ask.body)
    const { now, settings, store } = request
    const version = kubernetes_version ?? clusters.latestVersion
    const cluster_id = `c${randomId.hex(32)}`
    const view = clusters.make({
      ...body,
      ...(vpcid === undefined ? {} : { vpc_id: vpcid }),
      cluster_id,
      state: "initial",
      size: num_of_nodes ?? 0,
      current_version: version,
      init_version: version,
      created: clusters.timeOf(now)
    })
    const cluster: clusters.Cluster = { ...view, next: { state: "running", at: now + settings.transition } }
    return yield* store.update(() => Either.right(task(request, cluster_id, [clusters.table.put(cluster_id, cluster)])))
  })

const deletionProtected = Verification.refuse(
  "DeletionProtectionEnabled",
  400,
  "The cluster has deletion protection enabled, disable it before you delete the cluster."
)

const deleteCluster: Service.Handler = (request) =>
  request.store.update(() =>
    Either.flatMap(clusterOf(request), (cluster) => {
      const { cluster_id, deletion_protection, state } = cluster
      if (deletion_protection) return Either.left(deletionProtected)
      // a deletion ends when it was to, whoever asks for it again
      if (state === "deleting") return Either.right(task(request, cluster_id, []))
      const { now, settings } = request
      const next = { state: "gone", at: now + settings.transition } as const
      const deleting: clusters.Cluster = { ...cluster, state: "deleting", updated: clusters.timeOf(now), next }
      return Either.right(task(request, cluster_id, [clusters.table.put(cluster_id, deleting)]))
    })
  )

const modifyCluster: Service.Handler = (request) =>
  Effect.flatMap(Body.read(Body.ModifyCluster, request.ask.body), ({ cluster_name, ...body }) =>
    request.store.update(() =>
      Either.map(clusterOf(request), (cluster) => {
        const { cluster_id, name } = cluster
        const updated = clusters.timeOf(request.now)
        const modified: clusters.Cluster = { ...cluster, ...body, name: cluster_name ?? name, updated }
        return task(request, cluster_id, [clusters.table.put(cluster_id, modified)])
      })
    )
  )

const one = "/clusters/{ClusterId}"

/** @internal */
export const service: Service.Service = Service.roa({
  product: "CS",
  version: "2015-12-15",
  routes: [
    { method: "GET", path: "/clusters", action: "DescribeClusters", handle: describeClusters },
    { method: "GET", path: "/api/v1/clusters", action: "DescribeClustersV1", handle: describeClustersV1 },
    { method: "GET", path: one, action: "DescribeClusterDetail", handle: describeClusterDetail },
    { method: "POST", path: "/clusters", action: "CreateCluster", handle: createCluster, status: 202 },
    { method: "DELETE", path: one, action: "DeleteCluster", handle: deleteCluster, status: 202 },
    { method: "PUT", path: `/api/v2${one}`, action: "ModifyCluster", handle: modifyCluster }
  ],
  seed: clusters.seed
})
