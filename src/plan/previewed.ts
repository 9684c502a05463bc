/** What a run would do, as plain values: `plan --json` prints them as they are. */
import type { Finding, SuppressedFinding } from '../lint/lint-finding.ts';
import type { OperationNote } from '../operations/sql-port.ts';
import type { Direction } from '../revisions/revision.ts';
import type { SpaceEstimate } from '../run/outcome.ts';
import type { Loss } from './loss.ts';

export interface Preview {
  readonly outcome: 'pending' | 'nothing-pending';
  readonly direction: Direction;
  readonly database: string;
  /** Rows of alembic_version before and after. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** All revisions would run on a copy, which then replaces the live content. */
  readonly onWorkingCopy: boolean;
  /** A run is at work, or was killed: the next one brings that to its end first. */
  readonly unfinishedRun: boolean;
  /** In the order of the run, as far as they could be looked at. */
  readonly steps: readonly PreviewedStep[];
  /** The first step that could not be run in memory, perhaps for want of rows. */
  readonly stopped: { readonly id: string; readonly why: string } | null;
  /** What the steps that could be looked at would do away with. */
  readonly losses: readonly Loss[];
  readonly space: SpaceEstimate;
  readonly estimatedSeconds: number;
}

/**
 * `schema`: only what is known of it is changed, or single rows. `index`: an index is made over its rows. `rows`: any number
 * of rows is written, or copied from it. `rebuild`: the whole table is made anew.
 */
export type Work = 'schema' | 'index' | 'rows' | 'rebuild';

export interface TableSize {
  readonly table: string;
  readonly rows: number;
  /** With its indexes; null where this build of SQLite cannot tell. */
  readonly bytes: number | null;
}

export interface PreviewedStatement {
  readonly sql: string;
  /** What is bound, as SQL. */
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
  /** How each operation would be done, and why; a revision in SQL has none. */
  readonly operations: readonly PreviewedOperation[];
  /** Of the tables that are there now those that it touches. */
  readonly tables: readonly TouchedTable[];
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
}
