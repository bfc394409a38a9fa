/**
 * What the machine that the metadata service speaks of says about itself: a tree of directories and files. It is the first of
 * the instances that Ecs brings along.
 *
 * Source: https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
 */
import * as Effect from "effect/Effect"

/** @internal */
export type Entry = File | Directory

/** @internal `read`: what it says at the time */
export interface File {
  readonly _tag: "File"
  readonly type: "text/plain" | "application/json"
  readonly read: Effect.Effect<string>
}

/** @internal */
export interface Directory {
  readonly _tag: "Directory"
  readonly entries: ReadonlyMap<string, Entry>
}

const text = (content: string): File => ({ _tag: "File", type: "text/plain", read: Effect.succeed(content) })

const json = (read: Effect.Effect<unknown>): File => ({
  _tag: "File",
  type: "application/json",
  read: Effect.map(read, (value) => JSON.stringify(value, undefined, 2))
})

const directory = (entries: Readonly<Record<string, Entry>>): Directory => ({
  _tag: "Directory",
  entries: new Map(Object.entries(entries))
})

/** @internal */
export const instanceId = "i-bp1emulator000000001"

const identity = (accountId: string) => ({
  "zone-id": "cn-hangzhou-b",
  "serial-number": "3d3ae8b1-4cc0-4d11-9f2b-000000000001",
  "instance-id": instanceId,
  "region-id": "cn-hangzhou",
  "private-ipv4": "192.168.0.11",
  "owner-account-id": accountId,
  mac: "00:16:3e:00:00:0b",
  "image-id": "aliyun_3_x64_20G_alibase_20240528.vhd",
  "instance-type": "ecs.g7.large"
})

const network = {
  "vpc-id": "vpc-cn-hangzhou-0001",
  "vpc-cidr-block": "192.168.0.0/16",
  "vswitch-id": "vsw-cn-hangzhou-0001",
  "vswitch-cidr-block": "192.168.0.0/24"
}

/** @internal all of it; `role` is that of the machine, if it has one, with a way to its credentials */
export const tree = (
  accountId: string,
  role: { readonly name: string; readonly credentials: Effect.Effect<unknown> } | undefined
): Directory => {
  const { "instance-type": instanceType, ...about } = identity(accountId)
  const { mac, "private-ipv4": privateIp } = about
  const facts = { ...about, ...network, hostname: "web-1", "network-type": "vpc", "public-ipv4": "203.0.113.11" }
  const metaData = {
    ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, text(value)])),
    "dns-conf": directory({ nameservers: text("100.100.2.136\n100.100.2.138") }),
    instance: directory({ "instance-name": text("web-1"), "instance-type": text(instanceType) }),
    network: directory({
      interfaces: directory({
        macs: directory({
          [mac]: directory({
            "network-interface-id": text("eni-bp1emulator000000001"),
            "primary-ip-address": text(privateIp),
            "private-ipv4s": text(JSON.stringify([privateIp])),
            ...Object.fromEntries(Object.entries(network).map(([name, value]) => [name, text(value)]))
          })
        })
      })
    }),
    ...(role === undefined
      ? {}
      : { ram: directory({ "security-credentials": directory({ [role.name]: json(role.credentials) }) }) })
  }
  return directory({
    dynamic: directory({ "instance-identity": directory({ document: json(Effect.succeed(identity(accountId))) }) }),
    "meta-data": directory(metaData)
  })
}

/** @internal what a path leads to; one that ends with a slash is a directory's */
export const find = (root: Directory, path: ReadonlyArray<string>): Entry | undefined => {
  let found: Entry | undefined = root
  for (const [index, name] of path.entries()) {
    if (found?._tag !== "Directory") return undefined
    if (name === "" && index === path.length - 1) return found
    found = found.entries.get(name)
  }
  return found
}

/** @internal its entries by name, a slash behind those that are directories */
export const list = ({ entries }: Directory): string =>
  [...entries]
    .map(([name, { _tag }]) => (_tag === "Directory" ? `${name}/` : name))
    .sort()
    .join("\n")
