// Writes the tables of hosts that packages/core/src/EndpointTable.ts offers from the facts in test/fixtures/facts (whose README
// says where those come from; they are of April 2026). The form is described in packages/core/src/internal/endpointTable.ts.
//   node scripts/endpoints.mjs          rewrites packages/core/src/internal/endpoints/*.ts
//   node scripts/endpoints.mjs --check  fails where they differ
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { exists, readJson, root } from "./lib.mjs"

const facts = "test/fixtures/facts"
const target = "packages/core/src/internal/endpoints"

/** products: name -> { code?, central?, aliases?, public: { host: regions }, vpc?: … } */
const write = (products) => {
  const uses = new Map()
  const hostsOf = ({ public: open, vpc }) => [open, vpc].flatMap((hosts) => Object.entries(hosts ?? {}))
  for (const [, regions] of Object.values(products).flatMap(hostsOf)) {
    for (const region of regions) uses.set(region, (uses.get(region) ?? 0) + 1)
  }
  // those that are used most come first: then most numbers are short
  const regions = [...uses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([region]) => region)
  if (regions.length > 52) throw new Error("more regions than a number has bits")
  const template = (product, host) =>
    host
      .replaceAll("{region}", "#")
      .replace(/\.#\.aliyuncs\.com$/, "@")
      .replace(/\.aliyuncs\.com$/, "%")
      .replace(product, "*")
  const pairs = (product, hosts) =>
    Object.entries(hosts).flatMap(([host, of]) => [
      template(product, host),
      of.reduce((set, region) => set + 2 ** regions.indexOf(region), 0).toString(36)
    ])
  const lines = Object.entries(products).flatMap(([product, { aliases, central, code, public: open, vpc }]) => [
    [
      product +
        (code === undefined ? "" : `:${code === product ? "" : code}`) +
        (central === undefined ? "" : `^${template(product, central)}`),
      ...pairs(product, open),
      ...(vpc === undefined ? [] : ["/", ...pairs(product, vpc)])
    ].join(" "),
    ...(aliases ?? []).map((alias) => `${alias}=${product}`)
  ])
  return [regions.join(" "), ...lines].join("\n")
}

const current = ({ products }) =>
  Object.fromEntries(
    Object.entries(products).map(([product, { global, locationServiceCode, public: open, vpc }]) => [
      product,
      { code: locationServiceCode, central: global, public: open, vpc }
    ])
  )

const seed = (products) =>
  Object.fromEntries(
    Object.entries(products).map(([product, { aliases, global, hosts }]) => [
      product,
      { central: global, aliases, public: hosts ?? {} }
    ])
  )

const tables = [
  ["current", "endpoints.json", current],
  ["seed", "python-core-endpoints.json", seed]
]

let wrong = 0
for (const [name, file, read] of tables) {
  const path = `${target}/${name}.ts`
  const text = [
    `/** Written by scripts/endpoints.mjs from ${facts}/${file}. */`,
    "",
    "/** @internal */",
    `export const ${name} = \`${write(read(readJson(`${facts}/${file}`)))}\``,
    ""
  ].join("\n")
  if (exists(path) && readFileSync(join(root, path), "utf8") === text) continue
  if (process.argv.includes("--check")) {
    wrong++
    console.error(`${path} differs from ${facts}/${file}`)
  } else {
    writeFileSync(join(root, path), text)
    console.log(`${path}: ${text.length} bytes written`)
  }
}
if (wrong > 0) {
  console.error("Run `node scripts/endpoints.mjs` to write them.")
  process.exit(1)
}
