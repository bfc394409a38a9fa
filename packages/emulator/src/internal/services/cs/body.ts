/** The JSON that comes in, and what is wrong with it. */
import * as Verification from "@effect-aliyun/protocol/Verification"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { regions } from "../ecs/fixtures.js"

const Name = Schema.String.pipe(Schema.pattern(/^[\p{L}\p{N}_][\p{L}\p{N}_-]{0,62}$/u))
const optional = <A>(schema: Schema.Schema<A>) => Schema.optionalWith(schema, { exact: true })
const NodeCount = Schema.Int.pipe(Schema.between(0, 1000))

/** @internal as much of CreateCluster as can be seen afterwards */
export const CreateCluster = Schema.Struct({
  name: Name,
  region_id: Schema.Literal(...regions.map(({ id }) => id)),
  cluster_type: Schema.Literal("ManagedKubernetes", "Kubernetes", "Ask", "ExternalKubernetes"),
  cluster_spec: optional(Schema.String),
  profile: optional(Schema.String),
  kubernetes_version: optional(Schema.String),
  vpcid: optional(Schema.String),
  zone_id: optional(Schema.String),
  vswitch_ids: optional(Schema.Array(Schema.String)),
  security_group_id: optional(Schema.String),
  resource_group_id: optional(Schema.String),
  container_cidr: optional(Schema.String),
  service_cidr: optional(Schema.String),
  proxy_mode: optional(Schema.String),
  timezone: optional(Schema.String),
  cluster_domain: optional(Schema.String),
  num_of_nodes: optional(NodeCount),
  deletion_protection: optional(Schema.Boolean),
  tags: optional(Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.String })))
})

/** @internal */
export const ModifyCluster = Schema.Struct({
  cluster_name: optional(Name),
  deletion_protection: optional(Schema.Boolean),
  resource_group_id: optional(Schema.String),
  timezone: optional(Schema.String)
})

/** @internal */
export const invalidParameter = (message: string): Verification.Refusal =>
  Verification.refuse("InvalidParameter", 400, message)

const notJson = invalidParameter("The request body is not valid JSON.")

// `null` says no more than a field that is not there
const parse = (body: Uint8Array): unknown =>
  JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body), (_, value: unknown) => value ?? undefined)

/** @internal */
export const read = <A, I>(schema: Schema.Schema<A, I>, body: Uint8Array): Effect.Effect<A, Verification.Refusal> => {
  const decode = Schema.decodeUnknown(schema)
  return Effect.try({ try: () => parse(body), catch: () => notJson }).pipe(
    Effect.flatMap((json) => Effect.mapError(decode(json), refusal))
  )
}

const refusal = (error: ParseResult.ParseError): Verification.Refusal => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  const field = issue === undefined || issue.path.length === 0 ? undefined : issue.path.map(String).join(".")
  if (field === undefined) return invalidParameter("The request body is not a JSON object.")
  return issue?._tag === "Missing"
    ? Verification.refuse("MissingParameter", 400, `The parameter "${field}" is mandatory, and not supplied.`)
    : invalidParameter(`The parameter "${field}" is not valid.`)
}
