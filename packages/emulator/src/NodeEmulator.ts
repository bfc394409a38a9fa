/**
 * The emulator behind an HTTP server on Node, for clients in other processes and other languages.
 *
 * It listens on loopback unless told, on any free port, until its scope closes; connections that are open then are cut.
 * What is no HTTP is answered with 400, headers and bodies beyond the limits with 431 and 413, slow requests with 408.
 *
 * @since 0.1.0
 */
import * as Digest from "@effect-aliyun/core/Digest"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Emulator from "./Emulator.js"
import * as admin from "./internal/admin/server.js"
import * as emulators from "./internal/emulator.js"
import * as journal from "./internal/node/journal.js"
import { JournalError } from "./internal/node/journalError.js"
import * as server from "./internal/node/server.js"
import * as Store from "./internal/store.js"
import * as World from "./internal/world.js"

/**
 * - `host`: the address to listen on, `127.0.0.1`
 * - `port`: 0, which takes a free one
 * - `cert`, `key`: certificate chain and private key, PEM; with them the server speaks TLS, and only that
 * - `maxBodyBytes`: 16 MiB; `maxHeaderBytes`, the request line included: 64 KiB; `maxConnections`: 1024
 * - `maxBufferedBytes`: of all bodies that are held at a time, 256 MiB; beyond it the answer is 503
 * - `headersTimeout`: from the start of a request to the end of its headers, 10 seconds; `requestTimeout`: to the end of its
 *   body, 30 seconds; `keepAliveTimeout`: from one request to the next, 5 seconds. By the machine's clock, not by `Clock`
 * - `adminPort`: where to show calls, refused signatures and instances, and to switch faults, in a browser or as JSON; 0 takes
 *   a free one, and without it there is none. Always on 127.0.0.1, whatever `host` says, and without TLS: who reaches it needs
 *   no key
 * - `stateFile`: where to keep what calls have changed, so that it is there again at the next start, even after a crash; an
 *   answer waits until the disk has it. It is made when it is not there, holds the secrets of temporary keys, and serves one
 *   process at a time. Without it, everything is forgotten in the end
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Emulator.Options {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly cert?: string | undefined
  readonly key?: Redacted.Redacted<string> | string | undefined
  readonly maxBodyBytes?: number | undefined
  readonly maxBufferedBytes?: number | undefined
  readonly maxHeaderBytes?: number | undefined
  readonly maxConnections?: number | undefined
  readonly headersTimeout?: Duration.DurationInput | undefined
  readonly requestTimeout?: Duration.DurationInput | undefined
  readonly keepAliveTimeout?: Duration.DurationInput | undefined
  readonly adminPort?: number | undefined
  readonly stateFile?: string | undefined
}

/**
 * Those of {@link Options} that say where and how to listen.
 *
 * @since 0.1.0
 * @category models
 */
export interface ServerOptions extends Omit<Options, keyof Emulator.Options | "stateFile"> {}

/**
 * - `url`: for instance `http://127.0.0.1:40123`, without a slash at the end; `https` with TLS
 * - `emulator`: what answers there
 * - `adminUrl`: of the page, for instance `http://127.0.0.1:40124`; `undefined` without an `adminPort`
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly emulator: Emulator.Service
  readonly adminUrl: string | undefined
}

/**
 * @since 0.1.0
 * @category tags
 */
export class NodeEmulator extends Context.Tag("@effect-aliyun/emulator/NodeEmulator")<NodeEmulator, Service>() {}

/**
 * The state file cannot be used: it is none, another process has it, or the system refuses. The message names the file and what
 * to do.
 *
 * @since 0.1.0
 * @category errors
 */
export class StateFileError extends Data.TaggedError("StateFileError")<{
  readonly file: string
  readonly message: string
  readonly cause?: unknown
}> {}

/**
 * A new emulator and its server, which is up when this has run and gone when the scope has closed. Hashes by `node:crypto`.
 *
 * Fails with `ServeError` when it cannot listen there, with {@link StateFileError} when it cannot use its state file.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const { url } = yield* NodeEmulator.make()
 *   console.log(url) // http://127.0.0.1:40123
 * })
 *
 * Effect.runFork(Effect.scoped(program))
 */
export const make = (
  options: Options = {}
): Effect.Effect<Service, HttpServerError.ServeError | StateFileError, Scope.Scope> =>
  Effect.flatMap(worldOf(options), (world) => serve(emulators.make(world), options))

/**
 * A server for an emulator that is there already, for instance one more, that speaks TLS. It is up and gone as that of
 * {@link make} is.
 *
 * @since 0.1.0
 * @category constructors
 * @example
 * import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
 * import * as Effect from "effect/Effect"
 *
 * export const both = (cert: string, key: string) =>
 *   Effect.gen(function* () {
 *     const plain = yield* NodeEmulator.make({ port: 8080 })
 *     const secure = yield* NodeEmulator.serve(plain.emulator, { port: 8443, cert, key })
 *     return [plain.url, secure.url] // http://127.0.0.1:8080 and https://127.0.0.1:8443
 *   })
 */
export const serve = (
  emulator: Emulator.Service,
  options: ServerOptions = {}
): Effect.Effect<Service, HttpServerError.ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const host = options.host ?? "127.0.0.1"
    const port = yield* server.listen(
      {
        host,
        port: options.port ?? 0,
        maxBodyBytes: options.maxBodyBytes ?? 16 * 1024 * 1024,
        maxBufferedBytes: options.maxBufferedBytes ?? 256 * 1024 * 1024,
        maxHeaderBytes: options.maxHeaderBytes ?? 64 * 1024,
        maxConnections: options.maxConnections ?? 1024,
        headersTimeout: Duration.toMillis(options.headersTimeout ?? "10 seconds"),
        requestTimeout: Duration.toMillis(options.requestTimeout ?? "30 seconds"),
        keepAliveTimeout: Duration.toMillis(options.keepAliveTimeout ?? "5 seconds"),
        tls: yield* tlsOf(options)
      },
      emulator.gateway.handle
    )
    const scheme = options.cert === undefined ? "http" : "https"
    const { adminPort } = options
    const adminUrl =
      adminPort === undefined ? undefined : `http://127.0.0.1:${yield* admin.listen({ port: adminPort }, emulator)}`
    return { url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`, host, port, emulator, adminUrl }
  })

const worldOf = (options: Options) =>
  Effect.gen(function* () {
    const digest = yield* Digest.Digest
    const kept = options.stateFile === undefined ? Store.noJournal : yield* journal.open(options.stateFile)
    return yield* World.make(emulators.settings(options), kept, World.services).pipe(
      Effect.provideService(Digest.Digest, { ...digest, digest: NodeDigest.digest }),
      // what is there at first is the first that is written
      Effect.catchSomeDefect((defect) =>
        defect instanceof JournalError ? Option.some(Effect.fail(defect)) : Option.none()
      )
    )
  }).pipe(Effect.mapError(({ cause, file, message }) => new StateFileError({ file, message, cause })))

const tlsOf = ({ cert, key }: Options) => {
  if (cert === undefined && key === undefined) return Effect.succeed(undefined)
  if (cert === undefined || key === undefined) {
    const cause = new Error(`cert and key go together: ${cert === undefined ? "cert" : "key"} is missing`)
    return new HttpServerError.ServeError({ cause })
  }
  return Effect.succeed({ cert, key: typeof key === "string" ? key : Redacted.value(key) })
}

/**
 * {@link make} as a layer, with the emulator itself.
 *
 * @since 0.1.0
 * @category layers
 * @example
 * import * as AcsClient from "@effect-aliyun/core/AcsClient"
 * import * as Credentials from "@effect-aliyun/core/Credentials"
 * import * as Signer from "@effect-aliyun/core/Signer"
 * import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function* () {
 *   const response = yield* AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
 *   console.log(yield* response.json) // { RequestId: "…", IdentityType: "RAMUser", AccountId: "1234567890123456", … }
 * })
 *
 * const Test = Layer.mergeAll(
 *   NodeEmulator.layerEndpoint,
 *   Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
 *   Signer.layer,
 *   FetchHttpClient.layer
 * ).pipe(Layer.provide(NodeEmulator.layerServer()))
 *
 * Effect.runFork(Effect.provide(program, Test))
 */
export const layerServer = (
  options: Options = {}
): Layer.Layer<NodeEmulator | Emulator.Emulator, HttpServerError.ServeError | StateFileError> =>
  Layer.scopedContext(
    Effect.map(make(options), (service) =>
      Context.make(NodeEmulator, service).pipe(Context.add(Emulator.Emulator, service.emulator))
    )
  )

/**
 * Sends the calls of a program to the server.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerEndpoint: Layer.Layer<Endpoint.Endpoint, never, NodeEmulator> = Layer.unwrapEffect(
  Effect.map(NodeEmulator, ({ url }) => Endpoint.layerHost(url))
)
