import { describeRevisions } from '../format.ts';
import { visible } from '../visible.ts';

/** @param current The revisions that the database is at. */
export function renderNothingPending(database: string, current: readonly string[]): string {
  return visible(`Nothing is pending: ${database} is at ${describeRevisions(current)}.`);
}
