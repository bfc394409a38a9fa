/** The version 1 signatures over an `UnsignedRequest`. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as RoaV1 from "@effect-aliyun/protocol/RoaV1"
import * as RpcV1 from "@effect-aliyun/protocol/RpcV1"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as AcsError from "../AcsError.js"
import type { Credential } from "../Credential.js"
import type * as Digest from "../Digest.js"
import type { Moment, SignedRequest, UnsignedRequest } from "../Signer.js"
import { badKey } from "./signAcs3.js"

type SignV1 = (
  request: UnsignedRequest,
  credential: Credential,
  moment: Moment
) => Effect.Effect<SignedRequest, AcsError.ClientException>

/** @internal */
export const sign = (method: RpcV1.HmacMethod, digest: Digest.Service): SignV1 => {
  const rpc = signRpc(method, digest)
  const roa = signRoa(method, digest)
  return (request, credential, moment) => (request.style === "RPC" ? rpc : roa)(request, credential, moment)
}

/** @internal */
export const presign =
  (method: RpcV1.HmacMethod, digest: Digest.Service) =>
  (
    request: UnsignedRequest,
    credential: Credential,
    moment: Moment
  ): Effect.Effect<Redacted.Redacted<string>, AcsError.ClientException> => {
    if (request.style === "ROA") {
      return Effect.fail(
        AcsError.invalidRequest(
          "style",
          "must be RPC: an ROA request carries its signature in a header, not in the URL"
        )
      )
    }
    if (request.method !== "GET" || request.payload._tag !== "Empty") {
      return Effect.fail(AcsError.invalidRequest("method", "must be GET without a body: a URL carries nothing else"))
    }
    if (credential._tag === "Bearer" || credential._tag === "Anonymous") {
      return Effect.fail(
        AcsError.invalidRequest(
          "credential",
          "must be a key: there is nothing to sign with, and a bearer token in a URL would be given away"
        )
      )
    }
    return Effect.map(signRpc(method, digest)(request, credential, moment), ({ url }) => Redacted.make(url))
  }

// names that only the signer may set; the V3 signature leaves these three to the caller
const systemNames: ReadonlySet<string> = new Set(["Format", "Timestamp", "SecurityToken"])

const signRpc =
  (method: RpcV1.HmacMethod, digest: Digest.Service): SignV1 =>
  (request, credential, moment) => {
    const isTaken = ([name]: readonly [string, string]) => systemNames.has(name)
    const taken = request.query.find(isTaken) ?? request.form.find(isTaken)
    if (taken !== undefined)
      return Effect.fail(AcsError.invalidRequest(taken[0], "is set by the signature; leave it out"))
    const prepared = RpcV1.prepare({
      method: request.method,
      action: request.action,
      version: request.version,
      query: request.query,
      form: request.form,
      // the gateway knows no third format, and needs one
      format: request.format === "XML" ? "XML" : "JSON",
      identity: identityOf(method, credential),
      timestamp: Timestamp.iso8601(moment.at),
      nonce: moment.nonce
    })
    return signWith(prepared.stringToSign, credential, digest, RpcV1.hmac, method, (signature) => ({
      method: request.method,
      url: `${request.protocol}://${request.host}/?${RpcV1.complete(prepared, signature).queryString}`,
      headers: request.headers,
      payload: request.payload,
      canonicalRequest: undefined,
      stringToSign: prepared.stringToSign
    }))
  }

const signRoa =
  (method: RpcV1.HmacMethod, digest: Digest.Service): SignV1 =>
  (request, credential, moment) => {
    const { payload } = request
    const prepared = RoaV1.prepare({
      method: request.method,
      path: request.path,
      query: request.query,
      headers:
        payload._tag === "Bytes"
          ? Object.assign({}, request.headers, { "content-md5": digest.digest.md5Base64(payload.bytes) })
          : request.headers,
      identity: identityOf(method, credential),
      date: Timestamp.rfc1123(moment.at),
      nonce: moment.nonce
    })
    const query = Encoding.queryString(request.query)
    return signWith(prepared.stringToSign, credential, digest, RoaV1.hmac, method, (signature) => ({
      method: request.method,
      url: `${request.protocol}://${request.host}${request.path}${query === "" ? "" : `?${query}`}`,
      headers: RoaV1.complete(prepared, signature).headers,
      payload,
      canonicalRequest: undefined,
      stringToSign: prepared.stringToSign
    }))
  }

const signWith = (
  text: string | undefined,
  credential: Credential,
  digest: Digest.Service,
  hmac: typeof RpcV1.hmac,
  method: RpcV1.HmacMethod,
  finish: (signature: string | undefined) => SignedRequest
): Effect.Effect<SignedRequest, AcsError.ClientException> => {
  if (text === undefined) return Effect.succeed(finish(undefined))
  switch (credential._tag) {
    case "AccessKey":
    case "Sts":
      return Effect.succeed(finish(hmac(method, Redacted.value(credential.accessKeySecret), text, digest.digest)))
    case "KeyPair":
      return Effect.mapBoth(digest.signRsaSha256(credential.privateKey, text), {
        onFailure: badKey,
        onSuccess: (signature) => finish(Encoding.base64(signature))
      })
    case "Bearer":
    case "Anonymous":
      return Effect.succeed(finish(undefined))
  }
}

const identityOf = (method: RpcV1.HmacMethod, credential: Credential): RpcV1.Identity => {
  switch (credential._tag) {
    case "AccessKey":
      return { _tag: "Hmac", method, accessKeyId: credential.accessKeyId }
    case "Sts":
      return {
        _tag: "Hmac",
        method,
        accessKeyId: credential.accessKeyId,
        securityToken: Redacted.value(credential.securityToken)
      }
    case "KeyPair":
      return { _tag: "Rsa", accessKeyId: credential.accessKeyId }
    case "Bearer":
      return { _tag: "Bearer", token: Redacted.value(credential.token) }
    case "Anonymous":
      return { _tag: "Anonymous" }
  }
}
