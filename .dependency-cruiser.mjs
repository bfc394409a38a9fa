// The arrows between packages: protocol <- core <- { platform-node, emulator }. `scripts/check.mjs deps` runs this and
// also fails when fewer modules were cruised than there are sources (what happens without a TypeScript 6 in reach).

const inPackage = (name) => `^packages/${name}/`
const built = (name) => `^packages/${name}/(src|dist)/`
const npm = (name) => `(^|/)node_modules/${name}/`

/** Modules of `name` reach only the given paths. */
const only = (name, comment, ...allowed) => ({
  name: `${name}-imports`,
  comment,
  severity: "error",
  from: { path: built(name) },
  to: { pathNot: [built(name), ...allowed] }
})

const effect = [npm("effect"), npm("@effect/platform")]
const underTest = ["^test/", "^packages/[^/]+/test/"]
const nodeOnlyEmulator = "^packages/emulator/src/(NodeEmulator|bin|internal/(admin|node))"

export default {
  forbidden: [
    only("protocol", "protocol is pure: it imports nothing outside itself"),
    only(
      "core",
      "core runs everywhere: no node: module",
      built("protocol"),
      ...effect,
      npm("@noble/hashes"),
      npm("fast-xml-parser")
    ),
    only(
      "platform-node",
      "platform-node is core, undici, an ini parser and Node",
      built("protocol"),
      built("core"),
      ...effect,
      npm("undici"),
      npm("ini"),
      "^(node:)?[a-z_/]+$"
    ),
    only(
      "emulator",
      "emulator is core, platform-node and Node",
      built("protocol"),
      built("core"),
      built("platform-node"),
      ...effect,
      "^(node:)?[a-z_/]+$"
    ),
    {
      name: "xml-parser-in-one-place",
      comment: "fast-xml-parser weighs: only the Xml entry may bring it",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/core/src/(Xml|internal/xml)" },
      to: { path: npm("fast-xml-parser") }
    },
    {
      name: "emulator-portable",
      comment: "the in-memory emulator runs everywhere: nothing of Node, nor the modules that need it",
      severity: "error",
      from: { path: "^packages/emulator/src/", pathNot: nodeOnlyEmulator },
      to: { path: [nodeOnlyEmulator, inPackage("platform-node"), "^node:"] }
    },
    {
      name: "emulator-portable-core",
      comment: "as emulator-portable, for Node's modules under any spelling",
      severity: "error",
      from: { path: "^packages/emulator/src/", pathNot: nodeOnlyEmulator },
      to: { dependencyTypes: ["core"] }
    },
    {
      name: "internal-stays-inside",
      comment: "internal/ is no package's business but its own",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/[^/]+/(src|dist)/internal/", pathNot: "^packages/$1/" }
    },
    {
      name: "internal-is-not-public",
      comment: "internal/ is for its own package alone",
      severity: "error",
      from: { pathNot: "^packages/" },
      to: { path: "^packages/[^/]+/(src|dist)/internal/" }
    },
    {
      name: "tests-are-leaves",
      comment: "only tests import what lies under test/",
      severity: "error",
      from: { pathNot: underTest },
      to: { path: underTest }
    },
    {
      name: "no-cycles",
      comment: "no module reaches itself at run time; internal/ may take types from the module it serves",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }
    },
    {
      name: "resolvable",
      comment: "every import leads somewhere",
      severity: "error",
      from: {},
      to: { couldNotResolve: true }
    }
  ],
  options: {
    tsConfig: { fileName: "tsconfig.base.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: ["(^|/)node_modules/", "^packages/[^/]+/dist/"] },
    exclude: { path: ["/fixtures/"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".d.ts", ".js", ".mjs"]
    }
  }
}
