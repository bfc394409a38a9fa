/** ModifyInstanceAttribute: what an instance is called, and whether it can be deleted. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import type * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Service from "../../service.js"
import { required } from "../parameters.js"
import * as instances from "./instances.js"
import * as names from "./names.js"
import * as parameters from "./parameters.js"

type Attributes = Partial<Pick<instances.Instance, "InstanceName" | "HostName" | "Description" | "DeletionProtection">>

const attributesOf = (given: Encoding.Pairs): Effect.Effect<Attributes, Verification.Refusal> =>
  Effect.gen(function* () {
    const InstanceName = parameters.text(given, "InstanceName")
    const HostName = parameters.text(given, "HostName")
    const Description = parameters.text(given, "Description")
    const DeletionProtection = yield* parameters.flag(given, "DeletionProtection")
    return {
      ...(InstanceName === undefined ? {} : { InstanceName: yield* names.one(names.instanceNames, InstanceName) }),
      ...(HostName === undefined ? {} : { HostName: yield* names.one(names.hostNames, HostName) }),
      ...(Description === undefined ? {} : { Description: yield* names.description(Description) }),
      ...(DeletionProtection === undefined ? {} : { DeletionProtection })
    }
  })

/** @internal */
export const modifyInstanceAttribute: Service.Handler = (request) =>
  Effect.gen(function* () {
    const { parameters: given } = request.ask
    const { InstanceId } = yield* required(given, "InstanceId")
    const regionId = yield* parameters.optionalRegionId(given)
    const attributes = yield* attributesOf(given)
    return yield* request.store.update(() =>
      Either.map(instances.find(request, InstanceId, regionId), (instance) => {
        const change = instances.table.put(InstanceId, { ...instance, ...attributes })
        return [{}, [change]] as const
      })
    )
  })
