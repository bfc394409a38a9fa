/** Canaries in every secret of a call; none may show in anything a program prints by itself. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsResponse from "@effect-aliyun/core/AcsResponse"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { inspect } from "node:util"
import { listen, scanner } from "../../../test/chaos/support/Canary.js"

const canary = {
  secret: "CANARYsecret+/=1",
  token: "CANARYtoken+/==2",
  bearer: "CANARYbearer3",
  password: "CANARYpassword4"
}
const canaries = scanner(["CANARY", ...Object.values(canary)])

const identities = {
  AccessKey: Credential.accessKey({ accessKeyId: "anotherid", accessKeySecret: canary.secret }),
  Sts: Credential.sts({ accessKeyId: "anotherid", accessKeySecret: canary.secret, securityToken: canary.token }),
  Bearer: Credential.bearer({ token: canary.bearer })
}

const request = RpcRequest.make({
  product: "Ecs",
  version: "2014-05-26",
  action: "ModifyInstanceAttribute",
  query: { Password: canary.password },
  body: Body.form({ Secret: canary.password })
})

const held = (credential: Credential.Credential) =>
  Effect.gen(function* () {
    const credentials = yield* Credentials.make(Credentials.fixed(credential))
    return { credentials, got: yield* Effect.exit(credentials.get) }
  }).pipe(Effect.scoped)

describe("S01, S02, S04, S05: no secret is printed", () => {
  it("by a credential, a layer, a request", () => {
    for (const credential of Object.values(identities)) {
      const { credentials, got } = Effect.runSync(held(credential))
      for (const value of [credential, Credentials.layer(Credentials.fixed(credential)), credentials, got])
        canaries.value(value)
    }
    // who looks for what is hidden finds what the caller put there
    for (const text of [inspect(request), String(request), JSON.stringify(request)]) canaries.text(text)
  })

  const echoes: Readonly<Record<string, AcsTest.Handler>> = {
    "an error that echoes the string to sign": (call) => ({
      status: 400,
      json: {
        Code: "SignatureDoesNotMatch",
        Message: `not matched. server string to sign is:GET&%2F&${JSON.stringify(call.headers)}${JSON.stringify(call.params)}`,
        Recommend: `https://x/?t=${call.headers["x-acs-security-token"] ?? ""}`
      }
    }),
    "an error page that echoes the headers": (call) => ({ status: 502, text: JSON.stringify(call.headers) }),
    "an answer that is no JSON and echoes the headers": (call) => ({ text: JSON.stringify(call.headers).slice(1) }),
    "a broken connection": () => ({ refuse: "reset" }),
    "a refused connection": () => ({ refuse: "connect" })
  }

  for (const [name, handler] of Object.entries(echoes)) {
    for (const [kind, credential] of Object.entries(identities)) {
      for (const [version, signer] of Object.entries({ ACS3: Signer.layer, V1: Signer.layerV1 })) {
        it.effect(`by ${name}, ${kind}, ${version}`, () =>
          Effect.gen(function* () {
            const heard = yield* listen
            const exit = yield* AcsClient.execute(request).pipe(
              Effect.tapErrorCause((cause) => Effect.logError("failed", cause)),
              Effect.withSpan("test"),
              Effect.exit,
              Effect.provide(
                Layer.mergeAll(
                  Layer.merge(Credentials.layer(Credentials.fixed(credential)), signer).pipe(
                    Layer.provideMerge(AcsTest.layer(handler))
                  ),
                  heard.layer,
                  RetryPolicy.layer(RetryPolicy.none)
                )
              )
            )
            if (!Exit.isFailure(exit)) return assert.fail("succeeded")
            // what the caller sent is the caller's; what is looked at is what we and the service add
            canaries.value(exit)
            canaries.heard(heard)
            assert.isAtLeast(heard.logged.length, 5)
            assert.isAtLeast(heard.spans.length, 1)
          })
        )
      }
    }
  }

  it.effect("by a response", () =>
    Effect.gen(function* () {
      const response = yield* AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "AssumeRole" })
      assert.isTrue(AcsResponse.isAcsResponse(response))
      canaries.text(inspect(response))
      canaries.text(JSON.stringify(response))
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: { Credentials: { AccessKeySecret: canary.secret } } }))))
  )
})
