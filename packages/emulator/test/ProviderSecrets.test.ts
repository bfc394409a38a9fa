/** Canaries in every secret that a provider works with, and answers that give them back; none may show in what is printed. */
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
import * as OidcRole from "@effect-aliyun/core/OidcRole"
import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
import type * as Signer from "@effect-aliyun/core/Signer"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync } from "node:crypto"
import { listen, scanner } from "../../../test/chaos/support/Canary.js"
import { answeringDoors, answers, type Handler, type Request, url } from "./support/Answering.js"
import { signers } from "./support/Doors.js"

type Work = Effect.Effect<Credential.Credential, Error, Signer.Signer | HttpClient.HttpClient>
type Provider = Credentials.Provider<Signer.Signer | HttpClient.HttpClient>

const privateKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
}).privateKey

const session = {
  AccessKeyId: "STS.CANARY",
  AccessKeySecret: "CANARYsecret+/=",
  SecurityToken: "CANARYtoken+/=",
  Expiration: "2099-01-01T00:00:00Z"
}
const roleArn = "acs:ram::1234567890123456:role/deployer"

const providersAt = (url: string): Readonly<Record<string, Provider>> => ({
  RamRoleArn: RamRoleArn.provider({
    source: Credentials.fixed(
      Credential.sts({ accessKeyId: "STS.source", accessKeySecret: "CANARYsource", securityToken: "CANARYsource/+=" })
    ),
    roleArn,
    roleSessionName: "probe"
  }),
  OidcRole: OidcRole.provider({
    roleArn,
    oidcProviderArn: "acs:ram::1234567890123456:oidc-provider/cluster",
    roleSessionName: "probe",
    token: Effect.succeed(Redacted.make("CANARYheader.CANARYpayload.CANARYsignature+/="))
  }),
  RsaKeyPair: RsaKeyPair.provider({ publicKeyId: "rsaid", privateKey }),
  EcsRamRole: EcsRamRole.provider({ endpoint: url }),
  CredentialsUri: CredentialsUri.provider({ uri: `${url}/CANARYpath?token=CANARYquery` })
})

const echoed = ({ body, headers, target }: Request) =>
  `${JSON.stringify(headers)} ${target} ${body} ${decodeURIComponent(body)} ${decodeURIComponent(target)}`

/** what follows a token of the metadata service, which itself is a canary */
const after =
  (handler: (request: Request) => ReturnType<Handler>): Handler =>
  (request) =>
    request.method === "PUT"
      ? { body: "CANARYmetadata" }
      : request.target.endsWith("/")
        ? { body: "role" }
        : handler(request)

const key = {
  SessionAccessKeyId: "TMPSK.CANARY",
  SessionAccessKeySecret: "CANARYkey",
  Expiration: session.Expiration
}
const answersOf = (change: object) =>
  JSON.stringify({
    Code: "Success",
    ...session,
    ...change,
    Credentials: { ...session, ...change },
    SessionAccessKey: { ...key, ...change }
  })

const handlers: Readonly<Record<string, Handler>> = {
  "a good answer": after(() => ({ body: answersOf({}) })),
  "an answer without a secret": after(() => ({
    body: answersOf({ AccessKeySecret: undefined, SessionAccessKeySecret: undefined })
  })),
  "an answer with a wrong date": after(() => ({ body: answersOf({ Expiration: "CANARYdate" }) })),
  "an answer with a wrong Code": after(() => ({ body: JSON.stringify({ ...session, Code: "CANARY!" }) })),
  "an answer that ends early": after(() => ({ body: answersOf({}).slice(0, -3) })),
  "a list of keys": after(() => ({ body: JSON.stringify(Object.values(session)) })),
  "a list of keys that ends early": after(() => ({ body: JSON.stringify(Object.values(session)).slice(0, -1) })),
  "a page that echoes": after((request) => ({ body: `<html>${echoed(request)}</html>` })),
  "a refusal that echoes": after((request) => ({
    status: 400,
    body: JSON.stringify({ Code: "InvalidParameter", Message: echoed(request), RequestId: "R" })
  })),
  "a refusal whose code echoes": after(({ body }) => ({
    status: 400,
    body: JSON.stringify({ Code: new URLSearchParams(body).get("OIDCToken") ?? "No", Message: "", RequestId: body })
  })),
  "an error page that echoes": after((request) => ({ status: 502, body: echoed(request) })),
  "a redirect that echoes": after((request) => ({
    status: 302,
    headers: { location: `/?${encodeURIComponent(echoed(request))}` }
  })),
  "a token that is none": () => ({ body: "CANARY metadata" }),
  "a role that is none": ({ method }) => ({ body: method === "PUT" ? "CANARYmetadata" : "../CANARY" }),
  "no answer": () => "refuse"
}

const canaries = scanner(["CANARY", privateKey.slice(40, 80)])

describe("S01, S02, S04, S05: no secret is printed", () => {
  it("by a provider, or its layer", () => {
    for (const provider of Object.values(providersAt("http://127.0.0.1"))) {
      canaries.value(provider)
      canaries.value(Credentials.layer(provider))
    }
  })

  for (const [door, layer] of Object.entries(answeringDoors)) {
    for (const [name, handler] of Object.entries(handlers)) {
      it.effect(`${door}: by ${name}`, () =>
        Effect.gen(function* () {
          const heard = yield* listen
          yield* answers(handler)
          for (const [kind, provider] of Object.entries(providersAt(yield* url))) {
            for (const signer of Object.values(signers)) {
              // as a provider by itself, and as callers of a layer see it
              const alone: Work = provider.resolve
              const held: Work = Effect.flatMap(Credentials.Credentials, ({ get }) => get).pipe(
                Effect.provide(Credentials.layer(provider))
              )
              for (const work of [alone, held]) {
                const exit = yield* Effect.asVoid(work).pipe(
                  Effect.tapErrorCause((cause) => Effect.logError("failed", cause)),
                  Effect.tapErrorCause((cause) => Effect.logError(Cause.squash(cause))),
                  Effect.withSpan("test"),
                  Effect.exit,
                  Effect.provide(Layer.mergeAll(signer, heard.layer, RetryPolicy.layer(RetryPolicy.none)))
                )
                assert.strictEqual(Exit.isSuccess(exit), name === "a good answer", kind)
                canaries.value(exit)
                if (Exit.isFailure(exit)) assert.isTrue(Cause.isFailType(exit.cause), kind)
              }
            }
          }
          if (name !== "a good answer") assert.isAtLeast(heard.logged.length, 8)
          // ours name the operation; those of an HTTP client would hold URL and headers
          assert.isTrue(heard.spans.every((span) => /^(test|Sts\.\w+)$/.test(span.name)))
          canaries.heard(heard)
        }).pipe(Effect.provide(layer))
      )
    }
  }
})
