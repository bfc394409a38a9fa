/** The same failure with other facts about the call it ended. */
import * as AcsError from "../AcsError.js"

/** @internal */
export const withCallInfo =
  (info: Partial<AcsError.CallInfo>) =>
  <E extends AcsError.AcsError>(self: E): E =>
    (self._tag === "ClientException"
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
          ...info
        })) as E

const callInfo = (self: AcsError.AcsError): AcsError.CallInfo => ({
  request: self.request,
  attempts: self.attempts,
  totalDelay: self.totalDelay,
  stoppedBy: self.stoppedBy,
  outcome: self.outcome
})
