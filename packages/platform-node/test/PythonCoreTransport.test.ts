/**
 * Proxies and certificates as the Python core takes them from its options and the environment: what it says it would use is
 * compared with what is asked over sockets. Proxies and files have other ports and paths here.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import { rootCertificates } from "node:tls"
import { fileURLToPath } from "node:url"
import rows from "../../../test/fixtures/vectors/python-core-behaviour.json" with { type: "json" }
import { certificate, listen } from "./support/Servers.js"

interface Row {
  readonly id: string
  readonly quirk?: string
  readonly input: {
    readonly env: Readonly<Record<string, string>>
    readonly client: { readonly proxy?: Readonly<Record<string, string>>; readonly verify?: boolean | string }
  }
  readonly expected: { readonly proxies?: Readonly<Record<string, string>>; readonly verify?: boolean | string }
}

const transport = (rows as unknown as ReadonlyArray<Row & { readonly group: string }>).filter(
  ({ group }) => group === "transport"
)
const rowsOf = (what: keyof Row["expected"]) =>
  transport.filter(({ expected }) => what in expected).map((row) => [row.id, row] as const)

const host = "ecs.aliyuncs.com"

/** every name is this machine */
const lookup: Net.LookupFunction = (_, { all }, callback) =>
  all === true ? callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4)

const answering: Http.RequestListener = (_, response) => response.end('{"RequestId":"r"}')

const fixture = (name: string) => new URL(`../../../test/fixtures/tls/${name}.pem`, import.meta.url)
const files: Readonly<Record<string, URL>> = { "/env.pem": fixture("chain/ca"), "/opt.pem": fixture("cert") }

/** services behind TLS by the file that one has to trust to call them */
const services = {
  "/env.pem": { cert: certificate("good"), key: certificate("leaf.key") },
  "/opt.pem": { cert: readFileSync(fixture("cert")), key: readFileSync(fixture("key")) }
}
const secure = (path: keyof typeof services) =>
  listen(Https.createServer(services[path], answering).on("tlsClientError", () => {}))

const call = (endpoint: string) =>
  RetryPolicy.withPolicy(
    AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions", endpoint }),
    RetryPolicy.none
  )

/** with a transport made of these options in this environment */
const over = (options: NodeHttpClient.Options, env: Readonly<Record<string, string>>) => {
  const layer = Layer.mergeAll(
    NodeHttpClient.layerConfig({ ...options, lookup }),
    Credentials.layerTest(),
    Signer.layer
  )
  const variables = ConfigProvider.fromMap(new Map(Object.entries(env)))
  return Effect.provide(Layer.provide(layer, Layer.setConfigProvider(variables)))
}

describe("proxies of the Python core", () => {
  /** a proxy that goes on to this machine, whatever it is asked for, and the schemes that it was asked for */
  const listeningProxy = Effect.suspend(() => {
    const schemes: Array<string> = []
    const server = Http.createServer((request, response) => {
      schemes.push("http")
      answering(request, response)
    }).on("connect", ({ url }: Http.IncomingMessage, socket: Net.Socket) => {
      schemes.push("https")
      const through = Net.connect(Number(url?.split(":")[1]), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        socket.pipe(through).pipe(socket)
      })
      through.on("error", () => socket.destroy()).on("close", () => socket.destroy())
      socket.on("error", () => through.destroy()).on("close", () => through.destroy())
    })
    return Effect.map(listen(server), ({ port }) => ({ port, schemes }))
  })

  const proxyRows = rowsOf("proxies")
  it("are all there", () => assert.lengthOf(proxyRows, 6))

  it.scopedLive.each(proxyRows)("%s", ([, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      const named = new Set(JSON.stringify(input).match(/http:\/\/\w+:\d+/g))
      const proxies = yield* Effect.forEach(named, (url) => Effect.map(listeningProxy, (proxy) => ({ ...proxy, url })))
      const placed = (given: Readonly<Record<string, string>>) =>
        Object.fromEntries(
          Object.entries(given).map(([name, value]) => {
            const port = proxies.find(({ url }) => url === value)?.port
            return [name, port === undefined ? value : value.replace(/\d+$/, String(port))]
          })
        )
      const plain = yield* listen(Http.createServer(answering))
      const service = yield* secure("/env.pem")
      const { proxy } = input.client
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* call(`http://${host}:${plain.port}`)).requestId, "r")
        assert.strictEqual((yield* call(`https://${host}:${service.port}`)).requestId, "r")
      }).pipe(over({ ca: certificate("ca"), proxy: proxy && placed(proxy) }, placed(input.env)))

      const used = proxies.flatMap(({ schemes, url }) => schemes.map((scheme) => [scheme, url] as const))
      // the fault is that NO_PROXY, here for all, is passed over
      assert.deepStrictEqual(Object.fromEntries(used), quirk === undefined ? expected.proxies : {})
      assert.deepStrictEqual(
        [plain.sockets.length, service.sockets.length],
        ["http" in Object.fromEntries(used) ? 0 : 1, 1]
      )
    })
  )
})

describe("certificate checks of the Python core", () => {
  /** the options that say the same; none says that nothing is checked, so what might is passed as it is */
  const optionsOf = (verify: boolean | string | undefined): NodeHttpClient.Options => {
    if (typeof verify === "string") return { ca: readFileSync(files[verify]!, "utf8") }
    if (verify === true) return { ca: rootCertificates }
    // not by its type
    const unsafe: object = { verify, rejectUnauthorized: verify }
    return verify === undefined ? {} : unsafe
  }

  const verifyRows = rowsOf("verify")
  it("are all there", () => assert.lengthOf(verifyRows, 6))

  it.scopedLive.each(verifyRows)("%s", ([id, { expected, input, quirk }]) =>
    Effect.gen(function* () {
      const placed = Object.fromEntries(
        Object.entries(input.env).map(([name, value]) => [name, files[value] ? fileURLToPath(files[value]) : value])
      )
      const asks = (path: keyof typeof services) =>
        Effect.flatMap(secure(path), ({ port }) => Effect.either(call(`https://${host}:${port}`))).pipe(
          over(optionsOf(input.client.verify), placed)
        )
      if (quirk !== undefined) {
        const error = yield* Effect.flip(asks("/env.pem"))
        assert.isTrue(ConfigError.isConfigError(error))
        return assert.include(String(error), "ALIBABA_CLOUD_CA_BUNDLE")
      }
      const trusted: Array<string> = []
      for (const path of ["/env.pem", "/opt.pem"] as const) {
        const outcome = yield* asks(path)
        if (outcome._tag === "Right") trusted.push(path)
        else {
          const { _tag, code, message } = outcome.left
          assert.deepStrictEqual([_tag, code], ["ClientException", "SDK.HttpError"])
          assert.match(message, /CERT|VERIFY/)
        }
      }
      // what the seed checks by, or whether; nothing turns the checks off here
      const wanted = id === "transport/verify-false" ? true : expected.verify
      assert.deepStrictEqual(trusted, typeof wanted === "string" ? [wanted] : [])
    })
  )
})
