import type { RowCondition } from '../operations/sql-port.ts';

/**
 * Statements that fail, with the sentence as SQLite's error, where a condition does not hold: outside a trigger SQLite has
 * no way to raise an error, but it says the name of a constraint that fails.
 * @param name Of a temporary table, one for each guard.
 */
export function guard(name: string, { holds, problem }: RowCondition): string[] {
  return [
    `CREATE TEMP TABLE ${name} (holds INTEGER CONSTRAINT "${problem.replaceAll('"', "'")}" CHECK (holds))`,
    // A CHECK lets NULL pass.
    `INSERT INTO temp.${name} SELECT coalesce((${holds}), 0)`,
  ];
}
