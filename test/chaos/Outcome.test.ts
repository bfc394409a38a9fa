/** What may have been executed is not sent twice, and is said to be so; a ClientToken makes it safe. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Clocks from "./support/Clocks.js"
import * as Stub from "./support/stub.js"

const ecs = { product: "Ecs", version: "2014-05-26" } as const
const read = AcsClient.rpc({ ...ecs, action: "DescribeInstances", method: "POST" })
const write = AcsClient.rpc({ ...ecs, action: "StartInstance", method: "GET" })
const create = AcsClient.rpc({ ...ecs, action: "RunInstances" })

const eagerly = <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.suspend(() => Effect.withClock(self, Clocks.eager()))

const resultOf = <A, R>(stub: Stub.Stub, call: Effect.Effect<A, AcsError.AcsError, R>) =>
  Effect.map(Effect.either(eagerly(call)), (result) =>
    result._tag === "Right"
      ? [stub.requests.length, "ok"]
      : [stub.requests.length, result.left.outcome, result.left.stoppedBy]
  ).pipe(Effect.provide(stub.layer))

describe("a request that may have been executed", () => {
  it.effect("I01: is sent again when it reads, by its verb and never by its method", () =>
    Effect.gen(function* () {
      const stub = Stub.sequence("reset", {})
      assert.deepStrictEqual(yield* resultOf(stub, read), [2, "ok"])
    })
  )

  it.effect("I02: is sent once when it writes and carries no ClientToken", () =>
    Effect.gen(function* () {
      const stub = Stub.sequence("reset")
      assert.deepStrictEqual(yield* resultOf(stub, write), [1, "Unknown", "Safety"])
    })
  )

  it.effect("I05: is sent again when nothing of it was sent", () =>
    Effect.gen(function* () {
      const stub = Stub.sequence("connect", {})
      assert.deepStrictEqual(yield* resultOf(stub, write), [2, "ok"])
    })
  )

  it.effect("I06: is sent again when it was refused before it was executed", () =>
    Effect.gen(function* () {
      const stub = Stub.sequence({ status: 400, code: "Throttling.User" }, {})
      assert.deepStrictEqual(yield* resultOf(stub, write), [2, "ok"])
    })
  )

  it.effect("I07: is sent once when the service or a gateway failed on it", () =>
    Effect.gen(function* () {
      for (const answer of [
        { status: 502 },
        { status: 504 },
        { status: 500, code: "InternalError" },
        { status: 503, code: "ServiceUnavailable" },
        { status: 400, code: "SystemBusy" }
      ]) {
        assert.deepStrictEqual(yield* resultOf(Stub.sequence(answer), write), [1, "Unknown", "Safety"])
      }
    })
  )

  it.effect("I08: is sent once when its ClientToken was used for something else", () =>
    Effect.gen(function* () {
      const stub = Stub.sequence({ status: 400, code: "IdempotentParameterMismatch" })
      assert.deepStrictEqual(yield* resultOf(stub, create), [1, "Rejected", "Policy"])
    })
  )
})

describe("a ClientToken", () => {
  const unavailable = { status: 503, json: { Code: "ServiceUnavailable", Message: "", RequestId: "r" } }
  const service = AcsTest.layer(({ attempt }) => (attempt < 3 ? unavailable : { json: { RequestId: "ok" } }))
  const tokensOf = (calls: ReadonlyArray<AcsTest.Call>) => calls.map(({ params }) => params["ClientToken"])

  it.effect("I03: is filled in once a call: the same in each attempt, all else new", () =>
    Effect.gen(function* () {
      const response = yield* create
      assert.strictEqual(response.attempts, 3)
      const calls = yield* AcsTest.calls
      const [token, ...others] = new Set(tokensOf(calls))
      assert.deepStrictEqual(others, [])
      assert.match(token ?? "", /^[\x21-\x7e]{16,64}$/)
      for (const name of ["x-acs-signature-nonce", "authorization"]) {
        assert.strictEqual(new Set(calls.map(({ headers }) => headers[name])).size, 3)
      }
      yield* create
      assert.strictEqual(new Set(tokensOf(yield* AcsTest.calls)).size, 2)
    }).pipe(eagerly, Effect.provide(service))
  )

  it.effect("I03: is filled in where the caller asks, and left out where the caller says so", () =>
    Effect.gen(function* () {
      const test = AcsTest.layer(() => ({ json: { RequestId: "ok" } }))
      const one = (options: Partial<Parameters<typeof AcsClient.rpc>[0]>) =>
        AcsClient.rpc({ ...ecs, action: "RunInstances", ...options }).pipe(
          Effect.zipRight(Effect.map(AcsTest.calls, tokensOf)),
          Effect.map(([token]) => token),
          Effect.provide(test)
        )
      assert.isString(yield* one({ action: "CreateVpc", clientToken: true }))
      assert.isUndefined(yield* one({ action: "CreateVpc" }))
      assert.isUndefined(yield* one({ clientToken: false }))
      assert.isUndefined(yield* one({ version: "2099-01-01" }))
      assert.isString(yield* one({ product: "ECS" }))
      assert.strictEqual(yield* one({ query: { ClientToken: "mine" } }), "mine")
      assert.strictEqual(yield* one({ body: Body.form({ ClientToken: "mine" }) }), "mine")
    })
  )

  it.effect.each([
    ["of 65 characters", "x".repeat(65)],
    ["with an emoji", "token-😀"],
    ["that is empty", ""],
    ["with a line break", "a\r\nb"]
  ])("I04: %s is refused before anything is sent", ([, token]) =>
    Effect.gen(function* () {
      for (const call of [
        AcsClient.rpc({ ...ecs, action: "RunInstances", query: { ClientToken: token } }),
        AcsClient.rpc({ ...ecs, action: "RunInstances", body: Body.form({ ClientToken: token }) })
      ]) {
        const stub = Stub.sequence({})
        const error = yield* Effect.flip(call).pipe(Effect.provide(stub.layer))
        if (error._tag !== "ClientException" || error.reason._tag !== "InvalidRequest")
          return assert.fail(error.message)
        assert.include(error.reason.field, "ClientToken")
        assert.strictEqual(stub.requests.length, 0)
        assert.strictEqual(error.attempts, 0)
      }
    })
  )

  it.effect("I04: of 64 characters is let through", () =>
    AcsClient.rpc({ ...ecs, action: "RunInstances", query: { ClientToken: "x".repeat(64) } }).pipe(
      Effect.provide(Stub.sequence({}).layer)
    )
  )
})

describe("parameters of more than 8 KB", () => {
  const long = { Name: "x".repeat(9_000), "Tag.1": "中" }
  const service = AcsTest.layer(() => ({ json: { RequestId: "ok" } }))
  const sent = (options: Partial<Parameters<typeof AcsClient.rpc>[0]>) =>
    AcsClient.rpc({ ...ecs, action: "DescribeTags", query: long, ...options }).pipe(
      Effect.zipRight(Effect.map(AcsTest.calls, (calls) => calls[0])),
      Effect.provide(service)
    )

  it.effect("B14: go in the body, signed, where the caller leaves the choice", () =>
    Effect.gen(function* () {
      for (const method of [undefined, "POST"] as const) {
        const call = yield* sent({ method })
        assert.strictEqual(call?.method, "POST")
        assert.strictEqual(call?.params["Name"], long.Name)
        assert.strictEqual(call?.params["Tag.1"], "中")
        assert.isAbove(call?.body.length ?? 0, 9_000)
      }
    })
  )

  it.effect("B14: stay in the query where the caller says GET, has a body, or they are not so many", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* sent({ method: "GET" }))?.body.length, 0)
      assert.strictEqual((yield* sent({ body: Body.form({ a: "b" }) }))?.body.length, 3)
      const short = { Name: "x".repeat(8_000) }
      assert.deepInclude(yield* sent({ query: short }), { method: "GET" })
    })
  )
})
