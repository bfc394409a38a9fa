/**
 * Signs one attempt. The built-in signers are synchronous inside; the service is an Effect so that a remote one, or one in
 * a key management service, plugs in.
 *
 * @since 0.1.0
 */
import type * as Acs3 from "@effect-aliyun/protocol/Acs3"
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { ClientException } from "./AcsError.js"
import type { FormatType, Style } from "./AcsRequest.js"
import type { Credential } from "./Credential.js"
import * as Digest from "./Digest.js"
import * as acs3 from "./internal/signAcs3.js"
import * as v1 from "./internal/signV1.js"
import type { ProtocolType } from "./Protocol.js"

/**
 * The body as it will be sent. A stream that is not collected carries the hash the caller gave for it.
 *
 * @since 0.1.0
 * @category models
 */
export type Payload =
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | {
      readonly _tag: "Stream"
      readonly stream: Stream.Stream<Uint8Array, unknown>
      readonly contentLength: number
      readonly sha256: string
    }

/**
 * A request that has been checked, flattened and given a host, and lacks only what changes with each attempt.
 *
 * - `host`: as the `host` header will say, with a port only where it is not the scheme's own
 * - `path`: encoded; `query` and `form`: decoded
 * - `headers`: lower-case names, without `host`
 *
 * @since 0.1.0
 * @category models
 */
export interface UnsignedRequest {
  readonly style: Style
  readonly action: string
  readonly version: string
  readonly method: string
  readonly protocol: ProtocolType
  readonly host: string
  readonly path: string
  readonly query: Encoding.Pairs
  readonly form: Encoding.Pairs
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Payload
  readonly format: FormatType
}

/**
 * What goes on the wire; `headers` may hold `host`, which is that of the URL. `url`, `headers` and `stringToSign` may hold secrets: do not print them, see `AcsClient.explain`.
 *
 * @since 0.1.0
 * @category models
 */
export interface SignedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Payload
  readonly canonicalRequest: string | undefined
  readonly stringToSign: string | undefined
}

/**
 * What changes with each attempt. `at` is in milliseconds since the epoch.
 *
 * @since 0.1.0
 * @category models
 */
export interface Moment {
  readonly at: number
  readonly nonce: string
}

/**
 * - `sign`: for sending
 * - `presign`: a URL that anyone can open, for about 15 minutes, without knowing the secret; keys only, since the URL of a
 *   bearer token would give the token away
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly sign: (
    request: UnsignedRequest,
    credential: Credential,
    moment: Moment
  ) => Effect.Effect<SignedRequest, ClientException>
  readonly presign: (
    request: UnsignedRequest,
    credential: Credential,
    moment: Moment
  ) => Effect.Effect<Redacted.Redacted<string>, ClientException>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Signer extends Context.Tag("@effect-aliyun/core/Signer")<Signer, Service>() {}

/**
 * How access keys sign. RSA key pairs, bearer tokens and anonymous calls follow from the credential.
 *
 * @since 0.1.0
 * @category models
 */
export type Algorithm = Acs3.HmacAlgorithm | "HMAC-SHA1" | "HMAC-SHA256"

/**
 * A signer over the `Digest` reference as it is when this is run. `HMAC-SHA1` and `HMAC-SHA256` are version 1 signatures.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (algorithm: Algorithm): Effect.Effect<Service> =>
  Effect.map(Digest.Digest, (digest): Service => ({
    sign:
      algorithm === "HMAC-SHA1" || algorithm === "HMAC-SHA256"
        ? v1.sign(algorithm, digest)
        : acs3.sign(algorithm, digest),
    // only version 1 has a signature that lives in the URL
    presign: v1.presign(algorithm === "HMAC-SHA256" ? "HMAC-SHA256" : "HMAC-SHA1", digest)
  }))

/**
 * The V3 signature, `ACS3-HMAC-SHA256` (`ACS3-RSA-SHA256` for key pairs).
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as Signer from "@effect-aliyun/core/Signer"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * export const Portable = Layer.mergeAll(Credentials.layerEnv, Signer.layer, FetchHttpClient.layer)
 */
export const layer: Layer.Layer<Signer> = Layer.effect(Signer, make("ACS3-HMAC-SHA256"))

/**
 * The V3 signature with SM3, where the `Digest` has it; else each call fails with `InvalidRequest`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSm3: Layer.Layer<Signer> = Layer.effect(Signer, make("ACS3-HMAC-SM3"))

/**
 * The seed's version 1 signatures of RPC and ROA, HMAC-SHA1 (`SHA256withRSA` for key pairs).
 *
 * They cover less than V3: of an RPC request the parameters of query and form, but no other body; of an ROA request the
 * body by its MD5, but not a stream that is sent as it flows. The ROA query is signed unencoded, so that
 * `n=1%26o%3D2` and `n=1&o=2` cannot be told apart by any checker.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerV1: Layer.Layer<Signer> = Layer.effect(Signer, make("HMAC-SHA1"))

/**
 * The version 1 signatures with HMAC-SHA256.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerV1Sha256: Layer.Layer<Signer> = Layer.effect(Signer, make("HMAC-SHA256"))
