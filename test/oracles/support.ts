/** Ways to call what scripts/foreign.mjs installs. */
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const require = createRequire(import.meta.url)

export interface Keys {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken?: string
}
export const good: Keys = { accessKeyId: "testid", accessKeySecret: "testsecret" }
export const wrong: Keys = { accessKeyId: "testid", accessKeySecret: "wrongsecret" }

/** what the SDKs throw is what they make of the gateway's answer */
export interface PeerError {
  readonly code: string
  readonly message: string
  readonly statusCode: number
}

/** these packages are not there when types are checked, so this says as much of them as the tests need */
interface Sdk {
  readonly default: new (config: object) => Record<string, (...args: ReadonlyArray<unknown>) => Promise<Response>>
  readonly [model: string]: new (fields: object) => object
}
interface Response {
  readonly statusCode: number
  readonly body: unknown
}

/**
 * - `model`: one of the product's own request models
 * - `client`: calls an operation by the product's own method; what it yields has been through the product's response model
 */
export const product = (name: string) => {
  const sdk = require(name) as Sdk
  const { $OpenApiUtil } = require("@alicloud/openapi-core") as { readonly $OpenApiUtil: Sdk }
  const make = (from: Sdk, model: string, fields: object) => new from[model]!(fields)
  return {
    model: (model: string, fields: object = {}) => make(sdk, model, fields),
    client: (url: string, keys: Keys) => {
      const client = new sdk.default(
        make($OpenApiUtil, "Config", {
          ...keys,
          endpoint: url.replace("http://", ""),
          protocol: "http",
          regionId: "cn-hangzhou",
          // its read timers outlive the calls, and this process with them
          readTimeout: 5000,
          connectTimeout: 5000
        })
      )
      return <A>(operation: string, ...args: ReadonlyArray<unknown>): Effect.Effect<A, PeerError> =>
        Effect.tryPromise({
          try: () => client[operation]!(...args),
          catch: (error) => error as PeerError
        }).pipe(Effect.map(({ body }) => body as A))
    }
  }
}

const execute = promisify(execFile)

/** runs a driver of clients/, which prints as JSON what its library made of the answers */
const drive =
  (command: string, before: ReadonlyArray<string>, env: Record<string, string>) =>
  <A>(url: string, keys: Keys, ...args: ReadonlyArray<string>): Effect.Effect<A> =>
    Effect.promise(async (signal) => {
      const { stdout } = await execute(command, [...before, url, keys.accessKeyId, keys.accessKeySecret, ...args], {
        // nothing but this, lest a proxy stand between a client and the emulator
        env: { PATH: "/usr/bin:/bin", ...env },
        signal
      })
      return JSON.parse(stdout) as A
    })

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Debian's Python, since it is Debian's libraries */
export const python = (driver: string) =>
  drive("/usr/bin/python3", [path(`clients/${driver}`)], {
    PYTHONIOENCODING: "utf-8",
    TLDEXTRACT_CACHE_PATH: path("../../.cache/oracles/tldextract"),
    // lexicon looks for a newer list of public suffixes, and does well without one
    HTTPS_PROXY: "http://127.0.0.1:9"
  })

/** Debian's Go libraries are sources below one GOPATH */
export const go = (driver: string) =>
  drive("/usr/bin/go", ["run", path(`clients/${driver}`)], {
    GO111MODULE: "off",
    GOPATH: "/usr/share/gocode",
    GOCACHE: path("../../.cache/oracles/go-build"),
    GOTOOLCHAIN: "local",
    // else aliyungo asks the Location service of the Internet where an endpoint with a region is
    CUSTOMIZED_ENDPOINT: "true"
  })
