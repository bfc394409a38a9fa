/** The one line of a ServerException: what happened, where, with which RequestId, and what to try. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

/** the text of the failure that ends a call with this answer */
const lineOf = (status: number, Code: string, more: object = {}, headers: Readonly<Record<string, string>> = {}) =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "RunInstances" }).pipe(
    RetryPolicy.withPolicy(RetryPolicy.none),
    Effect.flip,
    Effect.map(String),
    Effect.provide(AcsTest.layer(() => ({ status, headers, json: { Code, Message: "No.", RequestId: "R", ...more } })))
  )

describe("the message of a ServerException", () => {
  it.effect("names tag, product, action, code, status and RequestId", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* lineOf(400, "SomethingNew"),
        "ServerException: Ecs.RunInstances: SomethingNew: No. (HTTP 400, RequestId R)"
      )
    })
  )

  const place = "Check endpoint, version and action of the request: each product has its own."
  const key = "Check the AccessKeyId, and that it is active."
  const rows: ReadonlyArray<readonly [status: number, code: string, advice: string]> = [
    [404, "InvalidProduct.NotFound", place],
    [404, "InvalidApi.NotFound", place],
    [404, "InvalidAction.NotFound", place],
    [404, "InvalidAction", place],
    [400, "InvalidVersion", place],
    [400, "NoSuchVersion", place],
    [400, "UnsupportedOperation", place],
    [400, "InvalidProtocol.NeedSsl", "Send the request by https."],
    [400, "IdempotentParameterMismatch", "The ClientToken was used with other parameters; use a new one."],
    [
      400,
      "LastTokenProcessing",
      "An earlier call with this ClientToken is still at work; repeat it with the same token."
    ],
    [400, "Throttling.User", "Send fewer calls at a time."],
    [400, "QuotaExceeded.Instance", "Check the quotas and the balance of the account."],
    [403, "InsufficientBalance", "Check the quotas and the balance of the account."],
    [403, "Forbidden.RAM", "Check what the policies of this identity allow."],
    [404, "InvalidAccessKeyId.NotFound", key],
    [400, "InvalidAccessKeySecret", "Check the AccessKeySecret."],
    [400, "InvalidSecurityToken.Expired", "Renew the security token, and use it with the key it was issued with."],
    [400, "SignatureDoesNotMatch", "Check the AccessKeySecret."],
    [400, "InvalidTimeStamp.Expired", "Check the clock of this machine."]
  ]
  it.effect.each(rows)("%i %s: %s", ([status, code, advice]) =>
    Effect.gen(function* () {
      const line = yield* lineOf(status, code)
      assert.strictEqual(
        // some are met by another attempt
        line.replace(/ \[after \d attempts\]$/, ""),
        `ServerException: Ecs.RunInstances: ${code}: No. (HTTP ${status}, RequestId R) ${advice}`
      )
    })
  )

  it.effect("says nothing of a code that an object has by itself", () =>
    Effect.gen(function* () {
      for (const code of ["constructor", "__proto__", "toString"]) {
        assert.match(yield* lineOf(400, code), /\(HTTP 400, RequestId R\)$/)
      }
    })
  )

  it.effect("repeats how long the service asks to wait", () =>
    Effect.gen(function* () {
      const line = yield* lineOf(400, "Throttling.User", {}, { "x-acs-retry-after": "1500" })
      assert.include(line, "Send fewer calls at a time; the service asks to wait 1s 500ms.")
    })
  )

  it.effect("points at the detail of a denied access, and at the page of the service", () =>
    Effect.gen(function* () {
      const Recommend = "https://api.example/troubleshoot?q=Forbidden.RAM&requestId=R"
      const line = yield* lineOf(403, "Forbidden.RAM", { AccessDeniedDetail: { AuthAction: "ecs:Run" }, Recommend })
      assert.include(
        line,
        `Check what the policies of this identity allow; accessDeniedDetail says what is missing. See ${Recommend}`
      )
    })
  )

  it.effect("repeats no page that is none, or that could be taken for more", () =>
    Effect.gen(function* () {
      for (const Recommend of [
        "",
        "see the docs",
        "http://plain.example/",
        "javascript:alert(1)",
        "https://a.example/ and call 0800",
        "https://a.example/\u001b[2J",
        `https://a.example/${"x".repeat(600)}`
      ]) {
        assert.notInclude(yield* lineOf(403, "Forbidden.RAM", { Recommend }), "See ", Recommend)
      }
    })
  )
})
