/** Keys that Sts makes: who gets them, what they open, and when that ends. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import type * as AcsError from "@effect-aliyun/core/AcsError"
import * as Credential from "@effect-aliyun/core/Credential"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Xml from "@effect-aliyun/core/Xml"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import * as Key from "@effect-aliyun/emulator/Key"
import * as Principal from "@effect-aliyun/emulator/Principal"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { as, doors, keys, outcome, people, send, sign, signers } from "../support/Doors.js"

type Query = Record<string, unknown>

const sts = (action: string, query: Query = {}) =>
  AcsClient.rpc({ product: "Sts", version: "2015-04-01", action, query })
const json = <E, R>(call: Effect.Effect<{ readonly json: Effect.Effect<unknown, E> }, E, R>) =>
  Effect.flatMap(call, (response) => Effect.map(response.json, (body) => body as any))

const account = "1234567890123456"
const roleArn = `acs:ram::${account}:role/deployer`
const asked = { RoleArn: roleArn, RoleSessionName: "probe" }
const assume = (query: Query = {}) => sts("AssumeRole", { ...asked, ...query })
const whoAmI = sts("GetCallerIdentity")

/** the credential in an answer of Sts */
const credentialOf = (body: any): Credential.Credential =>
  Credential.sts({
    accessKeyId: body.Credentials.AccessKeyId,
    accessKeySecret: body.Credentials.AccessKeySecret,
    securityToken: body.Credentials.SecurityToken
  })

/** status, code and text of a refusal */
const refusal = <R>(call: Effect.Effect<unknown, AcsError.AcsError, R>) =>
  Effect.map(Effect.flip(call), (error) =>
    error._tag === "ServerException" ? `${error.httpStatus} ${error.code}: ${error.serverMessage}` : error.message
  )

const policy = (statement: unknown = { Effect: "Allow", Action: "ecs:*", Resource: ["*"] }, version: unknown = "1") =>
  JSON.stringify({ Version: version, Statement: Array.isArray(statement) ? statement : [statement] })

const base64url = (text: string) => Buffer.from(text).toString("base64url")
const claims = { iss: "https://oidc.example.com", sub: "system:app", aud: "sts.aliyuncs.com", iat: 0, exp: 600 }
const jwt = (payload: unknown = claims, header: unknown = { alg: "RS256", typ: "JWT" }) =>
  [JSON.stringify(header), JSON.stringify(payload), "not a signature"].map(base64url).join(".")

const provider = `acs:ram::${account}:oidc-provider/example`
const oidc = (query: Query = {}) =>
  sts("AssumeRoleWithOIDC", { ...asked, OIDCProviderArn: provider, OIDCToken: jwt(), ...query })

const malformed = (name: string) => `400 InvalidParameter.${name}: The parameter ${name} is wrongly formed.`
const missing = (name: string) => `400 Missing${name}: ${name} is mandatory for this action.`
const duration = "400 InvalidParameter.DurationSeconds: The Min/Max value of DurationSeconds is 15min/12hr."
const grammar = "400 InvalidParameter.PolicyGrammar: The parameter Policy has not passed grammar check."
const size = "400 InvalidParameter.PolicySize: The size of Policy must be smaller than 2048 bytes."

/** what both ways to assume a role make of the same mistake */
const mistakes: ReadonlyArray<readonly [query: Query, refusal: string]> = [
  [{ RoleSessionName: "" }, missing("RoleSessionName")],
  [{ RoleSessionName: "a" }, malformed("RoleSessionName")],
  [{ RoleSessionName: "a".repeat(65) }, malformed("RoleSessionName")],
  [{ RoleSessionName: "a b" }, malformed("RoleSessionName")],
  [{ RoleSessionName: "忍者" }, malformed("RoleSessionName")],
  [{ RoleSessionName: "name\n" }, malformed("RoleSessionName")],
  [{ RoleArn: "deployer" }, malformed("RoleArn")],
  [{ RoleArn: `acs:ram::${account}:user/deployer` }, malformed("RoleArn")],
  [{ RoleArn: "acs:ram::me:role/deployer" }, malformed("RoleArn")],
  [{ RoleArn: `${roleArn}/more` }, malformed("RoleArn")],
  [{ DurationSeconds: 899 }, duration],
  [{ DurationSeconds: 43201 }, duration],
  [{ DurationSeconds: "-900" }, duration],
  [{ DurationSeconds: "9e2" }, duration],
  [{ DurationSeconds: "900.5" }, duration],
  [{ Policy: "{" }, grammar],
  [{ Policy: "[]" }, grammar],
  [{ Policy: "{}" }, grammar],
  [{ Policy: policy([]) }, grammar],
  [{ Policy: policy(undefined, "2012-10-17") }, grammar],
  [{ Policy: policy({ Effect: "allow", Action: "*", Resource: "*" }) }, grammar],
  [{ Policy: policy({ Effect: "Allow", Resource: "*" }) }, grammar],
  [{ Policy: policy({ Effect: "Allow", Action: "*", NotAction: "*", Resource: "*" }) }, grammar],
  [{ Policy: policy({ Effect: "Allow", Action: [], Resource: "*" }) }, grammar],
  [{ Policy: policy({ Effect: "Allow", Action: "*" }) }, grammar],
  [{ Policy: policy({ Effect: "Allow", Action: "*", Resource: [1] }) }, grammar],
  [{ Policy: policy({ Effect: "Allow", Action: "*", Resource: "*", Condition: "never" }) }, grammar],
  [{ Policy: policy().padEnd(2049) }, size]
]

/** what both let pass */
const allowed: ReadonlyArray<Query> = [
  { RoleSessionName: "a.b@c-d_1" },
  { RoleSessionName: "a".repeat(64) },
  { DurationSeconds: 900 },
  { DurationSeconds: 43200 },
  { DurationSeconds: "" },
  { Policy: "" },
  { Policy: policy().padEnd(2048) },
  {
    Policy: policy({ Effect: "Deny", NotAction: ["a:b"], NotResource: "*", Condition: { Bool: { "acs:MFA": "true" } } })
  }
]

describe.each(Object.entries(doors))("%s", (_, door) => {
  const works = <A, E>(name: string, test: () => Effect.Effect<A, E, AcsClient.Services | Emulator.Emulator>) =>
    it.effect(name, () => test().pipe(as(people.tester), Effect.provide(door)))

  describe("AssumeRole", () => {
    for (const [name, signer] of Object.entries(signers)) {
      it.effect(`gives a key that is accepted until it ends, signed by ${name}`, () =>
        Effect.gen(function* () {
          yield* TestClock.setTime(1_700_000_000_123)
          const { RequestId, ...body } = yield* json(assume({ DurationSeconds: 900 }))
          assert.match(RequestId, /^[0-9A-F-]{36}$/)
          assert.hasAllKeys(body, ["AssumedRoleUser", "Credentials"])
          assert.strictEqual(body.AssumedRoleUser.Arn, `${roleArn}/probe`)
          assert.match(body.AssumedRoleUser.AssumedRoleId, /^3\d{17}:probe$/)
          assert.match(body.Credentials.AccessKeyId, /^STS\.[A-Za-z0-9]{25}$/)
          assert.match(body.Credentials.AccessKeySecret, /^[A-Za-z0-9]{44}$/)
          assert.match(body.Credentials.SecurityToken, /^CAIS[A-Za-z0-9+/]{500,}=*$/)
          assert.strictEqual(body.Credentials.Expiration, "2023-11-14T22:28:20Z")

          const asRole = as(credentialOf(body), signer)
          const { RequestId: _, ...identity } = yield* asRole(json(whoAmI))
          const [roleId] = body.AssumedRoleUser.AssumedRoleId.split(":")
          assert.deepStrictEqual(identity, {
            IdentityType: "AssumedRoleUser",
            AccountId: account,
            PrincipalId: `${roleId}:probe`,
            UserId: `${roleId}:probe`,
            Arn: `acs:ram::${account}:assumed-role/deployer/probe`,
            RoleId: roleId
          })
          yield* TestClock.setTime(1_700_000_899_999)
          assert.strictEqual(yield* asRole(outcome(whoAmI)), "200")
          yield* TestClock.setTime(1_700_000_900_000)
          assert.strictEqual(yield* asRole(outcome(whoAmI)), "400 InvalidSecurityToken.Expired")
          // an hour later it is forgotten, as soon as another is made
          yield* TestClock.adjust("61 minutes")
          assert.strictEqual(yield* asRole(outcome(whoAmI)), "400 InvalidSecurityToken.Expired")
          yield* assume()
          assert.strictEqual(yield* asRole(outcome(whoAmI)), "404 InvalidAccessKeyId.NotFound")
        }).pipe(as(people.tester, signer), Effect.provide(door))
      )
    }

    works("lasts an hour unless told", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* json(assume())).Credentials.Expiration, "1970-01-01T01:00:00Z")
      })
    )

    works("gives another key each time, and the same role the same id", () =>
      Effect.gen(function* () {
        const [one, two, other] = [
          yield* json(assume()),
          yield* json(assume({ RoleSessionName: "again" })),
          yield* json(assume({ RoleArn: `${roleArn}2` }))
        ]
        const roleIds = [one, two, other].map(({ AssumedRoleUser }) => AssumedRoleUser.AssumedRoleId.split(":")[0])
        assert.strictEqual(roleIds[0], roleIds[1])
        assert.notStrictEqual(roleIds[0], roleIds[2])
        for (const part of ["AccessKeyId", "AccessKeySecret", "SecurityToken"]) {
          assert.strictEqual(new Set([one, two, other].map(({ Credentials }) => Credentials[part])).size, 3)
        }
      })
    )

    works("the key works with its own secret and token only", () =>
      Effect.gen(function* () {
        const { Credentials: mine } = yield* json(assume())
        const { Credentials: other } = yield* json(assume())
        const call = (change: Record<string, string>) =>
          as(credentialOf({ Credentials: { ...mine, ...change } }))(outcome(whoAmI))
        assert.strictEqual(yield* call({}), "200")
        assert.strictEqual(
          yield* call({ SecurityToken: other.SecurityToken }),
          "400 InvalidSecurityToken.MismatchWithAccessKey"
        )
        assert.strictEqual(
          yield* call({ SecurityToken: "sts/token+1=" }),
          "400 InvalidSecurityToken.MismatchWithAccessKey"
        )
        assert.strictEqual(yield* call({ SecurityToken: "made-up" }), "400 InvalidSecurityToken.Malformed")
        assert.strictEqual(yield* call({ AccessKeySecret: other.AccessKeySecret }), "400 InvalidAccessKeySecret")
        const bare = Credential.accessKey({ accessKeyId: mine.AccessKeyId, accessKeySecret: mine.AccessKeySecret })
        assert.strictEqual(yield* as(bare)(outcome(whoAmI)), "400 MissingSecurityToken")
      })
    )

    works("a role can take on another", () =>
      Effect.gen(function* () {
        const first = credentialOf(yield* json(assume()))
        const second = yield* json(assume({ RoleArn: `acs:ram::${account}:role/other` })).pipe(as(first))
        const identity = yield* json(whoAmI).pipe(as(credentialOf(second)))
        assert.strictEqual(identity.Arn, `acs:ram::${account}:assumed-role/other/probe`)
      })
    )

    works("passes a source identity on, and takes an external id", () =>
      Effect.gen(function* () {
        const body = yield* json(assume({ SourceIdentity: "Alice@example.com", ExternalId: "a:b/c=d+e,f" }))
        assert.strictEqual(body.SourceIdentity, "Alice@example.com")
      })
    )

    works("answers in XML too", () =>
      Effect.gen(function* () {
        const request = { product: "Sts", version: "2015-04-01", action: "AssumeRole", query: asked, format: "XML" }
        const { text } = yield* send(yield* sign(RpcRequest.make(request as RpcRequest.Options)))
        const body = Either.getOrThrow(Xml.parseText(text)) as any
        assert.strictEqual(body.AssumeRoleResponse.AssumedRoleUser.Arn, `${roleArn}/probe`)
        assert.strictEqual(yield* as(credentialOf(body.AssumeRoleResponse))(outcome(whoAmI)), "200")
      })
    )

    works("what is missing or wrong is said to be", () =>
      Effect.gen(function* () {
        const rows: typeof mistakes = [
          ...mistakes,
          [{ RoleArn: "" }, missing("RoleArn")],
          [{ ExternalId: "a" }, malformed("ExternalId")],
          [{ ExternalId: "a".repeat(1225) }, malformed("ExternalId")],
          [{ ExternalId: "a b" }, malformed("ExternalId")],
          [{ SourceIdentity: "a" }, malformed("SourceIdentity")],
          [{ SourceIdentity: "a".repeat(65) }, malformed("SourceIdentity")],
          [{ SourceIdentity: "a/b" }, malformed("SourceIdentity")],
          [
            { RoleArn: "acs:ram::6543210987654321:role/deployer" },
            "404 EntityNotExist.Role: The specified Role not exists ."
          ]
        ]
        for (const [query, expected] of rows) {
          assert.strictEqual(yield* refusal(assume(query)), expected, JSON.stringify(query))
        }
        const calls = yield* Emulator.calls
        assert.isTrue(calls.every(({ verdict }) => verdict === "Accepted"))
        assert.strictEqual(yield* refusal(sts("AssumeRole")), missing("RoleArn"))
      })
    )

    works("what is right passes", () =>
      Effect.gen(function* () {
        for (const query of allowed) assert.strictEqual(yield* outcome(assume(query)), "200", JSON.stringify(query))
      })
    )

    works("is for who signs", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* outcome(assume()).pipe(as(people.impostor)), "400 InvalidAccessKeySecret")
        assert.strictEqual(yield* outcome(assume()).pipe(as(people.nobody)), "400 MissingAccessKeyId")
        for (const who of [people.rsa, people.bearer, people.sts]) {
          assert.strictEqual(yield* outcome(assume()).pipe(as(who)), "200")
        }
      })
    )
  })

  describe("AssumeRoleWithOIDC", () => {
    const unsigned = as(people.nobody)

    it.effect("gives a key for a token, without a signature", () =>
      Effect.gen(function* () {
        const { RequestId: _, ...body } = yield* json(oidc({ DurationSeconds: 1800 }))
        assert.hasAllKeys(body, ["AssumedRoleUser", "Credentials", "OIDCTokenInfo"])
        assert.strictEqual(body.AssumedRoleUser.Arn, `${roleArn}/probe`)
        assert.strictEqual(body.Credentials.Expiration, "1970-01-01T00:30:00Z")
        assert.deepStrictEqual(body.OIDCTokenInfo, {
          Subject: "system:app",
          Issuer: "https://oidc.example.com",
          ClientIds: "sts.aliyuncs.com",
          ExpirationTime: "1970-01-01T00:10:00Z",
          IssuanceTime: "1970-01-01T00:00:00Z",
          VerificationInfo: "Success"
        })
        const asRole = as(credentialOf(body))
        assert.deepInclude(yield* asRole(json(whoAmI)), {
          IdentityType: "AssumedRoleUser",
          Arn: `acs:ram::${account}:assumed-role/deployer/probe`,
          PrincipalId: body.AssumedRoleUser.AssumedRoleId
        })
        yield* TestClock.setTime(1_800_000)
        assert.strictEqual(yield* asRole(outcome(whoAmI)), "400 InvalidSecurityToken.Expired")
        assert.deepInclude((yield* Emulator.calls)[0], {
          action: "AssumeRoleWithOIDC",
          accessKeyId: undefined,
          verdict: "Accepted"
        })
      }).pipe(unsigned, Effect.provide(door))
    )

    it.effect("lists audiences, and does without the time of issue", () =>
      Effect.gen(function* () {
        const { iat: _, ...rest } = claims
        const { OIDCTokenInfo } = yield* json(oidc({ OIDCToken: jwt({ ...rest, aud: ["a", "b"], sub: "中" }) }))
        assert.deepInclude(OIDCTokenInfo, { ClientIds: "a,b", Subject: "中" })
        assert.notProperty(OIDCTokenInfo, "IssuanceTime")
      }).pipe(unsigned, Effect.provide(door))
    )

    it.effect("takes a token until it ends", () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(599_999)
        assert.strictEqual(yield* outcome(oidc()), "200")
        yield* TestClock.setTime(600_000)
        assert.strictEqual(
          yield* refusal(oidc()),
          "401 AuthenticationFail.OIDCToken.Expired: This JsonWebToken is expired."
        )
      }).pipe(unsigned, Effect.provide(door))
    )

    it.effect("what is missing or wrong is said to be", () =>
      Effect.gen(function* () {
        const required = (name: string) => `400 MissingParameter.${name}: Parameter ${name} is required.`
        const notAllowed = (text: string) => `403 AuthenticationFail.NoPermission: ${text}`
        const invalid = "401 AuthenticationFail.OIDCToken.Invalid: The OIDC Token is invalid."
        const without = (name: string) => ({ ...claims, [name]: undefined })
        const tokens = [
          "no token",
          `${jwt()}.more`,
          ` ${jwt()}`,
          `${jwt()}\n`,
          jwt().split(".").slice(0, 2).join("."),
          jwt().replace(/\.[^.]*$/, "."),
          `${base64url("{}")}.${base64url(JSON.stringify(claims))}.sig`,
          `${base64url("{")}.${base64url(JSON.stringify(claims))}.sig`,
          `a.${base64url(JSON.stringify(claims))}.sig`,
          jwt("claims"),
          jwt([]),
          jwt(null),
          jwt(without("exp")),
          jwt(without("iss")),
          jwt(without("sub")),
          jwt(without("aud")),
          jwt({ ...claims, exp: "600" }),
          jwt({ ...claims, exp: 1e300 }),
          jwt({ ...claims, iat: -1e300 }),
          jwt({ ...claims, aud: [] }),
          jwt({ ...claims, padding: "x".repeat(15_000) })
        ]
        const rows: typeof mistakes = [
          ...mistakes,
          [{ OIDCProviderArn: "" }, required("OIDCProviderArn")],
          [{ RoleArn: "" }, required("RoleArn")],
          [{ OIDCToken: "" }, required("OIDCToken")],
          [{ OIDCProviderArn: "example" }, notAllowed("Parameter OIDCProviderArn is not valid")],
          [{ OIDCProviderArn: roleArn }, notAllowed("Parameter OIDCProviderArn is not valid")],
          [
            { OIDCProviderArn: "acs:ram::6543210987654321:oidc-provider/example" },
            notAllowed("No such OIDC Provider registered.")
          ],
          [
            { RoleArn: "acs:ram::6543210987654321:role/deployer" },
            "404 EntityNotExist.Role: The role not exists: acs:ram::6543210987654321:role/deployer."
          ],
          ...tokens.map((OIDCToken) => [{ OIDCToken }, invalid] as const)
        ]
        for (const [query, expected] of rows) {
          assert.strictEqual(yield* refusal(oidc(query)), expected, JSON.stringify(query).slice(0, 200))
        }
      }).pipe(unsigned, Effect.provide(door))
    )

    it.effect("what is right passes", () =>
      Effect.gen(function* () {
        for (const query of allowed) assert.strictEqual(yield* outcome(oidc(query)), "200", JSON.stringify(query))
      }).pipe(unsigned, Effect.provide(door))
    )

    it.effect("a signature that is given is checked all the same", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* outcome(oidc()).pipe(as(people.tester)), "200")
        assert.strictEqual(yield* outcome(oidc()).pipe(as(people.impostor)), "400 InvalidAccessKeySecret")
      }).pipe(Effect.provide(door))
    )
  })

  describe("GenerateSessionAccessKey", () => {
    for (const [name, signer] of Object.entries(signers)) {
      it.effect(`gives a key pair a key without a token, signed by ${name}`, () =>
        Effect.gen(function* () {
          const { RequestId: _, ...body } = yield* json(sts("GenerateSessionAccessKey", { DurationSeconds: 900 }))
          assert.hasAllKeys(body, ["SessionAccessKey"])
          const { Expiration, SessionAccessKeyId, SessionAccessKeySecret } = body.SessionAccessKey
          assert.match(SessionAccessKeyId, /^TMPSK\.[A-Za-z0-9]{25}$/)
          assert.match(SessionAccessKeySecret, /^[A-Za-z0-9]{44}$/)
          assert.strictEqual(Expiration, "1970-01-01T00:15:00Z")
          const credential = (secret: string) =>
            as(Credential.accessKey({ accessKeyId: SessionAccessKeyId, accessKeySecret: secret }), signer)
          const session = credential(SessionAccessKeySecret)
          assert.deepInclude(yield* session(json(whoAmI)), {
            IdentityType: "RAMUser",
            Arn: `acs:ram::${account}:user/tester`
          })
          assert.strictEqual(yield* credential("wrongsecret")(outcome(whoAmI)), "400 InvalidAccessKeySecret")
          // it is no key pair itself
          assert.strictEqual(yield* session(outcome(sts("GenerateSessionAccessKey"))), "403 NoPermission")
          yield* TestClock.setTime(899_999)
          assert.strictEqual(yield* session(outcome(whoAmI)), "200")
          yield* TestClock.setTime(900_000)
          assert.strictEqual(yield* session(outcome(whoAmI)), "404 InvalidAccessKeyId.NotFound")
        }).pipe(as(people.rsa, signer), Effect.provide(door))
      )
    }

    it.effect("lasts from 15 minutes to an hour, an hour unless told", () =>
      Effect.gen(function* () {
        const call = (DurationSeconds: unknown) => sts("GenerateSessionAccessKey", { DurationSeconds })
        assert.strictEqual((yield* json(call(undefined))).SessionAccessKey.Expiration, "1970-01-01T01:00:00Z")
        assert.strictEqual((yield* json(call(3600))).SessionAccessKey.Expiration, "1970-01-01T01:00:00Z")
        for (const seconds of [899, 3601, "x"]) {
          assert.strictEqual(
            yield* refusal(call(seconds)),
            "400 InvalidParameter.DurationSeconds: The Min/Max value of DurationSeconds is 15min/1hr."
          )
        }
      }).pipe(as(people.rsa), Effect.provide(door))
    )

    it.effect("is for key pairs only", () =>
      Effect.gen(function* () {
        const call = sts("GenerateSessionAccessKey")
        for (const who of [people.tester, people.sts, people.bearer]) {
          assert.strictEqual(
            yield* refusal(call).pipe(as(who)),
            "403 NoPermission: You are not authorized to do this action. You should be authorized by RAM."
          )
        }
        assert.strictEqual(yield* outcome(call).pipe(as(people.nobody)), "400 MissingAccessKeyId")
        assert.strictEqual(yield* outcome(call).pipe(as(people.rsaImpostor)), "400 InvalidAccessKeySecret")
      }).pipe(Effect.provide(door))
    )
  })

  it.effect("no secret shows in calls, mismatches, refusals and logs", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(JSON.stringify(message)))
    return Effect.gen(function* () {
      const token = jwt()
      const role = yield* json(assume())
      const byToken = yield* json(oidc({ OIDCToken: token })).pipe(as(people.nobody))
      const session = yield* json(sts("GenerateSessionAccessKey")).pipe(as(people.rsa))
      const said: Array<string> = []
      const refused = (credential: Credential.Credential) =>
        Effect.map(refusal(whoAmI).pipe(as(credential)), (text) => said.push(text))
      for (const body of [role, byToken]) {
        yield* json(whoAmI).pipe(as(credentialOf(body)))
        yield* refused(credentialOf({ Credentials: { ...body.Credentials, AccessKeySecret: "wrongsecret" } }))
        yield* refused(credentialOf({ Credentials: { ...body.Credentials, SecurityToken: "wrong" } }))
      }
      said.push(yield* refusal(oidc({ OIDCToken: `${token}.` })).pipe(as(people.nobody)))
      yield* TestClock.setTime(3_600_000)
      yield* refused(credentialOf(role))
      said.push(yield* refusal(oidc({ OIDCToken: token })).pipe(as(people.nobody)))
      const seen = JSON.stringify([yield* Emulator.calls, yield* Emulator.mismatches, said, lines])
      assert.include(seen, role.Credentials.AccessKeyId)
      const secrets = [role, byToken].flatMap(({ Credentials }) => [
        Credentials.AccessKeySecret as string,
        Credentials.SecurityToken as string
      ])
      for (const secret of [...secrets, session.SessionAccessKey.SessionAccessKeySecret, token]) {
        for (const written of [secret, encodeURIComponent(secret)]) assert.notInclude(seen, written)
      }
    }).pipe(as(people.tester), Effect.provide(door), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
  })
})

describe("accounts", () => {
  const other = Principal.user({ accountId: "6543210987654321", userId: "300000000000000009", name: "bob" })
  const door = Emulator.layerHttpClient({
    keys: [
      ...keys,
      Key.accessKey({ accessKeyId: "otherid", accessKeySecret: "othersecret", principal: other }),
      Key.accessKey({
        accessKeyId: "rootid",
        accessKeySecret: "rootsecret",
        principal: Principal.account("1111111111111111")
      })
    ]
  })

  it.effect("of any key have roles for everyone", () =>
    Effect.gen(function* () {
      const call = assume({ RoleArn: "acs:ram::6543210987654321:role/reader" })
      const body = yield* json(call)
      assert.deepInclude(yield* json(whoAmI).pipe(as(credentialOf(body))), {
        AccountId: "6543210987654321",
        Arn: "acs:ram::6543210987654321:assumed-role/reader/probe"
      })
    }).pipe(as(people.tester), Effect.provide(door))
  )

  it.effect("do not assume roles themselves", () =>
    Effect.gen(function* () {
      const root = Credential.accessKey({ accessKeyId: "rootid", accessKeySecret: "rootsecret" })
      assert.strictEqual(
        yield* refusal(assume()).pipe(as(root)),
        "403 NoPermission: Roles may not be assumed by root accounts."
      )
    }).pipe(Effect.provide(door))
  )

  it.effect("trust the providers of their own", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refusal(oidc({ RoleArn: "acs:ram::6543210987654321:role/reader" })),
        "403 AuthenticationFail.NoPermission: There is no permission"
      )
      const own = {
        RoleArn: "acs:ram::6543210987654321:role/reader",
        OIDCProviderArn: provider.replace(account, "6543210987654321")
      }
      assert.strictEqual(yield* outcome(oidc(own)), "200")
    }).pipe(as(people.nobody), Effect.provide(door))
  )
})
