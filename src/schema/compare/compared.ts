import type { Schema } from '../normalised.ts';
import { compareSchemas } from './compare.ts';
import { isMild, type SchemaDifference } from './difference.ts';

/** A difference without its two sides, for reports. */
export type NamedDifference = Pick<SchemaDifference, 'kind' | 'table' | 'name' | 'sentence'>;

export interface Compared {
  readonly differences: readonly NamedDifference[];
  /** Order and spelling, which no statement that names its columns notices. */
  readonly mild: readonly NamedDifference[];
}

/** @param from What is there. @param to What should be. */
export function compared(from: Schema, to: Schema): Compared {
  const all = compareSchemas(from, to);
  return {
    differences: all.filter((difference) => !isMild(difference)).map(named),
    mild: all.filter(isMild).map(named),
  };
}

function named({ kind, table, name, sentence }: SchemaDifference): NamedDifference {
  return { kind, table, name, sentence };
}
