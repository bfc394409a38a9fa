/** The official clients, driven by a `Call`. */
import PopCore from "@alicloud/pop-core"
import { createRequire } from "node:module"
import { Readable } from "node:stream"
import * as Call from "./Call.js"

// CommonJS with a default export beside named ones: `require` is the one way in that compilers and runners agree on
const {
  $OpenApiUtil,
  OpenApiUtil,
  default: OpenApiCore
} = createRequire(import.meta.url)("@alicloud/openapi-core") as typeof import("@alicloud/openapi-core")

export type Send = (call: Call.Call) => Promise<void>

interface Provided {
  readonly credentialsProvider: { readonly getCredentials: () => Promise<Call.Key> }
  readonly endpoint: string
  readonly apiVersion: string
}
interface RpcClient {
  readonly request: (action: string, parameters: object, options: object) => Promise<unknown>
}
interface RoaClient {
  readonly request: (
    method: string,
    path: string,
    query: object,
    body: string | Buffer,
    headers: object,
    options: object
  ) => Promise<unknown>
}
/** the declarations of pop-core leave out its ROA client and its provider of credentials */
const { RPCClient, ROAClient } = PopCore as unknown as {
  readonly RPCClient: new (config: Provided) => RpcClient
  readonly ROAClient: new (config: Provided) => RoaClient
}

/** a slow machine must not look like a difference */
const patience = { readTimeout: 60_000, connectTimeout: 60_000 }

/** pop-core takes its version once a client, and asks for its key once a call */
const provided = (port: number, version: string, key: () => Call.Key): Provided => ({
  endpoint: `http://127.0.0.1:${port}`,
  apiVersion: version,
  credentialsProvider: { getCredentials: () => Promise.resolve(key()) }
})

export const popVersion = "2014-05-26"

export const popRpc = (port: number): Send => {
  let key: Call.Key
  const client = new RPCClient(provided(port, popVersion, () => key))
  return async (call) => {
    key = call.key
    // the one parameter that only our side would send
    const parameters = Call.merge(Call.merge(Call.queryOf(call), Call.formOf(call)), { SignatureType: "" })
    await client.request(call.action, parameters, {
      method: call.method,
      ...(Object.keys(call.headers).length === 0 ? {} : { headers: { ...call.headers } }),
      ...(call.capitalise ? {} : { formatAction: false, formatParams: false }),
      ...patience
    })
  }
}

const popBody = (call: Call.Call): string | Buffer => {
  const { body } = call
  switch (body.kind) {
    case "none":
      return ""
    case "form":
      return Call.formText(Call.formOf(call))
    case "json":
      return JSON.stringify(body.value)
    case "text":
      return body.text
    case "bytes":
    case "stream":
      return Buffer.from(body.bytes)
  }
}

const contentTypeOf = (body: Call.Body): string | undefined => {
  switch (body.kind) {
    case "none":
      return undefined
    case "form":
      return "application/x-www-form-urlencoded"
    case "json":
      return "application/json; charset=utf-8"
    case "stream":
      return "application/octet-stream"
    default:
      return body.contentType
  }
}

/** headers that our side adds by itself and that a peer has to be told */
const told = (call: Call.Call): Readonly<Record<string, string>> =>
  call.region.by === "option" && call.peer.endsWith("ROA") ? { "x-acs-region-id": call.region.id } : {}

export const popRoa = (port: number): Send => {
  let key: Call.Key
  const client = new ROAClient(provided(port, popVersion, () => key))
  return async (call) => {
    key = call.key
    const contentType = contentTypeOf(call.body)
    const headers = {
      ...(contentType === undefined ? {} : { "content-type": contentType }),
      ...(call.action === "" ? {} : { "x-acs-action": call.action }),
      ...told(call),
      ...call.headers
    }
    await client.request(call.method, Call.pathOf(call), Call.queryOf(call), popBody(call), headers, { ...patience })
  }
}

const openapiBody = (call: Call.Call): { readonly reqBodyType: string; readonly request: object } => {
  const { body } = call
  switch (body.kind) {
    case "none":
      return { reqBodyType: "json", request: {} }
    case "form":
      return { reqBodyType: "formData", request: { body: Call.formOf(call) } }
    case "json":
      return { reqBodyType: "json", request: { body: body.value } }
    case "text":
      return { reqBodyType: "json", request: { body: body.text } }
    case "bytes":
      return { reqBodyType: "byte", request: { body: Buffer.from(body.bytes) } }
    case "stream":
      return { reqBodyType: "byte", request: { stream: Readable.from([Buffer.from(body.bytes)]) } }
  }
}

export const openapi = (port: number): Send => {
  let key: Call.Key
  const credential = {
    getCredential: () => Promise.resolve({ ...key, type: key.securityToken === undefined ? "access_key" : "sts" })
  }
  const make = (signatureAlgorithm: string) =>
    new OpenApiCore(
      new $OpenApiUtil.Config({
        credential,
        endpoint: `127.0.0.1:${port}`,
        protocol: "http",
        signatureAlgorithm,
        ...patience
      })
    )
  const clients = { "ACS3-HMAC-SHA256": make("ACS3-HMAC-SHA256"), "ACS3-HMAC-SM3": make("ACS3-HMAC-SM3") }
  return async (call) => {
    key = call.key
    const isRpc = call.peer.endsWith("RPC")
    const { reqBodyType, request } = openapiBody(call)
    const params = new $OpenApiUtil.Params({
      action: call.action,
      version: call.version,
      protocol: "http",
      pathname: isRpc ? "/" : Call.pathOf(call),
      method: call.method,
      authType: "AK",
      style: isRpc ? "RPC" : "ROA",
      reqBodyType,
      bodyType: "json"
    })
    const query = Call.queryOf(call)
    const asked = new $OpenApiUtil.OpenApiRequest({
      query: call.rawQuery ? query : OpenApiUtil.query(query),
      headers: {
        // of bytes it does not say what they are
        ...(call.body.kind === "bytes" ? { "content-type": call.body.contentType } : {}),
        ...told(call),
        ...call.headers
      },
      ...request
    })
    const client = clients[call.algorithm === "ACS3-HMAC-SM3" ? call.algorithm : "ACS3-HMAC-SHA256"]
    await client.callApi(params, asked, {} as never)
  }
}
