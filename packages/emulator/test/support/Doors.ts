/** The two ways into an emulator, and the people who come in. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync } from "node:crypto"

const keyPair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" }
  })
const rsa = keyPair()

/** when the temporary key `STS.old` stops, in milliseconds since the epoch */
export const expiry = 60 * 60 * 1000

export const keys: ReadonlyArray<Key.Key> = [
  Key.test,
  Key.accessKey({ accessKeyId: "inactiveid", accessKeySecret: "inactivesecret", active: false }),
  Key.sts({ accessKeyId: "STS.id", accessKeySecret: "stssecret", securityToken: "sts/token+1=" }),
  Key.sts({
    accessKeyId: "STS.old",
    accessKeySecret: "stssecret",
    securityToken: "sts-token-old",
    expiration: expiry
  }),
  Key.keyPair({ accessKeyId: "rsaid", publicKey: rsa.publicKey }),
  Key.bearer({ token: "bearer-token" })
]

/** none of them may show in what an emulator tells about a call */
export const secrets = ["testsecret", "stssecret", "sts/token+1=", "sts-token-old", "bearer-token", "PRIVATE"]

export const people = {
  tester: Credential.accessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
  impostor: Credential.accessKey({ accessKeyId: "testid", accessKeySecret: "wrongsecret" }),
  stranger: Credential.accessKey({ accessKeyId: "strangerid", accessKeySecret: "testsecret" }),
  inactive: Credential.accessKey({ accessKeyId: "inactiveid", accessKeySecret: "inactivesecret" }),
  sts: Credential.sts({ accessKeyId: "STS.id", accessKeySecret: "stssecret", securityToken: "sts/token+1=" }),
  stsOld: Credential.sts({ accessKeyId: "STS.old", accessKeySecret: "stssecret", securityToken: "sts-token-old" }),
  stsBare: Credential.accessKey({ accessKeyId: "STS.id", accessKeySecret: "stssecret" }),
  stsMadeUp: Credential.sts({ accessKeyId: "STS.id", accessKeySecret: "stssecret", securityToken: "made-up" }),
  stsMixed: Credential.sts({ accessKeyId: "STS.id", accessKeySecret: "stssecret", securityToken: "sts-token-old" }),
  testerWithToken: Credential.sts({
    accessKeyId: "testid",
    accessKeySecret: "testsecret",
    securityToken: "sts/token+1="
  }),
  rsa: Credential.keyPair({ accessKeyId: "rsaid", privateKey: rsa.privateKey }),
  rsaImpostor: Credential.keyPair({ accessKeyId: "rsaid", privateKey: keyPair().privateKey }),
  rsaOfTester: Credential.keyPair({ accessKeyId: "testid", privateKey: rsa.privateKey }),
  hmacOfRsa: Credential.accessKey({ accessKeyId: "rsaid", accessKeySecret: "testsecret" }),
  bearer: Credential.bearer({ token: "bearer-token" }),
  bearerUnknown: Credential.bearer({ token: "unknown-token" }),
  nobody: Credential.anonymous
}

export const signers = { ACS3: Signer.layer, "V1 SHA-1": Signer.layerV1, "V1 SHA-256": Signer.layerV1Sha256 }

/** an SDK's way in: what it is given besides is who signs, and how */
export const doorsTo = (options: Emulator.Options) =>
  ({
    "in memory": Layer.orDie(Emulator.layerHttpClient(options)),
    "over a socket": Layer.orDie(
      Layer.mergeAll(NodeEmulator.layerEndpoint, NodeHttpClient.layer).pipe(
        Layer.provideMerge(NodeEmulator.layerServer(options))
      )
    )
  }) satisfies Record<string, Layer.Layer<Emulator.Emulator | HttpClient.HttpClient>>

export const doors = doorsTo({ keys })

/** runs calls as somebody */
export const as =
  (who: Credential.Credential, signer: Layer.Layer<Signer.Signer> = Signer.layer) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    self.pipe(
      RetryPolicy.withPolicy(RetryPolicy.none),
      Effect.provide(Layer.merge(Credentials.layer(Credentials.fixed(who)), signer))
    )

/** the answer to a call, in short */
export const outcome = (
  call: Effect.Effect<{ readonly status: number }, AcsError.AcsError, AcsClient.Services>
): Effect.Effect<string, never, AcsClient.Services> =>
  Effect.match(call, {
    onFailure: (error) => (error._tag === "ServerException" ? `${error.httpStatus} ${error.code}` : error.message),
    onSuccess: ({ status }) => String(status)
  })

/** a signed request that has not been sent, so that it can be bent, or sent twice */
export interface Wire {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export const sign = (request: AcsRequest.AcsRequest) =>
  Effect.map(AcsClient.explain(request), ({ signed }): Wire => {
    const { headers, method, payload, url } = Redacted.value(signed)
    return { method, url, headers, body: payload._tag === "Bytes" ? payload.bytes : new Uint8Array(0) }
  })

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly code: string | undefined
}

export const send = (wire: Wire) =>
  Effect.gen(function* () {
    const { headers, method, url } = wire
    const request = HttpClientRequest.make(method as "GET")(url).pipe(
      wire.body.length === 0 ? (self) => self : HttpClientRequest.bodyUint8Array(wire.body, headers["content-type"]),
      HttpClientRequest.setHeaders(headers)
    )
    const response = yield* HttpClient.execute(request)
    const text = yield* response.text
    const code = Option.fromNullable(/<Code>(.*?)<\/Code>|"[Cc]ode":"(.*?)"/.exec(text))
    return {
      status: response.status,
      headers: response.headers,
      text,
      code: Option.getOrUndefined(Option.map(code, ([, xml, json]) => xml ?? json))
    } as Answer
  })
