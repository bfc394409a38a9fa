import { defineConfig } from "vitest/config"

// Each file faults and mends a copy of the repository of its own; two at a time keep two cores busy.
export default defineConfig({
  test: {
    include: ["test/house/**/*.test.ts"],
    maxWorkers: 2,
    minWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 180_000
  }
})
