// Prints as JSON the credential that @alicloud/credentials makes of a configuration (JSON; null for its default chain), or
// what it says when it makes none.
"use strict"
const { default: Credential, Config } = require("@alicloud/credentials")

const config = JSON.parse(process.argv[2])

const print = (value) => {
  // it leaves connections open
  process.stdout.write(JSON.stringify(value), () => process.exit())
}

;(async () => {
  const { accessKeyId, accessKeySecret, providerName, securityToken } = await new Credential(
    config === null ? null : new Config(config)
  ).getCredential()
  return { accessKeyId, accessKeySecret, providerName, securityToken }
})().then(
  (credential) => print({ credential }),
  (error) => print({ error: error.message })
)
