/**
 * The main job: signs a request, sends it over a real socket, and shows the answer or the failure.
 *
 * Unless told `--live`, an emulator in this process answers, behind an HTTP server of its own.
 */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import type * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Region from "@effect-aliyun/core/Region"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeAliyun from "@effect-aliyun/platform-node/NodeAliyun"
import type { ServeError } from "@effect/platform/HttpServerError"
import type { ConfigError } from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import process from "node:process"
import { type Arguments, type Call, parse, usage } from "./start/arguments.js"
import * as report from "./start/report.js"

/** the key that the emulator knows, in place of one from the environment */
const EmulatorKey = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })

const Emulated = NodeEmulator.layerEndpoint.pipe(
  Layer.provideMerge(NodeEmulator.layerServer()),
  Layer.merge(EmulatorKey),
  Layer.provideMerge(NodeAliyun.layer)
)

const requestOf = ({ params, product, target, version }: Call): AcsRequest.AcsRequest =>
  target._tag === "Rpc"
    ? RpcRequest.make({ product, version, action: target.action, query: params })
    : RoaRequest.make({ product, version, method: target.method, pathPattern: target.path, query: params })

const regions = RpcRequest.make({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })

/** one call that works, one that the service refuses, one that gets no answer */
const threeCalls = Effect.gen(function* () {
  const { url } = yield* NodeEmulator.NodeEmulator
  yield* Console.log(`The emulator listens on ${url}.\n`)

  yield* Console.log("1. A call that works: Ecs.DescribeRegions")
  const response = yield* AcsClient.execute(regions)
  yield* Console.log(`HTTP ${response.status}, RequestId ${response.requestId}`)
  yield* Console.log(`${(yield* response.text).slice(0, 240)}…\n`)

  yield* Console.log("2. A call that the service refuses: CS.DescribeClusterDetail of a cluster that is not there")
  yield* AcsClient.roa({
    product: "CS",
    version: "2015-12-15",
    action: "DescribeClusterDetail",
    pathPattern: "/clusters/[ClusterId]",
    pathParams: { ClusterId: "c-unknown" }
  }).pipe(Effect.catchTag("ServerException", report.failure))

  yield* Console.log("\n3. A call that gets no answer: nobody listens on port 1")
  yield* AcsClient.rpc({
    product: "Sts",
    version: "2015-04-01",
    action: "GetCallerIdentity",
    endpoint: "http://127.0.0.1:1"
  }).pipe(Effect.catchTag("ClientException", report.failure))

  yield* Console.log("\n`npm start -- --help` says how to make calls of your own.")
})

const one = (request: AcsRequest.AcsRequest, explain: boolean) =>
  explain
    ? Effect.flatMap(AcsClient.explain(request), ({ text }) => Console.log(text))
    : Effect.flatMap(AcsClient.execute(request), report.answer)

/** yields the exit code */
type Main = Effect.Effect<number, AcsError.AcsError | ConfigError | ServeError | NodeEmulator.StateFileError>

const run = ({ call, explain, live, region }: Arguments): Main => {
  const request = call === undefined ? regions : requestOf(call)
  const program = one(request, explain).pipe(
    Effect.as(0),
    Effect.catchAll((error) => Effect.as(report.failure(error), 1))
  )
  const inRegion = region === undefined ? program : Region.withRegion(program, region)
  if (live) return Effect.provide(inRegion, NodeAliyun.layer)
  return Effect.provide(call === undefined && !explain ? Effect.as(threeCalls, 0) : inRegion, Emulated)
}

const main: Main = Either.match(parse(process.argv.slice(2)), {
  onLeft: ({ message }) => Effect.as(Console.error(`${message}\n\n${usage}`), 2),
  onRight: (args) => (args.help ? Effect.as(Console.log(usage), 0) : run(args))
})

const fiber = Effect.runFork(main.pipe(Effect.tapErrorCause((cause) => Effect.logError(cause))))
const interrupt = () => void Effect.runFork(Fiber.interrupt(fiber))
process.once("SIGINT", interrupt).once("SIGTERM", interrupt)
fiber.addObserver((exit) => {
  process.off("SIGINT", interrupt).off("SIGTERM", interrupt)
  process.exitCode = Exit.isSuccess(exit) ? exit.value : 1
})
