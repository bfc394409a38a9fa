/** How answers and failures are shown. */
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsResponse from "@effect-aliyun/core/AcsResponse"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export const answer = (response: AcsResponse.AcsResponse) =>
  Effect.gen(function* () {
    yield* Console.log(`HTTP ${response.status}, RequestId ${response.requestId}`)
    yield* Console.log(JSON.stringify(yield* response.json, null, 2))
  })

export const failure = (error: AcsError.AcsError) =>
  Console.log(
    [
      `${error._tag}  ${error.message}`,
      ...(error._tag === "ServerException"
        ? [
            `  code       ${error.code}`,
            `  category   ${error.category}`,
            `  status     ${error.httpStatus}`,
            `  RequestId  ${error.requestId ?? "none"}`
          ]
        : [`  code       ${error.code}`, `  reason     ${error.reason._tag}`]),
      `  outcome    ${error.outcome}`,
      `  attempts   ${error.attempts}, ${Math.round(Duration.toMillis(error.totalDelay))} ms of waiting between them`
    ].join("\n")
  )
