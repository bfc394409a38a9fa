/** What an emulator shows of itself. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Emulator from "../Emulator.js"
import * as Key from "../Key.js"
import * as gateway from "./gateway.js"
import * as instances from "./services/ecs/instances.js"
import type { Settings } from "./settings.js"

const defaults = { transition: "2 seconds", roleName: "EmulatorRole" } as const

/** @internal */
export const settings = ({ echo, keys, metadata, rateLimit, transition }: Emulator.Options): Settings => ({
  keys: keys ?? [Key.test],
  transition: Duration.toMillis(transition ?? defaults.transition),
  echo: echo ?? false,
  rateLimit: rateLimit === undefined ? undefined : { ...rateLimit, per: Duration.toMillis(rateLimit.per) },
  metadata: {
    roleName: metadata?.roleName === undefined ? defaults.roleName : (metadata.roleName ?? undefined),
    isOpen: metadata?.tokens === "optional"
  }
})

/** @internal */
export const make = (world: gateway.World): Emulator.Service => ({
  gateway: { handle: (raw) => gateway.handle(world, raw) },
  calls: Effect.sync(world.log.entries),
  changes: world.log.changes,
  mismatches: Effect.sync(world.mismatches.entries),
  instances: Effect.clockWith((clock) => Effect.map(clock.currentTimeMillis, (now) => instances.all(world.store, now))),
  handle: (product, target, handler) => Effect.sync(() => world.routes.add(product, target, handler)),
  fault: (fault, target = {}) => Effect.sync(() => world.faults.add(fault, target)),
  faults: Effect.sync(world.faults.list),
  clearFaults: (id) => Effect.sync(() => (id === undefined ? world.faults.clear() : void world.faults.remove(id)))
})
