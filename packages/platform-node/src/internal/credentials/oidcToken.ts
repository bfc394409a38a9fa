/** The token of an OpenID Connect provider, in a file that is written anew while a program runs. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { quoted } from "./display.js"
import * as secretFile from "./secretFile.js"

export const read = (
  path: string
): Effect.Effect<Redacted.Redacted<string>, Credentials.NotConfigured | Credentials.Failed> =>
  secretFile.read(path, { isNamed: true, advice: "let the issuer of the token write it there" }).pipe(
    Effect.map(({ text }) => text.trim()),
    Effect.flatMap((token) => {
      if (token === "")
        return new Credentials.Failed({ why: `${quoted(path)} is empty`, hint: "let its issuer write it" })
      return /^[\x21-\x7e]+$/.test(token)
        ? Effect.succeed(Redacted.make(token))
        : new Credentials.Failed({
            why: `${quoted(path)} holds more than one token: a space, a line break or a character outside ASCII`,
            hint: "let its issuer write the token, and nothing else"
          })
    })
  )
