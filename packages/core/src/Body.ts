/**
 * The body of a request.
 *
 * @since 0.1.0
 */
import type * as Stream from "effect/Stream"

/**
 * Parameters of a form. They are flattened like those of the query.
 *
 * @since 0.1.0
 * @category models
 */
export interface Form {
  readonly _tag: "Form"
  readonly parameters: object
}

/**
 * A JSON value; bigints go out as numbers in full precision.
 *
 * @since 0.1.0
 * @category models
 */
export interface Json {
  readonly _tag: "Json"
  readonly value: unknown
}

/**
 * Bytes or text as they are.
 *
 * @since 0.1.0
 * @category models
 */
export interface Raw {
  readonly _tag: "Raw"
  readonly content: string | Uint8Array
  readonly contentType: string
}

/**
 * A stream of bytes.
 *
 * The V3 signature covers the hash of the body. With `sha256` (lower-case hex) and `contentLength` the stream is sent as
 * it flows; without, it is collected first, up to `Limits.requestBytes`. It is run again for each attempt.
 *
 * @since 0.1.0
 * @category models
 */
export interface Streamed {
  readonly _tag: "Stream"
  readonly stream: Stream.Stream<Uint8Array, unknown>
  readonly contentType: string
  readonly contentLength: number | undefined
  readonly sha256: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Empty {
  readonly _tag: "Empty"
}

/**
 * @since 0.1.0
 * @category models
 */
export type Body = Empty | Form | Json | Raw | Streamed

/**
 * @since 0.1.0
 * @category constructors
 */
export const empty: Body = { _tag: "Empty" }

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Body from "@effect-aliyun/core/Body"
 *
 * export const body = Body.form({ Tag: [{ Key: "env", Value: "prod" }] }) // Tag.1.Key=env&Tag.1.Value=prod
 */
export const form = (parameters: object): Body => ({ _tag: "Form", parameters })

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Body from "@effect-aliyun/core/Body"
 *
 * export const body = Body.json({ name: "my-cluster", num_of_nodes: 3 })
 */
export const json = (value: unknown): Body => ({ _tag: "Json", value })

/**
 * XML text, for instance from `Xml.stringify`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const xml = (text: string): Body => ({ _tag: "Raw", content: text, contentType: "application/xml" })

/**
 * @since 0.1.0
 * @category constructors
 */
export const text = (content: string, contentType = "text/plain; charset=utf-8"): Body => ({
  _tag: "Raw",
  content,
  contentType
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const bytes = (content: Uint8Array, contentType = "application/octet-stream"): Body => ({
  _tag: "Raw",
  content,
  contentType
})

/**
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Body from "@effect-aliyun/core/Body"
 * import * as Stream from "effect/Stream"
 *
 * export const body = Body.stream(Stream.make(new Uint8Array([1, 2]), new Uint8Array([3])))
 */
export const stream = (
  content: Stream.Stream<Uint8Array, unknown>,
  options: {
    readonly contentType?: string
    readonly contentLength?: number
    readonly sha256?: string
  } = {}
): Body => ({
  _tag: "Stream",
  stream: content,
  contentType: options.contentType ?? "application/octet-stream",
  contentLength: options.contentLength,
  sha256: options.sha256
})
