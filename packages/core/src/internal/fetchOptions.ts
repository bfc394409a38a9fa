/**
 * The options of the platform's fetch client, by their key: importing its module would put it into every bundle. Left to
 * itself, fetch follows redirects, to any host, with the token in its headers.
 */
import * as Context from "effect/Context"

/** @internal */
export const FetchOptions = Context.GenericTag<RequestInit>("@effect/platform/FetchHttpClient/FetchOptions")
