/** The rows of python-core-behaviour.json, and those of them that are not followed. */
import vectors from "../../../../test/fixtures/vectors/python-core-behaviour.json" with { type: "json" }

export interface Failure {
  readonly kind: string
  readonly code?: unknown
  readonly message?: unknown
  readonly httpStatus?: number | null
  readonly requestId?: string | null
}

/** what most groups record */
export interface Outcome {
  readonly ok?: boolean
  readonly body?: string
  readonly error?: Failure
}

export interface Row<Input = unknown, Expected = Outcome> {
  readonly group: string
  readonly id: string
  readonly quirk?: string
  readonly input: Input
  readonly expected: Expected
}

export const rows = vectors as unknown as ReadonlyArray<Row>

/** rows that record no fault, and of which something else is done on purpose; docs/parity.md says what, and why */
export const differing: ReadonlyArray<string> = [
  "error/400/6",
  "error/404/6",
  "error/500/6",
  "error/400/16",
  "error/404/16",
  "error/500/16",
  "status/200/8",
  "status/200/0",
  "status/299/1",
  "url/443/https/http://e.com",
  "validation/region/''",
  "signer/env-half",
  "signer/rsa-899",
  "signer/rsa-3601",
  "ram-role-arn/refresh-after-2880s",
  "ram-role-arn/refresh-after-2881s",
  "ram-role-arn/refused",
  "ram-role-arn/network-error",
  "rsa/first-call-3600",
  "rsa/first-call-900",
  "rsa/refresh-3600-after-2880s",
  "rsa/refresh-3600-after-2881s",
  "rsa/refresh-900-after-720s",
  "rsa/refresh-900-after-721s",
  "rsa/refused-400-Other",
  "timeout/zero-is-unset",
  "max-retry-invalid/0",
  "max-retry-invalid/-1",
  "max-retry-invalid/'3'",
  "max-retry-invalid/2.5",
  "ecs/failed",
  "ecs/refresh-after-3240s",
  "transport/verify-false"
]

/** the rows of a group */
export const rowsOf = <Input, Expected = Outcome>(...groups: ReadonlyArray<string>) =>
  rows.filter(({ group }) => groups.includes(group)) as ReadonlyArray<Row<unknown, unknown>> as ReadonlyArray<
    Row<Input, Expected>
  >

export const named = <A extends { readonly id: string }>(table: ReadonlyArray<A>) =>
  table.map((row) => [row.id, row] as const)
