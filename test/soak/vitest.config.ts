import { defineConfig } from "vitest/config"
import base from "../../vitest.config.js"

// Minutes of calls over sockets, one file at a time: `npm run test:soak`.
export default defineConfig({
  ...base,
  test: {
    include: ["test/soak/*.test.ts"],
    maxWorkers: 1,
    minWorkers: 1,
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 60_000
  }
})
