/** The time of day in China, which has one zone and no summer time: some products write nothing else. */

const offset = 8 * 60 * 60 * 1000

/** @internal of milliseconds since the epoch: `2024-01-15` and `10:00:00` */
export const chinaTime = (millis: number): { readonly date: string; readonly time: string } => {
  const text = new Date(millis + offset).toISOString()
  return { date: text.slice(0, 10), time: text.slice(11, 19) }
}
