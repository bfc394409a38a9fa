/**
 * What a chain of providers gave, held for as long as it is good. However many ask, there is one refresh at a time, in a fiber of
 * the layer's own, with what the layer was built with. Those who wait sit on a `Deferred`: who goes away hurts nobody.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Random from "effect/Random"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type * as AcsError from "../AcsError.js"
import * as ClockSkew from "../ClockSkew.js"
import type { Credential } from "../Credential.js"
import { refreshed } from "./telemetry.js"
import * as unavailable from "./unavailable.js"
import { within } from "./within.js"

const second = 1000
const minute = 60 * second

/** how long before its end a credential is refreshed in the background, and how long before it callers wait for that */
const advisory = { most: 15 * minute, share: 0.25 }
const mandatory = { most: 2 * minute, share: 0.05 }
/** of the advisory window: clients that were given theirs at the same time do not come back at the same time */
const spread = 0.5
/** how long a key that does not end is taken to be what its source still says */
const unendingAge = 5 * minute
/** how long a refresh may take while there is something to go on with, and while there is nothing */
const patience = { held: 5 * second, empty: minute }
/** how long nobody asks again after a failure: it doubles, and is drawn between one and two of it */
const gap = { first: second, held: minute, empty: 10 * second }
/** the same for what is used beyond its end */
const stabilityGap = 5 * minute

type Failure = AcsError.ClientException
type Waiting = Deferred.Deferred<Credential, Failure>

/** @internal `staticStability`: to be used beyond its end while its source cannot be reached */
export interface Resolved {
  readonly credential: Credential
  readonly provider: string
  readonly staticStability: boolean
}

/** @internal */
export interface Cache {
  readonly get: Effect.Effect<Credential, Failure>
  readonly invalidate: (credential: Credential) => Effect.Effect<void>
}

/** times in milliseconds since the epoch: from `advisoryAt` on it is refreshed, from `mandatoryAt` on that is waited for */
interface Held extends Resolved {
  readonly exit: Exit.Exit<Credential>
  readonly advisoryAt: number
  readonly mandatoryAt: number
  readonly expiresAt: number
  /** whether it is used beyond its end */
  readonly isStale: boolean
}

/** what was wrong last, how often in a row, when, and when to ask again */
interface Failed {
  readonly error: Failure
  readonly times: number
  readonly at: number
  readonly notBefore: number
}

/** @internal */
export const make = <R>(resolve: Effect.Effect<Resolved, Failure, R>): Effect.Effect<Cache, never, R | Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const runtime = yield* Effect.runtime<R>()
    const skew = yield* ClockSkew.ClockSkew
    const timeOf = (clock: Clock.Clock) => clock.unsafeCurrentTimeMillis() + skew.unsafeGet()
    let isOpen = true
    yield* Effect.addFinalizer(() => Effect.sync(() => (isOpen = false)))
    let held: Held | undefined
    let failed: Failed | undefined
    let inFlight: Waiting | undefined

    const fail = (error: Failure, now: number, random: number): Effect.Effect<Credential, Failure> => {
      const times = (failed?.times ?? 0) + 1
      const isValid = held !== undefined && now < held.expiresAt && !held.isStale
      const pause = Math.min(isValid ? gap.held : gap.empty, gap.first * 2 ** Math.min(times - 1, 10))
      const notBefore = now + pause * (1 + random)
      // callers have to wait from then on: that is no time to sit out a long pause
      const latest = isValid && held !== undefined ? Math.max(now + gap.first, held.mandatoryAt) : Infinity
      failed = { error, times, at: now, notBefore: Math.min(notBefore, latest) }
      if (held === undefined || !(isValid || held.staticStability)) {
        held = undefined
        return Effect.fail(error)
      }
      if (!isValid) held = beyondItsEnd(held, now, random)
      const { exit, provider } = held
      const state = isValid ? "those that are there are still good" : "they have ended, and are used all the same"
      return times > 1
        ? exit
        : Effect.zipRight(Effect.logWarning(`no new credentials of ${provider}; ${state}. ${error.message}`), exit)
    }

    const settle = (outcome: Either.Either<Resolved, Failure>): Effect.Effect<Credential, Failure> =>
      Effect.flatMap(Random.next, (random) =>
        Clock.clockWith((clock) => {
          const now = timeOf(clock)
          if (Either.isLeft(outcome)) {
            refreshed("failed")
            return fail(outcome.left, now, random)
          }
          const { credential, provider } = outcome.right
          if (credential.expiration !== undefined && credential.expiration <= now) {
            refreshed("failed")
            return fail(unavailable.alreadyExpired(provider), now, random)
          }
          refreshed("ok")
          failed = undefined
          held = hold(outcome.right, now, random)
          return held.exit
        })
      )

    const refresh = (waiting: Waiting, limit: number) =>
      within(resolve, limit, () => unavailable.tooSlow).pipe(
        // what a defect says may hold what the provider was working with: its name must do
        Effect.catchAllDefect((defect) =>
          Effect.zipRight(
            Effect.logError(
              `a provider of credentials died of ${defect instanceof Error ? defect.name : typeof defect}`
            ),
            Effect.fail(unavailable.broken)
          )
        ),
        Effect.either,
        Effect.flatMap(settle),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            inFlight = undefined
            Deferred.unsafeDone(waiting, Exit.isInterrupted(exit) ? Effect.fail(unavailable.closed) : exit)
          })
        ),
        // a fiber that fails is logged; those who wait have heard of it
        Effect.ignore
      )

    /** the refresh that is under way, started if need be; `undefined` where the last failure is too fresh */
    const refreshing = (now: number): Waiting | undefined => {
      if (inFlight !== undefined) return inFlight
      // a clock that was set back says nothing of how long ago it was
      if (failed !== undefined && failed.at <= now && now < failed.notBefore) return undefined
      const waiting: Waiting = Deferred.unsafeMake(FiberId.none)
      inFlight = waiting
      // near the end callers will be waiting for it, and have nothing else when it is given up
      const limit = held !== undefined && now < held.mandatoryAt ? patience.held : patience.empty
      // in a fiber and with a context of its own: never with the region or the policy of the call that came first
      Runtime.runFork(runtime)(refresh(waiting, limit), { scope })
      return waiting
    }

    const slowly = (now: number): Effect.Effect<Credential, Failure> => {
      if (!isOpen) return Effect.fail(unavailable.closed)
      const before = held
      const waiting = refreshing(now)
      if (before === undefined || now >= before.expiresAt) {
        return waiting === undefined ? Effect.fail(failed?.error ?? unavailable.broken) : Deferred.await(waiting)
      }
      if (waiting === undefined || now < before.mandatoryAt) return before.exit
      // what is there is used when nothing better comes in time
      return within(Deferred.await(waiting), patience.held, () => unavailable.tooSlow).pipe(
        Effect.catchAll((failure) =>
          Clock.clockWith((clock) => (timeOf(clock) < before.expiresAt ? before.exit : Effect.fail(failure)))
        )
      )
    }

    return {
      get: Clock.clockWith((clock) => {
        const now = timeOf(clock)
        return held !== undefined && now < held.advisoryAt ? held.exit : slowly(now)
      }),
      invalidate: (credential) =>
        Effect.sync(() => {
          // one that others have replaced by now stays
          if (held?.credential !== credential) return
          held = undefined
          // what failed while there was time enough must not keep those waiting who have nothing now
          if (failed !== undefined) failed = { ...failed, notBefore: Math.min(failed.notBefore, failed.at + gap.first) }
        })
    }
  })

const hold = (resolved: Resolved, now: number, random: number): Held => {
  const { expiration } = resolved.credential
  const exit = Exit.succeed(resolved.credential)
  if (expiration === undefined) {
    const advisoryAt = now + unendingAge * (1 + spread * random)
    return { ...resolved, exit, advisoryAt, mandatoryAt: Infinity, expiresAt: Infinity, isStale: false }
  }
  const windowOf = ({ most, share }: { readonly most: number; readonly share: number }) =>
    Math.min(most, (expiration - now) * share)
  const early = windowOf(advisory)
  const late = windowOf(mandatory)
  return {
    ...resolved,
    exit,
    advisoryAt: expiration - early + (early - late) * spread * random,
    mandatoryAt: expiration - late,
    expiresAt: expiration,
    isStale: false
  }
}

const beyondItsEnd = (held: Held, now: number, random: number): Held => ({
  ...held,
  advisoryAt: now + stabilityGap * (1 + random),
  mandatoryAt: Infinity,
  expiresAt: Infinity,
  isStale: true
})
