/**
 * The one way through the emulator, whatever the door: read the claim, find the target, check who it is, let a fault or the
 * service answer, write that down.
 */
import type * as Digest from "@effect-aliyun/protocol/Digest"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Call } from "../Call.js"
import type { Fault } from "../Fault.js"
import type { Principal } from "../Principal.js"
import type { RawResponse } from "../RawResponse.js"
import * as answer from "./answer.js"
import * as Ask from "./ask.js"
import * as authentication from "./authentication.js"
import type * as CallLog from "./callLog.js"
import { detached } from "./detached.js"
import * as faults from "./faults.js"
import { kept } from "./kept.js"
import type { Keyring } from "./keyring.js"
import * as metadata from "./metadata.js"
import type { Mismatches } from "./mismatches.js"
import type { Nonces } from "./nonces.js"
import type { RateLimit } from "./rateLimit.js"
import * as RequestId from "./requestId.js"
import * as route from "./route.js"
import * as Routes from "./routes.js"
import type { Service } from "./service.js"
import type { Settings } from "./settings.js"
import type { Store } from "./store.js"

/** @internal what one emulator is made of */
export interface World {
  readonly settings: Settings
  readonly services: ReadonlyArray<Service>
  readonly store: Store
  readonly keyring: Keyring
  readonly nonces: Nonces
  readonly rateLimit: RateLimit
  readonly digest: Digest.Digest
  readonly routes: Routes.Routes
  readonly faults: faults.Faults
  readonly log: CallLog.CallLog
  readonly mismatches: Mismatches
}

/** what became of a request */
interface Outcome {
  readonly verdict: Call["verdict"]
  readonly code: string | undefined
  readonly response: RawResponse
}

/** a request on its way */
interface Passage {
  readonly ask: Ask.Ask
  readonly target: route.Target
  readonly envelope: answer.Envelope
  readonly now: number
  readonly attempt: number
  readonly kind: Verification.Claim["kind"]
}

const internalError = Verification.refuse(
  "InternalError",
  500,
  "The request processing has failed due to some unknown error, exception or failure."
)

/** more than any operation takes; to read a form of megabytes takes seconds, in which nobody else is served */
const mostParameters = 10_000

const tooManyParameters = Verification.refuse(
  "InvalidParameter",
  400,
  `The request has more than ${mostParameters} parameters.`
)

/** @internal what a client has set going goes on when it goes away */
export const handle = (world: World, raw: RawRequest.RawRequest): Effect.Effect<RawResponse> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    detached(metadata.isFor(RawRequest.path(raw)) ? handleMetadata(world, raw, now) : handleCall(world, raw, now))
  )

const handleCall = (world: World, raw: RawRequest.RawRequest, now: number): Effect.Effect<RawResponse> =>
  Effect.gen(function* () {
    const isReadable = RawRequest.hasAtMost(raw, mostParameters)
    const claim = isReadable ? Verification.read(raw, world.digest) : tooManyParameters
    const ask = isReadable ? Ask.read(raw, claim) : Ask.unread(raw)
    const target = route.find(world.services, world.routes, ask)
    const envelope = { ask, requestId: RequestId.random(), now, product: target.product }
    const kind = claim._tag === "Claim" ? claim.kind : "Anonymous"
    const shown = { method: ask.method, path: kept(ask.path), version: kept(ask.version), action: kept(target.action) }
    const attempt = world.log.count(shown)
    const passage: Passage = { ask, target, envelope, now, attempt, kind }
    const refuse =
      (verdict: Call["verdict"]) =>
      (refusal: answer.Failure): Outcome => ({
        verdict,
        code: refusal.code,
        response: answer.failure(envelope, refusal)
      })
    let fault: Fault | undefined
    const { code, response, verdict } = yield* Effect.matchEffect(identify(world, claim, passage), {
      onFailure: (refusal) =>
        Effect.sync(() => {
          if (claim._tag === "Claim" && refusal.code === "SignatureDoesNotMatch") {
            world.mismatches.record(raw, claim, envelope.requestId, now)
          }
          return refuse("Refused")(refusal)
        }),
      onSuccess: (principal) =>
        Effect.flatMap(world.faults.pick(target), (picked) => {
          fault = picked
          return through(fault, envelope, (envelope) => {
            const arrived = { ...passage, envelope, now: envelope.now }
            return admit(world, arrived, claim).pipe(
              Effect.andThen(serve(world, arrived, principal)),
              Effect.catchAll((refusal) => Effect.succeed(refuse("Accepted")(refusal))),
              orInternalError(() => refuse("Accepted")(internalError))
            )
          })
        })
    })
    world.log.record({
      ...shown,
      at: now,
      latency: (yield* Clock.currentTimeMillis) - now,
      product: kept(target.product),
      accessKeyId: claim._tag === "Claim" ? kept(claim.accessKeyId) : undefined,
      verdict,
      status: response.status,
      code,
      requestId: envelope.requestId,
      attempt,
      fault: fault?._tag
    })
    return response
  })

const orInternalError =
  (answer: () => Outcome) =>
  (self: Effect.Effect<Outcome>): Effect.Effect<Outcome> =>
    Effect.catchAllDefect(self, (defect) =>
      Effect.as(
        // a state file that cannot be written says so at every call
        Predicate.isTagged(defect, "JournalError") && Predicate.hasProperty(defect, "message")
          ? Effect.logError(defect.message)
          : Effect.logError("a service of the emulator died", defect),
        answer()
      )
    )

const identify = (
  world: World,
  claim: Verification.Claim | Verification.Refusal,
  { now, target }: Passage
): Effect.Effect<Principal, Verification.Refusal> =>
  claim._tag === "Refusal"
    ? Effect.fail(claim)
    : authentication.authenticate(world, claim, { now, isOpen: target.operation?.isOpen ?? false })

/** a call that a fault has hit, or not; an operation that comes late works, and answers, by the time at which it comes */
const through = (
  fault: Fault | undefined,
  envelope: answer.Envelope,
  operation: (envelope: answer.Envelope) => Effect.Effect<Outcome>
): Effect.Effect<Outcome> => {
  if (fault === undefined) return operation(envelope)
  if (fault._tag === "Delay") {
    return Effect.sleep(fault.millis).pipe(
      Effect.zipRight(Clock.currentTimeMillis),
      Effect.flatMap((now) => operation({ ...envelope, now }))
    )
  }
  const code = fault._tag === "Error" ? fault.code : undefined
  return Effect.flatMap(faults.instead(fault, envelope), (response) =>
    response === undefined
      ? Effect.map(operation(envelope), (outcome) => ({
          ...outcome,
          response: faults.spoil(fault, outcome.response, envelope.now)
        }))
      : Effect.succeed({ verdict: "Accepted", code, response })
  )
}

/** fails for who calls too often */
const admit = (
  world: World,
  { now }: Passage,
  claim: Verification.Claim | Verification.Refusal
): Effect.Effect<void, answer.Failure> => {
  const key = claim._tag === "Claim" ? (claim.accessKeyId ?? claim.bearerToken) : undefined
  const wait = key === undefined ? undefined : world.rateLimit(key, now)
  return wait === undefined ? Effect.void : Effect.fail({ ...throttled, retryAfter: wait })
}

const throttled = Verification.refuse("Throttling.User", 400, "Request was denied due to user flow control.")

/** fails with what the gateway itself says */
const serve = (world: World, passage: Passage, principal: Principal): Effect.Effect<Outcome, Verification.Refusal> => {
  const { ask, envelope, kind, now, target } = passage
  const { operation, registered, service } = target
  if (registered !== undefined) return serveRegistered(passage, registered, principal)
  if (service === undefined || operation === undefined) {
    if (!world.settings.echo) return Effect.fail(route.refusal(world.services, ask))
    const echo = { product: "", action: ask.action, pathParameters: new Map<string, string>(), handler: Routes.echo }
    return serveRegistered(passage, echo, principal)
  }
  const refusal = route.methodRefusal(service, ask)
  if (refusal !== undefined) return Effect.fail(refusal)
  const { action, handle, pathParameters, status } = operation
  const { requestId } = envelope
  const { settings, store } = world
  return Effect.match(
    Effect.suspend(() => handle({ ask, principal, kind, pathParameters, now, requestId, store, settings })),
    {
      onFailure: (failure): Outcome => ({
        verdict: "Accepted",
        code: failure.code,
        response: service.style === "ROA" ? answer.roaFailure(envelope, failure) : answer.failure(envelope, failure)
      }),
      onSuccess: (body): Outcome => ({
        verdict: "Accepted",
        code: undefined,
        response: { ...answer.success(envelope, service.style, action, body), status }
      })
    }
    // what it says rests on what others did, which must be safe before anyone hears of it
  ).pipe(Effect.zipLeft(store.commit([])))
}

const serveRegistered = (
  { ask, attempt, envelope }: Passage,
  registered: Routes.Registered,
  principal: Principal
): Effect.Effect<Outcome> => {
  const style = ask.path === "/" || ask.path === "" ? "RPC" : "ROA"
  return Effect.map(Routes.call(registered, { ask, principal }, attempt), (reply): Outcome => {
    if (reply._tag === "Success") {
      const response = answer.success(envelope, style, registered.action ?? "", reply.body)
      return { verdict: "Accepted", code: undefined, response: { ...response, status: reply.status } }
    }
    const refusal = Verification.refuse(reply.code, reply.status, reply.message)
    return {
      verdict: "Accepted",
      code: reply.code,
      response: style === "ROA" ? answer.roaFailure(envelope, refusal) : answer.failure(envelope, refusal)
    }
  })
}

const handleMetadata = (world: World, raw: RawRequest.RawRequest, now: number): Effect.Effect<RawResponse> =>
  Effect.gen(function* () {
    const path = RawRequest.path(raw)
    // nothing here is signed, and no client reads errors in the gateway's form: an empty ask will do
    const envelope = { ask: Ask.unread(raw), requestId: RequestId.random(), now, product: metadata.product }
    const shown = { method: raw.method, path: kept(path), version: undefined, action: kept(path) }
    const attempt = world.log.count(shown)
    const fault = yield* world.faults.pick({ product: metadata.product, action: path })
    const { code, response } = yield* through(fault, envelope, ({ now }) =>
      metadata.handle(raw, { store: world.store, settings: world.settings, now }).pipe(
        Effect.zipLeft(world.store.commit([])),
        Effect.map((response): Outcome => ({ verdict: "Accepted", code: undefined, response })),
        orInternalError(() => ({
          verdict: "Accepted",
          code: internalError.code,
          response: answer.failure(envelope, internalError)
        }))
      )
    )
    world.log.record({
      ...shown,
      at: now,
      latency: (yield* Clock.currentTimeMillis) - now,
      product: metadata.product,
      accessKeyId: undefined,
      verdict: response.status === 401 || response.status === 403 ? "Refused" : "Accepted",
      status: response.status,
      code,
      requestId: envelope.requestId,
      attempt,
      fault: fault?._tag
    })
    return response
  })
