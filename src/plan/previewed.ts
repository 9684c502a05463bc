/** What a run would do, as plain values: `plan --json` prints them unchanged. */
import type { Finding, SuppressedFinding } from '../lint/lint-finding.ts';
import type { OperationNote } from '../operations/sql-port.ts';
import type { Direction } from '../revisions/revision.ts';
import type { SpaceEstimate } from '../run/outcome.ts';
import type { Loss } from './loss.ts';
import type { Unannounced } from './unannounced.ts';

export interface Preview {
  readonly outcome: 'pending' | 'nothing-pending';
  readonly direction: Direction;
  readonly database: string;
  /** Rows of alembic_version before and after. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** All revisions would run on a copy, which then replaces the live content. */
  readonly onWorkingCopy: boolean;
  /** Another run is in progress or was killed; the next run finishes it first. */
  readonly unfinishedRun: boolean;
  /** In the order of the run, up to the first one that could not be simulated. */
  readonly steps: readonly PreviewedStep[];
  /** The first step that could not run in memory. If that is certain, the run would fail with REVISION_FAILED. */
  readonly stopped: { readonly id: string; readonly why: string; readonly certain: boolean } | null;
  /** What the simulated steps would lose. */
  readonly losses: readonly Loss[];
  /** Those for which the run would fail (21). */
  readonly unannounced: readonly Unannounced[];
  readonly space: SpaceEstimate;
  readonly estimatedSeconds: number;
}

/**
 * `schema`: changes only the schema, or single rows. `index`: builds an index over the table. `rows`: writes, or copies out,
 * any number of rows. `rebuild`: rebuilds the whole table.
 */
export type Work = 'schema' | 'index' | 'rows' | 'rebuild';

export interface TableSize {
  readonly table: string;
  readonly rows: number;
  /** Includes the indexes; null if this build of SQLite cannot tell. */
  readonly bytes: number | null;
}

export interface PreviewedStatement {
  readonly sql: string;
  /** The bound values as SQL. */
  readonly parameters: readonly string[];
  readonly line: number | null;
}

export interface TouchedTable extends TableSize {
  readonly work: readonly Work[];
}

export interface PreviewedOperation extends OperationNote {
  readonly line: number | null;
}

export interface PreviewedStep {
  readonly id: string;
  readonly direction: Direction;
  readonly path: string;
  readonly message: string;
  readonly transaction: boolean;
  readonly statements: readonly PreviewedStatement[];
  /** How each operation would be done and why; empty for a revision in SQL. */
  readonly operations: readonly PreviewedOperation[];
  /** The existing tables that it touches. */
  readonly tables: readonly TouchedTable[];
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
}
