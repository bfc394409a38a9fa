/** What each provider needs is inferred: compiling this file is the test. */
import type { Credentials as Service } from "@effect-aliyun/core/Credentials"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as CredentialsUri from "@effect-aliyun/core/CredentialsUri"
import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
import * as OidcRole from "@effect-aliyun/core/OidcRole"
import * as RamRoleArn from "@effect-aliyun/core/RamRoleArn"
import * as RsaKeyPair from "@effect-aliyun/core/RsaKeyPair"
import type { Signer } from "@effect-aliyun/core/Signer"
import type { FileSystem } from "@effect/platform/FileSystem"
import type { HttpClient } from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const equals = <A, B>(_: Equals<A, B>): void => undefined

type Needs<P> = P extends Credentials.Provider<infer R> ? R : never

const roleArn = "acs:ram::1:role/a"
const ofEnv = RamRoleArn.provider({ source: Credentials.env, roleArn })
equals<typeof ofEnv, Credentials.Provider<Signer | HttpClient>>(true)

// a source brings what it needs itself
declare const file: Credentials.Provider<FileSystem>
const ofFile = RamRoleArn.provider({ source: file, roleArn })
equals<Needs<typeof ofFile>, FileSystem | Signer | HttpClient>(true)
const chained = RamRoleArn.provider({ source: ofFile, roleArn })
equals<Needs<typeof chained>, FileSystem | Signer | HttpClient>(true)

declare const token: Effect.Effect<Redacted.Redacted<string>, Credentials.Failed, FileSystem>
const oidc = OidcRole.provider({ roleArn, oidcProviderArn: "acs:ram::1:oidc-provider/a", token })
equals<Needs<typeof oidc>, FileSystem | Signer | HttpClient>(true)

// a key pair signs by itself
const rsa = RsaKeyPair.provider({ publicKeyId: "id", privateKey: "key" })
equals<Needs<typeof rsa>, HttpClient>(true)

// neither a metadata service nor a URI asks for a signature
const ecs = EcsRamRole.provider()
equals<Needs<typeof ecs>, HttpClient>(true)
const uri = CredentialsUri.provider({ uri: "http://127.0.0.1/" })
equals<Needs<typeof uri>, HttpClient>(true)

const chain = Credentials.layer(Credentials.env, oidc, chained, rsa, ecs, uri)
equals<typeof chain, Layer.Layer<Service, never, FileSystem | Signer | HttpClient>>(true)

// layers need the same
const layer = RamRoleArn.layer({ source: file, roleArn })
equals<typeof layer, Layer.Layer<Service, never, FileSystem | Signer | HttpClient>>(true)
const fromConfig = RamRoleArn.layerConfig(file, {
  roleArn: Config.string("ROLE"),
  externalId: Config.withDefault(Config.string("EXTERNAL_ID"), undefined)
})
equals<typeof fromConfig, Layer.Layer<Service, ConfigError, FileSystem | Signer | HttpClient>>(true)
const oidcFromConfig = OidcRole.layerConfig(token, {
  roleArn: Config.string("ROLE"),
  oidcProviderArn: Config.string("PROVIDER")
})
equals<typeof oidcFromConfig, typeof fromConfig>(true)
const rsaFromConfig = RsaKeyPair.layerConfig({ publicKeyId: Config.string("ID"), privateKey: Config.redacted("KEY") })
equals<typeof rsaFromConfig, Layer.Layer<Service, ConfigError, HttpClient>>(true)
const ecsFromConfig = EcsRamRole.layerConfig({
  roleName: Config.string("ROLE"),
  disabled: Config.boolean("OFF"),
  timeout: Config.duration("TIMEOUT")
})
equals<typeof ecsFromConfig, typeof rsaFromConfig>(true)
const uriFromConfig = CredentialsUri.layerConfig({ uri: Config.string("URI"), timeout: Config.duration("TIMEOUT") })
equals<typeof uriFromConfig, typeof rsaFromConfig>(true)
const tester = Credentials.layerTest()
equals<typeof tester, Layer.Layer<Service>>(true)
