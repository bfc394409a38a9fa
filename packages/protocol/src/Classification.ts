/**
 * From the failure an answer reports to the kind of reaction it asks for: first the headers, then the code, then the
 * status.
 *
 * Source of the codes: the public error code pages of the products, and the codes that the provider for Terraform retries.
 *
 * @since 0.1.0
 */

/**
 * The closed set of kinds of failure.
 *
 * - `Throttling`: refused before execution; wait and repeat
 * - `Transient`: the service failed; whether the request ran is unknown
 * - `Busy`: the service or resource is busy for a moment
 * - `InProgress`: the same ClientToken is still being worked on; repeat with the same token
 * - `ClockSkew`: the timestamp is more than 15 minutes off
 * - `NonceUsed`: the nonce was seen before
 * - `CredentialExpired`: the security token has expired, is malformed or missing, or does not fit its key. Where credentials
 *   can be had anew, one refresh and one more attempt are right for all of these: a torn triple looks like the latter three
 * - `CredentialInvalid`: the access key is unknown or inactive
 * - `Signature`: the signature is wrong or incomplete
 * - `Authorization`: the identity may not do this
 * - `NotFound`, `Conflict`, `Quota`, `Validation`: about the request or the resource
 * - `Business`: an answer with status 2xx that reports a failure, or the 500 that says that a product has been opened already
 * - `Other`: nothing known
 *
 * @since 0.1.0
 * @category models
 */
export type Category =
  | "Throttling"
  | "Transient"
  | "Busy"
  | "InProgress"
  | "ClockSkew"
  | "NonceUsed"
  | "CredentialExpired"
  | "CredentialInvalid"
  | "Signature"
  | "Authorization"
  | "NotFound"
  | "Conflict"
  | "Quota"
  | "Validation"
  | "Business"
  | "Other"

/**
 * - `headers`: lower-case names; only `x-acs-retry-after` is looked at
 *
 * @since 0.1.0
 * @category models
 */
export interface Input {
  readonly status: number
  readonly code: string | undefined
  readonly message: string | undefined
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** the first rule that matches decides; their order is part of the table */
const rules: ReadonlyArray<readonly [RegExp, Category]> = [
  [
    /throttling|^TooManyRequests|^QPS Limit Exceeded$|FLOW_CONTROL$|FlowControlError$|TooFrequent|ExceedsFrequency/i,
    "Throttling"
  ],
  [/LastTokenProcessing|LastRequestProcessing|TokenProcessing|TokenIsProcessing|IdempotenceProcessing/i, "InProgress"],
  [
    /^(System\.?Busy|ServiceBusy|OperationBusy|Site\.ServiceBusy|ServiceIsStopping|ServiceIsConfiguring)|SystemBusyness$/i,
    "Busy"
  ],
  [/^InvalidTimeStamp\.Expired$|^IllegalTimestamp$|^RequestTimeTooSkewed$/i, "ClockSkew"],
  [/^SignatureNonceUsed$/i, "NonceUsed"],
  [/^InvalidSecurityToken|^SecurityTokenExpired$|^MissingSecurityToken$/i, "CredentialExpired"],
  [/^InvalidAccessKey|^InvalidBearerToken|^Forbidden\.AccessKeyDisabled$|^MissingAccessKeyId$/i, "CredentialInvalid"],
  [
    /^SignatureDoesNotMatch$|^IncompleteSignature$|^InvalidSignature|^Missing(Parameter\.)?Signature|^InvalidTimeStamp\.Format$|^MissingTimestamp$/i,
    "Signature"
  ],
  [/^IdempotentParameterMismatch$/i, "Validation"],
  [/^(ServiceUnavailable|InternalError|InternalServerError|UnknownError|SystemError)\b/i, "Transient"],
  [
    /^(InvalidProduct|InvalidApi|InvalidAction)\.NotFound$|^InvalidProtocol\.NeedSsl$|^NoSuchVersion$|^UnsupportedOperation$|^InvalidAction$|^InvalidVersion/i,
    "Validation"
  ],
  [/NotFound|NotExist|^NoSuch/i, "NotFound"],
  [/Quota|NotEnoughBalance|InsufficientBalance|LimitExceed/i, "Quota"],
  [
    /^Operation\.Blocking$|TaskConflict|OperationConflict|ConcurrentCallNotSupported|LockFailed|LockTimeout|Conflict\.Lock|ConcurrentTaskExceeded|DistibuteLock|^Conflict|IncorrectStatus|^Incorrect.*Status|^OperationDenied\.DB.*Status|^StateError\.|\.Configuring$|^NotActive\.|^InvalidOperation\..*State/i,
    "Conflict"
  ],
  [/^Forbidden|^NoPermission|^ActionUnauthorized$|^AccessDenied|Unauthorized$/i, "Authorization"],
  [/^Missing|^Invalid|^Unsupported|^Illegal/i, "Validation"]
]

/** a 5xx that is a business answer for good: the product has been opened already */
const alreadyOpened = "您已开通过"

/**
 * The category of a failed answer. A 429, and an answer with `x-acs-retry-after`, is `Throttling` whatever else it says. A 2xx
 * that reports a failure is `Business` unless its code is that of the gateway.
 *
 * @since 0.1.0
 * @category classification
 * @example
 * import * as Classification from "@effect-aliyun/protocol/Classification"
 *
 * const category = (code: string, status: number) =>
 *   Classification.categorize({ code, status, message: undefined, headers: {} })
 * console.log(category("Throttling.User", 400), category("InvalidAccessKeyId.NotFound", 404)) // Throttling CredentialInvalid
 */
export const categorize = (input: Input): Category => {
  if (retryAfterMillis(input.headers) !== undefined || input.status === 429) return "Throttling"
  const byCode = input.code === undefined ? undefined : rules.find(([pattern]) => pattern.test(input.code ?? ""))?.[1]
  if (input.status < 300)
    return byCode === "Throttling" || byCode === "Busy" || byCode === "InProgress" ? byCode : "Business"
  const transient = () => (input.message?.includes(alreadyOpened) ? "Business" : "Transient")
  if (byCode !== undefined) return byCode === "Transient" ? transient() : byCode
  if (input.status >= 500) return transient()
  switch (input.status) {
    case 401:
    case 403:
      return "Authorization"
    case 404:
      return "NotFound"
    case 408:
      return "Transient"
    case 409:
      return "Conflict"
    default:
      return "Other"
  }
}

/**
 * The wait the gateway asks for in `x-acs-retry-after`, in milliseconds; absent, empty, zero, negative and unreadable
 * values are `undefined`. Of a header sent twice, which arrives as `1500, 1500`, the longest counts.
 *
 * @since 0.1.0
 * @category classification
 * @example
 * import * as Classification from "@effect-aliyun/protocol/Classification"
 *
 * console.log(Classification.retryAfterMillis({ "x-acs-retry-after": "2000" })) // 2000
 */
export const retryAfterMillis = (headers: Readonly<Record<string, string | undefined>>): number | undefined =>
  longestOf((headers["x-acs-retry-after"] ?? "").split(","))

/**
 * The wait that older gateways tell in `x-ratelimit-user-api` and `x-ratelimit-user`, in milliseconds: the longer `TimeLeft`
 * of the two. It comes with good answers too, so it makes no answer a throttled one; of one that is, it says how long.
 *
 * @since 0.1.0
 * @category classification
 * @example
 * import * as Classification from "@effect-aliyun/protocol/Classification"
 *
 * const headers = { "x-ratelimit-user-api": "Limit:1,Remain:0,TimeLeft:2000,Reset:1234" }
 * console.log(Classification.rateLimitMillis(headers)) // 2000
 */
export const rateLimitMillis = (headers: Readonly<Record<string, string | undefined>>): number | undefined =>
  longestOf(
    [headers["x-ratelimit-user-api"], headers["x-ratelimit-user"]]
      .flatMap((text) => text?.split(",") ?? [])
      .flatMap((field) => timeLeft.exec(field.trim())?.[1] ?? [])
  )

const timeLeft = /^TimeLeft:(.*)$/i

/** the largest of positive whole numbers; nothing where one of the texts is none */
const longestOf = (texts: ReadonlyArray<string>): number | undefined => {
  const numbers = texts.map((text) => (/^\d{1,15}$/.test(text.trim()) ? Number(text) : 0))
  return numbers.length > 0 && numbers.every((number) => number > 0) ? Math.max(...numbers) : undefined
}
