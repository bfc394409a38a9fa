/**
 * The official credentials library, unmodified, against the emulator's Sts and metadata service: what it yields is accepted.
 * It has its addresses built in, so it runs in a process of its own, where those lead here.
 */
import type { Config } from "@alicloud/credentials"
import PopCore from "@alicloud/pop-core"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import { assert, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { recorder, refusesEveryByte } from "./support/tamper.js"

// each test starts processes, on a machine that may be busy
vi.setConfig({ testTimeout: 30_000 })

const execute = promisify(execFile)
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const certificate = path("../fixtures/tls/cert.pem")

interface Credential {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken: string
  readonly providerName: string
}
interface Identity {
  readonly AccountId: string
  readonly Arn: string
  readonly IdentityType: string
}

const account = "1234567890123456"
const roleArn = `acs:ram::${account}:role/deployer`
const good = { accessKeyId: "testid", accessKeySecret: "testsecret" }

/** a home that holds no profile, for the time of a test */
const home = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "credentials-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true }))
)

/** one emulator behind HTTP and HTTPS, and the library in front of it */
const setUp = (options: NodeEmulator.Options = {}) =>
  Effect.gen(function* () {
    const plain = yield* recorder(options)
    const [cert, key] = yield* Effect.promise(() =>
      Promise.all([readFile(certificate, "utf8"), readFile(path("../fixtures/tls/key.pem"), "utf8")])
    )
    const secure = yield* NodeEmulator.serve(plain.emulator, { cert, key })
    const HOME = yield* home
    // nothing but this, lest the machine has keys, or a proxy, of its own
    const env = {
      HOME,
      NODE_EXTRA_CA_CERTS: certificate,
      EMULATOR_HTTP_PORT: String(plain.port),
      EMULATOR_HTTPS_PORT: String(secure.port)
    }
    const script = ["--require", path("support/reroute.cjs"), path("support/credentials.cjs")]
    const ask = (
      config: Partial<Config> | null,
      more: Record<string, string> = {}
    ): Effect.Effect<Credential, string> =>
      Effect.promise(async (signal) => {
        const { stdout } = await execute(process.execPath, [...script, JSON.stringify(config)], {
          env: { ...env, ...more },
          signal
        })
        return JSON.parse(stdout) as { readonly credential: Credential } | { readonly error: string }
      }).pipe(Effect.flatMap((said) => ("error" in said ? Effect.fail(said.error) : Effect.succeed(said.credential))))
    const whoIs = (credential: Credential) => {
      const { accessKeyId, accessKeySecret, securityToken } = credential
      const client = new PopCore({
        accessKeyId,
        accessKeySecret,
        securityToken,
        endpoint: plain.url,
        apiVersion: "2015-04-01"
      })
      return Effect.promise(() => client.request<Identity>("GetCallerIdentity", {}))
    }
    const calls = Effect.map(plain.emulator.calls, (all) =>
      all.map(({ action, method, path, status }) => `${method} ${action ?? path} ${status}`)
    )
    return { arrived: plain.arrived, ask, calls, emulator: plain.emulator, home: HOME, url: plain.url, whoIs }
  })

const arnOf = (role: string, session: string) => `acs:ram::${account}:assumed-role/${role}/${session}`

describe("an assumed role", () => {
  const config = { type: "ram_role_arn", ...good, roleArn, roleSessionName: "probe" }
  const policy = JSON.stringify({ Version: "1", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] })

  it.scopedLive("of a key", () =>
    Effect.gen(function* () {
      const { ask, calls, whoIs } = yield* setUp()
      const credential = yield* ask({
        ...config,
        roleSessionExpiration: 900,
        externalId: "a:b/c",
        policy
      })
      assert.match(credential.accessKeyId, /^STS\./)
      assert.strictEqual(credential.providerName, "ram_role_arn/static_ak")
      assert.deepInclude(yield* whoIs(credential), {
        IdentityType: "AssumedRoleUser",
        AccountId: account,
        Arn: arnOf("deployer", "probe")
      })
      assert.deepStrictEqual(yield* calls, ["POST AssumeRole 200", "GET GetCallerIdentity 200"])
    })
  )

  it.scopedLive("of another role, in the network of a region", () =>
    Effect.gen(function* () {
      const { ask, whoIs } = yield* setUp()
      const first = yield* ask({ ...config, stsRegionId: "cn-hangzhou", enableVpc: true })
      const { accessKeyId, accessKeySecret, securityToken } = first
      const keys = { accessKeyId, accessKeySecret, securityToken }
      const second = yield* ask({ ...config, ...keys, roleArn: `${roleArn}2`, stsRegionId: "cn-hangzhou" })
      assert.strictEqual(second.providerName, "ram_role_arn/static_sts")
      assert.strictEqual((yield* whoIs(second)).Arn, arnOf("deployer2", "probe"))
    })
  )

  it.scopedLive("is refused in the words of the gateway", () =>
    Effect.gen(function* () {
      const { ask, calls } = yield* setUp()
      // it says so only if the gateway echoes the very text that it has signed
      assert.strictEqual(
        yield* Effect.flip(ask({ ...config, accessKeySecret: "wrongsecret" })),
        "the access key secret is invalid"
      )
      const failed = (change: object) => Effect.flip(ask({ ...config, ...change }))
      assert.match(
        yield* failed({ accessKeyId: "strangerid" }),
        /^refresh session token failed: .*"Code":"InvalidAccessKeyId.NotFound","Message":"Specified access key is not found\."/
      )
      assert.match(
        yield* failed({ roleArn: "acs:ram::6543210987654321:role/deployer" }),
        /^refresh session token failed: .*"Code":"EntityNotExist.Role"/
      )
      assert.match(
        yield* failed({ roleSessionName: "a b" }),
        /"Code":"InvalidParameter.RoleSessionName","Message":"The parameter RoleSessionName is wrongly formed\."/
      )
      assert.deepStrictEqual(yield* calls, [
        "POST AssumeRole 400",
        "POST AssumeRole 404",
        "POST AssumeRole 404",
        "POST AssumeRole 400"
      ])
    })
  )

  // The other flows are not signed: a token of another issuer, the metadata service, a credentials URI. That of an RSA key pair
  // signs, but sends what it has signed to the metadata service, where nobody looks at it.
  it.scopedLive("is refused once a byte of what is signed has changed on the way", () =>
    Effect.gen(function* () {
      const { arrived, ask } = yield* setUp()
      const { accessKeyId, accessKeySecret, securityToken } = yield* ask({ ...config, externalId: "a:b/c", policy })
      const temporary = { accessKeyId, accessKeySecret, securityToken }
      yield* ask({ ...config, ...temporary })
      assert.strictEqual(arrived.length, 2)
      assert.isAbove(yield* refusesEveryByte(arrived, [Key.test, Key.sts(temporary)]), 1000)
    })
  )
})

describe("a token of another issuer", () => {
  const claims = { iss: "https://oidc.example.com", sub: "system:app", aud: "sts.aliyuncs.com" }
  const jwt = (seconds: number) => {
    const exp = Math.floor(Date.now() / 1000) + seconds
    const parts = [JSON.stringify({ alg: "RS256" }), JSON.stringify({ ...claims, exp }), "not a signature"]
    return parts.map((part) => Buffer.from(part).toString("base64url")).join(".")
  }
  const config = (oidcTokenFilePath: string) => ({
    type: "oidc_role_arn",
    roleArn,
    oidcProviderArn: `acs:ram::${account}:oidc-provider/example`,
    oidcTokenFilePath,
    roleSessionName: "probe"
  })

  it.scopedLive("is exchanged", () =>
    Effect.gen(function* () {
      const { ask, calls, home, whoIs } = yield* setUp()
      const file = join(home, "token")
      yield* Effect.promise(() => writeFile(file, jwt(600)))
      const credential = yield* ask(config(file))
      assert.strictEqual(credential.providerName, "oidc_role_arn")
      assert.strictEqual((yield* whoIs(credential)).Arn, arnOf("deployer", "probe"))
      assert.deepStrictEqual(yield* calls, ["POST AssumeRoleWithOIDC 200", "GET GetCallerIdentity 200"])
    })
  )

  it.scopedLive("is refused when it has ended, or is none", () =>
    Effect.gen(function* () {
      const { ask, home } = yield* setUp()
      const file = join(home, "token")
      yield* Effect.promise(() => writeFile(file, jwt(-1)))
      const expired = yield* Effect.flip(ask(config(file)))
      assert.match(expired, /^get sts token failed with OIDC: .*"Code":"AuthenticationFail.OIDCToken.Expired"/)
      yield* Effect.promise(() => writeFile(file, "no token"))
      const invalid = yield* Effect.flip(ask(config(file)))
      assert.match(invalid, /^get sts token failed with OIDC: .*"Code":"AuthenticationFail.OIDCToken.Invalid"/)
    })
  )
})

describe("the role of the machine", () => {
  const config = { type: "ecs_ram_role" }
  const session = arnOf("EmulatorRole", "vm-ram-i-bp1emulator000000001")
  const root = "/latest/meta-data/ram/security-credentials/"

  it.scopedLive("is found by itself", () =>
    Effect.gen(function* () {
      const { ask, calls, whoIs } = yield* setUp()
      const credential = yield* ask({ ...config, disableIMDSv1: true })
      assert.strictEqual(credential.providerName, "ecs_ram_role")
      assert.deepInclude(yield* whoIs(credential), { IdentityType: "AssumedRoleUser", Arn: session })
      assert.deepStrictEqual(yield* calls, [
        "PUT /latest/api/token 200",
        `GET ${root} 200`,
        "PUT /latest/api/token 200",
        `GET ${root}EmulatorRole 200`,
        "GET GetCallerIdentity 200"
      ])
    })
  )

  it.scopedLive("is given by name", () =>
    Effect.gen(function* () {
      const { ask, calls, whoIs } = yield* setUp({ metadata: { roleName: "Mine" } })
      const credential = yield* ask({ ...config, roleName: "Mine" })
      assert.strictEqual((yield* whoIs(credential)).Arn, session.replace("EmulatorRole", "Mine"))
      assert.deepStrictEqual(yield* calls, [
        "PUT /latest/api/token 200",
        `GET ${root}Mine 200`,
        "GET GetCallerIdentity 200"
      ])
      const other = yield* Effect.flip(ask({ ...config, roleName: "Other", disableIMDSv1: true }))
      assert.strictEqual(other, "get sts token failed, httpStatus: 404, message = Not Found")
    })
  )

  it.scopedLive("is told without a token where that is allowed", () =>
    Effect.gen(function* () {
      const { ask, calls, emulator, whoIs } = yield* setUp({ metadata: { tokens: "optional" } })
      const noTokens = Fault.error({ status: 404, code: "NotFound" })
      yield* emulator.fault(noTokens, { product: "Metadata", action: "/latest/api/token" })
      assert.strictEqual((yield* whoIs(yield* ask(config))).Arn, session)
      assert.deepStrictEqual(yield* calls, [
        "PUT /latest/api/token 404",
        `GET ${root} 200`,
        "PUT /latest/api/token 404",
        `GET ${root}EmulatorRole 200`,
        "GET GetCallerIdentity 200"
      ])
      const strict = yield* Effect.flip(ask({ ...config, disableIMDSv1: true }))
      assert.strictEqual(strict, "get metadata token failed with 404")
    })
  )

  it.scopedLive("is not told without a token elsewhere", () =>
    Effect.gen(function* () {
      const { ask, emulator } = yield* setUp()
      const noTokens = Fault.error({ status: 404, code: "NotFound" })
      yield* emulator.fault(noTokens, { product: "Metadata", action: "/latest/api/token" })
      const refused = yield* Effect.flip(ask(config))
      assert.strictEqual(refused, `get role name failed: GET http://100.100.100.200${root} 403`)
    })
  )

  it.scopedLive("ends the default chain, where nothing else is set", () =>
    Effect.gen(function* () {
      const { ask, whoIs } = yield* setUp()
      const credential = yield* ask(null)
      assert.strictEqual(credential.providerName, "default/ecs_ram_role")
      assert.strictEqual((yield* whoIs(credential)).Arn, session)
    })
  )
})

describe("a credentials URI", () => {
  const config = (url: string) => ({
    type: "credentials_uri",
    credentialsURI: `${url}/latest/meta-data/ram/security-credentials/EmulatorRole`
  })

  it.scopedLive("can be that of the metadata service", () =>
    Effect.gen(function* () {
      const { ask, url, whoIs } = yield* setUp({ metadata: { tokens: "optional" } })
      const credential = yield* ask(config(url))
      assert.strictEqual(credential.providerName, "credential_uri")
      assert.strictEqual((yield* whoIs(credential)).IdentityType, "AssumedRoleUser")
    })
  )

  it.scopedLive("gives nothing where a token is asked for", () =>
    Effect.gen(function* () {
      const { ask, url } = yield* setUp()
      const refused = yield* Effect.flip(ask(config(url)))
      assert.strictEqual(refused, "get sts token failed, httpStatus: 403, message = Forbidden.")
    })
  )
})
