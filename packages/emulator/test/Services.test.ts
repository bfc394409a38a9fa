/** What the services answer, through both doors. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Xml from "@effect-aliyun/core/Xml"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Key from "@effect-aliyun/emulator/Key"
import * as Principal from "@effect-aliyun/emulator/Principal"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { as, doors, outcome, people, send, sign, signers } from "./support/Doors.js"

const ecs = { product: "Ecs", version: "2014-05-26" } as const
const cs = { product: "CS", version: "2015-12-15" } as const
const json = (call: ReturnType<typeof AcsClient.rpc>) =>
  Effect.flatMap(call, (response) => Effect.map(response.json, (body) => body as any))
const instances = (query: Record<string, unknown>) =>
  AcsClient.rpc({ ...ecs, action: "DescribeInstances", regionId: "cn-hangzhou", query })

describe.each(Object.entries(doors))("%s", (_, door) => {
  const works = <A, E>(name: string, test: () => Effect.Effect<A, E, AcsClient.Services | Emulator.Emulator>) =>
    it.effect(name, () => test().pipe(as(people.tester), Effect.provide(door)))

  works("Sts GetCallerIdentity tells whose key it is", () =>
    Effect.gen(function* () {
      const { RequestId, ...body } = yield* json(
        AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
      )
      const [call] = yield* Emulator.calls
      assert.strictEqual(RequestId, call?.requestId)
      assert.deepStrictEqual(body, {
        IdentityType: "RAMUser",
        AccountId: "1234567890123456",
        PrincipalId: "216959339000654321",
        UserId: "216959339000654321",
        Arn: "acs:ram::1234567890123456:user/tester"
      })
    })
  )

  works("Ecs DescribeRegions", () =>
    Effect.gen(function* () {
      const call = (query: Record<string, unknown>) => json(AcsClient.rpc({ ...ecs, action: "DescribeRegions", query }))
      const { Regions } = yield* call({ AcceptLanguage: "en-US" })
      assert.strictEqual(Regions.Region.length, 10)
      assert.deepInclude(Regions.Region, {
        RegionId: "cn-hangzhou",
        RegionEndpoint: "ecs.cn-hangzhou.aliyuncs.com",
        LocalName: "China (Hangzhou)"
      })
      assert.strictEqual((yield* call({})).Regions.Region[3].LocalName, "华东1（杭州）")
    })
  )

  works("Ecs DescribeInstances by page", () =>
    Effect.gen(function* () {
      const first = yield* json(instances({}))
      assert.deepStrictEqual([first.TotalCount, first.PageNumber, first.PageSize], [5, 1, 10])
      assert.strictEqual(first.Instances.Instance.length, 5)
      const last = yield* json(instances({ PageSize: 2, PageNumber: 3 }))
      assert.deepStrictEqual(last.Instances.Instance[0].InstanceId, "i-bp1emulator000000005")
      assert.strictEqual(last.Instances.Instance.length, 1)
      assert.deepStrictEqual((yield* json(instances({ PageNumber: 99 }))).Instances.Instance, [])
    })
  )

  works("Ecs DescribeInstances by id and status", () =>
    Effect.gen(function* () {
      const ids = (InstanceIds: unknown, query = {}) =>
        Effect.map(json(instances({ InstanceIds: JSON.stringify(InstanceIds), ...query })), (body) =>
          body.Instances.Instance.map(({ InstanceName }: { readonly InstanceName: string }) => InstanceName)
        )
      assert.deepStrictEqual(yield* ids(["i-bp1emulator000000003", "i-uf6emulator000000001", "i-none"]), ["db-1"])
      assert.deepStrictEqual(yield* ids(["i-bp1emulator000000003"], { Status: "Stopped" }), [])
      assert.deepStrictEqual(yield* ids([]), [])
    })
  )

  works("Ecs DescribeInstances refuses what makes no sense", () =>
    Effect.gen(function* () {
      const rows: ReadonlyArray<readonly [Record<string, unknown>, string]> = [
        [{ RegionId: "" }, "400 MissingParameter"],
        [{ RegionId: "mars-1" }, "404 InvalidRegionId.NotFound"],
        [{ PageSize: 101 }, "400 InvalidParameter"],
        [{ PageNumber: 0 }, "400 InvalidParameter"],
        [{ PageNumber: "1e3" }, "400 InvalidParameter"],
        [{ InstanceIds: "i-1" }, "400 InvalidInstanceIds.Malformed"],
        [{ InstanceIds: "{}" }, "400 InvalidInstanceIds.Malformed"],
        [{ InstanceIds: "[1]" }, "400 InvalidInstanceIds.Malformed"],
        [{ InstanceIds: JSON.stringify(Array(101).fill("i-1")) }, "400 InvalidParameter.TooManyInstanceIds"]
      ]
      for (const [query, answer] of rows) assert.strictEqual(yield* outcome(instances(query)), answer)
      const [call] = yield* Emulator.calls
      assert.deepInclude(call, { verdict: "Accepted", code: "MissingParameter", status: 400 })
    })
  )

  works("CS DescribeClusters and DescribeClusterDetail", () =>
    Effect.gen(function* () {
      const clusters = yield* json(AcsClient.roa({ ...cs, pathPattern: "/clusters" }))
      assert.deepStrictEqual(
        clusters.map(({ name }: { readonly name: string }) => name),
        ["production", "staging"]
      )
      const detail = (ClusterId: string) =>
        AcsClient.roa({ ...cs, pathPattern: "/clusters/[ClusterId]", pathParams: { ClusterId } })
      assert.deepStrictEqual(yield* json(detail(clusters[1].cluster_id)), clusters[1])
      const error = yield* Effect.flip(detail("no/such cluster"))
      assert.deepInclude(error, {
        _tag: "ServerException",
        code: "ErrorClusterNotFound",
        httpStatus: 404,
        serverMessage: "cluster (no/such cluster) not found in our records"
      })
      const calls = yield* Emulator.calls
      assert.deepStrictEqual(
        calls.map(({ action }) => action),
        ["DescribeClusters", "DescribeClusterDetail", "DescribeClusterDetail"]
      )
    })
  )

  works("an error of an ROA product is in camel case, one of the gateway is not", () =>
    Effect.gen(function* () {
      const request = RoaRequest.make({ ...cs, pathPattern: "/clusters/c1" })
      const own = yield* send(yield* sign(request))
      assert.deepStrictEqual(Object.keys(JSON.parse(own.text)), ["code", "message", "requestId"])
      const gateway = yield* Effect.flatMap(sign(request), send).pipe(as(people.stranger))
      assert.deepStrictEqual(Object.keys(JSON.parse(gateway.text)), [
        "RequestId",
        "HostId",
        "Code",
        "Message",
        "Recommend"
      ])
      assert.strictEqual(JSON.parse(gateway.text).RequestId, gateway.headers["x-acs-request-id"])
    })
  )

  works("what is unknown is said to be", () =>
    Effect.gen(function* () {
      const rows = [
        [AcsClient.rpc({ ...ecs, action: "FlyToTheMoon" }), "404 InvalidAction.NotFound"],
        [AcsClient.rpc({ ...ecs, version: "2013-01-10", action: "DescribeRegions" }), "400 NoSuchVersion"],
        [AcsClient.roa({ ...cs, pathPattern: "/nodes" }), "404 InvalidAction.NotFound"],
        [AcsClient.roa({ ...cs, pathPattern: "/clusters", method: "DELETE" }), "404 InvalidAction.NotFound"],
        [AcsClient.roa({ ...cs, pathPattern: "/clusters/" }), "404 InvalidAction.NotFound"],
        [AcsClient.rpc({ ...ecs, action: "DescribeRegions", method: "DELETE" }), "403 UnsupportedHTTPMethod"],
        [AcsClient.roa({ ...ecs, pathPattern: "/" }), "400 MissingParameter"]
      ] as const
      for (const [call, answer] of rows) assert.strictEqual(yield* outcome(call), answer)
    })
  )

  for (const [name, signer] of Object.entries(signers)) {
    it.effect(`answers in XML when asked, signed by ${name}`, () =>
      Effect.gen(function* () {
        const request = RpcRequest.make({ ...ecs, action: "DescribeInstances", format: "XML" })
        const { headers, text } = yield* send(yield* sign(request))
        assert.strictEqual(headers["content-type"], "text/xml;charset=utf-8")
        const body = Either.getOrThrow(Xml.parseText(text)) as any
        assert.strictEqual(body.DescribeInstancesResponse.RequestId, headers["x-acs-request-id"])
        assert.strictEqual(body.DescribeInstancesResponse.Instances.Instance.length, 5)
        const error = yield* Effect.flip(AcsClient.execute(request).pipe(as(people.impostor, signer)))
        assert.deepInclude(error, { _tag: "ServerException", code: "InvalidAccessKeySecret", httpStatus: 400 })
      }).pipe(as(people.tester, signer), Effect.provide(door))
    )
  }

  works("HEAD is answered without a body", () =>
    Effect.gen(function* () {
      const wire = yield* sign(RoaRequest.make({ ...cs, pathPattern: "/clusters", method: "HEAD" }))
      const { status, text } = yield* send(wire)
      assert.deepStrictEqual([status, text], [404, ""])
    })
  )
})

it.effect("keys can belong to anyone", () =>
  Effect.gen(function* () {
    const call = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
    const identity = yield* json(call).pipe(as(people.tester))
    assert.deepInclude(identity, { IdentityType: "Account", UserId: "6543210987654321" })
    const role = yield* json(call).pipe(as(people.sts))
    assert.deepInclude(role, { Arn: "acs:ram::6543210987654321:assumed-role/reader/me", RoleId: "300000000000000001" })
  }).pipe(
    Effect.provide(
      Emulator.layerHttpClient({
        keys: [
          Key.accessKey({
            accessKeyId: "testid",
            accessKeySecret: "testsecret",
            principal: Principal.account("6543210987654321")
          }),
          Key.sts({
            accessKeyId: "STS.id",
            accessKeySecret: "stssecret",
            securityToken: "sts/token+1=",
            principal: Principal.assumedRole({
              accountId: "6543210987654321",
              roleId: "300000000000000001",
              roleName: "reader",
              sessionName: "me"
            })
          })
        ]
      })
    )
  )
)
