/** What can be set about an emulator, with everything filled in. */
import type { Key } from "../Key.js"

/** @internal */
export interface Settings {
  readonly keys: ReadonlyArray<Key>
  /** how long an instance takes from one state to the next, in milliseconds */
  readonly transition: number
  /** whether an unknown operation is answered with what arrived, in place of an error */
  readonly echo: boolean
  /** how many calls each key may make within `per` milliseconds */
  readonly rateLimit: { readonly calls: number; readonly per: number } | undefined
  readonly metadata: {
    /** the RAM role of the machine; `undefined` where it has none */
    readonly roleName: string | undefined
    /** whether the metadata service answers without a token */
    readonly isOpen: boolean
  }
}
