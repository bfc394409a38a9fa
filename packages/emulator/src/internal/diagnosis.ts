/**
 * What a client signed, guessed: each of the mistakes that people make when they write a signature by hand is made once, and
 * the one that gives the client's signature is theirs.
 */
import * as Acs3 from "@effect-aliyun/protocol/Acs3"
import * as Digest from "@effect-aliyun/protocol/Digest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import type { Explanation } from "../Mismatch.js"

const secretName = /password|passwd|secret|(?<!client|next|page)token|assertion|privatekey/i
/** what is shorter may stand anywhere in a text by chance, and no secret is */
const shortestSecret = 6

/** the secrets of a request, those first that others are a part of */
const secretsOf = (
  raw: RawRequest.RawRequest,
  { bearerToken, securityToken }: Verification.Claim
): ReadonlyArray<string> => {
  const named = [...RawRequest.query(raw), ...RawRequest.form(raw)].filter(
    ([name, value]) => secretName.test(name) && value.length >= shortestSecret
  )
  const secrets = new Set([securityToken ?? "", bearerToken ?? "", ...named.map(([, value]) => value)])
  secrets.delete("")
  return [...secrets].sort((a, b) => b.length - a.length)
}

/** to look for many secrets in a long text takes longer than a call may */
const longestRequest = 64 * 1024
const mostSecrets = 50

/** @internal whether what was signed can be told */
export const canTell = (raw: RawRequest.RawRequest, claim: Verification.Claim): boolean =>
  raw.body.length + raw.target.length <= longestRequest && secretsOf(raw, claim).length <= mostSecrets

const replaceAll = (text: string, parts: ReadonlyArray<string>, by: string): string =>
  parts.reduce((rest, part) => rest.replaceAll(part, by), text)

const stars = "***"

/** @internal puts stars where a text that the gateway has built holds a secret of the request */
export const scrubber = (raw: RawRequest.RawRequest, claim: Verification.Claim): ((text: string) => string) => {
  const written = secretsOf(raw, claim).flatMap((secret) => {
    const once = Encoding.percentEncode(secret)
    return [Encoding.percentEncode(once), once, secret]
  })
  return (text) => replaceAll(text, written, stars)
}

/** stands for a secret: no mistake changes its letters */
const standIn = "xSECRETx"

/** the request without its secrets; the rest stays as it was written */
const withoutSecrets = (raw: RawRequest.RawRequest, claim: Verification.Claim): RawRequest.RawRequest => {
  const secrets = secretsOf(raw, claim)
  const hide = (item: string) => {
    const [, value = ""] = Encoding.parseQuery(item)[0] ?? []
    const shown = replaceAll(value, secrets, standIn)
    return shown === value ? item : `${item.slice(0, item.indexOf("="))}=${Encoding.percentEncode(shown)}`
  }
  const hideAll = (text: string) => text.split("&").map(hide).join("&")
  const path = RawRequest.path(raw)
  return {
    ...raw,
    target: path + hideAll(raw.target.slice(path.length)),
    body: Encoding.utf8(hideAll(Encoding.utf8Decode(raw.body)))
  }
}

/** @internal `undefined` where no mistake that is known explains the signature; what was signed is told without secrets */
export const explain = (
  raw: RawRequest.RawRequest,
  claim: Verification.Claim,
  secret: string,
  digest: Digest.Digest
): Explanation | undefined => {
  const candidates = candidatesOf(raw, claim, secret, digest)
  const index = candidates.findIndex(({ signature }) => {
    const given = signature()
    return given !== undefined && Digest.constantTimeEquals(given, claim.signature)
  })
  const found = candidates[index]
  if (found === undefined) return undefined
  // the same mistake once more: a mistake may spell a secret in any way, and nobody could find it afterwards
  const scrub = scrubber(raw, claim)
  const { canonicalRequest, stringToSign } = claim
  const shown = {
    ...claim,
    stringToSign: scrub(stringToSign),
    canonicalRequest: canonicalRequest === undefined ? undefined : scrub(canonicalRequest)
  }
  const signed = candidatesOf(withoutSecrets(raw, claim), shown, secret, digest)[index]?.signed ?? ""
  return { mistake: found.mistake, signed: signed.replaceAll(standIn, stars) }
}

const candidatesOf = (
  raw: RawRequest.RawRequest,
  claim: Verification.Claim,
  secret: string,
  digest: Digest.Digest
): ReadonlyArray<Candidate> => (claim.scheme === "ACS3" ? acs3 : version1)(raw, claim, secret, digest)

interface Candidate extends Explanation {
  readonly signature: () => string | undefined
}

const version1 = (
  raw: RawRequest.RawRequest,
  claim: Verification.Claim,
  secret: string,
  digest: Digest.Digest
): ReadonlyArray<Candidate> => {
  const sha1 = claim.algorithm === "HMAC-SHA1"
  const hmac = (key: string, text: string) =>
    sha1 ? digest.hmacSha1Base64(key, text) : digest.hmacSha256Base64(key, text)
  // the key of RPC is the secret with & behind it, that of ROA the secret
  const [right, wrong] = claim.scheme === "RPC1" ? [`${secret}&`, secret] : [secret, `${secret}&`]
  const candidate = (mistake: string, signed: string): Candidate => ({
    mistake,
    signed,
    signature: () => hmac(right, signed)
  })
  const text = claim.stringToSign
  return [
    {
      mistake: claim.scheme === "RPC1" ? "the key lacks the & behind the secret" : "the key has an & behind the secret",
      signed: text,
      signature: () => hmac(wrong, text)
    },
    ...(claim.scheme === "RPC1" ? rpcMistakes(raw).map(([mistake, signed]) => candidate(mistake, signed)) : []),
    candidate("the text ends with a line feed", `${text}\n`),
    candidate("the text lacks its last line feed", text.replace(/\n$/, ""))
  ]
}

const rpcMistakes = (raw: RawRequest.RawRequest): ReadonlyArray<readonly [mistake: string, signed: string]> => {
  const sent = [...RawRequest.query(raw), ...RawRequest.form(raw)].filter(([name]) => name !== "Signature")
  const sorted = Encoding.sortPairs(sent)
  const encoded = (pairs: Encoding.Pairs, encode: (text: string) => string) =>
    pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")
  const signed = (query: string, method = raw.method) => `${method}&%2F&${Encoding.percentEncode(query)}`
  const right = encoded(sorted, Encoding.percentEncode)
  const ignoringCase = [...sent].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
  const lowerHex = (text: string) => Encoding.percentEncode(text).replace(/%../g, (hex) => hex.toLowerCase())
  return [
    ["the method is another one", RpcV1.stringToSign(raw.method === "GET" ? "POST" : "GET", sent)],
    ["the method is in lower case", signed(right, raw.method.toLowerCase())],
    ["the parameters are not sorted", signed(encoded(sent, Encoding.percentEncode))],
    ["the parameters are sorted without regard to case", signed(encoded(ignoringCase, Encoding.percentEncode))],
    ["the characters ! ' ( ) * are not encoded", signed(encoded(sorted, encodeURIComponent))],
    ["a space is encoded as +", signed(encoded(sorted, (text) => Encoding.percentEncode(text).replaceAll("%20", "+")))],
    ["the escapes are in lower case", signed(encoded(sorted, lowerHex))],
    ["~ is encoded", signed(encoded(sorted, (text) => Encoding.percentEncode(text).replaceAll("~", "%7E")))],
    ["the query is encoded once instead of twice", `${raw.method}&%2F&${right}`],
    ["names and values are not encoded before the query is", signed(encoded(sorted, (text) => text))],
    ["the path is not encoded", `${raw.method}&/&${Encoding.percentEncode(right)}`],
    ["only the query is signed, not the form", RpcV1.stringToSign(raw.method, RawRequest.query(raw))]
  ]
}

const acs3 = (
  raw: RawRequest.RawRequest,
  claim: Verification.Claim,
  secret: string,
  digest: Digest.Digest
): ReadonlyArray<Candidate> => {
  const { algorithm, canonicalRequest: right } = claim
  if (right === undefined || (algorithm !== "ACS3-HMAC-SHA256" && algorithm !== "ACS3-HMAC-SM3")) return []
  const hmac: Acs3.HmacAlgorithm = algorithm
  const sign = (canonical: string) => {
    const text = Acs3.stringToSign(hmac, canonical, digest)
    return text === undefined ? undefined : Acs3.hmac(hmac, secret, text, digest)
  }
  const candidate = (mistake: string, signed: string): Candidate => ({ mistake, signed, signature: () => sign(signed) })
  // the headers end with a line feed of their own, so that there is an empty line
  const lines = right.split("\n")
  const [method = "", path = "", query = "", ...rest] = lines
  const withLines = (...start: ReadonlyArray<string>) => [...start, ...rest].join("\n")
  const at = raw.target.indexOf("?")
  const sent = at < 0 ? "" : raw.target.slice(at + 1)
  const pairs = Encoding.sortPairs(RawRequest.query(raw))
  const encoded = (encode: (text: string) => string) =>
    pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")
  const empty = Acs3.payloadHash(algorithm, new Uint8Array(0), digest) ?? ""
  return [
    candidate("the method is in lower case", withLines(method.toLowerCase(), path, query)),
    candidate("the query is signed as it was sent, not sorted and encoded", withLines(method, path, sent)),
    candidate("the characters ! ' ( ) * are not encoded", withLines(method, path, encoded(encodeURIComponent))),
    candidate(
      "a space is encoded as +",
      withLines(
        method,
        path,
        encoded((text) => Encoding.percentEncode(text).replaceAll("%20", "+"))
      )
    ),
    candidate(
      "the query is not encoded",
      withLines(
        method,
        path,
        encoded((text) => text)
      )
    ),
    candidate("the names of the query are not encoded", withLines(method, path, encodedValues(pairs))),
    candidate("the query is not signed", withLines(method, path, "")),
    candidate("the path is signed decoded", withLines(method, Encoding.percentDecode(path), query)),
    candidate("the path is not signed", withLines(method, "/", query)),
    candidate(
      "the empty line between the headers and their names is missing",
      [...lines.slice(0, -3), ...lines.slice(-2)].join("\n")
    ),
    candidate("the hash is that of an empty body", [...lines.slice(0, -1), empty].join("\n")),
    candidate("the hash of the body is missing", lines.slice(0, -1).join("\n")),
    {
      mistake: "the canonical request is signed itself, not its hash",
      signed: right,
      signature: () => Acs3.hmac(hmac, secret, right, digest)
    }
  ]
}

const encodedValues = (pairs: Encoding.Pairs): string =>
  pairs.map(([name, value]) => `${name}=${Encoding.percentEncode(value)}`).join("&")
