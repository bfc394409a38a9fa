import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import { version } from "../src/internal/version.js"
import { assert, describe, it } from "@effect/vitest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import manifest from "../package.json" with { type: "json" }

const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", query: { A: 1 } })

describe("AcsTest", () => {
  it.effect("lists what was called", () =>
    Effect.gen(function* () {
      yield* call
      yield* call
      const calls = yield* AcsTest.calls
      assert.deepStrictEqual(
        calls.map(({ action, attempt, host, method, params, path, version }) => ({
          action,
          attempt,
          host,
          method,
          params,
          path,
          version
        })),
        [1, 2].map((attempt) => ({
          action: "DescribeRegions",
          attempt,
          host: "ecs.cn-hangzhou.aliyuncs.com",
          method: "GET",
          params: { A: "1", RegionId: "cn-hangzhou" },
          path: "/",
          version: "2014-05-26"
        }))
      )
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))))
  )

  it.effect("answers from an effect", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(5000)
      const response = yield* call
      assert.deepStrictEqual(yield* response.json, { now: 5000 })
    }).pipe(Effect.provide(AcsTest.layer(() => Effect.map(TestClock.currentTimeMillis, (now) => ({ json: { now } })))))
  )

  it.effect("refuses a signature that is wrong, and one that is late", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const key = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "wrong" })
      const wrong = yield* Effect.flip(Effect.provide(call, Layer.merge(key, Signer.layer)))
      assert.strictEqual(wrong._tag === "ServerException" && wrong.code, "InvalidAccessKeySecret")
      const late = HttpClient.mapRequestEffect(client, (request) =>
        Effect.as(TestClock.adjust("16 minutes"), HttpClientRequest.setHeader(request, "x-added", "unsigned"))
      )
      const patient = Timeouts.withTimeouts(call, { attempt: "1 hour" })
      const expired = yield* Effect.flip(Effect.provideService(patient, HttpClient.HttpClient, late))
      assert.strictEqual(expired._tag === "ServerException" && expired.code, "InvalidTimeStamp.Expired")
      assert.deepStrictEqual(yield* AcsTest.calls, [])
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {} }))), RetryPolicy.withPolicy(RetryPolicy.none))
  )

  it.effect("has state of its own for each layer", () =>
    Effect.gen(function* () {
      const layer = AcsTest.layer(() => ({ json: {} }))
      yield* Effect.provide(call, layer)
      assert.deepStrictEqual(yield* Effect.provide(AcsTest.calls, Layer.fresh(layer)), [])
    })
  )
})

it("the version in the user agent is that of the package", () => assert.strictEqual(version, manifest.version))
