/** What the built package prints by itself, in a process of its own: nothing, whatever debugging is asked for. */
import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { execPath } from "node:process"
import { fileURLToPath } from "node:url"

const cwd = fileURLToPath(new URL("..", import.meta.url))

const call = `
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as NodeAliyun from "@effect-aliyun/platform-node/NodeAliyun"
import * as Effect from "effect/Effect"

const endpoint = "http://127.0.0.1:1"
const exit = await AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity", endpoint }).pipe(
  Effect.provide(NodeAliyun.layer),
  Effect.runPromiseExit
)
process.exitCode = exit._tag === "Failure" && exit.cause._tag === "Fail" ? 7 : 1
`

it("S03: DEBUG=* makes nothing print; NODE_DEBUG is Node's own", () => {
  const env = {
    DEBUG: "*",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "CANARYid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "CANARYsecret",
    ALIBABA_CLOUD_SECURITY_TOKEN: "CANARYtoken"
  }
  const { status, stderr, stdout } = spawnSync(execPath, ["--input-type=module", "--eval", call], {
    cwd,
    env,
    encoding: "utf8"
  })
  // the call was made, and failed as a call does
  assert.deepStrictEqual({ status, stderr, stdout }, { status: 7, stderr: "", stdout: "" })
})
