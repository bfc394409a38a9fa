/** No text moves a call to another host than its product's. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
import * as LocationService from "@effect-aliyun/core/LocationService"
import * as Region from "@effect-aliyun/core/Region"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Key from "@effect-aliyun/emulator/Key"
import { assert, describe, it } from "@effect/vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import endpoints from "../fixtures/facts/endpoints.json" with { type: "json" }
import seed from "../fixtures/facts/python-core-endpoints.json" with { type: "json" }

type Options = Partial<AcsRequest.CommonOptions>

const call = (options: Options) =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", ...options })

const refusedField = (error: AcsError.AcsError) =>
  error._tag === "ClientException" && error.reason._tag === "InvalidRequest" ? error.reason.field : error.message

/** which field was refused, or where the call went; and which resolvers' questions there were */
const run = (options: Options, region = "cn-hangzhou") =>
  Effect.gen(function* () {
    const asked: Array<Endpoint.EndpointRequest> = []
    const listening: Endpoint.Resolver = (request) => {
      asked.push(request)
      return Effect.succeedNone
    }
    const refused = yield* call(options).pipe(
      Region.withRegion(region),
      Endpoint.withEndpoint(Endpoint.firstOf(listening, Endpoint.rule("regional"))),
      Effect.match({ onFailure: refusedField, onSuccess: () => undefined })
    )
    const hosts = (yield* AcsTest.calls).map(({ host }) => host)
    return { asked, hosts, refused }
  }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))

const label = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/

/** what an official client puts into a host as it is */
const hostile = fc.constantFrom(
  "evil.example/?",
  "a@b",
  "evil.example#",
  "..",
  ".",
  "a.b",
  "a\r\nx: y",
  "cn-hangzhou\n",
  "cn-hangzhou\nx@evil/",
  "\0",
  " ",
  "%0a",
  "a:1",
  "a\\b",
  "中国",
  "xn--fiqs8s.example",
  "a".repeat(64),
  "-a",
  "a-",
  "\uD800"
)
const good = fc.stringMatching(/^[a-z]{2}-[a-z0-9]{1,20}(-[0-9])?$/)
const texts = fc.oneof(
  hostile,
  good,
  fc.tuple(good, hostile).map(([a, b]) => a + b),
  fc.tuple(hostile, good).map(([a, b]) => a + b),
  fc.string({ minLength: 1 }),
  fc.string({ unit: "binary", minLength: 1 })
)

const property = <A>(arbitrary: fc.Arbitrary<A>, check: (value: A) => Effect.Effect<void>) =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(arbitrary, (value) => Effect.runPromise(check(value))),
      { numRuns: 150 }
    )
  )

describe("what becomes part of a host", () => {
  it.effect("J01: a region is one label, or refused before anyone is asked", () =>
    property(fc.oneof(texts, fc.constant("")), (region) =>
      Effect.gen(function* () {
        const { asked, hosts, refused } = yield* run({}, region)
        if (!label.test(region)) {
          assert.deepStrictEqual([refused, asked, hosts], ["regionId", [], []])
        } else if (refused === undefined) {
          assert.deepStrictEqual(hosts, [`ecs.${region.toLowerCase()}.aliyuncs.com`])
        } else {
          assert.include(refused, `there is no region '${region}'`)
          assert.deepStrictEqual(hosts, [])
        }
      })
    )
  )

  it.effect("J01: so are product, suffix, network and service code", () =>
    property(
      fc.tuple(fc.constantFrom("product", "productSuffix", "network", "locationServiceCode"), texts),
      ([field, text]) =>
        Effect.gen(function* () {
          const { asked, hosts, refused } = yield* run({ [field]: text })
          if (!label.test(text)) {
            assert.deepStrictEqual([refused, asked, hosts], [field, [], []])
          } else if (refused === undefined) {
            assert.match(hosts.join(), /^[a-z0-9_-]+\.cn-hangzhou\.aliyuncs\.com$/)
          } else {
            // a name that no host can have, such as one with `_`
            assert.deepStrictEqual([refused, hosts], ["endpoint", []])
          }
        })
    )
  )

  it.effect("J01: a text with a line that is a region is none (Q20)", () =>
    Effect.gen(function* () {
      for (const region of ["cn-hangzhou\n", "cn-hangzhou\nx@evil/", "x@evil/\ncn-hangzhou", "cn-hangzhou\r\n"]) {
        const { asked, hosts, refused } = yield* run({}, region)
        assert.deepStrictEqual([refused, asked, hosts], ["regionId", [], []])
      }
    })
  )
})

describe("an endpoint", () => {
  const before = fc.constantFrom(
    "user@",
    "user:pass@",
    "file://",
    "file:///",
    "ftp://",
    "//",
    "http:",
    "https:/",
    "javascript:",
    " ",
    "\n"
  )
  const after = fc.constantFrom(
    "/x",
    "/?a=b",
    "?a=b",
    "#a",
    ":0",
    ":65536",
    ":99999",
    ":-1",
    ":80:80",
    "\\evil",
    "@evil",
    " ",
    "\n",
    "\r\nx: y",
    ".",
    "..",
    "\0"
  )
  const host = fc.stringMatching(/^[a-z]{1,10}\.[a-z]{1,10}\.com$/)
  const decorated = fc.oneof(
    fc.tuple(before, host).map(([a, b]) => a + b),
    fc.tuple(host, after).map(([a, b]) => a + b),
    fc.tuple(fc.constantFrom("http://", "https://"), before, host).map((parts) => parts.join("")),
    fc.tuple(fc.constantFrom("http://", "https://"), host, after).map((parts) => parts.join(""))
  )

  /** by each of the ways in which one can be given */
  const ways = (endpoint: string): ReadonlyArray<AcsClient.Call<unknown>> => [
    call({ endpoint }),
    call({ endpointMap: { "cn-hangzhou": endpoint } }),
    Endpoint.withEndpoint(call({}), endpoint),
    Endpoint.withEndpoint(call({}), Endpoint.table({ Ecs: { "cn-hangzhou": endpoint } })),
    Endpoint.withEndpoint(call({}), () => Effect.succeedSome(endpoint))
  ]

  it.effect("J02: with a path, a user, a port 0 or another scheme is refused, whoever gives it", () =>
    property(decorated, (endpoint) =>
      Effect.gen(function* () {
        for (const way of ways(endpoint)) {
          const refused = yield* Effect.match(way, { onFailure: refusedField, onSuccess: () => "sent" })
          assert.strictEqual(refused, "endpoint", JSON.stringify(endpoint))
        }
        assert.deepStrictEqual(yield* AcsTest.calls, [])
      }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
    )
  )

  it.effect("J02: goes by https unless the one who gives it says http", () =>
    Effect.gen(function* () {
      const originsOf = (endpoint: string) => {
        const urls: Array<string> = []
        return Effect.forEach(ways(endpoint), (way) => way).pipe(
          Effect.provideServiceEffect(
            HttpClient.HttpClient,
            Effect.map(
              HttpClient.HttpClient,
              HttpClient.mapRequest((request) => {
                urls.push(new URL(request.url).origin)
                return request
              })
            )
          ),
          Effect.map(() => new Set(urls))
        )
      }
      assert.deepStrictEqual(yield* originsOf("a.com"), new Set(["https://a.com"]))
      assert.deepStrictEqual(yield* originsOf("https://a.com"), new Set(["https://a.com"]))
      assert.deepStrictEqual(yield* originsOf("HTTP://a.com:8080"), new Set(["http://a.com:8080"]))
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )
})

describe("a request for another network", () => {
  const hostsOf = (hosts: Readonly<Record<string, ReadonlyArray<string>>> = {}) =>
    Object.entries(hosts).flatMap(([host, regions]) => regions.map((region) => host.replaceAll("{region}", region)))
  const products = { ...seed, ...endpoints.products } as Readonly<Record<string, Readonly<Record<string, any>>>>
  const older = seed as typeof products
  const facts = [...Object.values(products), ...Object.values(older)]
  const inside = new Set(facts.flatMap(({ vpc }) => hostsOf(vpc)))
  const open = new Set(
    facts.flatMap((entry) => [...hostsOf(entry["public"]), ...hostsOf(entry["hosts"]), entry["global"]])
  )
  const regions = [
    ...new Set(facts.flatMap((entry) => Object.values({ ...entry["public"], ...entry["hosts"] }).flat()))
  ]
  const openHost = "public.example.com"

  it.effect("never gets a public host, by whatever table, map or service", () =>
    property(
      fc.record({
        product: fc.constantFrom(...new Set([...Object.keys(products), ...Object.keys(older)]), "Zzz"),
        regionId: fc.constantFrom(...(regions as Array<string>), "sa-new-1"),
        network: fc.constantFrom("vpc", "VPC", "internal"),
        endpointType: fc.constantFrom(undefined, "regional" as const, "central" as const),
        locationServiceCode: fc.constantFrom(undefined, "ecs")
      }),
      (options) =>
        Effect.gen(function* () {
          for (const resolver of [EndpointTable.resolver, EndpointTable.seedResolver, Endpoint.rule("regional")]) {
            yield* Endpoint.withEndpoint(
              Effect.ignore(call({ ...options, endpointMap: { [options.regionId]: openHost } })),
              resolver
            )
          }
          const wrong = (yield* AcsTest.calls)
            .map(({ host }) => host)
            .filter((host) => host === openHost || (open.has(host) && !inside.has(host)))
          assert.deepStrictEqual(wrong, [])
        }).pipe(
          Effect.provide(
            AcsTest.layer(() => ({
              json: { Endpoints: { Endpoint: [{ ServiceCode: "x", Type: "openAPI", Endpoint: openHost }] } }
            }))
          ),
          Effect.provide(LocationService.layerCache)
        )
    )
  )
})

describe("the location service of the emulator", () => {
  it.effect("has a host, knows no such region, or knows no such product", () =>
    Effect.gen(function* () {
      const ask = (regionId: string, locationServiceCode: string) => {
        const request: Endpoint.EndpointRequest = {
          product: "Zzz",
          regionId,
          network: "public",
          suffix: undefined,
          rule: undefined,
          mapped: undefined,
          locationServiceCode,
          locationEndpointType: "openAPI"
        }
        return Effect.zip(
          LocationService.resolver(request),
          Effect.suspend(() => Endpoint.knownOf(LocationService.resolver, request))
        )
      }
      assert.deepStrictEqual(yield* ask("cn-hangzhou", "redisa"), [
        Option.some("r-kvstore.cn-hangzhou.aliyuncs.com"),
        Option.some([])
      ])
      assert.deepStrictEqual(yield* ask("sa-new-1", "redisa"), [Option.none(), Option.some([])])
      assert.deepStrictEqual(yield* ask("cn-hangzhou", "moon"), [Option.none(), Option.none()])
    }).pipe(
      Effect.provide(LocationService.layerCache),
      Effect.provide([
        Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
        Signer.layer,
        Layer.orDie(Emulator.layerHttpClient({ keys: [Key.test] }))
      ])
    )
  )
})
