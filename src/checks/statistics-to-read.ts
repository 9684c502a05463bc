import type { Statistic } from '../config/statistic.ts';
import type { QueryPort } from '../files/query-port.ts';
import { foldName } from '../schema/names.ts';
import { type Instruction, readsOf } from './program.ts';
import { tablesByRoot } from './root-pages.ts';
import type { Written } from './written.ts';

type WrittenTables = Extract<Written, { kind: 'tables' }>;

/** Leaves out the statistics that read only tables that were not written. */
export function statisticsToRead(
  port: QueryPort,
  statistics: readonly Statistic[],
  { tables, views }: WrittenTables,
): readonly Statistic[] {
  // A program does not show which views it came from.
  if (statistics.length === 0 || views.length > 0) return statistics;
  const keys = new Set(tables.map(foldName));
  const tableOf = tablesByRoot(port);
  const isUnwritten = (root: number) => {
    const table = tableOf.get(root);
    return table !== undefined && !keys.has(foldName(table));
  };
  return statistics.filter(({ sql }) => {
    const reads = rootsReadBy(port, sql);
    return reads === undefined || ![...reads].every(isUnwritten);
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
