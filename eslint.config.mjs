// House style where a compiler cannot see it. Formatting is prettier's.
import tseslint from "typescript-eslint"

const src = (...names) => names.map((name) => `packages/${name}/src/**/*.ts`)
const all = src("*")

const barrels = ["effect", "@effect/platform"].map((name) => ({
  name,
  message: `Import a module ("${name}/Module"): the barrel costs two to three times as much at start.`
}))

const ambient = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: "Time comes from Effect's Clock, or as an argument."
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: "Time comes from Effect's Clock, or as an argument."
  },
  {
    selector: "CallExpression[callee.name='Date']",
    message: "Time comes from Effect's Clock, or as an argument."
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: "Randomness comes from Effect's Random or the Nonce reference."
  }
]

const throws = [
  { selector: "ThrowStatement", message: "Failures are values: an Effect that fails, an Either or an Option." }
]
const asyncs = [{ selector: ":function[async=true]", message: "Asynchrony is an Effect, not an async function." }]

// The DOM lib and @types/node name more than every runtime has.
const notEverywhere = [
  "process",
  "Buffer",
  "global",
  "require",
  "window",
  "document",
  "localStorage",
  "console",
  "setImmediate"
]

const inPage = ["document", "EventSource", "fetch", "requestAnimationFrame", "setInterval", "setTimeout"]

const markup = [
  {
    selector:
      "MemberExpression[property.name=/^(inner|outer)HTML$|^insertAdjacentHTML$|^setHTML|^write(ln)?$|^srcdoc$/]",
    message: "What a page shows is put in as text, never as HTML."
  }
]

/** Inside a generator, `try` would swallow what `yield*` raises; a plain function within one may use it. */
const house = {
  rules: {
    "no-try-in-generator": {
      meta: { type: "problem", schema: [], messages: { found: "No try/catch inside a generator: catch with Effect." } },
      create: (context) => ({
        TryStatement(node) {
          let scope = node.parent
          while (scope && !/Function/.test(scope.type)) scope = scope.parent
          if (scope?.generator) context.report({ node, messageId: "found" })
        }
      })
    }
  }
}

export default tseslint.config(
  { ignores: ["**/dist/", "**/coverage/", ".cache/", "**/fixtures/", "test/oracles/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  { files: ["**/*.ts"], extends: [tseslint.configs.recommended] },
  {
    files: ["**/*.ts"],
    plugins: { house },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "object-shorthand": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Effect's own idioms: a namespace of types beside a module, marker interfaces, dual functions that count `arguments`.
      "prefer-rest-params": "off",
      "@typescript-eslint/no-namespace": "off",
      "@typescript-eslint/no-empty-object-type": "off"
    }
  },
  {
    files: all,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-imports": ["error", { paths: barrels }],
      "no-restricted-syntax": ["error", ...throws, ...asyncs],
      "house/no-try-in-generator": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      // The few rules that need types: each catches what neither compiler nor test would.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }]
    }
  },
  {
    files: src("protocol", "core"),
    rules: {
      "no-restricted-syntax": ["error", ...throws, ...asyncs, ...ambient],
      "no-restricted-globals": ["error", ...notEverywhere]
    }
  },
  {
    // The emulator's portable half.
    files: src("emulator"),
    ignores: ["packages/emulator/src/{NodeEmulator*,bin*}", "packages/emulator/src/{bin,internal/{admin,node}}*/**"],
    rules: { "no-restricted-globals": ["error", ...notEverywhere] }
  },
  {
    // The page of the emulator's admin port, in a browser. What it shows comes from strangers.
    files: ["packages/emulator/assets/*.js"],
    languageOptions: { globals: Object.fromEntries(inPage.map((name) => [name, "readonly"])) },
    rules: {
      eqeqeq: "error",
      "no-undef": "error",
      "no-unused-vars": "error",
      "prefer-const": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-syntax": ["error", ...markup]
    }
  },
  {
    files: ["**/test/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off", "@typescript-eslint/no-explicit-any": "off" }
  },
  {
    // In type tests a value exists for the sake of its type.
    files: ["**/*.test-d.ts"],
    rules: { "@typescript-eslint/no-unused-vars": "off" }
  }
)
