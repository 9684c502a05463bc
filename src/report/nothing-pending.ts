import { describeRevisions } from '../run/words.ts';

/** @param current The revisions that the database is at. */
export function renderNothingPending(database: string, current: readonly string[]): string {
  return `Nothing is pending: ${database} is at ${describeRevisions(current)}.`;
}
