/** What is used of undici, loaded when a layer is built. */
import * as Effect from "effect/Effect"
import type { buildConnector, Client } from "undici"

export interface Undici {
  readonly Client: typeof Client
  readonly buildConnector: typeof buildConnector
}

// The two modules that are needed load in 55 ms, the whole of undici in 170 (it brings fetch, WebSocket, mocks and
// more). They are no public entries: where they have moved, the whole is taken.
export const load: Effect.Effect<Undici> = Effect.tryPromise(() =>
  Promise.all([
    // @ts-expect-error undici has types for its main entry only
    import("undici/lib/dispatcher/client.js"),
    // @ts-expect-error undici has types for its main entry only
    import("undici/lib/core/connect.js")
  ]).then(([client, connect]): Undici => ({
    Client: client.default,
    buildConnector: connect.default
  }))
).pipe(Effect.orElse(() => Effect.promise((): Promise<Undici> => import("undici"))))
