/**
 * A temporary key for who holds an RSA key pair, by GenerateSessionAccessKey of Sts. It has no token, and is used as any
 * AccessKey is.
 *
 * The call itself is signed by the private key with SHA256withRSA, in the version 1 form that the official SDKs use,
 * whatever `Signer` the program has.
 *
 * Source: https://github.com/aliyun/aliyun-openapi-python-sdk, where this is `RsaKeyPairCredential`
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Credential from "./Credential.js"
import * as Credentials from "./Credentials.js"
import * as roleOptions from "./internal/roleOptions.js"
import * as sessionAnswer from "./internal/sessionAnswer.js"
import * as stsCall from "./internal/stsCall.js"
import * as Signer from "./Signer.js"

/**
 * - `publicKeyId`: of the public half, as the RAM console shows it
 * - `privateKey`: a PEM, or the base64 of a DER, PKCS#8 or PKCS#1
 * - `durationSeconds`: how long the key lasts, 900 to 3600; 3600 unless told
 * - `stsEndpoint`, `stsRegion`, `vpc`: where Sts is, as for `RamRoleArn`
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly publicKeyId: string
  readonly privateKey: Credential.Secret
  readonly durationSeconds?: number | undefined
  readonly stsEndpoint?: string | undefined
  readonly stsRegion?: string | undefined
  readonly vpc?: boolean | undefined
}

/**
 * A provider named `rsa_key_pair`. It fails with `Failed`: what is empty, out of range or no key before anything is sent.
 *
 * @since 0.1.0
 * @category providers
 * @example
 * import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
 * import type * as Redacted from "effect/Redacted"
 *
 * export const keyPair = (privateKey: Redacted.Redacted<string>) =>
 *   RsaKeyPair.provider({ publicKeyId: "LTAI-public-key-id", privateKey, durationSeconds: 900 })
 */
export const provider = (options: Options): Credentials.Provider<HttpClient.HttpClient> => {
  const { durationSeconds, privateKey, publicKeyId, stsEndpoint, stsRegion, vpc } = options
  const credential = Credential.keyPair({ accessKeyId: publicKeyId, privateKey })
  return {
    name,
    resolve: Effect.suspend(() => {
      const issue = roleOptions.duration(durationSeconds, 3600)
      if (issue !== undefined) return issue
      return stsCall
        .run({
          action: "GenerateSessionAccessKey",
          parameters: { DurationSeconds: durationSeconds ?? 3600 },
          credential,
          place: { stsEndpoint, stsRegion, vpc }
        })
        .pipe(Effect.provideServiceEffect(Signer.Signer, Signer.make("HMAC-SHA1")), Effect.flatMap(read))
    })
  }
}

const name = "rsa_key_pair"
const fields = ["SessionAccessKeyId", "SessionAccessKeySecret", "Expiration"]

const read = (json: unknown): Either.Either<Credential.AccessKey, Credentials.Failed> =>
  Either.gen(function* () {
    const answer = yield* sessionAnswer.part("the answer of Sts", json, ["SessionAccessKey"])
    const key = yield* sessionAnswer.child(answer, "SessionAccessKey", fields)
    return Credential.accessKey({
      accessKeyId: yield* sessionAnswer.text(key, "SessionAccessKeyId"),
      accessKeySecret: yield* sessionAnswer.secret(key, "SessionAccessKeySecret"),
      expiration: yield* sessionAnswer.date(key, "Expiration"),
      provider: name
    })
  })

/**
 * {@link provider} as a layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<Credentials.Credentials, never, HttpClient.HttpClient> =>
  Credentials.layer(provider(options))

/**
 * The same from configuration, read when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
 * import * as Config from "effect/Config"
 *
 * export const FromConfig = RsaKeyPair.layerConfig({
 *   publicKeyId: Config.string("MY_PUBLIC_KEY_ID"),
 *   privateKey: Config.redacted("MY_PRIVATE_KEY")
 * })
 */
export const layerConfig = (
  options: Config.Config.Wrap<Omit<Options, "privateKey"> & { readonly privateKey: Redacted.Redacted<string> }>
): Layer.Layer<Credentials.Credentials, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(options), layer))
