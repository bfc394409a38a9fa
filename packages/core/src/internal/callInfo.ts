/** The same failure with other facts about the call it ended. */
import * as Equal from "effect/Equal"
import * as AcsError from "../AcsError.js"

/** @internal the failure itself where it says all that already: an Error costs a stack trace */
export const withCallInfo =
  (info: Partial<AcsError.CallInfo>) =>
  <E extends AcsError.AcsError>(self: E): E => {
    if (saysAlready(self, info)) return self
    return (
      self._tag === "ClientException"
        ? new AcsError.ClientException({ ...callInfo(self), reason: self.reason, ...info })
        : new AcsError.ServerException({
            ...callInfo(self),
            code: self.code,
            serverMessage: self.serverMessage,
            httpStatus: self.httpStatus,
            requestId: self.requestId,
            hostId: self.hostId,
            recommend: self.recommend,
            accessDeniedDetail: self.accessDeniedDetail,
            category: self.category,
            retryAfter: self.retryAfter,
            signedText: self.signedText,
            ...info
          })
    ) as E
  }

const saysAlready = (self: AcsError.AcsError, info: Partial<AcsError.CallInfo>): boolean =>
  (Object.keys(info) as Array<keyof AcsError.CallInfo>).every(
    (key) => self[key] === info[key] || (key === "totalDelay" && Equal.equals(self[key], info[key]))
  )

const callInfo = (self: AcsError.AcsError): AcsError.CallInfo => ({
  request: self.request,
  attempts: self.attempts,
  totalDelay: self.totalDelay,
  stoppedBy: self.stoppedBy,
  outcome: self.outcome
})
