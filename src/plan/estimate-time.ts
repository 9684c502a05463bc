/** How long a run may take, from bytes alone. docs/plan.md says how much that is worth. */
import type { Work } from './previewed.ts';

const gibibyte = 1024 ** 3;

/** Seconds for each GiB of the database: the snapshot with its hash, and its check; the check before the commit. */
const secondsOfChecks = { snapshot: 4, inspect: 20, check: 20 };

/** Seconds for each GiB of a table and its indexes. */
const secondsOfWork: Readonly<Record<Work, number>> = { schema: 0, index: 10, rows: 15, rebuild: 40 };

/** What starting the processes, the locks and the journal take, whatever the size. */
const fixedSeconds = 1;

/** One thing that is done to a table. */
export interface TableWork {
  /** Null where the size is not known: it counts as the whole database then. */
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
