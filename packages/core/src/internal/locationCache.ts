/**
 * What the location service said, held for a while. However many ask the same, there is one request at a time, in a fiber of its
 * own: who goes away hurts nobody, and when all have gone it is given up.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import type * as AcsError from "../AcsError.js"
import { Credentials } from "../Credentials.js"
import type { Answer, Service } from "../LocationService.js"
import { RetryPolicy } from "../RetryPolicy.js"
import { Timeouts } from "../Timeouts.js"

const minute = 60_000
/** how long a host is held, and that there is none */
const age = { host: 60 * minute, none: minute }
/** how many answers are held; the oldest make room */
const most = 1000

interface Held {
  readonly answer: Answer
  readonly at: number
}

/** a request under way */
interface Flight {
  readonly done: Deferred.Deferred<Answer, AcsError.AcsError>
  /** what it depends on, of those who started it */
  readonly settings: ReadonlyArray<unknown>
  waiting: number
  isOver: boolean
  fiber: Fiber.RuntimeFiber<unknown, unknown> | undefined
}

/** @internal */
export const make = (): Service => {
  const answers = new Map<string, Held>()
  const flights = new Map<string, Flight>()

  const lookUp = (question: string, clock: Clock.Clock): Answer | undefined => {
    const held = answers.get(question)
    if (held === undefined) return undefined
    const passed = clock.unsafeCurrentTimeMillis() - held.at
    // a clock that was set back says nothing of how long ago it was
    if (passed >= 0 && passed < (held.answer.host === undefined ? age.none : age.host)) return held.answer
    answers.delete(question)
    return undefined
  }

  const hold = (question: string, answer: Answer, clock: Clock.Clock): void => {
    answers.delete(question)
    answers.set(question, { answer, at: clock.unsafeCurrentTimeMillis() })
    if (answers.size <= most) return
    for (const oldest of answers.keys()) {
      answers.delete(oldest)
      break
    }
  }

  const end = (question: string, flight: Flight): void => {
    flight.isOver = true
    if (flights.get(question) === flight) flights.delete(question)
  }

  const start = <R>(
    question: string,
    ask: Effect.Effect<Answer, AcsError.AcsError, R>,
    settings: ReadonlyArray<unknown>
  ): Effect.Effect<Flight, never, R> =>
    Effect.suspend(() => {
      const flight: Flight = {
        done: Deferred.unsafeMake(FiberId.none),
        settings,
        waiting: 1,
        isOver: false,
        fiber: undefined
      }
      flights.set(question, flight)
      return Effect.interruptible(ask).pipe(
        Effect.onExit((exit) =>
          Clock.clockWith((clock) =>
            Effect.sync(() => {
              end(question, flight)
              if (Exit.isSuccess(exit)) hold(question, exit.value, clock)
              Deferred.unsafeDone(flight.done, exit)
            })
          )
        ),
        // a fiber that fails is logged; those who wait have heard of it
        Effect.exit,
        Effect.forkDaemon,
        Effect.map((fiber) => {
          flight.fiber = fiber
          return flight
        })
      )
    })

  const leave = (question: string, flight: Flight) =>
    Effect.sync(() => {
      flight.waiting--
      if (flight.waiting > 0 || flight.isOver) return
      end(question, flight)
      flight.fiber?.unsafeInterruptAsFork(FiberId.none)
    })

  const get: Service["get"] = <R>(question: string, ask: Effect.Effect<Answer, AcsError.AcsError, R>) =>
    Effect.flatMap(Effect.context<R>(), (context) =>
      Clock.clockWith((clock): Effect.Effect<Answer, AcsError.AcsError, R> => {
        const answer = lookUp(question, clock)
        if (answer !== undefined) return Effect.succeed(answer)
        const settings = settingsOf(context)
        return Effect.uninterruptibleMask((restore) =>
          Effect.suspend(() => {
            const other = flights.get(question)
            if (other !== undefined) other.waiting++
            return Effect.flatMap(
              other === undefined ? start(question, ask, settings) : Effect.succeed(other),
              (flight) =>
                restore(Deferred.await(flight.done)).pipe(
                  Effect.ensuring(leave(question, flight)),
                  Effect.catchAll((error) =>
                    // what was refused to another account, or given up by another policy, is asked for once more
                    flight.settings.every((setting, index) => setting === settings[index])
                      ? Effect.fail(error)
                      : restore(get(question, ask))
                  )
                )
            )
          })
        )
      })
    )

  return {
    get,
    held: (question) => Clock.clockWith((clock) => Effect.sync(() => Option.fromNullable(lookUp(question, clock))))
  }
}

const decisive = [Credentials, HttpClient.HttpClient, RetryPolicy, Timeouts]

const settingsOf = (context: Context.Context<never>): ReadonlyArray<unknown> =>
  decisive.map(({ key }) => context.unsafeMap.get(key))
