/**
 * An answer that succeeded: buffered, within the limits, with its RequestId.
 *
 * @since 0.1.0
 */
import type * as Headers from "@effect/platform/Headers"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AcsError from "./AcsError.js"
import { toText } from "./internal/bytes.js"

/**
 * @since 0.1.0
 * @category type ids
 */
export const TypeId: unique symbol = Symbol.for("@effect-aliyun/core/AcsResponse")

/**
 * @since 0.1.0
 * @category type ids
 */
export type TypeId = typeof TypeId

/**
 * - `requestId`: from the body, else from the header `x-acs-request-id`; `undefined` when the answer has none
 * - `attempts`: how many it took
 * - `bytes`: the body
 * - `text`: the body as UTF-8
 * - `json`: the body as JSON; `undefined` for an answer that has none by its nature (204, HEAD)
 * - `schemaJson(schema)`: the same, decoded
 *
 * What cannot be read fails with a `ClientException`, reason `UnexpectedResponse`, that keeps status and RequestId.
 *
 * @since 0.1.0
 * @category models
 */
export interface AcsResponse extends Inspectable.Inspectable {
  readonly [TypeId]: TypeId
  readonly requestId: string | undefined
  readonly status: number
  readonly headers: Headers.Headers
  readonly attempts: number
  readonly bytes: Uint8Array
  readonly text: Effect.Effect<string, AcsError.ClientException>
  readonly json: Effect.Effect<unknown, AcsError.ClientException>
  readonly schemaJson: <A, I, R>(schema: Schema.Schema<A, I, R>) => Effect.Effect<A, AcsError.ClientException, R>
}

/**
 * @since 0.1.0
 * @category guards
 */
export const isAcsResponse = (u: unknown): u is AcsResponse => typeof u === "object" && u !== null && TypeId in u

const Unexpected: unique symbol = Symbol.for("@effect-aliyun/core/AcsResponse/unexpected")

interface Fields {
  readonly requestId: string | undefined
  readonly status: number
  readonly headers: Headers.Headers
  readonly attempts: number
  readonly bytes: Uint8Array
  readonly json: Effect.Effect<unknown, AcsError.ClientException>
  /** makes the failure of whatever reads the body, knowing the call and its secrets */
  readonly unexpected: (issue: string) => AcsError.ClientException
}

class Response extends Inspectable.Class implements AcsResponse {
  readonly [TypeId]: TypeId = TypeId
  readonly requestId: string | undefined
  readonly status: number
  readonly headers: Headers.Headers
  readonly attempts: number
  readonly bytes: Uint8Array
  readonly json: Effect.Effect<unknown, AcsError.ClientException>
  readonly [Unexpected]: (issue: string) => AcsError.ClientException

  constructor(fields: Fields) {
    super()
    this.requestId = fields.requestId
    this.status = fields.status
    this.headers = fields.headers
    this.attempts = fields.attempts
    this.bytes = fields.bytes
    this.json = fields.json
    this[Unexpected] = fields.unexpected
  }

  get text(): Effect.Effect<string, AcsError.ClientException> {
    return Effect.suspend(() => {
      const text = toText(this.bytes)
      return text === undefined ? Effect.fail(this[Unexpected]("the body is not valid UTF-8")) : Effect.succeed(text)
    })
  }

  // no method: it is taken out of an answer like the other fields
  readonly schemaJson = <A, I, R>(schema: Schema.Schema<A, I, R>): Effect.Effect<A, AcsError.ClientException, R> => {
    const decode = Schema.decodeUnknown(schema)
    return Effect.flatMap(this.json, (json) =>
      Effect.mapError(decode(json), (error) => this[Unexpected](`the body does not fit the schema: ${where(error)}`))
    )
  }

  // not the body: it may hold keys and passwords
  toJSON() {
    return {
      _id: "@effect-aliyun/core/AcsResponse",
      requestId: this.requestId,
      status: this.status,
      attempts: this.attempts,
      bytes: this.bytes.length
    }
  }
}

// paths and tags of the issues; the formatted error would print the values
const where = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .slice(0, 5)
    .map(({ _tag, path }) => `${path.length === 0 ? "the whole" : path.map(String).join(".")} (${_tag})`)
    .join(", ")

/**
 * The failure of reading this response: keeps its status and RequestId, and the begin of its text without secrets.
 *
 * @since 0.1.0
 * @category errors
 */
export const unexpected = (self: AcsResponse, issue: string): AcsError.ClientException =>
  self instanceof Response
    ? self[Unexpected](issue)
    : AcsError.fromReason({
        _tag: "UnexpectedResponse",
        status: self.status,
        requestId: self.requestId,
        issue,
        excerpt: "",
        mayRecover: false
      })

/** @internal */
export const unsafeMake = (fields: Fields): AcsResponse => new Response(fields)
