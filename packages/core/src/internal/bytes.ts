/** Reading bytes with a limit, and text out of them. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"

/** @internal what was read; not `complete` when it stopped at the limit */
export interface Collected {
  readonly bytes: Uint8Array
  readonly complete: boolean
}

/**
 * @internal takes bytes up to a limit, and stops the stream when there is more, of which only the begin is kept then. What has
 * come can be looked at even when the rest never does.
 */
export interface Sink {
  readonly drain: <E, R>(stream: Stream.Stream<Uint8Array, E, R>) => Effect.Effect<void, E, R>
  readonly taken: () => Collected
  readonly received: () => number
}

/** what is kept of a body that is too large: enough to tell what it is */
const begin = 64 * 1024

/** @internal */
export const sink = (limit: number): Sink => {
  let chunks: Array<Uint8Array> = []
  let total = 0
  const length = () => (total <= limit ? total : Math.min(limit, begin))
  return {
    drain: (stream) =>
      quietly(
        stream,
        Stream.runForEachWhile((chunk) =>
          Effect.sync(() => {
            total += chunk.length
            chunks.push(chunk)
            // so that what is refused costs its limit once, and not once more for one piece of it
            if (total > limit) chunks = [concat(chunks, length())]
            return total <= limit
          })
        )
      ),
    taken: () => ({ bytes: concat(chunks, length()), complete: total <= limit }),
    received: () => total
  }
}

/**
 * Runs a stream that may fail with what is not cleaned yet, as the URL of a request: a stream is run by a fiber of its
 * own, and what a fiber fails with is logged
 */
const quietly = <A, E, R, B>(
  stream: Stream.Stream<A, E, R>,
  run: (stream: Stream.Stream<A, never, R>) => Effect.Effect<B, never, R>
): Effect.Effect<B, E, R> =>
  Effect.suspend(() => {
    let failed: Exit.Exit<never, E> | undefined
    const whole = Stream.catchAllCause(stream, (cause) => {
      failed = Exit.failCause(cause)
      return Stream.empty
    })
    return Effect.flatMap(run(whole), (value): Exit.Exit<B, E> => failed ?? Exit.succeed(value))
  })

/** @internal */
export const cut = (bytes: Uint8Array, limit: number): Collected =>
  bytes.length <= limit ? { bytes, complete: true } : { bytes: bytes.subarray(0, limit), complete: false }

/** @internal whether a body says that it is short enough to be read in one go, which takes a tenth of the time of a stream */
export const isDeclaredWithin = (headers: Readonly<Record<string, string | undefined>>, limit: number): boolean => {
  const length = headers["content-length"]
  // of an encoded body this is not the length of what comes out
  return (
    length !== undefined && headers["content-encoding"] === undefined && /^\d+$/.test(length) && Number(length) <= limit
  )
}

/** the first `length` bytes of the chunks, in one piece */
const concat = (chunks: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  if (chunks.length === 1 && chunks[0]?.length === length) return chunks[0]
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, length - at), at)
    at += Math.min(chunk.length, length - at)
  }
  return bytes
}

const strict = new TextDecoder("utf-8", { fatal: true })

/** @internal the text of UTF-8 bytes, a byte order mark dropped; `undefined` when they are no UTF-8 */
export const toText = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** @internal the value of a JSON text; `undefined` when it is none */
export const toJson = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** @internal whether a value nests deeper than `limit`, found without recursion */
export const isDeeperThan = (value: unknown, limit: number): boolean => {
  let level: Array<unknown> = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    const next: Array<unknown> = []
    const look = (child: unknown) => {
      if (typeof child === "object" && child !== null) next.push(child)
    }
    for (const item of level) {
      // without lists of values in between: they take longer than all the rest
      if (Array.isArray(item)) for (const child of item) look(child)
      else for (const name in item as object) look((item as Readonly<Record<string, unknown>>)[name])
    }
    level = next
  }
  return false
}
