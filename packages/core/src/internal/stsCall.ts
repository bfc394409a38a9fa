/** A call of Sts by which a provider gets its keys: through the pipeline, as a given credential. */
import * as Encoding from "@effect-aliyun/protocol/Encoding"
import * as Validation from "@effect-aliyun/protocol/Validation"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as AcsClient from "../AcsClient.js"
import type * as AcsError from "../AcsError.js"
import * as Body from "../Body.js"
import * as Credential from "../Credential.js"
import { Credentials, Failed } from "../Credentials.js"
import * as RpcRequest from "../RpcRequest.js"
import type { Signer } from "../Signer.js"

/** where Sts is */
interface Place {
  readonly stsEndpoint?: string | undefined
  readonly stsRegion?: string | undefined
  readonly vpc?: boolean | undefined
}

/** @internal `secret`: one among the parameters, which the service might echo */
export interface Options {
  readonly action: "AssumeRole" | "AssumeRoleWithOIDC" | "GenerateSessionAccessKey"
  readonly parameters: Readonly<Record<string, string | number | undefined>>
  readonly credential: Credential.Credential
  readonly place: Place
  readonly secret?: Redacted.Redacted<string>
}

/** @internal the JSON of the answer */
export const run = (options: Options): Effect.Effect<unknown, Failed, Signer | HttpClient.HttpClient> => {
  const { action, credential, parameters, place } = options
  const issue = placeIssue(place) ?? credentialIssue(credential)
  if (issue !== undefined) return issue
  const request = RpcRequest.make({
    product: "Sts",
    version: "2015-04-01",
    action,
    method: "POST",
    body: Body.form(parameters),
    // another session costs nothing, so that an unknown outcome may be followed by another attempt
    idempotent: true,
    ...endpointOf(place)
  })
  return AcsClient.execute(request).pipe(
    Effect.flatMap((response) => response.json),
    Effect.provideService(Credentials, { get: Effect.succeed(credential), invalidate: () => Effect.void }),
    // a span keeps what its call failed with, and here that may quote keys
    Effect.withTracerEnabled(false),
    Effect.mapError((error) => toFailed(error, options))
  )
}

/** a rule, not a host: an `Endpoint` that knows better, as that of a test, goes before it */
const endpointOf = ({ stsEndpoint, stsRegion, vpc }: Place) =>
  stsEndpoint !== undefined
    ? { endpoint: stsEndpoint }
    : stsRegion === undefined
      ? { endpointType: "central" as const }
      : { endpointType: "regional" as const, regionId: stsRegion, network: vpc === true ? "vpc" : undefined }

const placeIssue = ({ stsEndpoint, stsRegion }: Place): Failed | undefined => {
  if (stsEndpoint !== undefined) {
    const parts = Validation.endpoint(stsEndpoint)
    return typeof parts === "string"
      ? new Failed({ why: "stsEndpoint is no endpoint", hint: `stsEndpoint ${parts}` })
      : undefined
  }
  const issue = stsRegion === undefined ? undefined : Validation.hostPart(stsRegion)
  return issue === undefined ? undefined : new Failed({ why: "stsRegion is no region", hint: `stsRegion ${issue}` })
}

const credentialIssue = (credential: Credential.Credential): Failed | undefined => {
  const why = Credential.issueOf(credential)
  return why === undefined ? undefined : new Failed({ why })
}

const toFailed = (error: AcsError.AcsError, { action, secret }: Options): Failed => {
  const clean = withoutEcho(secret)
  if (error._tag === "ServerException") {
    const text = error.serverMessage === "" ? "" : ` ${clean(error.serverMessage)}`
    return new Failed({
      why: `Sts refused ${action}: ${clean(error.code)}:${text} (HTTP ${error.httpStatus}, ${requestIdOf(error.requestId, clean)})`,
      hint: hintOf(error, action)
    })
  }
  const { reason } = error
  switch (reason._tag) {
    // its excerpt may hold the keys that were asked for
    case "UnexpectedResponse":
      return new Failed({
        why: `the answer of Sts to ${action} cannot be read: ${reason.issue} (HTTP ${reason.status}, ${requestIdOf(reason.requestId, clean)})`,
        hint: "check that the endpoint is one of Sts, and what stands between"
      })
    case "CredentialsUnavailable": {
      const [tried] = reason.tried
      return new Failed({ why: tried?.why ?? "there is nothing to sign with", ...hintFrom(tried?.hint) })
    }
    default:
      return new Failed({ why: error.message })
  }
}

const hintFrom = (hint: string | undefined) => (hint === undefined ? {} : { hint })

/** what is in its place may be anything */
const requestIdOf = (requestId: string | undefined, clean: (text: string) => string): string =>
  requestId !== undefined && /^[\w-]{1,64}$/.test(requestId) ? `RequestId ${clean(requestId)}` : "no RequestId"

/** what a service says that repeats a secret it was sent, or the beginning of it, is not repeated once more */
const withoutEcho = (secret: Redacted.Redacted<string> | undefined): ((text: string) => string) => {
  if (secret === undefined) return (text) => text
  const start = Redacted.value(secret).slice(0, 16)
  return (text) => (text.includes(start) || text.includes(Encoding.percentEncode(start)) ? "<redacted>" : text)
}

const hints: Readonly<Record<string, string>> = {
  "EntityNotExist.Role": "check roleArn: the account has no such role",
  NoPermission: "the identity needs sts:AssumeRole, and the trust policy of the role must name it",
  "AuthenticationFail.OIDCToken.Expired": "the token has ended; let its issuer write a new one",
  "AuthenticationFail.OIDCToken.Invalid": "check what the token is read from, and its issuer",
  "AuthenticationFail.NoPermission": "check oidcProviderArn, and the trust policy of the role",
  "InvalidParameter.DurationSeconds": "durationSeconds must not exceed what the role allows"
}

const hintOf = ({ category, code, signedText }: AcsError.ServerException, action: Options["action"]): string => {
  const own = Object.hasOwn(hints, code) ? hints[code] : undefined
  if (own !== undefined) return own
  switch (signedText === "same" ? "Signature" : category) {
    case "CredentialInvalid":
      return "check the key that signs: it must exist and be active"
    case "CredentialExpired":
      return "the key that signs has ended; get it a new one"
    case "Signature":
      return action === "GenerateSessionAccessKey"
        ? "check that privateKey belongs to publicKeyId"
        : "check the secret of the key that signs"
    case "ClockSkew":
      return "check the clock of this machine"
    case "Throttling":
    case "Busy":
      return "another try is made at the next call; ask for longer sessions"
    default:
      return "look the code up in the documents of Sts"
  }
}
