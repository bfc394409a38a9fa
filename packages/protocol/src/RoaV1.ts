/**
 * Version 1 signature of ROA (REST) requests: five headers, all `x-acs-` headers and the resource, signed into the
 * `Authorization` header.
 *
 * Source: https://www.alibabacloud.com/help/en/sdk/product-overview/roa-mechanism
 *
 * @since 0.1.0
 */
import type * as Digest from "./Digest.js"
import * as Encoding from "./Encoding.js"
import type { HmacMethod, Identity } from "./RpcV1.js"

/**
 * - `path`: encoded, as it goes on the request line; `query`: decoded
 * - `headers`: lower-case names; `accept`, `content-md5`, `content-type` and all `x-acs-` headers take part
 * - `date`: RFC 1123, GMT
 * - `nonce`: `undefined` sends none, as the seed does; such a request can be replayed for 15 minutes
 *
 * @since 0.1.0
 * @category models
 */
export interface Input {
  readonly method: string
  readonly path: string
  readonly query: Encoding.Pairs
  readonly headers: Readonly<Record<string, string>>
  readonly identity: Identity
  readonly date: string
  readonly nonce: string | undefined
}

/**
 * What is to be signed, and the headers to send once it is; `stringToSign` is `undefined` where nothing is signed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Prepared {
  readonly headers: Readonly<Record<string, string>>
  readonly stringToSign: string | undefined
  readonly accessKeyId: string | undefined
}

/**
 * The string to sign of a request, whoever made it. Path and query stand unencoded in the query part, encoded in the path
 * part, exactly as the request line has them.
 *
 * @since 0.1.0
 * @category signing
 */
export const stringToSign = (input: Pick<Input, "method" | "path" | "query" | "headers">): string => {
  const { headers } = input
  let text = input.method
  for (const name of ["accept", "content-md5", "content-type", "date"]) text += `\n${(headers[name] ?? "").trim()}`
  for (const name of Object.keys(headers)
    .filter((key) => key.startsWith("x-acs-"))
    .sort(Encoding.compareCodePoints)) {
    text += `\n${name}:${(headers[name] ?? "").trim()}`
  }
  const query = Encoding.sortPairs(input.query)
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
  return `${text}\n${input.path}${query === "" ? "" : `?${query}`}`
}

/**
 * The signature of a string to sign, base64.
 *
 * @since 0.1.0
 * @category signing
 */
export const hmac = (method: HmacMethod, secret: string, text: string, digest: Digest.Digest): string =>
  method === "HMAC-SHA1" ? digest.hmacSha1Base64(secret, text) : digest.hmacSha256Base64(secret, text)

/**
 * Adds the system headers and says what to sign.
 *
 * @since 0.1.0
 * @category signing
 */
export const prepare = (input: Input): Prepared => {
  const { identity } = input
  // not a spread: see Acs3.prepare
  const headers: Record<string, string> = Object.assign({}, input.headers)
  headers["date"] = input.date
  if (input.nonce !== undefined) headers["x-acs-signature-nonce"] = input.nonce
  switch (identity._tag) {
    case "Hmac":
      headers["x-acs-signature-method"] = identity.method
      headers["x-acs-signature-version"] = "1.0"
      if (identity.securityToken !== undefined) headers["x-acs-security-token"] = identity.securityToken
      break
    case "Rsa":
      headers["x-acs-signature-method"] = "SHA256withRSA"
      headers["x-acs-signature-type"] = "PRIVATEKEY"
      headers["x-acs-signature-version"] = "1.0"
      break
    case "Bearer":
      headers["x-acs-signature-type"] = "BEARERTOKEN"
      headers["x-acs-bearer-token"] = identity.token
      break
    case "Anonymous":
      break
  }
  const isSigned = identity._tag === "Hmac" || identity._tag === "Rsa"
  return {
    headers,
    stringToSign: isSigned ? stringToSign({ ...input, headers }) : undefined,
    accessKeyId: isSigned ? identity.accessKeyId : undefined
  }
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Signed extends Prepared {
  readonly signature: string | undefined
}

/**
 * Puts the signature (base64) into the `authorization` header.
 *
 * @since 0.1.0
 * @category signing
 */
export const complete = (prepared: Prepared, signature: string | undefined): Signed => {
  const { accessKeyId, stringToSign } = prepared
  const headers: Record<string, string> = Object.assign({}, prepared.headers)
  if (signature !== undefined && accessKeyId !== undefined) headers["authorization"] = `acs ${accessKeyId}:${signature}`
  return { headers, stringToSign, accessKeyId, signature }
}

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
