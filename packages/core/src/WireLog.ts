/**
 * What goes over the wire, in Effect's log, secrets taken out: in place of the seed's `DEBUG=sdk`. Off unless provided.
 *
 * Request line and headers of each attempt, status and headers of each answer; never a body. Secrets of the credential in use,
 * signatures, and whatever is named like a secret are masked.
 *
 * @since 0.1.0
 */
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as explanation from "./internal/explanation.js"
import { maskNamed, oneLine, type Redact } from "./internal/redact.js"
import type { SignedRequest } from "./Signer.js"

/**
 * - `level`: at which it is logged
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly level: LogLevel.LogLevel
}

/**
 * @since 0.1.0
 * @category references
 */
export class WireLog extends Context.Reference<WireLog>()("@effect-aliyun/core/WireLog", {
  defaultValue: (): Options | undefined => undefined
}) {}

/**
 * Switches it on, at level `Info` unless told.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as WireLog from "@effect-aliyun/core/WireLog"
 * import * as LogLevel from "effect/LogLevel"
 *
 * export const Wire = WireLog.layer({ level: LogLevel.Debug })
 */
export const layer = (options: Partial<Options> = {}): Layer.Layer<WireLog> =>
  Layer.succeed(WireLog, { level: options.level ?? LogLevel.Info })

/**
 * Switches it on where the variable `DEBUG` is `sdk`, in any case, as the seed does; or where another `Config` says so.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config<boolean> = Config.option(Config.string("DEBUG")).pipe(
    Config.map(Option.exists((value) => value.toLowerCase() === "sdk"))
  )
): Layer.Layer<WireLog, ConfigError.ConfigError> =>
  Layer.effect(
    WireLog,
    Effect.map(config, (isOn) => (isOn ? { level: LogLevel.Info } : undefined))
  )

/** @internal */
export const logRequest = (
  { level }: Options,
  signed: SignedRequest,
  host: string,
  attempt: number,
  redact: Redact
): Effect.Effect<void> =>
  Effect.suspend(() =>
    Effect.logWithLevel(level, explanation.wire(signed, host, redact)).pipe(
      Effect.annotateLogs({ "aliyun.wire": "request", "aliyun.attempt": attempt })
    )
  )

const longest = 1024
// what may let somebody in elsewhere
const unspoken: ReadonlySet<string> = new Set(["set-cookie", "authorization", "proxy-authorization"])

/** @internal */
export const logAnswer = (
  { level }: Options,
  { headers, status }: HttpClientResponse.HttpClientResponse,
  redact: Redact
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const lines = Object.entries(headers).map(([name, value]) =>
      unspoken.has(name) ? `${name}: <redacted>` : `${name}: ${oneLine(maskNamed(value), redact, longest)}`
    )
    return Effect.logWithLevel(level, [`HTTP ${status}`, ...lines].join("\n")).pipe(
      Effect.annotateLogs({ "aliyun.wire": "answer" })
    )
  })
