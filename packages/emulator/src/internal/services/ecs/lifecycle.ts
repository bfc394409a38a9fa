/** Start, stop, reboot and delete: one instance, or several at once. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Service from "../../service.js"
import type * as Store from "../../store.js"
import { required } from "../parameters.js"
import * as clientToken from "./clientToken.js"
import * as instances from "./instances.js"
import * as parameters from "./parameters.js"
import * as refusals from "./refusals.js"

const { refuse } = Verification

/** what becomes of an instance, which has settled in its state: the state to show, and what to commit */
type Step = (
  instance: instances.Instance,
  request: Service.Request
) => Either.Either<{ readonly status: instances.Status; readonly change: Store.Change }, Verification.Refusal>

/** an operation reads its own parameters first */
type Operation = (given: Encoding.Pairs) => Effect.Effect<Step, Verification.Refusal>

const move =
  (from: instances.Status, through: instances.Status, to: instances.Status): Step =>
  (instance, { now, settings }) => {
    if (instance.Status !== from) return Either.left(refusals.incorrectStatus)
    const moved = instances.moving(instance, [through, to], now + settings.transition)
    return Either.right({ status: through, change: instances.table.put(instance.InstanceId, moved) })
  }

const start: Operation = () => Effect.succeed(move("Stopped", "Starting", "Running"))

// a machine that is forced off takes as long here as one that is asked to go
const stop: Operation = (given) =>
  Effect.as(parameters.flag(given, "ForceStop"), move("Running", "Stopping", "Stopped"))

const reboot: Operation = (given) =>
  Effect.as(parameters.flag(given, "ForceStop"), move("Running", "Starting", "Running"))

const initializing = refuse(
  "IncorrectInstanceStatus.Initializing",
  403,
  "The specified instance status does not support this operation."
)
const isProtected = refuse(
  "InvalidOperation.DeletionProtection",
  403,
  "The operation is not allowed due to deletion protection."
)

const remove: Operation = (given) =>
  Effect.map(parameters.flag(given, "Force"), (force): Step => ({ DeletionProtection, InstanceId, Status }) => {
    if (DeletionProtection) return Either.left(isProtected)
    if (Status === "Pending") return Either.left(initializing)
    return Status === "Stopped" || force === true
      ? Either.right({ status: Status, change: instances.table.remove(InstanceId) })
      : Either.left(refusals.incorrectStatus)
  })

const only =
  (operation: Operation): Service.Handler =>
  (request) =>
    Effect.gen(function* () {
      const { parameters: given } = request.ask
      const { InstanceId } = yield* required(given, "InstanceId")
      const regionId = yield* parameters.optionalRegionId(given)
      const step = yield* operation(given)
      const isDry = yield* parameters.flag(given, "DryRun")
      return yield* request.store.update(() =>
        instances.find(request, InstanceId, regionId).pipe(
          Either.flatMap((instance) => step(instance, request)),
          Either.flatMap(({ change }) =>
            isDry === true ? Either.left(refusals.dryRunOperation) : Either.right([{}, [change]] as const)
          )
        )
      )
    })

const noIds = refuse("InvalidInstanceId.NotFound", 403, "InstanceId should not be null.")
const dryRunSuccess = refuse("DRYRUN.SUCCESS", 400, "This request is a dryrun request with successful result.")
const modes = ["AllTogether", "SuccessFirst"] as const

interface Outcome {
  readonly response: Readonly<Record<string, string>>
  readonly change?: Store.Change
}

/** all of them or none, unless BatchOptimization wants as many as can be */
const each =
  (operation: Operation, passed: Verification.Refusal) =>
  (request: Service.Request): Effect.Effect<() => clientToken.Decision, Verification.Refusal> =>
    Effect.gen(function* () {
      const { parameters: given } = request.ask
      const region = yield* parameters.region(given)
      const ids = yield* parameters.instanceIds(given)
      if (ids.length === 0) return yield* Effect.fail(noIds)
      const mode = (yield* parameters.oneOf(given, "BatchOptimization", modes)) ?? "AllTogether"
      const step = yield* operation(given)
      const isDry = yield* parameters.flag(given, "DryRun")
      const attempt = (InstanceId: string): Either.Either<Outcome, Verification.Refusal> =>
        Either.flatMap(instances.find(request, InstanceId, region.id), (instance) =>
          Either.map(step(instance, request), ({ change, status }) => ({
            response: success(InstanceId, instance.Status, status),
            change
          }))
        )
      const outcome = (InstanceId: string): Either.Either<Outcome, Verification.Refusal> =>
        mode === "AllTogether"
          ? attempt(InstanceId)
          : Either.orElse(attempt(InstanceId), ({ code, message }) =>
              Either.right<Outcome>({ response: { InstanceId, Code: code, Message: message } })
            )
      return () =>
        Either.flatMap(Either.all(ids.map(outcome)), (outcomes) =>
          isDry === true
            ? Either.left(passed)
            : Either.right([
                { InstanceResponses: { InstanceResponse: outcomes.map(({ response }) => response) } },
                outcomes.flatMap(({ change }) => (change === undefined ? [] : [change]))
              ] as const)
        )
    })

const success = (InstanceId: string, PreviousStatus: string, CurrentStatus: string) => ({
  InstanceId,
  Code: "200",
  Message: "success",
  PreviousStatus,
  CurrentStatus
})

const several =
  (operation: Operation): Service.Handler =>
  (request) =>
    Effect.flatMap(each(operation, dryRunSuccess)(request), request.store.update)

/** @internal */
export const startInstance = only(start)
/** @internal */
export const stopInstance = only(stop)
/** @internal */
export const rebootInstance = only(reboot)
/** @internal */
export const deleteInstance = only(remove)
/** @internal */
export const startInstances = several(start)
/** @internal */
export const stopInstances = several(stop)
/** @internal */
export const rebootInstances = several(reboot)

/** @internal says nothing of the single instances */
export const deleteInstances: Service.Handler = (request) =>
  clientToken.once(
    request,
    Effect.map(
      each(remove, refusals.dryRunOperation)(request),
      (decide) => () => Either.map(decide(), ([, changes]) => [{}, changes] as const)
    )
  )
