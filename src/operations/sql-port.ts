/** One row of a result, by column name. */
export type Row = Record<string, unknown>;

/**
 * The only way from an operation to the database. Each call is one statement; whoever implements it checks the
 * statement before it runs and the transaction after it.
 */
export interface SqlPort {
  /** Runs a statement for its rows: a SELECT, an EXPLAIN, a PRAGMA that is only read. */
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
}
