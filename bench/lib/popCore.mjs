// The signing inside @alicloud/pop-core is private: its file is compiled once more with a line that hands it out.
import { readFileSync } from "node:fs"
import { createRequire, Module } from "node:module"
import { dirname } from "node:path"

const require = createRequire(import.meta.url)
const file = require.resolve("@alicloud/pop-core/lib/rpc.js")
const module = new Module(file)
module.filename = file
module.paths = Module._nodeModulePaths(dirname(file))
module._compile(
  `${readFileSync(file, "utf8")}\nmodule.exports.signing = { normalize, canonicalize, encode, timestamp }`,
  file
)

const { canonicalize, encode, normalize, timestamp } = module.exports.signing
const kitx = createRequire(file)("kitx")

/** what its `request` does before it sends */
export const sign = ({ accessKeyId, accessKeySecret, action, params, version }) => {
  const normalized = normalize({
    Action: action,
    Format: "JSON",
    Timestamp: timestamp(),
    Version: version,
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: kitx.makeNonce(),
    AccessKeyId: accessKeyId,
    ...params
  })
  const text = `GET&${encode("/")}&${encode(canonicalize(normalized))}`
  normalized.push(["Signature", encode(kitx.sha1(text, `${accessKeySecret}&`, "base64"))])
  return canonicalize(normalized)
}
