/** Apache libcloud, which reads XML only, against the emulator's Ecs. */
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { recorder, refusesEveryByte } from "../foreign/support/tamper.js"
import { good, python, wrong } from "./support.js"

const libcloud = python("libcloud_ecs.py")
const region = "cn-hangzhou"

interface Node {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly public_ips: ReadonlyArray<string>
  readonly instance_type: string
  readonly vpc_attributes: Readonly<Record<string, string | null>>
}

describe("libcloud", () => {
  it.scopedLive("lists locations and nodes", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const seen = yield* libcloud<{
        readonly locations: Readonly<Record<string, string>>
        readonly nodes: ReadonlyArray<Node>
        readonly by_twos: ReadonlyArray<string>
        readonly stopped: ReadonlyArray<string>
      }>(url, good, region, "look")
      assert.strictEqual(seen.locations[region], "华东1（杭州）")
      const names = ["web-1", "web-2", "db-1", "batch-1", "batch-2"]
      assert.deepStrictEqual(
        seen.nodes.map(({ name }) => name),
        names
      )
      assert.deepInclude(seen.nodes[0], {
        state: "running",
        public_ips: ["203.0.113.11"],
        instance_type: "ecs.g7.large"
      })
      assert.deepInclude(seen.nodes[0]?.vpc_attributes, {
        vpc_id: `vpc-${region}-0001`,
        private_ip_address: "192.168.0.11"
      })
      assert.deepStrictEqual(seen.by_twos, names)
      assert.deepStrictEqual(seen.stopped, ["batch-1", "batch-2"])
    })
  )

  it.scopedLive("lists sizes, images and zones", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const seen = yield* libcloud<{
        readonly sizes: Readonly<Record<string, ReadonlyArray<number>>>
        readonly images: Readonly<Record<string, string>>
        readonly zones: ReadonlyArray<string>
      }>(url, good, region, "catalogue")
      assert.deepStrictEqual(seen.sizes["ecs.g7.large"], [8, 2])
      assert.strictEqual(seen.images["aliyun_3_x64_20G_alibase_20240528.vhd"], "linux")
      assert.include(seen.zones, `${region}-b`)
    })
  )

  it.scopedLive("creates, stops, starts and destroys a node", () =>
    Effect.gen(function* () {
      // long enough for it to find each state not reached yet when it looks at once
      const { emulator, url } = yield* NodeEmulator.make({ transition: "1 second" })
      const seen = yield* libcloud<Readonly<Record<string, unknown>> & { readonly created: ReadonlyArray<Node> }>(
        url,
        good,
        region,
        "life"
      )
      assert.lengthOf(seen.created, 1)
      assert.deepInclude(seen.created[0], { name: "probe", state: "running", instance_type: "ecs.g7.large" })
      assert.deepStrictEqual(seen["description"], ["from libcloud; a b*~'()中"])
      assert.deepStrictEqual(seen["stop"], [true, ["stopped"]])
      assert.deepStrictEqual(seen["start"], [true, ["running"]])
      assert.deepStrictEqual(seen["destroy"], [true, []])
      assert.deepStrictEqual(
        (yield* emulator.calls)
          .filter(({ action }) => action !== "DescribeInstances")
          .map(({ action, verdict }) => `${action} ${verdict}`),
        ["CreateInstance", "StartInstance", "StopInstance", "StartInstance", "StopInstance", "DeleteInstance"].map(
          (action) => `${action} Accepted`
        )
      )
    })
  )

  it.scopedLive("is refused with a wrong secret", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const { error } = yield* libcloud<{ readonly error: string }>(url, wrong, region, "refused")
      assert.match(error, /'code': 'SignatureDoesNotMatch'/)
      assert.match(error, /'message': 'Specified signature is not matched/)
    })
  )

  it.scopedLive("is refused once a byte of what is signed has changed on the way", () =>
    Effect.gen(function* () {
      // where each state is reached at once it never waits
      const { arrived, url } = yield* recorder({ transition: 0 })
      yield* libcloud<object>(url, good, region, "life")
      assert.isAbove(yield* refusesEveryByte(arrived), 5000)
    })
  )
})
