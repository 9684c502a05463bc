/** What a snapshot shows of the life of its database: the last run recorded in it, and whether it has user data. */
import { countRowsUpTo } from '../checks/measure.ts';
import { DrydockError } from '../errors.ts';
import { withReader } from '../files/database-reader.ts';
import { lastRunOf, readApplied } from '../revisions/applied-tables.ts';
import { isToolsName } from '../schema/users-tables.ts';
import type { Snapshot } from './catalog.ts';
import { visibleProblem } from './problem.ts';

export interface Trace {
  /** The run id of the newest row of `drydock_history`; null if there is none. */
  readonly lastRun: string | null;
  readonly hasRows: boolean;
}

/**
 * Read from the manifest, or from the file if an earlier version wrote the manifest.
 * @returns undefined if the file cannot be read.
 */
export function traceOf({ path, manifest }: Snapshot): Trace | undefined {
  const { lastRun, rows } = manifest;
  if (lastRun !== undefined && rows !== undefined) return { lastRun, hasRows: rows > 0 };
  if (visibleProblem({ path, manifest }) !== undefined) return undefined;
  try {
    return withReader(path, (reader) => ({
      lastRun: lastRunOf(readApplied(reader).history),
      hasRows: hasUsersRows(countRowsUpTo(reader, 1), []),
    }));
  } catch (error) {
    if (error instanceof DrydockError) return undefined;
    throw error;
  }
}

/**
 * @param rows The number of rows of each table.
 * @param ignored As in {@link isToolsName}: for a file that is looked at now, in which a tool may have made its tables anew.
 *   None for what a database was: the rows of an ignored table are lost like any others.
 */
export function hasUsersRows(rows: Readonly<Record<string, number>>, ignored: readonly string[]): boolean {
  return Object.entries(rows).some(([table, count]) => count > 0 && !isToolsName(table, ignored));
}

export function sumOfUsersRows(rows: Readonly<Record<string, number>>): number {
  const ofUsers = Object.entries(rows).filter(([table]) => !isToolsName(table, []));
  return ofUsers.reduce((sum, [, count]) => sum + count, 0);
}
