// What is mutated, and the tests that judge its mutants: few and fast, for each mutant runs those that reach it.
import process from "node:process"

export const targets = {
  classification: {
    files: ["packages/protocol/src/Classification.ts"],
    tests: ["packages/protocol/test/Classification.test.ts"]
  },
  redactor: {
    files: ["packages/core/src/internal/redact.ts"],
    tests: ["packages/core/test/Redact.test.ts"]
  },
  backoff: {
    files: [
      "packages/core/src/RetryPolicy.ts",
      "packages/core/src/internal/{millis,policy,seedRetry,standardPolicy}.ts"
    ],
    tests: ["packages/core/test/RetryPolicy.test.ts"]
  }
}

/** set by scripts/soak.mjs */
export const target = targets[process.env.MUTANTS_OF ?? "classification"]
