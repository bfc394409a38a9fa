/** What calls leave in memory. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const gc = runInNewContext("gc") as () => void

/** the size of the heap when all that can go has gone */
export const settled = async (): Promise<number> => {
  for (let i = 0; i < 3; i++) {
    // finalizers run between turns
    await new Promise((resolve) => setTimeout(resolve, 20))
    gc()
  }
  return process.memoryUsage().heapUsed
}

/**
 * How many bytes a call leaves, in the best of some rounds after a short one to warm up: what leaks does so in each, what is
 * compiled or cached on the way does not.
 */
export const slope = async (run: (calls: number) => Promise<void>, calls: number, rounds: number): Promise<number> => {
  await run(Math.ceil(calls / 5))
  let least = Infinity
  for (let round = 0; round < rounds; round++) {
    const before = await settled()
    await run(calls)
    least = Math.min(least, ((await settled()) - before) / calls)
  }
  return least
}
