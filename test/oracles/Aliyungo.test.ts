/** aliyungo, the library of older Go tools, against the emulator: Go's JSON reader forgives no field of another type. */
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { recorder, refusesEveryByte } from "../foreign/support/tamper.js"
import { go, good, wrong } from "./support.js"

const aliyungo = go("aliyungo/main.go")
const region = "cn-hangzhou"
const hard = "a b*~'()+/中"

interface Instance {
  readonly InstanceId: string
  readonly InstanceName: string
  readonly Description: string
  readonly Status: string
  readonly Memory: number
  readonly CreationTime: string
}

describe("aliyungo", () => {
  it.scopedLive("reads regions, instances and their states", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const seen = yield* aliyungo<{
        readonly regions: Readonly<Record<string, string>>
        readonly instances: ReadonlyArray<Instance>
        readonly page: unknown
        readonly statuses: ReadonlyArray<{ readonly InstanceId: string; readonly Status: string }>
        readonly all: { readonly TotalCount: number }
      }>(url, good, region, "look")
      assert.strictEqual(seen.regions[region], "华东1（杭州）")
      assert.deepStrictEqual(
        seen.instances.map(({ InstanceName }) => InstanceName),
        ["db-1", "batch-1"]
      )
      assert.deepInclude(seen.instances[0], { Status: "Running", Memory: 8192, CreationTime: "2024-01-15T02:00:00Z" })
      assert.deepStrictEqual(seen.page, { TotalCount: 5, PageNumber: 2, PageSize: 2 })
      assert.strictEqual(seen.all.TotalCount, 5)
      assert.deepInclude(seen.statuses, { InstanceId: seen.instances[1]!.InstanceId, Status: "Stopped" })
    })
  )

  it.scopedLive("runs, stops, starts and deletes an instance", () =>
    Effect.gen(function* () {
      // it waits for no state by itself
      const { url } = yield* NodeEmulator.make({ transition: 0 })
      const seen = yield* aliyungo<
        Readonly<Record<"first" | "again", ReadonlyArray<string>>> &
          Readonly<Record<"created" | "stopped" | "started" | "deleted", ReadonlyArray<Instance> | null>>
      >(url, good, region, "life")
      const state = (instances: ReadonlyArray<Instance> | null) => instances?.map(({ Status }) => Status) ?? []
      assert.lengthOf(seen.first, 1)
      assert.deepStrictEqual(seen.again, seen.first)
      assert.deepInclude(seen.created?.[0], {
        InstanceId: seen.first[0]!,
        InstanceName: "probe",
        Description: hard,
        Status: "Running"
      })
      assert.deepStrictEqual(
        [state(seen.stopped), state(seen.started), state(seen.deleted)],
        [["Stopped"], ["Running"], []]
      )
    })
  )

  it.scopedLive("assumes a role and calls with its keys", () =>
    Effect.gen(function* () {
      const { emulator, url } = yield* NodeEmulator.make()
      const seen = yield* aliyungo<{
        readonly user: { readonly Arn: string }
        readonly expiration: string
        readonly regions: number
      }>(url, good, region, "assume")
      assert.strictEqual(seen.user.Arn, "acs:ram::1234567890123456:role/deployer/aliyungo")
      assert.closeTo(Date.parse(seen.expiration), Date.now() + 900_000, 60_000)
      assert.isAbove(seen.regions, 5)
      const calls = yield* emulator.calls
      assert.deepStrictEqual(
        calls.map(({ action, verdict }) => `${action} ${verdict}`),
        ["AssumeRole Accepted", "DescribeRegions Accepted"]
      )
      assert.notStrictEqual(calls[1]?.accessKeyId, good.accessKeyId)
    })
  )

  it.scopedLive("adds, finds and deletes a DNS record", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const seen = yield* aliyungo<{
        readonly added: string
        readonly deleted: string
        readonly found: ReadonlyArray<object>
      }>(url, good, region, "records")
      assert.lengthOf(seen.found, 1)
      const record = { RecordId: seen.added, DomainName: "example.com", RR: "go", Type: "TXT", Value: hard, TTL: 600 }
      assert.deepInclude(seen.found[0], record)
      assert.strictEqual(seen.deleted, seen.added)
    })
  )

  it.scopedLive("is refused with a wrong secret", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const { code, message, status } = yield* aliyungo<{
        readonly code: string
        readonly message: string
        readonly status: number
      }>(url, wrong, region, "refused")
      assert.deepStrictEqual([code, status], ["SignatureDoesNotMatch", 400])
      assert.match(message, /^Specified signature is not matched with our calculation/)
    })
  )

  it.scopedLive.each(["life", "records"])(
    "is refused once a byte of what is signed has changed on the way, %s",
    (scenario) =>
      Effect.gen(function* () {
        // it waits for no state by itself
        const { arrived, url } = yield* recorder({ transition: 0 })
        yield* aliyungo<object>(url, good, region, scenario)
        assert.isAbove(yield* refusesEveryByte(arrived), 900)
      })
  )
})
