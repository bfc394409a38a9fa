/** The same `Call` by our side: a request value through the whole of `AcsClient.explain`, time and nonce being told. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as Body from "@effect-aliyun/core/Body"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Digest from "@effect-aliyun/core/Digest"
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Call from "./Call.js"

const bodyOf = (call: Call.Call): Body.Body => {
  const { body } = call
  switch (body.kind) {
    case "none":
      return Body.empty
    case "form":
      return Body.form(Call.ourFormOf(call))
    case "json":
      return Body.json(body.value)
    case "text":
      return Body.text(body.text, body.contentType)
    case "bytes":
      return Body.bytes(body.bytes, body.contentType)
    case "stream":
      return Body.stream(Stream.make(body.bytes))
  }
}

const requestOf = (call: Call.Call, port: number): AcsRequest.AcsRequest => {
  const { providerName } = call.key
  const common = {
    product: "Ecs",
    version: call.version,
    action: Call.actionOf(call),
    clientToken: false,
    method: call.method as AcsRequest.MethodType,
    endpoint: `http://127.0.0.1:${port}`,
    query: Call.ourQueryOf(call),
    headers: {
      // openapi-core sends and signs it
      ...(providerName === undefined || call.algorithm === "HMAC-SHA1"
        ? {}
        : { "x-acs-credentials-provider": providerName }),
      ...call.headers
    },
    body: bodyOf(call),
    ...(call.region.by === "option" ? { regionId: call.region.id } : {})
  }
  return call.peer.endsWith("RPC")
    ? RpcRequest.make(common)
    : RoaRequest.make({
        ...common,
        pathPattern: `/${call.path.map((each, at) => ("fixed" in each ? each.fixed : `[P${at}]`)).join("/")}`,
        pathParams: Object.fromEntries(
          call.path.flatMap((each, at) => ("fixed" in each ? [] : [[`P${at}`, each.value]]))
        )
      })
}

/** the hashes that a user without further ado has, and those of Node where SM3 is needed */
const signerOf = (algorithm: Signer.Algorithm, digest: Digest.Service) =>
  Effect.runSync(Effect.provideService(Signer.make(algorithm), Digest.Digest, digest))
const signers = {
  "HMAC-SHA1": signerOf("HMAC-SHA1", Digest.portable),
  "ACS3-HMAC-SHA256": signerOf("ACS3-HMAC-SHA256", Digest.portable),
  "ACS3-HMAC-SM3": signerOf("ACS3-HMAC-SM3", NodeDigest.service)
}

const credentialOf = ({ accessKeyId, accessKeySecret, securityToken }: Call.Key): Credential.Credential =>
  securityToken === undefined
    ? Credential.accessKey({ accessKeyId, accessKeySecret })
    : Credential.sts({ accessKeyId, accessKeySecret, securityToken })

const clockAt = (at: number): Clock.Clock =>
  Object.assign(Clock.make(), { currentTimeMillis: Effect.succeed(at), unsafeCurrentTimeMillis: () => at })

export const explain = (
  call: Call.Call,
  port: number,
  moment: Signer.Moment
): Either.Either<Signer.SignedRequest, AcsError.AcsError> => {
  const get = Effect.succeed(credentialOf(call.key))
  const context = Context.empty().pipe(
    Context.add(Credentials.Credentials, { get, invalidate: () => Effect.void }),
    Context.add(Signer.Signer, signers[call.algorithm]),
    Context.add(Nonce.Nonce, Effect.succeed(moment.nonce))
  )
  return AcsClient.explain(requestOf(call, port)).pipe(
    Effect.map(({ signed }) => Redacted.value(signed)),
    Effect.either,
    Effect.provide(context),
    Effect.withClock(clockAt(moment.at)),
    Effect.runSync
  )
}
