/** Random calls by `@alicloud/openapi-core` and by us: the same on the wire, the same signature. */
import { describe, it } from "@effect/vitest"
import { check, run } from "./support/differential.js"
import * as Peers from "./support/Peers.js"

describe("@alicloud/openapi-core", { timeout: 120_000 }, () => {
  it("J07: RPC", async () => check(await run("openapi-core RPC", Peers.openapi)))
  it("J07: ROA", async () => check(await run("openapi-core ROA", Peers.openapi)))
})
