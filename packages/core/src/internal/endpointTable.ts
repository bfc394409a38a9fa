/**
 * Tables of hosts in a compact form, read a line at a time and only when a product is asked for. `scripts/endpoints.mjs` writes it:
 *
 * - the first line lists region ids; a set of them is a number in base 36, bit n standing for the one in place n
 * - `product[:code][^central]` begins the line of a product: its name at the location service (nothing after the colon where that
 *   is the product's own), and its host for any region
 * - pairs of a host and the regions it is for follow, first the public ones, after a `/` those within a VPC
 * - in a host `*` stands for the product, `#` for the region, `%` at the end for `.aliyuncs.com`, `@` for `.#.aliyuncs.com`
 * - `alias=product` is another name for a product
 */
import * as EndpointRule from "@effect-aliyun/protocol/EndpointRule"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Endpoint from "../Endpoint.js"
import type { Table } from "../EndpointTable.js"

/** what a table has on one product; hosts by region */
interface Entry {
  readonly locationServiceCode: string | undefined
  readonly central: string | undefined
  readonly networks: ReadonlyMap<string, ReadonlyMap<string, string>>
}

const hostOf = (product: string, template: string): string =>
  template.replace("*", product).replace("@", ".#.aliyuncs.com").replace("%", ".aliyuncs.com")

const toEntry = (line: string, regions: ReadonlyArray<string>): Entry => {
  const [head = "", ...words] = line.split(" ")
  const [, product = "", code, central] = /^([^:^]+)(?::([^^]*))?(?:\^(.+))?$/.exec(head) ?? []
  const networks = { public: new Map<string, string>(), vpc: new Map<string, string>() }
  let hosts = networks.public
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "/") {
      hosts = networks.vpc
      continue
    }
    const template = hostOf(product, words[i] ?? "")
    // more bits than bitwise operators have, fewer than a number holds
    const set = Number.parseInt(words[++i] ?? "", 36)
    regions.forEach((region, bit) => {
      if (Math.floor(set / 2 ** bit) % 2 === 1) hosts.set(region, template.replaceAll("#", region))
    })
  }
  return {
    locationServiceCode: code === "" ? product : code,
    central: central === undefined ? undefined : hostOf(product, central),
    networks: new Map(Object.entries(networks))
  }
}

interface Index {
  readonly regions: ReadonlyArray<string>
  readonly lines: ReadonlyMap<string, string>
  readonly aliases: ReadonlyMap<string, string>
}

const toIndex = (data: string): Index => {
  const [regions = "", ...rest] = data.trim().split("\n")
  const lines = new Map<string, string>()
  const aliases = new Map<string, string>()
  for (const line of rest) {
    const [name = ""] = /^[\w.-]+/.exec(line) ?? []
    if (line[name.length] === "=") aliases.set(name, line.slice(name.length + 1))
    else lines.set(name, line)
  }
  return { regions: regions.split(" "), lines, aliases }
}

/** @internal */
export const make = (data: string): Table => {
  let read: Index | undefined
  const index = () => (read ??= toIndex(data))
  const entries = new Map<string, Entry>()
  const find = (product: string): Entry | undefined => {
    const { aliases, lines, regions } = index()
    const name = product.toLowerCase()
    const own = aliases.get(name) ?? name
    const line = lines.get(own)
    const entry = entries.get(own) ?? (line === undefined ? undefined : toEntry(line, regions))
    if (entry !== undefined) entries.set(own, entry)
    return entry
  }
  // a product with a suffix is at another host, of which no table knows
  const entryOf = (request: Endpoint.EndpointRequest) =>
    request.suffix === undefined ? find(request.product) : undefined
  const isOpen = (request: Endpoint.EndpointRequest) => request.locationEndpointType === "openAPI"

  const known = (request: Endpoint.EndpointRequest) =>
    Effect.sync(() =>
      Option.map(Option.fromNullable(entryOf(request)?.networks.get(request.network)), (hosts) =>
        isOpen(request) ? [...hosts.keys()] : []
      )
    )
  const regionalOf = (request: Endpoint.EndpointRequest) =>
    isOpen(request) ? entryOf(request)?.networks.get(request.network)?.get(request.regionId.toLowerCase()) : undefined
  const centralOf = (request: Endpoint.EndpointRequest) =>
    isOpen(request) && request.network === "public" && EndpointRule.isRegionId(request.regionId)
      ? entryOf(request)?.central
      : undefined
  const resolver = (hostOf: (request: Endpoint.EndpointRequest) => string | undefined) =>
    Endpoint.make((request) => Effect.sync(() => Option.fromNullable(hostOf(request))), known)

  return Object.assign(
    resolver((request) => regionalOf(request) ?? centralOf(request)),
    {
      regional: resolver(regionalOf),
      central: resolver(centralOf),
      products: Effect.sync(() => [...index().lines.keys()]),
      locationServiceCode: (product: string) => find(product)?.locationServiceCode
    }
  )
}
