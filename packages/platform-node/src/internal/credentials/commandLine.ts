/** A command line as words, by the quoting rules of a POSIX shell and by nothing else of a shell. */
import * as Either from "effect/Either"

/**
 * White space parts words. Single quotes keep everything; double quotes keep everything but a backslash before `"`, `\`, `$` and
 * a backtick; a backslash elsewhere keeps the next character, and with a line break behind it is nothing. There are no variables,
 * no patterns and no operators: `;`, `|`, `$( )` are text.
 *
 * On Windows a backslash is part of a path, but for `\"` inside double quotes.
 */
export const split = (
  line: string,
  isWindows: boolean
): Either.Either<readonly [program: string, ...args: Array<string>], string> => {
  const words: Array<string> = []
  let at = 0
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) {
      at++
      continue
    }
    let word = ""
    while (at < line.length && !/\s/.test(line.charAt(at))) {
      const piece = pieceAt(line, at, isWindows)
      if (piece === undefined) return Either.left("has a quote that is not closed, or ends in a backslash")
      word += piece.text
      at = piece.end
    }
    words.push(word)
  }
  const [program, ...args] = words
  return program === undefined || program === "" ? Either.left("names no program") : Either.right([program, ...args])
}

interface Piece {
  readonly text: string
  readonly end: number
}

const pieceAt = (line: string, at: number, isWindows: boolean): Piece | undefined => {
  switch (line.charAt(at)) {
    case "'": {
      const close = line.indexOf("'", at + 1)
      return close < 0 ? undefined : { text: line.slice(at + 1, close), end: close + 1 }
    }
    case '"':
      return doubleQuoted(line, at + 1, isWindows)
    case "\\":
      return isWindows ? { text: "\\", end: at + 1 } : escaped(line, at)
    default:
      return { text: line.charAt(at), end: at + 1 }
  }
}

const escaped = (line: string, at: number): Piece | undefined => {
  const next = line.charAt(at + 1)
  return next === "" ? undefined : { text: next === "\n" ? "" : next, end: at + 2 }
}

const doubleQuoted = (line: string, start: number, isWindows: boolean): Piece | undefined => {
  const special = isWindows ? '"' : '"\\$`\n'
  let text = ""
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === '"') return { text, end: at + 1 }
    const next = line.charAt(at + 1)
    if (char === "\\" && next !== "" && special.includes(next)) {
      text += next === "\n" ? "" : next
      at++
    } else {
      text += char
    }
  }
  return undefined
}
