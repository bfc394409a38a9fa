/**
 * The official SDKs of single products against the emulator: requests made by their own models, and answers that went through
 * them, so that a field of another name is lost and one of another type an error.
 */
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { generateKeyPairSync, sign } from "node:crypto"
import { recorder, refusesEveryByte } from "../foreign/support/tamper.js"
import { good, product, wrong, type Keys } from "./support.js"

const regionId = "cn-hangzhou"
const account = "1234567890123456"

const changed = "is refused once a byte of what is signed has changed on the way"

/** a state that takes time */
const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>, done: (a: A) => boolean) =>
  Effect.repeat(effect, { until: done, schedule: Schedule.spaced("20 millis"), times: 200 }).pipe(
    Effect.zipRight(effect)
  )

describe("@alicloud/ecs20140526", () => {
  const { client, model } = product("@alicloud/ecs20140526")

  interface Instance {
    readonly instanceId: string
    readonly instanceName: string
    readonly status: string
    readonly cpu: number
    readonly vpcAttributes: { readonly privateIpAddress: { readonly ipAddress: ReadonlyArray<string> } }
    readonly tags: { readonly tag: ReadonlyArray<{ readonly tagKey: string; readonly tagValue: string }> }
  }
  interface Instances {
    readonly instances: { readonly instance: ReadonlyArray<Instance> }
    readonly totalCount: number
    readonly pageNumber: number
    readonly pageSize: number
    readonly nextToken?: string
    readonly requestId: string
  }
  interface Ran {
    readonly instanceIdSets: { readonly instanceIdSet: ReadonlyArray<string> }
  }
  interface TagResources {
    readonly tagResources: {
      readonly tagResource: ReadonlyArray<{
        readonly resourceId: string
        readonly resourceType: string
        readonly tagKey: string
        readonly tagValue: string
      }>
    }
  }

  const ecs = (url: string, keys: Keys = good) => {
    const ask = client(url, keys)
    return {
      ask,
      describe: (fields: object) =>
        ask<Instances>("describeInstances", model("DescribeInstancesRequest", { regionId, ...fields })),
      run: (fields: object) =>
        Effect.map(
          ask<Ran>(
            "runInstances",
            model("RunInstancesRequest", {
              regionId,
              imageId: "aliyun_3_x64_20G_alibase_20240528.vhd",
              instanceType: "ecs.g7.large",
              securityGroupId: `sg-${regionId}-0001`,
              vSwitchId: `vsw-${regionId}-0001`,
              systemDisk: model("RunInstancesRequestSystemDisk", { category: "cloud_essd", size: "40" }),
              ...fields
            })
          ),
          ({ instanceIdSets }) => instanceIdSets.instanceIdSet
        )
    }
  }
  const ids = (body: Instances) => body.instances.instance.map(({ instanceId }) => instanceId)
  const names = (body: Instances) => body.instances.instance.map(({ instanceName }) => instanceName)

  it.scopedLive("reads regions and instances", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const { ask, describe } = ecs(url)
      interface Regions {
        readonly regions: { readonly region: ReadonlyArray<{ readonly regionId: string; readonly localName: string }> }
      }
      const english = model("DescribeRegionsRequest", { acceptLanguage: "en-US" })
      const { region } = (yield* ask<Regions>("describeRegions", english)).regions
      assert.include(
        region.map((each) => `${each.regionId} ${each.localName}`),
        "cn-hangzhou China (Hangzhou)"
      )

      const second = yield* describe({ pageNumber: 2, pageSize: 2 })
      assert.deepInclude(second, { totalCount: 5, pageNumber: 2, pageSize: 2 })
      assert.match(second.requestId, /^[0-9A-F-]{36}$/)
      assert.deepStrictEqual(names(second), ["db-1", "batch-1"])
      assert.deepInclude(second.instances.instance[0], { status: "Running", cpu: 2 })
      assert.deepStrictEqual(second.instances.instance[0]?.vpcAttributes.privateIpAddress.ipAddress, ["192.168.0.21"])
      const stopped = yield* describe({ status: "Stopped", instanceIds: JSON.stringify(ids(second)) })
      assert.deepStrictEqual(names(stopped), ["batch-1"])
    })
  )

  it.scopedLive("reads instances by token", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const { describe, run } = ecs(url)
      const made = yield* run({ amount: 7 })
      const seen: Array<string> = []
      const pages: Array<number> = []
      let nextToken: string | undefined
      do {
        // the service shows no fewer than ten at a time in this way
        const page: Instances = yield* describe({ maxResults: 10, ...(nextToken ? { nextToken } : {}) })
        seen.push(...ids(page))
        pages.push(ids(page).length)
        nextToken = page.nextToken
      } while (nextToken)
      assert.deepStrictEqual(pages, [10, 2])
      assert.strictEqual(new Set(seen).size, 12)
      assert.includeMembers(seen, [...made])
    })
  )

  it.scopedLive("runs instances once for each client token", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const { describe, run } = ecs(url)
      const tag = [model("RunInstancesRequestTag", { key: "by", value: "a b*~'()中" })]
      const order = { amount: 2, instanceName: "probe", tag, clientToken: "token-1" }
      const first = yield* run(order)
      assert.lengthOf(first, 2)
      assert.deepStrictEqual(yield* run(order), first)
      const error = yield* Effect.flip(run({ ...order, amount: 3 }))
      assert.strictEqual(error.code, "IdempotentParameterMismatch")
      assert.notDeepEqual(yield* run({ ...order, clientToken: "token-2" }), first)
      const made = yield* describe({ instanceIds: JSON.stringify(first), pageSize: 50 })
      assert.sameMembers(ids(made), [...first])
      assert.deepStrictEqual(
        made.instances.instance[0]?.tags.tag.map(({ tagKey, tagValue }) => [tagKey, tagValue]),
        [["by", "a b*~'()中"]]
      )
      assert.strictEqual((yield* describe({})).totalCount, 9)
    })
  )

  it.scopedLive("stops, starts and deletes an instance", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make({ transition: "50 millis" })
      const { ask, describe, run } = ecs(url)
      const [instanceId = ""] = yield* run({ amount: 1 })
      const state = Effect.map(
        describe({ instanceIds: JSON.stringify([instanceId]) }),
        ({ instances }) => instances.instance[0]?.status
      )
      const change = (operation: string, fields: object = {}) =>
        ask(operation, model(`${operation.replace(/^./, (c) => c.toUpperCase())}Request`, { instanceId, ...fields }))

      assert.strictEqual(yield* eventually(state, (status) => status === "Running"), "Running")
      yield* change("stopInstance", { forceStop: false })
      assert.strictEqual(yield* eventually(state, (status) => status === "Stopped"), "Stopped")
      assert.strictEqual((yield* Effect.flip(change("stopInstance"))).code, "IncorrectInstanceStatus")
      yield* change("startInstance")
      assert.strictEqual(yield* eventually(state, (status) => status === "Running"), "Running")
      const early = yield* Effect.flip(change("deleteInstance"))
      assert.strictEqual(early.code, "IncorrectInstanceStatus")
      yield* change("deleteInstance", { force: true })
      assert.strictEqual(yield* eventually(state, (status) => status === undefined), undefined)
      const late = yield* Effect.flip(change("startInstance"))
      assert.deepInclude(late, { code: "InvalidInstanceId.NotFound", statusCode: 404 })
    })
  )

  it.scopedLive("tags instances", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const { ask, describe } = ecs(url)
      const web = ids(yield* describe({ pageSize: 2 }))
      const on = (resourceId: ReadonlyArray<string>) => ({ regionId, resourceType: "instance", resourceId })
      const tag = (key: string, value: string) => model("TagResourcesRequestTag", { key, value })
      const list = (resourceId: ReadonlyArray<string>) =>
        Effect.map(
          ask<TagResources>("listTagResources", model("ListTagResourcesRequest", on(resourceId))),
          ({ tagResources }) =>
            tagResources.tagResource.map((each) =>
              [each.resourceId, each.resourceType, each.tagKey, each.tagValue].join(" ")
            )
        )

      const tags = [tag("role", "web"), tag("名", "a&b=c")]
      yield* ask("tagResources", model("TagResourcesRequest", { ...on(web), tag: tags }))
      assert.sameMembers(
        yield* list(web),
        web.flatMap((id) => ["env prod", "role web", "名 a&b=c"].map((each) => `${id} instance ${each}`))
      )
      const found = yield* describe({ tag: [model("DescribeInstancesRequestTag", { key: "名", value: "a&b=c" })] })
      assert.deepStrictEqual(ids(found), web)

      yield* ask("untagResources", model("UntagResourcesRequest", { ...on(web.slice(0, 1)), tagKey: ["role", "env"] }))
      assert.deepStrictEqual(yield* list(web.slice(0, 1)), [`${web[0]} instance 名 a&b=c`])
      assert.lengthOf(yield* list(web.slice(1)), 3)
    })
  )

  it.scopedLive("is refused with a wrong secret", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const error = yield* Effect.flip(ecs(url, wrong).run({ amount: 1 }))
      assert.deepInclude(error, { code: "SignatureDoesNotMatch", statusCode: 400 })
      assert.strictEqual((yield* ecs(url).describe({})).totalCount, 5)
    })
  )

  it.scopedLive(changed, () =>
    Effect.gen(function* () {
      const { arrived, url } = yield* recorder()
      yield* ecs(url).run({ amount: 1, tag: [model("RunInstancesRequestTag", { key: "by", value: "a b*~'()中" })] })
      assert.strictEqual(arrived.length, 1)
      assert.isAbove(yield* refusesEveryByte(arrived), 500)
    })
  )
})

describe("@alicloud/cs20151215", () => {
  const { client, model } = product("@alicloud/cs20151215")

  interface Cluster {
    readonly clusterId: string
    readonly name: string
    readonly regionId: string
    readonly state: string
    readonly size: number
  }
  interface Clusters {
    readonly clusters: ReadonlyArray<Cluster>
    readonly pageInfo: { readonly pageNumber: number; readonly pageSize: number; readonly totalCount: number }
  }
  interface Task {
    readonly clusterId: string
    readonly requestId: string
    readonly taskId: string
  }

  it.scopedLive("reads clusters", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const ask = client(url, good)
      const all = yield* ask<ReadonlyArray<Cluster>>("describeClusters", model("DescribeClustersRequest"))
      assert.includeMembers(
        all.map(({ name }) => name),
        ["production", "staging"]
      )
      const production = yield* ask<Cluster>("describeClusterDetail", all[0]!.clusterId)
      assert.strictEqual(production.name, all[0]!.name)
      assert.isNumber(production.size)
      const paged = yield* ask<Clusters>(
        "describeClustersV1",
        model("DescribeClustersV1Request", { name: "production", pageNumber: 1, pageSize: 10 })
      )
      assert.deepStrictEqual(
        paged.clusters.map(({ name }) => name),
        ["production"]
      )
      assert.deepInclude(paged.pageInfo, { pageNumber: 1, pageSize: 10, totalCount: 1 })
      const missing = yield* Effect.flip(ask("describeClusterDetail", "c0 /中"))
      assert.deepInclude(missing, { code: "ErrorClusterNotFound", statusCode: 404 })
    })
  )

  it.scopedLive("creates and deletes a cluster", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make({ transition: "50 millis" })
      const ask = client(url, good)
      const created = yield* ask<Task>(
        "createCluster",
        model("CreateClusterRequest", {
          name: "probe",
          regionId,
          clusterType: "ManagedKubernetes",
          clusterSpec: "ack.pro.small",
          vpcid: `vpc-${regionId}-0001`,
          vswitchIds: [`vsw-${regionId}-0001`],
          containerCidr: "172.20.0.0/16",
          serviceCidr: "172.21.0.0/20",
          snatEntry: true,
          tags: [model("Tag", { key: "by", value: "中" })]
        })
      )
      assert.isNotEmpty(created.clusterId)
      assert.isNotEmpty(created.taskId)
      const detail = ask<Cluster>("describeClusterDetail", created.clusterId)
      const running = yield* eventually(detail, ({ state }) => state === "running")
      assert.deepInclude(running, { clusterId: created.clusterId, name: "probe", regionId, state: "running" })

      const deleted = yield* ask<Task>(
        "deleteCluster",
        created.clusterId,
        model("DeleteClusterRequest", { retainAllResources: false, retainResources: [`sg-${regionId}-0001`] })
      )
      assert.strictEqual(deleted.clusterId, created.clusterId)
      const gone = yield* eventually(Effect.either(detail), ({ _tag }) => _tag === "Left")
      assert.deepInclude(yield* Effect.flip(gone), { code: "ErrorClusterNotFound", statusCode: 404 })
    })
  )

  it.scopedLive("is refused with a wrong secret", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const error = yield* Effect.flip(client(url, wrong)("describeClusters", model("DescribeClustersRequest")))
      assert.deepInclude(error, { code: "SignatureDoesNotMatch", statusCode: 400 })
    })
  )

  it.scopedLive(changed, () =>
    Effect.gen(function* () {
      const { arrived, url } = yield* recorder()
      const ask = client(url, good)
      yield* ask("describeClustersV1", model("DescribeClustersV1Request", { name: "a b*~'()中", pageSize: 10 }))
      // a body in JSON, and a path that has to be encoded; a cluster takes more than a name, and none has this one
      yield* Effect.flip(ask("createCluster", model("CreateClusterRequest", { name: "a b*~'()中" })))
      yield* Effect.flip(ask("describeClusterDetail", "c0 /中"))
      assert.strictEqual(arrived.length, 3)
      assert.isAbove(yield* refusesEveryByte(arrived), 1000)
    })
  )
})

describe("@alicloud/sts20150401", () => {
  const { client, model } = product("@alicloud/sts20150401")
  const roleArn = `acs:ram::${account}:role/deployer`

  interface Session {
    readonly credentials: Keys & { readonly securityToken: string; readonly expiration: string }
    readonly assumedRoleUser: { readonly arn: string; readonly assumedRoleId: string }
    readonly OIDCTokenInfo?: { readonly subject: string; readonly issuer: string; readonly clientIds: string }
  }
  interface Identity {
    readonly identityType: string
    readonly accountId: string
    readonly arn: string
    readonly principalId: string
  }
  const whoAmI = (url: string, keys: Keys) => client(url, keys)<Identity>("getCallerIdentity")

  it.scopedLive("assumes a role, and is who it says", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const policy = JSON.stringify({ Version: "1", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] })
      const { assumedRoleUser, credentials } = yield* client(url, good)<Session>(
        "assumeRole",
        model("AssumeRoleRequest", { roleArn, roleSessionName: "probe", durationSeconds: 900, policy })
      )
      assert.strictEqual(assumedRoleUser.arn, `acs:ram::${account}:role/deployer/probe`)
      assert.closeTo(Date.parse(credentials.expiration), Date.now() + 900_000, 60_000)
      const identity = yield* whoAmI(url, credentials)
      // the type of a session, where the answer before has that of a role: as documented
      const arn = `acs:ram::${account}:assumed-role/deployer/probe`
      assert.deepInclude(identity, { identityType: "AssumedRoleUser", accountId: account, arn })
      assert.strictEqual(identity.principalId, assumedRoleUser.assumedRoleId)

      const mixed = yield* Effect.flip(whoAmI(url, { ...credentials, accessKeySecret: "wrongsecret" }))
      assert.deepInclude(mixed, { code: "SignatureDoesNotMatch", statusCode: 400 })
    })
  )

  it.scopedLive("assumes a role with a token of another provider, unsigned", () =>
    Effect.gen(function* () {
      const { emulator, url } = yield* NodeEmulator.make()
      const now = Math.floor(Date.now() / 1000)
      const claims = {
        iss: "https://oidc.example.com",
        aud: "sts.aliyuncs.com",
        sub: "system:app",
        iat: now,
        exp: now + 600
      }
      const { credentials, OIDCTokenInfo } = yield* client(url, wrong)<Session>(
        "assumeRoleWithOIDC",
        model("AssumeRoleWithOIDCRequest", {
          roleArn,
          roleSessionName: "oidc",
          OIDCProviderArn: `acs:ram::${account}:oidc-provider/example`,
          OIDCToken: jwt(claims)
        })
      )
      assert.deepInclude(OIDCTokenInfo, { subject: claims.sub, issuer: claims.iss, clientIds: claims.aud })
      const { arn } = yield* whoAmI(url, credentials)
      assert.strictEqual(arn, `acs:ram::${account}:assumed-role/deployer/oidc`)
      // it came without a key
      assert.deepStrictEqual(
        (yield* emulator.calls).map(({ accessKeyId, action }) => [action, accessKeyId]),
        [
          ["AssumeRoleWithOIDC", undefined],
          ["GetCallerIdentity", credentials.accessKeyId]
        ]
      )
    })
  )

  it.scopedLive("is refused with a wrong secret", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const error = yield* Effect.flip(whoAmI(url, wrong))
      assert.deepInclude(error, { code: "SignatureDoesNotMatch", statusCode: 400 })
    })
  )

  it.scopedLive(changed, () =>
    Effect.gen(function* () {
      const { arrived, url } = yield* recorder()
      const { credentials } = yield* client(url, good)<Session>(
        "assumeRole",
        model("AssumeRoleRequest", { roleArn, roleSessionName: "probe", externalId: "a:b/c" })
      )
      yield* whoAmI(url, credentials)
      assert.strictEqual(arrived.length, 2)
      const temporary = Key.sts({ ...credentials, expiration: Date.parse(credentials.expiration) })
      assert.isAbove(yield* refusesEveryByte(arrived, [Key.test, temporary]), 1000)
    })
  )

  const jwt = (claims: object) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
    const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`
  }
})

describe("@alicloud/dysmsapi20170525", () => {
  const { client, model } = product("@alicloud/dysmsapi20170525")

  interface Sent {
    readonly code: string
    readonly message: string
    readonly bizId?: string
    readonly requestId: string
  }
  const send = (url: string, keys: Keys, phoneNumbers: string) =>
    client(url, keys)<Sent>(
      "sendSms",
      model("SendSmsRequest", {
        phoneNumbers,
        signName: "阿里云短信测试",
        templateCode: "SMS_154950909",
        templateParam: JSON.stringify({ code: "1234" })
      })
    )

  it.scopedLive("sends a message, and is told with status 200 why not", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const sent = yield* send(url, good, "13800138000")
      assert.deepInclude(sent, { code: "OK", message: "OK" })
      assert.match(sent.bizId ?? "", /^\d+\^\d+$/)
      const not = yield* send(url, good, "123")
      assert.strictEqual(not.code, "isv.MOBILE_NUMBER_ILLEGAL")
      assert.isUndefined(not.bizId)
    })
  )

  it.scopedLive("is refused with a wrong secret", () =>
    Effect.gen(function* () {
      const { url } = yield* NodeEmulator.make()
      const error = yield* Effect.flip(send(url, wrong, "13800138000"))
      assert.deepInclude(error, { code: "SignatureDoesNotMatch", statusCode: 400 })
    })
  )

  it.scopedLive(changed, () =>
    Effect.gen(function* () {
      const { arrived, url } = yield* recorder()
      yield* send(url, good, "13800138000")
      assert.strictEqual(arrived.length, 1)
      assert.isAbove(yield* refusesEveryByte(arrived), 500)
    })
  )
})
