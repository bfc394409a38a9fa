/** The provider that asks the metadata service, against the emulator's and against worse ones. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as Credentials from "@effect-aliyun/core/Credentials"
import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { as, doors, doorsTo, keys } from "./support/Doors.js"

/** a provider for the emulator, whichever door leads there */
const machine = (options: EcsRamRole.Options = {}) =>
  Effect.map(Effect.serviceOption(NodeEmulator.NodeEmulator), (server) =>
    EcsRamRole.provider(
      Option.match(server, { onNone: () => options, onSome: ({ url }) => ({ endpoint: url, ...options }) })
    )
  )
const asked = Effect.map(Emulator.calls, (calls) =>
  calls
    .filter(({ product }) => product === "Metadata")
    .map(({ method, path, status }) => `${method} ${path.slice(8)} ${status}`)
)
const rolePath = "meta-data/ram/security-credentials/"
const outcome = <R>(provider: Credentials.Provider<R>) =>
  Effect.match(provider.resolve, {
    onFailure: ({ _tag, why }) => `${_tag}: ${why}`,
    onSuccess: ({ _tag }) => _tag as string
  })

const tokenFault = (status: number) =>
  Emulator.fault(Fault.error({ status, code: "No" }), { product: "Metadata", action: "/latest/api/token" })

describe.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("M01: a token first, which is used until it ends; the name of the role is found once", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const provider = yield* machine()
      assert.deepInclude(provider, { name: "ecs_ram_role", staticStability: true })
      const credential = yield* provider.resolve
      assert.deepInclude(credential, { _tag: "Sts", expiration: 1_700_021_600_000, provider: "ecs_ram_role" })
      assert.deepStrictEqual(yield* asked, [
        "PUT api/token 200",
        `GET ${rolePath} 200`,
        `GET ${rolePath}EmulatorRole 200`
      ])
      const identity = yield* AcsClient.rpc({
        product: "Sts",
        version: "2015-04-01",
        action: "GetCallerIdentity"
      }).pipe(
        Effect.flatMap(({ json }) => json),
        as(credential)
      )
      assert.include(JSON.stringify(identity), "assumed-role/EmulatorRole/vm-ram-")

      yield* TestClock.setTime(1_700_021_599_999)
      yield* provider.resolve
      assert.deepStrictEqual((yield* asked).slice(3), [`GET ${rolePath}EmulatorRole 200`])
      yield* TestClock.setTime(1_700_021_600_000)
      yield* provider.resolve
      assert.deepStrictEqual((yield* asked).slice(4), ["PUT api/token 200", `GET ${rolePath}EmulatorRole 200`])
    }).pipe(Effect.provide(door))
  )

  it.effect("a role that is given is not looked for", () =>
    Effect.gen(function* () {
      yield* (yield* machine({ roleName: "EmulatorRole" })).resolve
      assert.deepStrictEqual(yield* asked, ["PUT api/token 200", `GET ${rolePath}EmulatorRole 200`])
      assert.strictEqual(
        yield* outcome(yield* machine({ roleName: "Other" })),
        "Failed: the metadata service answered HTTP 404 when asked for the credentials of the role"
      )
    }).pipe(Effect.provide(door))
  )

  it.effect("M02: no token is a failure", () =>
    Effect.gen(function* () {
      for (const status of [400, 403, 404, 405, 500]) {
        yield* tokenFault(status)
        assert.strictEqual(
          yield* outcome(yield* machine()),
          `Failed: the metadata service answered HTTP ${status} when asked for a token`
        )
        yield* Emulator.clearFaults()
      }
      assert.isTrue((yield* asked).every((call) => call.startsWith("PUT")))
    }).pipe(Effect.provide(door))
  )

  it.effect("M03: a token that is not taken any more is replaced, once", () =>
    Effect.gen(function* () {
      const provider = yield* machine({ roleName: "EmulatorRole" })
      yield* provider.resolve
      const refuse = Fault.error({ status: 401, code: "Unauthorized" })
      yield* Emulator.fault(refuse, { action: `/latest/${rolePath}EmulatorRole`, times: 1 })
      yield* provider.resolve
      assert.deepStrictEqual((yield* asked).slice(2), [
        `GET ${rolePath}EmulatorRole 401`,
        "PUT api/token 200",
        `GET ${rolePath}EmulatorRole 200`
      ])
      yield* Emulator.fault(refuse, { action: `/latest/${rolePath}EmulatorRole` })
      assert.include(yield* outcome(provider), "Failed: the metadata service answered HTTP 401")
      assert.strictEqual((yield* asked).length, 8)
    }).pipe(Effect.provide(door))
  )

  it.effect("M09: when it is switched off, nothing is sent", () =>
    Effect.gen(function* () {
      for (const options of [{ disabled: true }, { disabled: true, roleName: "EmulatorRole" }]) {
        assert.strictEqual(yield* outcome(yield* machine(options)), "NotConfigured: it is switched off")
      }
      assert.deepStrictEqual(yield* asked, [])
    }).pipe(Effect.provide(door))
  )

  const broken: ReadonlyArray<readonly [fault: Fault.Fault, why: string]> = [
    [Fault.error({ status: 500, code: "InternalError" }), "answered HTTP 500"],
    [Fault.garbage, "the metadata service"],
    [Fault.truncate, "broke off"],
    [Fault.reset("before"), "broke"],
    [Fault.reset("body"), "broke off"],
    [Fault.endless, "is larger than 64 KiB"],
    [Fault.redirect("http://127.0.0.1:1/elsewhere"), "answered HTTP 302"]
  ]
  it.effect.each(broken)("%j is a failure", ([fault, why]) =>
    Effect.gen(function* () {
      for (const action of ["/latest/api/token", `/latest/${rolePath}`, `/latest/${rolePath}EmulatorRole`]) {
        yield* Emulator.fault(fault, { product: "Metadata", action })
        const found = yield* outcome(yield* machine())
        assert.include(found, "Failed: ")
        assert.include(found, why)
        yield* Emulator.clearFaults()
      }
    }).pipe(Effect.provide(door))
  )

  it.live("a service that is slow is not waited for", () =>
    Effect.gen(function* () {
      yield* Emulator.fault(Fault.delay("1 minute"))
      const text = "the metadata service did not answer within 50 ms"
      assert.strictEqual(yield* outcome(yield* machine({ timeout: "50 millis" })), `NotConfigured: ${text}`)
      const given = yield* machine({ timeout: "50 millis", roleName: "EmulatorRole" })
      assert.strictEqual(yield* outcome(given), `Failed: ${text}`)
      // it was there before
      yield* Emulator.clearFaults()
      const known = yield* machine({ timeout: "50 millis" })
      assert.strictEqual(yield* outcome(known), "Sts")
      yield* Emulator.fault(Fault.delay("1 minute"))
      assert.strictEqual(yield* outcome(known), `Failed: ${text}`)
    }).pipe(Effect.provide(door))
  )
})

describe.each(Object.entries(doorsTo({ keys, metadata: { tokens: "optional" } })))("%s, tokens optional", (_, door) => {
  it.effect("M02: without a token where there is none and that is allowed", () =>
    Effect.gen(function* () {
      for (const status of [403, 404, 405]) {
        yield* tokenFault(status)
        assert.strictEqual(yield* outcome(yield* machine({ allowV1: true })), "Sts")
        assert.include(yield* outcome(yield* machine({ allowV1: false })), `HTTP ${status}`)
        yield* Emulator.clearFaults()
      }
      yield* tokenFault(500)
      assert.include(yield* outcome(yield* machine({ allowV1: true })), "HTTP 500")
    }).pipe(Effect.provide(door))
  )
})

describe.each(Object.entries(doorsTo({ metadata: { roleName: null } })))("%s, no role", (_, door) => {
  it.effect("is no configuration", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome(yield* machine()), "NotConfigured: the instance has no RAM role")
      assert.include(yield* outcome(yield* machine({ roleName: "EmulatorRole" })), "Failed: ")
    }).pipe(Effect.provide(door))
  )
})

describe.each(Object.entries(doorsTo({ keys, metadata: { roleName: "my role%2e" } })))("%s, an odd name", (_, door) => {
  it.effect("M04: is one segment of the path", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* outcome(yield* machine({ roleName: "my role%2e" })), "Sts")
      assert.strictEqual(yield* outcome(yield* machine()), "Sts")
      assert.include(yield* asked, `GET ${rolePath}my%20role%252e 200`)
    }).pipe(Effect.provide(door))
  )
})
