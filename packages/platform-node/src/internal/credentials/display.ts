/** Names and paths as they are put into error texts. */

/** in quotes, in one line, of bounded length: what is in a file may be anything */
export const quoted = (text: string): string => {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "?")
  return `'${line.length > 256 ? `${line.slice(0, 255)}…` : line}'`
}

/** the code of an error of the system, `undefined` where it has none; its message may hold what it was about */
export const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  return typeof error.code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(error.code) ? error.code : undefined
}
