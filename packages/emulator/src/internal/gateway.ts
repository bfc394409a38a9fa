/**
 * The one way through the emulator, whatever the door: read the claim, find the target, check who it is, let the service
 * answer, write that down.
 */
import type * as Digest from "@effect-aliyun/protocol/Digest"
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Call } from "../Call.js"
import type { Key } from "../Key.js"
import type { Principal } from "../Principal.js"
import type { RawResponse } from "../RawResponse.js"
import * as answer from "./answer.js"
import * as Ask from "./ask.js"
import * as authentication from "./authentication.js"
import * as Keyring from "./keyring.js"
import * as Nonces from "./nonces.js"
import * as RequestId from "./requestId.js"
import * as route from "./route.js"
import type { Service } from "./service.js"

/** @internal */
export interface Options {
  readonly keys: ReadonlyArray<Key>
  readonly services: ReadonlyArray<Service>
  readonly digest: Digest.Digest
  readonly record: (call: Omit<Call, "attempt">) => void
}

/** what became of a request */
interface Outcome {
  readonly verdict: "Accepted" | "Refused"
  readonly code: string | undefined
  readonly response: RawResponse
}

const internalError = Verification.refuse(
  "InternalError",
  500,
  "The request processing has failed due to some unknown error, exception or failure."
)

/** @internal */
export const make = (options: Options): ((raw: RawRequest.RawRequest) => Effect.Effect<RawResponse>) => {
  const { digest, record, services } = options
  const gate = { keyring: Keyring.make(options.keys), nonces: Nonces.make(), digest }

  return (raw) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const claim = Verification.read(raw, digest)
      const ask = Ask.read(raw, claim)
      const target = route.find(services, ask)
      const envelope = { ask, requestId: RequestId.random(), now, product: target.service?.product }
      const refuse =
        (verdict: Outcome["verdict"]) =>
        (refusal: Verification.Refusal): Outcome => ({
          verdict,
          code: refusal.code,
          response: answer.failure(envelope, refusal)
        })
      const { code, response, verdict } = yield* Effect.matchEffect(identify(gate, claim, now), {
        onFailure: (refusal) => Effect.succeed(refuse("Refused")(refusal)),
        onSuccess: (principal) =>
          serve(services, target, { ask, principal, now }, envelope).pipe(
            Effect.catchAll((refusal) => Effect.succeed(refuse("Accepted")(refusal))),
            Effect.catchAllDefect((defect) =>
              Effect.as(Effect.logError("a service of the emulator died", defect), refuse("Accepted")(internalError))
            )
          )
      })
      record({
        at: now,
        method: ask.method,
        path: ask.path,
        product: target.service?.product,
        version: ask.version,
        action: target.operation?.action ?? ask.action,
        accessKeyId: claim._tag === "Claim" ? claim.accessKeyId : undefined,
        verdict,
        status: response.status,
        code,
        requestId: envelope.requestId
      })
      return response
    })
}

const identify = (gate: authentication.Gate, claim: Verification.Claim | Verification.Refusal, now: number) =>
  claim._tag === "Refusal" ? Effect.fail(claim) : authentication.authenticate(gate, claim, now)

/** fails with what the gateway itself says */
const serve = (
  services: ReadonlyArray<Service>,
  { operation, service }: route.Target,
  request: { readonly ask: Ask.Ask; readonly principal: Principal; readonly now: number },
  envelope: answer.Envelope
): Effect.Effect<Outcome, Verification.Refusal> => {
  if (service === undefined || operation === undefined) return Effect.fail(route.refusal(services, request.ask))
  const refusal = route.methodRefusal(service, request.ask)
  if (refusal !== undefined) return Effect.fail(refusal)
  const { action, handle, pathParameters } = operation
  return Effect.match(
    Effect.suspend(() => handle({ ...request, pathParameters })),
    {
      onFailure: (failure): Outcome => ({
        verdict: "Accepted",
        code: failure.code,
        response: service.style === "ROA" ? answer.roaFailure(envelope, failure) : answer.failure(envelope, failure)
      }),
      onSuccess: (body): Outcome => ({
        verdict: "Accepted",
        code: undefined,
        response: answer.success(envelope, service.style, action, body)
      })
    }
  )
}
