import * as EndpointRule from "@effect-aliyun/protocol/EndpointRule"
import { describe, expect, it } from "vitest"

describe("host", () => {
  it.each<[EndpointRule.Options, string | undefined]>([
    [{ product: "Ecs", kind: "central" }, "ecs.aliyuncs.com"],
    [{ product: "Ecs", kind: "central", regionId: "cn-beijing" }, "ecs.aliyuncs.com"],
    [{ product: "Ecs", kind: "regional", regionId: "CN-Beijing" }, "ecs.cn-beijing.aliyuncs.com"],
    [{ product: "Ecs", kind: "regional" }, undefined],
    [{ product: "Ecs", kind: "regional", regionId: "" }, undefined],
    [{ product: "r-kvstore", kind: "regional", regionId: "a", network: "public" }, "r-kvstore.a.aliyuncs.com"],
    [
      { product: "Ecs", kind: "regional", regionId: "a", network: "VPC", suffix: "Share" },
      "ecs-share-vpc.a.aliyuncs.com"
    ],
    [{ product: "Ecs", kind: "central", network: "", suffix: "" }, "ecs.aliyuncs.com"]
  ])("of %j is %j", (options, host) => {
    expect(EndpointRule.host(options)).toBe(host)
  })
})
