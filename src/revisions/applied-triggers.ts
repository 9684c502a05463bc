/**
 * Triggers that other software put on the tables of Drydock and Alembic. A run writes to these tables, so the triggers are
 * part of the run: what they do is written before the checks, and a row that they suppress is noticed before the commit.
 */
import { isDeepStrictEqual } from 'node:util';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import {
  type Applied,
  type AppliedPort,
  describeTriggers,
  historyTable,
  readApplied,
  versionTable,
  writeApplied,
} from './applied-tables.ts';

/** Their names, sorted. SQLite decides by the text of the trigger; a trigger that only mentions a table does no harm. */
export function triggersOnApplied(port: AppliedPort): string[] {
  const rows = port.all(
    `SELECT name FROM sqlite_schema WHERE type = 'trigger' AND (sql LIKE ? OR sql LIKE ?) ORDER BY name`,
    `%${versionTable}%`,
    `%${historyTable}%`,
  ) as { name: string }[];
  return rows.map(({ name }) => name);
}

/**
 * {@link writeApplied}, followed by a check that these triggers did not interfere.
 * @throws {DrydockError} CHECK_FAILED if the tables do not hold what was written.
 */
export function writeBeside(
  port: AppliedPort,
  record: Parameters<typeof writeApplied>[1],
  triggers: readonly string[],
): void {
  if (triggers.length === 0) {
    writeApplied(port, record);
    return;
  }
  const before = readApplied(port);
  beside(triggers, () => writeApplied(port, record));
  if (!holds(port, before, record)) throw meddling(triggers, 'changed what the run wrote there');
}

/**
 * A write after the checks, which must change the given rows and nothing else.
 * @param rows How many rows it must change.
 * @throws {DrydockError} CHECK_FAILED if a trigger did more, or something else; the caller rolls back.
 */
export function writeAlone(port: AppliedPort, rows: number, write: () => void): void {
  const triggers = triggersOnApplied(port);
  const before = countChanges(port).total;
  beside(triggers, write);
  const { last, total } = countChanges(port);
  // Both are needed: a trigger may change another row and then ignore ours.
  if (last !== rows || total - before !== rows) throw meddling(triggers, 'changed other rows than the one of the run');
}

function countChanges(port: AppliedPort): { readonly last: number; readonly total: number } {
  const [row] = port.all('SELECT changes() AS last, total_changes() AS total');
  return row as { last: number; total: number };
}

function holds(port: AppliedPort, before: Applied, record: Parameters<typeof writeApplied>[1]): boolean {
  try {
    const { current, history } = readApplied(port);
    const added = history.slice(before.history.length).map(({ id: _, ...row }) => row);
    return (
      isDeepStrictEqual(current, [...record.current].sort()) &&
      isDeepStrictEqual(history.slice(0, before.history.length), before.history) &&
      isDeepStrictEqual(added, record.rows)
    );
  } catch (error) {
    // The tables hold rows that neither Drydock nor Alembic writes.
    if (error instanceof DrydockError) return false;
    throw error;
  }
}

function beside(triggers: readonly string[], write: () => void): void {
  try {
    write();
  } catch (error) {
    if (triggers.length === 0 || !/^SQLITE_(ERROR|CONSTRAINT)/.test(codeOf(error))) throw error;
    throw meddling(triggers, `kept the run from writing there (${messageOf(error)})`, error);
  }
}

function meddling(triggers: readonly string[], did: string, cause?: unknown): DrydockError {
  return new DrydockError('CHECK_FAILED', {
    what: `On ${versionTable} or ${historyTable}, the tables in which a run is recorded, ${describeTriggers(triggers)} ${did}`,
    next: 'Drop those triggers, or fix the revision that creates them, and run again',
    cause,
  });
}
