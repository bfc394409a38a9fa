/** Ecs 2014-05-26: instances from their making to their end, their tags, and what they can be made of. */
import * as Service from "../../service.js"
import { modifyInstanceAttribute } from "./attributes.js"
import * as catalogue from "./catalogue.js"
import { describeInstances, describeInstanceStatus } from "./describeInstances.js"
import * as instances from "./instances.js"
import * as lifecycle from "./lifecycle.js"
import { createInstance, runInstances } from "./runInstances.js"
import * as tags from "./tags.js"

/** @internal */
export const service: Service.Service = Service.rpc({
  product: "Ecs",
  version: "2014-05-26",
  operations: {
    DescribeRegions: catalogue.describeRegions,
    DescribeZones: catalogue.describeZones,
    DescribeInstanceTypes: catalogue.describeInstanceTypes,
    DescribeImages: catalogue.describeImages,
    RunInstances: runInstances,
    CreateInstance: createInstance,
    DescribeInstances: describeInstances,
    DescribeInstanceStatus: describeInstanceStatus,
    ModifyInstanceAttribute: modifyInstanceAttribute,
    StartInstance: lifecycle.startInstance,
    StopInstance: lifecycle.stopInstance,
    RebootInstance: lifecycle.rebootInstance,
    DeleteInstance: lifecycle.deleteInstance,
    StartInstances: lifecycle.startInstances,
    StopInstances: lifecycle.stopInstances,
    RebootInstances: lifecycle.rebootInstances,
    DeleteInstances: lifecycle.deleteInstances,
    TagResources: tags.tagResources,
    UntagResources: tags.untagResources,
    ListTagResources: tags.listTagResources
  },
  seed: instances.seed
})
