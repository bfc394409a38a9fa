/** Which operation a request asks for. The host takes no part: one emulator stands for all products. */
import * as Verification from "@effect-aliyun/protocol/Verification"
import type { Ask } from "./ask.js"
import type { Operation, Service } from "./service.js"

/** @internal as much of the target as is known */
export interface Target {
  readonly service: Service | undefined
  readonly operation: Operation | undefined
}

/** @internal */
export const find = (services: ReadonlyArray<Service>, ask: Ask): Target => {
  // two products may have brought out a version on the same day
  const candidates = services.filter((service) => service.version === ask.version)
  for (const service of candidates) {
    const operation = service.find(ask)
    if (operation !== undefined) return { service, operation }
  }
  return { service: candidates.length === 1 ? candidates[0] : undefined, operation: undefined }
}

const missing = (name: string) =>
  Verification.refuse(
    "MissingParameter",
    400,
    `The input parameter "${name}" that is mandatory for processing this request is not supplied.`
  )

const apiNotFound = Verification.refuse(
  "InvalidAction.NotFound",
  404,
  "Specified api is not found, please check your url and method."
)

/** @internal what the gateway says to a request whose target it does not know */
export const refusal = (services: ReadonlyArray<Service>, ask: Ask): Verification.Refusal => {
  if (ask.version === undefined) return missing("Version")
  const candidates = services.filter((service) => service.version === ask.version)
  if (candidates.length === 0) return Verification.refuse("NoSuchVersion", 400, "Specified version does not exist.")
  return ask.action === undefined && candidates.every(({ style }) => style === "RPC") ? missing("Action") : apiNotFound
}

/** @internal RPC knows two methods */
export const methodRefusal = (service: Service, ask: Ask): Verification.Refusal | undefined =>
  service.style === "ROA" || ask.method === "GET" || ask.method === "POST"
    ? undefined
    : Verification.refuse("UnsupportedHTTPMethod", 403, "This http method is not supported.")
