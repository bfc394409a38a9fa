/** A program in a process of its own, over what is built. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** runs these lines, which can import what a user can, to their end; `flags` are Node's */
export const run = (lines: string, args: ReadonlyArray<string>, flags: ReadonlyArray<string> = []) =>
  Effect.async<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resume) => {
    const child = spawn(process.execPath, [...flags, "--input-type=module", "-e", lines, ...args], {
      cwd: root,
      // nothing of this machine's environment
      env: {}
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** the three services over a transport, and calls, in such a program */
export const prelude = `
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Limits from "@effect-aliyun/core/Limits"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
const [endpoint] = process.argv.slice(1)
const services = Layer.mergeAll(
  Credentials.layerAccessKey({ accessKeyId: "id", accessKeySecret: "secret" }),
  Signer.layer,
  NodeHttpClient.layerWith({ keepAliveTimeout: "1 minute" })
)
const call = (action) =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action, endpoint, protocol: "http" })
`
