/**
 * The V3 signature over an `UnsignedRequest`. An HMAC is computed when `sign` is called, not when its effect runs: it depends
 * on nothing but the arguments, and one step of the fiber less is a tenth of it.
 */
import * as Acs3 from "@effect-aliyun/protocol/Acs3"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Timestamp from "@effect-aliyun/protocol/Timestamp"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as AcsError from "../AcsError.js"
import type { Credential } from "../Credential.js"
import type * as Digest from "../Digest.js"
import type { Moment, SignedRequest, UnsignedRequest } from "../Signer.js"

/** @internal */
export const sign =
  (algorithm: Acs3.HmacAlgorithm, digest: Digest.Service) =>
  (
    request: UnsignedRequest,
    credential: Credential,
    moment: Moment
  ): Effect.Effect<SignedRequest, AcsError.ClientException> => {
    const identity = identityOf(algorithm, request, credential)
    const signing = Acs3.algorithmOf(identity)
    const { payload } = request
    if (payload._tag === "Stream" && signing === "ACS3-HMAC-SM3") return Effect.fail(notSha256)
    const payloadHash =
      payload._tag === "Stream"
        ? payload.sha256
        : Acs3.payloadHash(signing, payload._tag === "Bytes" ? payload.bytes : undefined, digest.digest)
    if (payloadHash === undefined) return Effect.fail(noSm3)
    const headers: Record<string, string> = Object.assign({}, request.headers)
    headers["host"] = request.host
    const prepared = Acs3.prepare(
      {
        method: request.method,
        path: request.path,
        query: request.query,
        headers,
        payloadHash,
        identity,
        date: Timestamp.iso8601(moment.at),
        nonce: moment.nonce
      },
      digest.digest
    )
    const finish = (signature: string | undefined) => toSigned(request, Acs3.complete(prepared, signature))
    if (prepared.stringToSign === undefined) return Effect.succeed(finish(undefined))
    switch (credential._tag) {
      case "AccessKey":
      case "Sts": {
        const signature = Acs3.hmac(
          algorithm,
          Redacted.value(credential.accessKeySecret),
          prepared.stringToSign,
          digest.digest
        )
        return signature === undefined ? Effect.fail(noSm3) : Effect.succeed(finish(signature))
      }
      case "KeyPair":
        return digest
          .signRsaSha256(credential.privateKey, prepared.stringToSign)
          .pipe(Effect.mapBoth({ onFailure: badKey, onSuccess: (signature) => finish(Encoding.hex(signature)) }))
      case "Bearer":
      case "Anonymous":
        return Effect.succeed(finish(undefined))
    }
  }

const noSm3 = AcsError.invalidRequest(
  "signature",
  "SM3 is not available here; use Signer.layer, or a Digest that has SM3"
)

const notSha256 = AcsError.invalidRequest(
  "body.sha256",
  "is no SM3, which this signature needs; leave it out, and the stream is collected and hashed"
)

/** @internal */
export const badKey = (why: string): AcsError.ClientException =>
  AcsError.fromReason({
    _tag: "CredentialsUnavailable",
    tried: [{ provider: "key pair", why, hint: "pass an RSA key, as PEM or base64" }]
  })

const identityOf = (algorithm: Acs3.HmacAlgorithm, request: UnsignedRequest, credential: Credential): Acs3.Identity => {
  switch (credential._tag) {
    case "AccessKey":
      return { _tag: "Hmac", algorithm, accessKeyId: credential.accessKeyId }
    case "Sts":
      return {
        _tag: "Hmac",
        algorithm,
        accessKeyId: credential.accessKeyId,
        securityToken: Redacted.value(credential.securityToken)
      }
    case "KeyPair":
      return { _tag: "Rsa", accessKeyId: credential.accessKeyId }
    case "Bearer":
      return { _tag: "Bearer", token: Redacted.value(credential.token), style: request.style }
    case "Anonymous":
      return { _tag: "Anonymous" }
  }
}

const toSigned = (request: UnsignedRequest, signed: Acs3.Signed): SignedRequest => ({
  method: request.method,
  url: `${request.protocol}://${request.host}${request.path}${signed.query === "" ? "" : `?${signed.query}`}`,
  headers: signed.headers,
  payload: request.payload,
  canonicalRequest: signed.canonicalRequest,
  stringToSign: signed.stringToSign
})
