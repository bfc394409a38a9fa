/** How a title stands for rows of the matrix: it begins with their ids, `R09: …` or `C01, C02: …`. */
import { readdirSync, readFileSync } from "node:fs"

const id = String.raw`[RITNBKCMSFJPLX]\d\d`
const ids = (wanted: ReadonlyArray<string>) =>
  wanted.length === 0 ? `${id}(?:, ${id})*` : `(?:${id}, )*(?:${wanted.join("|")})(?:, ${id})*`

/** @returns the rows that a title stands for */
export const rowsOf = (title: string): ReadonlyArray<string> =>
  new RegExp(`^(${ids([])}): `).exec(title)?.[1]?.split(", ") ?? []

/** what the full name of a test has in it, its suites' titles in front, if it or a suite stands for one of these rows, or for any */
export const namePattern = (wanted: ReadonlyArray<string>): RegExp => new RegExp(String.raw`(?:^|\s)${ids(wanted)}: `)

/** the files below these folders that hold a title of one of these rows, or of any; others need not be imported */
export const filesWithRows = (
  root: string,
  folders: ReadonlyArray<string>,
  wanted: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const title = new RegExp(`["'\`]${ids(wanted)}: `)
  return folders.flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter((file) => file.endsWith(".test.ts") && !file.includes("/node_modules/"))
      .filter((file) => title.test(readFileSync(`${root}/${file}`, "utf8")))
  )
}
