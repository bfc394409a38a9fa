/**
 * The official package and we in the same set-ups: what the default chain gives, and what each of its providers gives by itself,
 * so that where the chains part the provider is known at which they do, and the fault must be one of that provider.
 */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeCredentials from "@effect-aliyun/platform-node/NodeCredentials"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as Cloud from "./Cloud.js"
import * as SetUps from "./SetUps.js"

export const providers = ["env", "oidc_role_arn", "cli_profile", "profile", "ecs_ram_role", "credential_uri"] as const
export type Provider = (typeof providers)[number]

/** `who`: the ARN that GetCallerIdentity says of it; `hash`: of the key; `lost`: where requests went that led nowhere */
interface Given {
  readonly _tag: "Given"
  readonly provider: string
  readonly accessKeyId: string | undefined
  readonly hash: string
  readonly who: string
  readonly lost: ReadonlyArray<string>
}

/** - `isBroken`: not refused, but by a defect
    - `isAbsent`: it has nothing to offer, and a chain of ours goes on; the official package does not tell that from a failure */
interface Refused {
  readonly _tag: "Refused"
  readonly text: string
  readonly isBroken?: boolean
  readonly isAbsent?: boolean
  readonly lost: ReadonlyArray<string>
}

export type Outcome = Given | Refused

/** `wroteKey`: whether a key that was not there before is in the CLI's file now */
interface Side {
  readonly chain: Outcome
  readonly providers: Readonly<Record<Provider, Outcome & { readonly asked: ReadonlyArray<string> }>>
  readonly wroteKey: boolean
}

export interface Both {
  readonly setUp: SetUps.SetUp
  readonly official: Side
  readonly ours: Side
}

/** `providers`: those that were asked; a provider that is switched off is not in the official chain */
interface Answers {
  readonly chain: Outcome
  readonly providers: Partial<Readonly<Record<Provider, Outcome>>>
}

// ---- homes

interface Home {
  readonly path: string
  readonly env: Readonly<Record<string, string>>
  readonly keys: () => number
}

const homeOf = (path: string, url: string, { config, env, ini }: SetUps.SetUp): Home => {
  const fill = (text: string) => text.replaceAll("{home}", path).replaceAll("{cloud}", url)
  const write = (name: string, text: string) => writeFileSync(join(path, name), text, { mode: 0o600 })
  mkdirSync(path, { recursive: true })
  const all = [JSON.stringify(config), ini, ...Object.values(env)].join("\n")
  for (const [name, text] of Object.entries(SetUps.files)) if (all.includes(`{home}/${name}`)) write(name, text)
  const file = ".aliyun/config.json"
  const text = config === undefined ? undefined : fill(typeof config === "string" ? config : JSON.stringify(config))
  if (text !== undefined) {
    mkdirSync(join(path, ".aliyun"))
    write(file, text)
  }
  if (ini !== undefined) {
    mkdirSync(join(path, ".alibabacloud"))
    write(".alibabacloud/credentials", fill(ini))
  }
  return {
    path,
    env: { HOME: path, ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])) },
    keys: () => (text === undefined ? 0 : readFileSync(join(path, file), "utf8").split('"access_key_secret"').length)
  }
}

// ---- the official package

const script = fileURLToPath(new URL("officialCredentials.cjs", import.meta.url))

/** all set-ups in one process, which is asked one after the other */
const official = (
  cloud: Cloud.Cloud,
  setUps: ReadonlyArray<SetUps.SetUp>,
  homes: ReadonlyArray<Home>,
  wanted: (index: number) => ReadonlyArray<Provider>
) =>
  Effect.async<ReadonlyArray<Answers>>((resume) => {
    const child = spawn(process.execPath, [script], {
      env: { PATH: process.env["PATH"], NODE_EXTRA_CA_CERTS: Cloud.certificatePath },
      stdio: ["pipe", "pipe", "inherit"]
    })
    const answers: Array<Answers> = []
    createInterface({ input: child.stdout })
      .on("line", (line) => answers.push(JSON.parse(line) as Answers))
      .on("close", () => resume(Effect.succeed(answers)))
    child.on("error", (error) => resume(Effect.die(error)))
    const questions = setUps.map((setUp, index) => {
      const { env, path: home } = homes[index]!
      return JSON.stringify({
        index,
        env,
        home,
        endpoint: cloud.url,
        routes: cloud.routes(setUp),
        wanted: wanted(index)
      })
    })
    child.stdin.end(questions.join("\n"))
    return Effect.sync(() => child.kill())
  })

// ---- ours

const hashOf = (...parts: ReadonlyArray<string | null | undefined>) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex")

const plain = (credential: Credential.Credential) => {
  const [secret, token] = Credential.secrets(credential).map((value) => Redacted.value(value))
  const accessKeyId = "accessKeyId" in credential ? credential.accessKeyId : undefined
  return { accessKeyId, hash: hashOf(accessKeyId, secret, token ?? null) }
}

const ours = (cloud: Cloud.Cloud) => {
  const known = new Map<string, string>()
  const whoIs = (credential: Credential.Credential, hash: string) =>
    Effect.gen(function* () {
      if (credential._tag === "Anonymous") return "nobody"
      const before = known.get(hash)
      if (before !== undefined) return before
      const call = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })
      const who = yield* call.pipe(
        Effect.flatMap((response) => response.json),
        Effect.map((json) => (json as { readonly Arn: string }).Arn),
        Effect.catchAll((error) =>
          // the other side goes by what the service says
          Effect.succeed(`nobody: ${error.code === "InvalidAccessKeySecret" ? "SignatureDoesNotMatch" : error.code}`)
        ),
        Effect.provide(Credentials.layer(Credentials.fixed(credential))),
        Endpoint.withEndpoint(cloud.url)
      )
      known.set(hash, who)
      return who
    })

  const outcome = (
    run: string,
    setUp: SetUps.SetUp,
    home: Home,
    ask: Effect.Effect<Credential.Credential, Omit<Refused, "_tag" | "lost">, Signer.Signer | HttpClient.HttpClient>
  ) =>
    Effect.suspend(() => {
      const lost: Array<string> = []
      return ask.pipe(
        Effect.flatMap((credential): Effect.Effect<Outcome, never, Signer.Signer | HttpClient.HttpClient> => {
          const { expiration, provider = "?" } = credential
          const { accessKeyId, hash } = plain(credential)
          return expiration !== undefined && expiration < Date.now()
            ? Effect.succeed({ _tag: "Refused", text: "it has ended", lost })
            : Effect.map(whoIs(credential, hash), (who) => ({ _tag: "Given", provider, accessKeyId, hash, who, lost }))
        }),
        Effect.catchAll((refused) => Effect.succeed<Outcome>({ _tag: "Refused", ...refused, lost })),
        Effect.provideService(HttpClient.HttpClient, cloud.client(run, setUp, lost)),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(home.env))))
      )
    })

  return (
    setUp: SetUps.SetUp,
    index: number,
    home: Home,
    wanted: ReadonlyArray<string>
  ): Effect.Effect<Answers, never, Signer.Signer> =>
    Effect.gen(function* () {
      const chain = yield* outcome(
        `${index}/ours/chain`,
        setUp,
        home,
        Effect.flatMap(Credentials.Credentials, ({ get }) => get).pipe(
          Effect.provide(NodeCredentials.layerDefault),
          Effect.mapError(({ message: text }) => ({ text }))
        )
      )
      const alone = NodeCredentials.defaultChain()
        .filter(({ name }) => wanted.includes(name))
        .map((provider) =>
          Effect.map(
            outcome(
              `${index}/ours/${provider.name}`,
              setUp,
              home,
              Effect.mapError(provider.resolve, ({ _tag, why }) => ({ text: why, isAbsent: _tag === "NotConfigured" }))
            ),
            (outcome) => [provider.name, outcome] as const
          )
        )
      return { chain, providers: Object.fromEntries(yield* Effect.all(alone)) }
    })
}

// ---- both

/** what both sides make of each set-up */
export const ask = (setUps: ReadonlyArray<SetUps.SetUp>) =>
  Effect.gen(function* () {
    const root = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "credentials-"))),
      (path) => Effect.promise(() => rm(path, { recursive: true }))
    )
    const cloud = yield* Cloud.make(setUps)
    const homes = (side: string) => setUps.map((setUp, index) => homeOf(join(root, `${index}`, side), cloud.url, setUp))
    const theirHomes = homes("official")
    const ourHomes = homes("ours")
    const before = ourHomes.map((home) => home.keys())
    const firsts = providers.map((provider) => [provider, SetUps.alike(provider, setUps)] as const)
    const wanted = (index: number) => firsts.flatMap(([provider, first]) => (first[index] === index ? [provider] : []))
    const askUs = ours(cloud)
    const [theirs, us] = yield* Effect.all(
      [
        official(cloud, setUps, theirHomes, wanted),
        Effect.forEach(setUps, (setUp, index) => askUs(setUp, index, ourHomes[index]!, wanted(index)), {
          concurrency: 4
        })
      ],
      { concurrency: 2 }
    ).pipe(
      Effect.provide(Signer.layer.pipe(Layer.provide(NodeDigest.layer))),
      Effect.provide(Logger.remove(Logger.defaultLogger))
    )
    const side = (name: string, all: ReadonlyArray<Answers>, homes: ReadonlyArray<Home>, index: number): Side => {
      const found = firsts.map(([provider, first]) => {
        const at = first[index]!
        const outcome = all[at]!.providers[provider] ?? notInChain
        return [provider, { ...outcome, asked: cloud.asked(`${at}/${name}/${provider}`) }] as const
      })
      return {
        chain: all[index]!.chain,
        providers: Object.fromEntries(found) as Side["providers"],
        wroteKey: homes[index]!.keys() > before[index]!
      }
    }
    return setUps.map((setUp, index): Both => ({
      setUp,
      official: side("official", theirs, theirHomes, index),
      ours: side("ours", us, ourHomes, index)
    }))
  })

const notInChain: Refused = { _tag: "Refused", text: "it is not in the chain", lost: [] }
