/** Which proxy a request goes through, if any. */
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { BlockList, isIP } from "node:net"
import type { ProxyOptions } from "../NodeHttpClient.js"

/** `authorization`: the value of the header `proxy-authorization` */
export interface Proxy {
  readonly protocol: "http:" | "https:"
  readonly hostname: string
  readonly port: string
  readonly authorization: Redacted.Redacted<string> | undefined
}

/** The proxy for an origin. */
export type Proxies = (origin: URL) => Proxy | undefined

/** which option or variable, and what is wrong with it */
type Issue = readonly [where: string, issue: string]

const parse = (where: string, given: string | Redacted.Redacted<string>): Either.Either<Proxy, Issue> => {
  const refuse = (issue: string) => Either.left([where, issue] as const)
  const text = Redacted.isRedacted(given) ? Redacted.value(given) : given
  const full = text.includes("://") ? text : `http://${text}`
  // what is no URL is not shown: nobody knows where in it a password is
  if (!URL.canParse(full)) return refuse("must be a URL like http://user:password@proxy.example:3128")
  const url = new URL(full)
  const { hash, hostname, password, pathname, protocol, search, username } = url
  const name = `${protocol}//${username === "" && password === "" ? "" : "***:***@"}${url.host}`
  if (protocol !== "http:" && protocol !== "https:") {
    return refuse(`is ${name}, but a proxy is spoken to by http or https`)
  }
  if ((pathname !== "/" && pathname !== "") || search !== "" || hash !== "") {
    return refuse(`is ${name} and more, but the URL of a proxy has no path or query`)
  }
  const identity = decode(`${username}:${password}`)
  if (identity === undefined) return refuse(`is ${name}, with a user or password that is not URL-encoded`)
  return Either.right({
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (protocol === "https:" ? "443" : "80") : url.port,
    authorization:
      identity === ":" ? undefined : Redacted.make(`Basic ${Buffer.from(identity, "utf8").toString("base64")}`)
  })
}

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** What a set of options or variables says; `names` are those that texts use, `isDirect` what they never apply to. */
export const make = (
  { http, https, no }: ProxyOptions,
  names: { readonly http: string; readonly https: string },
  isDirect: (hostname: string) => boolean = isLinkLocal
): Either.Either<Proxies, Issue> =>
  Either.gen(function* () {
    const proxies = {
      "http:": http === undefined ? undefined : yield* parse(names.http, http),
      "https:": https === undefined ? undefined : yield* parse(names.https, https)
    }
    const isExcepted = exceptions(typeof no === "string" ? no.split(/[\s,]+/) : (no ?? []))
    return (origin: URL) => {
      const proxy = origin.protocol === "https:" ? proxies["https:"] : proxies["http:"]
      if (proxy === undefined) return undefined
      const hostname = origin.hostname.replace(/^\[|\]$/g, "")
      const port = origin.port === "" ? (origin.protocol === "https:" ? "443" : "80") : origin.port
      return isDirect(hostname) || isExcepted(hostname, port) ? undefined : proxy
    }
  })

const local = new BlockList()
local.addSubnet("169.254.0.0", 16, "ipv4")
local.addSubnet("fe80::", 10, "ipv6")
// the metadata service: what a proxy sees of it are the keys of this machine, and what it says would be taken for them
local.addAddress("100.100.100.200", "ipv4")

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

const isIn = (list: BlockList, hostname: string): boolean => {
  const family = isIP(hostname)
  return family !== 0 && list.check(hostname, family === 6 ? "ipv6" : "ipv4")
}

/** Addresses that mean another machine, or none, behind a proxy: of the link, the metadata service among them. */
export const isLinkLocal = (hostname: string): boolean => isIn(local, hostname)

export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || isIn(loopback, hostname)

/** `*`, `host`, `.suffix`, `*.suffix`, each with or without `:port`; a name stands for all below it, as with curl */
const exceptions = (entries: ReadonlyArray<string>): ((hostname: string, port: string) => boolean) => {
  const rules = entries.flatMap((entry) => {
    const match = /^(?:\*?\.)?(\[[^\]]+\]|[^:]+|[^[]*:[^[]*:[^[]*)(?::(\d+))?$/.exec(entry.trim().toLowerCase())
    const name = match?.[1]?.replace(/^\[|\]$/g, "")
    return name === undefined ? [] : [{ name, port: match?.[2] }]
  })
  return (hostname, port) =>
    rules.some(
      (rule) =>
        (rule.port === undefined || rule.port === port) &&
        (rule.name === "*" || rule.name === hostname || (isIP(hostname) === 0 && hostname.endsWith(`.${rule.name}`)))
    )
}
