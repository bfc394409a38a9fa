/** What the emulator's Ecs knows of. */

/** @internal */
export const regions: ReadonlyArray<{ readonly id: string; readonly name: string; readonly chinese: string }> = [
  { id: "cn-qingdao", name: "China (Qingdao)", chinese: "华北1（青岛）" },
  { id: "cn-beijing", name: "China (Beijing)", chinese: "华北2（北京）" },
  { id: "cn-zhangjiakou", name: "China (Zhangjiakou)", chinese: "华北3（张家口）" },
  { id: "cn-hangzhou", name: "China (Hangzhou)", chinese: "华东1（杭州）" },
  { id: "cn-shanghai", name: "China (Shanghai)", chinese: "华东2（上海）" },
  { id: "cn-shenzhen", name: "China (Shenzhen)", chinese: "华南1（深圳）" },
  { id: "cn-hongkong", name: "China (Hong Kong)", chinese: "中国香港" },
  { id: "ap-southeast-1", name: "Singapore", chinese: "新加坡" },
  { id: "us-west-1", name: "US (Silicon Valley)", chinese: "美国（硅谷）" },
  { id: "eu-central-1", name: "Germany (Frankfurt)", chinese: "德国（法兰克福）" }
]

const instance = (options: {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly status: "Running" | "Stopped"
  readonly host: number
}) => ({
  InstanceId: options.id,
  InstanceName: options.name,
  HostName: options.name,
  Description: "",
  Status: options.status,
  RegionId: options.region,
  ZoneId: `${options.region}-b`,
  InstanceType: "ecs.g7.large",
  Cpu: 2,
  Memory: 8192,
  ImageId: "aliyun_3_x64_20G_alibase_20240528.vhd",
  OSType: "linux",
  OSName: "Alibaba Cloud Linux 3.2104 LTS 64bit",
  InstanceChargeType: "PostPaid",
  InstanceNetworkType: "vpc",
  CreationTime: "2024-01-15T02:00Z",
  ExpiredTime: "2099-12-31T15:59Z",
  PublicIpAddress: { IpAddress: options.host === 11 ? ["203.0.113.11"] : [] },
  SecurityGroupIds: { SecurityGroupId: [`sg-${options.region}-0001`] },
  VpcAttributes: {
    VpcId: `vpc-${options.region}-0001`,
    VSwitchId: `vsw-${options.region}-0001`,
    PrivateIpAddress: { IpAddress: [`192.168.0.${options.host}`] }
  },
  Tags: { Tag: [{ TagKey: "env", TagValue: options.region === "cn-hangzhou" ? "prod" : "test" }] }
})

/** @internal */
export const instances = [
  instance({ id: "i-bp1emulator000000001", name: "web-1", region: "cn-hangzhou", status: "Running", host: 11 }),
  instance({ id: "i-bp1emulator000000002", name: "web-2", region: "cn-hangzhou", status: "Running", host: 12 }),
  instance({ id: "i-bp1emulator000000003", name: "db-1", region: "cn-hangzhou", status: "Running", host: 21 }),
  instance({ id: "i-bp1emulator000000004", name: "batch-1", region: "cn-hangzhou", status: "Stopped", host: 31 }),
  instance({ id: "i-bp1emulator000000005", name: "batch-2", region: "cn-hangzhou", status: "Stopped", host: 32 }),
  instance({ id: "i-uf6emulator000000001", name: "staging-1", region: "cn-shanghai", status: "Running", host: 11 }),
  instance({ id: "i-uf6emulator000000002", name: "staging-2", region: "cn-shanghai", status: "Stopped", host: 12 })
]
