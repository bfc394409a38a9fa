/** Answers of a service or a gateway that is down: in whatever form they come, status and RequestId are kept, and reads go on. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Calls from "./support/Calls.js"
import * as Hostile from "./support/Hostile.js"

const storms: ReadonlyArray<readonly [name: string, body: string, code: string]> = [
  ["JSON", '{"Code":"ServiceUnavailable","Message":"down","RequestId":"BODY-ID"}', "ServiceUnavailable"],
  ["HTML", "<html><body>503 Service Temporarily Unavailable</body></html>", "SDK.UnknownServerError"],
  ["nothing", "", "SDK.UnknownServerError"],
  ["10 MB of HTML", `<html>${"x".repeat(10 * 1024 * 1024)}</html>`, "SDK.UnknownServerError"]
]

describe("a storm of 503", () => {
  it.scopedLive.each(storms)(
    "N13: that comes as %s ends typed, with status and RequestId, after three attempts",
    ([name, body, code]) =>
      Effect.gen(function* () {
        const headers = { "x-acs-request-id": "HEADER-ID" }
        const server = yield* Hostile.serve(() => [Hostile.answer(body, { status: 503, headers })])
        const error = yield* Effect.flip(Calls.call(server.url))
        if (error._tag !== "ServerException") return assert.fail(error.message)
        assert.deepInclude(error, {
          httpStatus: 503,
          code,
          category: "Transient",
          requestId: name === "JSON" ? "BODY-ID" : "HEADER-ID",
          attempts: 3
        })
        assert.strictEqual(server.requests.length, 3)
        assert.isAtMost(error.message.length, 1_000)
        assert.isBelow(Duration.toMillis(error.totalDelay), 200)
      }).pipe(Effect.provide(Calls.over()))
  )

  it.scopedLive("N13: that passes is over for those who asked", () =>
    Effect.gen(function* () {
      const server = yield* Hostile.serve(({ connection, turn }) => [
        connection === 0 && turn === 0
          ? Hostile.answer("<html>503</html>", { status: 503 })
          : Hostile.answer('{"RequestId":"ok"}')
      ])
      assert.deepInclude(yield* Calls.call(server.url), { attempts: 2, requestId: "ok" })
    }).pipe(Effect.provide(Calls.over()))
  )
})
