/** What only Node knows of the machine: where a name leads, and one client of the metadata service for all who ask. */
import type * as Credentials from "@effect-aliyun/core/Credentials"
import * as EcsRamRole from "@effect-aliyun/core/EcsRamRole"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import { lookup } from "node:dns/promises"

/**
 * - `allowV1`: whether to ask the metadata service without a token where it gives none; `false` unless told
 * - `endpoint`: of the metadata service
 */
export interface Options {
  readonly allowV1?: boolean | undefined
  readonly endpoint?: string | undefined
}

export interface Machine {
  readonly ecsRamRole: (role: {
    readonly roleName: string | undefined
    readonly isV1Disabled: boolean
  }) => Credentials.Provider<HttpClient.HttpClient>
}

/** A provider of the metadata service remembers its token and what it has found out, so it is made once for each role. */
export const make = ({ allowV1 = false, endpoint }: Options = {}): Machine => {
  const made = new Map<string, Credentials.Provider<HttpClient.HttpClient>>()
  return {
    ecsRamRole: ({ isV1Disabled, roleName }) => {
      const isV1Allowed = allowV1 && !isV1Disabled
      const key = `${isV1Allowed} ${roleName ?? ""}`
      const provider = made.get(key) ?? EcsRamRole.provider({ roleName, allowV1: isV1Allowed, endpoint })
      made.set(key, provider)
      return provider
    }
  }
}

/** the addresses of a host, none when it has none */
export const resolveHost = (host: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.tryPromise(() => lookup(host, { all: true })).pipe(
    Effect.map((found) => found.map(({ address }) => address)),
    Effect.orElseSucceed(() => [])
  )
