/**
 * Clients that no one here wrote, against the emulator's server: each makes calls that are accepted, and one with a wrong
 * secret that is refused as the gateway does.
 */
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import PopCore from "@alicloud/pop-core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createRequire } from "node:module"

// CommonJS with a default export beside named ones: `require` is the one way in that compilers and runners agree on
const {
  $OpenApiUtil,
  OpenApiUtil,
  default: OpenApiCore
} = createRequire(import.meta.url)("@alicloud/openapi-core") as typeof import("@alicloud/openapi-core")

const good = { accessKeyId: "testid", accessKeySecret: "testsecret" }
const wrong = { accessKeyId: "testid", accessKeySecret: "wrongsecret" }
type Keys = typeof good

/** what the peers throw is what they make of the gateway's answer */
interface PeerError {
  readonly code: string
  readonly message: string
  readonly statusCode?: number
  readonly data?: { readonly Code: string; readonly RequestId: string }
}

const call = <A>(run: () => Promise<A>): Effect.Effect<A, PeerError> =>
  Effect.tryPromise({ try: run, catch: (error) => error as PeerError })

/** the declarations of pop-core leave its ROA client out */
interface PopRoaClient {
  readonly get: <A>(path: string, query?: object, headers?: object, options?: object) => Promise<A>
  readonly post: <A>(path: string, query?: object, body?: string, headers?: object, options?: object) => Promise<A>
}
const { ROAClient } = PopCore as unknown as { readonly ROAClient: new (config: PopCore.Config) => PopRoaClient }

interface Instances {
  readonly TotalCount: number
  readonly Instances: { readonly Instance: ReadonlyArray<{ readonly InstanceName: string }> }
}
interface Identity {
  readonly AccountId: string
}
interface Cluster {
  readonly name: string
}

describe("@alicloud/pop-core", () => {
  const rpc = (url: string, keys: Keys, apiVersion = "2014-05-26") =>
    new PopCore({ ...keys, endpoint: url, apiVersion })
  const roa = (url: string, keys: Keys) => new ROAClient({ ...keys, endpoint: url, apiVersion: "2015-12-15" })

  for (const method of ["GET", "POST"]) {
    it.scopedLive(`RPC by ${method}`, () =>
      Effect.gen(function* () {
        const { emulator, url } = yield* NodeEmulator.make()
        const query = {
          regionId: "cn-hangzhou",
          pageSize: 2,
          status: "Running",
          tag: [{ key: "a b*", value: "~'()中" }]
        }
        const body = yield* call(() => rpc(url, good).request<Instances>("describeInstances", query, { method }))
        assert.strictEqual(body.TotalCount, 3)
        assert.strictEqual(body.Instances.Instance.length, 2)
        const identity = yield* call(() =>
          rpc(url, good, "2015-04-01").request<Identity>("GetCallerIdentity", {}, { method })
        )
        assert.strictEqual(identity.AccountId, "1234567890123456")

        const error = yield* Effect.flip(call(() => rpc(url, wrong).request("DescribeRegions", {}, { method })))
        assert.strictEqual(error.code, "SignatureDoesNotMatch")
        assert.strictEqual(error.data?.Code, "SignatureDoesNotMatch")
        const unknown = yield* Effect.flip(call(() => rpc(url, good).request("FlyToTheMoon", {}, { method })))
        assert.strictEqual(unknown.code, "InvalidAction.NotFound")
        assert.deepStrictEqual(
          (yield* emulator.calls).map((each) => `${each.method} ${each.action} ${each.verdict}`),
          [
            `${method} DescribeInstances Accepted`,
            `${method} GetCallerIdentity Accepted`,
            `${method} DescribeRegions Refused`,
            `${method} FlyToTheMoon Accepted`
          ]
        )
      })
    )
  }

  it.scopedLive("ROA", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const clusters = yield* call(() =>
        roa(url, good).get<ReadonlyArray<Cluster>>("/clusters", { name: "prod", a: "" })
      )
      assert.deepStrictEqual(
        clusters.map(({ name }) => name),
        ["production"]
      )
      const error = yield* Effect.flip(call(() => roa(url, wrong).get("/clusters")))
      assert.deepInclude(error, { code: "SignatureDoesNotMatch", statusCode: 400 })
      const posted = yield* Effect.flip(
        call(() => roa(url, good).post("/clusters", {}, '{"name":"中"}', { "content-type": "application/json" }))
      )
      assert.deepInclude(posted, { code: "InvalidAction.NotFound", statusCode: 404 })
    })
  )
})

describe("@alicloud/openapi-core", () => {
  type Style = "RPC" | "ROA"
  const client = (url: string, keys: Keys) =>
    new OpenApiCore(
      new $OpenApiUtil.Config({
        ...keys,
        endpoint: url.replace("http://", ""),
        protocol: "http",
        regionId: "cn-hangzhou",
        // its read timers outlive the calls, and this process with them
        readTimeout: 2000,
        connectTimeout: 2000
      })
    )
  const params = (style: Style, options: object) =>
    new $OpenApiUtil.Params({
      protocol: "http",
      authType: "AK",
      pathname: "/",
      method: "POST",
      reqBodyType: "formData",
      bodyType: "json",
      style,
      ...options
    })
  const describeInstances = params("RPC", { action: "DescribeInstances", version: "2014-05-26" })
  const describeClusters = params("ROA", {
    action: "DescribeClusters",
    version: "2015-12-15",
    pathname: "/clusters",
    method: "GET",
    reqBodyType: "json",
    bodyType: "array"
  })
  const ask = (url: string, keys: Keys, what: InstanceType<typeof $OpenApiUtil.Params>, request: object) =>
    call(() => client(url, keys).callApi(what, new $OpenApiUtil.OpenApiRequest(request), {} as never))

  it.scopedLive("RPC", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const query = OpenApiUtil.query({ RegionId: "cn-hangzhou", Tag: [{ Key: "a b*", Value: "~'()中" }] })
      const answer = yield* ask(url, good, describeInstances, { query, body: { PageSize: 2, Name: "a b*'中" } })
      assert.strictEqual((answer["body"] as Instances).TotalCount, 5)
      assert.strictEqual((answer["body"] as Instances).Instances.Instance.length, 2)
      const error = yield* Effect.flip(ask(url, wrong, describeInstances, { query }))
      assert.strictEqual(error.code, "SignatureDoesNotMatch")
      assert.strictEqual(error.statusCode, 400)
    })
  )

  it.scopedLive("ROA", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const answer = yield* ask(url, good, describeClusters, { query: { name: "stag" } })
      assert.deepStrictEqual(
        (answer["body"] as ReadonlyArray<Cluster>).map(({ name }) => name),
        ["staging"]
      )
      const error = yield* Effect.flip(ask(url, wrong, describeClusters, {}))
      assert.strictEqual(error.code, "SignatureDoesNotMatch")
      assert.strictEqual(error.statusCode, 400)
    })
  )
})
