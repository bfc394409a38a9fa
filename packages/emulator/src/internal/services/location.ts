/**
 * Location 2015-06-12: which host a product is at. It knows a dozen products, by the service codes that clients ask for, in
 * the regions of Ecs; all hosts follow the same rule, `innerAPI` being that within a VPC.
 */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import { parameter } from "../ask.js"
import * as Service from "../service.js"
import { regions } from "./ecs/fixtures.js"
import * as parameters from "./parameters.js"

/** service code and the first label of the host */
const products: ReadonlyMap<string, string> = new Map([
  ["ecs", "ecs"],
  ["vpc", "vpc"],
  ["slb", "slb"],
  ["alb", "alb"],
  ["nlb", "nlb"],
  ["ess", "ess"],
  ["rds", "rds"],
  ["redisa", "r-kvstore"],
  ["dds", "mongodb"],
  ["polardb", "polardb"],
  ["kms", "kms"],
  ["cs", "cs"],
  ["acr", "cr"],
  ["cms", "metrics"],
  ["nas", "nas"],
  ["actiontrail", "actiontrail"]
])

const types = ["openAPI", "innerAPI"]

const regionNotFound = Verification.refuse("InvalidRegionId", 404, "The specified region does not exist.")
// with a space
const illegalParameter = Verification.refuse("Illegal Parameter", 400, "Please check the parameters")

const describeEndpoints: Service.Handler = ({ ask }) =>
  Effect.gen(function* () {
    const { Id, ServiceCode } = yield* parameters.required(ask.parameters, "Id", "ServiceCode")
    const type = parameter(ask.parameters, "Type")
    if (!regions.some(({ id }) => id === Id)) return yield* Effect.fail(regionNotFound)
    const code = ServiceCode.toLowerCase()
    const label = products.get(code)
    if (label === undefined || (type && !types.includes(type))) return yield* Effect.fail(illegalParameter)
    return {
      Success: true,
      Endpoints: {
        Endpoint: types
          .filter((each) => !type || each === type)
          .map((each) => ({
            Protocols: { Protocols: ["HTTP", "HTTPS"] },
            Type: each,
            Namespace: "26842",
            Id,
            // that is how the service spells it
            SerivceCode: code,
            Endpoint: `${label}${each === "innerAPI" ? "-vpc" : ""}.${Id}.aliyuncs.com`
          }))
      }
    }
  })

/** @internal */
export const service: Service.Service = Service.rpc({
  product: "Location",
  version: "2015-06-12",
  operations: { DescribeEndpoints: describeEndpoints }
})
