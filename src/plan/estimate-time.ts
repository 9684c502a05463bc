/** How long a run may take, estimated from sizes alone. docs/plan.md says how reliable that is. */
import type { Work } from './previewed.ts';

const gibibyte = 1024 ** 3;

/** Seconds per GiB of the database: the snapshot with its hash, its check, and the check before the commit. */
const secondsOfChecks = { snapshot: 4, inspect: 20, check: 20 };

/** Seconds per GiB of a table and its indexes. */
const secondsOfWork: Readonly<Record<Work, number>> = { schema: 0, index: 10, rows: 15, rebuild: 40 };

/** Starting the processes, the locks and the journal, for any size. */
const fixedSeconds = 1;

/** One kind of work on a table. */
export interface TableWork {
  /** Null if the size is not known; it then counts as the whole database. */
  readonly bytes: number | null;
  readonly work: Work;
}

export function estimateSeconds(databaseBytes: number, work: readonly TableWork[]): number {
  const { snapshot, inspect, check } = secondsOfChecks;
  const parts = [
    fixedSeconds,
    (databaseBytes / gibibyte) * (snapshot + inspect + check),
    ...work.map(({ bytes, work: kind }) => ((bytes ?? databaseBytes) / gibibyte) * secondsOfWork[kind]),
  ];
  return Math.ceil(parts.reduce((sum, part) => sum + part, 0));
}
