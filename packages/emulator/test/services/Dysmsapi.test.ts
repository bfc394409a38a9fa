/** Dysmsapi: what may be sent to whom, how often, and that it can be looked at. */
import * as AcsClient from "@effect-aliyun/core/AcsClient"
import * as RpcRequest from "@effect-aliyun/core/RpcRequest"
import * as Xml from "@effect-aliyun/core/Xml"
import * as Emulator from "@effect-aliyun/emulator/Emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as TestClock from "effect/TestClock"
import { as, doors, outcome, people, send, sign, signers } from "../support/Doors.js"

const sms = { product: "Dysmsapi", version: "2017-05-25" } as const
type Query = Record<string, unknown>

const json = (call: ReturnType<typeof AcsClient.rpc>) =>
  Effect.flatMap(call, (response) => Effect.map(response.json, (body) => body as any))

const message = {
  PhoneNumbers: "13800138000",
  SignName: "阿里云短信测试",
  TemplateCode: "SMS_154950909",
  TemplateParam: '{"code":"1234"}'
}
const sendSms = (query: Query = {}) => AcsClient.rpc({ ...sms, action: "SendSms", query: { ...message, ...query } })
/** what it was told, good or bad: both come with status 200, and core fails with the bad */
const told = (call: ReturnType<typeof AcsClient.rpc>) =>
  json(call).pipe(
    Effect.catchTag("ServerException", ({ code: Code, httpStatus, serverMessage: Message }) =>
      Effect.sync(() => {
        assert.strictEqual(httpStatus, 200)
        return { Code, Message, BizId: undefined }
      })
    )
  )
const code = (query: Query = {}) => Effect.map(told(sendSms(query)), ({ Code }): string => Code)

const question = { PhoneNumber: "13800138000", SendDate: "19700101", PageSize: 10, CurrentPage: 1 }
const details = (query: Query = {}) =>
  AcsClient.rpc({ ...sms, action: "QuerySendDetails", query: { ...question, ...query } })
const listed = (query: Query = {}) =>
  Effect.map(json(details(query)), ({ SmsSendDetailDTOs, TotalCount }) => ({
    total: TotalCount as string,
    found: SmsSendDetailDTOs.SmsSendDetailDTO as ReadonlyArray<Record<string, string>>
  }))

const inMemory = <A, E>(test: () => Effect.Effect<A, E, AcsClient.Services | Emulator.Emulator>) =>
  test().pipe(as(people.tester), Effect.provide(doors["in memory"]))

for (const [door, layer] of Object.entries(doors)) {
  for (const [name, signer] of Object.entries(signers)) {
    it.effect(`${door}, by ${name}: sends, and says why not with status 200`, () =>
      Effect.gen(function* () {
        const sent = yield* json(sendSms())
        assert.deepStrictEqual(Object.keys(sent).sort(), ["BizId", "Code", "Message", "RequestId"])
        assert.deepInclude(sent, { Code: "OK", Message: "OK" })
        assert.match(sent.BizId, /^\d{18}\^0$/)
        const query = { ...message, PhoneNumbers: "123" }
        const not = yield* send(yield* sign(RpcRequest.make({ ...sms, action: "SendSms", query, format: "JSON" })))
        assert.strictEqual(not.status, 200)
        assert.deepStrictEqual(JSON.parse(not.text), {
          RequestId: not.headers["x-acs-request-id"],
          Code: "isv.MOBILE_NUMBER_ILLEGAL",
          Message: "手机号码格式错误"
        })
        const { found, total } = yield* listed({ BizId: sent.BizId })
        assert.strictEqual(total, "1")
        assert.strictEqual(found[0]?.["PhoneNum"], "13800138000")
        const calls = yield* Emulator.calls
        assert.deepStrictEqual(
          calls.map(({ action, product, status }) => `${product} ${action} ${status}`),
          ["Dysmsapi SendSms 200", "Dysmsapi SendSms 200", "Dysmsapi QuerySendDetails 200"]
        )
      }).pipe(as(people.tester, signer), Effect.provide(layer))
    )
  }
}

describe("SendSms", () => {
  it.effect("knows the numbers of the mainland, and those abroad by their country", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const good = [
          "13800138000",
          "+8613800138001",
          "008613800138002",
          "8613800138003",
          "+13800138004",
          "85290000000",
          "+85290000001",
          "0085290000002",
          "13900000001,13900000002"
        ]
        for (const PhoneNumbers of good) assert.strictEqual(yield* code({ PhoneNumbers }), "OK", PhoneNumbers)
        const bad = [
          "123",
          "1380013800",
          "138001380000",
          "12800138000",
          "8612800138000",
          "86138001380",
          "1380013800a",
          " 13800138000",
          "13800138000,",
          ",",
          "13800138000;13800138001",
          "852900000000000000",
          "+",
          "１３８００１３８０００"
        ]
        for (const PhoneNumbers of bad) {
          assert.strictEqual(yield* code({ PhoneNumbers }), "isv.MOBILE_NUMBER_ILLEGAL", PhoneNumbers)
        }
      })
    )
  )

  it.effect("writes to 1,000 numbers at once, and to no more", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(13_000_000_000 + index))
        const call = (count: number) =>
          AcsClient.execute(
            RpcRequest.make({
              ...sms,
              action: "SendSms",
              query: { ...message, PhoneNumbers: numbers(count).join(",") }
            })
          )
        assert.deepInclude(yield* told(call(1001)), { Code: "isv.MOBILE_COUNT_OVER_LIMIT" })
        assert.strictEqual((yield* listed({ PhoneNumber: "13000000000" })).total, "0")
        const { BizId, Code } = yield* told(call(1000))
        assert.strictEqual(Code, "OK")
        for (const PhoneNumber of ["13000000000", "13000000999"]) {
          assert.strictEqual((yield* listed({ PhoneNumber, BizId })).total, "1")
        }
      })
    )
  )

  it.effect("refuses signatures, templates and variables that are not there", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const rows: ReadonlyArray<readonly [Query, string]> = [
          [{ SignName: "【阿里云】" }, "isv.SMS_SIGNATURE_ILLEGAL"],
          [{ SignName: "阿里 云" }, "isv.SMS_SIGNATURE_ILLEGAL"],
          [{ SignName: "12345" }, "isv.SMS_SIGNATURE_ILLEGAL"],
          [{ TemplateCode: "154950909" }, "isv.SMS_TEMPLATE_ILLEGAL"],
          [{ TemplateCode: "SMS_" }, "isv.SMS_TEMPLATE_ILLEGAL"],
          [{ TemplateCode: "SMS_1a" }, "isv.SMS_TEMPLATE_ILLEGAL"],
          [{ TemplateCode: "sms_154950909" }, "isv.SMS_TEMPLATE_ILLEGAL"],
          [{ TemplateParam: "{code:1}" }, "isv.INVALID_JSON_PARAM"],
          [{ TemplateParam: '["1234"]' }, "isv.INVALID_JSON_PARAM"],
          [{ TemplateParam: '"1234"' }, "isv.INVALID_JSON_PARAM"],
          [{ TemplateParam: "null" }, "isv.INVALID_JSON_PARAM"],
          [{ TemplateParam: '{"code":1234}' }, "isv.INVALID_JSON_PARAM"],
          [{ TemplateParam: '{"code":{"a":"b"}}' }, "isv.INVALID_JSON_PARAM"],
          [{ TemplateParam: undefined }, "isv.TEMPLATE_MISSING_PARAMETERS"],
          [{ TemplateParam: "{}" }, "isv.TEMPLATE_MISSING_PARAMETERS"],
          [{ TemplateParam: '{"Code":"1234"}' }, "isv.TEMPLATE_MISSING_PARAMETERS"],
          [{ TemplateParam: '{"code":""}' }, "isv.TEMPLATE_MISSING_PARAMETERS"],
          [{ TemplateCode: "SMS_1", TemplateParam: '{"name":""}' }, "isv.TEMPLATE_MISSING_PARAMETERS"],
          [{ SmsUpExtendCode: "12a" }, "isv.EXTEND_CODE_ERROR"]
        ]
        for (const [query, expected] of rows) assert.strictEqual(yield* code(query), expected, JSON.stringify(query))
        // none of them counts
        assert.strictEqual((yield* listed()).total, "0")
        assert.strictEqual(yield* code({ SmsUpExtendCode: "90999" }), "OK")
      })
    )
  )

  it.effect("takes any other template with whatever variables it is given", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const rows: ReadonlyArray<readonly [Query, string]> = [
          [{ TemplateParam: undefined }, "【Aliyun】SMS_1 {}"],
          [{ TemplateParam: '{"name":"张三","time":"9:00"}' }, '【Aliyun】SMS_1 {"name":"张三","time":"9:00"}']
        ]
        for (const [query, content] of rows) {
          const { BizId } = yield* json(sendSms({ SignName: "Aliyun", TemplateCode: "SMS_1", ...query }))
          assert.strictEqual((yield* listed({ BizId })).found[0]?.["Content"], content)
          yield* TestClock.adjust("1 minutes")
        }
      })
    )
  )

  it.effect("what is mandatory is asked for by the gateway", () =>
    inMemory(() =>
      Effect.gen(function* () {
        for (const name of ["PhoneNumbers", "SignName", "TemplateCode"]) {
          for (const value of [undefined, ""]) {
            const error = yield* Effect.flip(sendSms({ [name]: value }))
            assert.deepInclude(error, { _tag: "ServerException", code: "MissingParameter", httpStatus: 400 })
            assert.include((error as any).serverMessage, `"${name}"`)
          }
        }
      })
    )
  )
})

describe("limits", () => {
  it.effect("one message a minute, by the clock", () =>
    inMemory(() =>
      Effect.gen(function* () {
        assert.strictEqual(yield* code(), "OK")
        assert.deepInclude(yield* told(sendSms({ PhoneNumbers: "+8613800138000" })), {
          Code: "isv.BUSINESS_LIMIT_CONTROL",
          Message: "触发分钟级流控Permits:1"
        })
        // other numbers and other signatures are not meant; one number of many is enough
        assert.strictEqual(yield* code({ PhoneNumbers: "13800138001" }), "OK")
        assert.strictEqual(yield* code({ SignName: "Aliyun" }), "OK")
        assert.strictEqual(yield* code({ PhoneNumbers: "13800138002,13800138000" }), "isv.BUSINESS_LIMIT_CONTROL")
        assert.strictEqual(yield* code({ PhoneNumbers: "13800138002,13800138002" }), "OK")
        yield* TestClock.adjust("59999 millis")
        assert.strictEqual(yield* code(), "isv.BUSINESS_LIMIT_CONTROL")
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* code(), "OK")
      })
    )
  )

  it.effect("five an hour and ten a day", () =>
    inMemory(() =>
      Effect.gen(function* () {
        const fill = Effect.gen(function* () {
          for (let count = 0; count < 5; count++) {
            assert.strictEqual(yield* code(), "OK")
            yield* TestClock.adjust("1 minutes")
          }
        })
        yield* fill
        assert.deepInclude(yield* told(sendSms()), { Message: "触发小时级流控Permits:5" })
        yield* TestClock.setTime(3_599_999)
        assert.strictEqual(yield* code(), "isv.BUSINESS_LIMIT_CONTROL")
        yield* TestClock.setTime(2 * 3_600_000)
        yield* fill
        yield* TestClock.setTime(4 * 3_600_000)
        assert.deepInclude(yield* told(sendSms()), { Message: "触发天级流控Permits:10" })
        yield* TestClock.setTime(24 * 3_600_000 - 1)
        assert.strictEqual(yield* code(), "isv.BUSINESS_LIMIT_CONTROL")
        yield* TestClock.setTime(24 * 3_600_000)
        assert.strictEqual(yield* code(), "OK")
      })
    )
  )
})

describe("QuerySendDetails", () => {
  it.effect("shows what was sent, and from when on it is delivered", () =>
    inMemory(() =>
      Effect.gen(function* () {
        // 19:59:59 in UTC is the next day in China
        yield* TestClock.setTime(Date.UTC(2024, 1, 28, 19, 59, 59))
        const { BizId } = yield* json(sendSms({ PhoneNumbers: "8613800138000", OutId: "order-1" }))
        const waiting = {
          PhoneNum: "13800138000",
          TemplateCode: "SMS_154950909",
          OutId: "order-1",
          Content: "【阿里云短信测试】您正在使用阿里云短信测试服务，体验验证码是：1234，如非本人操作，请忽略本短信！",
          SendDate: "2024-02-29 03:59:59"
        }
        const ask = { SendDate: "20240229", BizId }
        assert.deepStrictEqual((yield* listed(ask)).found, [{ ...waiting, SendStatus: 1 }] as any)
        yield* TestClock.adjust("1999 millis")
        assert.strictEqual((yield* listed(ask)).found[0]?.["SendStatus"], 1 as any)
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual((yield* listed({ ...ask, PhoneNumber: "+8613800138000" })).found, [
          { ...waiting, SendStatus: 3, ErrCode: "DELIVERED", ReceiveDate: "2024-02-29 04:00:01" }
        ] as any)
        assert.strictEqual((yield* listed({ ...ask, SendDate: "20240228" })).total, "0")
        assert.strictEqual((yield* listed({ ...ask, PhoneNumber: "13800138001" })).total, "0")
        assert.strictEqual((yield* listed({ ...ask, BizId: "1^0" })).total, "0")
      })
    )
  )

  it.effect("by page, the newest first", () =>
    inMemory(() =>
      Effect.gen(function* () {
        for (const OutId of ["1", "2", "3"]) {
          yield* sendSms({ OutId })
          yield* TestClock.adjust("1 minutes")
        }
        const ids = (query: Query) =>
          Effect.map(listed(query), ({ found, total }) => [total, ...found.map(({ OutId }) => OutId)])
        assert.deepStrictEqual(yield* ids({}), ["3", "3", "2", "1"])
        assert.deepStrictEqual(yield* ids({ PageSize: 2 }), ["3", "3", "2"])
        assert.deepStrictEqual(yield* ids({ PageSize: 2, CurrentPage: 2 }), ["3", "1"])
        assert.deepStrictEqual(yield* ids({ PageSize: 2, CurrentPage: 3 }), ["3"])
      })
    )
  )

  it.effect("refuses what makes no sense", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2024, 1, 10))
        const today = { SendDate: "20240210" }
        const rows: ReadonlyArray<readonly [Query, string]> = [
          [{ ...today }, "200"],
          [{ ...today, PageSize: 50 }, "200"],
          [{ SendDate: "20240111" }, "200"],
          [{ SendDate: "20240110" }, "400 InvalidParam.SendDate"],
          [{ SendDate: "20240211" }, "400 InvalidParam.SendDate"],
          [{ SendDate: "2024-02-10" }, "400 InvalidParam.SendDate"],
          [{ ...today, PhoneNumber: "1" }, "400 InvalidParam.PhoneNumber"],
          [{ ...today, PageSize: 51 }, "400 InvalidParam.PageSize"],
          [{ ...today, PageSize: 0 }, "400 InvalidParam.PageSize"],
          [{ ...today, CurrentPage: 0 }, "400 InvalidCurrentPage"],
          [{ ...today, CurrentPage: "x" }, "400 InvalidCurrentPage"],
          [{ SendDate: undefined }, "400 MissingParameter"],
          [{ ...today, PhoneNumber: undefined }, "400 MissingParameter"],
          [{ ...today, PageSize: undefined }, "400 MissingParameter"],
          [{ ...today, CurrentPage: undefined }, "400 MissingParameter"]
        ]
        for (const [query, expected] of rows) {
          assert.strictEqual(yield* outcome(details(query)), expected, JSON.stringify(query))
        }
      })
    )
  )

  it.effect("a message is kept for thirty days", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.UTC(2024, 1, 1))
        yield* sendSms()
        yield* TestClock.setTime(Date.UTC(2024, 2, 2) - 1)
        yield* sendSms({ PhoneNumbers: "13800138001" })
        assert.strictEqual((yield* listed({ SendDate: "20240201" })).total, "1")
        yield* TestClock.setTime(Date.UTC(2024, 2, 2))
        yield* sendSms({ PhoneNumbers: "13800138002" })
        assert.strictEqual((yield* listed({ SendDate: "20240201" })).total, "0")
      })
    )
  )

  it.effect("answers in XML when asked", () =>
    inMemory(() =>
      Effect.gen(function* () {
        yield* sendSms()
        const { text } = yield* send(
          yield* sign(RpcRequest.make({ ...sms, action: "QuerySendDetails", query: question, format: "XML" }))
        )
        const body = Either.getOrThrow(Xml.parseText(text)) as any
        const { SmsSendDetailDTOs, TotalCount } = body.QuerySendDetailsResponse
        assert.strictEqual(TotalCount, "1")
        const found = SmsSendDetailDTOs.SmsSendDetailDTO
        assert.strictEqual((Array.isArray(found) ? found[0] : found).PhoneNum, "13800138000")
      })
    )
  )
})
