/**
 * How an attempt tells its transport that the request may go out a second time.
 *
 * A server may close a kept connection in the moment in which a request leaves on it. What is seen then is a connection that
 * ended before the first byte of an answer, and a transport cannot know whether the request was executed. The HTTP method says
 * nothing of it: with these services most actions that write are sent by GET or POST as those that read. Whoever made the
 * request knows whether doing it twice does harm.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Whether the request that is being executed may be executed twice; `false` unless core says so. A transport reads it when it
 * is executed, and sends such a request once more, the same bytes on a new connection, when the kept one on which it went out
 * ended without a word. That is no attempt of its own: it is under the same deadline, and the second failure is the answer.
 *
 * Should the first have been executed after all, the service refuses the second, which has the same nonce, as
 * `SignatureNonceUsed`.
 *
 * @since 0.1.0
 * @category references
 */
export class HttpReplay extends Context.Reference<HttpReplay>()("@effect-aliyun/core/HttpReplay", {
  defaultValue: (): boolean => false
}) {}
