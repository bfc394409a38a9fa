/**
 * The body of an answer between its socket and its readers.
 *
 * It flows in as it comes until `highWater` bytes lie unread; then the source is paused. So an answer that fits is complete,
 * and its socket free, whether or not anybody reads it.
 */
import type * as HttpWire from "@effect-aliyun/core/HttpWire"

const highWater = 64 * 1024

/** Where the bytes come from. */
export interface Source {
  /** let more come, after `push` said that there is no room */
  readonly resume: () => void
  readonly onReader: () => void
  /** nobody wants the rest */
  readonly onAbandoned: () => void
}

export class Inflow {
  /** chunks that no reader has taken */
  chunks: Array<Uint8Array> = []
  /** of all chunks, taken or not */
  length = 0
  /** the whole body is here */
  ended = false
  /** it broke off, or was given up */
  failure: HttpWire.TransportFailure | undefined

  private unread = 0
  private readonly readers = new Set<() => void>()
  /** a buffering reader takes everything: no pause */
  private unbounded = false

  constructor(private readonly source: Source) {}

  get over(): boolean {
    return this.ended || this.failure !== undefined
  }

  get isAttended(): boolean {
    return this.readers.size > 0
  }

  /** Whether there is room for more. */
  push(chunk: Uint8Array): boolean {
    this.chunks.push(chunk)
    this.unread += chunk.length
    this.length += chunk.length
    this.wake()
    return this.unbounded || this.unread < highWater
  }

  end(): void {
    this.ended = true
  }

  fail(failure: HttpWire.TransportFailure): void {
    this.failure = failure
  }

  wake(): void {
    for (const reader of this.readers) reader()
  }

  /** Attaches a reader, called on every change; with `unbounded` the rest flows into `chunks` without a pause. */
  attach(reader: () => void, unbounded: boolean): void {
    this.readers.add(reader)
    this.source.onReader()
    if (unbounded) {
      this.unbounded = true
      this.source.resume()
    }
  }

  /** Detaches a reader; a body that loses its last one before it is complete is given up. */
  detach(reader: () => void): void {
    this.readers.delete(reader)
    if (this.readers.size === 0) this.abandon()
  }

  /** Nobody wants the rest. */
  abandon(): void {
    if (!this.over) this.source.onAbandoned()
  }

  /** Takes what has come, and lets more come. */
  take(): Array<Uint8Array> {
    const taken = this.chunks
    this.chunks = []
    this.unread = 0
    this.source.resume()
    return taken
  }
}
