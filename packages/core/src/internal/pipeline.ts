/** The whole call: prepare once, then attempts under one deadline, watched from outside. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as AcsError from "../AcsError.js"
import * as AcsRequest from "../AcsRequest.js"
import type { Credentials } from "../Credentials.js"
import * as HttpDeadline from "../HttpDeadline.js"
import * as Region from "../Region.js"
import type { Signer, UnsignedRequest } from "../Signer.js"
import * as Timeouts from "../Timeouts.js"
import * as attempt from "./attempt.js"
import * as attempts from "./attempts.js"
import { withCallInfo } from "./callInfo.js"
import * as clientToken from "./clientToken.js"
import { over } from "./over.js"
import { prepare } from "./prepare.js"
import * as telemetry from "./telemetry.js"
import { within } from "./within.js"

type Services = Credentials | Signer | HttpClient.HttpClient
type Limits = ReturnType<typeof Timeouts.toMillis>

/** @internal `until`: whether an attempt ends with its answer's headers, or its body */
export const run = <A>(
  request: AcsRequest.AcsRequest,
  until: attempt.Call["until"],
  once: (trial: attempt.Trial) => Effect.Effect<A, AcsError.AcsError>
): Effect.Effect<A, AcsError.AcsError, Services> =>
  Effect.withFiberRuntime((fiber) => {
    const context = fiber.currentContext as Context.Context<Services>
    if (!AcsRequest.isAcsRequest(request)) return Effect.fail(notARequest)
    const info = infoOf(request)
    const limits = limitsOf(request, Context.get(context, Timeouts.Timeouts))
    if (limits === undefined) return Effect.fail(withCallInfo({ request: info })(badTimeouts))
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const start = attempt.monotonic(clock)
    const region = () => String(request.regionId ?? Context.get(context, Region.Region)).slice(0, 64)
    return telemetry.observe(fiber, clock, info, region, (watch) =>
      within(ready(request, context), limits.total, () => timeout(limits)).pipe(
        Effect.mapError((error) => {
          // the location service was asked, and says what it was asked for
          const failed = error.request.product === "" ? withCallInfo({ request: info })(error) : error
          watch.ended(failed, 0, attempt.monotonic(clock) - start)
          return failed
        }),
        Effect.flatMap((unsigned) => {
          watch.prepared(unsigned.host)
          const call: attempt.Call = {
            request: info,
            style: unsigned.style,
            format: request.format,
            unsigned,
            businessFailure: request.businessFailure,
            context,
            clock,
            watch,
            repeatable: isRepeatable(request, unsigned),
            until
          }
          const isKeptByTransport = HttpDeadline.isHonoured(Context.get(context, HttpClient.HttpClient))
          return attempts.make({ call, once, limits, start, isKeptByTransport })
        })
      )
    )
  })

/** @internal checked, with its endpoint and its ClientToken */
export const ready = (
  request: AcsRequest.AcsRequest,
  context: Context.Context<Services>
): Effect.Effect<UnsignedRequest, AcsError.AcsError, Services> =>
  Effect.flatMap(prepare(request, context), (unsigned) => clientToken.filled(unsigned, request, context))

const timeout = ({ total }: Limits): AcsError.AcsError =>
  AcsError.fromReason({ _tag: "Timeout", phase: "total", after: Duration.millis(total) })

/** @internal */
export const notARequest = AcsError.invalidRequest(
  "request",
  "The request is not a valid AcsRequest.",
  "SDK.InvalidRequest"
)

const badTimeouts = AcsError.invalidRequest(
  "timeouts",
  "must be durations, `attempt` longer than zero, for instance '10 seconds'"
)

/** @internal */
export const infoOf = ({ action, product, version }: AcsRequest.AcsRequest): AcsError.RequestInfo => ({
  product: String(product ?? ""),
  version: String(version ?? ""),
  action: String(action ?? "")
})

/** @internal `undefined` when one of them is no duration, or `attempt` is none that passes */
export const limitsOf = (request: AcsRequest.AcsRequest, current: Timeouts.Values): Limits | undefined => {
  try {
    const limits = Timeouts.toMillis(over(current, request.timeouts), infoOf(request))
    // no time is no attempt: a zero that means "unset" elsewhere
    return limits.attempt > 0 ? limits : undefined
  } catch {
    return undefined
  }
}

// a verb is a whole word: CheckoutCart does not read
const readingVerb =
  /^(Describe|List|Get|Query|Check|Search|Count|BatchGet|BatchDescribe|BatchQuery|Lookup|Preview|Validate)(?![a-z])/
const readingMethod: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"])

/** whether doing it twice does no harm: it reads, or it carries a ClientToken, or the caller says so */
const isRepeatable = (request: AcsRequest.AcsRequest, unsigned: UnsignedRequest): boolean =>
  request.idempotent ??
  (clientToken.isCarriedBy(unsigned) ||
    // the method of an RPC request says nothing: most actions that write are sent by GET or POST alike
    readingVerb.test(request.action) ||
    (unsigned.style === "ROA" && readingMethod.has(unsigned.method)))
