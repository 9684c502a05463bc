import type { RowCondition } from '../operations/sql-port.ts';

/**
 * Statements that fail, with the message as SQLite's error, if a condition does not hold. Outside a trigger SQLite has no
 * way to raise an error, but it reports the name of a constraint that fails.
 * @param name The name of a temporary table, one per guard.
 */
export function guard(name: string, { holds, problem }: RowCondition): string[] {
  return [
    `CREATE TEMP TABLE ${name} (holds INTEGER CONSTRAINT "${problem.replaceAll('"', "'")}" CHECK (holds))`,
    // A CHECK passes on NULL.
    `INSERT INTO temp.${name} SELECT coalesce((${holds}), 0)`,
  ];
}
