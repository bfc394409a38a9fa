/** The emulator as a program: from arguments to an exit code. */
import type { ServeError } from "@effect/platform/HttpServerError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Inspectable from "effect/Inspectable"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { readFile } from "node:fs/promises"
import { BlockList, isIP } from "node:net"
import process from "node:process"
import type { Call } from "../../Call.js"
import type * as Emulator from "../../Emulator.js"
import * as Key from "../../Key.js"
import * as NodeEmulator from "../../NodeEmulator.js"
import * as Arguments from "./arguments.js"
import { callLine, printable } from "./callLine.js"
import { codeOf } from "./journalError.js"
import * as lineWriter from "./lineWriter.js"

/** it cannot start, and not for want of good arguments */
class StartError extends Data.TaggedError("StartError")<{ readonly message: string }> {}

const toStdout = lineWriter.make(process.stdout)
const toStderr = lineWriter.make(process.stderr)

const say = (line: string) => Effect.sync(() => toStdout(printable(line)))
const complain = (line: string) => Effect.sync(() => toStderr(printable(line)))

/** yields the exit code, or serves until it is interrupted */
const program = (
  args: ReadonlyArray<string>,
  environment: { readonly EMULATOR_ACCESS_KEY?: string | undefined }
): Effect.Effect<number> =>
  Effect.gen(function* () {
    const command = yield* Arguments.parse(args, environment)
    switch (command._tag) {
      case "Help":
        toStdout(Arguments.usage)
        return 0
      case "Version":
        yield* say(yield* version)
        return 0
      case "Serve":
        return yield* Effect.scoped(serve(command.settings))
    }
  }).pipe(
    Effect.catchTags({
      UsageError: ({ message }) => Effect.as(complain(message), 2),
      StartError: ({ message }) => Effect.as(complain(message), 1),
      StateFileError: ({ message }) => Effect.as(complain(message), 1)
    }),
    Effect.catchAllDefect((defect) => Effect.as(Effect.logError("the emulator died", defect), 1)),
    Effect.provide(Logger.replace(Logger.defaultLogger, logger))
  )

/** calls go to stdout; what the emulator has to say of itself does not */
const logger = Logger.make(({ date, logLevel, message }) => {
  const parts = (Array.isArray(message) ? message : [message]).map((part: unknown) =>
    part instanceof Error ? (part.stack ?? part.message) : Inspectable.toStringUnknown(part, 0)
  )
  toStderr(printable([date.toISOString(), logLevel.label, ...parts].join(" ")))
})

const serve = (settings: Arguments.Settings): Effect.Effect<never, Failure, Scope.Scope> =>
  Effect.gen(function* () {
    const keys = yield* keysOf(settings)
    const { adminUrl, emulator, url } = yield* NodeEmulator.make({
      host: settings.host,
      port: settings.port,
      keys: keys.length === 0 ? [Key.test] : keys,
      stateFile: settings.stateFile,
      adminPort: settings.adminPort,
      echo: settings.echo,
      transition: settings.transition,
      ...(settings.tls === undefined ? {} : yield* tlsOf(settings.tls))
    }).pipe(Effect.catchTag("ServeError", (error) => new StartError({ message: explain(error, settings) })))
    yield* Effect.forkScoped(report(emulator))
    if (!isLoopback(settings.host)) {
      yield* complain(`warning: --host ${settings.host} lets other machines in; 127.0.0.1 does not`)
    }
    yield* say(`listening on ${url}`)
    if (adminUrl !== undefined) yield* say(`admin page on ${adminUrl}`)
    if (keys.length === 0) yield* say("no key is given: the key is testid, its secret testsecret")
    return yield* Effect.never
  })

type Failure = Arguments.UsageError | StartError | NodeEmulator.StateFileError

const keysOf = ({ keyFile, keys }: Arguments.Settings): Effect.Effect<ReadonlyArray<Key.Key>, Failure> =>
  keyFile === undefined
    ? Effect.succeed(keys)
    : read("--access-key-file", keyFile).pipe(
        Effect.flatMap((text) => Arguments.keysOf("--access-key-file", text)),
        Effect.flatMap((more) => Arguments.distinct([...keys, ...more]))
      )

const tlsOf = (files: { readonly cert: string; readonly key: string }) =>
  Effect.all({
    cert: read("--cert", files.cert),
    key: Effect.flatMap(read("--key", files.key), (text) =>
      isEncrypted(text)
        ? unusable("--key", files.key, "used", "the key is encrypted", "name a file that needs no passphrase")
        : Effect.succeed(Redacted.make(text))
    )
  })

/** PEM of PKCS #8, and of what was before it */
const isEncrypted = (key: string): boolean =>
  /^(-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED)/m.test(key)

const read = (option: string, file: string | URL): Effect.Effect<string, StartError> =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (cause) => unusable(option, file, "read", codeOf(cause), "name another file")
  })

const unusable = (option: string, file: string | URL, how: string, why: string, fix: string): StartError => {
  // what holds a colon or a second line may be a key, given in place of its file
  const isName = /^([a-z]:[\\/])?[^:\n]+$/i.test(String(file))
  return new StartError({ message: `${option}${isName ? ` ${file}` : ""} cannot be ${how} (${why}): ${fix}` })
}

const explain = ({ cause }: ServeError, { adminPort, host, port, tls }: Arguments.Settings): string => {
  const at = cause instanceof Error && "port" in cause ? cause.port : port
  const option = at === adminPort ? "--admin-port" : "--port"
  switch (codeOf(cause)) {
    case "EADDRINUSE":
      return `${option} ${at} is in use: choose another, or 0 for a free one`
    case "EACCES":
      return `${option} ${at} is not for this user: choose one from 1024 on`
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `--host ${host} is no address of this machine: choose another`
    default: {
      const message = cause instanceof Error ? cause.message : String(cause)
      return tls !== undefined && codeOf(cause) === message
        ? `--cert and --key cannot be used (${message}): name other files`
        : `cannot listen on ${host}: ${message}`
    }
  }
}

/** a line a call, in their order; of calls that come faster than they can be written, those that are still known */
const report = ({ calls, changes }: Emulator.Service): Effect.Effect<void> => {
  let last = 0
  const write = (call: Call) =>
    Effect.sync(() => {
      last = call.sequence
      toStdout(callLine(call))
    })
  const writeNew = Effect.flatMap(calls, (all) => {
    const unwritten = all.filter(({ sequence }) => sequence > last)
    return Effect.forEach(unwritten, write, { discard: true })
  })
  return Stream.runForEach(changes, (call) => {
    if (call.sequence <= last) return Effect.void
    return call.sequence === last + 1 ? write(call) : writeNew
  })
}

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

const isLoopback = (host: string): boolean =>
  isIP(host) === 0 ? host.toLowerCase() === "localhost" : loopback.check(host, isIP(host) === 6 ? "ipv6" : "ipv4")

const manifest = new URL("../../../package.json", import.meta.url)

const version = Effect.map(read("package.json", manifest), (text) =>
  String((JSON.parse(text) as { readonly version: unknown }).version)
)

/** @internal the program as this process */
export const run = (): void => {
  const fiber = Effect.runFork(program(process.argv.slice(2), process.env))
  const stop = () => void Effect.runFork(Fiber.interrupt(fiber))
  process.once("SIGINT", stop).once("SIGTERM", stop)
  // whoever read the log may go away: that is no reason to stop
  process.stdout.on("error", () => {})
  process.stderr.on("error", () => {})
  fiber.addObserver((exit) => {
    process.off("SIGINT", stop).off("SIGTERM", stop)
    if (Exit.isSuccess(exit)) process.exitCode = exit.value
    else process.exitCode = Exit.isInterrupted(exit) ? 0 : 1
    // sooner, if everything has been read; but who does not read must not keep it from ending
    setTimeout(() => process.exit(), 1000).unref()
  })
}
