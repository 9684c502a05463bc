/** A promise that was broken, in a sentence. */
export class Broken extends Error {}

export function must(condition: boolean, broken: string): asserts condition {
  if (!condition) throw new Broken(broken);
}
