"""Takes lexicon's aliyun provider through steps, and prints what it returned for each.

lexicon_aliyun.py URL ID SECRET DOMAIN STEPS; a step is [action, type, name, content], name and content may be null.
"""

import json
import sys

import lexicon.providers.aliyun
import requests
from lexicon.client import Client
from lexicon.config import ConfigResolver

url, key_id, secret, domain, steps = sys.argv[1:]

# the one way to another endpoint that the provider has
lexicon.providers.aliyun.ALIYUN_DNS_API_ENDPOINT = url


def run(action, rtype, name, content):
    config = {
        "provider_name": "aliyun",
        "action": action,
        "domain": domain,
        "type": rtype,
        "name": name,
        "content": content,
        "aliyun": {"auth_key_id": key_id, "auth_secret": secret},
    }
    try:
        return Client(ConfigResolver().with_dict(config)).execute()
    except requests.HTTPError as error:
        return {"status": error.response.status_code, "code": error.response.json()["Code"]}


print(json.dumps([run(*step) for step in json.loads(steps)]))
