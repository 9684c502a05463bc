/** Decisions drawn from a list of numbers. fast-check shrinks the list, and 0 always picks the first, plainest thing. */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 up to `below`, which it never is. */
  number(below: number): number {
    const drawn = this.#numbers[this.#at] ?? 0;
    this.#at += 1;
    return drawn % below;
  }

  pick<T>(things: readonly [T, ...T[]] | readonly T[]): T {
    const thing = things[this.number(things.length)];
    if (thing === undefined) throw new Error('nothing to pick from');
    return thing;
  }

  /** True once in so many draws, and never when the numbers have run out. */
  oneIn(draws: number): boolean {
    return this.number(draws) === draws - 1;
  }

  /** A list of up to `most` things. */
  list<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.number(most + 1) }, (_, index) => make(index));
  }
}
