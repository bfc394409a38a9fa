import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as AcsError from "@effect-aliyun/core/AcsError"
import * as AcsRequest from "@effect-aliyun/core/AcsRequest"
import * as AcsTest from "@effect-aliyun/core/AcsTest"
import * as Body from "@effect-aliyun/core/Body"
import * as Credential from "@effect-aliyun/core/Credential"
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Limits from "@effect-aliyun/core/Limits"
import * as Protocol from "@effect-aliyun/core/Protocol"
import * as Region from "@effect-aliyun/core/Region"
import * as RoaRequest from "@effect-aliyun/core/RoaRequest"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Signer from "@effect-aliyun/core/Signer"
import * as Timeouts from "@effect-aliyun/core/Timeouts"
import * as UserAgent from "@effect-aliyun/core/UserAgent"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"

const describeRegions = { product: "Ecs", version: "2014-05-26", action: "DescribeRegions" } as const
const ok = AcsTest.layer(() => ({ json: { RequestId: "R-1", Regions: { Region: [{ RegionId: "cn-hangzhou" }] } } }))
const echo = AcsTest.layer((call) => ({
  json: { RequestId: "R-1", ...call, body: new TextDecoder().decode(call.body) }
}))
const utf8 = (text: string) => new TextEncoder().encode(text)

/** the last request that arrived */
const last = Effect.map(AcsTest.calls, (calls) => calls.at(-1) ?? assert.fail("nothing arrived"))

describe("a call that works", () => {
  layer(ok)((it) => {
    it.effect("yields status, RequestId, JSON and decoded values", () =>
      Effect.gen(function* () {
        const response = yield* AcsClient.rpc(describeRegions)
        assert.strictEqual(response.requestId, "R-1")
        assert.strictEqual(response.status, 200)
        assert.strictEqual(response.attempts, 1)
        const Regions = Schema.Struct({
          Regions: Schema.Struct({ Region: Schema.Array(Schema.Struct({ RegionId: Schema.String })) })
        })
        const { Regions: regions } = yield* response.schemaJson(Regions)
        assert.deepStrictEqual(regions.Region, [{ RegionId: "cn-hangzhou" }])
        assert.include(yield* response.text, "R-1")
      })
    )

    it.effect("goes by https to the product's host in the region, signed with ACS3", () =>
      Effect.gen(function* () {
        yield* AcsClient.rpc(describeRegions).pipe(Region.withRegion("eu-central-1"))
        const call = yield* last
        assert.strictEqual(call.host, "ecs.eu-central-1.aliyuncs.com")
        assert.strictEqual(call.method, "GET")
        assert.deepStrictEqual(call.params, { RegionId: "eu-central-1" })
        assert.match(
          call.headers["authorization"] ?? "",
          /^ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-action;/
        )
        assert.match(call.headers["x-acs-signature-nonce"] ?? "", /^[0-9a-f]{32}$/)
        assert.strictEqual(call.headers["x-acs-date"], "1970-01-01T00:00:00Z")
        assert.strictEqual(call.headers["accept"], "application/json")
        assert.isUndefined(call.headers["traceparent"])
        assert.isUndefined(call.headers["b3"])
      })
    )

    it.effect("carries the caller's RegionId in place of the region", () =>
      Effect.gen(function* () {
        yield* AcsClient.rpc({ ...describeRegions, query: { RegionId: "us-west-1" } })
        assert.deepStrictEqual((yield* last).params, { RegionId: "us-west-1" })
        yield* AcsClient.rpc({ ...describeRegions, body: Body.form({ RegionId: "us-east-1" }) })
        assert.deepStrictEqual((yield* last).params, { RegionId: "us-east-1" })
      })
    )

    it.effect("never repeats a nonce", () =>
      Effect.gen(function* () {
        yield* Effect.replicateEffect(AcsClient.rpc(describeRegions), 100, { concurrency: "unbounded" })
        const nonces = (yield* AcsTest.calls).map((call) => call.headers["x-acs-signature-nonce"])
        assert.strictEqual(new Set(nonces).size, nonces.length)
      })
    )
  })
})

describe("requests", () => {
  layer(echo)((it) => {
    it.effect("flatten nested parameters", () =>
      Effect.gen(function* () {
        yield* AcsClient.rpc({
          ...describeRegions,
          action: "RunInstances",
          clientToken: false,
          query: { Tag: [{ Key: "env", Value: "it's 中文" }], DryRun: true, Amount: 2, Nothing: null },
          arrayStyles: { Ids: "json" }
        })
        assert.deepStrictEqual((yield* last).params, {
          "Tag.1.Key": "env",
          "Tag.1.Value": "it's 中文",
          DryRun: "true",
          Amount: "2",
          RegionId: "cn-hangzhou"
        })
      })
    )

    it.effect("are changed by pipeable setters, and stay as they were", () =>
      Effect.gen(function* () {
        const request = RpcRequest.make(describeRegions)
        const changed = request.pipe(
          AcsRequest.setQueryParam("PageSize", 10),
          AcsRequest.setQueryParams({ PageNumber: 2 }),
          AcsRequest.setHeader("x-trace", "abc"),
          AcsRequest.setMethod("POST"),
          AcsRequest.setEndpoint("http://localhost:8080"),
          AcsRequest.setFormat("XML"),
          AcsRequest.appendUserAgent("job", "7")
        )
        yield* AcsClient.execute(changed)
        const call = yield* last
        assert.deepStrictEqual(call.params, { PageSize: "10", PageNumber: "2", RegionId: "cn-hangzhou" })
        assert.strictEqual(call.method, "POST")
        assert.strictEqual(call.host, "localhost:8080")
        assert.strictEqual(call.headers["x-trace"], "abc")
        assert.strictEqual(call.headers["accept"], "application/xml")
        assert.match(call.headers["user-agent"] ?? "", / job\/7$/)
        assert.deepStrictEqual(request.query, {})
      })
    )

    it.effect("send forms, JSON, XML, text, bytes and streams", () =>
      Effect.gen(function* () {
        const send = (body: Body.Body) =>
          AcsClient.roa({
            product: "CS",
            version: "2015-12-15",
            action: "CreateCluster",
            pathPattern: "/clusters",
            body
          }).pipe(
            Effect.zipRight(last),
            Effect.map((call) => [call.method, call.headers["content-type"], new TextDecoder().decode(call.body)])
          )
        assert.deepStrictEqual(yield* send(Body.form({ A: [1, "b c"] })), [
          "POST",
          "application/x-www-form-urlencoded",
          "A.1=1&A.2=b%20c"
        ])
        assert.deepStrictEqual(yield* send(Body.json({ id: 9007199254740993n, 名: "集群" })), [
          "POST",
          "application/json; charset=utf-8",
          '{"id":9007199254740993,"名":"集群"}'
        ])
        assert.deepStrictEqual(yield* send(Body.xml("<a>é</a>")), ["POST", "application/xml", "<a>é</a>"])
        assert.deepStrictEqual(yield* send(Body.text("é")), ["POST", "text/plain; charset=utf-8", "é"])
        assert.deepStrictEqual(yield* send(Body.bytes(utf8("raw"))), ["POST", "application/octet-stream", "raw"])
        assert.deepStrictEqual(yield* send(Body.stream(Stream.make(utf8("ab"), utf8("c")))), [
          "POST",
          "application/octet-stream",
          "abc"
        ])
        const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert.deepStrictEqual(
          yield* send(
            Body.stream(Stream.make(utf8("ab"), utf8("c")), { sha256, contentLength: 3, contentType: "text/plain" })
          ),
          ["POST", "text/plain", "abc"]
        )
      })
    )

    it.effect("fill path patterns with one encoded segment each", () =>
      Effect.gen(function* () {
        yield* AcsClient.execute(
          RoaRequest.make({ product: "CS", version: "2015-12-15", pathPattern: "/repos/[Namespace]/[Repo]/tags" }).pipe(
            AcsRequest.setPathParam("Namespace", "a/b?c#d"),
            AcsRequest.setPathParam("Repo", "名 1+*~")
          )
        )
        const call = yield* last
        assert.strictEqual(call.path, "/repos/a%2Fb%3Fc%23d/%E5%90%8D%201%2B%2A~/tags")
        assert.strictEqual(call.headers["x-acs-region-id"], "cn-hangzhou")
      })
    )

    it.effect("choose RPC or ROA for a common request by the seed's rule", () =>
      Effect.gen(function* () {
        yield* AcsClient.common({ product: "Ecs", version: "2014-05-26", action: "DescribeRegions" })
        assert.strictEqual((yield* last).path, "/")
        yield* AcsClient.common({
          product: "CS",
          version: "2015-12-15",
          action: "DescribeClusters",
          pathPattern: "/clusters"
        })
        const call = yield* last
        assert.deepStrictEqual([call.path, call.action], ["/clusters", "DescribeClusters"])
      })
    )

    it.effect("go to the endpoint they name, by the rule they name, or to the resolver's", () =>
      Effect.gen(function* () {
        const hostOf = (options: Partial<AcsRequest.CommonOptions>) =>
          Effect.map(Effect.zipRight(AcsClient.rpc({ ...describeRegions, ...options }), last), (call) => call.host)
        assert.strictEqual(yield* hostOf({ endpoint: "https://ECS.aliyuncs.com:443/" }), "ecs.aliyuncs.com")
        assert.strictEqual(yield* hostOf({ endpoint: "ecs.aliyuncs.com:8443" }), "ecs.aliyuncs.com:8443")
        assert.strictEqual(yield* hostOf({ endpointType: "central" }), "ecs.aliyuncs.com")
        assert.strictEqual(
          yield* hostOf({ endpointType: "regional", network: "vpc", productSuffix: "share", regionId: "cn-beijing" }),
          "ecs-share-vpc.cn-beijing.aliyuncs.com"
        )
        assert.strictEqual(
          yield* hostOf({ endpointMap: { "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com" } }),
          "ecs-cn-hangzhou.aliyuncs.com"
        )
        // a vpc request never gets a public host by accident
        assert.strictEqual(
          yield* hostOf({ endpointMap: { "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com" }, network: "vpc" }),
          "ecs-vpc.cn-hangzhou.aliyuncs.com"
        )
        assert.strictEqual(yield* hostOf({}).pipe(Endpoint.withEndpoint("127.0.0.1:1")), "127.0.0.1:1")
        assert.strictEqual(yield* hostOf({}).pipe(Endpoint.withEndpoint(Endpoint.rule("central"))), "ecs.aliyuncs.com")
        assert.strictEqual(yield* hostOf({ endpoint: "a.com:80" }).pipe(Protocol.withProtocol("http")), "a.com")
      })
    )

    it.effect("name the application in the user agent", () =>
      Effect.gen(function* () {
        yield* AcsClient.rpc({ ...describeRegions, userAgent: [["App", "2"]] }).pipe(
          UserAgent.append("app", "1"),
          UserAgent.append("web", "3")
        )
        assert.match(
          (yield* last).headers["user-agent"] ?? "",
          /^AlibabaCloud \(.*\) effect-aliyun\/\S+ web\/3 App\/2$/
        )
      })
    )
  })
})

describe("signatures and credentials", () => {
  const with_ =
    (signer: Layer.Layer<Signer.Signer>, credentials: Layer.Layer<Credentials.Credentials>) =>
    <A, E, R>(self: Effect.Effect<A, E, R>) =>
      Effect.provide(self, Layer.merge(signer, credentials))
  const key = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })

  layer(echo)((it) => {
    it.effect("version 1: RPC in the query, ROA in the header", () =>
      Effect.gen(function* () {
        yield* AcsClient.rpc(describeRegions).pipe(with_(Signer.layerV1, key))
        const rpc = yield* last
        assert.isUndefined(rpc.headers["authorization"])
        assert.deepStrictEqual(rpc.params, { RegionId: "cn-hangzhou" })
        yield* AcsClient.roa({
          product: "CS",
          version: "2015-12-15",
          pathPattern: "/clusters",
          body: Body.json({ a: 1 })
        }).pipe(with_(Signer.layerV1Sha256, key))
        const roa = yield* last
        assert.match(roa.headers["authorization"] ?? "", /^acs testid:/)
        assert.strictEqual(roa.headers["x-acs-signature-method"], "HMAC-SHA256")
        assert.strictEqual(roa.headers["content-md5"], "u2y1xo30ZSlByvZSo2by2A==")
        assert.isDefined(roa.headers["x-acs-signature-nonce"])
      })
    )

    it.effect("STS tokens, bearer tokens and nobody", () =>
      Effect.gen(function* () {
        const call = AcsClient.rpc(describeRegions)
        yield* call.pipe(
          with_(
            Signer.layer,
            Credentials.layerSts({ accessKeyId: "testid", accessKeySecret: "testsecret", securityToken: "CAIS+/==" })
          )
        )
        const sts = yield* last
        assert.strictEqual(sts.headers["x-acs-security-token"], "CAIS+/==")
        assert.strictEqual(sts.headers["x-acs-accesskey-id"], "testid")
        yield* call.pipe(with_(Signer.layer, Credentials.layerBearer({ token: "tok" })))
        const bearer = yield* last
        assert.strictEqual(bearer.headers["x-acs-bearer-token"], "tok")
        assert.isUndefined(bearer.headers["authorization"])
        yield* call.pipe(with_(Signer.layer, Credentials.layerAnonymous))
        assert.isUndefined((yield* last).headers["authorization"])
      })
    )

    it.effect("a wrong secret is said to be one, and the echo of the string to sign is not printed", () =>
      Effect.gen(function* () {
        const wrong = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "wrong" })
        const error = yield* AcsClient.rpc(describeRegions).pipe(with_(Signer.layerV1, wrong), Effect.flip)
        assert.strictEqual(error._tag === "ServerException" ? error.code : "", "InvalidAccessKeySecret")
        assert.include(error.message, "so the secret is wrong")
        assert.notInclude(error.message, "testid")
      })
    )

    it.scoped("many accounts in one program", () =>
      Effect.gen(function* () {
        const other = yield* Credentials.make(
          Credentials.fixed(Credential.accessKey({ accessKeyId: "other", accessKeySecret: "s" }))
        )
        yield* AcsClient.rpc(describeRegions).pipe(Credentials.withCredentials(other))
        assert.include((yield* last).headers["authorization"], "Credential=other,")
      })
    )
  })
})

describe("explain and presign", () => {
  const key = Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" })

  it.effect("explain shows what is signed and sent, without sending and without secrets", () =>
    Effect.gen(function* () {
      const request = RpcRequest.make({ ...describeRegions, body: Body.form({ A: "b" }) })
      const explanation = yield* AcsClient.explain(request)
      assert.include(explanation.text, "Canonical request\nPOST\n/\nRegionId=cn-hangzhou\n")
      assert.include(explanation.text, "String to sign\nACS3-HMAC-SHA256\n")
      assert.include(
        explanation.text,
        "Wire request\nPOST /?RegionId=cn-hangzhou HTTP/1.1\nhost: ecs.cn-hangzhou.aliyuncs.com\n"
      )
      assert.include(explanation.text, "Signature=<redacted>")
      assert.include(explanation.text, "\n\nA=b")
      assert.notInclude(explanation.text, "testid")
      assert.include(Redacted.value(explanation.signed).headers["authorization"], "Credential=testid,")
      assert.notInclude(JSON.stringify(explanation), "Credential=testid,")
    }).pipe(Effect.provide(Layer.merge(key, Signer.layer)))
  )

  it.effect("explain masks an STS token in every encoding it goes through", () =>
    Effect.gen(function* () {
      const explanation = yield* AcsClient.explain(RpcRequest.make(describeRegions))
      for (const part of ["CAIS", "tokensecret", "testid"]) assert.notInclude(explanation.text, part)
    }).pipe(
      Effect.provide(
        Layer.merge(
          Credentials.layerSts({
            accessKeyId: "testid",
            accessKeySecret: "testsecret",
            securityToken: "CAIS+tokensecret/=="
          }),
          Signer.layerV1
        )
      )
    )
  )

  it.effect("S08: presign gives a URL that the checker accepts, redacted", () =>
    Effect.gen(function* () {
      const url = yield* AcsClient.presign(RpcRequest.make(describeRegions))
      assert.strictEqual(String(url), "<redacted>")
      assert.match(Redacted.value(url), /^https:\/\/ecs\.cn-hangzhou\.aliyuncs\.com\/\?.*&Signature=[^&]+$/)
    }).pipe(Effect.provide(Layer.merge(key, Signer.layer)))
  )

  it.effect("presign refuses what a URL cannot carry", () =>
    Effect.gen(function* () {
      const roa = yield* Effect.flip(
        AcsClient.presign(RoaRequest.make({ product: "CS", version: "2015-12-15", pathPattern: "/" }))
      )
      const post = yield* Effect.flip(AcsClient.presign(RpcRequest.make({ ...describeRegions, method: "POST" })))
      assert.deepStrictEqual(
        [roa, post].map(
          (error) => error._tag === "ClientException" && error.reason._tag === "InvalidRequest" && error.reason.field
        ),
        ["style", "method"]
      )
    }).pipe(Effect.provide(Layer.merge(key, Signer.layer)))
  )
})

describe("attempts", () => {
  const flaky = (failures: number, reply: AcsTest.Reply) =>
    AcsTest.layer((call) => (call.attempt <= failures ? reply : { json: { RequestId: `R-${call.attempt}` } }))
  const throttled: AcsTest.Reply = {
    status: 400,
    json: { Code: "Throttling.User", Message: "slow down", RequestId: "T" }
  }

  it.effect("a throttled call is repeated, signed anew each time", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(AcsClient.rpc(describeRegions))
      yield* TestClock.adjust("1 minute")
      const response = yield* Fiber.join(fiber)
      assert.strictEqual(response.attempts, 3)
      const calls = yield* AcsTest.calls
      assert.strictEqual(new Set(calls.map((call) => call.headers["x-acs-signature-nonce"])).size, 3)
      assert.strictEqual(new Set(calls.map((call) => call.headers["authorization"])).size, 3)
    }).pipe(Effect.provide(flaky(2, throttled)))
  )

  it.effect("three attempts, then the last failure with what happened", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(Effect.flip(AcsClient.rpc(describeRegions)))
      yield* TestClock.adjust("1 minute")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "ServerException")
      assert.deepStrictEqual([error.attempts, error.stoppedBy, error.outcome], [3, "Policy", "Rejected"])
      assert.deepStrictEqual(error.request, describeRegions)
      assert.include(error.message, "Ecs.DescribeRegions: Throttling.User: slow down (HTTP 400, RequestId T)")
      assert.include(error.message, "[after 3 attempts]")
    }).pipe(Effect.provide(flaky(9, throttled)))
  )

  it.effect("what will not get better is not repeated", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(AcsClient.rpc(describeRegions))
      assert.strictEqual(error.attempts, 1)
    }).pipe(
      Effect.provide(
        flaky(9, { status: 404, json: { Code: "InvalidInstanceId.NotFound", Message: "", RequestId: "" } })
      )
    )
  )

  it.effect("a write that may have been executed is not sent twice", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(AcsClient.rpc({ ...describeRegions, action: "StartInstance", method: "POST" }))
      assert.deepStrictEqual([error.attempts, error.stoppedBy, error.outcome], [1, "Safety", "Unknown"])
      assert.include(error.message, "may have been executed")
    }).pipe(Effect.provide(flaky(9, { refuse: "reset" })))
  )

  it.effect("a write is repeated when it carries a ClientToken, was never sent, or was refused unexecuted", () =>
    Effect.gen(function* () {
      const attempts = (reply: AcsTest.Reply, options: Partial<AcsRequest.CommonOptions>) =>
        Effect.gen(function* () {
          const fiber = yield* Effect.fork(AcsClient.rpc({ ...describeRegions, action: "StartInstance", ...options }))
          yield* TestClock.adjust("1 minute")
          return (yield* Fiber.join(fiber)).attempts
        }).pipe(Effect.provide(flaky(1, reply)))
      assert.strictEqual(yield* attempts({ refuse: "reset" }, { query: { ClientToken: "t" } }), 2)
      assert.strictEqual(yield* attempts({ refuse: "reset" }, { idempotent: true }), 2)
      assert.strictEqual(yield* attempts({ refuse: "connect" }, {}), 2)
      assert.strictEqual(yield* attempts(throttled, {}), 2)
    })
  )

  it.effect("an attempt that takes too long is given up and repeated", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(AcsClient.rpc(describeRegions))
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).attempts, 2)
    }).pipe(Effect.provide(AcsTest.layer((call) => ({ json: {}, ...(call.attempt === 1 ? { delay: "1 hour" } : {}) }))))
  )

  it.effect("one deadline over attempts and waits", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(
        Effect.flip(
          AcsClient.rpc(describeRegions).pipe(Timeouts.withTimeouts({ attempt: "10 seconds", total: "12 seconds" }))
        )
      )
      yield* TestClock.adjust("12 seconds")
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        error._tag === "ClientException" &&
          error.reason._tag === "Timeout" && [error.reason.phase, error.stoppedBy, error.attempts],
        ["total", "Deadline", 2]
      )
    }).pipe(Effect.provide(AcsTest.layer(() => ({ json: {}, delay: "1 hour" }))))
  )
})

describe("stream", () => {
  const request = RoaRequest.make({ product: "CS", version: "2015-12-15", pathPattern: "/log", format: "RAW" })

  it.effect("yields the bytes of the answer", () =>
    Effect.gen(function* () {
      const text = yield* AcsClient.stream(request).pipe(
        Stream.decodeText(),
        Stream.runCollect,
        Effect.map(Chunk.join(""))
      )
      assert.strictEqual(text, "line 1\nline 2\n")
    }).pipe(Effect.provide(AcsTest.layer(() => ({ text: "line 1\nline 2\n" }))))
  )

  it.effect("repeats attempts until the headers of a good answer, and fails typed", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(Stream.runDrain(AcsClient.stream(request)))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.strictEqual((yield* AcsTest.calls).length, 2)
    }).pipe(
      Effect.provide(
        AcsTest.layer((call) =>
          call.attempt === 1 ? { status: 503, json: { code: "ServiceUnavailable" } } : { text: "" }
        )
      )
    )
  )
})

describe("a 2xx that reports a failure", () => {
  const limited = { Code: "isv.BUSINESS_LIMIT_CONTROL", Message: "触发小时级流控", RequestId: "B" }
  const sendSms = { product: "Dysmsapi", version: "2017-05-25", action: "SendSms" } as const

  layer(AcsTest.layer(() => ({ json: limited })))((it) => {
    it.effect("is a ServerException of category Business, sent once", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(AcsClient.rpc(sendSms))
        assert.deepStrictEqual(
          error._tag === "ServerException" && [
            error.code,
            error.httpStatus,
            error.category,
            error.requestId,
            error.attempts
          ],
          ["isv.BUSINESS_LIMIT_CONTROL", 200, "Business", "B", 1]
        )
      })
    )

    it.effect("is a value where the caller asks for it", () =>
      Effect.gen(function* () {
        const response = yield* AcsClient.rpc({ ...sendSms, businessFailure: "value" })
        assert.deepStrictEqual(yield* response.json, limited)
      })
    )

    it.effect("is caught by code and by category", () =>
      Effect.gen(function* () {
        const byCode = yield* AcsClient.rpc(sendSms).pipe(
          AcsError.catchCode(["isv.BUSINESS_LIMIT_CONTROL"], (error) => Effect.succeed(error.code))
        )
        assert.strictEqual(byCode, "isv.BUSINESS_LIMIT_CONTROL")
        const byCategory = yield* AcsClient.rpc(sendSms).pipe(
          AcsError.catchCategory("Business", (error) => Effect.succeed(error.httpStatus))
        )
        assert.strictEqual(byCategory, 200)
        const other = yield* AcsClient.rpc(sendSms).pipe(
          AcsError.catchCode("Throttling", () => Effect.succeed("caught")),
          Effect.flip
        )
        assert.strictEqual(other._tag, "ServerException")
      })
    )
  })
})

describe("limits", () => {
  it.effect("a larger answer than allowed keeps status and RequestId", () =>
    Effect.gen(function* () {
      const error = yield* AcsClient.rpc(describeRegions).pipe(Limits.withLimits({ responseBytes: 1000 }), Effect.flip)
      assert.deepStrictEqual(
        error._tag === "ClientException" &&
          error.reason._tag === "UnexpectedResponse" && [error.reason.status, error.reason.requestId],
        [200, "H"]
      )
    }).pipe(
      Effect.provide(AcsTest.layer(() => ({ json: { a: "x".repeat(2000) }, headers: { "x-acs-request-id": "H" } })))
    )
  )
})
