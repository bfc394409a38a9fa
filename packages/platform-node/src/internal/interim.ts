/**
 * Interim answers (100 Continue, 102, 103 Early Hints), which may come before any answer, and as often as the server likes.
 *
 * undici takes a 100 that it did not ask for as a fault and closes the connection, where RFC 9110 (15.2) has a client pass over
 * it. No handler or interceptor sees it in time, so they are taken out where undici reads them: from the socket.
 */
import type { Socket } from "node:net"

/** what a connection knows of the answer to the request that it carries: nothing has come; nothing that is final has */
interface Line {
  silent: boolean
  awaiting: boolean
}

// what is longer is undici's to refuse
const longest = 16 * 1024
const begin = "HTTP/1.1 100"
// 101 is final: it ends the HTTP on the connection
const interim = /^HTTP\/1\.\d 1(?!01)\d\d$/
const one = 0x31

/** whether these bytes begin an interim answer, or are too few to tell */
const mayBeInterim = (bytes: Buffer): boolean => {
  if (bytes.length > 9 && bytes[9] !== one) return false
  const text = bytes.toString("latin1", 0, begin.length)
  return interim.test(text + begin.slice(text.length))
}

const without = (bytes: Buffer): Buffer => {
  let rest = bytes
  while (rest.length >= begin.length && mayBeInterim(rest)) {
    const end = rest.indexOf("\r\n\r\n")
    if (end === -1) break
    rest = rest.subarray(end + 4)
  }
  return rest
}

/** From now on the socket gives no interim answer to who reads it. */
export const passOver = (socket: Socket, line: Line): void => {
  const read = socket.read.bind(socket)
  let held: Buffer | undefined
  socket.read = (size?: number) => {
    if (!line.awaiting || size !== undefined) return read(size)
    for (let chunk: Buffer | null = read(); chunk !== null; chunk = read()) {
      line.silent = false
      const bytes = without(held === undefined ? chunk : Buffer.concat([held, chunk]))
      if (mayBeInterim(bytes) && bytes.length < longest) {
        held = bytes
        continue
      }
      held = undefined
      line.awaiting = false
      return bytes
    }
    return null
  }
}
