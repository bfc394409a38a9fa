// After `changeset version`: the release that core names in its user agent follows package.json.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { readJson, root } from "./lib.mjs"

const { version } = readJson("packages/core/package.json")
writeFileSync(
  join(root, "packages/core/src/internal/version.ts"),
  `/** @internal the release, as it stands in package.json; a test keeps the two equal */\nexport const version = "${version}"\n`
)
