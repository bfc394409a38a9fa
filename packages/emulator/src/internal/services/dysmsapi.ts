/**
 * Dysmsapi 2017-05-25: short messages that go nowhere, and can be looked at by QuerySendDetails.
 *
 * What there is to send with:
 *
 * - signatures: every one of letters and digits, whatever the script, that is not of digits alone (`阿里云短信测试`)
 * - templates: `SMS_154950909`, which says `${code}`; and every other `SMS_` with digits behind, which says whatever
 *   variables it is given
 * - numbers: those of the Chinese mainland, with or without `+86`, `0086` or `86`; abroad, the country code and the number
 *
 * As for verification codes, one signature may write to a number once a minute, 5 times an hour and 10 times a day. A message
 * is delivered once the emulator's `transition` is over, and kept for 30 days.
 *
 * What is wrong with a message is told with status 200.
 */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { parameter } from "../ask.js"
import * as Service from "../service.js"
import * as Store from "../store.js"
import { chinaTime } from "./chinaTime.js"
import * as parameters from "./parameters.js"
import * as randomId from "./randomId.js"

/** one to one number */
interface Message {
  readonly BizId: string
  readonly PhoneNum: string
  readonly SignName: string
  readonly TemplateCode: string
  readonly OutId: string
  readonly Content: string
  /** milliseconds since the epoch */
  readonly sent: number
  readonly delivered: number
}

const table = Store.table<Message>("Dysmsapi.Message")

const minute = 60 * 1000
const day = 24 * 60 * minute
const retention = 30 * day

const limits = [
  { permits: 1, within: minute, text: "触发分钟级流控Permits:1" },
  { permits: 5, within: 60 * minute, text: "触发小时级流控Permits:5" },
  { permits: 10, within: day, text: "触发天级流控Permits:10" }
]

const knownTemplates: Readonly<Record<string, string>> = {
  SMS_154950909: "您正在使用阿里云短信测试服务，体验验证码是：${code}，如非本人操作，请忽略本短信！"
}

/** what is wrong with a message */
interface Illegal {
  readonly _tag: "Illegal"
  readonly Code: string
  readonly Message: string
}

const illegal = (code: string, message: string): Illegal => ({ _tag: "Illegal", Code: `isv.${code}`, Message: message })

const mostNumbers = 1000

/** written one way: those of the mainland without 86, others with the country code alone */
const phoneNumbers = (text: string): Either.Either<ReadonlyArray<string>, Illegal> => {
  const numbers = text.split(",").map(phoneNumber)
  if (numbers.length > mostNumbers) return Either.left(illegal("MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制"))
  return numbers.every(Predicate.isNotUndefined)
    ? Either.right(numbers)
    : Either.left(illegal("MOBILE_NUMBER_ILLEGAL", "手机号码格式错误"))
}

const phoneNumber = (text: string): string | undefined =>
  /^(?:\+|\+86|0086|86)?(1[3-9]\d{9})$/.exec(text)?.[1] ?? /^(?:\+|00)?((?!86)[2-9]\d{6,14})$/.exec(text)?.[1]

const hasSignature = (name: string): boolean => /^[\p{L}\p{N}]+$/u.test(name) && /\p{L}/u.test(name)

/** what fills the `${name}`s of a template */
const variables = (text: string | undefined): Either.Either<ReadonlyMap<string, string>, Illegal> => {
  const notTexts = illegal("INVALID_JSON_PARAM", "参数格式错误，请修改为字符串值")
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === "string"
  return Either.flatMap(Either.try({ try: (): unknown => JSON.parse(text || "{}"), catch: () => notTexts }), (json) => {
    const entries = Predicate.isRecord(json) ? Object.entries(json) : undefined
    return entries?.every(isText) ? Either.right(new Map(entries)) : Either.left(notTexts)
  })
}

/** what the message says; of a template that is not known, with what variables it says that */
const contentOf = (templateCode: string, values: ReadonlyMap<string, string>): Either.Either<string, Illegal> => {
  const text = knownTemplates[templateCode]
  const names =
    text === undefined ? [...values.keys()] : [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => name)
  if (names.some((name) => !values.get(name))) {
    return Either.left(illegal("TEMPLATE_MISSING_PARAMETERS", "模板变量缺少对应参数值"))
  }
  return Either.right(
    text === undefined
      ? `${templateCode} ${JSON.stringify(Object.fromEntries(values))}`
      : text.replace(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "")
  )
}

const limitHit = (messages: ReadonlyArray<Message>, numbers: ReadonlyArray<string>, now: number) =>
  limits.find(({ permits, within }) => {
    const counts = new Map<string, number>()
    for (const { PhoneNum, sent } of messages) {
      if (now < sent + within) counts.set(PhoneNum, (counts.get(PhoneNum) ?? 0) + 1)
    }
    return numbers.some((number) => (counts.get(number) ?? 0) >= permits)
  })

const sendSms: Service.Handler = ({ ask, now, settings, store }) =>
  Effect.gen(function* () {
    const given = yield* parameters.required(ask.parameters, "PhoneNumbers", "SignName", "TemplateCode")
    const { SignName, TemplateCode } = given
    const numbers = yield* phoneNumbers(given.PhoneNumbers)
    if (!hasSignature(SignName)) return yield* Either.left(illegal("SMS_SIGNATURE_ILLEGAL", "该账号下找不到对应签名"))
    if (!/^SMS_\d+$/.test(TemplateCode))
      return yield* Either.left(illegal("SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板"))
    if (!/^\d*$/.test(parameter(ask.parameters, "SmsUpExtendCode") ?? "")) {
      return yield* Either.left(illegal("EXTEND_CODE_ERROR", "扩展码使用错误"))
    }
    const values = yield* variables(parameter(ask.parameters, "TemplateParam"))
    const content = yield* contentOf(TemplateCode, values)
    const OutId = parameter(ask.parameters, "OutId") ?? ""
    const message = { SignName, TemplateCode, OutId, Content: `【${SignName}】${content}` }
    const times = { sent: now, delivered: now + settings.transition }
    return yield* store.update(() => {
      const kept = table.values(store)
      const limit = limitHit(
        kept.filter((each) => each.SignName === SignName),
        numbers,
        now
      )
      if (limit !== undefined) return Either.left(illegal("BUSINESS_LIMIT_CONTROL", limit.text))
      const BizId = `${randomId.digits(18)}^0`
      const messages = numbers.map((PhoneNum) => ({ BizId, PhoneNum, ...message, ...times }))
      return Either.right([
        { Code: "OK", Message: "OK", BizId },
        [
          ...kept.filter(({ sent }) => sent + retention <= now).map((each) => table.remove(keyOf(each))),
          ...messages.map((each) => table.put(keyOf(each), each))
        ]
      ] as const)
    })
  }).pipe(Effect.catchTag("Illegal", ({ Code, Message }) => Effect.succeed({ Code, Message })))

const refuse = (name: string, message: string) => Effect.fail(Verification.refuse(`InvalidParam.${name}`, 400, message))

const querySendDetails: Service.Handler = ({ ask, now, store }) =>
  Effect.gen(function* () {
    const given = yield* parameters.required(ask.parameters, "PhoneNumber", "SendDate", "PageSize", "CurrentPage")
    const number = phoneNumber(given.PhoneNumber)
    if (number === undefined) return yield* refuse("PhoneNumber", "Incorrect phone number format.")
    const { SendDate } = given
    if (!/^\d{8}$/.test(SendDate) || SendDate < dateOf(now - retention) || SendDate > dateOf(now)) {
      return yield* refuse("SendDate", "Only the last 30 days can be queried.")
    }
    const size = yield* Effect.catchAll(parameters.integer(ask.parameters, "PageSize", { fallback: 10, max: 50 }), () =>
      refuse("PageSize", "PageSize must be less than or equal to 50.")
    )
    const current = yield* parameters.integer(ask.parameters, "CurrentPage", { fallback: 1 })
    const bizId = parameter(ask.parameters, "BizId")
    const found = table
      .values(store)
      .filter(
        (message) =>
          message.PhoneNum === number && dateOf(message.sent) === SendDate && (!bizId || message.BizId === bizId)
      )
      .reverse()
    return {
      Code: "OK",
      Message: "OK",
      // a text, as documented
      TotalCount: String(found.length),
      SmsSendDetailDTOs: {
        SmsSendDetailDTO: parameters.page(found, { number: current, size }).map((message) => detail(message, now))
      }
    }
  })

/** a number that stands in a request twice is written to once */
const keyOf = ({ BizId, PhoneNum }: Pick<Message, "BizId" | "PhoneNum">) => `${BizId} ${PhoneNum}`

const dateOf = (millis: number) => chinaTime(millis).date.replaceAll("-", "")

const secondOf = (millis: number) => {
  const { date, time } = chinaTime(millis)
  return `${date} ${time}`
}

const detail = ({ Content, OutId, PhoneNum, TemplateCode, delivered, sent }: Message, now: number) => ({
  PhoneNum,
  TemplateCode,
  OutId,
  Content,
  SendDate: secondOf(sent),
  // 1: no receipt yet, 3: delivered
  ...(now < delivered ? { SendStatus: 1 } : { SendStatus: 3, ErrCode: "DELIVERED", ReceiveDate: secondOf(delivered) })
})

/** @internal */
export const service: Service.Service = Service.rpc({
  product: "Dysmsapi",
  version: "2017-05-25",
  operations: { SendSms: sendSms, QuerySendDetails: querySendDetails }
})
