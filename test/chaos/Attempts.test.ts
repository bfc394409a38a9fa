/** What is sent again, and what each attempt has of its own. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Signer from "@effect-aliyun/core/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import { createServer } from "node:http"
import { shifted } from "./support/Clocks.js"
import * as Hostile from "./support/Hostile.js"
import { led } from "./support/Services.js"

const ecs = { product: "Ecs", version: "2014-05-26" } as const
const good = Hostile.answer('{"RequestId":"R"}')

describe("a call whose connection breaks", () => {
  it.scopedLive("I01: that reads is sent again, though its method be POST", () =>
    Effect.gen(function* () {
      const server = yield* Hostile.serve(({ connection }) => (connection === 0 ? ["<reset>"] : [good]))
      const call = AcsClient.rpc({
        ...ecs,
        action: "DescribeInstances",
        method: "POST",
        body: Body.form({ PageSize: 1 })
      })
      const response = yield* Effect.provide(call, led(server))
      assert.deepStrictEqual([response.requestId, response.attempts], ["R", 2])
      const sent = server.requests.map(({ body, line }) => [line.split(" ")[0], body])
      assert.deepStrictEqual(sent, [
        ["POST", "PageSize=1"],
        ["POST", "PageSize=1"]
      ])
    })
  )

  it.scopedLive("I05: before anything was sent is made again, though it writes", () =>
    Effect.gen(function* () {
      const arrived: Array<string | undefined> = []
      const server = createServer((request, response) => {
        arrived.push(request.url)
        response.end('{"RequestId":"R"}')
      })
      // a port that nobody listens at, for now
      const { port } = yield* Effect.scoped(Hostile.serve(() => []))
      yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections() ?? server.close()))
      const call = AcsClient.rpc({ ...ecs, action: "CreateInstance" })
      const services = led({ url: `http://127.0.0.1:${port}` })
      const refused = yield* Effect.flip(Effect.provide(call, services))
      assert.deepStrictEqual([refused.attempts, refused.outcome, refused.stoppedBy], [3, "NotExecuted", "Policy"])
      const patient = RetryPolicy.withPolicy(call, Schedule.spaced("20 millis"))
      const fiber = yield* Effect.fork(Effect.provide(patient, services))
      yield* Effect.sleep("100 millis")
      yield* Effect.async<void>((resume) => void server.listen(port, "127.0.0.1", () => resume(Effect.void)))
      const response = yield* Fiber.join(fiber)
      assert.isAbove(response.attempts, 1)
      assert.strictEqual(arrived.length, 1)
    })
  )
})

it.effect("I08: a token that was used for something else is not sent again", () =>
  Effect.gen(function* () {
    for (const code of ["IdempotentParameterMismatch", "IdempotentParameterMismatch.ClientToken"]) {
      const mismatch = AcsTest.layer(() => ({ status: 400, json: { Code: code, Message: "another request" } }))
      yield* Effect.gen(function* () {
        const error = yield* Effect.flip(
          AcsClient.rpc({ ...ecs, action: "RunInstances", query: { ClientToken: "token" } })
        )
        assert.deepStrictEqual([error.code, error.attempts, error.outcome], [code, 1, "Rejected"])
        assert.strictEqual((yield* AcsTest.calls).length, 1)
      }).pipe(Effect.provide(mismatch))
    }
  })
)

describe("K09: each attempt has nonce, date and signature of its own; body and ClientToken stay", () => {
  const form = { ClientToken: "one-token", Password: "x".repeat(20) }
  const attempts = (signer: typeof Signer.layer) =>
    Effect.gen(function* () {
      // as if each attempt took 5 s: dates have no fractions of a second
      let passed = 0
      const server = yield* Hostile.serve(() => {
        passed += 5_000
        return [passed > 10_000 ? good : Hostile.answer("{}", { status: 503 })]
      })
      const call = AcsClient.rpc({ ...ecs, action: "RunInstances", body: Body.form(form) })
      const response = yield* call.pipe(
        RetryPolicy.withPolicy(Schedule.recurs(2)),
        Effect.provide(signer),
        Effect.provide(led(server)),
        Effect.withClock(shifted(() => passed))
      )
      assert.strictEqual(response.attempts, 3)
      return server.requests
    })

  const differ = (values: ReadonlyArray<string | null | undefined>) => {
    assert.strictEqual(new Set(values).size, 3)
    for (const value of values) assert.isNotEmpty(value)
  }
  const agree = (bodies: ReadonlyArray<string>) => {
    assert.strictEqual(new Set(bodies).size, 1)
    assert.include(bodies[0], "ClientToken=one-token")
  }

  it.scopedLive("by ACS3", () =>
    Effect.gen(function* () {
      const requests = yield* attempts(Signer.layer)
      for (const name of ["x-acs-signature-nonce", "x-acs-date"]) differ(requests.map(({ headers }) => headers[name]))
      differ(requests.map(({ headers }) => /Signature=(\w+)/.exec(headers["authorization"] ?? "")?.[1]))
      agree(requests.map(({ body }) => body))
    })
  )

  it.scopedLive("by version 1", () =>
    Effect.gen(function* () {
      const requests = yield* attempts(Signer.layerV1)
      const queries = requests.map(({ line }) => new URL(line.split(" ")[1]!, "http://x").searchParams)
      for (const name of ["SignatureNonce", "Timestamp", "Signature"]) differ(queries.map((query) => query.get(name)))
      agree(requests.map(({ body }) => body))
    })
  )
})
