/** Every row of python-core-endpoints.json, from the request to the host it arrives at or the failure. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as EndpointTable from "@effect-aliyun/core/EndpointTable"
import * as LocationService from "@effect-aliyun/core/LocationService"
import * as Region from "@effect-aliyun/core/Region"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")

type OwnHost = readonly [region: string, product: string, host: string]

interface Row {
  readonly id: string
  readonly regionId: string
  readonly productCode: string
  readonly expectedEndpoint?: string
  readonly expectedErrorCode?: string
  readonly expectedErrorMessage?: string
  readonly errorKind?: "ServerException"
  readonly endpointType?: string
  readonly serviceCode?: string
  readonly endpointMap?: Readonly<Record<string, string>>
  readonly endpointRegional?: string
  readonly network?: string
  readonly suffix?: string
  readonly customEndpoints?: ReadonlyArray<OwnHost>
  readonly predefinedEndpoints?: ReadonlyArray<OwnHost>
  readonly locationService?: {
    readonly body?: unknown
    readonly error?: { readonly code: string; readonly message: string; readonly httpStatus?: number }
  }
  readonly locationCalls?: number
  readonly locationRequest?: {
    readonly endpoint: string
    readonly method: string
    readonly version: string
    readonly action: string
    readonly query: Readonly<Record<string, string>>
  }
}

const rows: ReadonlyArray<Row> = JSON.parse(read("test/fixtures/vectors/python-core-endpoints.json"))

/** a host, or which of the three cases a failure is, with the regions it names; of other failures code and text */
interface Outcome {
  readonly host?: string
  readonly code?: string
  readonly text?: string
  readonly form?: "product" | "region" | "place"
  readonly regions?: ReadonlyArray<string>
}

const unresolved = (form: NonNullable<Outcome["form"]>, regions: ReadonlyArray<string> = []): Outcome => ({
  code: "SDK.EndpointResolvingError",
  form,
  regions
})

/** what docs/parity.md says of these rows */
const departures: Readonly<Record<string, Outcome>> = {
  // what is not public never gets a public host; nor does the advice name regions that have nothing else
  "network/vpc-without-rules-regional-product": unresolved("place"),
  "network/vpc-without-rules-no-global": unresolved("place"),
  "network/share-global": unresolved("product"),
  "inner/regional": unresolved("place"),
  // regions are no fixed list of prefixes
  "err/region-prefix-na": { host: "ram.aliyuncs.com" },
  // a product is known by its name, not by the beginning of one
  "err/prefix-product": unresolved("product"),
  "err/global-only-prefix": unresolved("product"),
  // a rule works without a map
  "rules/kind-only": { host: "ecs.cn-beijing.aliyuncs.com" },
  // an empty region is refused before anyone is asked
  "err/region-empty": { code: "SDK.InvalidParameter", text: "regionId" }
}

const regionsIn = (text: string): ReadonlyArray<string> => text.match(/\b[a-z]{2}-[a-z]+(?:-\d)?\b/g) ?? []

const expectedOf = (row: Row): Outcome => {
  const text = row.expectedErrorMessage ?? ""
  if (row.expectedEndpoint !== undefined) return { host: row.expectedEndpoint }
  if (row.expectedErrorCode !== "SDK.EndpointResolvingError") return { code: row.expectedErrorCode!, text }
  if (text.startsWith("No endpoint for product")) return unresolved("product")
  if (text.startsWith("No such region")) return unresolved("region")
  assert.match(text, /^No endpoint in the region/)
  return unresolved("place", regionsIn(/other available regions:(.*)/.exec(text)?.[1] ?? ""))
}

const failureOf = (error: AcsError.AcsError): Outcome => {
  if (error._tag === "ServerException") return { code: error.code, text: error.serverMessage }
  const { reason } = error
  if (reason._tag === "InvalidRequest") return { code: error.code, text: reason.field }
  if (reason._tag !== "EndpointUnresolved") return assert.fail(error.message)
  const { issue } = reason
  if (issue.startsWith("no endpoint is known for product")) return unresolved("product")
  if (issue.startsWith("there is no region")) return unresolved("region")
  assert.match(issue, /^product '[^']*' has no known endpoint in region/)
  return unresolved("place", regionsIn(/use one of the regions ([^;]*), or set/.exec(issue)?.[1] ?? ""))
}

const tableOf = (own: ReadonlyArray<OwnHost> = []) =>
  Endpoint.firstOf(...own.map(([region, product, host]) => Endpoint.table({ [product]: { [region]: host } })))

const location = "location-readonly.aliyuncs.com"

const layerOf = ({ locationService }: Row) =>
  Layer.merge(
    AcsTest.layer(({ host }) => {
      if (host !== location) return { json: {} }
      if (locationService?.error === undefined) return { json: locationService?.body }
      const { code, httpStatus = 400, message } = locationService.error
      return { status: httpStatus, json: { Code: code, Message: message } }
    }),
    LocationService.layerCache
  )

const run = (row: Row) =>
  Effect.gen(function* () {
    const outcome = yield* AcsClient.rpc({
      product: row.productCode,
      version: "2020-01-01",
      action: "Do",
      network: row.network,
      productSuffix: row.suffix,
      endpointMap: row.endpointMap,
      endpointType: row.endpointRegional as "regional" | undefined,
      locationServiceCode: row.serviceCode,
      locationEndpointType: row.endpointType as "openAPI" | undefined
    }).pipe(
      Region.withRegion(row.regionId),
      Endpoint.withEndpoint(
        Endpoint.firstOf(tableOf(row.predefinedEndpoints), tableOf(row.customEndpoints), EndpointTable.seedResolver)
      ),
      Effect.match({ onSuccess: () => undefined, onFailure: failureOf })
    )
    const calls = yield* AcsTest.calls
    const asked = calls.filter(({ host }) => host === location)
    const arrived = calls.filter(({ host }) => host !== location)
    assert.isAtMost(arrived.length, 1)
    return { outcome: outcome ?? { host: arrived[0]?.host ?? assert.fail("it went to the location service") }, asked }
  }).pipe(Effect.provide(layerOf(row)))

describe("python-core-endpoints.json", () => {
  for (const row of rows) {
    it.effect(row.id, () =>
      Effect.gen(function* () {
        const { asked, outcome } = yield* run(row)
        const expected = departures[row.id] ?? expectedOf(row)
        assert.deepStrictEqual(
          // the seed gives no advice where it has no table; a user's own may still help
          expected.form === "place" && expected.regions?.length === 0 && !(row.id in departures)
            ? { ...outcome, regions: [] }
            : outcome,
          expected
        )
        assert.strictEqual(asked.length, row.locationCalls ?? 0)
        if (row.locationRequest === undefined) return
        const { action, method, query, version } = row.locationRequest
        assert.deepStrictEqual(
          asked.map((call) => ({
            action: call.action,
            method: call.method,
            query: call.params,
            version: call.version
          })),
          [{ action, method, query: { ...query, RegionId: row.regionId }, version }]
        )
      })
    )
  }

  it("takes all rows along, and departs from them only where docs/parity.md says so", () => {
    assert.strictEqual(rows.length, 203)
    const document = read("docs/parity.md")
    for (const [id, ours] of Object.entries(departures)) {
      const row = rows.find((row) => row.id === id) ?? assert.fail(id)
      assert.notDeepEqual(expectedOf(row), ours, id)
      assert.include(document, `\`${id}\``)
    }
  })
})
