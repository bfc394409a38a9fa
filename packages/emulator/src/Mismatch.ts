/**
 * Why a signature was refused, for who looks for the mistake: what was to be signed, and what the client seems to have signed
 * in its place.
 *
 * @since 0.1.0
 */

/**
 * - `requestId`: of the call in question; `at`: milliseconds since the epoch
 * - `algorithm`: as the request names it
 * - `expected`: the string to sign as the gateway builds it from what arrived. It holds the parameters of the request;
 *   tokens, and the values of parameters that are named like secrets, are replaced by `***`, and of a text of more than
 *   16,384 characters the beginning is kept. Of requests of more than 64 KiB it only says that they are too long
 * - `canonicalRequest`: of ACS3 only, in the same way
 * - `client`: what the client signed, where one of the usual mistakes explains its signature; `undefined` where none does,
 *   which mostly means a wrong secret
 *
 * @since 0.1.0
 * @category models
 */
export interface Mismatch {
  readonly requestId: string
  readonly at: number
  readonly accessKeyId: string
  readonly algorithm: string
  readonly expected: string
  readonly canonicalRequest: string | undefined
  readonly client: Explanation | undefined
}

/**
 * - `signed`: the string to sign, or of ACS3 the canonical request, that gives the client's signature
 * - `mistake`: in which way it differs, for instance `the parameters are not sorted`
 *
 * @since 0.1.0
 * @category models
 */
export interface Explanation {
  readonly signed: string
  readonly mistake: string
}
