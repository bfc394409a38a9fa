// The official clients, each as a function that makes one call by `query`, and the retries of those that have them.
import { createRequire } from "node:module"

const require = createRequire(import.meta.url)
const { RPCClient } = require("@alicloud/pop-core")
const { $OpenApiUtil, OpenApiUtil, default: OpenApiCore } = require("@alicloud/openapi-core")
const { RetryOptions, RuntimeOptions } = createRequire(require.resolve("@alicloud/openapi-core"))(
  "@darabonba/typescript"
)
const client = require("@alicloud/openapi-client")
const teaUtil = createRequire(require.resolve("@alicloud/openapi-client"))("@alicloud/tea-util")

const popCore = "@alicloud/pop-core"
const openapiCore = "@alicloud/openapi-core"
const openapiClient = "@alicloud/openapi-client"

const key = { accessKeyId: "testid", accessKeySecret: "testsecret" }
const operation = { action: "DescribeRegions", version: "2014-05-26" }

/**
 * `port` of 127.0.0.1 and `limit` in milliseconds of connecting and of reading. `call(query)` resolves to the body.
 * pop-core has no retries; they are off in the others unless asked for, as they are for who uses them as they come.
 */
const makers = {
  [popCore]: ({ action, version, key, limit, port }) => {
    const raw = new RPCClient({ ...key, endpoint: `http://127.0.0.1:${port}`, apiVersion: version })
    const call = (query = {}) => raw.request(action, query, { readTimeout: limit, connectTimeout: limit })
    return { raw, call }
  },
  [openapiCore]: ({ action, version, key, limit, port, retries }) => {
    const raw = new OpenApiCore(
      new $OpenApiUtil.Config({
        ...key,
        type: key.securityToken === undefined ? "access_key" : "sts",
        endpoint: `127.0.0.1:${port}`,
        regionId: "cn-hangzhou",
        readTimeout: limit,
        connectTimeout: limit,
        ...(retries ? { retryOptions: new RetryOptions({ retryable: true, retryCondition: [everything] }) } : {})
      })
    )
    const params = new $OpenApiUtil.Params(rpc(action, version))
    const call = async (query = {}) =>
      (await raw.callApi(params, new $OpenApiUtil.OpenApiRequest({ query }), new RuntimeOptions({}))).body
    return { raw, call }
  },
  [openapiClient]: ({ action, version, key, limit, port, retries }) => {
    const raw = new client.default(
      new client.Config({
        ...key,
        type: key.securityToken === undefined ? "access_key" : "sts",
        endpoint: `127.0.0.1:${port}`,
        regionId: "cn-hangzhou",
        readTimeout: limit,
        connectTimeout: limit
      })
    )
    const params = new client.Params(rpc(action, version))
    const runtime = new teaUtil.RuntimeOptions(retries ? { autoretry: true, maxAttempts: 3 } : {})
    const call = async (query = {}) => (await raw.callApi(params, new client.OpenApiRequest({ query }), runtime)).body
    return { raw, call }
  }
}

const rpc = (action, version) => ({
  action,
  version,
  protocol: "HTTP",
  method: "POST",
  pathname: "/",
  authType: "AK",
  style: "RPC",
  reqBodyType: "json",
  bodyType: "json"
})

/** three attempts as ours, without the waits that would only make a figure slow */
const everything = {
  maxAttempts: 3,
  backoff: { policy: "Fixed", period: 1 },
  exception: ["ThrottlingError", "ServerError"],
  errorCode: ["ECONNRESET"]
}

const names = Object.keys(makers)

/** `{ raw, call }` of the peer called `name` */
export const make = (name, options) => makers[name]({ key, limit: 20_000, retries: false, ...operation, ...options })

/** each as it comes: label -> `{ name, retries }` */
export const plain = Object.fromEntries(names.map((name) => [name, { name, retries: false }]))

/** the same, and those that have retries with them */
export const contestants = {
  ...plain,
  ...Object.fromEntries([openapiCore, openapiClient].map((name) => [`${name}, retries on`, { name, retries: true }]))
}

/** what each of them makes a nonce with: label -> function */
export const nonces = {
  [popCore]: createRequire(require.resolve("@alicloud/pop-core"))("kitx").makeNonce,
  [openapiCore]: () => OpenApiUtil.getNonce(),
  [openapiClient]: () => teaUtil.default.getNonce()
}
