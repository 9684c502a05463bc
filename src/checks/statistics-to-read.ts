import type { Statistic } from '../config/statistic.ts';
import type { QueryPort } from '../files/query-port.ts';
import { type Instruction, readsOf } from './program.ts';
import { keyOf, type Written } from './written.ts';

type WrittenTables = Extract<Written, { kind: 'tables' }>;

/** Leaves out the statistics that read only tables that were not written. */
export function statisticsToRead(
  port: QueryPort,
  statistics: readonly Statistic[],
  { tables, views }: WrittenTables,
): readonly Statistic[] {
  // A program does not show which views it came from.
  if (statistics.length === 0 || views.length > 0) return statistics;
  const keys = new Set(tables.map(keyOf));
  const roots = [...port.iterate('SELECT rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0')];
  const unwritten = new Set(roots.filter(([, table]) => !keys.has(keyOf(String(table)))).map(([root]) => Number(root)));
  return statistics.filter(({ sql }) => {
    const reads = rootsReadBy(port, sql);
    return reads === undefined || ![...reads].every((root) => unwritten.has(root));
  });
}

/** Undefined if it is not known. */
function rootsReadBy(port: QueryPort, sql: string): ReadonlySet<number> | undefined {
  try {
    const program = [...port.iterate(`EXPLAIN ${sql}`)];
    const numbered = program.map(([at, opcode, p1, p2, p3, ...rest]) => [
      at,
      opcode,
      ...[p1, p2, p3].map(Number),
      ...rest,
    ]);
    return readsOf(numbered as unknown as Instruction[]);
  } catch {
    // What is wrong with the query is found, and told, when it is read.
    return undefined;
  }
}
