/** What the emulator's Ecs knows of, and the instances that are there before anyone has called. */

/** @internal `prefix`: what the ids of a region's resources begin with; `zones`: their last letters */
export interface Region {
  readonly id: string
  readonly name: string
  readonly chinese: string
  readonly prefix: string
  readonly zones: string
}

/** @internal */
export const regions: ReadonlyArray<Region> = [
  { id: "cn-qingdao", name: "China (Qingdao)", chinese: "华北1（青岛）", prefix: "m5e", zones: "bc" },
  { id: "cn-beijing", name: "China (Beijing)", chinese: "华北2（北京）", prefix: "2ze", zones: "abcdefghijkl" },
  { id: "cn-zhangjiakou", name: "China (Zhangjiakou)", chinese: "华北3（张家口）", prefix: "8vb", zones: "abc" },
  { id: "cn-hangzhou", name: "China (Hangzhou)", chinese: "华东1（杭州）", prefix: "bp1", zones: "bghijk" },
  { id: "cn-shanghai", name: "China (Shanghai)", chinese: "华东2（上海）", prefix: "uf6", zones: "abefgklmn" },
  { id: "cn-shenzhen", name: "China (Shenzhen)", chinese: "华南1（深圳）", prefix: "wz9", zones: "abcdef" },
  { id: "cn-hongkong", name: "China (Hong Kong)", chinese: "中国香港", prefix: "j6c", zones: "bcd" },
  { id: "ap-southeast-1", name: "Singapore", chinese: "新加坡", prefix: "t4n", zones: "abc" },
  { id: "us-west-1", name: "US (Silicon Valley)", chinese: "美国（硅谷）", prefix: "rj9", zones: "ab" },
  { id: "eu-central-1", name: "Germany (Frankfurt)", chinese: "德国（法兰克福）", prefix: "gw8", zones: "abc" }
]

/** @internal */
export const zonesOf = ({ id, zones }: Region): ReadonlyArray<string> => [...zones].map((letter) => `${id}-${letter}`)

/** @internal the zone that is taken where none is asked for */
export const defaultZoneOf = ({ id }: Region): string => `${id}-b`

/** @internal as DescribeInstanceTypes shows it */
export interface InstanceType {
  readonly InstanceTypeId: string
  readonly InstanceTypeFamily: string
  readonly InstanceFamilyLevel: "EnterpriseLevel" | "EntryLevel" | "CreditEntryLevel"
  readonly CpuCoreCount: number
  /** in GiB */
  readonly MemorySize: number
  readonly CpuArchitecture: "X86"
  readonly GPUAmount: number
  readonly GPUSpec: string
}

const sizes = { large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16 }
/** GiB for each vCPU */
const enterprise = { g8i: 4, g7: 4, c7: 2, r7: 8, g6: 4, c6: 2, r6: 8, g5: 4, c5: 2 }

const instanceType = (
  InstanceTypeId: string,
  CpuCoreCount: number,
  MemorySize: number,
  InstanceFamilyLevel: InstanceType["InstanceFamilyLevel"]
): InstanceType => ({
  InstanceTypeId,
  InstanceTypeFamily: /^ecs\.[^.-]+/.exec(InstanceTypeId)?.[0] ?? InstanceTypeId,
  InstanceFamilyLevel,
  CpuCoreCount,
  MemorySize,
  CpuArchitecture: "X86",
  GPUAmount: 0,
  GPUSpec: ""
})

/** @internal */
export const instanceTypes: ReadonlyArray<InstanceType> = [
  ...Object.entries(enterprise).flatMap(([family, memory]) =>
    Object.entries(sizes).map(([size, cores]) =>
      instanceType(`ecs.${family}.${size}`, cores, cores * memory, "EnterpriseLevel")
    )
  ),
  instanceType("ecs.u1-c1m1.large", 2, 2, "EnterpriseLevel"),
  instanceType("ecs.u1-c1m2.large", 2, 4, "EnterpriseLevel"),
  instanceType("ecs.e-c1m1.large", 2, 2, "CreditEntryLevel"),
  instanceType("ecs.e-c1m2.large", 2, 4, "CreditEntryLevel"),
  instanceType("ecs.t6-c1m1.large", 2, 2, "CreditEntryLevel"),
  instanceType("ecs.t6-c1m2.large", 2, 4, "CreditEntryLevel"),
  instanceType("ecs.t5-lc1m1.small", 1, 1, "CreditEntryLevel"),
  instanceType("ecs.n4.small", 1, 2, "EntryLevel"),
  instanceType("ecs.n1.small", 1, 1, "EntryLevel"),
  instanceType("ecs.t1.small", 1, 1, "EntryLevel")
]

/** @internal as DescribeImages shows it */
export interface Image {
  readonly ImageId: string
  readonly ImageName: string
  readonly ImageFamily: string
  readonly ImageOwnerAlias: "system"
  readonly Architecture: "x86_64"
  readonly OSType: "linux" | "windows"
  readonly Platform: string
  readonly OSName: string
  readonly OSNameEn: string
  /** in GiB */
  readonly Size: number
  readonly Status: "Available"
  readonly Progress: "100%"
  readonly CreationTime: string
  readonly IsPublic: boolean
  readonly IsSupportIoOptimized: boolean
  readonly IsSupportCloudinit: boolean
}

const image = (
  ImageId: string,
  Platform: string,
  OSName: string,
  ImageFamily: string,
  options: { readonly OSType?: "windows"; readonly Size?: number } = {}
): Image => ({
  ImageId,
  ImageName: ImageId,
  ImageFamily,
  ImageOwnerAlias: "system",
  Architecture: "x86_64",
  OSType: options.OSType ?? "linux",
  Platform,
  OSName,
  OSNameEn: OSName,
  Size: options.Size ?? 20,
  Status: "Available",
  Progress: "100%",
  CreationTime: "2024-06-03T08:00:00Z",
  IsPublic: true,
  IsSupportIoOptimized: true,
  IsSupportCloudinit: true
})

const aliyun = "Aliyun"
const alibaba3 = "Alibaba Cloud Linux 3.2104 LTS 64bit"

/** @internal the same in every region */
export const images: ReadonlyArray<Image> = [
  image("aliyun_3_x64_20G_alibase_20240528.vhd", aliyun, alibaba3, "acs:alibaba_cloud_linux_3_2104_lts_x64"),
  image("aliyun_3_x64_20G_alibase_20221102.vhd", aliyun, alibaba3, ""),
  image("aliyun_2_1903_x64_20G_alibase_20200324.vhd", aliyun, "Alibaba Cloud Linux 2.1903 LTS 64bit", ""),
  image("ubuntu_22_04_x64_20G_alibase_20240530.vhd", "Ubuntu", "Ubuntu 22.04 64bit", "acs:ubuntu_22_04_x64"),
  image("debian_12_5_x64_20G_alibase_20240530.vhd", "Debian", "Debian 12.5 64bit", "acs:debian_12_5_x64"),
  image("centos_7_9_x64_20G_alibase_20240530.vhd", "CentOS", "CentOS 7.9 64bit", "acs:centos_7_9_x64"),
  image(
    "win2022_21H2_x64_dtc_en-us_40G_alibase_20240516.vhd",
    "Windows Server 2022",
    "Windows Server 2022 Datacenter 64bit English Edition",
    "acs:windows_2022_dtc_64_en-us",
    { OSType: "windows", Size: 40 }
  )
]

/** @internal */
export interface Seed {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly status: "Running" | "Stopped"
  /** the last part of its address */
  readonly host: number
}

/** @internal */
export const instances: ReadonlyArray<Seed> = [
  { id: "i-bp1emulator000000001", name: "web-1", region: "cn-hangzhou", status: "Running", host: 11 },
  { id: "i-bp1emulator000000002", name: "web-2", region: "cn-hangzhou", status: "Running", host: 12 },
  { id: "i-bp1emulator000000003", name: "db-1", region: "cn-hangzhou", status: "Running", host: 21 },
  { id: "i-bp1emulator000000004", name: "batch-1", region: "cn-hangzhou", status: "Stopped", host: 31 },
  { id: "i-bp1emulator000000005", name: "batch-2", region: "cn-hangzhou", status: "Stopped", host: 32 },
  { id: "i-uf6emulator000000001", name: "staging-1", region: "cn-shanghai", status: "Running", host: 11 },
  { id: "i-uf6emulator000000002", name: "staging-2", region: "cn-shanghai", status: "Stopped", host: 12 }
]
