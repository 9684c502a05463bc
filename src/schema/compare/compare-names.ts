import { foldName } from '../names.ts';

export interface Pair<T> {
  readonly from: T | undefined;
  readonly to: T | undefined;
}

/** Pairs items of two lists that have the same name for SQLite, sorted by name. */
export function pairByName<T extends { readonly name: string }>(from: readonly T[], to: readonly T[]): Pair<T>[] {
  const [old, wanted] = [byName(from), byName(to)];
  return [...new Set([...old.keys(), ...wanted.keys()])]
    .sort()
    .map((name) => ({ from: old.get(name), to: wanted.get(name) }));
}

/**
 * Pairs items of two lists that may have no name: equal ones first, then by each of the likenesses in turn, each item once.
 * Items without a partner stay single.
 * @param likenesses Each returns a key that similar items share, or undefined if an item has none. The first means equality.
 */
export function pairByLikeness<T>(
  from: readonly T[],
  to: readonly T[],
  likenesses: readonly ((thing: T) => string | undefined)[],
): Pair<T>[] {
  const [left, right] = [new Set(from), new Set(to)];
  const pairs: Pair<T>[] = [];
  for (const likeness of likenesses) {
    for (const thing of [...left]) {
      const key = likeness(thing);
      const like = key === undefined ? undefined : [...right].find((other) => likeness(other) === key);
      if (like === undefined) continue;
      left.delete(thing);
      right.delete(like);
      pairs.push({ from: thing, to: like });
    }
  }
  return [
    ...pairs,
    ...[...left].map((thing) => ({ from: thing, to: undefined })),
    ...[...right].map((thing) => ({ from: undefined, to: thing })),
  ];
}

function byName<T extends { readonly name: string }>(things: readonly T[]): Map<string, T> {
  return new Map(things.map((thing) => [foldName(thing.name), thing]));
}
