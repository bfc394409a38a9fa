/**
 * Version 1 signature of RPC requests: all parameters, of query and form together, sorted and signed into one more
 * parameter, `Signature`.
 *
 * Source: https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
 *
 * @since 0.1.0
 */
import type * as Digest from "./Digest.js"
import * as Encoding from "./Encoding.js"

/**
 * @since 0.1.0
 * @category models
 */
export type HmacMethod = "HMAC-SHA1" | "HMAC-SHA256"

/**
 * Who signs, and how. `Bearer` and `Anonymous` requests carry no signature.
 *
 * @since 0.1.0
 * @category models
 */
export type Identity =
  | {
      readonly _tag: "Hmac"
      readonly method: HmacMethod
      readonly accessKeyId: string
      readonly securityToken?: string | undefined
    }
  | { readonly _tag: "Rsa"; readonly accessKeyId: string }
  | { readonly _tag: "Bearer"; readonly token: string }
  | { readonly _tag: "Anonymous" }

/**
 * - `query`, `form`: the caller's own parameters
 * - `format`: `JSON` or `XML`; `timestamp`: `YYYY-MM-DDTHH:mm:ssZ`, UTC
 *
 * @since 0.1.0
 * @category models
 */
export interface Input {
  readonly method: string
  readonly action: string
  readonly version: string
  readonly format: string
  readonly query: Encoding.Pairs
  readonly form: Encoding.Pairs
  readonly identity: Identity
  readonly timestamp: string
  readonly nonce: string
}

/**
 * What is to be signed, and the query of the request line, encoded and sorted. `stringToSign` is `undefined` where nothing is
 * signed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Prepared {
  readonly queryString: string
  readonly stringToSign: string | undefined
}

/**
 * The parameters the gateway itself reads, sorted. They overrule the caller's, and a caller's `Signature` is left out, as
 * the seed does.
 *
 * @since 0.1.0
 * @category signing
 */
export const systemParameters = ({
  action,
  format,
  identity,
  nonce,
  timestamp,
  version
}: Omit<Input, "query" | "form" | "method">): Encoding.Pairs => {
  const pairs: Array<Pair> = []
  if ("accessKeyId" in identity) pairs.push(["AccessKeyId", identity.accessKeyId])
  pairs.push(["Action", action])
  if (identity._tag === "Bearer") pairs.push(["BearerToken", identity.token])
  pairs.push(["Format", format])
  if (identity._tag === "Hmac") {
    if (identity.securityToken !== undefined) pairs.push(["SecurityToken", identity.securityToken])
    pairs.push(["SignatureMethod", identity.method])
  } else if (identity._tag === "Rsa") {
    pairs.push(["SignatureMethod", "SHA256withRSA"])
  }
  pairs.push(["SignatureNonce", nonce])
  const type = signatureTypes[identity._tag]
  if (type !== undefined) pairs.push(["SignatureType", type])
  if (identity._tag === "Hmac" || identity._tag === "Rsa") pairs.push(["SignatureVersion", "1.0"])
  pairs.push(["Timestamp", timestamp], ["Version", version])
  return pairs
}

type Pair = Encoding.Pairs[number]

const signatureTypes: Readonly<Record<Identity["_tag"], string | undefined>> = {
  Hmac: "",
  Rsa: "PRIVATEKEY",
  Bearer: "BEARERTOKEN",
  Anonymous: undefined
}

/**
 * The string to sign of a set of parameters, whoever made them: `METHOD&%2F&` and the encoded, sorted query.
 *
 * @since 0.1.0
 * @category signing
 * @example
 * import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
 *
 * console.log(RpcV1.stringToSign("GET", [["B", "2"], ["A", "1 "]])) // GET&%2F&A%3D1%2520%26B%3D2
 */
export const stringToSign = (method: string, pairs: Encoding.Pairs): string =>
  encode(method, Encoding.sortPairs(pairs)).stringToSign

/**
 * The query as it is sent, and, encoded once more, as it is signed. Each text is only ever added to at its end: joining the
 * parts of a pair first, or cutting a separator off, makes the engine copy it twice, a fifth of a signature.
 */
const encode = (
  method: string,
  pairs: Encoding.Pairs
): { readonly queryString: string; readonly stringToSign: string } => {
  let queryString = ""
  let stringToSign = `${method}&%2F&`
  let isFirst = true
  for (const [name, value] of pairs) {
    const prefix = prefixOf(name)
    queryString += isFirst ? prefix.first : prefix.next
    stringToSign += isFirst ? prefix.firstTwice : prefix.nextTwice
    isFirst = false
    const encoded = Encoding.percentEncode(value)
    queryString += encoded
    // most values stay as they are, however often they are encoded
    stringToSign += encoded === value ? value : Encoding.percentEncodeTwice(value)
  }
  return { queryString, stringToSign }
}

/** `Name=` and `&Name=`, encoded once and twice */
interface Prefix {
  readonly first: string
  readonly next: string
  readonly firstTwice: string
  readonly nextTwice: string
}

// a program sends the same few names over and over, and this is a twentieth of a signature
const prefixes = new Map<string, Prefix>()
const mostPrefixes = 1024

const prefixOf = (name: string): Prefix => {
  const known = prefixes.get(name)
  if (known !== undefined) return known
  const first = `${Encoding.percentEncode(name)}=`
  const firstTwice = `${Encoding.percentEncodeTwice(name)}%3D`
  const prefix = { first, next: `&${first}`, firstTwice, nextTwice: `%26${firstTwice}` }
  if (name.length <= 64 && prefixes.size < mostPrefixes) prefixes.set(name, prefix)
  return prefix
}

/**
 * The signature of a string to sign, base64. The key is the secret with `&` behind it.
 *
 * @since 0.1.0
 * @category signing
 */
export const hmac = (method: HmacMethod, secret: string, text: string, digest: Digest.Digest): string =>
  method === "HMAC-SHA1" ? digest.hmacSha1Base64(`${secret}&`, text) : digest.hmacSha256Base64(`${secret}&`, text)

/**
 * Adds the system parameters and says what to sign. A name the caller gives in both query and form is signed twice, as it
 * is sent; callers should refuse it.
 *
 * @since 0.1.0
 * @category signing
 */
export const prepare = (input: Input): Prepared => {
  const { form, identity } = input
  const system = systemParameters(input)
  const query = merge(Encoding.sortPairs(withoutSystem(input.query, system)), system)
  const isSigned = identity._tag === "Hmac" || identity._tag === "Rsa"
  // without a form the query that is sent is all that is signed
  if (isSigned && form.length === 0) return encode(input.method, query)
  return {
    queryString: Encoding.queryString(query),
    stringToSign: isSigned ? stringToSign(input.method, [...query, ...form]) : undefined
  }
}

const withoutSystem = (own: Encoding.Pairs, system: Encoding.Pairs): Encoding.Pairs =>
  own.some(([name]) => systemNames.has(name))
    ? own.filter(([name]) => name !== "Signature" && !system.some(([taken]) => taken === name))
    : own

/** of two sorted lists one; the names of the system are ASCII, so the order of units is that of code points */
const merge = (own: Encoding.Pairs, system: Encoding.Pairs): Encoding.Pairs => {
  const merged: Array<Pair> = []
  let at = 0
  for (const pair of own) {
    for (let next = system[at]; next !== undefined && next[0] < pair[0]; next = system[++at]) merged.push(next)
    merged.push(pair)
  }
  for (let next = system[at]; next !== undefined; next = system[++at]) merged.push(next)
  return merged
}

/** all names that the parameters of the system can have, and that of the signature */
const systemNames: ReadonlySet<string> = new Set([
  "Version",
  "Action",
  "Format",
  "Timestamp",
  "SignatureMethod",
  "SignatureType",
  "SignatureVersion",
  "SignatureNonce",
  "SecurityToken",
  "BearerToken",
  "AccessKeyId",
  "Signature"
])

/**
 * @since 0.1.0
 * @category models
 */
export interface Signed extends Prepared {
  readonly signature: string | undefined
}

/**
 * Puts the signature (base64) into the query.
 *
 * @since 0.1.0
 * @category signing
 */
export const complete = ({ queryString, stringToSign }: Prepared, signature: string | undefined): Signed => ({
  queryString: signature === undefined ? queryString : `${queryString}&Signature=${Encoding.percentEncode(signature)}`,
  stringToSign,
  signature
})

/**
 * Signs with an access key (HMAC). RSA signs outside: {@link prepare}, sign `stringToSign`, {@link complete}.
 *
 * @since 0.1.0
 * @category signing
 */
export const sign = (
  input: Input & { readonly identity: Extract<Identity, { readonly _tag: "Hmac" }> },
  secret: string,
  digest: Digest.Digest
): Signed => {
  const prepared = prepare(input)
  return complete(prepared, hmac(input.identity.method, secret, prepared.stringToSign ?? "", digest))
}
