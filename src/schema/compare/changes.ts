import type { Schema } from '../normalised.ts';
import { compareSchemas } from './compare.ts';
import type { SchemaDifference } from './difference.ts';

/** What a run changed in a schema; each `sentence` says what happened. */
export function changesBetween(
  before: Schema,
  after: Schema,
): Pick<SchemaDifference, 'kind' | 'table' | 'name' | 'sentence'>[] {
  return compareSchemas(before, after).map(({ kind, table, name, change }) => ({
    kind,
    table,
    name,
    sentence: change,
  }));
}
