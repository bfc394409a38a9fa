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

describe("isRegionId", () => {
  it.each(["cn-hangzhou", "na-south-1", "CN-North-2-gov-1", "mq-internet-access", "cn-a_b"])("%s is one", (text) => {
    expect(EndpointRule.isRegionId(text)).toBe(true)
  })

  it.each(["mars", "cn", "", "-", "cn-", "-hangzhou", "1-a", "cn--a", "cn-a.b", "cn-a\n", "\ncn-a"])(
    "%j is none",
    (text) => {
      expect(EndpointRule.isRegionId(text)).toBe(false)
    }
  )
})
