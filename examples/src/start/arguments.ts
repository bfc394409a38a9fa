/** The command line of the main job. */
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { parseArgs } from "node:util"

export const usage = `Usage:
  npm start                                          three calls: one that works, two that fail
  npm start -- PRODUCT VERSION ACTION [--NAME VALUE ...]
  npm start -- [PRODUCT VERSION] --roa METHOD PATH [--NAME VALUE ...]

  npm start -- Ecs 2014-05-26 DescribeInstances --PageSize 2
  npm start -- --roa GET /clusters                   PRODUCT and VERSION are CS 2015-12-15 unless given

  --NAME VALUE     a parameter of the call; write --NAME=VALUE when the value begins with '-'
  --region ID      the region, cn-hangzhou unless given
  --explain        print the canonical request, the string to sign and the wire request; send nothing
  --live           call the real cloud, with credentials from the environment; without it an emulator
                   in this process answers
  --help           this text`

export interface Call {
  readonly product: string
  readonly version: string
  /** an action, or a method and a path */
  readonly target:
    | { readonly _tag: "Rpc"; readonly action: string }
    | { readonly _tag: "Roa"; readonly method: AcsRequest.MethodType; readonly path: string }
  readonly params: Readonly<Record<string, string>>
}

export interface Arguments {
  /** none: show the three calls */
  readonly call: Call | undefined
  readonly region: string | undefined
  readonly explain: boolean
  readonly live: boolean
  readonly help: boolean
}

export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

const methods: ReadonlySet<string> = new Set(["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"])
const isMethod = (text: string): text is AcsRequest.MethodType => methods.has(text)
const switches: ReadonlySet<string> = new Set(["live", "explain", "help"])
const wrong = (message: string) => Either.left(new UsageError({ message }))

export const parse = (args: ReadonlyArray<string>): Either.Either<Arguments, UsageError> =>
  Either.gen(function* () {
    const { tokens } = parseArgs({ args: [...args], strict: false, allowPositionals: true, tokens: true })
    const given = new Set<string>()
    const params: Record<string, string> = {}
    const words: Array<string> = []
    let region: string | undefined
    let roa: readonly [method: string, path: string] | undefined

    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]
      if (token === undefined || token.kind === "option-terminator") continue
      if (token.kind === "positional") {
        words.push(token.value)
        continue
      }
      const name = token.name
      if (!token.rawName.startsWith("--"))
        return yield* wrong(`${token.rawName} is no option; a value that begins with '-' needs --NAME=VALUE`)
      if (given.has(name)) return yield* wrong(`--${name} is given twice`)
      given.add(name)
      if (switches.has(name)) {
        if (token.value !== undefined) return yield* wrong(`--${name} takes no value`)
        continue
      }
      const next = () => {
        const following = tokens[i + 1]
        if (following?.kind !== "positional") return undefined
        i++
        return following.value
      }
      if (name === "roa") {
        const [method, path] = [token.value ?? next(), next()]
        if (method === undefined || path === undefined) return yield* wrong("--roa needs a method and a path")
        roa = [method, path]
        continue
      }
      const value = token.value ?? next()
      if (value === undefined) return yield* wrong(`--${name} needs a value`)
      if (name === "region") region = value
      else params[name] = value
    }

    const flags = { region, explain: given.has("explain"), live: given.has("live"), help: given.has("help") }
    const [product = "CS", version = "2015-12-15", action] = words
    if (roa !== undefined) {
      const [method, path] = roa
      if (!isMethod(method)) return yield* wrong(`${method} is no method; use one of ${[...methods].join(", ")}`)
      if (words.length !== 0 && words.length !== 2)
        return yield* wrong("--roa goes with PRODUCT and VERSION, or with neither")
      return { ...flags, call: { product, version, target: { _tag: "Roa", method, path }, params } }
    }
    if (words.length === 0) {
      if (Object.keys(params).length > 0) return yield* wrong("there are parameters, but no call")
      if (flags.live) return yield* wrong("--live needs a call: nothing is sent to the real cloud by surprise")
      return { ...flags, call: undefined }
    }
    if (words.length !== 3 || action === undefined) return yield* wrong("a call is PRODUCT VERSION ACTION")
    return { ...flags, call: { product, version, target: { _tag: "Rpc", action }, params } }
  })
