/** Large answers do not keep all else from running. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as HttpDeadline from "@effect-aliyun/core/HttpDeadline"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { figure } from "./support/figure.js"
import * as Stub from "./support/stub.js"

const text = "x".repeat(1_000)
const megabyte = Encoding.utf8(
  JSON.stringify({ RequestId: "r", Items: Array.from({ length: 1_050 }, (_, Id) => ({ Id, text })) })
)

it.live(
  "L06: 1,000 answers of a megabyte that are there at once leave the event loop its turns",
  () => {
    const stub = Stub.make(() => ({ body: megabyte }))
    const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeInstances" })
    return Effect.gen(function* () {
      assert.isAbove(megabyte.length, 1_000_000)
      yield* Effect.replicateEffect(call, 20, { concurrency: 20, discard: true })
      const latch = yield* Effect.makeLatch(true)
      let waiting = 0
      const client = yield* HttpClient.HttpClient
      // A fiber keeps what it ends with for as long as it lives itself: so the answers are dropped, and the limit is kept by
      // the client as Node's does, with no fiber in between.
      const held = Effect.asVoid(call).pipe(
        Effect.provideService(
          HttpClient.HttpClient,
          HttpDeadline.honouring(
            HttpClient.transform(client, (answer) =>
              Effect.suspend(() => {
                waiting++
                return Effect.zipRight(latch.await, answer)
              })
            )
          )
        )
      )
      // what one takes on this machine, now: the loop has to wait for as long
      const times = yield* Effect.replicateEffect(Effect.timed(held), 21)
      const alone = times.map(([time]) => Duration.toMillis(time)).sort((a, b) => a - b)[10] ?? 0

      yield* latch.close
      waiting = 0
      const calls = yield* Effect.fork(Effect.replicateEffect(held, 1_000, { concurrency: "unbounded", discard: true }))
      // till they are made, signed and on their way
      yield* Effect.sleep(50).pipe(Effect.repeat({ until: () => waiting === 1_000 }))
      assert.isAbove(waiting, 999)
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      yield* latch.open
      yield* Fiber.join(calls)
      // a loop that never came round would have nothing to say
      yield* Effect.sleep(20)
      delay.disable()
      const most = delay.percentile(99) / 1e6
      figure("event loop under 1,000 large answers, 99th percentile of its delay in ms", Math.round(most))
      figure("one of them alone, in ms", Math.round(alone))
      figure("the longest delay, in ms", Math.round(delay.max / 1e6))
      assert.isBelow(most, Math.max(50, 4 * alone))
      assert.isAbove(delay.count, 500)
    }).pipe(Timeouts.withTimeouts({ attempt: "2 minutes" }), Effect.provide(stub.layer))
  },
  120_000
)
