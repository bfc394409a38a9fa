/**
 * Clients that no one here wrote, against the emulator's server: each makes calls that are accepted, and one with a wrong
 * secret that is refused as the gateway does.
 */
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import PopCore from "@alicloud/pop-core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { generateKeyPairSync } from "node:crypto"
import { createRequire } from "node:module"
import { recorder, refusesEveryByte } from "./support/tamper.js"

// CommonJS with a default export beside named ones: `require` is the one way in that compilers and runners agree on
const {
  $OpenApiUtil,
  OpenApiUtil,
  default: OpenApiCore
} = createRequire(import.meta.url)("@alicloud/openapi-core") as typeof import("@alicloud/openapi-core")

const $OpenApiClient = createRequire(import.meta.url)(
  "@alicloud/openapi-client"
) as typeof import("@alicloud/openapi-client")
const { default: OpenApiClient } = $OpenApiClient

const good = { accessKeyId: "testid", accessKeySecret: "testsecret" }
const wrong = { accessKeyId: "testid", accessKeySecret: "wrongsecret" }
type Keys = typeof good

/** what the peers throw is what they make of the gateway's answer */
interface PeerError {
  readonly code: string
  readonly message: string
  readonly statusCode?: number
  readonly data?: { readonly Code: string; readonly RequestId: string; readonly statusCode?: number }
}

const call = <A>(run: () => Promise<A>): Effect.Effect<A, PeerError> =>
  Effect.tryPromise({ try: run, catch: (error) => error as PeerError })

/** the declarations of pop-core leave its ROA client out */
interface PopRoaClient {
  readonly get: <A>(path: string, query?: object, headers?: object, options?: object) => Promise<A>
  readonly post: <A>(path: string, query?: object, body?: string, headers?: object, options?: object) => Promise<A>
}
const { ROAClient } = PopCore as unknown as { readonly ROAClient: new (config: PopCore.Config) => PopRoaClient }

/** sorted by code point these stand the other way round than in a dictionary */
const unordered = { Ze: "1", ZO: "2" }

interface Instances {
  readonly TotalCount: number
  readonly Instances: { readonly Instance: ReadonlyArray<{ readonly InstanceName: string }> }
}
interface Identity {
  readonly AccountId: string
}
interface Cluster {
  readonly name: string
}

describe("@alicloud/pop-core", () => {
  const rpc = (url: string, keys: Keys, apiVersion = "2014-05-26") =>
    new PopCore({ ...keys, endpoint: url, apiVersion })
  const roa = (url: string, keys: Keys) => new ROAClient({ ...keys, endpoint: url, apiVersion: "2015-12-15" })

  for (const method of ["GET", "POST"]) {
    it.scopedLive(`RPC by ${method}`, () =>
      Effect.gen(function* () {
        const { emulator, url } = yield* NodeEmulator.make()
        const query = {
          regionId: "cn-hangzhou",
          pageSize: 2,
          status: "Running",
          ...unordered,
          note: [{ key: "a b*", value: "~'()中" }]
        }
        const body = yield* call(() => rpc(url, good).request<Instances>("describeInstances", query, { method }))
        assert.strictEqual(body.TotalCount, 3)
        assert.strictEqual(body.Instances.Instance.length, 2)
        const identity = yield* call(() =>
          rpc(url, good, "2015-04-01").request<Identity>("GetCallerIdentity", {}, { method })
        )
        assert.strictEqual(identity.AccountId, "1234567890123456")

        const error = yield* Effect.flip(call(() => rpc(url, wrong).request("DescribeRegions", {}, { method })))
        assert.strictEqual(error.code, "SignatureDoesNotMatch")
        assert.strictEqual(error.data?.Code, "SignatureDoesNotMatch")
        const unknown = yield* Effect.flip(call(() => rpc(url, good).request("FlyToTheMoon", {}, { method })))
        assert.strictEqual(unknown.code, "InvalidAction.NotFound")
        assert.deepStrictEqual(
          (yield* emulator.calls).map((each) => `${each.method} ${each.action} ${each.verdict}`),
          [
            `${method} DescribeInstances Accepted`,
            `${method} GetCallerIdentity Accepted`,
            `${method} DescribeRegions Refused`,
            `${method} FlyToTheMoon Accepted`
          ]
        )
      })
    )
  }

  it.scopedLive("ROA", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const clusters = yield* call(() =>
        roa(url, good).get<ReadonlyArray<Cluster>>("/clusters", { name: "prod", a: "", ...unordered })
      )
      assert.deepStrictEqual(
        clusters.map(({ name }) => name),
        ["production"]
      )
      const error = yield* Effect.flip(call(() => roa(url, wrong).get("/clusters")))
      assert.deepInclude(error, { code: "SignatureDoesNotMatch", statusCode: 400 })
      const posted = yield* Effect.flip(
        call(() => roa(url, good).post("/nothing", {}, '{"name":"中"}', { "content-type": "application/json" }))
      )
      assert.deepInclude(posted, { code: "InvalidAction.NotFound", statusCode: 404 })
    })
  )
})

/** what the two cores have in common; the fields of their settings go by the same names */
interface Core {
  readonly client: (settings: object) => {
    readonly callApi: (params: never, request: never, runtime: never) => Promise<Record<string, unknown>>
  }
  readonly params: (settings: object) => unknown
  readonly request: (settings: object) => unknown
  /** where an error has the status of the answer */
  readonly statusOf: (error: PeerError) => number | undefined
}

const cores: Record<string, Core> = {
  "@alicloud/openapi-core": {
    client: (settings) => new OpenApiCore(new $OpenApiUtil.Config(settings)),
    params: (settings) => new $OpenApiUtil.Params(settings),
    request: (settings) => new $OpenApiUtil.OpenApiRequest(settings),
    statusOf: (error) => error.statusCode
  },
  "@alicloud/openapi-client": {
    client: (settings) => new OpenApiClient(new $OpenApiClient.Config(settings)),
    params: (settings) => new $OpenApiClient.Params(settings),
    request: (settings) => new $OpenApiClient.OpenApiRequest(settings),
    statusOf: (error) => error.data?.statusCode
  }
}

const rsaPair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "der" }
  })
const rsa = rsaPair()
const keys = [
  Key.test,
  Key.sts({ accessKeyId: "STS.id", accessKeySecret: "stssecret", securityToken: "sts/token+1=" }),
  Key.keyPair({ accessKeyId: "rsaid", publicKey: rsa.publicKey }),
  Key.bearer({ token: "bearer-token" })
]

const stsKeys = { accessKeyId: "STS.id", accessKeySecret: "stssecret", securityToken: "sts/token+1=" }
/** the cores take a private key for a secret */
const rsaSecret = (pair = rsaPair()) => ({ accessKeySecret: pair.privateKey.toString("base64") })
const rsaKeys = () => ({ accessKeyId: "rsaid", signatureAlgorithm: "ACS3-RSA-SHA256", ...rsaSecret(rsa) })
const wrongSecret = { accessKeySecret: "wrongsecret" }
const sm3 = { signatureAlgorithm: "ACS3-HMAC-SM3" }
const v2 = { signatureAlgorithm: "v2" }
const mismatch = "SignatureDoesNotMatch"

/** what the gateway says; what was to be signed shows the scheme */
const signed = (rpc: string, roa = rpc) => ({
  RPC: new RegExp(`Specified signature is not matched with our calculation. server string to sign is:${rpc}`),
  ROA: new RegExp(`Specified signature is not matched with our calculation. server string to sign is:${roa}`)
})
const version1 = signed("POST&%2F&AccessKeyId%3D", "GET\napplication/json\n")
const bearer = { RPC: /Specified bearer token is not found/, ROA: /Specified bearer token is not found/ }

/** how the cores sign; with whom they are let in, with whom not, and what they are told then */
const ways: Record<string, readonly [right: object, wrong: object, code: string, said: typeof bearer]> = {
  ACS3: [good, wrong, mismatch, signed("ACS3-HMAC-SHA256\n")],
  "ACS3 with STS": [stsKeys, { ...stsKeys, ...wrongSecret }, mismatch, signed("ACS3-HMAC-SHA256\n")],
  "ACS3 with SM3": [{ ...good, ...sm3 }, { ...wrong, ...sm3 }, mismatch, signed("ACS3-HMAC-SM3\n")],
  "ACS3 with RSA": [rsaKeys(), { ...rsaKeys(), ...rsaSecret() }, mismatch, signed("ACS3-RSA-SHA256\n")],
  "version 1": [{ ...good, ...v2 }, { ...wrong, ...v2 }, mismatch, version1],
  "version 1 with STS": [{ ...stsKeys, ...v2 }, { ...stsKeys, ...wrongSecret, ...v2 }, mismatch, version1],
  "a bearer token": [{ bearerToken: "bearer-token" }, { bearerToken: "wrong" }, "InvalidBearerToken", bearer],
  "a bearer token of version 1": [
    { bearerToken: "bearer-token", ...v2 },
    { bearerToken: "wrong", ...v2 },
    "InvalidBearerToken",
    bearer
  ]
}

const rpcParams = { style: "RPC", action: "DescribeInstances", version: "2014-05-26" }
const roaParams = { style: "ROA", action: "DescribeClusters", version: "2015-12-15", pathname: "/clusters" }

/** calls as somebody */
const caller = (core: Core, url: string, settings: object) => {
  const client = core.client({
    ...settings,
    endpoint: url.replace("http://", ""),
    protocol: "http",
    regionId: "cn-hangzhou",
    // its read timers outlive the calls, and this process with them
    readTimeout: 2000,
    connectTimeout: 2000
  })
  return (params: object, request: object) =>
    call(() =>
      client.callApi(
        core.params({
          protocol: "http",
          authType: "AK",
          pathname: "/",
          method: "POST",
          reqBodyType: "formData",
          bodyType: "json",
          ...params
        }) as never,
        core.request(request) as never,
        {} as never
      )
    )
}
const query = OpenApiUtil.query({ RegionId: "cn-hangzhou", ...unordered, Note: [{ Key: "a b*", Value: "~'()中" }] })

describe.each(Object.entries(cores))("%s", (_, core) => {
  describe.each(Object.entries(ways))("%s", (_, [right, wrong, code, said]) => {
    it.scopedLive("RPC", () =>
      Effect.gen(function* () {
        const { emulator, url } = yield* NodeEmulator.make({ keys })
        const ask = caller(core, url, right)
        const form = yield* ask(rpcParams, { query, body: { PageSize: 2, Name: "a b*'中" } })
        assert.strictEqual((form["body"] as Instances).TotalCount, 5)
        assert.strictEqual((form["body"] as Instances).Instances.Instance.length, 2)
        const json = yield* ask({ ...rpcParams, reqBodyType: "json" }, { query, body: { Name: "中" } })
        assert.strictEqual((json["body"] as Instances).TotalCount, 5)
        const bare = yield* ask({ ...rpcParams, method: "GET" }, { query })
        assert.strictEqual((bare["body"] as Instances).Instances.Instance.length, 5)

        const error = yield* Effect.flip(caller(core, url, wrong)(rpcParams, { query, body: { PageSize: 2 } }))
        assert.deepStrictEqual([error.code, core.statusOf(error)], [code, 400])
        assert.match(error.message, said.RPC)
        assert.deepStrictEqual(
          (yield* emulator.calls).map((each) => `${each.method} ${each.action} ${each.verdict}`),
          [
            "POST DescribeInstances Accepted",
            "POST DescribeInstances Accepted",
            "GET DescribeInstances Accepted",
            "POST DescribeInstances Refused"
          ]
        )
      })
    )

    it.scopedLive("ROA", () =>
      Effect.gen(function* () {
        const { emulator, url } = yield* NodeEmulator.make({ keys })
        const ask = caller(core, url, right)
        const get = { ...roaParams, method: "GET", reqBodyType: "json", bodyType: "array" }
        const answer = yield* ask(get, { query: { name: "stag", a: "x y*~'()中", ...unordered } })
        assert.deepStrictEqual(
          (answer["body"] as ReadonlyArray<Cluster>).map(({ name }) => name),
          ["staging"]
        )
        // no route takes these: they are let in, and then told so
        for (const reqBodyType of ["json", "formData"]) {
          const posted = yield* Effect.flip(
            ask({ ...roaParams, pathname: "/nothing", reqBodyType }, { body: { name: "a b*~'中" } })
          )
          assert.deepStrictEqual([posted.code, core.statusOf(posted)], ["InvalidAction.NotFound", 404])
        }

        const error = yield* Effect.flip(caller(core, url, wrong)(get, { query: { name: "stag" } }))
        assert.deepStrictEqual([error.code, core.statusOf(error)], [code, 400])
        assert.match(error.message, said.ROA)
        assert.deepStrictEqual(
          (yield* emulator.calls).map((each) => `${each.method} ${each.verdict}`),
          ["GET Accepted", "POST Accepted", "POST Accepted", "GET Refused"]
        )
      })
    )
  })
})

describe("a byte of what is signed changed on the way", () => {
  const patience = 60_000

  it.scopedLive(
    "@alicloud/pop-core",
    () =>
      Effect.gen(function* () {
        const { arrived, url } = yield* recorder()
        const rpc = new PopCore({ ...good, endpoint: url, apiVersion: "2014-05-26" })
        const query = { regionId: "cn-hangzhou", note: [{ key: "a b*", value: "~'()中" }], ...unordered }
        for (const method of ["GET", "POST"]) yield* call(() => rpc.request("describeInstances", query, { method }))
        const roa = new ROAClient({ ...good, endpoint: url, apiVersion: "2015-12-15" })
        yield* call(() => roa.get("/clusters", { name: "prod", a: "" }))
        const body = '{"name":"中"}'
        yield* Effect.flip(call(() => roa.post("/nothing", {}, body, { "content-type": "application/json" })))
        assert.strictEqual(arrived.length, 4)
        assert.isAbove(yield* refusesEveryByte(arrived, keys), 1000)
      }),
    patience
  )

  for (const [name, core] of Object.entries(cores)) {
    it.scopedLive.each(Object.entries(ways).filter(([way]) => !way.startsWith("a bearer")))(
      `${name}, %s`,
      ([, [right]]) =>
        Effect.gen(function* () {
          const { arrived, url } = yield* recorder({ keys })
          const ask = caller(core, url, right)
          yield* ask(rpcParams, { query, body: { PageSize: 2, Name: "a b*'中" } })
          yield* ask(
            { ...roaParams, method: "GET", reqBodyType: "json", bodyType: "array" },
            { query: { a: "x y*中" } }
          )
          yield* Effect.flip(
            ask({ ...roaParams, pathname: "/nothing", reqBodyType: "json" }, { body: { name: "a b*~'中" } })
          )
          assert.strictEqual(arrived.length, 3)
          assert.isAbove(yield* refusesEveryByte(arrived, keys), 700)
        }),
      patience
    )
  }
})
