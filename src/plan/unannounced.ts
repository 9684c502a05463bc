import { expectationText } from '../revisions/expectation-text.ts';
import type { Step } from '../revisions/revision.ts';
import { foldName } from '../schema/names.ts';
import type { Loss } from './loss.ts';

/** A dropped table with rows that its revision does not announce: the check of rows would fail the run. */
export interface Unannounced {
  readonly revision: string;
  readonly table: string;
  readonly rows: number;
  /** What to add to the revision if it is intended. */
  readonly announcement: string;
}

/**
 * @param live Whether a table is in the database now: an announcement may use the name that an earlier step gave.
 * @param counted Whether the check of rows counts a table: it leaves out a full-text index of another table.
 */
export function unannounced(
  losses: readonly Loss[],
  steps: readonly Step[],
  live: (table: string) => boolean,
  counted: (table: string) => boolean,
): Unannounced[] {
  return losses.flatMap(({ revision: id, table, column, rows }) => {
    const step = steps.find(({ revision }) => revision.id === id);
    if (column !== null || step === undefined || !counted(table)) return [];
    const { revision, direction } = step;
    const isAnnounced = revision.expect[direction].some(
      (one) => 'rows' in one && one.rows === 'dropped' && (foldName(one.table) === foldName(table) || !live(one.table)),
    );
    if (isAnnounced) return [];
    const announcement = expectationText({ table, rows: 'dropped' }, revision.body.kind, direction);
    return [{ revision: id, table, rows, announcement }];
  });
}
