/**
 * What can go wrong between a client and Alibaba Cloud, to be switched on in an emulator: `Emulator.fault`.
 *
 * `error`, `throttle`, `redirect`, `garbage`, `gzipBomb` and a reset `before` come in place of the operation, which does not
 * take place. With `delay`, `wrongDate`, `truncate`, `endless` and the other resets it does: what fails is the answer. A
 * request that does not prove who it is from is refused first, and meets no fault.
 *
 * @since 0.1.0
 */
import * as Validation from "@effect-aliyun/protocol/Validation"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

const Count = Schema.Int.pipe(Schema.between(0, 2 ** 40))
const Status = Schema.Int.pipe(Schema.between(200, 599))
const Location = Schema.String.pipe(Schema.filter((text) => Validation.header("location", text)))

/**
 * As plain data, the form in which the admin port takes it. Times are in milliseconds.
 *
 * - `Error`: `retryAfter` becomes the header `x-acs-retry-after`
 * - `Delay`: before the operation
 * - `Reset`: the connection is reset `before` anything of the answer, in the middle of its `headers`, or of its `body`
 * - `Truncate`: the connection is closed in the middle of the body
 * - `Endless`: the body never ends
 * - `Garbage`: status 200, and bytes that are neither JSON nor XML
 * - `GzipBomb`: a body that unpacks to `bytes` zeros, 1 GiB at most
 * - `WrongDate`: the `date` of the answer is off by `offset`
 *
 * @since 0.1.0
 * @category schemas
 */
export const Fault = Schema.Union(
  Schema.TaggedStruct("Error", {
    status: Status,
    code: Schema.String,
    message: Schema.String,
    retryAfter: Schema.optional(Count)
  }),
  Schema.TaggedStruct("Delay", { millis: Count }),
  Schema.TaggedStruct("Reset", { at: Schema.Literal("before", "headers", "body") }),
  Schema.TaggedStruct("Truncate", {}),
  Schema.TaggedStruct("Endless", {}),
  Schema.TaggedStruct("Garbage", {}),
  Schema.TaggedStruct("GzipBomb", { bytes: Schema.Int.pipe(Schema.between(0, 2 ** 30)) }),
  Schema.TaggedStruct("Redirect", { status: Schema.Literal(301, 302, 303, 307, 308), location: Location }),
  Schema.TaggedStruct("WrongDate", { offset: Schema.Int.pipe(Schema.between(-(2 ** 40), 2 ** 40)) })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Fault = typeof Fault.Type

/**
 * Which calls a fault hits; all of them, for ever, where nothing is said.
 *
 * - `product`, `action`: as in `Call`, without regard to case; of the metadata service `Metadata` and the path
 * - `share`: the part of the calls that are hit, 0 to 1, drawn from Effect's `Random`
 * - `times`: how many calls are hit before the fault is gone
 *
 * @since 0.1.0
 * @category schemas
 */
export const Target = Schema.Struct({
  product: Schema.optional(Schema.String),
  action: Schema.optional(Schema.String),
  share: Schema.optional(Schema.Number.pipe(Schema.between(0, 1))),
  times: Schema.optional(Schema.Int.pipe(Schema.between(1, 2 ** 40)))
})

/**
 * @since 0.1.0
 * @category models
 */
export type Target = typeof Target.Type

/**
 * An error in the gateway's form.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as Emulator from "@effect-aliyun/emulator/Emulator"
 * import * as Fault from "@effect-aliyun/emulator/Fault"
 *
 * // every third call of Ecs fails, whatever it asks for
 * export const flaky = Emulator.fault(
 *   Fault.error({ status: 503, code: "ServiceUnavailable", message: "The request has failed." }),
 *   { product: "Ecs", share: 1 / 3 }
 * )
 */
export const error = (options: {
  readonly status: number
  readonly code: string
  readonly message?: string | undefined
}): Fault => ({
  _tag: "Error",
  status: options.status,
  code: options.code,
  message: options.message ?? "The request processing has failed due to some unknown error."
})

const millis = (duration: Duration.DurationInput): number => Math.round(Duration.toMillis(duration))

/**
 * `Throttling.User`, status 400, with a hint when to come back if one is given.
 *
 * @since 0.1.0
 * @category constructors
 */
export const throttle = (options: { readonly retryAfter?: Duration.DurationInput | undefined } = {}): Fault => ({
  _tag: "Error",
  status: 400,
  code: "Throttling.User",
  message: "Request was denied due to user flow control.",
  ...(options.retryAfter === undefined ? {} : { retryAfter: millis(options.retryAfter) })
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const delay = (duration: Duration.DurationInput): Fault => ({ _tag: "Delay", millis: millis(duration) })

/**
 * @since 0.1.0
 * @category constructors
 */
export const reset = (at: "before" | "headers" | "body"): Fault => ({ _tag: "Reset", at })

/**
 * @since 0.1.0
 * @category constructors
 */
export const truncate: Fault = { _tag: "Truncate" }

/**
 * @since 0.1.0
 * @category constructors
 */
export const endless: Fault = { _tag: "Endless" }

/**
 * @since 0.1.0
 * @category constructors
 */
export const garbage: Fault = { _tag: "Garbage" }

/**
 * `bytes`: what the body unpacks to, 256 MiB unless told.
 *
 * @since 0.1.0
 * @category constructors
 */
export const gzipBomb = (bytes: number = 256 * 1024 * 1024): Fault => ({ _tag: "GzipBomb", bytes })

/**
 * `status`: 302 unless told.
 *
 * @since 0.1.0
 * @category constructors
 */
export const redirect = (location: string, status: 301 | 302 | 303 | 307 | 308 = 302): Fault => ({
  _tag: "Redirect",
  status,
  location
})

/**
 * `offset`: positive where the clock of the service is ahead.
 *
 * @since 0.1.0
 * @category constructors
 */
export const wrongDate = (
  options: { readonly ahead: Duration.DurationInput } | { readonly behind: Duration.DurationInput }
): Fault => ({
  _tag: "WrongDate",
  offset: "ahead" in options ? millis(options.ahead) : -millis(options.behind)
})
