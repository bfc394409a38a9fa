/** The main job as its user sees it: the built program in a process of its own, over a real socket. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { parse } from "../examples/src/start/arguments.js"

const program = fileURLToPath(new URL("../examples/dist/start.js", import.meta.url))

const start = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  // nothing of this machine's environment: no credentials, no proxy
  const child = spawn(process.execPath, [program, ...args], { env })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const [code] = (await once(child, "close")) as [number]
  return { code, stdout, stderr }
}

describe("npm start", { timeout: 30_000 }, () => {
  it("shows a call that works, a ServerException and a ClientException", async () => {
    const { code, stderr, stdout } = await start([])
    assert.strictEqual(code, 0, stderr)
    assert.match(stdout, /listens on http:\/\/127\.0\.0\.1:\d+/)
    assert.match(stdout, /HTTP 200, RequestId [0-9A-F-]{36}/)
    assert.match(
      stdout,
      /ServerException {2}CS\.DescribeClusterDetail: ErrorClusterNotFound: .*RequestId [0-9A-F-]{36}/
    )
    assert.match(stdout, /ClientException {2}Sts\.GetCallerIdentity: .*\(ECONNREFUSED\) \[after 3 attempts\]/)
  })

  it("makes the call it is told to, RPC and ROA", async () => {
    const rpc = await start(["Ecs", "2014-05-26", "DescribeInstances", "--PageSize", "1", "--PageNumber=1"])
    assert.strictEqual(rpc.code, 0, rpc.stdout + rpc.stderr)
    assert.include(rpc.stdout, '"PageSize": 1')
    const roa = await start(["--roa", "GET", "/clusters"])
    assert.strictEqual(roa.code, 0, roa.stdout + roa.stderr)
    assert.include(roa.stdout, "cluster_id")
  })

  it("exits 1 when the call fails", async () => {
    const { code, stdout } = await start(["Ecs", "2014-05-26", "NoSuchAction"])
    assert.strictEqual(code, 1)
    assert.include(stdout, "InvalidAction.NotFound")
  })

  it("explains without sending, secrets masked", async () => {
    const key = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: "CANARYid",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "CANARYsecret",
      ALIBABA_CLOUD_SECURITY_TOKEN: "CANARYtoken"
    }
    const { code, stdout } = await start(["Ecs", "2014-05-26", "DescribeRegions", "--explain", "--live"], key)
    assert.strictEqual(code, 0)
    for (const part of [
      "Canonical request\nGET\n/\n",
      "String to sign\nACS3-HMAC-SHA256\n",
      "Wire request\nGET /?RegionId=cn-hangzhou HTTP/1.1\nhost: ecs.cn-hangzhou.aliyuncs.com\n"
    ]) {
      assert.include(stdout, part)
    }
    assert.notInclude(stdout, "CANARY")
  })

  it("live without credentials sends nothing and says what to set", async () => {
    const { code, stdout } = await start(["Ecs", "2014-05-26", "DescribeRegions", "--live"])
    assert.strictEqual(code, 1)
    assert.include(stdout, "set ALIBABA_CLOUD_ACCESS_KEY_ID")
  })

  it("uses the emulator's key, not one of the environment, unless live", async () => {
    const key = { ALIBABA_CLOUD_ACCESS_KEY_ID: "real", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "real" }
    assert.strictEqual((await start(["Sts", "2015-04-01", "GetCallerIdentity"], key)).code, 0)
  })

  const bad = [
    ["Ecs"],
    ["Ecs", "2014-05-26"],
    ["Ecs", "2014-05-26", "A", "B"],
    ["--Param", "x"],
    ["Ecs", "2014-05-26", "A", "--Param"],
    ["Ecs", "2014-05-26", "A", "--P", "1", "--P", "2"],
    ["--roa"],
    ["--roa", "GET"],
    ["--roa", "FETCH", "/"],
    ["CS", "--roa", "GET", "/"],
    ["--live"],
    ["--explain=yes"],
    ["-x"]
  ]
  it.each(bad.map((args) => [args.join(" "), args] as const))("bad arguments: %s", (_, args) => {
    assert.isTrue(Either.isLeft(parse(args)))
  })

  it("bad arguments end in the usage and exit code 2", async () => {
    const { code, stderr, stdout } = await start(["Ecs"])
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, /^a call is PRODUCT VERSION ACTION\n\nUsage:\n/)
  })

  it("what is wrong with the request itself is named", async () => {
    const { code, stdout } = await start(["Ecs", "2014-05-26", "DescribeRegions", "--region", "evil.example/?"])
    assert.strictEqual(code, 1)
    assert.match(stdout, /ClientException {2}Ecs\.DescribeRegions: regionId must be/)
  })
})
