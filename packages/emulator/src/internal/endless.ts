/** What a body that never ends consists of. */

const least = 64 * 1024

/** @internal an answer again and again, so often that sending it is not all overhead */
export const chunkOf = (body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const unit = body.length === 0 ? Uint8Array.of(0x20) : body
  const times = Math.ceil(least / unit.length)
  const chunk = new Uint8Array(unit.length * times)
  for (let i = 0; i < times; i++) chunk.set(unit, i * unit.length)
  return chunk
}
