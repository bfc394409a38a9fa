/** How the seed asks the location service, row by row, the signatures included. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as LocationService from "@effect-aliyun/core/LocationService"
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Signer from "@effect-aliyun/core/Signer"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { named, type Outcome, rowsOf } from "./support/behaviour.js"
import { type Answer, factsOf, recordedFactsOf, recording } from "./support/recording.js"

interface Asked {
  readonly product?: string
  readonly version?: string
  readonly action?: string
  readonly serviceCode?: string
  readonly regionId?: string
  readonly now?: string
  readonly nonce?: string
}
interface Recorded {
  readonly requests?: ReadonlyArray<{ readonly method: string; readonly url: string }>
  readonly secondCallRequests?: number
  readonly first?: Outcome
  readonly firstRequests?: number
  readonly second?: Outcome
  readonly secondRequests?: number
}

const found: Answer = {
  body: JSON.stringify({
    Endpoints: { Endpoint: [{ SerivceCode: "zzz", Type: "openAPI", Endpoint: "zzz.example.com" }] }
  })
}
const refused: Answer = {
  status: 400,
  body: JSON.stringify({ Code: "Illegal Parameter", Message: "Please check the parameters", RequestId: "R" })
}

const rows = rowsOf<Asked, Recorded>("locationService")
const part = (id: string) => named(rows.filter((row) => row.id === id))

const inCase = (input: Asked, answers: ReadonlyArray<Answer>) => {
  let asked = 0
  const place = recording((raw) =>
    RawRequest.header(raw, "x-acs-action") === "DescribeEndpoints"
      ? (answers[asked++] ?? found)
      : { body: '{"RequestId":"R"}' }
  )
  const call = AcsClient.rpc({
    product: input.product ?? "Zzz",
    version: input.version ?? "2020-01-01",
    action: input.action ?? "Do",
    regionId: input.regionId ?? "cn-hangzhou",
    locationServiceCode: input.serviceCode ?? "zzz",
    protocol: "http"
  })
  const layer = Layer.mergeAll(
    place.layer,
    Credentials.layerTest(),
    Signer.layerV1,
    Nonce.layer(Effect.succeed(input.nonce ?? "pinned")),
    LocationService.layerCache,
    Endpoint.layer(LocationService.resolver),
    RetryPolicy.layer(RetryPolicy.none)
  )
  const requestsOf = <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const before = place.arrived.length
      return Effect.map(Effect.either(self), (outcome) => ({ outcome, requests: place.arrived.slice(before) }))
    })
  return { call: requestsOf(call), layer }
}

describe("the location service", () => {
  it.effect.each(part("location/wire"))("%s", ([, { expected, input }]) => {
    const { call, layer } = inCase(input, [found])
    return Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse(input.now ?? ""))
      const { requests } = yield* call
      assert.deepStrictEqual(requests.map(factsOf), (expected.requests ?? []).map(recordedFactsOf))
      assert.lengthOf((yield* call).requests, expected.secondCallRequests ?? 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect.each(part("location/negative-cache"))("%s", ([, { expected, input }]) => {
    const { call, layer } = inCase(input, [refused])
    return Effect.gen(function* () {
      const first = yield* call
      const second = yield* call
      assert.deepStrictEqual(
        [first.requests.length, second.requests.length],
        [expected.firstRequests, expected.secondRequests]
      )
      for (const [{ outcome }, recorded] of [
        [first, expected.first],
        [second, expected.second]
      ] as const) {
        const error = outcome._tag === "Left" ? outcome.left : assert.fail("a success")
        assert.deepStrictEqual([error._tag, error.code], [recorded?.error?.kind, recorded?.error?.code])
      }
      // the seed never asks again
      yield* TestClock.adjust("1 minute")
      const third = yield* call
      assert.deepStrictEqual([third.outcome._tag, third.requests.length], ["Right", 2])
    }).pipe(Effect.provide(layer))
  })
})
