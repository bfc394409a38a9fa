// Measures contestants round by round, in a new order each time, so that what else the machine does hits all of them alike.
import process from "node:process"
import { Bench } from "tinybench"

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const shuffled = (items) => {
  const rest = [...items]
  for (let i = rest.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[rest[i], rest[j]] = [rest[j], rest[i]]
  }
  return rest
}

/** CPU time of this process: what others take of the machine does not count */
const cpuMillis = () => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

/** operations a CPU second of `run`, which does `batch` of them at a time */
const once = async (name, { batch, run }, millis) => {
  const bench = new Bench({ time: millis, iterations: 1, warmup: false, throws: true, now: cpuMillis })
  bench.add(name, run)
  const [task] = await bench.run()
  return (batch * 1000) / task.result.latency.mean
}

/**
 * - `contestants`: name -> `{ batch, run }`; `run` does `batch` operations, or promises to
 * - yields per name the median of operations a CPU second, and `ratio(a, b)`: the median over rounds of a's by b's
 */
export const race = async (contestants, { millis, rounds }) => {
  const names = Object.keys(contestants)
  const seen = Object.fromEntries(names.map((name) => [name, []]))
  for (const name of names) for (let i = 0; i < 3; i++) await once(name, contestants[name], millis)
  for (let round = 0; round < rounds; round++) {
    for (const name of shuffled(names)) seen[name].push(await once(name, contestants[name], millis))
  }
  return {
    medians: Object.fromEntries(names.map((name) => [name, median(seen[name])])),
    ratio: (self, that) => median(seen[self].map((value, round) => value / seen[that][round]))
  }
}
