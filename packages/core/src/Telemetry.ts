/**
 * What can be seen of the calls from outside: one span a call, metrics, logs. Nothing of it holds a request, a header, a body
 * or a secret.
 *
 * **Span**: `Ecs.DescribeInstances`, kind `client`, made when someone listens: when a tracer other than the default one is
 * provided, or a span is open around the call. Attributes `rpc.system`, `rpc.service`, `rpc.method`, `cloud.region`, `server.address`,
 * `http.response.status_code`, `error.type` (the category of a `ServerException`, the reason of a `ClientException`),
 * `aliyun.request_id`, `aliyun.attempts`; an event `attempt failed` for each attempt that is followed by another.
 *
 * **Metrics**: those below, tagged with `rpc.service` and `rpc.method`.
 *
 * **Logs**: level `Debug` for each repetition, `Warning` where the clock of this machine is wrong. `WireLog` adds what goes over
 * the wire.
 *
 * @since 0.1.0
 */
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"

/**
 * Calls that have ended, tagged with `outcome` besides: `ok`, or what `error.type` of the span says. An interrupted call is
 * not counted.
 *
 * @since 0.1.0
 * @category metrics
 * @example
 * import * as Telemetry from "@effect-aliyun/core/Telemetry"
 * import * as Effect from "effect/Effect"
 * import * as Metric from "effect/Metric"
 *
 * Effect.runPromise(Metric.value(Telemetry.calls)).then(({ count }) => console.log(count)) // 0
 */
export const calls = Metric.counter("aliyun.client.calls", {
  description: "calls that have ended",
  incremental: true
})

/**
 * Attempts, the first of each call included.
 *
 * @since 0.1.0
 * @category metrics
 */
export const attempts = Metric.counter("aliyun.client.attempts", {
  description: "attempts, the first of each call included",
  incremental: true
})

/**
 * How long calls took in all, in milliseconds, attempts and waits together.
 *
 * @since 0.1.0
 * @category metrics
 */
export const duration = Metric.histogram(
  "aliyun.client.duration",
  MetricBoundaries.fromIterable([5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000]),
  "milliseconds from the begin of a call to its end"
)

/**
 * Answers that asked to slow down.
 *
 * @since 0.1.0
 * @category metrics
 */
export const throttles = Metric.counter("aliyun.client.throttles", {
  description: "answers that asked to slow down",
  incremental: true
})

/**
 * Repetitions that the policy wanted and the `RetryBudget` refused.
 *
 * @since 0.1.0
 * @category metrics
 */
export const budgetRefusals = Metric.counter("aliyun.client.budget_refusals", {
  description: "repetitions that the retry budget refused",
  incremental: true
})

/**
 * Refreshes of credentials, tagged with `outcome` (`ok` or `failed`) alone.
 *
 * @since 0.1.0
 * @category metrics
 */
export const credentialRefreshes = Metric.counter("aliyun.client.credential_refreshes", {
  description: "refreshes of credentials",
  incremental: true
})
