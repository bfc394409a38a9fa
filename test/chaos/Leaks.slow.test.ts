/** What is left in memory after a great many calls; those over sockets are in test/soak. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { figure } from "./support/figure.js"
import { slope } from "./support/heap.js"

it(
  "L03: 10,000 failures with long chains of causes leave nothing, and keep nothing of what caused them",
  {
    timeout: 120_000
  },
  async () => {
    // 10,000 causes, the first of each call its own, large enough to be missed
    const chain = Array.from({ length: 10_000 }).reduce<Error | undefined>(
      (cause) => new Error("because", { cause }),
      undefined
    )
    const failing = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      Effect.flatMap((request) => {
        const cause = Object.assign(new Error("broke", { cause: chain }), {
          code: "ECONNRESET",
          held: new Array(1000).fill(request)
        })
        return new HttpClientError.RequestError({ request, reason: "Transport", cause })
      }),
      Effect.succeed
    )
    const runtime = ManagedRuntime.make(
      Layer.mergeAll(
        AcsTest.layer(() => ({})),
        Layer.succeed(HttpClient.HttpClient, failing),
        RetryPolicy.layer(RetryPolicy.none)
      )
    )
    const call = Effect.flip(AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" }))
    let last: AcsError.AcsError | undefined
    const run = async (calls: number) => {
      for (let i = 0; i < calls; i++) {
        last = await runtime.runPromise(call)
        // all of it runs in one turn of the loop else, in which the runner cannot say that it is alive
        if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const bytes = await slope(run, 10_000, 2)
    figure("bytes that a failed call leaves", Math.round(bytes))
    assert.isBelow(bytes, 10)
    assert.isUndefined(last?.cause)
  }
)
