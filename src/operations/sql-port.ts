import { invariant } from '../errors.ts';
import type { Scratch } from '../schema/objects/scratch.ts';

/** One row of a result, by column name. */
export type Row = Record<string, unknown>;

/** How an operation was carried out, for a plan to show. */
export interface OperationNote {
  /** The operation's name: `addColumn`. */
  readonly operation: string;
  /** The table or view that it changed. */
  readonly table: string;
  /** `rebuild` copies the table; `in place` changes only its schema. */
  readonly method: 'in place' | 'rebuild';
  /** The reason, as a sentence without its full stop. */
  readonly why: string;
}

/** A condition on rows that do not exist yet. */
export interface RowCondition {
  /** An SQL expression that is true if all is well. */
  readonly holds: string;
  /** What is wrong if it is not, as a sentence without its full stop. */
  readonly problem: string;
}

/**
 * An operation's only way to the database. Each call is one statement; the implementation checks the statement before it
 * runs and the transaction afterwards.
 */
export interface SqlPort {
  /** Runs a statement for its rows: a SELECT, an EXPLAIN, a read-only PRAGMA, a change with RETURNING. */
  all(sql: string, ...params: unknown[]): Row[];

  /** Runs a SELECT whose rows may be too many for memory. What is written meanwhile does not change them. */
  iterate(sql: string, ...params: unknown[]): Iterable<Row>;

  /**
   * Runs a statement for its effect. Rows that it returns are dropped, not refused: `ALTER TABLE … SET NOT NULL` counts as a
   * statement that returns rows (sqlite3_column_count is 1), as do RETURNING and several pragmas.
   */
  run(sql: string, ...params: unknown[]): { changes: number };

  /**
   * Runs several statements entirely or not at all, so that a revision that catches an operation's error does not continue
   * with half of it done.
   */
  atomically<T>(work: () => T): T;

  /** Opens an empty database in memory. */
  scratch(): Scratch;

  /**
   * Set if the statements are recorded for a script that runs elsewhere, so that the rows are not available. Conditions that
   * an operation would check on rows are passed here, and the script checks them.
   */
  later?(condition: RowCondition): void;

  /**
   * Set if the rows are not the ones that the revision will meet. Called when the revision reads rows, or uses what its
   * statements did to them.
   */
  readsRows?(): void;

  /** Called after each schema operation. */
  note?(note: OperationNote): void;

  /** Called during a long operation: `done` of `total` rows. */
  progress?(task: string, done: number, total: number): void;
}

/** Reports how operations were carried out, once nothing can refuse them any more. */
export function tell(port: SqlPort, notes: readonly OperationNote[]): void {
  for (const note of notes) port.note?.(note);
}

/** Does something only to see what comes of it: nothing of it is kept. */
export function onlyTried<T>(port: SqlPort, work: () => T): T {
  const undo = new Error('only tried');
  let result: { readonly value: T } | undefined;
  try {
    port.atomically(() => {
      result = { value: work() };
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  invariant(result !== undefined, 'what is tried ends');
  return result.value;
}
