/** What is known of hosts: of the newest thousand that there is anything to say about. */

const most = 1024

/** @internal */
export interface ByHost<A> {
  readonly get: (host: string) => A | undefined
  readonly set: (host: string, value: A) => void
  readonly delete: (host: string) => void
}

/** @internal */
export const make = <A>(): ByHost<A> => {
  const known = new Map<string, A>()
  return {
    get: (host) => known.get(host),
    set: (host, value) => {
      if (!known.has(host) && known.size >= most) {
        const [oldest] = known.keys()
        if (oldest !== undefined) known.delete(oldest)
      }
      known.set(host, value)
    },
    delete: (host) => void known.delete(host)
  }
}
