/** Which operation a request asks for. One emulator stands for all products, and a request names none of them. */
import * as Verification from "@effect-aliyun/protocol/Verification"
import type { Ask } from "./ask.js"
import type { Registered, Routes } from "./routes.js"
import type { Operation, Service } from "./service.js"

/** @internal as much of the target as is known */
export interface Target {
  readonly product: string | undefined
  readonly action: string | undefined
  readonly registered: Registered | undefined
  readonly service: Service | undefined
  readonly operation: Operation | undefined
}

/** @internal */
export const find = (services: ReadonlyArray<Service>, routes: Routes, ask: Ask): Target => {
  const { operation, service } = findService(services, ask)
  const label = productOfHost(ask.host)
  const registered = routes.find(ask, service?.product, label)
  return {
    product: registered?.product ?? service?.product ?? label,
    action: registered?.action ?? operation?.action ?? ask.action,
    registered,
    service,
    operation
  }
}

const findService = (services: ReadonlyArray<Service>, ask: Ask): Pick<Target, "service" | "operation"> => {
  // two products may have brought out a version on the same day
  const candidates = services.filter((service) => service.version === ask.version)
  for (const service of candidates) {
    const operation = service.find(ask)
    if (operation !== undefined) return { service, operation }
  }
  return { service: candidates.length === 1 ? candidates[0] : undefined, operation: undefined }
}

/** `kms` of `kms.cn-hangzhou.aliyuncs.com` and of `kms-vpc.cn-hangzhou.aliyuncs.com`; a host of one's own says nothing */
const productOfHost = (host: string): string | undefined =>
  /^([a-z0-9-]+)\.(?:.+\.)?aliyuncs\.com$/i.exec(host)?.[1]?.replace(/(?:-(?:vpc|internal|share))+$/i, "")

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
