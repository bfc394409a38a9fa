/** What a call says when the service refuses its signature: who is at fault, and nothing that was signed. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"

const query = { Password: "CANARYpassword" }
const requests: Readonly<Record<string, AcsRequest.AcsRequest>> = {
  RPC: RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "RunInstances", query }),
  ROA: RoaRequest.make({ product: "CS", version: "2015-12-15", action: "DescribeClusters", pathPattern: "/c", query })
}
const signers = { ACS3: Signer.layer, "V1 SHA-1": Signer.layerV1 }
const identity = Credentials.layerSts({
  accessKeyId: "CANARYid",
  accessKeySecret: "CANARYsecret",
  securityToken: "CANARYtoken"
})

interface Refusal {
  readonly message: string
  readonly status?: number
  readonly code?: string
}

/** the failure of a call whose answer is made of what it has signed, and how often it was sent */
const refused = (
  request: AcsRequest.AcsRequest,
  signer: Layer.Layer<Signer.Signer>,
  answer: (signed: { readonly text: string; readonly canonical: string }) => Refusal
) =>
  Effect.gen(function* () {
    const { canonicalRequest = "", stringToSign = "" } = Redacted.value((yield* AcsClient.explain(request)).signed)
    assert.isAbove(stringToSign.length, 0)
    const {
      code = "SignatureDoesNotMatch",
      message,
      status = 400
    } = answer({
      text: stringToSign,
      canonical: canonicalRequest
    })
    const service = AcsTest.layer(() => ({ status, json: { Code: code, Message: message, RequestId: "R" } }))
    const layer = Layer.provideMerge(Layer.merge(identity, signer), service)
    return yield* Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.flip(AcsClient.execute(request)))
      yield* TestClock.adjust("1 minute")
      const error = yield* Fiber.join(fiber)
      return { error: serverException(error), sent: (yield* AcsTest.calls).length }
    }).pipe(Effect.provide(layer))
  }).pipe(Effect.provide(Layer.mergeAll(identity, signer, Nonce.layer(Effect.succeed("pinned")))))

const serverException = (error: AcsError.AcsError) =>
  error._tag === "ServerException" ? error : assert.fail(error.message)

/** how services put it: the gateway for version 1 and for ACS3, others as they like */
const forms: Readonly<Record<string, (text: string, canonical: string) => string>> = {
  "after a colon": (text) =>
    `Specified signature is not matched with our calculation. server string to sign is:${text}`,
  "in brackets": (text, canonical) =>
    `Specified signature does not match our calculation. server StringToSign is [${text}] server CanonicalRequest is [${canonical}]`
}

for (const [name, signer] of Object.entries(signers)) {
  for (const [style, request] of Object.entries(requests)) {
    describe(`${name}, ${style}`, () => {
      for (const [form, write] of Object.entries(forms)) {
        it.effect(`K10: the same text ${form} is a wrong secret, said once and without it`, () =>
          Effect.gen(function* () {
            const { error, sent } = yield* refused(request, signer, ({ canonical, text }) => ({
              message: write(text, canonical)
            }))
            assert.strictEqual(sent, 1)
            assert.deepInclude(error, {
              code: "InvalidAccessKeySecret",
              category: "CredentialInvalid",
              httpStatus: 400,
              requestId: "R",
              signedText: "same",
              outcome: "Rejected"
            })
            assert.include(error.message, "signed the same text, so the secret is wrong")
            assert.notInclude(inspect(error) + error.message, "CANARY")
          })
        )

        it.effect(`K10: another text ${form} is a fault of the SDK or the way, said once and without it`, () =>
          Effect.gen(function* () {
            const { error, sent } = yield* refused(request, signer, ({ canonical, text }) => ({
              message: write(text.slice(1), canonical.slice(1))
            }))
            assert.strictEqual(sent, 1)
            assert.deepInclude(error, {
              code: "SignatureDoesNotMatch",
              category: "Signature",
              signedText: "other",
              outcome: "Rejected"
            })
            assert.include(error.message, "a fault of this SDK, or of something on the way")
            assert.notInclude(inspect(error) + error.message, "CANARY")
          })
        )
      }

      it.effect("K10: where the service echoes nothing that can be told, neither is said", () =>
        Effect.gen(function* () {
          const { error } = yield* refused(request, signer, ({ canonical, text }) => ({
            message: `we have got ${canonical} and then ${text}`
          }))
          assert.strictEqual(error.signedText, undefined)
          assert.deepInclude(error, { code: "SignatureDoesNotMatch", category: "Signature" })
          assert.match(error.message, /\(HTTP 400, RequestId R\) Check the AccessKeySecret\.$/)
          assert.notInclude(inspect(error) + error.message, "CANARY")
        })
      )

      it.effect("K10: with another status the code stays, and the advice is the same", () =>
        Effect.gen(function* () {
          const { error, sent } = yield* refused(request, signer, ({ canonical, text }) => ({
            status: 403,
            message: forms["after a colon"]?.(text, canonical) ?? ""
          }))
          assert.strictEqual(sent, 1)
          assert.deepInclude(error, {
            code: "SignatureDoesNotMatch",
            category: "CredentialInvalid",
            httpStatus: 403,
            signedText: "same"
          })
          assert.include(error.message, "so the secret is wrong")
          assert.notInclude(inspect(error) + error.message, "CANARY")
        })
      )

      it.effect("K10: of any other code what was signed is taken out, and nothing is made of it", () =>
        Effect.gen(function* () {
          const { error } = yield* refused(request, signer, ({ canonical, text }) => ({
            code: "IncompleteSignature",
            message: `not a signature, of (${canonical}). server string to sign is:${text}`
          }))
          assert.deepInclude(error, { code: "IncompleteSignature", category: "Signature", signedText: undefined })
          assert.notInclude(inspect(error) + error.message, "CANARY")
        })
      )
    })
  }
}

it.effect("what is not signed is compared with nothing", () =>
  Effect.gen(function* () {
    const error = serverException(yield* Effect.flip(AcsClient.execute(requests["RPC"]!)))
    assert.deepInclude(error, { code: "SignatureDoesNotMatch", signedText: undefined })
  }).pipe(
    Effect.provide(
      Layer.provideMerge(
        Credentials.layerBearer({ token: "token" }),
        AcsTest.layer(() => ({
          status: 400,
          json: { Code: "SignatureDoesNotMatch", Message: "server string to sign is:", RequestId: "R" }
        }))
      )
    )
  )
)
