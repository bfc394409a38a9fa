import { defineConfig } from "vitest/config"
import base from "../../vitest.config.js"

// The page of the admin port, in a browser: `npm run test:browser`; it needs Debian's chromium.
export default defineConfig({
  ...base,
  test: {
    include: ["test/browser/*.test.ts"],
    // the first page of a browser takes seconds on a machine that has other things to do
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
