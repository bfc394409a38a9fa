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
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"

const canary = {
  secret: "CANARYsecret+/=1",
  token: "CANARYtoken+/==2",
  bearer: "CANARYbearer3",
  password: "CANARYpassword4"
}
const canaries = Object.values(canary).flatMap((text) => [
  text,
  encodeURIComponent(text),
  encodeURIComponent(encodeURIComponent(text))
])

const assertClean = (text: string) => {
  for (const secret of canaries) assert.notInclude(text, secret)
  assert.notInclude(text, "CANARY")
}

/** everything a program may do to print a value */
const printings = (value: unknown): ReadonlyArray<string> => [
  inspect(value, { depth: 20, showHidden: true, getters: true }),
  String(value),
  JSON.stringify(value) ?? "",
  value instanceof Error ? `${value.stack} ${value.message}` : ""
]

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
      printings(credential).forEach(assertClean)
      printings(Credentials.layer(Credentials.fixed(credential))).forEach(assertClean)
      const { credentials, got } = Effect.runSync(held(credential))
      printings(credentials).forEach(assertClean)
      printings(got).forEach(assertClean)
    }
    printings(request).slice(1).forEach(assertClean)
    assertClean(inspect(request))
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
            const logged: Array<string> = []
            const spans: Array<unknown> = []
            const logger = Logger.make((options) => {
              logged.push(Logger.logfmtLogger.log(options), Logger.jsonLogger.log(options))
            })
            const tracer = Tracer.make({
              span: (...args) => {
                const span = Tracer.make({ span: fallback.span, context: fallback.context }).span(...args)
                spans.push(span)
                return span
              },
              context: (f) => f()
            })
            const fallback = yield* Effect.tracer
            const exit = yield* AcsClient.execute(request).pipe(
              Effect.tapErrorCause((cause) => Effect.logError("failed", cause)),
              Effect.withSpan("test"),
              Effect.withTracer(tracer),
              Effect.exit,
              Effect.provide(
                Layer.mergeAll(
                  Layer.merge(Credentials.layer(Credentials.fixed(credential)), signer).pipe(
                    Layer.provideMerge(AcsTest.layer(handler))
                  ),
                  Logger.replace(Logger.defaultLogger, logger),
                  RetryPolicy.layer(RetryPolicy.none)
                )
              )
            )
            if (!Exit.isFailure(exit)) return assert.fail("succeeded")
            const error = Cause.squash(exit.cause)
            // what the caller sent is the caller's; what is asserted is what we and the service add
            printings(error).forEach(assertClean)
            assertClean(Cause.pretty(exit.cause, { renderErrorCause: true }))
            printings(exit).forEach(assertClean)
            assert.isAtLeast(logged.length, 2)
            logged.forEach(assertClean)
            assert.isAtLeast(spans.length, 1)
            for (const span of spans) {
              const { attributes, events } = span as {
                readonly attributes: Map<string, unknown>
                readonly events?: unknown
              }
              assertClean(inspect([[...attributes], events], { depth: 5 }))
            }
          })
        )
      }
    }
  }

  it.effect("by a response", () =>
    Effect.gen(function* () {
      const response = yield* AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "AssumeRole" })
      assert.isTrue(AcsResponse.isAcsResponse(response))
      assertClean(inspect(response))
      assertClean(JSON.stringify(response))
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: { Credentials: { AccessKeySecret: canary.secret } } }))))
  )
})
