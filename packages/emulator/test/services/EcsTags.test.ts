/** Tags: given, found by, taken away; and their limits. */
import { assert, describe as group, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { as, doors, people } from "../support/Doors.js"
import { create, describe, ecs, ids, inMemory, machine, names, said, statusOf } from "../support/Ecs.js"

const instance = { ResourceType: "instance" }
const many = (count: number, prefix = "k") =>
  Array.from({ length: count }, (_, index) => ({ Key: `${prefix}${index}`, Value: "v" }))
const tagsOf = (id: string) =>
  Effect.map(describe({ InstanceIds: JSON.stringify([id]) }), ([shown]) =>
    (shown.Tags.Tag as ReadonlyArray<any>).map(({ TagKey, TagValue }) => `${TagKey}=${TagValue}`)
  )
const listed = (query: Record<string, unknown>) =>
  Effect.map(ecs("ListTagResources", { ...instance, ...query }), (body) =>
    (body.TagResources.TagResource as ReadonlyArray<any>).map(
      ({ ResourceId, TagKey, TagValue }) => `${ResourceId.slice(-1)} ${TagKey}=${TagValue}`
    )
  )
const web1 = ids.running
const batch1 = ids.stopped

group.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("tags come and go", () =>
    Effect.gen(function* () {
      const both = { ...instance, ResourceId: [web1, batch1] }
      const given = {
        ...both,
        Tag: [
          { Key: "team", Value: "中 文/a+b" },
          { Key: "env", Value: "" }
        ]
      }
      assert.deepStrictEqual(Object.keys(yield* ecs("TagResources", given)), ["RequestId"])
      assert.deepStrictEqual(yield* tagsOf(web1), ["env=", "team=中 文/a+b"])
      assert.deepStrictEqual(yield* names({ Tag: [{ Key: "team", Value: "中 文/a+b" }] }), ["web-1", "batch-1"])
      const { NextToken, TagResources } = yield* ecs("ListTagResources", { ...instance, ResourceId: [web1] })
      assert.strictEqual(NextToken, "")
      assert.deepStrictEqual(TagResources.TagResource, [
        { ResourceId: web1, ResourceType: "instance", TagKey: "env", TagValue: "" },
        { ResourceId: web1, ResourceType: "instance", TagKey: "team", TagValue: "中 文/a+b" }
      ])
      yield* ecs("UntagResources", { ...both, TagKey: ["env", "never there"] })
      assert.deepStrictEqual(yield* tagsOf(batch1), ["team=中 文/a+b"])
      yield* ecs("UntagResources", { ...both, All: true })
      assert.deepStrictEqual(yield* tagsOf(web1), [])
    }).pipe(as(people.tester), Effect.provide(door))
  )
})

inMemory("ListTagResources finds by id and by tag", () =>
  Effect.gen(function* () {
    yield* ecs("TagResources", { ...instance, ResourceId: [web1], Tag: [{ Key: "a", Value: "1" }] })
    assert.deepStrictEqual(yield* listed({ ResourceId: [web1, batch1] }), ["1 env=prod", "1 a=1", "4 env=prod"])
    assert.deepStrictEqual(yield* listed({ Tag: [{ Key: "a" }] }), ["1 env=prod", "1 a=1"])
    assert.deepStrictEqual(yield* listed({ Tag: [{ Key: "a", Value: "2" }] }), [])
    assert.deepStrictEqual(yield* listed({ Tag: [{ Key: "a" }, { Key: "env", Value: "prod" }] }), [
      "1 env=prod",
      "1 a=1"
    ])
    assert.deepStrictEqual(yield* listed({ ResourceId: [batch1], Tag: [{ Key: "a" }] }), [])
    assert.deepStrictEqual(yield* listed({ ResourceId: [ids.unknown, ids.elsewhere] }), [])
    assert.deepStrictEqual(yield* listed({ RegionId: "cn-shanghai", Tag: [{ Key: "env" }] }), [
      "1 env=test",
      "2 env=test"
    ])
  })
)

inMemory("ListTagResources by page, while tags come and go", () =>
  Effect.gen(function* () {
    for (const _ of many(7)) yield* create({ Tag: many(19, "p"), InstanceName: "many" })
    const seen: Array<string> = []
    let NextToken = ""
    let count = 0
    do {
      const body = yield* ecs("ListTagResources", { ...instance, Tag: [{ Key: "p0" }], NextToken })
      for (const { ResourceId, TagKey } of body.TagResources.TagResource) seen.push(`${ResourceId} ${TagKey}`)
      NextToken = body.NextToken
      yield* create({ Tag: many(1, "q") })
      count++
    } while (NextToken !== "")
    assert.isAbove(count, 1)
    assert.strictEqual(seen.length, 7 * 19)
    assert.strictEqual(new Set(seen).size, 7 * 19)
    assert.strictEqual(
      yield* said("ListTagResources", { ...instance, ResourceId: [web1], NextToken: "made up" }),
      "400 InvalidParameter.NextToken"
    )
  })
)

inMemory("an instance has 20 tags at most, and all get theirs or none", () =>
  Effect.gen(function* () {
    const tag = (ResourceId: ReadonlyArray<string>, Tag: unknown) =>
      said("TagResources", { ...instance, ResourceId, Tag })
    assert.strictEqual(yield* tag([web1], many(19)), "200")
    assert.strictEqual((yield* tagsOf(web1)).length, 20)
    assert.strictEqual(yield* tag([batch1, web1], [{ Key: "one more" }]), "400 OperationDenied.QuotaExceed")
    assert.deepStrictEqual(yield* tagsOf(batch1), ["env=prod"])
    // what is there already takes no room
    assert.strictEqual(yield* tag([web1], [{ Key: "env", Value: "test" }]), "200")
    assert.include(yield* tagsOf(web1), "env=test")
    assert.strictEqual(yield* tag([batch1, ids.unknown], [{ Key: "x" }]), "404 InvalidResourceId.NotFound")
    assert.strictEqual(yield* tag([batch1, ids.elsewhere], [{ Key: "x" }]), "404 InvalidResourceId.NotFound")
    assert.deepStrictEqual(yield* tagsOf(batch1), ["env=prod"])
  })
)

inMemory("tags leave the state alone", () =>
  Effect.gen(function* () {
    yield* ecs("StopInstance", { InstanceId: web1 })
    yield* ecs("TagResources", { ...instance, ResourceId: [web1], Tag: [{ Key: "x" }] })
    assert.strictEqual(yield* statusOf(web1), "Stopping")
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* statusOf(web1), "Stopped")
  })
)

/** of TagResources and RunInstances alike */
const badTags: ReadonlyArray<readonly [ReadonlyArray<unknown>, string]> = [
  [[{ Value: "v" }], "400 InvalidTag.Mismatch"],
  [[{ Key: "", Value: "v" }], "400 InvalidTagKey.Malformed"],
  [[{ Key: "k".repeat(129) }], "400 InvalidTagKey.Malformed"],
  [[{ Key: "aliyun-x" }], "400 InvalidTagKey.Malformed"],
  [[{ Key: "acs:x" }], "400 InvalidTagKey.Malformed"],
  [[{ Key: "see http://x" }], "400 InvalidTagKey.Malformed"],
  [[{ Key: "k", Value: "v".repeat(129) }], "400 InvalidTagValue.Malformed"],
  [[{ Key: "k", Value: "https://x" }], "400 InvalidTagValue.Malformed"],
  [[{ Key: "k" }, { Key: "k" }], "400 Duplicate.TagKey"],
  [many(21), "400 NumberExceed.Tags"],
  [[{ Key: "k".repeat(128), Value: "v".repeat(128) }], "200"]
]

inMemory("tags have a form", () =>
  Effect.gen(function* () {
    for (const [Tag, answer] of badTags) {
      const text = JSON.stringify(Tag)
      assert.strictEqual(yield* said("TagResources", { ...instance, ResourceId: [web1], Tag }), answer, text)
      assert.strictEqual(yield* said("RunInstances", { ...machine, Tag }), answer, text)
    }
  })
)

inMemory("what is missing or too much is named", () =>
  Effect.gen(function* () {
    const Tag = [{ Key: "k" }]
    const fine = { ...instance, ResourceId: [web1] }
    const rows: ReadonlyArray<readonly [string, Record<string, unknown>, string]> = [
      ["TagResources", { ...fine, Tag, RegionId: "" }, "404 MissingParameter.RegionId"],
      ["TagResources", { ...fine, Tag, RegionId: "mars-1" }, "404 InvalidRegionId.NotFound"],
      ["TagResources", { ResourceId: [web1], Tag }, "404 MissingParameter.ResourceType"],
      ["TagResources", { ...fine, Tag, ResourceType: "disk" }, "404 InvalidResourceType.NotFound"],
      ["TagResources", { ...instance, Tag }, "404 MissingParameter.ResourceIds"],
      ["TagResources", fine, "404 MissingParameter.Tags"],
      ["TagResources", { ...fine, Tag, ResourceId: many(51).map(({ Key }) => Key) }, "400 NumberExceed.ResourceIds"],
      ["UntagResources", fine, "404 MissingParameter.Tags"],
      ["UntagResources", { ...fine, All: false }, "404 MissingParameter.Tags"],
      ["UntagResources", { ...fine, All: true, TagKey: ["k"] }, "403 Param.Conflict"],
      ["UntagResources", { ...fine, All: "x" }, "400 InvalidParameter"],
      ["UntagResources", { ...fine, TagKey: many(21).map(({ Key }) => Key) }, "400 NumberExceed.Tags"],
      ["UntagResources", { ...instance, All: true }, "404 MissingParameter.ResourceIds"],
      ["UntagResources", { ...instance, ResourceId: [ids.unknown], All: true }, "404 InvalidResourceId.NotFound"],
      ["ListTagResources", instance, "404 MissingParameter.Tags"],
      ["ListTagResources", { ...instance, Tag: [{ Value: "v" }] }, "400 InvalidParameter.TagValue"],
      ["ListTagResources", { ...instance, Tag: many(21) }, "400 NumberExceed.Tags"]
    ]
    for (const [action, query, answer] of rows) {
      assert.strictEqual(yield* said(action, query), answer, `${action} ${JSON.stringify(query)}`)
    }
  })
)
