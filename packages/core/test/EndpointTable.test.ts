/** The tables say what the facts say: all of it, and nothing else. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const read = (name: string) => JSON.parse(readFileSync(`${root}/test/fixtures/facts/${name}.json`, "utf8"))

type Hosts = Readonly<Record<string, ReadonlyArray<string>>>

interface Facts {
  readonly global?: string
  readonly locationServiceCode?: string
  readonly aliases?: ReadonlyArray<string>
  readonly public?: Hosts
  readonly vpc?: Hosts
}

const current: Readonly<Record<string, Facts>> = read("endpoints").products
const seed: Readonly<Record<string, Facts>> = Object.fromEntries(
  Object.entries(read("python-core-endpoints") as Readonly<Record<string, Facts & { readonly hosts?: Hosts }>>).map(
    ([product, { hosts, ...facts }]) => [product, { ...facts, ...(hosts === undefined ? {} : { public: hosts }) }]
  )
)

const asked = (product: string, regionId: string, network = "public"): Endpoint.EndpointRequest => ({
  product,
  regionId,
  network,
  suffix: undefined,
  rule: undefined,
  mapped: undefined,
  locationServiceCode: undefined,
  locationEndpointType: "openAPI"
})

const resolve = (resolver: Endpoint.Resolver, request: Endpoint.EndpointRequest) =>
  Effect.runSync(
    resolver(request).pipe(Effect.map(Option.getOrUndefined), Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )

/** by region, as the facts have them */
const hostsOf = (hosts: Hosts = {}): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(hosts).flatMap(([host, regions]) =>
      regions.map((region) => [region, host.replaceAll("{region}", region)] as const)
    )
  )

describe.each([
  { name: "current", table: EndpointTable.current, facts: current, products: 317, hosts: 6954, centrals: 53 },
  { name: "seed", table: EndpointTable.seed, facts: seed, products: 126, hosts: 742, centrals: 36 }
])("$name", ({ centrals, facts, hosts, products, table }) => {
  const entries = Object.entries(facts)
  const regions = new Set(
    entries.flatMap(([, { public: open, vpc }]) => [...hostsOf(open).keys(), ...hostsOf(vpc).keys()])
  )
  // what an `Effect` costs is not what this looks at
  const ask = (resolver: Endpoint.Resolver, request: Endpoint.EndpointRequest) =>
    Option.getOrUndefined(Effect.runSync(resolver(request) as Effect.Effect<Option.Option<string>>))

  it("has each host of each product in each region and network, and no other", () => {
    let found = 0
    const wrong: Array<string> = []
    for (const [product, { public: open, vpc }] of entries) {
      for (const [network, expected] of [
        ["public", hostsOf(open)],
        ["vpc", hostsOf(vpc)]
      ] as const) {
        for (const region of [...regions, "cn-nowhere-9"]) {
          const host = ask(table.regional, asked(product, region, network))
          if (host !== undefined) found++
          if (host !== expected.get(region)) wrong.push(`${product} ${network} ${region}: ${host}`)
        }
      }
    }
    assert.deepStrictEqual(wrong, [])
    assert.strictEqual(found, hosts)
  })

  it("has each central host, for any region and the public network only", () => {
    let found = 0
    for (const [product, { global }] of entries) {
      assert.strictEqual(ask(table.central, asked(product, "na-new-1")), global, product)
      assert.isUndefined(ask(table.central, asked(product, "na-new-1", "vpc")))
      assert.isUndefined(ask(table.central, asked(product, "mars")))
      if (global !== undefined) found++
    }
    assert.strictEqual(found, centrals)
  })

  it("has each service code and each alias, and no other product", () => {
    const names = Effect.runSync(table.products)
    assert.deepStrictEqual([...names].sort(), Object.keys(facts).sort())
    assert.strictEqual(names.length, products)
    for (const [product, { aliases = [], locationServiceCode, public: open }] of entries) {
      assert.strictEqual(table.locationServiceCode(product), locationServiceCode)
      assert.strictEqual(table.locationServiceCode(product.toUpperCase()), locationServiceCode)
      const [first] = hostsOf(open)
      for (const alias of aliases) {
        const [region, host] = first ?? assert.fail(product)
        assert.strictEqual(ask(table, asked(alias.toUpperCase(), region)), host)
      }
    }
    for (const product of ["", "ec", "nosuch", "constructor", "__proto__", "ecs\n"]) {
      assert.isUndefined(table.locationServiceCode(product))
      assert.isUndefined(ask(table, asked(product, "cn-hangzhou")))
      assert.deepStrictEqual(Effect.runSync(Endpoint.knownOf(table, asked(product, "cn-hangzhou"))), Option.none())
    }
  })

  it("tells the regions of a product, for the network in question", () => {
    for (const [product, { public: open, vpc }] of entries) {
      for (const [network, expected] of [
        ["public", hostsOf(open)],
        ["vpc", hostsOf(vpc)]
      ] as const) {
        const known = Effect.runSync(Endpoint.knownOf(table, asked(product, "cn-nowhere", network)))
        assert.deepStrictEqual([...Option.getOrThrow(known)].sort(), [...expected.keys()].sort())
      }
    }
  })
})

describe("a table", () => {
  it("answers in any case", () => {
    assert.strictEqual(resolve(EndpointTable.current, asked("CMS", "CN-Hangzhou")), "metrics.cn-hangzhou.aliyuncs.com")
  })

  it("has the host for the region before the one for any", () => {
    assert.strictEqual(resolve(EndpointTable.current, asked("Sts", "cn-beijing")), "sts.cn-beijing.aliyuncs.com")
    assert.strictEqual(resolve(EndpointTable.current, asked("Sts", "sa-new-1")), "sts.aliyuncs.com")
  })

  it("knows nothing of suffixes and other networks, and has nothing for insiders", () => {
    const ecs = asked("Ecs", "cn-hangzhou")
    assert.strictEqual(resolve(EndpointTable.current, ecs), "ecs.cn-hangzhou.aliyuncs.com")
    for (const request of [
      { ...ecs, suffix: "share" },
      { ...ecs, network: "internal" }
    ]) {
      assert.isUndefined(resolve(EndpointTable.current, request))
      assert.deepStrictEqual(Effect.runSync(Endpoint.knownOf(EndpointTable.current, request)), Option.none())
    }
    const inner: Endpoint.EndpointRequest = { ...ecs, locationEndpointType: "innerAPI" }
    assert.isUndefined(resolve(EndpointTable.current, inner))
    assert.isUndefined(resolve(EndpointTable.current, { ...inner, product: "Ram", regionId: "na-new-1" }))
    assert.deepStrictEqual(Effect.runSync(Endpoint.knownOf(EndpointTable.current, inner)), Option.some([]))
  })
})

describe("the data", () => {
  it("is what scripts/endpoints.mjs writes", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/endpoints.mjs", "--check"], { cwd: root })
    assert.deepStrictEqual([status, stderr.toString()], [0, ""])
  })
})

describe("EndpointTable.layer", () => {
  const hostOf = (options: Partial<AcsRequest.CommonOptions>) =>
    Effect.gen(function* () {
      yield* AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", ...options })
      return (yield* AcsTest.calls).map(({ host }) => host)
    }).pipe(
      Effect.provide(
        AcsTest.layer(({ host, params }) =>
          host.startsWith("location")
            ? {
                json: {
                  Endpoints: {
                    Endpoint: [{ SerivceCode: "x", Type: "openAPI", Endpoint: `${params["ServiceCode"]}.new` }]
                  }
                }
              }
            : { json: {} }
        )
      ),
      Effect.provide(EndpointTable.layer)
    )

  it.effect(
    "what the request says, the table, the location service by the table's code, and a guess for the rest",
    () =>
      Effect.gen(function* () {
        const location = "location-readonly.aliyuncs.com"
        assert.deepStrictEqual(yield* hostOf({ endpointType: "central" }), ["ecs.aliyuncs.com"])
        assert.deepStrictEqual(yield* hostOf({ product: "Cms" }), ["metrics.cn-hangzhou.aliyuncs.com"])
        assert.deepStrictEqual(yield* hostOf({ product: "Cms", network: "vpc" }), [
          "metrics-vpc.cn-hangzhou.aliyuncs.com"
        ])
        assert.deepStrictEqual(yield* hostOf({ product: "R-kvstore", regionId: "sa-new-1" }), [location, "redisa.new"])
        assert.deepStrictEqual(yield* hostOf({ product: "Zzz", regionId: "sa-new-1" }), ["zzz.sa-new-1.aliyuncs.com"])
        const error = yield* Effect.flip(hostOf({ product: "Acc", regionId: "sa-new-1" }))
        assert.include(
          error.message,
          "product 'Acc' has no known endpoint in region 'sa-new-1'; use one of the regions ap-"
        )
      })
  )
})
