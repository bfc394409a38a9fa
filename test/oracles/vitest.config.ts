import { defineConfig } from "vitest/config"
import base from "../../vitest.config.js"

// Clients that have to be installed first: scripts/foreign.mjs does that, and runs this.
export default defineConfig({
  resolve: base.resolve ?? {},
  test: {
    include: ["test/oracles/*.test.ts"],
    // the first run compiles for Go, and all of its library where that is new; libcloud waits three seconds between looks
    testTimeout: 300_000
  }
})
