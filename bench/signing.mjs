// All that signing takes, ours beside the official SDKs: flattening, nonce, date, canonical form, signature, header.
import * as Credential from "@effect-aliyun/core/Credential"
import * as Nonce from "@effect-aliyun/core/Nonce"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as Parameters from "@effect-aliyun/protocol/Parameters"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { createRequire } from "node:module"
import * as popCore from "./lib/popCore.mjs"
import { options, report } from "./lib/report.mjs"
import { race } from "./lib/rounds.mjs"

const { OpenApiUtil } = createRequire(import.meta.url)("@alicloud/openapi-core")

const accessKeyId = "LTAI4FakeAccessKeyId0000"
const accessKeySecret = "FakeAccessKeySecret000000000000"
const host = "ecs.cn-hangzhou.aliyuncs.com"
const version = "2014-05-26"
const action = "DescribeInstances"
// large enough that looking at the clock weighs nothing
const batch = 200

const tenParameters = {
  RegionId: "cn-hangzhou",
  VpcId: "vpc-bp67acfmxazb4p****",
  VSwitchId: "vsw-bp67acfmxazb4p****",
  ZoneId: "cn-hangzhou-g",
  InstanceNetworkType: "vpc",
  SecurityGroupId: "sg-bp67acfmxazb4p****",
  InstanceIds: '["i-bp67acfmxazb4p****","i-bp67acfmxazb4q****"]',
  PageSize: 50,
  Status: "Running",
  InstanceName: "web server (prod)/1"
}
// 200 parameters once flattened
const nestedParameters = {
  RegionId: "cn-hangzhou",
  PageSize: 100,
  Tag: Array.from({ length: 99 }, (_, i) => ({ Key: `key-${i} ü`, Value: `value/${i}*~` }))
}
const large = new Uint8Array(64 * 1024).map((_, i) => i * 31)
const largeBuffer = Buffer.from(large)

/** ours, as fibers of one runtime */
const runtimeOf = (signer) => ManagedRuntime.make(signer.pipe(Layer.provide(NodeDigest.layer)))
const acs3 = runtimeOf(Signer.layer)
const v1 = runtimeOf(Signer.layerV1)
const credential = Credential.accessKey({ accessKeyId, accessKeySecret })

const ours = (runtime, parameters, { body, method }) => {
  const payload = body === undefined ? { _tag: "Empty" } : { _tag: "Bytes", bytes: body }
  const headers = {
    accept: "application/json",
    "user-agent": "bench",
    "x-acs-version": version,
    "x-acs-action": action,
    ...(body === undefined ? {} : { "content-type": "application/octet-stream" })
  }
  // as a call does it: services from the context once, then nonce, time and signature as effects
  const many = Effect.gen(function* () {
    const signer = yield* Signer.Signer
    const random = yield* Nonce.Nonce
    for (let i = 0; i < batch; i++) {
      const nonce = yield* random
      const at = yield* Clock.currentTimeMillis
      const request = {
        style: "RPC",
        action,
        version,
        method,
        protocol: "https",
        host,
        path: "/",
        query: Parameters.flatten(parameters).pairs,
        form: [],
        headers,
        payload,
        format: "JSON"
      }
      yield* signer.sign(request, credential, { at, nonce })
    }
  })
  return { batch, run: () => void runtime.runSync(many) }
}

const times = (f) => ({
  batch,
  run: () => {
    for (let i = 0; i < batch; i++) f()
  }
})

const openapiCore = (parameters, { body, flatten, method }) =>
  times(() => {
    const headers = {
      host,
      "x-acs-version": version,
      "x-acs-action": action,
      "user-agent": "bench",
      "x-acs-date": OpenApiUtil.getTimestamp(),
      "x-acs-signature-nonce": OpenApiUtil.getNonce(),
      accept: "application/json"
    }
    if (body !== undefined) headers["content-type"] = "application/octet-stream"
    const payload = OpenApiUtil.hash(body ?? Buffer.from("", "utf-8"), "ACS3-HMAC-SHA256").toString("hex")
    headers["x-acs-content-sha256"] = payload
    const query = flatten ? OpenApiUtil.query(parameters) : parameters
    const request = { method, pathname: "/", query, headers }
    headers.Authorization = OpenApiUtil.getAuthorization(
      request,
      "ACS3-HMAC-SHA256",
      payload,
      accessKeyId,
      accessKeySecret
    )
    return headers
  })

const { assert, quick } = options()
const effort = quick ? { rounds: 7, millis: 40 } : { rounds: 31, millis: 60 }

const figures = [
  {
    figure: "ACS3, 10 parameters",
    contestants: {
      ours: ours(acs3, tenParameters, { method: "POST" }),
      "@alicloud/openapi-core": openapiCore(tenParameters, { flatten: false, method: "POST" })
    },
    target: { op: ">=", value: 2, of: "@alicloud/openapi-core" }
  },
  {
    figure: "ACS3, 200 nested parameters",
    contestants: {
      ours: ours(acs3, nestedParameters, { method: "POST" }),
      "@alicloud/openapi-core": openapiCore(nestedParameters, { flatten: true, method: "POST" })
    },
    target: { op: ">=", value: 1.5, of: "@alicloud/openapi-core" }
  },
  {
    figure: "ACS3, 64 KiB body",
    contestants: {
      ours: ours(acs3, { RegionId: "cn-hangzhou" }, { method: "POST", body: large }),
      "@alicloud/openapi-core": openapiCore(
        { RegionId: "cn-hangzhou" },
        { flatten: false, method: "POST", body: largeBuffer }
      )
    }
  },
  {
    figure: "RPC version 1, 10 parameters",
    contestants: {
      ours: ours(v1, tenParameters, { method: "GET" }),
      "@alicloud/pop-core": times(() =>
        popCore.sign({ accessKeyId, accessKeySecret, action, version, params: tenParameters })
      )
    },
    target: { op: ">=", value: 1.8, of: "@alicloud/pop-core" }
  }
]

const rows = []
for (const { contestants, figure, target } of figures) {
  const { medians, ratio } = await race(contestants, effort)
  const peers = Object.keys(contestants).filter((name) => name !== "ours")
  rows.push({
    figure,
    unit: "signatures per CPU second",
    ours: medians.ours,
    peers: Object.fromEntries(peers.map((name) => [name, medians[name]])),
    ratios: Object.fromEntries(peers.map((name) => [name, ratio("ours", name)])),
    target
  })
}
report("signing", rows, { assert })
await Promise.all([acs3.dispose(), v1.dispose()])
