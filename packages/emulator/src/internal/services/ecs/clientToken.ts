/**
 * ClientToken: a request that comes again does not do again what it has done, and gets the same answer.
 *
 * Source: https://www.alibabacloud.com/help/en/ecs/developer-reference/how-to-ensure-idempotence
 */
import * as Digest from "@effect-aliyun/core/Digest"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Request } from "../../service.js"
import * as Store from "../../store.js"
import * as parameters from "./parameters.js"

const { refuse } = Verification

/** @internal the answer, and what to commit for it; or why not */
export type Decision = Either.Either<readonly [answer: unknown, changes: Store.Commit], Verification.Refusal>

/** a call that has been carried out */
interface Done {
  readonly key: string
  /** milliseconds since the epoch */
  readonly at: number
  /** SHA-256 of the parameters: they may hold a password, which no journal should */
  readonly parameters: string
  readonly answer: unknown
}

const table = Store.table<Done>("Ecs.ClientToken")

const remembered = 24 * 60 * 60 * 1000

const malformed = refuse("InvalidClientToken.ValueNotSupported", 400, "The ClientToken provided is invalid.")
const mismatch = refuse(
  "IdempotentParameterMismatch",
  400,
  "Request uses a client token in a previous request but is not identical to that request."
)

/**
 * @internal carries a call out once for each ClientToken of an account and action. `prepare` checks what can be checked
 * without a look at what is there; what it yields decides, in the same step in which the token is taken.
 */
export const once = (
  request: Request,
  prepare: Effect.Effect<() => Decision, Verification.Refusal>
): Effect.Effect<unknown, Verification.Refusal> => {
  const { ask, now, principal, store } = request
  const token = parameters.text(ask.parameters, "ClientToken")
  if (token === undefined) return Effect.flatMap(prepare, store.update)
  if (!/^[ -~]{1,64}$/.test(token)) return Effect.fail(malformed)
  return Effect.gen(function* () {
    const { digest } = yield* Digest.Digest
    const key = JSON.stringify([principal.accountId, ask.action, token])
    const given = digest.sha256Hex(JSON.stringify(ownParameters(ask.parameters)))
    const before = (): Decision | undefined => {
      const done = table.get(store, key)
      if (done === undefined || isOver(done, now)) return undefined
      return done.parameters === given ? Either.right([done.answer, []]) : Either.left(mismatch)
    }
    // what was right then is not checked again: the answer stands, whatever has become of the instances
    const known = before()
    if (known !== undefined) return yield* store.update(() => known)
    const decide = yield* prepare
    return yield* store.update(
      () =>
        before() ??
        Either.map(decide(), ([answer, changes]) => [
          answer,
          [...changes, ...forget(store, now), table.put(key, { key, at: now, parameters: given, answer })]
        ])
    )
  })
}

const isOver = ({ at }: Done, now: number): boolean => now - at >= remembered

const forget = (store: Store.Store, now: number): Store.Commit =>
  table.values(store).flatMap((done) => (isOver(done, now) ? [table.remove(done.key)] : []))

// these differ from one attempt to the next, or from one way of asking to the other
const ofTheSignature: ReadonlySet<string> = new Set([
  "AccessKeyId",
  "Action",
  "BearerToken",
  "Format",
  "SecurityToken",
  "Signature",
  "SignatureMethod",
  "SignatureNonce",
  "SignatureType",
  "SignatureVersion",
  "Timestamp",
  "Version"
])

const ownParameters = (given: Encoding.Pairs): Encoding.Pairs =>
  Encoding.sortPairs(given.filter(([name]) => !ofTheSignature.has(name)))
