/** Lines for a reader who may be slow, or look away for hours: what is kept for them has a bound. */
import type { Writable } from "node:stream"

const most = 1024 * 1024

/** @internal writes a line; where more than a megabyte waits to be read, drops it, and says in the end how many it has dropped */
export const make = (out: Writable): ((line: string) => void) => {
  let dropped = 0
  const tell = () => {
    if (dropped > 0) out.write(`dropped lines, for want of a reader: ${dropped}\n`)
    dropped = 0
  }
  out.on("drain", tell)
  return (line) => {
    // from the first that is dropped until all is read: one gap, not many
    if (out.writableLength > (dropped === 0 ? most : 0)) {
      dropped++
      return
    }
    tell()
    out.write(`${line}\n`)
  }
}
