/** The metadata service: who gets in, what it tells, and the credentials of the machine's role. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Principal from "@effect-aliyun/emulator/Principal"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as emulator from "../src/internal/emulator.js"
import * as metadata from "../src/internal/metadata.js"
import * as Store from "../src/internal/store.js"
import { as, doors, doorsTo, keys, outcome, people } from "./support/Doors.js"

type Headers = Readonly<Record<string, string>>

const ttlHeader = "X-aliyun-ecs-metadata-token-ttl-seconds"
const tokenHeader = "X-aliyun-ecs-metadata-token"
const account = "1234567890123456"
const rolePath = "meta-data/ram/security-credentials/"

/** a request as a program on the machine would send it, but for the address */
const ask = (method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE", path: string, headers: Headers = {}) =>
  Effect.gen(function* () {
    const server = yield* Effect.serviceOption(NodeEmulator.NodeEmulator)
    const url = Option.match(server, { onNone: () => "http://100.100.100.200", onSome: (service) => service.url })
    const request = HttpClientRequest.make(method)(`${url}/latest/${path}`, { headers })
    const response = yield* HttpClient.execute(request)
    return {
      status: response.status,
      type: response.headers["content-type"],
      date: response.headers["date"],
      text: yield* response.text
    }
  })

const issue = (ttl: string = "21600", headers: Headers = {}) =>
  ask("PUT", "api/token", { [ttlHeader]: ttl, ...headers })
const tokenOf = (ttl?: string) => Effect.map(issue(ttl), ({ text }) => ({ [tokenHeader]: text }))

/** with a token of its own */
const get = (path: string) => Effect.flatMap(tokenOf(), (headers) => ask("GET", path, headers))
const textOf = (path: string) => Effect.map(get(path), ({ status, text }) => (status === 200 ? text : String(status)))
const credentialsOf = (role = "EmulatorRole") =>
  Effect.map(get(`${rolePath}${role}`), ({ text }) => JSON.parse(text) as Record<string, string>)

const asMachine = (credentials: Record<string, string>) =>
  as(
    Credential.sts({
      accessKeyId: credentials["AccessKeyId"]!,
      accessKeySecret: credentials["AccessKeySecret"]!,
      securityToken: credentials["SecurityToken"]!
    })
  )
const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" })

const plain = (status: number, text: string) => ({
  status,
  type: "text/plain",
  date: "Thu, 01 Jan 1970 00:00:00 GMT",
  text
})

describe.each(Object.entries(doors))("%s", (_, door) => {
  it.effect("gives tokens for 1 second to 6 hours", () =>
    Effect.gen(function* () {
      const { text, ...rest } = yield* issue("1")
      assert.deepStrictEqual(rest, { status: 200, type: "text/plain", date: "Thu, 01 Jan 1970 00:00:00 GMT" })
      assert.match(text, /^[A-Za-z0-9+/]{56}$/)
      assert.strictEqual((yield* issue("21600")).status, 200)
      assert.notStrictEqual((yield* issue("1")).text, text)
      for (const ttl of ["0", "21601", "-1", "1.5", "1e3", "x", "", "000001", "99999999999999999999"]) {
        assert.deepStrictEqual(yield* issue(ttl), plain(400, "Missing or Invalid Parameters"), ttl)
      }
      assert.deepStrictEqual(yield* ask("PUT", "api/token"), plain(400, "Missing or Invalid Parameters"))
    }).pipe(Effect.provide(door))
  )

  it.effect("gives none to who speaks for another", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* issue("60", { "X-Forwarded-For": "203.0.113.1" }), plain(403, "Forbidden"))
    }).pipe(Effect.provide(door))
  )

  it.effect("a token lets in until it ends", () =>
    Effect.gen(function* () {
      const short = yield* tokenOf("60")
      const long = yield* tokenOf("61")
      const id = (headers: Headers) => Effect.map(ask("GET", "meta-data/instance-id", headers), ({ status }) => status)
      yield* TestClock.setTime(59_999)
      assert.deepStrictEqual([yield* id(short), yield* id(long)], [200, 200])
      yield* TestClock.setTime(60_000)
      assert.deepStrictEqual([yield* id(short), yield* id(long)], [401, 200])
      // another one does not bring it back
      yield* issue()
      assert.deepStrictEqual([yield* id(short), yield* id(long)], [401, 200])
    }).pipe(Effect.provide(door))
  )

  it.effect("without a token, or with a wrong one, nothing is told", () =>
    Effect.gen(function* () {
      for (const path of ["", "meta-data/", "meta-data/instance-id", `${rolePath}EmulatorRole`, "nothing"]) {
        assert.deepStrictEqual(yield* ask("GET", path), plain(403, "Forbidden"), path)
        for (const token of ["aaa", "toString"]) {
          assert.deepStrictEqual(yield* ask("GET", path, { [tokenHeader]: token }), plain(401, "Unauthorized"), path)
        }
      }
      const calls = yield* Emulator.calls
      assert.isTrue(calls.every(({ product, verdict }) => product === "Metadata" && verdict === "Refused"))
    }).pipe(Effect.provide(door))
  )

  it.effect("knows GET, and PUT for tokens", () =>
    Effect.gen(function* () {
      const headers = yield* tokenOf()
      for (const [method, path] of [
        ["GET", "api/token"],
        ["POST", "api/token"],
        ["PUT", "meta-data/instance-id"],
        ["POST", `${rolePath}EmulatorRole`],
        ["DELETE", "meta-data/"]
      ] as const) {
        const answer = yield* ask(method, path, { ...headers, [ttlHeader]: "60" })
        assert.deepStrictEqual(answer, plain(405, "Method Not Allowed"), `${method} ${path}`)
      }
      assert.deepStrictEqual(yield* ask("HEAD", "meta-data/instance-id", headers), plain(200, ""))
    }).pipe(Effect.provide(door))
  )

  it.effect("tells about one of the instances of Ecs", () =>
    Effect.gen(function* () {
      const id = yield* textOf("meta-data/instance-id")
      const request = { product: "Ecs", version: "2014-05-26", action: "DescribeInstances" } as const
      const query = { InstanceIds: JSON.stringify([id]) }
      const { json } = yield* AcsClient.rpc({ ...request, regionId: "cn-hangzhou", query }).pipe(as(people.tester))
      const [instance] = ((yield* json) as any).Instances.Instance
      const { VpcAttributes: vpc } = instance
      for (const [path, value] of [
        ["instance-id", instance.InstanceId],
        ["region-id", instance.RegionId],
        ["zone-id", instance.ZoneId],
        ["hostname", instance.HostName],
        ["private-ipv4", vpc.PrivateIpAddress.IpAddress[0]],
        ["public-ipv4", instance.PublicIpAddress.IpAddress[0]],
        ["image-id", instance.ImageId],
        ["network-type", instance.InstanceNetworkType],
        ["vpc-id", vpc.VpcId],
        ["vswitch-id", vpc.VSwitchId],
        ["owner-account-id", account],
        ["instance/instance-name", instance.InstanceName],
        ["instance/instance-type", instance.InstanceType]
      ]) {
        assert.deepStrictEqual(yield* get(`meta-data/${path}`), plain(200, value), path)
      }
      const { text, type } = yield* get("dynamic/instance-identity/document")
      assert.strictEqual(type, "application/json")
      assert.deepInclude(JSON.parse(text), {
        "instance-id": instance.InstanceId,
        "region-id": instance.RegionId,
        "zone-id": instance.ZoneId,
        "private-ipv4": vpc.PrivateIpAddress.IpAddress[0],
        "image-id": instance.ImageId,
        "instance-type": instance.InstanceType,
        "owner-account-id": account
      })
      const mac = yield* textOf("meta-data/mac")
      assert.strictEqual(yield* textOf(`meta-data/network/interfaces/macs/${mac}/vpc-id`), vpc.VpcId)
    }).pipe(Effect.provide(door))
  )

  it.effect("lists what there is", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* textOf(""), "dynamic/\nmeta-data/")
      const names = (yield* textOf("meta-data/")).split("\n")
      assert.strictEqual(yield* textOf("meta-data"), names.join("\n"))
      assert.deepStrictEqual([...names].sort(), names)
      assert.includeMembers(names, [
        "instance-id",
        "region-id",
        "zone-id",
        "hostname",
        "private-ipv4",
        "ram/",
        "instance/"
      ])
      // all the way down, each name that is listed is there
      const walk = (path: string): Effect.Effect<number, unknown, HttpClient.HttpClient> =>
        Effect.flatMap(textOf(path), (text) => {
          assert.notMatch(text, /^\d{3}$|<|undefined/, path)
          return path !== "" && !path.endsWith("/")
            ? Effect.succeed(1)
            : Effect.map(
                Effect.forEach(text.split("\n"), (name) => walk(path + name)),
                (counts) => counts.reduce((sum, count) => sum + count, 0)
              )
        })
      assert.isAbove(yield* walk(""), 20)
    }).pipe(Effect.provide(door))
  )

  it.effect("what is not there is not found", () =>
    Effect.gen(function* () {
      for (const path of [
        "user-data",
        "meta-data/nothing",
        "meta-data/instance-id/",
        "meta-data//instance-id",
        "meta-data/instance-id/more",
        "meta-data/toString",
        "meta-data/__proto__/",
        `${rolePath}Nobody`,
        `${rolePath}EmulatorRole/`,
        `${rolePath}EmulatorRole/more`
      ]) {
        assert.deepStrictEqual(yield* get(path), plain(404, "Not Found"), path)
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("names the role", () =>
    Effect.gen(function* () {
      for (const path of [rolePath, rolePath.slice(0, -1)]) {
        assert.deepStrictEqual(yield* get(path), plain(200, "EmulatorRole"))
      }
    }).pipe(Effect.provide(door))
  )

  it.effect("gives the role's credentials, which are accepted until they end", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_123)
      const answer = yield* get(`${rolePath}EmulatorRole`)
      assert.deepStrictEqual([answer.status, answer.type], [200, "application/json"])
      const credentials = JSON.parse(answer.text)
      assert.hasAllKeys(credentials, [
        "AccessKeyId",
        "AccessKeySecret",
        "Expiration",
        "SecurityToken",
        "LastUpdated",
        "Code"
      ])
      assert.deepInclude(credentials, {
        Code: "Success",
        LastUpdated: "2023-11-14T22:13:20Z",
        Expiration: "2023-11-15T04:13:20Z"
      })
      assert.match(credentials.AccessKeyId, /^STS\./)
      const machine = asMachine(credentials)
      const { json } = yield* machine(whoAmI)
      assert.deepInclude(yield* json, {
        IdentityType: "AssumedRoleUser",
        AccountId: account,
        Arn: `acs:ram::${account}:assumed-role/EmulatorRole/vm-ram-i-bp1emulator000000001`
      })
      yield* TestClock.setTime(1_700_021_599_999)
      assert.strictEqual(yield* machine(outcome(whoAmI)), "200")
      yield* TestClock.setTime(1_700_021_600_000)
      assert.strictEqual(yield* machine(outcome(whoAmI)), "400 InvalidSecurityToken.Expired")
    }).pipe(Effect.provide(door))
  )

  it.effect("gives the same credentials until a quarter of an hour before their end", () =>
    Effect.gen(function* () {
      const first = yield* credentialsOf()
      const end = Date.parse(first["Expiration"]!)
      yield* TestClock.setTime(end - 900_001)
      assert.deepStrictEqual(yield* credentialsOf(), first)
      yield* TestClock.setTime(end - 900_000)
      const next = yield* credentialsOf()
      assert.notStrictEqual(next["AccessKeyId"], first["AccessKeyId"])
      assert.notStrictEqual(next["SecurityToken"], first["SecurityToken"])
      assert.strictEqual(Date.parse(next["Expiration"]!), end - 900_000 + 6 * 3600 * 1000)
      // the old ones are good to the end
      assert.strictEqual(yield* asMachine(first)(outcome(whoAmI)), "200")
      assert.strictEqual(yield* asMachine(next)(outcome(whoAmI)), "200")
      const mixed = { ...first, SecurityToken: next["SecurityToken"]! }
      assert.strictEqual(yield* asMachine(mixed)(outcome(whoAmI)), "400 InvalidSecurityToken.MismatchWithAccessKey")
    }).pipe(Effect.provide(door))
  )

  it.effect("gives who asks at once the same", () =>
    Effect.gen(function* () {
      const all = yield* Effect.all(
        Array.from({ length: 20 }, () => credentialsOf()),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(all.map(({ AccessKeyId }) => AccessKeyId)).size, 1)
    }).pipe(Effect.provide(door))
  )

  it.effect("no secret shows in calls", () =>
    Effect.gen(function* () {
      const token = yield* tokenOf()
      const credentials = yield* credentialsOf()
      yield* ask("GET", "meta-data/instance-id", token)
      yield* asMachine(credentials)(whoAmI)
      yield* asMachine({ ...credentials, AccessKeySecret: "wrongsecret" })(outcome(whoAmI))
      const calls = yield* Emulator.calls
      assert.deepInclude(calls[0], {
        product: "Metadata",
        method: "PUT",
        path: "/latest/api/token",
        action: "/latest/api/token",
        verdict: "Accepted",
        accessKeyId: undefined,
        status: 200
      })
      const seen = JSON.stringify([calls, yield* Emulator.mismatches])
      assert.include(seen, credentials["AccessKeyId"]!)
      for (const secret of [token[tokenHeader]!, credentials["AccessKeySecret"]!, credentials["SecurityToken"]!]) {
        for (const written of [secret, encodeURIComponent(secret)]) assert.notInclude(seen, written)
      }
    }).pipe(Effect.provide(door))
  )
})

describe.each(Object.entries(doorsTo({ keys, metadata: { tokens: "optional" } })))("%s, tokens optional", (_, door) => {
  it.effect("asks for none, but takes no wrong one", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask("GET", "meta-data/instance-id")).text, "i-bp1emulator000000001")
      const credentials = JSON.parse((yield* ask("GET", `${rolePath}EmulatorRole`)).text)
      assert.strictEqual(yield* asMachine(credentials)(outcome(whoAmI)), "200")
      assert.strictEqual((yield* get("meta-data/instance-id")).status, 200)
      assert.strictEqual((yield* ask("GET", "meta-data/instance-id", { [tokenHeader]: "aaa" })).status, 401)
    }).pipe(Effect.provide(door))
  )
})

describe.each(Object.entries(doorsTo({ metadata: { roleName: null } })))("%s, no role", (_, door) => {
  it.effect("there are no credentials", () =>
    Effect.gen(function* () {
      for (const path of ["meta-data/ram/", rolePath, `${rolePath}EmulatorRole`, `${rolePath}undefined`]) {
        assert.strictEqual((yield* get(path)).status, 404, path)
      }
      assert.notInclude(yield* textOf("meta-data/"), "ram")
    }).pipe(Effect.provide(door))
  )
})

const owner = Principal.user({ accountId: "6543210987654321", userId: "1", name: "bob" })
const key = Key.accessKey({ accessKeyId: "id", accessKeySecret: "secret", principal: owner })

describe.each(Object.entries(doorsTo({ keys: [key], metadata: { roleName: "my role" } })))(
  "%s, others' keys",
  (_, door) => {
    it.effect("the machine belongs to whom the first key belongs to", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* textOf("meta-data/owner-account-id"), "6543210987654321")
        assert.strictEqual(yield* textOf(rolePath), "my role")
        const credentials = yield* credentialsOf("my%20role")
        const { json } = yield* asMachine(credentials)(whoAmI)
        assert.deepInclude(yield* json, { AccountId: "6543210987654321" })
      }).pipe(Effect.provide(door))
    )
  }
)

it.effect("forgets the oldest of too many tokens", () =>
  Effect.gen(function* () {
    const context = { store: Store.make(Store.noJournal), settings: emulator.settings({}), now: 0 }
    const raw = (method: string, path: string, headers: Headers) =>
      metadata.handle(
        { method, target: `/latest/${path}`, headers: Object.entries(headers), body: new Uint8Array(0) },
        context
      )
    const put = Effect.map(raw("PUT", "api/token", { [ttlHeader]: "60" }), ({ body }) => Encoding.utf8Decode(body))
    const all = yield* Effect.replicateEffect(put, 10_000)
    const status = (index: number) =>
      Effect.map(raw("GET", "meta-data/", { [tokenHeader]: all[index]! }), (answer) => answer.status)
    assert.strictEqual(yield* status(0), 200)
    yield* put
    assert.deepStrictEqual([yield* status(0), yield* status(999), yield* status(1000)], [401, 401, 200])
    assert.strictEqual(yield* status(9999), 200)
    context.now = 60_000
    for (const _ of Array(1000)) yield* put
    assert.strictEqual(tokenCount(context.store), 1000)
  })
)

const tokenCount = (store: Store.Store) => store.tables.get("Metadata.Token")?.size
