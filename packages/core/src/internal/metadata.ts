/** The metadata service of an ECS instance, as far as the keys of its role go. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Validation from "@effect-aliyun/protocol/Validation"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Credential from "../Credential.js"
import { Failed, NotConfigured } from "../Credentials.js"
import { toJson } from "./bytes.js"
import * as plainRequest from "./plainRequest.js"
import * as sessionAnswer from "./sessionAnswer.js"
import { millisOf } from "./millis.js"

/** @internal */
export const provider = "ecs_ram_role"

interface Options {
  readonly roleName?: string | undefined
  readonly allowV1?: boolean | undefined
  readonly disabled?: boolean | undefined
  readonly endpoint?: string | undefined
  readonly timeout?: Duration.DurationInput | undefined
}

type Ask<A> = Effect.Effect<A, NotConfigured | Failed | plainRequest.Unreachable, HttpClient.HttpClient>
type Answered<A> = Effect.Effect<A, NotConfigured | Failed>

const who = "the metadata service"
const limit = 64 * 1024
/** of a token, in seconds: the longest there is */
const ttl = 21_600
const rolePath = "/latest/meta-data/ram/security-credentials/"

/** @internal the keys of the role, asked for each time it is run; the token and the name of the role are remembered */
export const make = (
  options: Options
): Effect.Effect<Credential.Credential, NotConfigured | Failed, HttpClient.HttpClient> => {
  const { allowV1, roleName } = options
  let token: { readonly text: string; readonly until: number } | undefined
  let discovered: string | undefined
  // what was there once and is gone is a fault: a chain must not go on to another identity then
  let wasThere = false
  let hadRole = false

  const from = ({ millis, origin }: Place): Ask<Credential.Credential> => {
    const send = (method: "GET" | "PUT", path: string, headers: Readonly<Record<string, string>>) =>
      Effect.tap(
        plainRequest.send(HttpClientRequest.make(method)(origin + path, { headers }), { who, limit, millis }),
        () => {
          wasThere = true
        }
      )

    const issueToken: Ask<string | undefined> = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.flatMap(
        send("PUT", "/latest/api/token", { [ttlHeader]: String(ttl) }),
        ({ status, text }): Answered<string | undefined> => {
          if (status === 200 && tokenForm.test(text)) {
            token = { text, until: now + ttl * 1000 }
            return Effect.succeed(text)
          }
          if (status === 200) return new Failed({ why: `${who} gave a token that is none` })
          const why = answered("a token", status)
          if (status !== 403 && status !== 404 && status !== 405) return new Failed({ why, hint: switchOff })
          return allowV1 === true
            ? Effect.succeed(undefined)
            : new Failed({
                why,
                hint: `let the service give tokens, or allow requests without one by 'allowV1', or ${switchOff}`
              })
        }
      )
    )

    const get = (path: string): Ask<plainRequest.Answer> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const ask = (text: string | undefined) => send("GET", path, text === undefined ? {} : { [tokenHeader]: text })
        const known = token !== undefined && now < token.until ? Effect.succeed(token.text) : issueToken
        return Effect.flatMap(Effect.flatMap(known, ask), (answer) =>
          // the service has forgotten the token, as it may when it is restarted
          answer.status === 401 ? Effect.flatMap(issueToken, ask) : Effect.succeed(answer)
        )
      })

    const discover: Ask<string> = Effect.flatMap(get(rolePath), ({ status, text }): Answered<string> => {
      const name = text.split("\n", 1)[0]?.trim() ?? ""
      if (status === 404 || (status === 200 && name === "")) {
        const facts = { why: "the instance has no RAM role", hint: "attach one to the instance" }
        return hadRole ? new Failed(facts) : new NotConfigured(facts)
      }
      if (status !== 200) return new Failed({ why: answered("the name of the role", status) })
      const issue = roleIssue(name)
      if (issue !== undefined) return new Failed({ why: `${who} gave a name of a role that ${issue}` })
      discovered = name
      hadRole = true
      return Effect.succeed(name)
    })

    const known = roleName ?? discovered
    return Effect.flatMap(known === undefined ? discover : Effect.succeed(known), (name) =>
      Effect.flatMap(get(rolePath + Encoding.percentEncode(name)), ({ status, text }) => {
        if (status === 200) return read(text)
        // another role may have taken its place
        discovered = undefined
        return new Failed({
          why: answered("the credentials of the role", status),
          ...(status === 404 ? { hint: "check roleName, and that the role is attached to the instance" } : {})
        })
      })
    )
  }

  return Effect.suspend((): Ask<Credential.Credential> => {
    if (options.disabled === true) return new NotConfigured({ why: "it is switched off", hint: "leave 'disabled' out" })
    return Effect.flatMap(placeOf(options), from)
  }).pipe(
    Effect.catchTag("Unreachable", ({ why }): Answered<never> => {
      const hint = "it is there on ECS instances only"
      return roleName === undefined && !wasThere ? new NotConfigured({ why, hint }) : new Failed({ why, hint })
    })
  )
}

interface Place {
  readonly origin: string
  readonly millis: number
}

const placeOf = ({
  endpoint = "http://100.100.100.200",
  roleName,
  timeout = "1 second"
}: Options): Effect.Effect<Place, Failed> => {
  const issue = roleName === undefined ? undefined : roleIssue(roleName)
  if (issue !== undefined) {
    return new Failed({ why: `roleName ${issue}`, hint: "roleName must be the name of the role alone, not its ARN" })
  }
  const parts = Validation.endpoint(endpoint)
  if (typeof parts === "string") return new Failed({ why: "endpoint is no endpoint", hint: `endpoint ${parts}` })
  const millis = millisOf(timeout)
  return millis === undefined
    ? new Failed({ why: "timeout is no duration", hint: "timeout must be a duration, for instance '1 second'" })
    : Effect.succeed({ origin: `${parts.protocol ?? "http"}://${parts.host}`, millis })
}

/** elsewhere, a proxy or another cloud may answer at the address of the service */
const switchOff = "set ALIBABA_CLOUD_ECS_METADATA_DISABLED=true where this is no ECS instance"

const tokenForm = /^[\x21-\x7e]{1,4096}$/
const ttlHeader = "x-aliyun-ecs-metadata-token-ttl-seconds"
const tokenHeader = "x-aliyun-ecs-metadata-token"

const answered = (what: string, status: number): string => `${who} answered HTTP ${status} when asked for ${what}`

/** becomes one encoded segment of the path; what might climb or end it is refused all the same */
const roleIssue = (name: string): string | undefined => {
  if (typeof name !== "string" || name === "") return "is empty"
  if (name.length > 64) return "is longer than 64 characters"
  return name === "." || name === ".." || /[/\\?#\p{Cc}\p{Cs}]/u.test(name)
    ? "holds what no name of a role holds"
    : undefined
}

const read = (text: string): Effect.Effect<Credential.Credential, Failed> =>
  Effect.gen(function* () {
    const answer = yield* sessionAnswer.part(`the answer of ${who}`, toJson(text)?.value, sessionAnswer.stsFields)
    yield* sessionAnswer.text(answer, "Code")
    yield* sessionAnswer.succeeded(answer)
    return yield* sessionAnswer.sts(answer, provider)
  })
