/** An emulator put together. */
import * as Digest from "@effect-aliyun/core/Digest"
import * as Effect from "effect/Effect"
import * as callLog from "./callLog.js"
import * as faults from "./faults.js"
import type { World } from "./gateway.js"
import * as Keyring from "./keyring.js"
import * as mismatches from "./mismatches.js"
import * as Nonces from "./nonces.js"
import * as rateLimit from "./rateLimit.js"
import * as routes from "./routes.js"
import * as alidns from "./services/alidns/service.js"
import * as cs from "./services/cs/service.js"
import * as dysmsapi from "./services/dysmsapi.js"
import * as ecs from "./services/ecs/service.js"
import * as location from "./services/location.js"
import * as sts from "./services/sts/service.js"
import type { Service } from "./service.js"
import type { Settings } from "./settings.js"
import * as Store from "./store.js"

/** @internal what an emulator brings along */
export const services: ReadonlyArray<Service> = [
  ecs.service,
  sts.service,
  cs.service,
  dysmsapi.service,
  alidns.service,
  location.service
]

/** @internal hashes with the `Digest` reference of core as it is when this is run */
export const make = (
  settings: Settings,
  journal: Store.Journal,
  services: ReadonlyArray<Service>
): Effect.Effect<World> =>
  Effect.gen(function* () {
    const { digest } = yield* Digest.Digest
    const store = Store.make(journal)
    if (journal.recovered.length === 0) yield* store.commit(services.flatMap(({ seed }) => seed))
    const keyring = Keyring.make(settings.keys, store)
    return {
      settings,
      services,
      store,
      keyring,
      nonces: Nonces.make(),
      rateLimit: rateLimit.make(settings.rateLimit),
      digest,
      routes: routes.make(),
      faults: faults.make(),
      log: callLog.make(),
      mismatches: mismatches.make(keyring, digest)
    }
  })
