/** Large answers do not keep all else from running. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { figure } from "./support/figure.js"
import * as Stub from "./support/stub.js"

const megabyte = JSON.stringify({
  RequestId: "r",
  Items: Array.from({ length: 10_000 }, (_, id) => ({ Id: id, Name: `instance-${id}`, Tags: ["a", "b"], Size: 1.5 }))
})

it.live(
  "L06: 1,000 answers of a megabyte that are there at once leave the event loop its turns",
  () => {
    const stub = Stub.make(() => ({ text: megabyte }))
    const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeInstances" })
    return Effect.gen(function* () {
      assert.isAbove(megabyte.length, 600_000)
      yield* Effect.replicateEffect(call, 20, { concurrency: 20, discard: true })
      // what one takes on this machine, now: it is as long as the loop has to wait at least
      const times = yield* Effect.replicateEffect(Effect.timed(call), 21)
      const alone = times.map(([time]) => Duration.toMillis(time)).sort((a, b) => a - b)[10] ?? 0
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      yield* Effect.replicateEffect(call, 1_000, { concurrency: "unbounded", discard: true })
      // a loop that never came round would have nothing to say
      yield* Effect.sleep(20)
      delay.disable()
      // the most is at the begin, when a thousand requests are made and signed in one go
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
