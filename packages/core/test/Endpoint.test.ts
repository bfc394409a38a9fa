/** Where a call goes: chains of resolvers, tables of one's own, and what is said when nobody has a host. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

type Options = Partial<AcsRequest.CommonOptions>

const test = AcsTest.layer(() => ({ json: {} }))

const call = (options: Options = {}) =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", ...options })

/** where a call arrives, else why it does not */
const place = (options: Options = {}) =>
  Effect.gen(function* () {
    const before = (yield* AcsTest.calls).length
    const failure = yield* Effect.match(call(options), { onSuccess: () => undefined, onFailure: reasonOf })
    return failure ?? (yield* AcsTest.calls)[before]?.host
  }).pipe(Effect.provide(test))

const reasonOf = (error: AcsError.AcsError): string => {
  if (error._tag === "ServerException") return error.code
  const { reason } = error
  if (reason._tag === "InvalidRequest") return `${reason.field} ${reason.issue}`
  if (reason._tag !== "EndpointUnresolved") return assert.fail(error.message)
  assert.deepStrictEqual([error.code, error.outcome, error.attempts], ["SDK.EndpointResolvingError", "NotExecuted", 0])
  return reason.issue
}

const asked: Endpoint.EndpointRequest = {
  product: "Ecs",
  regionId: "cn-hangzhou",
  network: "public",
  suffix: undefined,
  rule: undefined,
  mapped: undefined,
  locationServiceCode: undefined,
  locationEndpointType: "openAPI"
}

const silent: Endpoint.Resolver = () => Effect.succeedNone
const knows = (...regions: ReadonlyArray<string>) =>
  Endpoint.make(
    () => Effect.succeedNone,
    () => Effect.succeedSome(regions)
  )

describe("without a table", () => {
  it.effect("the map of the request, its rule, and then a guess", () =>
    Effect.gen(function* () {
      const endpointMap = { "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com", "cn-beijing": "" }
      assert.strictEqual(yield* place({ endpointMap, endpointType: "central" }), "ecs-cn-hangzhou.aliyuncs.com")
      assert.strictEqual(yield* place({ endpointType: "central" }), "ecs.aliyuncs.com")
      assert.strictEqual(yield* place(), "ecs.cn-hangzhou.aliyuncs.com")
      // nothing in the map is nothing said
      assert.strictEqual(yield* place({ endpointMap, regionId: "cn-beijing" }), "ecs.cn-beijing.aliyuncs.com")
      // nor is a rule that is none
      assert.strictEqual(yield* place({ endpointType: "other" as "central" }), "ecs.cn-hangzhou.aliyuncs.com")
    })
  )

  it.effect("a network and a suffix are part of the name, in any case; empty they are not given", () =>
    Effect.gen(function* () {
      const endpointMap = { "cn-hangzhou": "mapped.aliyuncs.com" }
      assert.strictEqual(yield* place({ network: "VPC", endpointMap }), "ecs-vpc.cn-hangzhou.aliyuncs.com")
      assert.strictEqual(yield* place({ productSuffix: "share" }), "ecs-share.cn-hangzhou.aliyuncs.com")
      assert.strictEqual(yield* place({ network: "", productSuffix: "", endpointMap }), "mapped.aliyuncs.com")
      assert.strictEqual(yield* place({ network: "Public", endpointMap }), "mapped.aliyuncs.com")
    })
  )

  it.effect("what has not the form of a region is none; a central product does not care", () =>
    Effect.gen(function* () {
      for (const regionId of ["mars", "cn", "cn_hangzhou", "1-2"]) {
        assert.strictEqual(
          yield* place({ regionId }),
          `there is no region '${regionId}'; check the region id, for instance 'cn-hangzhou'`
        )
      }
      assert.strictEqual(yield* place({ regionId: "sa-east-1" }), "ecs.sa-east-1.aliyuncs.com")
      assert.strictEqual(yield* place({ regionId: "mars", endpointType: "central" }), "ecs.aliyuncs.com")
    })
  )

  it.effect("a host for insiders is not guessed", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* place({ locationEndpointType: "innerAPI" }),
        "product 'Ecs' has no known endpoint in region 'cn-hangzhou', of type 'innerAPI'; set 'endpoint'"
      )
      // a rule that the request itself names is followed all the same, as in the seed
      assert.strictEqual(
        yield* place({ locationEndpointType: "innerAPI", endpointType: "central" }),
        "ecs.aliyuncs.com"
      )
    })
  )
})

describe("a table of one's own", () => {
  const mine = Endpoint.table({
    ECS: { "cn-hangzhou": "mine.example.com", "CN-Beijing": { public: "open.example.com", VPC: "inside.example.com" } }
  })
  const at = (options: Options) => Endpoint.withEndpoint(place(options), mine)

  it.effect("has a host for any network, or one for each", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* at({}), "mine.example.com")
      assert.strictEqual(yield* at({ network: "vpc" }), "mine.example.com")
      assert.strictEqual(yield* at({ product: "ecs", regionId: "cn-beijing" }), "open.example.com")
      assert.strictEqual(yield* at({ regionId: "cn-beijing", network: "vpc" }), "inside.example.com")
      assert.strictEqual(
        yield* at({ product: "eCS", regionId: "Cn-Hangzhou", endpointType: "central" }),
        "mine.example.com"
      )
    })
  )

  it.effect("says where else the product is, for the network in question", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* at({ regionId: "cn-nowhere" }),
        "product 'Ecs' has no known endpoint in region 'cn-nowhere'; use one of the regions cn-beijing, cn-hangzhou, or set 'endpoint'"
      )
      assert.strictEqual(
        yield* at({ regionId: "cn-beijing", network: "internal" }),
        "product 'Ecs' has no known endpoint in region 'cn-beijing', network 'internal'; use one of the regions cn-hangzhou, or set 'endpoint'"
      )
      assert.strictEqual(
        yield* at({ product: "Zzz" }),
        "no endpoint is known for product 'Zzz' in region 'cn-hangzhou'; check the product code, or set 'endpoint'"
      )
    })
  )

  it.effect("names of the prototype are in no table", () =>
    Effect.gen(function* () {
      assert.include(yield* at({ product: "constructor" }), "no endpoint is known for product 'constructor'")
      assert.include(yield* at({ regionId: "constructor" }), "there is no region 'constructor'")
    })
  )

  it.effect("goes before all that is there, the default or another layer's; the last one first", () =>
    Effect.gen(function* () {
      const first = Endpoint.layerTable({ Ecs: { "cn-hangzhou": "one.example.com", "cn-beijing": "one.example.com" } })
      const second = Endpoint.layerTable({ Ecs: { "cn-hangzhou": "two.example.com" } })
      const hosts = (layer: Layer.Layer<Endpoint.Endpoint>) =>
        Effect.forEach(["cn-hangzhou", "cn-beijing", "cn-shanghai"], (regionId) => place({ regionId })).pipe(
          Effect.provide(layer)
        )
      assert.deepStrictEqual(yield* hosts(first), [
        "one.example.com",
        "one.example.com",
        "ecs.cn-shanghai.aliyuncs.com"
      ])
      const both = second.pipe(Layer.provideMerge(first), Layer.provideMerge(Endpoint.layer(Endpoint.rule("central"))))
      assert.deepStrictEqual(yield* hosts(both), ["two.example.com", "one.example.com", "ecs.aliyuncs.com"])
    })
  )
})

describe("a chain", () => {
  it.effect("follows the first host, and asks nobody after it", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const resolver =
        (name: string, host: string | undefined): Endpoint.Resolver =>
        () =>
          Effect.sync(() => {
            seen.push(name)
            return Option.fromNullable(host)
          })
      const chain = Endpoint.firstOf(resolver("a", undefined), resolver("b", "b.com"), resolver("c", "c.com"))
      assert.strictEqual(yield* Endpoint.withEndpoint(place(), chain), "b.com")
      assert.deepStrictEqual(seen, ["a", "b"])
      assert.strictEqual(
        yield* Endpoint.withEndpoint(place(), Endpoint.firstOf()),
        "no endpoint is known for product 'Ecs' in region 'cn-hangzhou'; check the product code, or set 'endpoint'"
      )
    })
  )

  it.effect("ends with the one that fails", () =>
    Effect.gen(function* () {
      const failing: Endpoint.Resolver = () => Effect.fail(AcsError.invalidRequest("place", "is broken"))
      const chain = Endpoint.firstOf(failing, Endpoint.rule("regional"))
      assert.strictEqual(yield* Endpoint.withEndpoint(place(), chain), "place is broken")
    })
  )

  it.effect("knows what its parts know, those that do not tell left out", () =>
    Effect.gen(function* () {
      const known = (...resolvers: ReadonlyArray<Endpoint.Resolver>) =>
        Endpoint.knownOf(Endpoint.firstOf(...resolvers), asked)
      assert.deepStrictEqual(yield* known(silent, silent), Option.none())
      assert.deepStrictEqual(yield* known(silent, knows()), Option.some([]))
      assert.deepStrictEqual(
        yield* known(knows("us-east-1", "cn-beijing"), silent, knows("cn-beijing", "cn-hangzhou")),
        Option.some(["us-east-1", "cn-beijing", "cn-hangzhou"])
      )
    })
  )

  it.effect("a guess is made for what nobody has heard of, not for what is elsewhere", () =>
    Effect.gen(function* () {
      const guessing = (resolver: Endpoint.Resolver, options: Options = {}) =>
        Endpoint.withEndpoint(place(options), Endpoint.orGuess(resolver, "regional"))
      assert.strictEqual(yield* guessing(silent), "ecs.cn-hangzhou.aliyuncs.com")
      assert.strictEqual(yield* guessing(silent, { network: "vpc" }), "ecs-vpc.cn-hangzhou.aliyuncs.com")
      assert.strictEqual(yield* guessing(Endpoint.host("a.com")), "a.com")
      assert.strictEqual(
        yield* guessing(knows("cn-beijing")),
        "product 'Ecs' has no known endpoint in region 'cn-hangzhou'; use one of the regions cn-beijing, or set 'endpoint'"
      )
      assert.include(yield* guessing(silent, { regionId: "mars" }), "there is no region 'mars'")
      assert.strictEqual(yield* Endpoint.withEndpoint(place(), Endpoint.orGuess("central")(silent)), "ecs.aliyuncs.com")
    })
  )
})
