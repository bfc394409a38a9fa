/** Instances, as they are kept and as they are shown: a state that takes time is a state with an end. */
import * as Store from "../../store.js"
import * as fixtures from "./fixtures.js"

/** @internal as DescribeInstances shows it */
export interface View extends Omit<(typeof fixtures.instances)[number], "Status"> {
  readonly Status: "Pending" | "Starting" | "Running" | "Stopping" | "Stopped"
}

/** @internal what is kept; `next` is the state to come, from `at` on (milliseconds since the epoch) */
export interface Instance extends View {
  readonly next?: { readonly Status: View["Status"]; readonly at: number }
}

/** @internal */
export const table = Store.table<Instance>("Ecs.Instance")

/** @internal */
export const view = ({ next, ...instance }: Instance, now: number): View =>
  next === undefined || now < next.at ? instance : { ...instance, Status: next.Status }

/** @internal */
export const all = (store: Store.Store, now: number): ReadonlyArray<View> =>
  table.values(store).map((instance) => view(instance, now))

/** @internal */
export const seed: ReadonlyArray<Store.Change> = fixtures.instances.map((instance) =>
  table.put(instance.InstanceId, instance)
)
