/** @internal what is given, over what was; what is given as `undefined` is not given */
export const over = <A extends object>(current: A, given: Partial<A> | undefined): A =>
  given === undefined
    ? current
    : { ...current, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
