/** Location: where the products are. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Xml from "@effect-aliyun/core/Xml"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { as, doors, outcome, people, send, sign, signers } from "../support/Doors.js"

const location = { product: "Location", version: "2015-06-12", action: "DescribeEndpoints" } as const
type Query = Record<string, unknown>

const ask = (query: Query) => AcsClient.rpc({ ...location, query })
const json = (call: ReturnType<typeof AcsClient.rpc>) =>
  Effect.flatMap(call, (response) => Effect.map(response.json, (body) => body as any))
const endpoints = (query: Query) =>
  Effect.map(json(ask(query)), ({ Endpoints }) =>
    Endpoints.Endpoint.map(({ Endpoint, Type }: Record<string, string>) => `${Type} ${Endpoint}`)
  )

const ecs = { Id: "cn-hangzhou", ServiceCode: "ecs", Type: "openAPI" }

for (const [door, layer] of Object.entries(doors)) {
  for (const [name, signer] of Object.entries(signers)) {
    it.effect(`${door}, by ${name}: says where Ecs is`, () =>
      Effect.gen(function* () {
        const { RequestId, ...body } = yield* json(ask(ecs))
        assert.match(RequestId, /^[0-9A-F-]{36}$/)
        assert.deepStrictEqual(body, {
          Success: true,
          Endpoints: {
            Endpoint: [
              {
                Protocols: { Protocols: ["HTTP", "HTTPS"] },
                Type: "openAPI",
                Namespace: "26842",
                Id: "cn-hangzhou",
                SerivceCode: "ecs",
                Endpoint: "ecs.cn-hangzhou.aliyuncs.com"
              }
            ]
          }
        })
      }).pipe(as(people.tester, signer), Effect.provide(layer))
    )
  }
}

describe("DescribeEndpoints", () => {
  it.effect("by service code, region and type", () =>
    Effect.gen(function* () {
      const rows: ReadonlyArray<readonly [Query, ReadonlyArray<string>]> = [
        [{ ...ecs, ServiceCode: "ECS" }, ["openAPI ecs.cn-hangzhou.aliyuncs.com"]],
        [{ ...ecs, Id: "us-west-1" }, ["openAPI ecs.us-west-1.aliyuncs.com"]],
        [{ ...ecs, ServiceCode: "redisa" }, ["openAPI r-kvstore.cn-hangzhou.aliyuncs.com"]],
        [{ ...ecs, ServiceCode: "cms" }, ["openAPI metrics.cn-hangzhou.aliyuncs.com"]],
        [{ ...ecs, Type: "innerAPI" }, ["innerAPI ecs-vpc.cn-hangzhou.aliyuncs.com"]],
        [
          { ...ecs, Type: undefined },
          ["openAPI ecs.cn-hangzhou.aliyuncs.com", "innerAPI ecs-vpc.cn-hangzhou.aliyuncs.com"]
        ]
      ]
      for (const [query, expected] of rows) assert.deepStrictEqual(yield* endpoints(query), expected)
    }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
  )

  it.effect("knows every region of Ecs", () =>
    Effect.gen(function* () {
      const { Regions } = yield* json(
        AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
      )
      for (const { RegionEndpoint, RegionId } of Regions.Region) {
        assert.deepStrictEqual(yield* endpoints({ ...ecs, Id: RegionId }), [`openAPI ${RegionEndpoint}`])
      }
    }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
  )

  it.effect("refuses what it does not know, in the words that clients look for", () =>
    Effect.gen(function* () {
      const rows: ReadonlyArray<readonly [Query, string, string]> = [
        [{ ...ecs, Id: "mars-1" }, "404 InvalidRegionId", "The specified region does not exist."],
        [{ ...ecs, Id: "CN-HANGZHOU" }, "404 InvalidRegionId", "The specified region does not exist."],
        [{ ...ecs, ServiceCode: "moon" }, "400 Illegal Parameter", "Please check the parameters"],
        [{ ...ecs, ServiceCode: "constructor" }, "400 Illegal Parameter", "Please check the parameters"],
        [{ ...ecs, Type: "otherAPI" }, "400 Illegal Parameter", "Please check the parameters"]
      ]
      for (const [query, expected, words] of rows) {
        assert.strictEqual(yield* outcome(ask(query)), expected)
        assert.strictEqual(((yield* Effect.flip(ask(query))) as any).serverMessage, words)
      }
      for (const name of ["Id", "ServiceCode"]) {
        for (const value of [undefined, ""]) {
          const error: any = yield* Effect.flip(ask({ ...ecs, [name]: value }))
          assert.deepInclude(error, { code: "MissingParameter", httpStatus: 400 })
          assert.include(error.serverMessage, `"${name}"`)
        }
      }
    }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
  )

  it.effect("answers in XML when asked", () =>
    Effect.gen(function* () {
      const { text } = yield* send(yield* sign(RpcRequest.make({ ...location, query: ecs, format: "XML" })))
      const { Endpoints, Success } = (Either.getOrThrow(Xml.parseText(text)) as any).DescribeEndpointsResponse
      assert.strictEqual(Success, "true")
      const found = [Endpoints.Endpoint].flat()
      assert.strictEqual(found[0].Endpoint, "ecs.cn-hangzhou.aliyuncs.com")
      assert.deepStrictEqual(found[0].Protocols.Protocols, ["HTTP", "HTTPS"])
    }).pipe(as(people.tester), Effect.provide(doors["in memory"]))
  )
})
