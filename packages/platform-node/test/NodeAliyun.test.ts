import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as NodeAliyun from "@effect-aliyun/platform-node/NodeAliyun"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync, verify } from "node:crypto"

const request = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
const withEnv = (entries: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(entries))))

describe("NodeAliyun", () => {
  it.effect("takes the key from the environment and names the platform", () =>
    Effect.gen(function* () {
      const { signed } = yield* AcsClient.explain(request)
      const { headers } = Redacted.value(signed)
      assert.include(headers["authorization"], "Credential=id,")
      assert.match(headers["user-agent"] ?? "", /^AlibabaCloud \(\w+; \w+; Node\.js v\d+\.[^)]*\) effect-aliyun\//)
    }).pipe(
      Effect.provide(NodeAliyun.layer),
      withEnv({ ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" })
    )
  )

  it.effect("without a key is built all the same, and says what to set when one is needed", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(AcsClient.execute(request))
      assert.strictEqual(error._tag === "ClientException" && error.code, "SDK.InvalidCredential")
      assert.include(error.message, "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET")
      const tried = ["env", "oidc_role_arn", "cli_profile", "profile", "ecs_ram_role", "credential_uri"]
      for (const provider of tried) assert.include(error.message, `${provider}: `)
    }).pipe(Effect.provide(NodeAliyun.layer), withEnv({ ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true" }))
  )

  it.scoped(
    "fails with a proxy or a file of certificates in the environment that cannot be used, whichever layer",
    () =>
      Effect.gen(function* () {
        const key = { accessKeyId: Config.succeed("id"), accessKeySecret: Config.succeed(Redacted.make("secret")) }
        for (const layer of [NodeAliyun.layer, NodeAliyun.layerConfig(key)]) {
          yield* Layer.build(layer).pipe(withEnv({ HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY: "*" }))
          for (const [name, value] of [
            ["HTTPS_PROXY", "socks5://proxy.example"],
            ["ALIBABA_CLOUD_CA_BUNDLE", ""]
          ] as const) {
            const error = yield* Effect.flip(Layer.build(layer).pipe(withEnv({ [name]: value })))
            assert.isTrue(ConfigError.isConfigError(error))
            assert.include(String(error), name)
          }
        }
      })
  )

  it.effect("takes a key from configuration", () =>
    Effect.gen(function* () {
      const { signed } = yield* AcsClient.explain(request)
      assert.include(Redacted.value(signed).headers["authorization"], "Credential=mine,")
    }).pipe(
      Effect.provide(
        NodeAliyun.layerConfig({ accessKeyId: Config.string("KEY_ID"), accessKeySecret: Config.redacted("KEY_SECRET") })
      ),
      withEnv({ KEY_ID: "mine", KEY_SECRET: "secret" })
    )
  )
})

describe("NodeDigest.service", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" })

  it.effect("signs with RSA keys in every form", () =>
    Effect.gen(function* () {
      for (const type of ["pkcs8", "pkcs1"] as const) {
        const pem = privateKey.export({ type, format: "pem" }).toString()
        const der = privateKey.export({ type, format: "der" }).toString("base64")
        for (const key of [pem, der, der.replace(/(.{64})/g, "$1\n")]) {
          const signature = yield* NodeDigest.service.signRsaSha256(Redacted.make(key), "text 中")
          assert.isTrue(verify("sha256", Buffer.from("text 中"), publicKey, signature))
        }
      }
    })
  )

  it.effect("says what is wrong with a key, and not the key", () =>
    Effect.gen(function* () {
      for (const key of ["", "CANARY", "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----", String(ec)]) {
        const why = yield* Effect.flip(NodeDigest.service.signRsaSha256(Redacted.make(key), "text"))
        assert.include(why, "the private key is no RSA key")
      }
    })
  )
})
