import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Digest from "@effect-aliyun/core/Digest"
import * as Signer from "@effect-aliyun/core/Signer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createHash, createHmac, generateKeyPairSync, verify } from "node:crypto"

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
const der = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64")
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString()

describe("Digest", () => {
  const { digest, signRsaSha256 } = Digest.portable

  it("equals node:crypto", () => {
    for (const text of ["", "abc", "中文🚀", "x".repeat(1000)]) {
      assert.strictEqual(digest.sha256Hex(text), createHash("sha256").update(text).digest("hex"))
      assert.strictEqual(digest.md5Base64(text), createHash("md5").update(text).digest("base64"))
      const bytes = new TextEncoder().encode(text)
      assert.strictEqual(digest.sha256Hex(bytes), digest.sha256Hex(text))
      for (const key of ["k", "密钥&", "k".repeat(100)]) {
        assert.strictEqual(digest.hmacSha256Hex(key, text), createHmac("sha256", key).update(text).digest("hex"))
        assert.strictEqual(digest.hmacSha256Base64(key, text), createHmac("sha256", key).update(text).digest("base64"))
        assert.strictEqual(digest.hmacSha1Base64(key, text), createHmac("sha1", key).update(text).digest("base64"))
      }
    }
  })

  it.effect("signs with RSA, from PKCS#8 or PKCS#1, as PEM or base64, in one line or many", () =>
    Effect.gen(function* () {
      for (const key of [pem, der, pkcs1, der.replace(/(.{64})/g, "$1\n")]) {
        const signature = yield* signRsaSha256(Redacted.make(key), "text 中")
        assert.isTrue(verify("sha256", Buffer.from("text 中"), publicKey, signature))
      }
    })
  )

  it.effect("says what is wrong with a key, and not the key", () =>
    Effect.gen(function* () {
      for (const key of ["", "CANARY?", "Q0FOQVJZ"]) {
        const why = yield* Effect.flip(signRsaSha256(Redacted.make(key), "text"))
        assert.include(why, "private key")
        assert.notInclude(why, "CANARY")
      }
    })
  )
})

describe("key pairs", () => {
  const call = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GenerateSessionAccessKey" })
  const run = (signer: Layer.Layer<Signer.Signer>, privateKey: string) =>
    Effect.zipRight(call, AcsTest.calls).pipe(
      Effect.provide(
        Layer.merge(
          Credentials.layer(Credentials.fixed(Credential.keyPair({ accessKeyId: "publickeyid", privateKey }))),
          signer
        ).pipe(Layer.provideMerge(AcsTest.layer(() => ({ json: {} }))))
      )
    )

  it.effect("sign with ACS3-RSA-SHA256 and SHA256withRSA", () =>
    Effect.gen(function* () {
      const [acs3] = yield* run(Signer.layer, pem)
      assert.match(
        acs3?.headers["authorization"] ?? "",
        /^ACS3-RSA-SHA256 Credential=publickeyid,.*Signature=[0-9a-f]{512}$/
      )
      const [v1] = yield* run(Signer.layerV1, der)
      assert.isUndefined(v1?.headers["authorization"])
      assert.strictEqual(v1?.action, "GenerateSessionAccessKey")
    })
  )

  it.effect("that are no keys fail as credentials", () =>
    Effect.gen(function* () {
      for (const signer of [Signer.layer, Signer.layerV1]) {
        const error = yield* Effect.flip(run(signer, "CANARY?"))
        assert.strictEqual(error._tag === "ClientException" && error.code, "SDK.InvalidCredential")
        assert.notInclude(error.message, "CANARY")
      }
    })
  )
})

describe("SM3", () => {
  const call = AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
  const key = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })
  const sm3 = Digest.layer({
    ...Digest.portable,
    digest: {
      ...Digest.portable.digest,
      sm3Hex: (data) => createHash("sm3").update(data).digest("hex"),
      hmacSm3Hex: (secret, data) => createHmac("sm3", secret).update(data).digest("hex")
    }
  })
  const services = AcsTest.layer(() => ({ json: {} }))

  it.effect("signs where the Digest has it", () =>
    Effect.gen(function* () {
      yield* call
      const [arrived] = yield* AcsTest.calls
      assert.match(arrived?.headers["authorization"] ?? "", /^ACS3-HMAC-SM3 /)
      // of an empty body
      assert.strictEqual(arrived?.headers["x-acs-content-sha256"], createHash("sm3").update("").digest("hex"))
    }).pipe(Effect.provide(Layer.merge(key, Signer.layerSm3).pipe(Layer.provideMerge(services), Layer.provide(sm3))))
  )

  it.effect("says so where it does not", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(call)
      assert.include(error.message, "SM3 is not available")
    }).pipe(Effect.provide(Layer.merge(key, Signer.layerSm3).pipe(Layer.provideMerge(services))))
  )
})
