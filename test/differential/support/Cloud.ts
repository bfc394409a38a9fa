/** The services of all set-ups behind two ports, HTTP and HTTPS, and the way of a run to them. */
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Fault from "@effect-aliyun/emulator/Fault"
import * as Key from "@effect-aliyun/emulator/Key"
import * as NodeEmulator from "@effect-aliyun/emulator/NodeEmulator"
import * as Principal from "@effect-aliyun/emulator/Principal"
import type * as RawResponse from "@effect-aliyun/emulator/RawResponse"
import * as NodeDigest from "@effect-aliyun/platform-node/NodeDigest"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import { createPublicKey } from "node:crypto"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as SetUps from "./SetUps.js"

const fixture = (name: string) => new URL(`../../fixtures/tls/${name}.pem`, import.meta.url)
export const certificatePath = fileURLToPath(fixture("cert"))
const certificate = readFileSync(certificatePath, "utf8")

export interface Cloud {
  readonly url: string
  /** where the origins that a set-up can ask lead to; no other leads anywhere */
  readonly routes: (setUp: SetUps.SetUp) => Readonly<Record<string, string>>
  /** the client of a run; `lost` gets the origins that lead nowhere */
  readonly client: (run: string, setUp: SetUps.SetUp, lost: Array<string>) => HttpClient.HttpClient
  /** what a run has asked Sts for */
  readonly asked: (run: string) => ReadonlyArray<string>
}

/** nobody listens there */
const closed = "http://127.0.0.1:1"
const metadata = "http://100.100.100.200"
const sts = ["sts", "sts.cn-hangzhou", "sts-vpc.cn-hangzhou"].map((host) => `https://${host}.aliyuncs.com`)
const signIn = [
  "https://signin-cn-shanghai.alibabacloudsso.com",
  "https://oauth.aliyun.com",
  "https://oauth.alibabacloud.com"
]

const userNamed = (name: string) => Principal.user({ accountId: SetUps.account, userId: "216959339000654321", name })

const keys: ReadonlyArray<Key.Key> = [
  ...SetUps.users.map((name) => {
    const { access_key_id: accessKeyId, access_key_secret: accessKeySecret } = SetUps.keyOf(name)
    return Key.accessKey({ accessKeyId, accessKeySecret, principal: userNamed(name) })
  }),
  ...SetUps.temporary.map((name) => {
    const key = SetUps.stsOf(name)
    return Key.sts({
      accessKeyId: key.access_key_id,
      accessKeySecret: key.access_key_secret,
      securityToken: key.sts_token,
      principal: userNamed(`${name}-temporary`)
    })
  }),
  Key.bearer({ token: SetUps.bearerToken, principal: userNamed("bearer") }),
  Key.keyPair({
    accessKeyId: SetUps.keyPairId,
    publicKey: createPublicKey(SetUps.privateKey).export({ type: "spki", format: "pem" }).toString(),
    principal: userNamed("pair")
  })
]

/** of every kind that a set-up names there is one */
const worldOf = ({ metadata, sts }: Pick<SetUps.SetUp, "metadata" | "sts">) =>
  Effect.gen(function* () {
    const emulator = yield* Emulator.make({
      keys,
      metadata: {
        roleName: metadata === "no role" ? null : "EmulatorRole",
        tokens: metadata === "no tokens" ? "optional" : "required"
      }
    }).pipe(Effect.provide(NodeDigest.layer))
    if (metadata === "no tokens") {
      const notFound = Fault.error({ status: 404, code: "NotFound" })
      yield* emulator.fault(notFound, { product: "Metadata", action: "/latest/api/token" })
    }
    if (sts === "refuses") {
      const refused = Fault.error({ status: 403, code: "NoPermission" })
      for (const action of ["AssumeRole", "AssumeRoleWithOIDC", "GenerateSessionAccessKey"]) {
        yield* emulator.fault(refused, { product: "Sts", action })
      }
    }
    return emulator
  })

const worldName = ({ metadata, sts }: Pick<SetUps.SetUp, "metadata" | "sts">) => `${metadata}/${sts}`

export const make = (setUps: ReadonlyArray<SetUps.SetUp>) =>
  Effect.gen(function* () {
    const worlds = new Map<string, Emulator.Service>()
    for (const setUp of setUps) {
      const name = worldName(setUp)
      if (!worlds.has(name)) worlds.set(name, yield* worldOf(setUp))
    }
    const asked = new Map<string, Array<string>>()
    const handle = (raw: RawRequest.RawRequest): Effect.Effect<RawResponse.RawResponse> => {
      const run = RawRequest.header(raw, "x-run") ?? ""
      const setUp = setUps[Number(run.split("/", 1)[0])]
      const to = RawRequest.header(raw, "x-to")
      const world = setUp === undefined ? undefined : worlds.get(worldName(setUp))
      if (to === undefined || world === undefined) return Effect.succeed(json(500, { message: "of no run" }))
      const own = service(raw)
      if (own !== undefined) return Effect.succeed(own)
      const { host } = new URL(to)
      // as it was before it was led here: the signature holds the host
      const headers = raw.headers.map(([name, value]) => [name, name.toLowerCase() === "host" ? host : value] as const)
      const question = questionOf(raw, host)
      if (question !== undefined) asked.set(run, [...(asked.get(run) ?? []), question.text])
      return question?.isTrusted === false
        ? Effect.succeed(json(403, { Code: "NoPermission", Message: "You are not authorized.", RequestId: "1" }))
        : world.gateway.handle({ ...raw, headers })
    }
    const front = { ...(yield* Emulator.make()), gateway: { handle } }
    const plain = yield* NodeEmulator.serve(front)
    const secure = yield* NodeEmulator.serve(front, { cert: certificate, key: SetUps.privateKey })
    const client = yield* NodeHttpClient.make({ ca: certificate })

    const fixed = Object.fromEntries([
      [plain.url, plain.url],
      [SetUps.elsewhere, plain.url],
      ...[...sts, ...signIn].map((origin) => [origin, secure.url])
    ]) as Readonly<Record<string, string>>
    const routes = (setUp: SetUps.SetUp) => ({
      ...fixed,
      [metadata]: setUp.metadata === "absent" ? closed : plain.url
    })

    const cloud: Cloud = {
      url: plain.url,
      routes,
      client: (run, setUp, lost) => {
        const known: Readonly<Record<string, string>> = routes(setUp)
        return HttpClient.mapRequestEffect(client, (request) => {
          const { origin } = new URL(request.url)
          const to = known[origin]
          if (to === undefined) {
            lost.push(origin)
            return new HttpClientError.RequestError({ request, reason: "InvalidUrl", description: "no route" })
          }
          return Effect.succeed(
            request.pipe(
              HttpClientRequest.setUrl(to + request.url.slice(origin.length)),
              HttpClientRequest.setHeaders({ "x-run": run, "x-to": origin })
            )
          )
        })
      },
      asked: (run) => asked.get(run) ?? []
    }
    return cloud
  })

const json = (status: number, value: unknown): RawResponse.RawResponse => ({
  status,
  headers: [["content-type", "application/json"]],
  body: Buffer.from(typeof value === "string" ? value : JSON.stringify(value))
})

// ---- Sts

const fixedIds = new Set(keys.flatMap((key) => (key._tag === "Bearer" ? [] : [key.accessKeyId])))

/** what is asked for, by whom and where, but for what is different each time; and whether the role lets them in */
const questionOf = (raw: RawRequest.RawRequest, host: string) => {
  const parameters = new Map([...RawRequest.query(raw), ...RawRequest.form(raw)])
  const action = RawRequest.header(raw, "x-acs-action") ?? parameters.get("Action") ?? ""
  if (!/^AssumeRole|^GenerateSessionAccessKey$/.test(action)) return undefined
  const authorization = RawRequest.header(raw, "authorization") ?? ""
  const id = parameters.get("AccessKeyId") ?? /Credential=([^,]*)/.exec(authorization)?.[1] ?? "nobody"
  const name = parameters.get("RoleSessionName") ?? ""
  const shown = [
    action,
    `at ${host}`,
    `by ${id === "nobody" || fixedIds.has(id) ? id : "a session"}`,
    `for ${parameters.get("DurationSeconds")} s`,
    // each side has names of its own for a session that was given none
    /^(?:credentials-nodejs|effect-aliyun)-\d+$/.test(name) ? "with a name of its own" : `as ${name}`,
    ...["RoleArn", "OIDCProviderArn", "Policy", "ExternalId"].map((name) => `${name}=${parameters.get(name) ?? ""}`)
  ]
  const isTrusted =
    parameters.get("RoleArn") !== SetUps.guardedRole || parameters.get("ExternalId") === SetUps.externalId
  return { text: shown.join(" "), isTrusted }
}

// ---- what answers besides

const service = (raw: RawRequest.RawRequest): RawResponse.RawResponse | undefined => {
  const path = RawRequest.path(raw)
  if (path.startsWith("/keys/")) return keysOf(path.slice("/keys/".length))
  const bearer = RawRequest.header(raw, "authorization")?.replace(/^Bearer /, "")
  switch (path) {
    case "/cloud-credentials":
      return cloudSso(bearer, Buffer.from(raw.body).toString())
    case "/v1/token": {
      const isKnown = new Map(RawRequest.form(raw)).get("refresh_token") === "hush-refresh"
      const renewed = { access_token: "hush-renewed", refresh_token: "hush-refresh", expires_in: 10_800 }
      return isKnown ? json(200, renewed) : json(400, { error: "invalid_grant" })
    }
    case "/v1/exchange": {
      const { access_key_id, access_key_secret, sts_token } = SetUps.stsOf("oauth")
      return bearer === "hush-access" || bearer === "hush-renewed"
        ? json(200, {
            accessKeyId: access_key_id,
            accessKeySecret: access_key_secret,
            securityToken: sts_token,
            expiration: end
          })
        : json(401, { error: "invalid_token" })
    }
    default:
      return undefined
  }
}

const end = "2099-01-01T00:00:00Z"

const answerOf = (name: string) => {
  const { access_key_id, access_key_secret, sts_token } = SetUps.stsOf(name)
  return { AccessKeyId: access_key_id, AccessKeySecret: access_key_secret, SecurityToken: sts_token, Expiration: end }
}

const keysOf = (path: string): RawResponse.RawResponse => {
  const answer = { Code: "Success", ...answerOf("uri") }
  switch (path) {
    case "uri":
      return json(200, answer)
    case "no-code":
      return json(200, answerOf("uri"))
    case "failed":
      return json(200, { ...answer, Code: "Failed" })
    case "garbage":
      return json(200, "hush-garbage")
    case "no-token":
      return json(200, { ...answer, SecurityToken: "" })
    case "no-end":
      return json(200, { ...answer, Expiration: undefined })
    case "offset":
      return json(200, { ...answer, Expiration: "2099-01-01T08:00:00+08:00" })
    case "expired":
      return json(200, { ...answer, Expiration: "2020-01-01T00:00:00Z" })
    case "redirect":
      return { ...json(302, {}), headers: [["location", "/keys/uri"]] }
    default:
      return json(404, {})
  }
}

const cloudSso = (bearer: string | undefined, body: string): RawResponse.RawResponse => {
  if (bearer !== "hush-sso") return json(401, { ErrorCode: "InvalidToken" })
  const asked = body === "" ? {} : (JSON.parse(body) as Readonly<Record<string, unknown>>)
  return asked["AccountId"] === SetUps.account && asked["AccessConfigurationId"] === "ac-config"
    ? json(200, { CloudCredential: answerOf("sso") })
    : json(400, { ErrorCode: "MissingParameter" })
}
