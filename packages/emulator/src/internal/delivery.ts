/** Answers as both doors can send them. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Validation from "@effect-aliyun/protocol/Validation"
import * as Effect from "effect/Effect"
import * as RawResponse from "../RawResponse.js"

/** @internal the answer to a request of this method; in place of one that HTTP cannot carry, an error that says why */
export const deliverable = (
  answer: RawResponse.RawResponse,
  method: string
): Effect.Effect<RawResponse.RawResponse> => {
  const issue = issueOf(answer)
  return issue === undefined
    ? Effect.succeed(bared(answer, method))
    : Effect.as(
        Effect.logError(`an answer of the emulator cannot be sent: ${issue}`),
        bared(error(answer, issue), method)
      )
}

const issueOf = ({ headers, status }: RawResponse.RawResponse): string | undefined => {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    return `the status ${status} is no whole number from 200 to 599`
  }
  for (const [name, value] of headers) {
    const issue = Validation.header(name, value)
    if (issue !== undefined) return `the header '${name}' ${issue}`
  }
  return undefined
}

const error = (answer: RawResponse.RawResponse, issue: string): RawResponse.RawResponse => ({
  status: 500,
  headers: [["content-type", "application/json;charset=utf-8"]],
  body: Encoding.utf8(
    JSON.stringify({
      RequestId: RawResponse.header(answer, "x-acs-request-id"),
      Code: "InternalError",
      Message: `The answer of the emulator cannot be sent: ${issue}.`
    })
  )
})

const nothing = new Uint8Array(0)

/** what has no body can neither break off in it nor go on for ever: it breaks off before */
const bared = (answer: RawResponse.RawResponse, method: string): RawResponse.RawResponse =>
  RawResponse.isBare(answer, method)
    ? {
        ...answer,
        body: nothing,
        ending: answer.ending === undefined || answer.ending === "ResetBefore" ? answer.ending : "ResetInHeaders"
      }
    : answer
