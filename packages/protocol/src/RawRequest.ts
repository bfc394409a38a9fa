/**
 * An HTTP/1.1 request as it stands on the wire, before anyone has parsed it into something else. Signatures are checked
 * on this form only, so that a checker sees the same bytes a signer signed.
 *
 * @since 0.1.0
 */
import * as Encoding from "./Encoding.js"

/**
 * - `method`: as on the request line
 * - `target`: path and query exactly as on the request line, for instance `/clusters?a=b%20c`
 * - `headers`: in order, names as they came, repeated names repeated
 * - `body`: the bytes after transfer decoding; empty when there is none
 *
 * @since 0.1.0
 * @category models
 */
export interface RawRequest {
  readonly method: string
  readonly target: string
  readonly headers: Encoding.Pairs
  readonly body: Uint8Array
}

/**
 * The value of a header, its name compared without case; repeated headers are joined by `,` as RFC 9110 allows.
 *
 * @since 0.1.0
 * @category getters
 */
export const header = (self: RawRequest, name: string): string | undefined => {
  const values = self.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value.trim())
  return values.length === 0 ? undefined : values.join(",")
}

/**
 * The path, still encoded.
 *
 * @since 0.1.0
 * @category getters
 */
export const path = (self: RawRequest): string => {
  const at = self.target.indexOf("?")
  return at < 0 ? self.target : self.target.slice(0, at)
}

/**
 * The query, decoded, in order.
 *
 * @since 0.1.0
 * @category getters
 */
export const query = (self: RawRequest): Encoding.Pairs => {
  const at = self.target.indexOf("?")
  return at < 0 ? [] : Encoding.parseQuery(self.target.slice(at + 1))
}

/**
 * The form in the body, decoded, in order; empty unless the content type says that the body is a form.
 *
 * @since 0.1.0
 * @category getters
 */
export const form = (self: RawRequest): Encoding.Pairs =>
  isForm(header(self, "content-type")) ? Encoding.parseQuery(Encoding.utf8Decode(self.body)) : []

/**
 * Whether a content type is that of a form.
 *
 * @since 0.1.0
 * @category guards
 */
export const isForm = (contentType: string | undefined): boolean =>
  contentType !== undefined && contentType.toLowerCase().startsWith("application/x-www-form-urlencoded")

/**
 * Whether query and form together have no more than so many parameters, found without reading them.
 *
 * @since 0.1.0
 * @category getters
 */
export const hasAtMost = (self: RawRequest, most: number): boolean => {
  let left = most
  for (let at = self.target.indexOf("&"); at >= 0 && left >= 0; at = self.target.indexOf("&", at + 1)) left--
  // fewer bytes than that hold no more parameters
  if (self.body.length <= left || !isForm(header(self, "content-type"))) return left >= 0
  for (let at = self.body.indexOf(ampersand); at >= 0 && left >= 0; at = self.body.indexOf(ampersand, at + 1)) left--
  return left >= 0
}

const ampersand = 0x26
