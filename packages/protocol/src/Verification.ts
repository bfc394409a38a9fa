/**
 * The other side of signing: reads who claims to have signed a raw request, and checks the claim as the gateway does.
 *
 * 1. {@link read} finds the scheme, checks the body hash and rebuilds the string to sign from the bytes that arrived
 * 2. {@link checkTime} compares the timestamp with the 15-minute window
 * 3. {@link checkHmac} compares the signature in constant time (RSA is checked outside, on `claim.stringToSign`)
 *
 * Whether a key exists, is active, owns the token, or a nonce was used before, is state and so the caller's to know.
 *
 * @since 0.1.0
 */
import * as Acs3 from "./Acs3.js"
import * as Digest from "./Digest.js"
import * as Encoding from "./Encoding.js"
import * as RawRequest from "./RawRequest.js"
import * as RoaV1 from "./RoaV1.js"
import * as RpcV1 from "./RpcV1.js"
import * as Timestamp from "./Timestamp.js"

/**
 * What the gateway answers when it refuses: the `Code`, the HTTP status and the `Message` of the body.
 *
 * @since 0.1.0
 * @category models
 */
export interface Refusal {
  readonly _tag: "Refusal"
  readonly code: string
  readonly status: number
  readonly message: string
}

/**
 * Who a request says it comes from.
 *
 * - `scheme`: `RPC1` and `ROA1` are version 1 signatures
 * - `kind`: `Bearer` carries `bearerToken` in place of a signature; `Anonymous` carries nothing
 * - `algorithm`: as the request names it, for instance `ACS3-HMAC-SHA256` or `HMAC-SHA1`
 * - `timestamp`: milliseconds since the epoch; `undefined` where the request has none
 * - `canonicalRequest`: of ACS3 only
 *
 * @since 0.1.0
 * @category models
 */
export interface Claim {
  readonly _tag: "Claim"
  readonly scheme: "ACS3" | "RPC1" | "ROA1"
  readonly kind: "Hmac" | "Rsa" | "Bearer" | "Anonymous"
  readonly algorithm: string
  readonly accessKeyId: string | undefined
  readonly securityToken: string | undefined
  readonly bearerToken: string | undefined
  readonly timestamp: number | undefined
  readonly nonce: string | undefined
  readonly signature: string
  readonly stringToSign: string
  readonly canonicalRequest: string | undefined
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const refuse = (code: string, status: number, message: string): Refusal => ({
  _tag: "Refusal",
  code,
  status,
  message
})

const missing = (name: string) => refuse(`Missing${name}`, 400, `${name} is mandatory for this action.`)

/**
 * How far the clocks of client and gateway may be apart, in milliseconds.
 *
 * @since 0.1.0
 * @category constants
 */
export const clockWindow = 15 * 60 * 1000

/**
 * Reads the claim of a request.
 *
 * @since 0.1.0
 * @category reading
 */
export const read = (raw: RawRequest.RawRequest, digest: Digest.Digest): Claim | Refusal => {
  const authorization = RawRequest.header(raw, "authorization")
  if (authorization?.startsWith("ACS3-")) return readAcs3(raw, authorization, digest)
  if (authorization?.startsWith("acs ")) return readRoa1(raw, authorization, digest)
  if (authorization !== undefined)
    return refuse("IncompleteSignature", 400, "The Authorization header names no known signature.")
  const parameters = [...RawRequest.query(raw), ...RawRequest.form(raw)]
  if (parameters.some(([name]) => name === "Signature" || name === "AccessKeyId" || name === "BearerToken")) {
    return readRpc1(raw, parameters)
  }
  return readUnsigned(raw, digest)
}

/**
 * `undefined` when the timestamp lies within 15 minutes of `now` (milliseconds since the epoch), or when there is nothing
 * signed that would need one.
 *
 * @since 0.1.0
 * @category checking
 */
export const checkTime = (claim: Claim, now: number): Refusal | undefined => {
  if (claim.timestamp === undefined)
    return claim.kind === "Anonymous" || claim.kind === "Bearer" ? undefined : missing("Timestamp")
  return Math.abs(now - claim.timestamp) <= clockWindow
    ? undefined
    : refuse("InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired.")
}

/**
 * `undefined` when the signature is that of the secret.
 *
 * @since 0.1.0
 * @category checking
 */
export const checkHmac = (claim: Claim, secret: string, digest: Digest.Digest): Refusal | undefined => {
  const expected = expectedHmac(claim, secret, digest)
  return expected !== undefined && Digest.constantTimeEquals(expected, claim.signature)
    ? undefined
    : signatureDoesNotMatch(claim)
}

/**
 * The gateway's answer to a wrong signature. As the real one does it echoes the string to sign, which for RPC holds every
 * parameter of the request: clients must not log it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const signatureDoesNotMatch = (claim: Claim): Refusal =>
  refuse(
    "SignatureDoesNotMatch",
    400,
    `Specified signature is not matched with our calculation. server string to sign is:${claim.stringToSign}`
  )

const expectedHmac = (claim: Claim, secret: string, digest: Digest.Digest): string | undefined => {
  switch (claim.algorithm) {
    case "ACS3-HMAC-SHA256":
    case "ACS3-HMAC-SM3":
      return Acs3.hmac(claim.algorithm, secret, claim.stringToSign, digest)
    case "HMAC-SHA1":
    case "HMAC-SHA256":
      return (claim.scheme === "RPC1" ? RpcV1 : RoaV1).hmac(claim.algorithm, secret, claim.stringToSign, digest)
    default:
      return undefined
  }
}

const acs3Authorization = /^(ACS3-[A-Z0-9-]+) Credential=([^,\s]+), ?SignedHeaders=([^,\s]*), ?Signature=([0-9a-f]+)$/

const readAcs3 = (raw: RawRequest.RawRequest, authorization: string, digest: Digest.Digest): Claim | Refusal => {
  const [, algorithm, accessKeyId, names = "", signature] = acs3Authorization.exec(authorization) ?? []
  if (algorithm === undefined || accessKeyId === undefined || signature === undefined) {
    return refuse("IncompleteSignature", 400, "The request signature does not conform to Aliyun standards.")
  }
  if (algorithm !== "ACS3-HMAC-SHA256" && algorithm !== "ACS3-HMAC-SM3" && algorithm !== "ACS3-RSA-SHA256") {
    return refuse("InvalidSignatureMethod", 400, "The specified signature method is not supported.")
  }
  const headers = headersOf(raw)
  const signedHeaders = names.split(";")
  const unsigned = Acs3.signedHeaderNames(headers).find((name) => !signedHeaders.includes(name))
  if (unsigned !== undefined) {
    return refuse("IncompleteSignature", 400, `The header ${unsigned} must be one of the signed headers.`)
  }
  const absent = ["host", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"].find((name) => !headers[name])
  if (absent !== undefined) return refuse("MissingParameter", 400, `The header ${absent} is mandatory for this action.`)
  const payloadHash = Acs3.payloadHash(algorithm, raw.body, digest)
  const claimedHash = headers["x-acs-content-sha256"] ?? ""
  if (payloadHash === undefined)
    return refuse("InvalidSignatureMethod", 400, "The specified signature method is not supported.")
  if (!Digest.constantTimeEquals(payloadHash, claimedHash)) {
    return wrongBodyHash
  }
  const timestamp = Timestamp.parse(headers["x-acs-date"] ?? "")
  if (timestamp === undefined) return badTimestamp
  const query = Encoding.queryString(Encoding.sortPairs(RawRequest.query(raw)))
  const canonicalRequest = Acs3.canonicalRequest({
    method: raw.method,
    path: RawRequest.path(raw),
    query,
    headers,
    signedHeaders,
    payloadHash: claimedHash
  })
  return {
    _tag: "Claim",
    scheme: "ACS3",
    kind: algorithm === "ACS3-RSA-SHA256" ? "Rsa" : "Hmac",
    algorithm,
    accessKeyId,
    securityToken: headers["x-acs-security-token"],
    bearerToken: undefined,
    timestamp,
    nonce: headers["x-acs-signature-nonce"],
    signature,
    stringToSign: Acs3.stringToSign(algorithm, canonicalRequest, digest) ?? "",
    canonicalRequest
  }
}

const readRoa1 = (raw: RawRequest.RawRequest, authorization: string, digest: Digest.Digest): Claim | Refusal => {
  const [, accessKeyId, signature] = /^acs ([^\s:]+):([A-Za-z0-9+/=]+)$/.exec(authorization) ?? []
  if (accessKeyId === undefined || signature === undefined) {
    return refuse("IncompleteSignature", 400, "The request signature does not conform to Aliyun standards.")
  }
  const headers = headersOf(raw)
  const algorithm = headers["x-acs-signature-method"] ?? "HMAC-SHA1"
  const kind = kindOf(algorithm)
  if (kind === undefined)
    return refuse("InvalidSignatureMethod", 400, "The specified signature method is not supported.")
  if (headers["date"] === undefined) return missing("Date")
  const timestamp = Timestamp.parse(headers["date"])
  if (timestamp === undefined) return badTimestamp
  const md5 = headers["content-md5"]
  if (md5 !== undefined && !Digest.constantTimeEquals(digest.md5Base64(raw.body), md5)) {
    return refuse("SignatureDoesNotMatch", 400, "The header Content-MD5 is not the hash of the request body.")
  }
  return {
    _tag: "Claim",
    scheme: "ROA1",
    kind,
    algorithm,
    accessKeyId,
    securityToken: headers["x-acs-security-token"],
    bearerToken: undefined,
    timestamp,
    nonce: headers["x-acs-signature-nonce"],
    signature,
    stringToSign: RoaV1.stringToSign({
      method: raw.method,
      path: RawRequest.path(raw),
      query: RawRequest.query(raw),
      headers
    }),
    canonicalRequest: undefined
  }
}

const readRpc1 = (raw: RawRequest.RawRequest, parameters: Encoding.Pairs): Claim | Refusal => {
  const get = (wanted: string) => parameters.find(([name]) => name === wanted)?.[1]
  const timestampText = get("Timestamp")
  const timestamp = timestampText === undefined ? undefined : Timestamp.parse(timestampText)
  if (timestampText !== undefined && timestamp === undefined) return badTimestamp
  const common = {
    _tag: "Claim",
    scheme: "RPC1",
    timestamp,
    nonce: get("SignatureNonce"),
    canonicalRequest: undefined
  } as const
  if (get("SignatureType") === "BEARERTOKEN") {
    const bearerToken = get("BearerToken")
    if (!bearerToken) return missing("BearerToken")
    return {
      ...common,
      kind: "Bearer",
      algorithm: "BEARERTOKEN",
      accessKeyId: undefined,
      securityToken: undefined,
      bearerToken,
      signature: "",
      stringToSign: ""
    }
  }
  const accessKeyId = get("AccessKeyId")
  const signature = get("Signature")
  const algorithm = get("SignatureMethod") ?? ""
  const kind = kindOf(algorithm)
  if (!accessKeyId) return missing("AccessKeyId")
  if (!signature) return missing("Signature")
  if (timestamp === undefined) return missing("Timestamp")
  if (!common.nonce) return missing("SignatureNonce")
  if (kind === undefined)
    return refuse("InvalidSignatureMethod", 400, "The specified signature method is not supported.")
  // the string to sign names the path /, whatever the request line says
  if (!["/", ""].includes(RawRequest.path(raw))) {
    return refuse("SignatureDoesNotMatch", 400, "The signature covers no other path than /.")
  }
  // only one Signature is set aside: a second one is part of what must have been signed
  const at = parameters.findIndex(([name]) => name === "Signature")
  const signed = parameters.filter((_, index) => index !== at)
  return {
    ...common,
    kind,
    algorithm,
    accessKeyId,
    securityToken: get("SecurityToken"),
    bearerToken: undefined,
    signature,
    stringToSign: RpcV1.stringToSign(raw.method, signed)
  }
}

// nothing is signed here, but what such a request says about itself must hold all the same
const readUnsigned = (raw: RawRequest.RawRequest, digest: Digest.Digest): Claim | Refusal => {
  const headers = headersOf(raw)
  const bearerToken = headers["x-acs-bearer-token"]
  const date = headers["x-acs-date"] ?? headers["date"]
  const timestamp = date === undefined ? undefined : Timestamp.parse(date)
  if (bearerToken !== undefined && date !== undefined && timestamp === undefined) return badTimestamp
  const hash = headers["x-acs-content-sha256"]
  if (hash !== undefined && !Digest.constantTimeEquals(Acs3.payloadHash(undefined, raw.body, digest) ?? "", hash)) {
    return wrongBodyHash
  }
  return {
    _tag: "Claim",
    scheme: headers["x-acs-date"] === undefined && headers["x-acs-signature-type"] !== undefined ? "ROA1" : "ACS3",
    kind: bearerToken === undefined ? "Anonymous" : "Bearer",
    algorithm: bearerToken === undefined ? "" : "BEARERTOKEN",
    accessKeyId: undefined,
    securityToken: undefined,
    bearerToken,
    timestamp,
    nonce: headers["x-acs-signature-nonce"],
    signature: "",
    stringToSign: "",
    canonicalRequest: undefined
  }
}

const wrongBodyHash = refuse(
  "SignatureDoesNotMatch",
  400,
  "The header x-acs-content-sha256 is not the hash of the request body."
)

const badTimestamp = refuse("InvalidTimeStamp.Format", 400, "Specified time stamp or date value is not well formatted.")

const kindOf = (algorithm: string): "Hmac" | "Rsa" | undefined =>
  algorithm === "HMAC-SHA1" || algorithm === "HMAC-SHA256" ? "Hmac" : algorithm === "SHA256withRSA" ? "Rsa" : undefined

/** headers by lower-case name; the values of a repeated one are sorted and joined, as the V3 signature asks for */
const headersOf = (raw: RawRequest.RawRequest): Readonly<Record<string, string>> => {
  const values = new Map<string, Array<string>>()
  for (const [name, value] of raw.headers) {
    const key = name.toLowerCase()
    const list = values.get(key)
    if (list === undefined) values.set(key, [value.trim()])
    else list.push(value.trim())
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, list.sort(Encoding.compareCodePoints).join(",")]))
}
