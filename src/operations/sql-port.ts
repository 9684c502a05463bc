/** One row of a result, by column name. */
export type Row = Record<string, unknown>;

/** How an operation was done, for a plan to show. */
export interface OperationNote {
  /** The operation's name: `addColumn`. */
  readonly operation: string;
  /** The table that it changed, or the view. */
  readonly table: string;
  /** A rebuild copies the table; in place, SQLite changes its schema. */
  readonly method: 'in place' | 'rebuild';
  /** Why so, as a sentence without its full stop. */
  readonly why: string;
}

/** Something that must be true of rows that nobody has yet. */
export interface RowCondition {
  /** SQL of an expression that is true where all is well. */
  readonly holds: string;
  /** What is wrong where it is not, as a sentence without its full stop. */
  readonly problem: string;
}

/**
 * The only way from an operation to the database. Each call is one statement; whoever implements it checks the
 * statement before it runs and the transaction after it.
 */
export interface SqlPort {
  /** Runs a statement for its rows: a SELECT, an EXPLAIN, a PRAGMA that is only read, a change with RETURNING. */
  all(sql: string, ...params: unknown[]): Row[];

  /**
   * Runs a statement for its effect. Rows that it returns are dropped, not refused: `ALTER TABLE … SET NOT NULL`
   * counts as a statement that returns rows (sqlite3_column_count is 1), and so do RETURNING and several pragmas.
   */
  run(sql: string, ...params: unknown[]): { changes: number };

  /**
   * Does several statements wholly or not at all, so that a revision that catches an operation's error does not go on
   * with half of it done.
   */
  atomically<T>(work: () => T): T;

  /**
   * Set where the rows are not there, since the statements are written down for a script that runs elsewhere: what an
   * operation would find out about rows is told here, and the script finds it out.
   */
  later?(condition: RowCondition): void;

  /**
   * Set where the rows are not those that the revision is to meet: called as it asks for some itself, or for what its
   * statements did to them.
   */
  readsRows?(): void;

  /** Called once each operation on the schema is done. */
  note?(note: OperationNote): void;

  /** Called as a long operation goes on: `done` of `total` rows. */
  progress?(task: string, done: number, total: number): void;
}

/** Tells how operations were done, once nothing can refuse them any more. */
export function tell(port: SqlPort, notes: readonly OperationNote[]): void {
  for (const note of notes) port.note?.(note);
}
