/** Answers on a socket, with the bad endings that faults ask for. */
import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import * as RawResponse from "../../RawResponse.js"
import { chunkOf } from "../endless.js"

/** @internal an answer that is `deliverable` */
export const send = (response: ServerResponse, answer: RawResponse.RawResponse, method: string): void => {
  const { body, ending, headers, status } = answer
  if (ending !== undefined) return spoil(response, answer, ending)
  const length = RawResponse.isBare(answer, method) ? [] : [["content-length", String(body.length)] as const]
  response.writeHead(status, [...headers, ...length].flat())
  response.end(body)
}

const spoil = (response: ServerResponse, answer: RawResponse.RawResponse, ending: RawResponse.Ending): void => {
  const { socket } = response
  if (socket === null) return
  const half = answer.body.subarray(0, answer.body.length >> 1)
  const writeHalf = (then: () => void) => {
    response.writeHead(answer.status, [...answer.headers, ["content-length", String(answer.body.length)]].flat())
    response.write(half.length === 0 ? " " : half, then)
  }
  switch (ending) {
    case "ResetBefore":
      return reset(socket)
    case "ResetInHeaders":
      // past the parser of headers that `writeHead` would use: it cannot stop in the middle of a line
      socket.write(`HTTP/1.1 ${answer.status} OK\r\ncontent-ty`, () => reset(socket))
      return
    case "ResetInBody":
      return writeHalf(() => reset(socket))
    case "Truncated":
      return writeHalf(() => socket.end())
    case "Endless":
      response.writeHead(answer.status, answer.headers.flat())
      return repeat(response, chunkOf(answer.body))
  }
}

/** a TLS socket has no RST of its own: closing it at once is as near as one gets */
const reset = (socket: Socket): void => {
  // a reset that comes together with bytes looks like an end to who reads both at once
  setTimeout(() => ("encrypted" in socket ? socket.destroy() : socket.resetAndDestroy()), 20)
}

/** at the pace at which it is read, until the client goes away or the server's timeouts end it */
const repeat = (response: ServerResponse, chunk: Uint8Array): void => {
  while (!response.destroyed && response.write(chunk));
  if (!response.destroyed) response.once("drain", () => repeat(response, chunk))
}
