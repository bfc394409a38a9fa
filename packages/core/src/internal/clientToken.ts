/** The value by which the service knows a write again: the same in every attempt of a call. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as AcsError from "../AcsError.js"
import type * as AcsRequest from "../AcsRequest.js"
import * as Nonce from "../Nonce.js"
import type { UnsignedRequest } from "../Signer.js"
import { takesToken } from "./seedRetry.js"

const longest = 64
const printable = /^[\x20-\x7e]+$/
const isToken = ([name]: readonly [string, string]): boolean => name === "ClientToken" || name === "clientToken"

const issueOf = (token: string): string | undefined =>
  token === ""
    ? "is empty; leave it out, or give it a value that is new for each call"
    : token.length > longest || !printable.test(token)
      ? `must be at most ${longest} visible ASCII characters`
      : undefined

/** @internal whether the request carries one */
export const isCarriedBy = ({ form, query }: UnsignedRequest): boolean => query.some(isToken) || form.some(isToken)

/** @internal checks the one that the caller gave, and fills in one where it is wanted and there is none */
export const filled = (
  unsigned: UnsignedRequest,
  request: AcsRequest.AcsRequest,
  context: Context.Context<never>
): Effect.Effect<UnsignedRequest, AcsError.ClientException> => {
  const given = unsigned.query.find(isToken) ?? unsigned.form.find(isToken)
  if (given !== undefined) {
    const issue = issueOf(given[1])
    return issue === undefined ? Effect.succeed(unsigned) : Effect.fail(AcsError.invalidRequest(given[0], issue))
  }
  if (!(request.clientToken ?? takesToken(request))) return Effect.succeed(unsigned)
  return Effect.map(Context.get(context, Nonce.Nonce), (token) => ({
    ...unsigned,
    query: [...unsigned.query, ["ClientToken", token]]
  }))
}
