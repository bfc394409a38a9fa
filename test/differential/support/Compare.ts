/** What a peer sent beside what we would send: on the wire, and under the signature. */
import type * as Signer from "@effect-aliyun/core/Signer"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import { createHash, createHmac } from "node:crypto"
import * as Call from "./Call.js"

export type Difference =
  "refused by us" | "refused by the peer" | "method" | "path" | "query" | "body" | "headers" | "signature"

type Pairs = ReadonlyArray<readonly [string, string]>

/** read by the platform's own parser: what is compared must not be read by what is tested */
const decoded = (text: string): Pairs => [...new URLSearchParams(text)]

const split = (target: string): readonly [path: string, query: Pairs] => {
  const at = target.indexOf("?")
  return at < 0 ? [target, []] : [target.slice(0, at), decoded(target.slice(at + 1))]
}

const headersOf = (pairs: Pairs): ReadonlyMap<string, string> =>
  new Map(pairs.map(([name, value]) => [name.toLowerCase(), value.trim()]))

const isForm = (headers: ReadonlyMap<string, string>): boolean =>
  headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") === true

interface Wire {
  readonly method: string
  readonly path: string
  readonly query: Pairs
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

const peerWire = ({ body, headers, method, target }: RawRequest.RawRequest): Wire => {
  const [path, query] = split(target)
  return { method, path, query, headers: headersOf(headers), body: Buffer.from(body) }
}

const ourWire = ({ headers, method, payload, url }: Signer.SignedRequest): Wire => {
  const [path, query] = split(url.replace(/^http:\/\/[^/]+/, ""))
  const body = payload._tag === "Bytes" ? Buffer.from(payload.bytes) : Buffer.alloc(0)
  return {
    method,
    path,
    query,
    headers: headersOf([["host", new URL(url).host], ...Object.entries(headers)]),
    body
  }
}

const multiset = (pairs: Pairs): string => JSON.stringify(pairs.map((pair) => JSON.stringify(pair)).sort())

const parametersOf = (wire: Wire): Pairs => [
  ...wire.query,
  ...(isForm(wire.headers) ? decoded(wire.body.toString()) : [])
]

const find = (pairs: Pairs, name: string): string | undefined => pairs.find(([key]) => key === name)?.[1]

/** the time and the nonce the peer chose */
export const momentOf = (call: Call.Call, raw: RawRequest.RawRequest | undefined): Signer.Moment => {
  if (raw === undefined) return { at: 0, nonce: "0" }
  const wire = peerWire(raw)
  const [time, nonce] =
    call.peer === "pop-core RPC"
      ? [find(parametersOf(wire), "Timestamp"), find(parametersOf(wire), "SignatureNonce")]
      : [wire.headers.get("x-acs-date") ?? wire.headers.get("date"), wire.headers.get("x-acs-signature-nonce")]
  const at = Date.parse(time ?? "")
  return { at: Number.isNaN(at) ? 0 : at, nonce: nonce ?? "" }
}

const sameHeaders = (peer: Wire, ours: Wire, names: Iterable<string>): boolean =>
  [...names].every((name) => peer.headers.get(name) === ours.headers.get(name))

const names = (call: Call.Call, ...others: ReadonlyArray<string>) => [
  ...Object.keys(call.headers).map((name) => name.toLowerCase()),
  ...others
]

/** `content-md5` of an empty body, and `x-acs-accesskey-id` beside a token: pop-core sends and signs them, we do not */
const levelled = (call: Call.Call, text: string, ours: Wire): string => {
  const lines = text.split("\n")
  if (ours.body.length === 0) lines[2] = createHash("md5").update("").digest("base64")
  if (call.key.securityToken !== undefined) {
    const line = `x-acs-accesskey-id:${call.key.accessKeyId}`
    const at = lines.findIndex((other, index) => index > 4 && (other > line || !other.startsWith("x-acs-")))
    lines.splice(at, 0, line)
  }
  return lines.join("\n")
}

const comparison: Record<Call.Peer, (call: Call.Call, peer: Wire, ours: Wire, text: string) => object> = {
  // pop-core's POST puts all parameters into the form, our system parameters are always in the query
  "pop-core RPC": (call, peer, ours) => {
    const [theirs, own] = [parametersOf(peer), parametersOf(ours)]
    const others = (pairs: Pairs) => multiset(pairs.filter(([name]) => name !== "Signature"))
    return {
      query: others(theirs) === others(own),
      headers: sameHeaders(peer, ours, names(call, "x-acs-action", "x-acs-version")),
      signature: find(theirs, "Signature") === find(own, "Signature")
    }
  },
  "pop-core ROA": (call, peer, ours, text) => {
    const signed = [...peer.headers.keys(), ...ours.headers.keys()].filter(
      (name) => name.startsWith("x-acs-") && name !== "x-acs-accesskey-id"
    )
    const md5 = ours.body.length === 0 ? [] : ["content-md5"]
    const signature = createHmac("sha1", call.key.accessKeySecret)
      .update(levelled(call, text, ours))
      .digest("base64")
    const untouched = ours.body.length > 0 && call.key.securityToken === undefined
    return {
      query: multiset(peer.query) === multiset(ours.query),
      body: peer.body.equals(ours.body),
      headers: sameHeaders(peer, ours, names(call, ...signed, ...md5, "accept", "content-type", "date")),
      signature:
        peer.headers.get("authorization") === `acs ${call.key.accessKeyId}:${signature}` &&
        (!untouched || peer.headers.get("authorization") === ours.headers.get("authorization"))
    }
  },
  "openapi-core RPC": (call, peer, ours) => acs3(call, peer, ours),
  "openapi-core ROA": (call, peer, ours) => acs3(call, peer, ours)
}

const acs3 = (call: Call.Call, peer: Wire, ours: Wire) => {
  const signed = /SignedHeaders=([^,]*)/.exec(peer.headers.get("authorization") ?? "")?.[1]?.split(";") ?? []
  return {
    query: multiset(peer.query) === multiset(ours.query),
    body: peer.body.equals(ours.body),
    headers: sameHeaders(peer, ours, names(call, ...signed)),
    // the names of the signed headers as well
    signature: peer.headers.get("authorization") === ours.headers.get("authorization")
  }
}

export const differences = (
  call: Call.Call,
  raw: RawRequest.RawRequest | undefined,
  signed: Signer.SignedRequest | undefined
): ReadonlyArray<Difference> => {
  if (raw === undefined || signed === undefined) {
    return raw === signed ? [] : [raw === undefined ? "refused by the peer" : "refused by us"]
  }
  const [peer, ours] = [peerWire(raw), ourWire(signed)]
  const same = {
    method: peer.method === ours.method,
    path: peer.path === ours.path,
    ...comparison[call.peer](call, peer, ours, signed.stringToSign ?? "")
  }
  return Object.entries(same).flatMap(([name, isSame]) => (isSame ? [] : [name as Difference]))
}

const byCodePoint = ([self]: Pairs[number], [that]: Pairs[number]): number => {
  const [a, b] = [self, that].map((name) => Buffer.from(name))
  return Buffer.compare(a!, b!)
}
const encoded = (pairs: Pairs): string =>
  pairs.map(([name, value]) => `${Call.encode(name)}=${Call.encode(value)}`).join("&")

/** our string to sign has the peer's parameters in the order of their code points */
export const isSortedByCodePoint = (
  call: Call.Call,
  raw: RawRequest.RawRequest,
  signed: Signer.SignedRequest
): boolean => {
  const peer = peerWire(raw)
  const text = signed.stringToSign ?? ""
  if (call.peer === "pop-core ROA") {
    const pairs = [...peer.query].sort(byCodePoint)
    return text.endsWith(`${peer.path}?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`)
  }
  const pairs = parametersOf(peer).filter(([name]) => name !== "Signature")
  return text === `${call.method}&%2F&${Call.encode(encoded(pairs.sort(byCodePoint)))}`
}

/** our canonical query is that of the published rules, and with the peer's in its place it has the peer's signature */
export const differsInNamesOnly = (
  { algorithm, key }: Call.Call,
  raw: RawRequest.RawRequest,
  signed: Signer.SignedRequest
): boolean => {
  const { headers, query } = peerWire(raw)
  const lines = (signed.canonicalRequest ?? "").split("\n")
  if (lines[2] !== encoded([...query].sort(byCodePoint))) return false
  const names = new Map(query)
  lines[2] = [...names.keys()]
    .sort()
    .map((name) => `${name}=${Call.encode(names.get(name) ?? "")}`)
    .join("&")
  const hash = algorithm === "ACS3-HMAC-SM3" ? "sm3" : "sha256"
  const text = `${algorithm}\n${createHash(hash).update(lines.join("\n")).digest("hex")}`
  const signature = createHmac(hash, key.accessKeySecret).update(text).digest("hex")
  return headers.get("authorization")?.endsWith(`Signature=${signature}`) === true
}
