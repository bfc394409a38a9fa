/** Checks what is asked of Sts, before anything is sent. Each failure names the field and the fix. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Failed } from "../Credentials.js"
import { toJson } from "./bytes.js"

/** @internal */
export interface Role {
  readonly roleArn: string
  readonly roleSessionName?: string | undefined
  readonly durationSeconds?: number | undefined
  readonly policy?: string | undefined
}

const fits = (pattern: RegExp, text: string): boolean => typeof text === "string" && pattern.test(text)

/** @internal */
export const pattern = (name: string, value: string | undefined, form: RegExp, fix: string): Failed | undefined => {
  if (value === undefined || fits(form, value)) return undefined
  return new Failed({
    why: value === "" ? `${name} is empty` : `${name} is wrongly formed`,
    hint: `${name} must be ${fix}`
  })
}

/** @internal */
export const duration = (seconds: number | undefined, most: number): Failed | undefined =>
  seconds === undefined || (Number.isInteger(seconds) && seconds >= 900 && seconds <= most)
    ? undefined
    : new Failed({
        why: "durationSeconds is out of range",
        hint: `durationSeconds must be a whole number from 900 to ${most}`
      })

const longestPolicy = 2048

const policy = (text: string | undefined): Failed | undefined => {
  if (text === undefined) return undefined
  const hint = `policy must be the JSON text of a policy, ${longestPolicy} characters at most`
  if (text === "") return new Failed({ why: "policy is empty", hint })
  if (typeof text !== "string" || toJson(text) === undefined) return new Failed({ why: "policy is no JSON", hint })
  return text.length > longestPolicy ? new Failed({ why: "policy is too long", hint }) : undefined
}

/** @internal the longest that a role can be set to allow */
const longestSession = 43_200

/** @internal */
export const role = (options: Role): Failed | undefined =>
  pattern(
    "roleArn",
    options.roleArn ?? "",
    /^acs:ram::\d+:role\/[\w.@-]{1,64}$/,
    "'acs:ram::<account id>:role/<role name>'"
  ) ??
  pattern(
    "roleSessionName",
    options.roleSessionName,
    /^[\w.@-]{2,64}$/,
    "2 to 64 letters, digits, '.', '@', '-' or '_'"
  ) ??
  duration(options.durationSeconds, longestSession) ??
  policy(options.policy)

/** @internal the session name that is given, else one that tells when it was made */
export const sessionName = ({ roleSessionName }: Role): Effect.Effect<string> =>
  roleSessionName === undefined
    ? Effect.map(Clock.currentTimeMillis, (now) => `effect-aliyun-${now}`)
    : Effect.succeed(roleSessionName)

/** @internal */
export const externalId = (text: string | undefined): Failed | undefined =>
  pattern("externalId", text, /^[\w+=,.@:/-]{2,1224}$/, "2 to 1224 letters, digits or any of +=,.@:/-_")
