/** An emulator, its admin page in a browser, and people who call. */
import type * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { createHmac, randomUUID } from "node:crypto"
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, expect } from "vitest"
import { as, people } from "../../packages/emulator/test/support/Doors.js"

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({
    // scripts/browser.mjs sets it
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    // names that a stranger has, and points at this machine
    args: ["--host-resolver-rules=MAP *.example 127.0.0.1"]
  })
})
afterAll(() => browser.close())

export interface Scene {
  readonly page: Page
  readonly server: NodeEmulator.Service
  readonly adminUrl: string
  /** makes calls over the socket of the emulator, as the tester unless told */
  readonly call: <A, E>(
    calls: Effect.Effect<A, E, AcsClient.Services>,
    who?: (typeof people)[keyof typeof people]
  ) => Promise<A>
  /** closes the emulator, and makes a new one in its place */
  readonly restart: (meanwhile: () => Promise<void>) => Promise<void>
}

export interface Options {
  readonly emulator?: NodeEmulator.Options
  /** where the test itself makes the browser complain */
  readonly isNoisy?: boolean
}

const start = async (options: NodeEmulator.Options) => {
  const scope = Effect.runSync(Scope.make())
  const server = await Effect.runPromise(NodeEmulator.make(options).pipe(Scope.extend(scope)))
  return { server, stop: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

/** a test with a page that is connected; at the end it has asked nobody else, and has no complaints */
export const scene =
  (test: (scene: Scene) => Promise<void>, options: Options = {}) =>
  async (): Promise<void> => {
    let { server, stop } = await start({ adminPort: 0, ...options.emulator })
    const { adminUrl = "" } = server
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      const origins = new Set<string>()
      const problems: Array<string> = []
      page.on("request", (request) => origins.add(new URL(request.url()).origin))
      page.on("console", (message) => problems.push(message.text()))
      page.on("pageerror", (error) => problems.push(error.message))
      await page.goto(adminUrl)
      await page.getByText("Live", { exact: true }).waitFor()
      const services = Layer.merge(NodeHttpClient.layer, Endpoint.layerHost(server.url))
      await test({
        page,
        server,
        adminUrl,
        call: (calls, who = people.tester) => Effect.runPromise(calls.pipe(as(who), Effect.provide(services))),
        restart: async (meanwhile) => {
          await stop()
          await meanwhile()
          const ports = { port: server.port, adminPort: Number(new URL(adminUrl).port) }
          ;({ server, stop } = await start({ ...options.emulator, ...ports }))
        }
      })
      if (options.isNoisy !== true) {
        expect(problems).toEqual([])
        expect([...origins]).toEqual([adminUrl])
      }
      // whatever has come in: no part of it has become a part of the page, or has run
      expect(await page.evaluate("window.pwned")).toBe(undefined)
      expect(await page.locator("img, iframe, object, svg, style, base, script:not([src='/page.js'])").count()).toBe(0)
    } finally {
      await context.close()
      await stop()
    }
  }

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

/** a call that someone signs by hand: sorted or not, with this key; resolves to the string that was signed */
export const byHand = async (
  url: string,
  parameters: Readonly<Record<string, string>>,
  { isSorted = true, key = "testsecret&" } = {}
): Promise<string> => {
  const all = Object.entries({
    Version: "2014-05-26",
    Format: "JSON",
    AccessKeyId: "testid",
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: randomUUID(),
    Timestamp: new Date().toISOString().replace(/\.\d+/, ""),
    ...parameters
  })
  if (isSorted) all.sort(([one], [other]) => (one < other ? -1 : 1))
  const query = all.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")
  const signed = `GET&%2F&${encode(query)}`
  const signature = createHmac("sha1", key).update(signed).digest("base64")
  await (await fetch(`${url}/?${query}&Signature=${encode(signature)}`)).text()
  return signed
}
