/** The seed's choice of a signer, and the requests by which it gets temporary keys, row by row. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
import * as Region from "@effect-aliyun/core/Region"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Digest from "@effect-aliyun/core/Digest"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Verification from "@effect-aliyun/protocol/Verification"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as TestClock from "effect/TestClock"
import { differing, type Failure, named, type Outcome, rows, rowsOf } from "./support/behaviour.js"
import { type Answer, paramsOf, recordedFactsOf, factsOf, recording } from "./support/recording.js"

type Services = Credentials.Credentials | Signer.Signer | HttpClient.HttpClient

/** as Sts and the metadata service write it */
const dateOf = (millis: number) => new Date(millis).toISOString().replace(/\.\d+Z/, "Z")

const actionOf = (raw: RawRequest.RawRequest) => RawRequest.header(raw, "x-acs-action") ?? raw.method

/** Sts, the metadata service (asked by PUT and GET) and a product in one; what arrives is kept */
const world = (answers: Readonly<Record<string, (raw: RawRequest.RawRequest) => Answer | "broken">> = {}) => {
  const usual = (raw: RawRequest.RawRequest, now: number): unknown => {
    const Expiration = dateOf(now + 1000 * Number(paramsOf(raw)["DurationSeconds"] ?? 3600))
    switch (actionOf(raw)) {
      case "AssumeRole":
        return { Credentials: { AccessKeyId: "sak", AccessKeySecret: "ssk", SecurityToken: "tok", Expiration } }
      case "GenerateSessionAccessKey":
        return { SessionAccessKey: { SessionAccessKeyId: "sak", SessionAccessKeySecret: "ssk", Expiration } }
      case "GET":
        return { Code: "Success", AccessKeyId: "sak", AccessKeySecret: "ssk", SecurityToken: "tok", Expiration }
      case "PUT":
        return 1
      default:
        return { RequestId: "R" }
    }
  }
  return recording((raw, now) => answers[actionOf(raw)]?.(raw) ?? { body: JSON.stringify(usual(raw, now)) })
}

const keyOf = (id: string) => {
  const found = rows.find((row) => row.id === id)?.input as { readonly privateKeyPem: string }
  return found.privateKeyPem
}
const privateKey = keyOf("rsa/first-call-3600")

const base = Credential.accessKey({ accessKeyId: "baseid", accessKeySecret: "basesecret" })
const token = Credential.sts({ accessKeyId: "a", accessKeySecret: "b", securityToken: "c" })
const roleArn = "acs:ram::123:role/r"

describe("who signs", () => {
  interface Given {
    readonly options: {
      readonly ak?: string
      readonly secret?: string
      readonly public_key_id?: string
      readonly session_period?: number
    }
    readonly env: Readonly<Record<string, string>>
    readonly credential: string | null
  }
  interface Chosen {
    readonly signer?: string | null
    readonly accessKeyId?: string
    readonly error?: Failure
  }

  const fromEnvironment = Credentials.layerConfig({
    accessKeyId: Config.string("ALIYUN_ACCESS_KEY_ID"),
    accessKeySecret: Config.redacted("ALIYUN_ACCESS_KEY_SECRET")
  })

  const byClass: Readonly<Record<string, Credentials.Provider<Signer.Signer | HttpClient.HttpClient>>> = {
    AccessKeyCredential: Credentials.fixed(Credential.accessKey({ accessKeyId: "a", accessKeySecret: "b" })),
    StsTokenCredential: Credentials.fixed(token),
    RamRoleArnCredential: RamRoleArn.provider({ source: Credentials.fixed(base), roleArn }),
    EcsRamRoleCredential: EcsRamRole.provider({ roleName: "my-role" }),
    RsaKeyPairCredential: RsaKeyPair.provider({ publicKeyId: "p", privateKey })
  }

  /** what a program writes that has been given these */
  const layerOf = ({ credential, env, options }: Given) => {
    if (options.ak !== undefined) {
      return Credentials.layerAccessKey({ accessKeyId: options.ak, accessKeySecret: options.secret ?? "" })
    }
    const rsa = RsaKeyPair.provider({ publicKeyId: "p", privateKey, durationSeconds: options.session_period })
    const providers = [
      ...(credential === null ? [] : [byClass[credential] ?? Credentials.fixed({ _tag: credential } as never)]),
      ...(options.public_key_id === undefined ? [] : [rsa])
    ]
    return Object.keys(env).length > 0 && credential === null ? fromEnvironment : Credentials.layer(...providers)
  }

  /** what each signer of the seed signs with: tag and provider */
  const kinds: Readonly<Record<string, readonly [tag: string, provider: string]>> = {
    AccessKeySigner: ["AccessKey", "static"],
    StsTokenSigner: ["Sts", "static"],
    RamRoleArnSigner: ["Sts", "ram_role_arn/static"],
    EcsRamRoleSigner: ["Sts", "ecs_ram_role"],
    RsaKeyPairSigner: ["AccessKey", "rsa_key_pair"]
  }

  const chosen = (given: Given) =>
    Effect.flatMap(Credentials.Credentials, ({ get }) => get).pipe(
      Effect.provide(layerOf(given)),
      Effect.provide(Layer.merge(world().layer, Signer.layer)),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(given.env)))),
      Effect.either
    )

  it.effect.each(named(rowsOf<Given, Chosen>("signerFactory")))("%s", ([id, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      if (id === "signer/env-half") {
        // the seed goes on to the next in silence; here who asks for the key of the environment is told what is missing
        const half = yield* chosen({ ...input, credential: null })
        assert.include(String(half._tag === "Left" && half.left), "ALIYUN_ACCESS_KEY_SECRET")
        return assert.strictEqual((yield* chosen(input))._tag, "Right")
      }
      const outcome = yield* chosen(input)
      const isRefused =
        expected.error !== undefined || id === "signer/empty-strings" || id === "signer/unknown-credential"
      if (isRefused) {
        const error = outcome._tag === "Left" ? outcome.left : assert.fail("a credential")
        if (error._tag !== "ClientException") return assert.fail(String(error))
        const code = quirk === undefined && !differing.includes(id) ? expected.error?.code : "SDK.InvalidCredential"
        assert.strictEqual(error.code, code)
        return
      }
      const credential = outcome._tag === "Right" ? outcome.right : assert.fail(String(outcome.left))
      const [tag = "", provider = ""] = kinds[quirk === undefined ? (expected.signer ?? "") : "StsTokenSigner"] ?? []
      assert.deepStrictEqual([credential._tag, credential.provider ?? "static"], [tag, provider])
      if (expected.accessKeyId !== undefined && quirk === undefined) {
        assert.strictEqual("accessKeyId" in credential && credential.accessKeyId, expected.accessKeyId)
      }
    })
  )
})

describe("temporary keys", () => {
  interface Flow {
    readonly regionId?: string
    readonly now?: string
    readonly nonce?: string
    readonly nowEpoch?: number
    readonly sessionName?: string
    readonly sessionPeriod?: number
    readonly secondsSinceFetch?: number
    readonly roleName?: string
    readonly metadataBody?: string
    readonly httpStatus?: number
    readonly code?: string
    readonly message?: string
    readonly messageTemplate?: string
    readonly body?: string
    readonly answer?: string
  }
  interface Recorded extends Outcome {
    readonly requests?: ReadonlyArray<{ readonly method: string; readonly url: string }>
    readonly metadataUrl?: string
    readonly roleSessionName?: string
    readonly refreshed?: boolean
  }

  const call = AcsClient.rpc({
    product: "Ecs",
    version: "2014-05-26",
    action: "Unlisted",
    endpoint: "ecs.aliyuncs.com",
    protocol: "http"
  })

  const providerOf = (id: string, input: Flow): Credentials.Provider<Signer.Signer | HttpClient.HttpClient> => {
    if (id.startsWith("rsa/")) {
      return RsaKeyPair.provider({ publicKeyId: "pubid", privateKey, durationSeconds: input.sessionPeriod })
    }
    if (id.startsWith("ecs/")) return EcsRamRole.provider({ roleName: input.roleName ?? "my-role" })
    const roleSessionName = input.sessionName === "" ? undefined : (input.sessionName ?? "sess")
    return RamRoleArn.provider({ source: Credentials.fixed(base), roleArn, roleSessionName })
  }

  const inCase = <A, E>(
    id: string,
    input: Flow,
    place: ReturnType<typeof world>,
    self: Effect.Effect<A, E, Services>,
    provider = providerOf(id, input)
  ) =>
    TestClock.setTime(
      input.nowEpoch === undefined ? Date.parse(input.now ?? "2018-12-04T04:03:12Z") : input.nowEpoch * 1000
    ).pipe(
      Effect.zipRight(self),
      Effect.provide(
        Credentials.layer(provider).pipe(
          Layer.provideMerge(Layer.mergeAll(Signer.layerV1, place.layer)),
          Layer.provideMerge(Nonce.layer(Effect.succeed(input.nonce ?? "7e1c7d12-7551-4856-8abb-1938ccac6bcc"))),
          Layer.provideMerge(Region.layer(input.regionId ?? "cn-hangzhou"))
        )
      ),
      RetryPolicy.withPolicy(RetryPolicy.none)
    )

  const all = rowsOf<Flow, Recorded>("credentialFlow")
  const part = (pattern: RegExp) => named(all.filter(({ id }) => pattern.test(id)))

  const firsts = part(/first-call|ecs\/ok/)
  const refreshes = part(/refresh/)
  const failures = part(/refused|network|without|failed|no-code|not-json/)
  it("are all there", () => assert.strictEqual(firsts.length + refreshes.length + failures.length, all.length - 1))

  it.effect.each(firsts)("%s", ([id, { expected, input }]) =>
    Effect.gen(function* () {
      const place = world(input.metadataBody === undefined ? {} : { GET: () => ({ body: input.metadataBody ?? "" }) })
      yield* inCase(id, input, place, call)
      const [forKeys, signedByThem] = [place.arrived.slice(0, -1), place.arrived.slice(-1)]
      const theirs = (expected.requests ?? []).map(recordedFactsOf)
      // the call itself, its signature by the new key included
      assert.deepStrictEqual(signedByThem.map(factsOf), theirs.slice(-1))
      if (expected.metadataUrl !== undefined) {
        // the seed asks for no token
        assert.deepStrictEqual(
          forKeys.map((raw) => `${raw.method} http://${RawRequest.header(raw, "host")}${raw.target}`),
          ["PUT http://100.100.100.200/latest/api/token", `GET ${expected.metadataUrl}`]
        )
        return
      }
      const [asked] = forKeys.map(factsOf)
      const [recorded] = theirs
      if (!differing.includes(id)) return assert.deepStrictEqual(asked, recorded)
      // the seed asks by GET; the method is signed along, the rest is the same
      assert.deepStrictEqual([asked?.method, recorded?.method], ["POST", "GET"])
      const withoutSignature = (params: Readonly<Record<string, string>> = {}) => ({ ...params, Signature: "" })
      assert.deepStrictEqual(withoutSignature(asked?.params), withoutSignature(recorded?.params))
    })
  )

  it.effect.each(part(/session-name/))("%s", ([id, { expected, input }]) =>
    Effect.gen(function* () {
      const place = world()
      yield* inCase(id, input, place, call)
      const name = paramsOf(place.arrived[0] ?? assert.fail("nothing was asked"))["RoleSessionName"] ?? ""
      // who, and when: there in seconds, here in milliseconds
      assert.strictEqual(expected.roleSessionName, `aliyun-python-sdk-${input.nowEpoch}`)
      assert.strictEqual(name, `effect-aliyun-${(input.nowEpoch ?? 0) * 1000}`)
    })
  )

  /** whether the keys are asked for again, where the moment is drawn as `draw` */
  const isRefreshed = (id: string, input: Flow, draw: number) =>
    Effect.gen(function* () {
      let given = 0
      const place = world({
        GET: () => {
          given++
          // the first of them ends 108 s after it was fetched
          const Expiration = dateOf(Date.parse("2018-12-04T04:03:12Z") + (given === 1 ? 108_000 : 36_000_000))
          const keys = { AccessKeyId: "sak", AccessKeySecret: "ssk", SecurityToken: "tok" }
          return { body: JSON.stringify({ Code: "Success", ...keys, Expiration }) }
        }
      })
      const provider = providerOf(id, input)
      let asked = 0
      const resolve = Effect.suspend(() => {
        asked++
        return provider.resolve
      })
      const get = Effect.flatMap(Credentials.Credentials, (credentials) => credentials.get)
      const program = get.pipe(
        Effect.zipRight(TestClock.adjust((input.secondsSinceFetch ?? 0) * 1000)),
        Effect.zipRight(get)
      )
      yield* inCase(id, input, place, program, { ...provider, resolve }).pipe(Effect.withRandom(Random.fixed([draw])))
      return asked > 1
    })

  it.effect.each(refreshes)("%s", ([id, { expected, input }]) =>
    Effect.gen(function* () {
      const drawn = [yield* isRefreshed(id, input, 0), yield* isRefreshed(id, input, 1)]
      const { refreshed = false } = expected
      assert.deepStrictEqual(
        drawn,
        !differing.includes(id)
          ? [refreshed, refreshed]
          : id.startsWith("ecs/")
            ? // by the end that the service told, which has long passed
              [true, true]
            : // at a moment drawn from 0.75 to 0.86 of their time, so that not all programs ask at once
              [true, false]
      )
    })
  )

  /** what `tried` says where the seed fails in another way, or with an error of Python's */
  const said: Readonly<Record<string, RegExp>> = {
    "ram-role-arn/refused": /NoPermission.*HTTP 403.*RequestId R/,
    "ram-role-arn/network-error": /the connection broke/,
    "ram-role-arn/200-without-credentials": /no Credentials/,
    "rsa/refused-400-Other": /Other.*HTTP 400.*RequestId R/,
    "rsa/refused-400-server-echoes-our-text": /InvalidAccessKeySecret.*HTTP 400.*RequestId R/,
    "ecs/failed": /Failed/,
    "ecs/no-code": /Code/,
    "ecs/not-json": /JSON/
  }

  it.effect.each(failures)("%s", ([id, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      const { digest } = yield* Digest.Digest
      const refusal = (raw: RawRequest.RawRequest): Answer | "broken" => {
        if (input.answer !== undefined) return "broken"
        const claim = Verification.read(raw, digest)
        const echo = claim._tag === "Claim" ? claim.stringToSign : ""
        const Message = input.message ?? input.messageTemplate?.replace("{sts}", () => echo)
        return {
          status: input.httpStatus ?? 200,
          body: input.metadataBody ?? input.body ?? JSON.stringify({ Code: input.code, Message, RequestId: "R" })
        }
      }
      const place = world({ GET: refusal, AssumeRole: refusal, GenerateSessionAccessKey: refusal })
      const error: AcsError.AcsError = yield* Effect.flip(inCase(id, input, place, call))
      const isSame = quirk === undefined && !differing.includes(id)
      assert.strictEqual(error._tag as string, isSame ? expected.error?.kind : "ClientException")
      assert.strictEqual(error.code, isSame ? expected.error?.code : "SDK.InvalidCredential")
      const reason = error._tag === "ClientException" ? error.reason : assert.fail(error.message)
      const tried = reason._tag === "CredentialsUnavailable" ? reason.tried : []
      assert.match(tried[0]?.why ?? "", said[id] ?? new RegExp(`${input.code}.*HTTP ${input.httpStatus}.*RequestId R`))
      if (id === "rsa/refused-400-server-echoes-our-text") assert.include(tried[0]?.hint, "privateKey belongs to")
    })
  )
})
