/**
 * The metadata service that an ECS instance finds at 100.100.100.200: no signature, but tokens.
 *
 * Source: https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
 */
import type * as RawRequest from "@effect-aliyun/protocol/RawRequest"
import * as Effect from "effect/Effect"
import type { RawResponse } from "../RawResponse.js"
import type { Settings } from "./settings.js"
import type { Store } from "./store.js"

/** @internal */
export interface Context {
  readonly store: Store
  readonly settings: Settings
  readonly now: number
}

/** @internal what its calls are listed under */
export const product = "Metadata"

/** @internal whether a request is for this service, by its path */
export const isFor = (path: string): boolean => path.startsWith("/latest/")

/** @internal */
export const handle = (_raw: RawRequest.RawRequest, _context: Context): Effect.Effect<RawResponse> =>
  Effect.succeed({ status: 404, headers: [], body: new Uint8Array(0) })
