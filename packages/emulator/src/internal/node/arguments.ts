/** The command line of the emulator. */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { isIP } from "node:net"
import { parseArgs } from "node:util"
import * as Key from "../../Key.js"

/** @internal */
export const usage = `A local Alibaba Cloud that checks signatures.

Usage: effect-aliyun-emulator [OPTION ...]

  --port N                  the port to listen on, 8080; 0 takes a free one
  --host ADDRESS            the address to listen on, 127.0.0.1
  --access-key ID:SECRET    a key to accept, in place of testid:testsecret; can be repeated. Other users of this
                            machine can see it in the list of processes: they cannot see a file or the environment
  --access-key-file FILE    keys to accept, ID:SECRET, one a line; lines that begin with # are skipped
  --cert FILE --key FILE    certificate chain and private key, PEM: speak TLS
  --state FILE              keep the state in FILE, so that it is there again at the next start, even after a crash
  --admin-port N            show calls, refused signatures and instances there, and switch faults; 0 takes a free
                            one. Always on 127.0.0.1, and without a key
  --echo                    answer operations that are not known with what arrived
  --transition SECONDS      how long an instance takes to start or stop, 2
  --help                    this text
  --version                 the version

Environment:
  EMULATOR_ACCESS_KEY       keys to accept, as in --access-key-file

It says "listening on http://127.0.0.1:8080" when it is ready, then a line a call: time, method, product, action
or path, status, error code, latency, verdict, request id. SIGINT and SIGTERM end it.`

/** @internal `files` are to be read: they may hold what must not be shown */
export interface Settings {
  readonly port: number
  readonly host: string
  readonly keys: ReadonlyArray<Key.AccessKey>
  readonly keyFile: string | undefined
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly stateFile: string | undefined
  readonly adminPort: number | undefined
  readonly echo: boolean
  readonly transition: `${number} seconds` | undefined
}

/** @internal */
export type Command =
  { readonly _tag: "Help" } | { readonly _tag: "Version" } | { readonly _tag: "Serve"; readonly settings: Settings }

/** @internal names the option and what to do; shows no value of one that holds a secret */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

const wrong = (message: string) => Either.left(new UsageError({ message }))

const options = {
  port: { type: "string" },
  host: { type: "string" },
  "access-key": { type: "string", multiple: true },
  "access-key-file": { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  state: { type: "string" },
  "admin-port": { type: "string" },
  echo: { type: "boolean" },
  transition: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" }
} as const

type Name = keyof typeof options
const isName = (name: string): name is Name => Object.hasOwn(options, name)

/** @internal */
export const parse = (
  args: ReadonlyArray<string>,
  environment: { readonly EMULATOR_ACCESS_KEY?: string | undefined }
): Either.Either<Command, UsageError> =>
  Either.gen(function* () {
    const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
    const given = new Map<Name, ReadonlyArray<string>>()
    for (const token of tokens) {
      if (token.kind === "option-terminator") continue
      if (token.kind === "positional") {
        return yield* wrong(`argument ${token.index + 1} belongs to no option; see --help`)
      }
      const { name, rawName } = token
      if (!isName(name)) return yield* wrong(`${rawName} is no option; see --help`)
      if (options[name].type === "boolean") {
        if (token.value !== undefined) return yield* wrong(`${rawName} takes no value; leave it away`)
        given.set(name, [])
        continue
      }
      const { inlineValue, value = "" } = token
      if (value === "") return yield* wrong(`${rawName} needs a value; see --help`)
      if (inlineValue === false && value.startsWith("-")) {
        return yield* wrong(`${rawName} needs a value; write ${rawName}=VALUE if it begins with -`)
      }
      const before = given.get(name)
      if (before !== undefined && name !== "access-key") {
        return yield* wrong(`${rawName} is given twice; give it once`)
      }
      given.set(name, [...(before ?? []), value])
    }
    if (given.has("help")) return { _tag: "Help" }
    if (given.has("version")) return { _tag: "Version" }

    const only = (name: Name) => given.get(name)?.[0]
    const port = yield* portOf("--port", only("port") ?? "8080")
    const admin = only("admin-port")
    const adminPort = admin === undefined ? undefined : yield* portOf("--admin-port", admin)
    if (adminPort === port && port !== 0) return yield* wrong("--admin-port must differ from --port; choose another")
    const host = only("host") ?? "127.0.0.1"
    if (isIP(host) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) {
      return yield* wrong("--host is no address; give one such as 127.0.0.1, ::1 or localhost")
    }
    const [cert, key] = [only("cert"), only("key")]
    if (cert !== undefined && key === undefined) return yield* wrong("--cert needs --key; give both, or neither")
    if (key !== undefined && cert === undefined) return yield* wrong("--key needs --cert; give both, or neither")
    const seconds = only("transition")
    if (seconds !== undefined && !/^\d{1,9}(\.\d{1,9})?$/.test(seconds)) {
      return yield* wrong("--transition is no number of seconds; give one such as 0 or 2.5")
    }
    const { EMULATOR_ACCESS_KEY } = environment
    const keys: Array<Key.AccessKey> = []
    for (const text of given.get("access-key") ?? []) keys.push(yield* keyOf("--access-key", text))
    if (EMULATOR_ACCESS_KEY) keys.push(...(yield* keysOf("EMULATOR_ACCESS_KEY", EMULATOR_ACCESS_KEY)))
    const settings = {
      port,
      host,
      keys: yield* distinct(keys),
      keyFile: only("access-key-file"),
      tls: cert === undefined || key === undefined ? undefined : { cert, key },
      stateFile: only("state"),
      adminPort,
      echo: given.has("echo"),
      transition: seconds === undefined ? undefined : (`${Number(seconds)} seconds` as const)
    }
    return { _tag: "Serve", settings }
  })

const portOf = (option: string, text: string): Either.Either<number, UsageError> =>
  /^\d{1,5}$/.test(text) && Number(text) < 65536
    ? Either.right(Number(text))
    : wrong(`${option} is no port; give a number from 0 to 65535`)

const keyOf = (where: string, text: string): Either.Either<Key.AccessKey, UsageError> => {
  const [, accessKeyId, accessKeySecret] = /^([!-9;-~]+):([!-~]+)$/.exec(text) ?? []
  return accessKeyId === undefined || accessKeySecret === undefined
    ? wrong(`${where} is no key; write ID:SECRET, without spaces`)
    : Either.right(Key.accessKey({ accessKeyId, accessKeySecret }))
}

/** @internal one a line */
export const keysOf = (where: string, text: string): Either.Either<ReadonlyArray<Key.AccessKey>, UsageError> =>
  Either.gen(function* () {
    const keys: Array<Key.AccessKey> = []
    for (const [index, untrimmed] of text.split("\n").entries()) {
      const line = untrimmed.trim()
      if (line !== "" && !line.startsWith("#")) keys.push(yield* keyOf(`${where}, line ${index + 1},`, line))
    }
    return keys.length === 0 ? yield* wrong(`${where} holds no key; write ID:SECRET, one a line`) : keys
  })

/** @internal */
export const distinct = (
  keys: ReadonlyArray<Key.AccessKey>
): Either.Either<ReadonlyArray<Key.AccessKey>, UsageError> =>
  new Set(keys.map(({ accessKeyId }) => accessKeyId)).size === keys.length
    ? Either.right(keys)
    : wrong("--access-key, --access-key-file and EMULATOR_ACCESS_KEY give one ID twice; give it once")
