// Credentials that end: how often their source is asked, how many callers fail, and what a `get` costs that has nothing to wait for.
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
import * as NodeAliyun from "@effect-aliyun/platform-node/NodeAliyun"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as official from "@alicloud/credentials"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { credentialSource } from "./lib/credentialSource.mjs"
import { options, report } from "./lib/report.mjs"
import { race } from "./lib/rounds.mjs"

const { assert, quick } = options()
const peer = "@alicloud/credentials"
const { default: Official, Config } = official.default
const minute = 60_000
const many = 1000

const get = Effect.flatMap(Credentials.Credentials, (credentials) => credentials.get)
const fromUri = (uri) => Credentials.layer(CredentialsUri.provider({ uri })).pipe(Layer.provide(NodeHttpClient.layer))
const officialFromUri = (credentialsURI) => new Official(new Config({ type: "credentials_uri", credentialsURI }))

/** what became of calls that are made at one moment: how often their source was asked, and how many failed */
const ourBurst = async (layer, source, calls) => {
  const exits = await Effect.runPromise(
    Effect.provide(Effect.all(Effect.replicate(Effect.exit(get), calls), { concurrency: "unbounded" }), layer)
  )
  return { refreshes: source.asked(), failures: exits.filter(({ _tag }) => _tag === "Failure").length }
}
const theirBurst = async (credential, source, calls) => {
  const results = await Promise.allSettled(Array.from({ length: calls }, () => credential.getCredential()))
  return { refreshes: source.asked(), failures: results.filter(({ status }) => status === "rejected").length }
}

const withSource = async (lifetime, use) => {
  const source = await credentialSource(lifetime)
  try {
    return await use(source)
  } finally {
    source.close()
  }
}

/** the variables of a machine on which nothing is set up but a credentials URI */
const bareMachine = (uri) => ({
  HOME: home,
  ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
  ALIBABA_CLOUD_CREDENTIALS_URI: uri
})
const home = mkdtempSync(join(tmpdir(), "effect-aliyun-bench-"))
for (const name of Object.keys(process.env)) if (name.startsWith("ALIBABA_CLOUD_")) delete process.env[name]

const row = (figure, unit, ours, theirs, target) => ({
  figure,
  unit,
  ours,
  ...(theirs === undefined
    ? { peers: {}, ratios: {} }
    : { peers: { [peer]: theirs }, ratios: { [peer]: ours / theirs } }),
  ...(target === undefined ? {} : { target: { op: "<=", value: target } })
})
const both = (figure, ours, theirs, most) => [
  row(`${figure}: refreshes`, "count", ours.refreshes, theirs?.refreshes, most),
  row(`${figure}: failures`, "count", ours.failures, theirs?.failures, 0)
]
const rows = []

rows.push(
  ...both(
    `${many} first calls at a time`,
    await withSource(60 * minute, (source) => ourBurst(fromUri(source.uri), source, many)),
    await withSource(60 * minute, (source) => theirBurst(officialFromUri(source.uri), source, many)),
    1
  )
)

rows.push(
  ...both(
    "the same, who asks first is interrupted",
    await withSource(60 * minute, (source) =>
      Effect.runPromise(
        Effect.gen(function* () {
          const leader = yield* Effect.fork(get)
          yield* Effect.yieldNow()
          const others = yield* Effect.fork(
            Effect.all(Effect.replicate(Effect.exit(get), many - 1), { concurrency: "unbounded" })
          )
          yield* Effect.sleep(5)
          yield* Fiber.interrupt(leader)
          const exits = yield* Fiber.join(others)
          return { refreshes: source.asked(), failures: exits.filter(({ _tag }) => _tag === "Failure").length }
        }).pipe(Effect.provide(fromUri(source.uri)))
      )
    ),
    undefined,
    1
  )
)

rows.push(
  ...both(
    `${many} first calls of the default chain, all but its last provider absent`,
    await withSource(60 * minute, (source) =>
      ourBurst(
        NodeAliyun.layer.pipe(
          Layer.provide(
            Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(bareMachine(source.uri)))))
          )
        ),
        source,
        many
      )
    ),
    await withSource(60 * minute, (source) => {
      Object.assign(process.env, bareMachine(source.uri))
      return theirBurst(new Official(), source, many)
    }),
    1
  )
)

const inTurn = 50
rows.push(
  row(
    `${inTurn} calls one after the other, on keys of 14 minutes: refreshes`,
    "count",
    await withSource(14 * minute, (source) =>
      Effect.runPromise(
        Effect.as(Effect.repeatN(get, inTurn - 1), undefined).pipe(Effect.provide(fromUri(source.uri)))
      ).then(source.asked)
    ),
    await withSource(14 * minute, async (source) => {
      const credential = officialFromUri(source.uri)
      for (let i = 0; i < inTurn; i++) await credential.getCredential()
      return source.asked()
    }),
    1
  )
)

const batch = 2000
await withSource(60 * minute, async (source) => {
  const runtime = ManagedRuntime.make(fromUri(source.uri))
  const { get } = await runtime.runPromise(Credentials.Credentials)
  const credential = officialFromUri(source.uri)
  await credential.getCredential()
  // until it is compiled
  for (let i = 0; i < (quick ? 50 : 500); i++) await runtime.runPromise(Effect.repeatN(get, batch - 1))
  const { medians } = await race(
    {
      ours: { batch, run: () => runtime.runPromise(Effect.repeatN(get, batch - 1)) },
      [peer]: {
        batch: 100,
        run: async () => {
          for (let i = 0; i < 100; i++) await credential.getCredential()
        }
      }
    },
    quick ? { rounds: 5, millis: 40 } : { rounds: 15, millis: 150 }
  )
  rows.push(row("a get that has nothing to wait for", "ns of CPU", 1e9 / medians.ours, 1e9 / medians[peer], 2000))
  await runtime.dispose()
})

rmSync(home, { recursive: true, force: true })
report("credentials", rows, { assert })
process.exit()
