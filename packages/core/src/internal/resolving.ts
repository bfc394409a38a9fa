/** Providers that ask other providers: which of them are being asked, so that a circle is found and not followed. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Credential from "../Credential.js"
import { Failed, type NotConfigured, type Provider } from "../Credentials.js"

class Resolving extends Context.Reference<Resolving>()("@effect-aliyun/core/internal/Resolving", {
  defaultValue: (): ReadonlyArray<object> => []
}) {}

/** sources that make their own sources anew each time are no circle of the same providers, and do not end either */
const deepest = 16

/** @internal asks the source of `self`, a value that stands for one provider */
export const source = <R>(
  self: { readonly name: string },
  source: Provider<R>
): Effect.Effect<Credential.Credential, NotConfigured | Failed, R> =>
  Effect.flatMap(Resolving, (open) => {
    if (open.includes(self)) {
      return new Failed({
        why: `the source of ${self.name} leads back to itself`,
        hint: "let the chain of sources end in a key"
      })
    }
    if (open.length >= deepest) {
      return new Failed({
        why: `the source of ${self.name} has more than ${deepest} others before it`,
        hint: "let the chain of sources end in a key"
      })
    }
    return Effect.provideService(source.resolve, Resolving, [...open, self])
  })
