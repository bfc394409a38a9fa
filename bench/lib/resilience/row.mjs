// A row of bench/lib/report.mjs whose target is about ours.
/** `[op, value]` is the target; `peers`: name -> number */
export const row = (figure, unit, ours, peers, [op, value]) => ({
  figure,
  unit,
  ours,
  peers,
  ratios: Object.fromEntries(
    Object.entries(peers)
      .filter(([, theirs]) => theirs > 0)
      .map(([name, theirs]) => [name, ours / theirs])
  ),
  target: { op, value }
})

/** one figure of what was measured of each contestant */
export const pick = (measured, key) =>
  Object.fromEntries(Object.entries(measured).map(([name, figures]) => [name, figures[key]]))

/** what `measure` yields of each contestant, one after the other */
export const each = async (contestants, measure) => {
  const measured = {}
  for (const [name, contestant] of Object.entries(contestants)) measured[name] = await measure(contestant, name)
  return measured
}

/** `work(index)` for so many, so many at a time; no failure ends it */
export const pooled = async (count, concurrency, work) => {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
