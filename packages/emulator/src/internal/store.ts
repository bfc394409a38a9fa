/**
 * What an emulator remembers: tables of plain values, in the order in which they were put there. They change only by
 * commits, and a journal can keep those.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** @internal one value put, or (without `value`) one removed. Values are what JSON can say */
export interface Change {
  readonly table: string
  readonly key: string
  readonly value?: unknown
}

/** @internal */
export type Commit = ReadonlyArray<Change>

/**
 * @internal where commits are kept: those of former times, and a way to add one. `append` adds when it is called; its effect
 * waits until that commit and all before it are safe.
 */
export interface Journal {
  readonly recovered: ReadonlyArray<Commit>
  readonly append: (commit: Commit) => Effect.Effect<void>
}

/** @internal */
export const noJournal: Journal = { recovered: [], append: () => Effect.void }

/** @internal */
export interface Store {
  readonly tables: Map<string, Map<string, unknown>>
  /**
   * All changes or none. They can be seen at once; when this ends they, and all that could be seen before, are kept. So an
   * answer that rests on what others did waits for a commit too, an empty one if need be.
   */
  readonly commit: (changes: Commit) => Effect.Effect<void>
  /**
   * Decides by what is there and changes it in one step, which no other fiber comes between. A decision that changes nothing,
   * or is a refusal, rests on what others did: it waits as well.
   */
  readonly update: <A, E>(decide: () => Either.Either<readonly [answer: A, changes: Commit], E>) => Effect.Effect<A, E>
}

/** @internal makes a change, in the tables themselves */
export const applyTo =
  (tables: Store["tables"]) =>
  ({ key, table, value }: Change): void => {
    const rows = tables.get(table) ?? new Map<string, unknown>()
    tables.set(table, rows)
    if (value === undefined) rows.delete(key)
    else rows.set(key, value)
  }

/** @internal */
export const make = (journal: Journal): Store => {
  const tables = new Map<string, Map<string, unknown>>()
  const apply = applyTo(tables)
  for (const commit of journal.recovered) commit.forEach(apply)
  return {
    tables,
    commit: (changes) =>
      Effect.suspend(() => {
        changes.forEach(apply)
        return journal.append(changes)
      }),
    update: (decide) =>
      Effect.suspend(() => {
        const decision = decide()
        if (Either.isLeft(decision)) return Effect.zipRight(journal.append([]), Effect.fail(decision.left))
        const [answer, changes] = decision.right
        changes.forEach(apply)
        return Effect.as(journal.append(changes), answer)
      })
  }
}

/** @internal the rows of one kind; `name` is theirs in the journal, and must stay what it is */
export interface Table<A> {
  readonly get: (store: Store, key: string) => A | undefined
  readonly values: (store: Store) => ReadonlyArray<A>
  readonly size: (store: Store) => number
  readonly put: (key: string, value: A) => Change
  readonly remove: (key: string) => Change
}

/** @internal */
export const table = <A>(name: string): Table<A> => {
  // rows come from `put` of the same table only, now or (by way of the journal) earlier
  const rows = (store: Store) => (store.tables.get(name) ?? none) as ReadonlyMap<string, A>
  return {
    get: (store, key) => rows(store).get(key),
    values: (store) => [...rows(store).values()],
    size: (store) => rows(store).size,
    put: (key, value) => ({ table: name, key, value }),
    remove: (key) => ({ table: name, key })
  }
}

const none: ReadonlyMap<string, unknown> = new Map()
