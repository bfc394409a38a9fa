/** A machine for one test: a home with files, an environment, and services over sockets; and what it may never say. */
import type * as Credential from "@effect-aliyun/core/Credential"
import type * as Credentials from "@effect-aliyun/core/Credentials"
import type * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync } from "node:crypto"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { geteuid, seteuid } from "node:process"
import { inspect } from "node:util"

export const rsa = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})

const privateKeyLine = rsa.privateKey.split("\n")[3]!

/** every secret of every test holds this word, so that whatever is said can be searched for it */
export const canary = "CANARY"

export const key = { access_key_id: "fileid", access_key_secret: `${canary}-secret` }
export const sts = { access_key_id: "STS.file", access_key_secret: `${canary}-stssecret`, sts_token: `${canary}-token` }

const keys = [
  Key.accessKey({ accessKeyId: key.access_key_id, accessKeySecret: key.access_key_secret }),
  Key.sts({
    accessKeyId: sts.access_key_id,
    accessKeySecret: sts.access_key_secret,
    securityToken: sts.sts_token
  }),
  Key.keyPair({ accessKeyId: "rsaid", publicKey: rsa.publicKey })
]

export interface Home {
  readonly path: string
  /** writes a file for its owner alone, unless told; the path is taken from the home */
  readonly write: (path: string, content: string | Uint8Array, mode?: number) => string
  readonly config: (content: unknown, mode?: number) => string
  readonly ini: (content: string, mode?: number) => string
  readonly env: Readonly<Record<string, string>>
}

export const home = Effect.acquireRelease(
  Effect.sync((): Home => {
    const path = mkdtempSync(join(tmpdir(), "home-"))
    const write: Home["write"] = (name, content, mode = 0o600) => {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
      chmodSync(file, mode)
      return file
    }
    return {
      path,
      write,
      config: (content, mode) =>
        write(".aliyun/config.json", typeof content === "string" ? content : JSON.stringify(content, null, "\t"), mode),
      ini: (content, mode) => write(".alibabacloud/credentials", content, mode),
      env: { HOME: path }
    }
  }),
  ({ path }) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

export const withEnv = (entries: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))

/** what has been sent: where to, and what */
export interface Sent {
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly form: Readonly<Record<string, string>>
  readonly text: string
}

export class Wire extends Context.Tag("test/Wire")<
  Wire,
  { readonly sent: Array<Sent>; readonly routes: Map<string, string> }
>() {}

/** real sockets; an origin in `routes` is led elsewhere, and what is sent is remembered */
const transport = Layer.effectContext(
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const wire = { sent: new Array<Sent>(), routes: new Map<string, string>() }
    const recording = HttpClient.mapRequest(client, (request) => {
      const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const form = Object.fromEntries(new URLSearchParams(text))
      wire.sent.push({ url: request.url, headers: request.headers, form, text })
      const { origin } = new URL(request.url)
      const other = wire.routes.get(origin)
      return other === undefined ? request : HttpClientRequest.setUrl(request, other + request.url.slice(origin.length))
    })
    return Context.make(HttpClient.HttpClient, recording).pipe(Context.add(Wire, wire))
  })
).pipe(Layer.provide(NodeHttpClient.layer))

type Services = Signer.Signer | HttpClient.HttpClient | Wire

/** with an emulator as Sts, wherever a request does not name its host */
export const emulated: Layer.Layer<NodeEmulator.NodeEmulator | Endpoint.Endpoint | Services> =
  NodeEmulator.layerEndpoint.pipe(
    Layer.provideMerge(NodeEmulator.layerServer({ keys })),
    Layer.merge(Signer.layer.pipe(Layer.provide(NodeDigest.layer))),
    Layer.merge(transport),
    Layer.orDie
  )

export const offline: Layer.Layer<Services> = Layer.merge(Signer.layer.pipe(Layer.provide(NodeDigest.layer)), transport)

interface Outcome {
  readonly result: Either.Either<Credential.Credential, Credentials.NotConfigured | Credentials.Failed>
  readonly logs: ReadonlyArray<string>
}

/** what a provider gives in an environment, and what it logs; nothing of it may hold a secret, in any form */
export const ask = <R>(
  provider: Credentials.Provider<R>,
  env: Readonly<Record<string, string>>
): Effect.Effect<Outcome, never, R> =>
  Effect.gen(function* () {
    const logs: Array<string> = []
    const texts: Array<string> = []
    const capture = Logger.make((options) => {
      logs.push(String(options.message))
      texts.push(
        Logger.stringLogger.log(options),
        Logger.logfmtLogger.log(options),
        Logger.jsonLogger.log(options),
        inspect(Logger.structuredLogger.log(options), { depth: 9 })
      )
    })
    const exit = yield* provider.resolve.pipe(
      withEnv(env),
      Effect.exit,
      Effect.provide(Logger.replace(Logger.defaultLogger, capture))
    )
    const result = Exit.isSuccess(exit)
      ? Either.right(exit.value)
      : Either.left(Cause.squash(exit.cause) as Credentials.Failed)
    clean([...texts, ...forms(exit), ...forms(provider)])
    if (Either.isLeft(result)) clean([...forms(result.left), String(result.left.stack), result.left.why])
    if (Exit.isFailure(exit)) clean([Cause.pretty(exit.cause, { renderErrorCause: true })])
    return { result, logs }
  })

const forms = (value: unknown): ReadonlyArray<string> => [
  inspect(value, { depth: 9, showHidden: true }),
  JSON.stringify(value) ?? "",
  String(value)
]

export const clean = (texts: ReadonlyArray<string>): void => {
  for (const text of texts) for (const secret of [canary, privateKeyLine]) assert.notInclude(text, secret)
}

/** the credential that a provider gives */
export const give = <R>(provider: Credentials.Provider<R>, env: Readonly<Record<string, string>>) =>
  Effect.map(ask(provider, env), ({ result }) =>
    Either.getOrElse(result, ({ hint, why }) => assert.fail(`${why} (${hint})`))
  )

/** the failure that it has */
export const refuse = <R>(provider: Credentials.Provider<R>, env: Readonly<Record<string, string>>) =>
  Effect.map(ask(provider, env), ({ result }) =>
    Either.match(result, {
      onLeft: (error) => error,
      onRight: (credential) => assert.fail(`a credential: ${credential._tag}`)
    })
  )

/** a credential in plain words */
export const plain = (credential: Credential.Credential): ReadonlyArray<string | undefined> => {
  switch (credential._tag) {
    case "AccessKey":
      return [credential.accessKeyId, Redacted.value(credential.accessKeySecret)]
    case "Sts":
      return [
        credential.accessKeyId,
        Redacted.value(credential.accessKeySecret),
        Redacted.value(credential.securityToken)
      ]
    case "Bearer":
      return [Redacted.value(credential.token)]
    case "KeyPair":
      return [credential.accessKeyId, Redacted.value(credential.privateKey)]
    case "Anonymous":
      return []
  }
}

/** with the rights of nobody, where the tests run as root */
export const asNobody = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = geteuid!()
      if (before === 0) seteuid!(65_534)
      return before
    }),
    () => self,
    (before) => Effect.sync(() => before === 0 && seteuid!(0))
  )
