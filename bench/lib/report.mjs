// One form for all figures: a table on the screen, bench/results/<area>.json, and with --assert exit code 1 when a row is missed.
import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, loadavg } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const here = dirname(fileURLToPath(import.meta.url))

export const options = () =>
  parseArgs({ options: { assert: { type: "boolean", default: false }, quick: { type: "boolean", default: false } } })
    .values

const holds = { ">": (a, b) => a > b, ">=": (a, b) => a >= b, "<": (a, b) => a < b, "<=": (a, b) => a <= b }

/** what is small may be a share */
const shown = (value) => (Math.abs(value) < 10 ? Number(value.toFixed(4)) : Math.round(value))

/**
 * A row: `{ figure, unit, ours, peers: { name: number }, ratios: { name: number }, target?: { op, value, of } }`. `of` names the
 * peer whose ratio the target is about; without it the target is about `ours` itself.
 */
export const report = (area, rows, { assert }) => {
  const judged = rows.map((row) => {
    const { target } = row
    const value = target?.of === undefined ? row.ours : row.ratios[target.of]
    return { ...row, met: target === undefined ? true : holds[target.op](value, target.value) }
  })
  console.table(
    judged.flatMap(({ figure, met, ours, peers, ratios, target, unit }) => [
      {
        figure,
        contestant: "ours",
        measured: shown(ours),
        unit,
        ...(target !== undefined && target.of === undefined ? { target: `${target.op} ${target.value}`, met } : {})
      },
      ...Object.keys(peers).map((name) => ({
        figure: "",
        contestant: name,
        measured: shown(peers[name]),
        unit,
        ...(Number.isFinite(ratios[name]) ? { "ours / peer": Number(ratios[name].toFixed(2)) } : {}),
        ...(target?.of === name ? { target: `${target.op} ${target.value}`, met } : {})
      }))
    ])
  )
  mkdirSync(join(here, "../results"), { recursive: true })
  const file = join(here, `../results/${area}.json`)
  const cpu = cpus()[0]?.model ?? "unknown"
  writeFileSync(
    file,
    `${JSON.stringify({ area, node: process.version, cpu, load: loadavg(), rows: judged }, null, 2)}\n`
  )
  const missed = judged.filter(({ met }) => !met)
  for (const { figure, target } of missed) {
    console.log(`missed: ${figure}: ${target.op} ${target.value}${target.of === undefined ? "" : ` x ${target.of}`}`)
  }
  console.log(`written to bench/results/${area}.json; load ${loadavg()[0].toFixed(1)}`)
  if (assert && missed.length > 0) process.exitCode = 1
}
