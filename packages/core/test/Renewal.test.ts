/** What the service says of a token overrules what the cache thinks of it. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as RetryPolicy from "@effect-aliyun/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

const refused = (code: string) => ({ status: 400, json: { Code: code, Message: "", RequestId: "r" } })
const token = ({ headers }: AcsTest.Call) => headers["x-acs-security-token"]

/** a service that has taken some tokens back */
const service = (taken: ReadonlySet<string>, code = "InvalidSecurityToken.Expired") =>
  AcsTest.layer((call) => (taken.has(token(call) ?? "") ? refused(code) : { json: { RequestId: "ok" } }))

/** gives `t1`, `t2` and so on, all good for an hour by themselves */
const source = () => {
  let count = 0
  const provider: Credentials.Provider = {
    name: "source",
    resolve: Effect.map(Effect.clock, (clock) => {
      count++
      const expiration = clock.unsafeCurrentTimeMillis() + 3_600_000
      return Credential.sts({ accessKeyId: `id${count}`, accessKeySecret: "s", securityToken: `t${count}`, expiration })
    })
  }
  return { provider, asked: () => count }
}

const whoAmI = AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }).pipe(
  RetryPolicy.withPolicy(RetryPolicy.none)
)

describe("a token that the service says has expired", () => {
  it.scoped("C09: is given up once for all who had it, and each call is made once more", () =>
    Effect.gen(function* () {
      const { asked, provider } = source()
      const credentials = yield* Credentials.make(provider)
      const responses = yield* Effect.all(Effect.replicate(whoAmI, 100), { concurrency: "unbounded" }).pipe(
        Credentials.withCredentials(credentials)
      )
      assert.strictEqual(asked(), 2)
      assert.deepStrictEqual([...new Set(responses.map(({ attempts }) => attempts))], [2])
      const calls = yield* AcsTest.calls
      assert.strictEqual(calls.filter((call) => token(call) === "t1").length, 100)
      assert.strictEqual(calls.filter((call) => token(call) === "t2").length, 100)
    }).pipe(Effect.provide(service(new Set(["t1"]))))
  )

  it.scoped("is not fetched again and again: a second refusal is the answer", () =>
    Effect.gen(function* () {
      const { asked, provider } = source()
      const credentials = yield* Credentials.make(provider)
      const error = yield* Effect.flip(whoAmI.pipe(Credentials.withCredentials(credentials)))
      assert.deepStrictEqual(
        [error._tag === "ServerException" && error.code, error.attempts, asked()],
        ["InvalidSecurityToken.Expired", 2, 2]
      )
    }).pipe(Effect.provide(service(new Set(["t1", "t2", "t3"]))))
  )

  it.scoped("leaves the policy all its attempts", () =>
    Effect.gen(function* () {
      const { provider } = source()
      const credentials = yield* Credentials.make(provider)
      const policy = Schedule.recurs(2)
      const error = yield* Effect.flip(
        AcsClient.rpc({ product: "Sts", version: "2015-04-01", action: "GetCallerIdentity" }).pipe(
          RetryPolicy.withPolicy(policy),
          Credentials.withCredentials(credentials)
        )
      )
      assert.strictEqual(error.attempts, 4)
    }).pipe(
      Effect.provide(
        AcsTest.layer((call) => refused(token(call) === "t1" ? "InvalidSecurityToken.Expired" : "ServiceUnavailable"))
      )
    )
  )

  it.scoped("is as good as one that does not fit its key: both are given up once", () =>
    Effect.gen(function* () {
      const { asked, provider } = source()
      const credentials = yield* Credentials.make(provider)
      const response = yield* whoAmI.pipe(Credentials.withCredentials(credentials))
      assert.deepStrictEqual([response.attempts, asked()], [2, 2])
    }).pipe(Effect.provide(service(new Set(["t1"]), "InvalidSecurityToken.MismatchWithAccessKey")))
  )

  it.scoped("that is all there is: the same one is not sent again", () =>
    Effect.gen(function* () {
      const fixed = Credential.sts({ accessKeyId: "id", accessKeySecret: "s", securityToken: "t1" })
      const credentials = yield* Credentials.make(Credentials.fixed(fixed))
      const error = yield* Effect.flip(whoAmI.pipe(Credentials.withCredentials(credentials)))
      assert.deepStrictEqual([error.attempts, (yield* AcsTest.calls).length], [1, 1])
    }).pipe(Effect.provide(service(new Set(["t1"]))))
  )

  it.scoped("whose source is broken: the refusal is what the call fails with", () =>
    Effect.gen(function* () {
      let count = 0
      const { provider } = source()
      const once: Credentials.Provider = {
        name: "once",
        resolve: Effect.suspend(() =>
          count++ === 0 ? provider.resolve : new Credentials.Failed({ why: "the source is gone" })
        )
      }
      const credentials = yield* Credentials.make(once)
      const error = yield* Effect.flip(whoAmI.pipe(Credentials.withCredentials(credentials)))
      assert.deepStrictEqual([error.code, error.attempts], ["InvalidSecurityToken.Expired", 1])
    }).pipe(Effect.provide(service(new Set(["t1"]))))
  )
})
