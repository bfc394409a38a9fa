/**
 * Bodies in a content encoding, decoded as they flow: nobody asked for one, but a service may send it all the same.
 *
 * At most as much is decoded ahead as zlib holds in one piece, so that a small body that becomes a large one costs what its
 * reader takes.
 */
import type { IncomingHttpHeaders } from "node:http"
import type { Transform } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib"

/** What the decoder is told to do with what comes out. */
export interface Sink {
  readonly onData: (chunk: Uint8Array) => void
  readonly onEnd: () => void
  readonly onError: (error: Error) => void
  /** there is room again, after `write` said that there is none */
  readonly onDrain: () => void
}

export interface Decoder {
  /** Whether there is room for more. */
  readonly write: (chunk: Uint8Array) => boolean
  readonly end: () => void
  readonly pause: () => void
  readonly resume: () => void
  readonly destroy: () => void
}

type Step = (first: Uint8Array) => Transform
export type Steps = readonly [Step, ...ReadonlyArray<Step>]

/** some servers mean raw deflate by "deflate"; a zlib header says that its method is 8 */
const inflate: Step = (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw())

const steps = new Map<string, Step>([
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
  ["deflate", inflate],
  ["br", () => createBrotliDecompress()]
])

/** what a server has a use for; each further one multiplies what a few bytes can become */
const mostSteps = 2

/** zlib's own code tells more; those of brotli are none that anybody knows */
export const refused = (issue: string, code = ""): Error =>
  Object.assign(new Error(issue), { code: code.startsWith("Z_") ? code : "ERR_CONTENT_ENCODING" })

/** The steps that undo the encodings of an answer: `undefined` for a body as it is, an error when they cannot be undone. */
export const stepsOf = (headers: IncomingHttpHeaders): Steps | Error | undefined => {
  const header: string | ReadonlyArray<string> | undefined = headers["content-encoding"]
  if (header === undefined) return undefined
  const names = String(header)
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")
  if (names.length > mostSteps) return refused(`more than ${mostSteps} content encodings`)
  const found = names.flatMap((name) => steps.get(name) ?? [])
  if (found.length < names.length) return refused("an unknown content encoding")
  const [last, ...before] = found.reverse()
  return last === undefined ? undefined : [last, ...before]
}

export const make = ([step, ...further]: Steps, sink: Sink): Decoder => {
  const [next, ...others] = further
  if (next === undefined) return one(step, sink)
  const inner = make([next, ...others], { ...sink, onDrain: () => outer.resume() })
  const outer = one(step, {
    ...sink,
    onData: (chunk) => {
      if (!inner.write(chunk)) outer.pause()
    },
    onEnd: () => inner.end()
  })
  return {
    ...inner,
    write: (chunk) => outer.write(chunk),
    end: () => outer.end(),
    destroy() {
      outer.destroy()
      inner.destroy()
    }
  }
}

const one = (step: Step, sink: Sink): Decoder => {
  let transform: Transform | undefined
  const begin = (first: Uint8Array): Transform =>
    step(first)
      .on("data", sink.onData)
      .on("end", sink.onEnd)
      .on("drain", sink.onDrain)
      .on("error", ({ code }: NodeJS.ErrnoException) =>
        sink.onError(refused("the body is not in its content encoding", code))
      )
  return {
    write: (chunk) => (transform ??= begin(chunk)).write(chunk),
    end() {
      if (transform === undefined) sink.onEnd()
      else transform.end()
    },
    pause: () => transform?.pause(),
    resume: () => transform?.resume(),
    destroy: () => transform?.destroy()
  }
}
