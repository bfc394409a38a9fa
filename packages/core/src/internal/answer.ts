/** Reads an answer of status 2xx to its end and judges it. */
import * as ErrorBody from "@effect-aliyun/protocol/ErrorBody"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as AcsError from "../AcsError.js"
import * as AcsResponse from "../AcsResponse.js"
import * as JsonNumbers from "../JsonNumbers.js"
import type * as Limits from "../Limits.js"
import type { Call, Open } from "./attempt.js"
import { isEmptyBody, refuse } from "./attempt.js"
import * as bytes from "./bytes.js"
import { withCallInfo } from "./callInfo.js"
import * as failure from "./failure.js"
import * as numbers from "./numbers.js"
import { oneLine, type Redact } from "./redact.js"
import { turn } from "./turns.js"

type Judged = Effect.Effect<AcsResponse.AcsResponse, AcsError.AcsError>

/** @internal */
export const read = (open: Open, call: Call, limits: Limits.Values, attempts: number): Judged => {
  const isBare = hasNoBody(open.response.status, call.unsigned.method)
  // of one that has none by its nature nothing is read: a length that it claims would be missed
  const collected = isBare ? noBytes : readBody(open.response, call, limits.responseBytes)
  const judge = ({ bytes: body, complete }: bytes.Collected): Judged => {
    const { redact, response } = open
    const answer = { status: response.status, headers: response.headers, bytes: body }
    const headerId = response.headers["x-acs-request-id"]
    const unreadable = (issue: string, requestId = headerId, mayRecover = false) =>
      Effect.fail(failure.unexpectedResponse(answer, requestId, call, attempts, redact)(issue, mayRecover))
    // the next answer may be whole
    const broken = (issue: string) => unreadable(issue, headerId, true)
    const give = (facts: Facts, json: AcsResponse.AcsResponse["json"]) =>
      call.businessFailure === "error" && facts.failed
        ? refuse(answer, call, redact)
        : Effect.succeed(
            AcsResponse.unsafeMake({
              requestId: facts.requestId ?? headerId,
              status: response.status,
              headers: response.headers,
              attempts,
              bytes: body,
              json,
              // an answer that was read is not shown: it may hold keys
              unexpected: failure.unexpectedResponse(
                { ...answer, bytes: nothing },
                facts.requestId ?? headerId,
                call,
                attempts,
                redact
              )
            })
          )

    const numbered = (value: unknown, text: string) => withNumbers(value, text, call, redact)

    if (!complete) {
      return unreadable(`the body is larger than ${limits.responseBytes} bytes; Limits sets how much is read`)
    }
    if (isBare) return give(noFacts, Effect.succeed(undefined))
    const text = bytes.toText(body)
    if (call.format !== "JSON") {
      return give(text === undefined ? noFacts : factsOf(text, call), lazyJson(text, numbered, unreadable))
    }
    if (text === undefined) return broken("the body is not valid UTF-8")
    if (text === "") return broken("the body is empty")
    const json = bytes.toJson(text)
    if (json === undefined) return broken("the body is no JSON, or was cut off")
    const facts = jsonFacts(json.value, call)
    return bytes.isDeeperThan(json.value, limits.depth)
      ? unreadable(`the body nests deeper than ${limits.depth} levels`, facts.requestId)
      : Effect.flatMap(numbered(json.value, text), (value) => give(facts, Effect.succeed(value)))
  }
  return Effect.flatMap(collected, (body) =>
    body.bytes.length < long ? judge(body) : Effect.flatMap(turn, () => judge(body))
  )
}

/** what takes long enough to be read to have a turn of its own, in bytes */
const long = 128 * 1024

/** @internal the body of an answer of status 2xx as it flows */
export const streamOf = (
  { response }: Open,
  call: Call,
  attempts: number
): Stream.Stream<Uint8Array, AcsError.ClientException> => {
  let received = 0
  return Stream.suspend(() => response.stream).pipe(
    Stream.tap((chunk) => Effect.sync(() => (received += chunk.length))),
    Stream.catchAll((error) =>
      isEmptyBody(error)
        ? Stream.empty
        : Stream.fail(withCallInfo({ attempts })(failure.fromHttpClient(error, call, received)))
    )
  )
}

const nothing = new Uint8Array(0)
const noBytes = Effect.succeed<bytes.Collected>({ bytes: nothing, complete: true })

/** what an answer says of itself, in whatever format */
interface Facts {
  readonly requestId: string | undefined
  readonly failed: boolean
}

const noFacts: Facts = { requestId: undefined, failed: false }

const jsonFacts = (json: unknown, { style }: Call): Facts => ({
  requestId: ErrorBody.fromJson(json, style).requestId,
  failed: ErrorBody.isBusinessFailure(json, style)
})

/** beyond this an answer that was not asked for in JSON is data, and is not looked into */
const factsLimit = 256 * 1024

const factsOf = (text: string, call: Call): Facts => {
  if (text.length > factsLimit) return noFacts
  const begin = text.trimStart().charAt(0)
  if (begin === "<")
    return { requestId: ErrorBody.fromXml(text).requestId, failed: ErrorBody.isBusinessFailureXml(text) }
  const json = begin === "{" ? bytes.toJson(text) : undefined
  return json === undefined ? noFacts : jsonFacts(json.value, call)
}

/** the JSON of an answer that was asked for in another format: parsed only when someone wants it */
const lazyJson = (
  text: string | undefined,
  numbered: (value: unknown, text: string) => Effect.Effect<unknown>,
  unreadable: (issue: string) => Effect.Effect<never, AcsError.ClientException>
): AcsResponse.AcsResponse["json"] =>
  Effect.suspend(() => {
    const json = text === undefined ? undefined : bytes.toJson(text)
    return json === undefined || text === undefined ? unreadable("the body is no JSON") : numbered(json.value, text)
  })

/** `JsonNumbers`: the value with numbers that a double cannot hold as text, or rounded with a warning or without */
const withNumbers = (value: unknown, text: string, call: Call, redact: Redact): Effect.Effect<unknown> => {
  switch (Context.get(call.context, JsonNumbers.JsonNumbers)) {
    case "round":
      return Effect.succeed(value)
    case "exact":
      return Effect.succeed((numbers.exact(text) ?? { value }).value)
    case "warn": {
      const path = numbers.firstInexact(text)
      if (path === undefined) return Effect.succeed(value)
      const { action, product } = call.request
      const where = path.length === 0 ? "the whole answer" : oneLine(path.join("."), redact, 256)
      return Effect.as(
        Effect.logWarning(
          `${product}.${action}: ${where} is a number that JavaScript cannot hold, and was rounded; JsonNumbers.layer("exact") gives such numbers as text, "round" says nothing of them`
        ),
        value
      )
    }
  }
}

const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  call: Call,
  limit: number
): Effect.Effect<bytes.Collected, AcsError.ClientException> =>
  Effect.suspend(() => {
    if (bytes.isDeclaredWithin(response.headers, limit)) {
      return Effect.mapBoth(response.arrayBuffer, {
        onFailure: (error) => failure.fromHttpClient(error, call, 0),
        // nothing that comes over HTTP is longer than it said; what a client makes up may be
        onSuccess: (buffer) => bytes.cut(new Uint8Array(buffer), limit)
      })
    }
    const sink = bytes.sink(limit)
    return sink.drain(response.stream).pipe(
      Effect.catchAll((error) =>
        isEmptyBody(error) ? Effect.void : Effect.fail(failure.fromHttpClient(error, call, sink.received()))
      ),
      Effect.map(sink.taken)
    )
  })

const hasNoBody = (status: number, method: string): boolean => status === 204 || status === 205 || method === "HEAD"
