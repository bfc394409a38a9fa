/** The three services as a program has them, led to one server. */
import * as Credentials from "@effect-aliyun/core/Credentials"
import * as Endpoint from "@effect-aliyun/core/Endpoint"
import * as Signer from "@effect-aliyun/core/Signer"
import * as NodeHttpClient from "@effect-aliyun/platform-node/NodeHttpClient"
import * as Layer from "effect/Layer"

const identity = Layer.merge(
  Credentials.layerAccessKey({ accessKeyId: "testid", accessKeySecret: "testsecret" }),
  Signer.layer
)

/** over real sockets */
export const led = ({ url }: { readonly url: string }, options: NodeHttpClient.Options = {}) =>
  Layer.mergeAll(identity, Endpoint.layerHost(url), NodeHttpClient.layerWith(options))
