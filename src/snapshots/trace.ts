/** What a snapshot tells of the life of its database: which run came last in it, and whether there was anything in it. */
import { countRowsUpTo } from '../checks/measure.ts';
import { DrydockError } from '../errors.ts';
import { withReader } from '../files/database-reader.ts';
import { lastRunOf, readApplied } from '../revisions/applied-tables.ts';
import { isToolsName } from '../schema/users-tables.ts';
import type { Snapshot } from './catalog.ts';
import { visibleProblem } from './problem.ts';

export interface Trace {
  /** Of the newest row of `drydock_history`; null where there is none. */
  readonly lastRun: string | null;
  readonly hasRows: boolean;
}

/**
 * From the manifest, or from the file itself where an earlier version wrote the manifest.
 * @returns undefined where the file cannot be read: what it tells is then not known.
 */
export function traceOf({ path, manifest }: Snapshot, ignored: readonly string[]): Trace | undefined {
  const { lastRun, rows } = manifest;
  if (lastRun !== undefined && rows !== undefined) return { lastRun, hasRows: rows > 0 };
  if (visibleProblem({ path, manifest }) !== undefined) return undefined;
  try {
    return withReader(path, (reader) => ({
      lastRun: lastRunOf(readApplied(reader).history),
      hasRows: hasUsersRows(countRowsUpTo(reader, 1), ignored),
    }));
  } catch (error) {
    if (error instanceof DrydockError) return undefined;
    throw error;
  }
}

/** @param rows Of each table. @param ignored As in {@link isToolsName}. */
export function hasUsersRows(rows: Readonly<Record<string, number>>, ignored: readonly string[]): boolean {
  return sumOfUsersRows(rows, ignored) > 0;
}

export function sumOfUsersRows(rows: Readonly<Record<string, number>>, ignored: readonly string[]): number {
  const ofUsers = Object.entries(rows).filter(([table]) => !isToolsName(table, ignored));
  return ofUsers.reduce((sum, [, count]) => sum + count, 0);
}
