/** The page and what it loads. The package ships them as they are, beside `dist` and `src`. */
import * as Effect from "effect/Effect"
import * as HttpServerError from "@effect/platform/HttpServerError"
import { readFileSync } from "node:fs"

/** @internal */
export interface Asset {
  readonly type: string
  readonly text: string
}

const names = ["index.html", "page.css", "page.js", "compare.js", "faults.js", "lib.js", "mismatch.js"]

const types: Readonly<Record<string, string>> = { html: "text/html", css: "text/css", js: "text/javascript" }

// as far up from dist/internal/admin as from src/internal/admin
const folder = new URL("../../../assets/", import.meta.url)

/** @internal by path */
export const read: Effect.Effect<ReadonlyMap<string, Asset>, HttpServerError.ServeError> = Effect.try({
  try: () => new Map(names.map((name) => [name === "index.html" ? "/" : `/${name}`, readAsset(name)])),
  catch: (cause) => new HttpServerError.ServeError({ cause })
})

const readAsset = (name: string): Asset => ({
  type: `${types[name.slice(name.lastIndexOf(".") + 1)]}; charset=utf-8`,
  text: readFileSync(new URL(name, folder), "utf8")
})
