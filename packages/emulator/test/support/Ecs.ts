/** Calls of Ecs, in short. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as Emulator from "@effect-aliyun/emulator/Emulator"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { as, doors, outcome, people } from "./Doors.js"

export type Query = Readonly<Record<string, unknown>>

export const call = (action: string, query: Query = {}) =>
  AcsClient.rpc({ product: "Ecs", version: "2014-05-26", action, regionId: "cn-hangzhou", query })

/** the body of the answer */
export const ecs = (action: string, query: Query = {}) =>
  Effect.flatMap(call(action, query), (response) => Effect.map(response.json, (body) => body as any))

/** the answer in short, `400 MissingParameter` for instance */
export const said = (action: string, query: Query = {}) => outcome(call(action, query))

/** what it takes to make an instance */
export const machine = {
  ImageId: "aliyun_3_x64_20G_alibase_20240528.vhd",
  InstanceType: "ecs.g7.large",
  SecurityGroupId: "sg-bp1test",
  VSwitchId: "vsw-bp1test"
}

/** the ids of instances that have been made to run */
export const run = (query: Query = {}) =>
  Effect.map(
    ecs("RunInstances", { ...machine, ...query }),
    (body) => body.InstanceIdSets.InstanceIdSet as ReadonlyArray<string>
  )

/** the id of an instance that is stopped */
export const create = (query: Query = {}) =>
  Effect.map(ecs("CreateInstance", { ...machine, ...query }), (body) => body.InstanceId as string)

export const describe = (query: Query = {}) =>
  Effect.map(ecs("DescribeInstances", { PageSize: 100, ...query }), (body) => body.Instances.Instance as Array<any>)

export const names = (query: Query = {}) =>
  Effect.map(describe(query), (instances) => instances.map(({ InstanceName }) => InstanceName as string))

export const statusOf = (id: string) =>
  Effect.map(describe({ InstanceIds: JSON.stringify([id]) }), ([instance]) => instance?.Status as string | undefined)

/** each row: when, in milliseconds from now, and in which state an instance is then */
export const expectStates = (id: string, rows: ReadonlyArray<readonly [at: number, status: string]>) =>
  Effect.gen(function* () {
    let now = 0
    for (const [at, status] of rows) {
      yield* TestClock.adjust(at - now)
      now = at
      assert.strictEqual(yield* statusOf(id), status, `after ${at} ms`)
    }
  })

export const ids = {
  running: "i-bp1emulator000000001",
  stopped: "i-bp1emulator000000004",
  elsewhere: "i-uf6emulator000000001",
  unknown: "i-bp1none0000000000000"
}

/** a test with an emulator of its own, in memory */
export const inMemory = <A, E>(
  name: string,
  test: () => Effect.Effect<A, E, AcsClient.Services | Emulator.Emulator>
): void => it.effect(name, () => test().pipe(as(people.tester), Effect.provide(doors["in memory"])))
