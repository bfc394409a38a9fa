/** The golden figures of test/fixtures/vectors, as the tests of this package read them. */
import type * as Encoding from "@effect-aliyun/protocol/Encoding"
import { readFileSync } from "node:fs"

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../test/fixtures/vectors/${name}.json`, import.meta.url), "utf8"))

/** Names and values as the peer was given them, before they became text. */
export type RawPairs = ReadonlyArray<readonly [name: string, value: unknown]>

export interface PythonRow {
  readonly id: string
  readonly style: "rpc" | "roa"
  readonly tags: ReadonlyArray<string>
  readonly quirk?: string
  readonly input: {
    readonly method: string
    readonly action?: string | null
    readonly version: string
    readonly acceptFormat: string
    readonly regionId: string
    readonly query: RawPairs
    readonly form?: RawPairs
    readonly headers?: Encoding.Pairs
    readonly content?: { readonly text?: string; readonly base64?: string }
    readonly contentType?: string
    readonly pathPattern?: string
    readonly pathParams?: Encoding.Pairs
    readonly timestamp: string
    readonly date: string
    readonly nonce: string
    readonly credential: {
      readonly type: "access_key" | "sts" | "rsa_key_pair"
      readonly accessKeyId?: string
      readonly accessKeySecret?: string
      readonly securityToken?: string
      readonly publicKeyId?: string
      readonly privateKeyDerBase64?: string
    }
  }
  readonly expected: {
    readonly stringToSign: string
    readonly signature: string
    readonly url: string
    readonly method: string
    readonly queryPairs: Encoding.Pairs
    readonly headers: Encoding.Pairs
    readonly body: string | null
    readonly bodyBase64?: string
  }
}

export const pythonSigning = read("python-core-signing") as ReadonlyArray<PythonRow>

export interface PopRow {
  readonly kind: "pop-core RPC" | "openapi-core v2 RPC" | "pop-core ROA" | "openapi-core v2 ROA"
  readonly note: string
  readonly input: {
    readonly method: string
    readonly action: string
    readonly params?: Readonly<Record<string, unknown>>
    readonly query?: Readonly<Record<string, string>>
    readonly body?: unknown
    readonly uri?: string
    readonly token: string | null
    readonly accessKeyId: string
    readonly accessKeySecret: string
    readonly timestamp?: string
    readonly date?: string
    readonly nonce: string
  }
  readonly expected: {
    readonly stringToSign: string
    readonly signature: string
    readonly method: string
    readonly host: string
    readonly requestTarget: string
    readonly authorization?: string
    readonly contentType?: string
    readonly contentMd5?: string
    readonly xAcsHeaders: Readonly<Record<string, string>>
    readonly body: string
  }
}

export const popSha1 = (read("pop-core-sha1") as { readonly vectors: ReadonlyArray<PopRow> }).vectors

export interface Acs3Figures {
  readonly canonicalRequest: string
  readonly stringToSign: string
  readonly authorization: string
}

export interface Acs3Row {
  readonly id: string
  readonly input: {
    readonly algorithm: "ACS3-HMAC-SHA256" | "ACS3-HMAC-SM3" | "ACS3-RSA-SHA256"
    readonly host: string
    readonly method: string
    readonly pathname: string
    readonly action: string
    readonly version: string
    readonly headers: Readonly<Record<string, string>>
    readonly accessKeyId: string
    readonly accessKeySecret: string
    readonly securityToken: string | null
    readonly providerName: string | null
    readonly date: string
    readonly nonce: string
    readonly flattenedQuery: Readonly<Record<string, unknown>>
    readonly nestedQuery?: Readonly<Record<string, unknown>>
  }
  readonly expected: Acs3Figures & {
    readonly error?: unknown
    readonly method: string
    readonly host: string
    readonly requestTarget: string
    readonly contentType: string | null
    readonly xAcsHeaders: Readonly<Record<string, string>>
    readonly body?: { readonly utf8?: string; readonly base64?: string }
  }
  readonly documentedRules?: Acs3Figures & { readonly matchesPeer: boolean }
}

export const acs3 = (read("openapi-core-acs3") as { readonly vectors: ReadonlyArray<Acs3Row> }).vectors

export interface FlattenFile {
  readonly vectors: ReadonlyArray<{
    readonly id: number
    readonly note: string
    readonly input: Readonly<Record<string, unknown>>
    readonly openapiCore: {
      readonly query: { readonly value: Readonly<Record<string, string>> }
      readonly form: { readonly value: string }
    }
  }>
  readonly arrayStyles: ReadonlyArray<{
    readonly array: ReadonlyArray<unknown>
    readonly prefix: string
    readonly style: string
    readonly result: { readonly value: string }
  }>
  readonly endpointRules: ReadonlyArray<{
    readonly args: readonly [
      product: string,
      regionId: string | null,
      rule: string,
      network: string | null,
      suffix: string | null
    ]
    readonly result: { readonly value?: string; readonly error?: string }
  }>
}

export const flattening = read("openapi-core-flatten") as FlattenFile

export interface BehaviourRow {
  readonly group: string
  readonly id: string
  readonly quirk?: string
  readonly input: { readonly httpStatus: number; readonly body?: string }
  readonly expected: {
    readonly error: { readonly kind: string; readonly code: unknown; readonly requestId: string | null }
  }
}

export const behaviour = read("python-core-behaviour") as ReadonlyArray<BehaviourRow>
