/** Texts of strangers, in a form that can be kept. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"

const longest = 256
// a shorter piece of a text is a copy on every engine there is; a longer one may hold the whole in memory
const surelyCopied = 12

/** @internal the beginning of a text, as a copy of its own: the text may be a piece of a request of megabytes */
export const kept = <A extends string | undefined>(text: A): A | string =>
  text === undefined || text.length <= surelyCopied
    ? text
    : Encoding.utf8Decode(Encoding.utf8(text.length > longest ? `${text.slice(0, longest)}…` : text))
