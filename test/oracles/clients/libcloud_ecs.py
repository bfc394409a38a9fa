"""Takes Apache libcloud's ECS driver through a scenario, and prints what it made of the answers.

libcloud_ecs.py URL ID SECRET REGION SCENARIO
"""

import json
import sys
from urllib.parse import urlsplit

from libcloud.compute.base import NodeImage, NodeSize
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider

url, key_id, secret, region, scenario = sys.argv[1:]
host, port = urlsplit(url).hostname, urlsplit(url).port

driver = get_driver(Provider.ALIYUN_ECS)(key_id, secret, region=region, secure=False, host=host, port=port)


def show(node):
    return {
        "id": node.id,
        "name": node.name,
        "state": node.state,
        "public_ips": node.public_ips,
        "instance_type": node.extra["instance_type"],
        "vpc_attributes": node.extra["vpc_attributes"],
    }


def state(node):
    return [each.state for each in driver.list_nodes(ex_node_ids=[node.id])]


def look():
    return {
        "locations": {location.id: location.name for location in driver.list_locations()},
        "nodes": [show(node) for node in driver.list_nodes()],
        "by_twos": [node.name for node in driver.list_nodes(ex_filters={"PageSize": 2})],
        "stopped": [node.name for node in driver.list_nodes(ex_filters={"Status": "Stopped"})],
    }


def catalogue():
    return {
        "sizes": {size.id: [size.ram, size.extra["cpu_core_count"]] for size in driver.list_sizes()},
        "images": {image.id: image.extra["os_type"] for image in driver.list_images()},
        "zones": [zone.id for zone in driver.ex_list_zones()],
    }


def life():
    node = driver.create_node(
        name="probe",
        size=NodeSize("ecs.g7.large", "ecs.g7.large", 8, None, None, None, driver),
        image=NodeImage("aliyun_3_x64_20G_alibase_20240528.vhd", "Alibaba Cloud Linux", driver),
        ex_security_group_id="sg-%s-0001" % region,
        ex_vswitch_id="vsw-%s-0001" % region,
        ex_description="from libcloud; a b*~'()中",
        ex_system_disk={"category": "cloud_essd"},
        ex_data_disks=[{"size": 40, "category": "cloud_essd", "delete_with_instance": True}],
    )
    found = driver.list_nodes(ex_node_ids=[node.id])
    return {
        "created": [show(each) for each in found],
        "description": [each.extra["description"] for each in found],
        "stop": [driver.stop_node(node), state(node)],
        "start": [driver.start_node(node), state(node)],
        # stops it, waits and deletes it
        "destroy": [driver.destroy_node(node), state(node)],
    }


def refused():
    try:
        return driver.list_locations()
    except Exception as error:
        return {"error": str(error)}


print(json.dumps({"look": look, "catalogue": catalogue, "life": life, "refused": refused}[scenario]()))
