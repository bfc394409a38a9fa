/** Who may talk to the admin port: this machine, by the port's own name, and no page but the port's own. */
import type { IncomingHttpHeaders } from "node:http"

/** @internal an answer that says no, in a line */
export interface Refusal {
  readonly status: number
  readonly line: string
  readonly headers?: Readonly<Record<string, string>>
}

const names = ["127.0.0.1", "localhost", "[::1]"]

/**
 * @internal A name that a stranger controls can be made to point here, so the name in `Host` must be one that nobody can give
 * away. What a page of another origin asks for is refused; a link to the page itself may lead here from anywhere.
 */
export const check = (headers: IncomingHttpHeaders, path: string, port: number): Refusal | undefined => {
  const host = headers.host?.toLowerCase() ?? ""
  if (!names.some((name) => host === `${name}:${port}` || (port === 80 && host === name))) {
    return refuse(`the host of this server is 127.0.0.1:${port} or localhost:${port}, not ${quote(headers.host)}`)
  }
  const { origin } = headers
  if (origin !== undefined && origin !== `http://${host}`) {
    return refuse(`a page of ${quote(origin)} may not call http://${host}; only the page there may`)
  }
  // some requests for images, scripts and frames say nothing of their origin, but where they come from
  const site = headers["sec-fetch-site"]
  if (path !== "/" && site !== undefined && site !== "same-origin" && site !== "none") {
    return refuse(`${path} is for the page at http://${host}, not for pages of other origins (sec-fetch-site)`)
  }
  return undefined
}

/** @internal no form can send JSON: a page of another origin would have to ask first, and is told no */
export const checkContentType = (contentType: string | undefined): Refusal | undefined =>
  contentType?.split(";")[0]?.trim().toLowerCase() === "application/json"
    ? undefined
    : {
        status: 415,
        line: `what changes something must say "content-type: application/json", not ${quote(contentType)}`
      }

const refuse = (line: string): Refusal => ({ status: 403, line })

const quote = (text: string | undefined): string =>
  text === undefined ? "nothing" : JSON.stringify(text.slice(0, 200))
