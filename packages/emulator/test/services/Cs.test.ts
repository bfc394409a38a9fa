/** CS: clusters that are created, changed and deleted, each state in its time. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Body from "@effect-aliyun/core/Body"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as emulator from "../../src/internal/emulator.js"
import * as gateway from "../../src/internal/gateway.js"
import * as memory from "../../src/internal/memory.js"
import * as clusters from "../../src/internal/services/cs/clusters.js"
import type * as Store from "../../src/internal/store.js"
import * as World from "../../src/internal/world.js"
import { as, doors, outcome, people, send, sign, signers } from "../support/Doors.js"

const cs = { product: "CS", version: "2015-12-15" } as const
const production = "c82e6987e2961451182edacd74faf0001"
const staging = "c82e6987e2961451182edacd74faf0002"
const unknown = `c${"0".repeat(32)}`

const json = (call: ReturnType<typeof AcsClient.roa>) =>
  Effect.flatMap(call, (response) => Effect.map(response.json, (body) => body as any))

const list = (query: object = {}) => AcsClient.roa({ ...cs, pathPattern: "/clusters", query })
const pages = (query: object = {}) => AcsClient.roa({ ...cs, pathPattern: "/api/v1/clusters", query })
const one = { ...cs, pathPattern: "/clusters/[ClusterId]" }
const detail = (ClusterId: string) => AcsClient.roa({ ...one, pathParams: { ClusterId } })
const remove = (ClusterId: string) =>
  AcsClient.roa({ ...one, pathParams: { ClusterId }, method: "DELETE", query: { retain_all_resources: false } })
const change = (ClusterId: string, body: unknown) =>
  AcsClient.roa({
    ...cs,
    pathPattern: "/api/v2/clusters/[ClusterId]",
    pathParams: { ClusterId },
    method: "PUT",
    body: Body.json(body)
  })

const wanted = { name: "probe", region_id: "cn-beijing", cluster_type: "ManagedKubernetes" } as const
const creation = (body: Body.Body) => RoaRequest.make({ ...cs, pathPattern: "/clusters", method: "POST", body })
const createRaw = (body: Body.Body) => AcsClient.execute(creation(body))
const create = (body: unknown = wanted) => createRaw(Body.json(body))
const createdId = (body?: unknown) => Effect.map(json(create(body)), ({ cluster_id }): string => cluster_id)

const names = (found: ReadonlyArray<{ readonly name: string }>) => found.map(({ name }) => name)

const inMemory = <A, E>(test: () => Effect.Effect<A, E, AcsClient.Services | Emulator.Emulator>) =>
  test().pipe(as(people.tester), Effect.provide(doors["in memory"]))

for (const [door, layer] of Object.entries(doors)) {
  for (const [name, signer] of Object.entries(signers)) {
    it.effect(`${door}, by ${name}: creates, changes and deletes`, () =>
      Effect.gen(function* () {
        const created = yield* create({ ...wanted, tags: [{ key: "by", value: "中" }] })
        const task: any = yield* created.json
        assert.strictEqual(created.status, 202)
        assert.deepStrictEqual(Object.keys(task), ["cluster_id", "request_id", "task_id"])
        assert.match(task.cluster_id, /^c[0-9a-f]{32}$/)
        assert.match(task.task_id, /^T-[0-9a-f]{24}$/)
        assert.strictEqual(task.request_id, created.headers["x-acs-request-id"])
        assert.deepInclude(yield* json(detail(task.cluster_id)), {
          ...wanted,
          state: "initial",
          tags: [{ key: "by", value: "中" }]
        })
        const changed = yield* json(change(task.cluster_id, { cluster_name: "renamed" }))
        assert.strictEqual(changed.cluster_id, task.cluster_id)
        assert.deepStrictEqual(names(yield* json(list())), ["production", "staging", "renamed"])
        const removed = yield* remove(task.cluster_id)
        assert.deepInclude(yield* removed.json, { cluster_id: task.cluster_id, request_id: removed.requestId })
        assert.strictEqual(removed.status, 202)
        assert.strictEqual((yield* json(detail(task.cluster_id))).state, "deleting")
        assert.deepStrictEqual(
          (yield* Emulator.calls).map(({ action, status }) => `${action} ${status}`),
          [
            "CreateCluster 202",
            "DescribeClusterDetail 200",
            "ModifyCluster 200",
            "DescribeClusters 200",
            "DeleteCluster 202",
            "DescribeClusterDetail 200"
          ]
        )
      }).pipe(as(people.tester, signer), Effect.provide(layer))
    )
  }
}

describe("states", () => {
  it.effect("a cluster is initial, then running", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_700_000_000_000)
        const id = yield* createdId()
        yield* TestClock.adjust("1999 millis")
        const initial = yield* json(detail(id))
        assert.strictEqual(initial.state, "initial")
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(yield* json(detail(id)), { ...initial, state: "running" })
        assert.strictEqual(initial.created, "2023-11-15T06:13:20+08:00")
        assert.deepStrictEqual((yield* json(list({ name: "probe" })))[0], { ...initial, state: "running" })
      })
    )
  )

  it.effect("one that is deleted is deleting, then gone, however often it is asked for", () =>
    inMemory(() =>
      Effect.gen(function* () {
        assert.strictEqual(yield* outcome(remove(staging)), "202")
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual(yield* outcome(remove(staging)), "202")
        yield* TestClock.adjust("999 millis")
        assert.strictEqual((yield* json(detail(staging))).state, "deleting")
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* outcome(detail(staging)), "404 ErrorClusterNotFound")
        assert.strictEqual(yield* outcome(remove(staging)), "404 ErrorClusterNotFound")
        assert.strictEqual(yield* outcome(change(staging, {})), "404 ErrorClusterNotFound")
        assert.deepStrictEqual(names(yield* json(list())), ["production"])
        assert.strictEqual((yield* json(pages())).page_info.total_count, 1)
        yield* create()
        assert.deepStrictEqual(names(yield* json(list())), ["production", "probe"])
      })
    )
  )

  it.effect("one can be deleted before it is running, and does not come up", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const id = yield* createdId()
        yield* TestClock.adjust("1500 millis")
        yield* remove(id)
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual((yield* json(detail(id))).state, "deleting")
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual(yield* outcome(detail(id)), "404 ErrorClusterNotFound")
      })
    )
  )

  it.effect("a change does not hold up what is under way", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const id = yield* createdId()
        yield* TestClock.adjust("1 seconds")
        yield* change(id, { timezone: "UTC" })
        assert.deepInclude(yield* json(detail(id)), { state: "initial", timezone: "UTC" })
        yield* TestClock.adjust("1 seconds")
        assert.deepInclude(yield* json(detail(id)), {
          state: "running",
          timezone: "UTC",
          created: "1970-01-01T08:00:00+08:00",
          updated: "1970-01-01T08:00:01+08:00"
        })
      })
    )
  )

  it.effect("the emulator's transition says how long it takes", () =>
    Effect.gen(function* () {
      const id = yield* createdId()
      assert.strictEqual((yield* json(detail(id))).state, "running")
      yield* remove(id)
      assert.strictEqual(yield* outcome(detail(id)), "404 ErrorClusterNotFound")
    }).pipe(as(people.tester), Effect.provide(Emulator.layerHttpClient({ transition: 0 })))
  )
})

it.effect("what is under way goes on after a restart; what is gone does not stay in the store", () =>
  Effect.gen(function* () {
    const commits: Array<Store.Commit> = []
    const journal: Store.Journal = {
      recovered: [],
      append: (commit) => {
        commits.push(commit)
        return Effect.void
      }
    }
    const worldOf = (recovered: Store.Journal["recovered"]) =>
      World.make(emulator.settings({}), { ...journal, recovered }, World.services)
    const on = (world: gateway.World) =>
      Effect.provide(
        Layer.succeed(
          HttpClient.HttpClient,
          memory.client((raw) => gateway.handle(world, raw))
        )
      )
    const before = yield* worldOf([])
    const id = yield* createdId().pipe(on(before))
    yield* remove(staging).pipe(on(before))
    const after = yield* worldOf([...commits])
    assert.strictEqual((yield* json(detail(id)).pipe(on(after))).state, "initial")
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual((yield* json(detail(id)).pipe(on(after))).state, "running")
    assert.deepStrictEqual(names(yield* json(list()).pipe(on(after))), ["production", "probe"])
    assert.strictEqual(clusters.table.size(after.store), 3)
    yield* create().pipe(on(after))
    assert.deepStrictEqual(names(clusters.table.values(after.store)), ["production", "probe", "probe"])
  }).pipe(as(people.tester))
)

describe("CreateCluster", () => {
  it.effect("keeps what it was told, and fills in the rest", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const told = {
          ...wanted,
          name: "集群_1-a",
          cluster_spec: "ack.pro.small",
          vswitch_ids: ["vsw-1", "vsw-2"],
          container_cidr: "10.0.0.0/16",
          deletion_protection: true
        }
        const id = yield* createdId({
          ...told,
          vpcid: "vpc-1",
          kubernetes_version: "1.30.1-aliyun.1",
          num_of_nodes: 2,
          proxy_mode: null,
          snat_entry: true,
          login_password: "Secret@1"
        })
        const found = yield* json(detail(id))
        assert.deepInclude(found, {
          ...told,
          cluster_id: id,
          vpc_id: "vpc-1",
          vswitch_id: "vsw-1,vsw-2",
          subnet_cidr: "10.0.0.0/16",
          current_version: "1.30.1-aliyun.1",
          init_version: "1.30.1-aliyun.1",
          size: 2,
          proxy_mode: "ipvs"
        })
        assert.notInclude(JSON.stringify(found), "Secret@1")
        const least = yield* json(detail(yield* createdId()))
        assert.deepInclude(least, {
          cluster_spec: "ack.standard",
          profile: "Default",
          zone_id: "cn-beijing-b",
          size: 0,
          deletion_protection: false,
          tags: []
        })
      })
    )
  )

  it.effect("refuses what makes no sense, and creates nothing", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const { cluster_type, name, region_id } = wanted
        const rows: ReadonlyArray<readonly [Body.Body, string, string]> = [
          [Body.json({ region_id, cluster_type }), "MissingParameter", '"name"'],
          [Body.json({ name, cluster_type }), "MissingParameter", '"region_id"'],
          [Body.json({ name, region_id }), "MissingParameter", '"cluster_type"'],
          [Body.json({ ...wanted, name: null }), "MissingParameter", '"name"'],
          [Body.json({}), "MissingParameter", '"name"'],
          [Body.json({ ...wanted, name: "" }), "InvalidParameter", '"name"'],
          [Body.json({ ...wanted, name: "-a" }), "InvalidParameter", '"name"'],
          [Body.json({ ...wanted, name: "a".repeat(64) }), "InvalidParameter", '"name"'],
          [Body.json({ ...wanted, name: 1 }), "InvalidParameter", '"name"'],
          [Body.json({ ...wanted, region_id: "mars-1" }), "InvalidParameter", '"region_id"'],
          [Body.json({ ...wanted, cluster_type: "Swarm" }), "InvalidParameter", '"cluster_type"'],
          [Body.json({ ...wanted, num_of_nodes: "3" }), "InvalidParameter", '"num_of_nodes"'],
          [Body.json({ ...wanted, num_of_nodes: 1.5 }), "InvalidParameter", '"num_of_nodes"'],
          [Body.json({ ...wanted, deletion_protection: "true" }), "InvalidParameter", '"deletion_protection"'],
          [Body.json({ ...wanted, vswitch_ids: "vsw-1" }), "InvalidParameter", '"vswitch_ids"'],
          [Body.json({ ...wanted, vswitch_ids: ["vsw-1", null] }), "InvalidParameter", '"vswitch_ids.1"'],
          [Body.json({ ...wanted, tags: [{ key: "a" }] }), "MissingParameter", '"tags.0.value"'],
          [Body.json("probe"), "InvalidParameter", "not a JSON object"],
          [Body.json(null), "InvalidParameter", "not a JSON object"],
          [Body.text('{"name":', "application/json"), "InvalidParameter", "not valid JSON"],
          [Body.bytes(new Uint8Array([0x22, 0xff, 0x22]), "application/json"), "InvalidParameter", "not valid JSON"],
          [Body.form(wanted), "InvalidParameter", "not valid JSON"],
          [Body.empty, "InvalidParameter", "not valid JSON"]
        ]
        for (const [body, code, part] of rows) {
          const error = yield* Effect.flip(createRaw(body))
          assert.deepInclude(error, { _tag: "ServerException", code, httpStatus: 400 }, part)
          assert.include((error as any).serverMessage, part)
        }
        assert.deepStrictEqual(names(yield* json(list())), ["production", "staging"])
      })
    )
  )

  it.effect("does not take a body that the signature does not cover", () =>
    Effect.gen(function* () {
      // the type is signed, and has to be there before the body is
      const headers = { "content-type": "application/json" }
      const bare = yield* sign(
        RoaRequest.make({ ...cs, pathPattern: "/clusters", method: "POST", headers, body: Body.empty })
      )
      assert.notProperty(bare.headers, "content-md5")
      const bytes = new TextEncoder().encode(JSON.stringify(wanted))
      // what is signed is still right, and the body is not part of it
      assert.deepInclude(yield* send({ ...bare, body: bytes }), { status: 400, code: "InvalidParameter" })
      const whole = yield* sign(creation(Body.json(wanted)))
      assert.property(whole.headers, "content-md5")
      assert.deepInclude(yield* send({ ...whole, body: bytes.map((byte) => (byte === 0x70 ? 0x71 : byte)) }), {
        status: 400,
        code: "SignatureDoesNotMatch"
      })
      assert.deepStrictEqual(names(yield* json(list())), ["production", "staging"])
      assert.strictEqual((yield* send(yield* sign(creation(Body.json(wanted))))).status, 202)
    }).pipe(as(people.tester, signers["V1 SHA-1"]), Effect.provide(doors["in memory"]))
  )
})

describe("reading", () => {
  it.effect("DescribeClusters filters by part of the name, and by type", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* create({ ...wanted, cluster_type: "Ask", resource_group_id: "rg-1" })
        const rows: ReadonlyArray<readonly [object, ReadonlyArray<string>]> = [
          [{}, ["production", "staging", "probe"]],
          [{ name: "p" }, ["production", "probe"]],
          [{ name: "taging" }, ["staging"]],
          [{ name: "none" }, []],
          [{ clusterType: "Ask" }, ["probe"]],
          [{ clusterType: "" }, ["production", "staging", "probe"]],
          [{ name: "p", clusterType: "ManagedKubernetes" }, ["production"]],
          [{ resource_group_id: "rg-1" }, ["probe"]]
        ]
        for (const [query, found] of rows) assert.deepStrictEqual(names(yield* json(list(query))), found)
      })
    )
  )

  it.effect("DescribeClustersV1 by page and filter", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* create({ ...wanted, profile: "Edge" })
        const rows: ReadonlyArray<readonly [object, ReadonlyArray<string>, readonly [number, number, number]]> = [
          [{}, ["production", "staging", "probe"], [1, 10, 3]],
          [{ page_size: 2 }, ["production", "staging"], [1, 2, 3]],
          [{ page_size: 2, page_number: 2 }, ["probe"], [2, 2, 3]],
          [{ page_size: 2, page_number: 3 }, [], [3, 2, 3]],
          [{ name: "st" }, ["staging"], [1, 10, 1]],
          [{ region_id: "cn-hangzhou" }, ["production"], [1, 10, 1]],
          [{ cluster_spec: "ack.standard" }, ["staging", "probe"], [1, 10, 2]],
          [{ cluster_type: "Kubernetes" }, [], [1, 10, 0]],
          [{ profile: "Edge" }, ["probe"], [1, 10, 1]],
          [{ cluster_id: staging, profile: "Default" }, ["staging"], [1, 10, 1]]
        ]
        for (const [query, found, [page_number, page_size, total_count]] of rows) {
          const { clusters, page_info } = yield* json(pages(query))
          assert.deepStrictEqual(names(clusters), found)
          assert.deepStrictEqual(page_info, { page_number, page_size, total_count })
        }
        for (const query of [{ page_number: 0 }, { page_size: "x" }, { page_size: -1 }, { page_number: 1.5 }]) {
          assert.strictEqual(yield* outcome(pages(query)), "400 InvalidParameter")
        }
      })
    )
  )
})

describe("deletion protection", () => {
  it.effect("keeps a cluster until it is lifted", () =>
    inMemory(() =>
      Effect.gen(function* () {
        assert.strictEqual(yield* outcome(remove(production)), "400 DeletionProtectionEnabled")
        assert.strictEqual((yield* json(detail(production))).state, "running")
        yield* change(production, { deletion_protection: false })
        assert.strictEqual(yield* outcome(remove(production)), "202")
        yield* change(staging, { deletion_protection: true })
        assert.strictEqual(yield* outcome(remove(staging)), "400 DeletionProtectionEnabled")
      })
    )
  )

  it.effect("ModifyCluster and the rest refuse what is unknown or makes no sense", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const rows = [
          [change(staging, { cluster_name: "-" }), "400 InvalidParameter"],
          [change(staging, { deletion_protection: 1 }), "400 InvalidParameter"],
          [change(staging, "x"), "400 InvalidParameter"],
          [change(unknown, { cluster_name: "a" }), "404 ErrorClusterNotFound"],
          [detail(unknown), "404 ErrorClusterNotFound"],
          [remove(unknown), "404 ErrorClusterNotFound"]
        ] as const
        for (const [call, expected] of rows) assert.strictEqual(yield* outcome(call), expected)
        assert.deepInclude(yield* json(detail(staging)), { name: "staging", deletion_protection: false })
      })
    )
  )
})
