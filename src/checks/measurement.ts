/**
 * What is measured of a database before and after a run. Plain values that survive JSON, since the engine measures and
 * the supervisor judges, in two processes.
 */
export interface Measurement {
  /** Damage that SQLite found, one a line. Empty: the file is sound. */
  readonly integrity: readonly string[];
  readonly brokenConstraints: readonly BrokenConstraint[];
  readonly foreignKeys: ForeignKeyViolations;
  /** Rows of every ordinary table, by its name. Look names up with `Object.hasOwn`: a table may be called `constructor`. */
  readonly rows: Readonly<Record<string, number>>;
  readonly statistics: readonly StatisticValue[];
}

/**
 * Rows that break a NOT NULL, a CHECK or a type of their own table, or an FTS4 index that lags behind the table of its
 * content: wrong, but no damage of the file.
 */
export interface BrokenConstraint {
  /** In SQLite's words, such as `NULL value in people.name`. */
  readonly constraint: string;
  /** How often SQLite said so: of an index once, whatever it lacks. */
  readonly rows: number;
}

export interface ForeignKeyViolations {
  /** Exact, whatever the number. Only pairs with at least one orphan row. */
  readonly pairs: readonly ForeignKeyPair[];
  /** `child table|rowid|parent table` of the orphan rows found first. The rowid is empty in a WITHOUT ROWID table. */
  readonly keys: readonly string[];
  /** Whether `keys` names every orphan row that `pairs` counts. */
  readonly complete: boolean;
  /** Foreign keys that SQLite cannot check, since their parent has no such unique key, in SQLite's words. */
  readonly unusable: readonly string[];
}

export interface ForeignKeyPair {
  readonly table: string;
  readonly parent: string;
  /** How many times a row of `table` refers to a row of `parent` that is not there. */
  readonly rows: number;
}

export interface StatisticValue {
  readonly name: string;
  /** An integer beyond 2^53 is given as its digits. Null: the query gave NULL or no row, or could not be run. */
  readonly value: string | number | null;
  /** Why it could not be run, such as `no such table: comments`: the schema has not got, or no longer has, what it measures. */
  readonly absent?: string;
}

/** One line of the report. */
export interface CheckResult {
  readonly check: 'integrity' | 'constraints' | 'foreign keys' | 'rows' | 'statistic';
  /** The table, the pair of tables, the statistic, or `database`. */
  readonly subject: string;
  readonly ok: boolean;
  readonly before: string | number | null;
  readonly after: string | number | null;
  /** One sentence for a person, without a full stop. */
  readonly message: string;
}
