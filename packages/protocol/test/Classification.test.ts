import * as Classification from "@effect-aliyun/protocol/Classification"
import fc from "fast-check"
import { describe, expect, it } from "vitest"

const of = (status: number, code?: string, more: Partial<Classification.Input> = {}) =>
  Classification.categorize({ status, code, message: undefined, headers: {}, ...more })

/**
 * Codes as products answer them, with each status they were seen with: the public error code pages, and the codes that the
 * provider for Terraform retries. Where those name a pattern, here are codes that fit it.
 */
const table: ReadonlyArray<readonly [Classification.Category, ReadonlyArray<number>, ReadonlyArray<string>]> = [
  [
    "Throttling",
    [400, 429, 503],
    [
      "Throttling",
      "Throttling.User",
      "Throttling.user",
      "Throttling.Api",
      "Throttling.ConcurrentLimitExceeded",
      "Rejected.Throttling",
      "TooManyRequests",
      "QPS Limit Exceeded",
      "ONS_SYSTEM_FLOW_CONTROL",
      "FlowControlError",
      "OperationTooFrequent",
      "RequestTooFrequently",
      "CallExceedsFrequency.Limit",
      "RequestExceedsFrequency"
    ]
  ],
  [
    "Transient",
    [500, 503],
    ["ServiceUnavailable", "InternalError", "InternalServerError", "UnknownError", "SystemError"]
  ],
  [
    "Busy",
    [400, 503],
    [
      "SystemBusy",
      "ServiceBusy",
      "OperationBusy",
      "System.Busy",
      "Site.ServiceBusy",
      "ServiceIsStopping",
      "ServiceIsConfiguring",
      "OperationFailed.SystemBusyness"
    ]
  ],
  [
    "InProgress",
    [400, 409],
    [
      "LastTokenProcessing",
      "OperationFailed.LastTokenProcessing",
      "LastRequestProcessing",
      "TokenProcessing",
      "OperationFailed.TokenIsProcessing",
      "OperationFailed.IdempotentTokenProcessing",
      "IdempotenceProcessing"
    ]
  ],
  [
    "Conflict",
    [400, 403, 409],
    [
      "Operation.Blocking",
      "TaskConflict",
      "OperationConflict",
      "ConcurrentCallNotSupported",
      "LockFailed",
      "LockTimeout",
      "Conflict.Lock",
      "ConcurrentTaskExceeded",
      "OperationDenied.DistibuteLock",
      "IncorrectStatus",
      "IncorrectStatus.Vpc",
      "IncorrectInstanceStatus",
      "IncorrectVSwitchStatus",
      "OperationDenied.DBInstanceStatus",
      "OperationDenied.DBStatus",
      "StateError.Instance",
      "Instance.Configuring",
      "NotActive.Listener",
      "OperationDenied.DBClusterStatus",
      "InvalidOperation.InvalidEniState"
    ]
  ],
  ["ClockSkew", [400, 403], ["InvalidTimeStamp.Expired", "IllegalTimestamp", "RequestTimeTooSkewed"]],
  ["NonceUsed", [400], ["SignatureNonceUsed"]],
  [
    "Signature",
    [400, 403],
    [
      "SignatureDoesNotMatch",
      "IncompleteSignature",
      "InvalidSignatureMethod",
      "MissingSignature",
      "MissingParameter.Signature",
      "InvalidTimeStamp.Format",
      "MissingTimestamp"
    ]
  ],
  [
    "CredentialInvalid",
    [400, 403, 404],
    [
      "InvalidAccessKeyId.NotFound",
      "InvalidAccessKeyId.Inactive",
      "InvalidAccessKeyId",
      "Forbidden.AccessKeyDisabled",
      "MissingAccessKeyId"
    ]
  ],
  [
    "CredentialExpired",
    [400, 403],
    [
      "InvalidSecurityToken.Expired",
      "SecurityTokenExpired",
      "InvalidSecurityToken.Malformed",
      "InvalidSecurityToken.MismatchWithAccessKey",
      "MissingSecurityToken"
    ]
  ],
  [
    "Authorization",
    [400, 403],
    [
      "Forbidden",
      "Forbidden.RAM",
      "Forbidden.SubUser",
      "NoPermission",
      "ActionUnauthorized",
      "AccessDenied",
      "Forbidden.RiskControl",
      "Forbidden.UserVerification"
    ]
  ],
  [
    "NotFound",
    [400, 403, 404],
    ["Forbidden.InstanceNotFound", "InvalidInstanceId.NotFound", "EntityNotExist.User", "EntityNotExist"]
  ],
  [
    "Validation",
    [400, 403, 404],
    [
      "IdempotentParameterMismatch",
      "InvalidProduct.NotFound",
      "InvalidApi.NotFound",
      "InvalidAction.NotFound",
      "InvalidProtocol.NeedSsl",
      "NoSuchVersion",
      "UnsupportedOperation",
      "InvalidAction",
      "MissingParameter",
      "MissingParameter.RegionId",
      "InvalidParameter",
      "InvalidInstanceType.ValueNotSupported",
      "UnsupportedParameter",
      "UnsupportedHTTPMethod"
    ]
  ],
  [
    "Quota",
    [400, 403],
    [
      "InsufficientBalance",
      "OperationDenied.NotEnoughBalance",
      "QuotaExceed",
      "QuotaExceeded.Instance",
      "EIP.QuotaExceeded",
      "LimitExceeded"
    ]
  ]
]

describe("categorize", () => {
  const cases = table.flatMap(([category, statuses, codes]) =>
    codes.flatMap((code) => statuses.map((status) => ({ category, code, status })))
  )

  it.each(cases)("$code with $status is $category", ({ category, code, status }) => {
    // 429 says by itself that the request was refused before execution
    expect(of(status, code)).toBe(status === 429 ? "Throttling" : category)
  })

  it("looks for Throttling anywhere, in any case", () => {
    for (const code of ["throttling", "X.THROTTLING.y", "Api.Throttling"]) expect(of(400, code)).toBe("Throttling")
  })

  it.each<[number, Classification.Category]>([
    [301, "Other"],
    [400, "Other"],
    [401, "Authorization"],
    [403, "Authorization"],
    [404, "NotFound"],
    [408, "Transient"],
    [409, "Conflict"],
    [418, "Other"],
    [429, "Throttling"],
    [500, "Transient"],
    [502, "Transient"],
    [503, "Transient"],
    [504, "Transient"]
  ])("goes by the status %i where the code says nothing", (status, category) => {
    for (const code of [undefined, "", "SomethingNew", "constructor"]) expect(of(status, code)).toBe(category)
  })

  it("puts the header before the code and the status", () => {
    const headers = { "x-acs-retry-after": "2000" }
    for (const code of [undefined, "ServiceUnavailable", "Forbidden", "SomethingNew"]) {
      for (const status of [200, 400, 503]) expect(of(status, code, { headers })).toBe("Throttling")
    }
    expect(of(503, "ServiceUnavailable", { headers: { "x-acs-retry-after": "0" } })).toBe("Transient")
  })

  it("R10: a hint makes any code a throttled one, on any status", () => {
    for (const status of [400, 403, 429, 503]) {
      expect(of(status, "FooBar", { headers: { "x-acs-retry-after": "50" } })).toBe("Throttling")
    }
    expect(of(400, "FooBar")).toBe("Other")
  })

  it("does not take what is left of a limit for throttling: good answers say it too", () => {
    const headers = { "x-ratelimit-user-api": "Limit:1,Remain:0,TimeLeft:2000,Reset:1234", "retry-after": "3" }
    expect(of(400, "FooBar", { headers })).toBe("Other")
    expect(of(403, "Forbidden", { headers })).toBe("Authorization")
  })

  it("names the flow control of a product, not what a product calls so", () => {
    expect(of(404, "InvalidFlowControlRule.NotFound")).toBe("NotFound")
    expect(of(400, "QuotaExceeded.FlowControl")).toBe("Quota")
  })

  /** codes known by how they begin (`^`), by how they end (`$`), or whole */
  const ends: ReadonlyArray<readonly [Classification.Category, string]> = [
    ["Throttling", "^TooManyRequests ^QPS_Limit_Exceeded$ FLOW_CONTROL$ FlowControlError$"],
    ["Busy", "^SystemBusy ^ServiceBusy ^OperationBusy ^ServiceIsStopping Failed.SystemBusyness$"],
    ["ClockSkew", "^InvalidTimeStamp.Expired$ ^IllegalTimestamp$ ^RequestTimeTooSkewed$"],
    ["NonceUsed", "^SignatureNonceUsed$"],
    ["CredentialExpired", "^InvalidSecurityToken ^SecurityTokenExpired$ ^MissingSecurityToken$"],
    ["CredentialInvalid", "^InvalidAccessKey ^InvalidBearerToken ^Forbidden.AccessKeyDisabled$ ^MissingAccessKeyId$"],
    ["Signature", "^SignatureDoesNotMatch$ ^IncompleteSignature$ ^InvalidSignature ^InvalidTimeStamp.Format$"],
    ["Signature", "^MissingSignature ^MissingParameter.Signature ^MissingTimestamp$"],
    ["Transient", "^ServiceUnavailable ^InternalError ^SystemError"],
    ["Validation", "^IdempotentParameterMismatch$ ^Missing ^Invalid ^Unsupported ^Illegal"],
    ["NotFound", "^NoSuch"],
    ["Conflict", "^Operation.Blocking$ ^Conflict ^IncorrectDiskStatus ^OperationDenied.DBStatus ^StateError."],
    ["Conflict", "Disk.Configuring$ ^NotActive.Disk ^InvalidOperation.DiskState"],
    ["Authorization", "^Forbidden ^NoPermission ActionUnauthorized$ ^AccessDenied Api.Unauthorized$"]
  ]
  const cut = ends.flatMap(([category, codes]) => codes.split(" ").map((code) => [code, category] as const))

  it.each(cut)("takes %s, and nothing longer, for %s", (code, category) => {
    const bare = code.replace(/^\^|\$$/g, "").replaceAll("QPS_Limit_", "QPS Limit ")
    expect(of(418, bare)).toBe(category)
    expect([code, of(418, `X${bare}`) === category]).toEqual([code, !code.startsWith("^")])
    expect([code, of(418, `${bare}.X`) === category]).toEqual([code, !code.endsWith("$")])
  })

  it("takes the names of what is called, and those alone, for what the request says wrongly", () => {
    const whole = ["InvalidProduct.NotFound", "InvalidApi.NotFound", "InvalidAction.NotFound", "InvalidAction"]
    for (const code of [...whole, "NoSuchVersion", "UnsupportedOperation", "InvalidProtocol.NeedSsl"]) {
      // by the rules further down it would be something else, or nothing
      expect([code, of(418, code), of(418, `${code}NotFound`)]).toEqual([code, "Validation", "NotFound"])
      expect([code, of(418, `X${code}`)]).not.toEqual([code, "Validation"])
    }
    expect([of(418, "InvalidVersion.NotFound"), of(418, "XInvalidVersion")]).toEqual(["Validation", "Other"])
  })

  it("R14: takes a 5xx that says the product is open already for final", () => {
    const message = "Sorry, 您已开通过该产品."
    for (const code of [undefined, "InternalError", "UnknownError", "SomethingNew"]) {
      expect(of(500, code, { message })).toBe("Business")
    }
    expect(of(500, "InternalError", { message: "try again" })).toBe("Transient")
    expect(of(503, "Throttling", { message })).toBe("Throttling")
  })

  it("calls a 2xx Business, unless the gateway's own code says to wait", () => {
    for (const code of [undefined, "isv.BUSINESS_LIMIT_CONTROL", "InternalError", "Forbidden", "InvalidParameter"]) {
      expect(of(200, code)).toBe("Business")
    }
    expect(of(200, "Throttling.User")).toBe("Throttling")
    expect(of(200, "SystemBusy")).toBe("Busy")
    expect(of(202, "LastTokenProcessing")).toBe("InProgress")
    expect([of(299, "Forbidden"), of(300, "Forbidden")]).toEqual(["Business", "Authorization"])
  })
})

describe("retryAfterMillis", () => {
  const of = (text: string | undefined) => Classification.retryAfterMillis({ "x-acs-retry-after": text })

  it.each<[string | undefined, number | undefined]>([
    ["2000", 2000],
    [" 1 ", 1],
    [" 7 ", 7],
    ["99999999", 99_999_999],
    ["99999999999", 99_999_999_999],
    ["1500, 1500", 1500],
    ["1500,20,7", 1500],
    [undefined, undefined],
    ["", undefined],
    ["0", undefined],
    ["000", undefined],
    ["-1", undefined],
    ["-5", undefined],
    ["abc", undefined],
    ["1.5", undefined],
    ["5.5", undefined],
    ["1e3", undefined],
    ["1e400", undefined],
    ["0x10", undefined],
    ["soon", undefined],
    ["2000ms", undefined],
    ["1500, 0", undefined],
    ["1500, soon", undefined],
    ["1500,", undefined],
    [",", undefined],
    ["٣", undefined],
    ["Tue, 04 Dec 2018 04:03:12 GMT", undefined],
    ["9".repeat(400), undefined]
  ])("R11: %j is %j", (text, millis) => {
    expect(of(text)).toBe(millis)
  })

  it("R11: is a positive whole number or nothing, whatever the header holds", () => {
    const likely = fc.stringMatching(/^[-+ ]?[\d.,e ]{0,20}$/)
    fc.assert(
      fc.property(fc.oneof(fc.string(), likely), (text) => {
        const millis = of(text)
        expect(millis === undefined || (Number.isSafeInteger(millis) && millis > 0)).toBe(true)
      }),
      { numRuns: 2_000 }
    )
  })

  it("does not look at Retry-After, which is in seconds", () => {
    expect(Classification.retryAfterMillis({ "retry-after": "2" })).toBeUndefined()
  })
})

describe("rateLimitMillis", () => {
  const of = (userApi?: string, user?: string) =>
    Classification.rateLimitMillis({ "x-ratelimit-user-api": userApi, "x-ratelimit-user": user })
  const limit = (timeLeft: string) => `Limit:1,Remain:0,TimeLeft:${timeLeft},Reset:1234`

  it("is the longer of the two waits", () => {
    expect(of(limit("2000"))).toBe(2000)
    expect(of(undefined, limit("300"))).toBe(300)
    expect(of(limit("2000"), limit("300"))).toBe(2000)
    expect(of(limit("20"), limit("300"))).toBe(300)
    expect(of(`${limit("20")}, ${limit("40")}`)).toBe(40)
    expect(of("limit: 1, timeleft: 9 , reset: 2")).toBe(9)
  })

  it("R11: is nothing where nobody can tell", () => {
    for (const text of ["", "0", "-1", "abc", "1e400", "5.5", "9".repeat(400)]) {
      expect([text, of(limit(text))]).toEqual([text, undefined])
    }
    for (const text of ["", "2000", "Limit:1,Remain:0,Reset:1234", "OverTimeLeft:5", "TimeLeft=5"]) {
      expect([text, of(text)]).toEqual([text, undefined])
    }
    expect(of()).toBeUndefined()
  })

  it("R11: is a positive whole number or nothing, whatever the headers hold", () => {
    const likely = fc.stringMatching(/^[-+ ]?[\d.,e ]{0,20}$/).map(limit)
    fc.assert(
      fc.property(fc.oneof(fc.string(), likely), fc.oneof(fc.string(), likely), (userApi, user) => {
        const millis = of(userApi, user)
        expect(millis === undefined || (Number.isSafeInteger(millis) && millis > 0)).toBe(true)
      }),
      { numRuns: 2_000 }
    )
  })
})
