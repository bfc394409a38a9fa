// Takes aliyungo through a scenario, and prints what it made of the answers.
//
//	main URL ID SECRET REGION SCENARIO
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/denverdino/aliyungo/common"
	"github.com/denverdino/aliyungo/dns"
	"github.com/denverdino/aliyungo/ecs"
	"github.com/denverdino/aliyungo/sts"
)

var region common.Region

// what is to be signed differs from what is sent where a name or value has one of these
const hard = "a b*~'()+/中"

type object map[string]interface{}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func show(value interface{}) {
	must(json.NewEncoder(os.Stdout).Encode(value))
}

func look(client *ecs.Client) object {
	regions, err := client.DescribeRegions()
	must(err)
	names := object{}
	for _, each := range regions {
		names[string(each.RegionId)] = each.LocalName
	}
	args := ecs.DescribeInstancesArgs{RegionId: region, Pagination: common.Pagination{PageNumber: 2, PageSize: 2}}
	instances, page, err := client.DescribeInstances(&args)
	must(err)
	statuses, all, err := client.DescribeInstanceStatus(&ecs.DescribeInstanceStatusArgs{RegionId: region})
	must(err)
	return object{"regions": names, "instances": instances, "page": page, "statuses": statuses, "all": all}
}

func find(client *ecs.Client, id string) interface{} {
	ids, err := json.Marshal([]string{id})
	must(err)
	found, _, err := client.DescribeInstances(&ecs.DescribeInstancesArgs{RegionId: region, InstanceIds: string(ids)})
	must(err)
	return found
}

func life(client *ecs.Client) object {
	args := ecs.RunInstanceArgs{CreateInstanceArgs: ecs.CreateInstanceArgs{
		RegionId:        region,
		ImageId:         "aliyun_3_x64_20G_alibase_20240528.vhd",
		InstanceType:    "ecs.g7.large",
		SecurityGroupId: fmt.Sprintf("sg-%s-0001", region),
		VSwitchId:       fmt.Sprintf("vsw-%s-0001", region),
		InstanceName:    "probe",
		Description:     hard,
		SystemDisk:      ecs.SystemDiskType{Size: 40, Category: "cloud_essd"},
		ClientToken:     client.GenerateClientToken(),
	}}
	first, err := client.RunInstances(&args)
	must(err)
	again, err := client.RunInstances(&args)
	must(err)
	created := find(client, first[0])
	must(client.StopInstance(first[0], true))
	stopped := find(client, first[0])
	must(client.StartInstance(first[0]))
	started := find(client, first[0])
	must(client.StopInstance(first[0], false))
	must(client.DeleteInstance(first[0]))
	return object{
		"first": first, "again": again,
		"created": created, "stopped": stopped, "started": started, "deleted": find(client, first[0]),
	}
}

func assume(url, id, secret string) object {
	session, err := sts.NewClientWithEndpoint(url, id, secret).AssumeRole(sts.AssumeRoleRequest{
		RoleArn:         "acs:ram::1234567890123456:role/deployer",
		RoleSessionName: "aliyungo",
		DurationSeconds: 900,
		Policy:          `{"Version":"1","Statement":[{"Action":"ecs:*","Effect":"Allow","Resource":"*"}]}`,
	})
	must(err)
	key := session.Credentials
	client := ecs.NewECSClientWithEndpointAndSecurityToken(
		url, key.AccessKeyId, key.AccessKeySecret, key.SecurityToken, region,
	)
	regions, err := client.DescribeRegions()
	must(err)
	return object{"user": session.AssumedRoleUser, "expiration": key.Expiration, "regions": len(regions)}
}

func records(client *dns.Client) object {
	added, err := client.AddDomainRecord(&dns.AddDomainRecordArgs{
		DomainName: "example.com", RR: "go", Type: dns.TXTRecord, Value: hard, TTL: 600,
	})
	must(err)
	found, err := client.DescribeDomainRecords(&dns.DescribeDomainRecordsArgs{
		DomainName: "example.com", RRKeyWord: "go", TypeKeyWord: dns.TXTRecord,
	})
	must(err)
	deleted, err := client.DeleteDomainRecord(&dns.DeleteDomainRecordArgs{RecordId: added.RecordId})
	must(err)
	return object{"added": added.RecordId, "found": found.DomainRecords.Record, "deleted": deleted.RecordId}
}

func refused(client *ecs.Client) object {
	_, err := client.DescribeRegions()
	peer, ok := err.(*common.Error)
	if !ok {
		must(fmt.Errorf("expected a refusal, found %v", err))
	}
	return object{"code": peer.Code, "message": peer.Message, "status": peer.StatusCode}
}

func main() {
	url, id, secret, scenario := os.Args[1], os.Args[2], os.Args[3], os.Args[5]
	region = common.Region(os.Args[4])
	client := ecs.NewClientWithEndpoint(url, id, secret)
	switch scenario {
	case "look":
		show(look(client))
	case "life":
		show(life(client))
	case "assume":
		show(assume(url, id, secret))
	case "records":
		show(records(dns.NewClientWithEndpoint(url, id, secret)))
	case "refused":
		show(refused(client))
	}
}
