/** What the emulator writes to a terminal or a log file. Much of it comes from strangers. */
import type { Call } from "../../Call.js"

const longest = 256

/** @internal one line of plain characters, whatever was in it: no control of a terminal, no second line */
export const printable = (text: string): string =>
  text.replace(/[^ -~]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)

/** a part of a line, told apart by spaces */
const field = (text: string): string => {
  const whole = printable(text).replaceAll(" ", "\\u{20}")
  return whole.length > longest ? `${whole.slice(0, longest)}...` : whole
}

/** @internal time, method, product, action or path, status, code, latency, verdict, request id, and the fault if there was one */
export const callLine = (call: Call): string =>
  [
    new Date(call.at).toISOString(),
    call.method,
    call.product ?? "-",
    call.action ?? call.path,
    String(call.status),
    call.code ?? "-",
    `${call.latency}ms`,
    call.verdict,
    call.requestId,
    ...(call.fault === undefined ? [] : [`fault=${call.fault}`])
  ]
    .map(field)
    .join(" ")
