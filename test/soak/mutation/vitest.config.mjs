import { defineConfig } from "vitest/config"
import base from "../../../vitest.config.js"
import { target } from "./targets.mjs"

export default defineConfig({ ...base, test: { include: target.tests, testTimeout: 30_000 } })
