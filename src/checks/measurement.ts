import type { Applied } from '../revisions/applied-tables.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import type { BrokenObject } from './broken-objects.ts';
import type { Written } from './written.ts';

/**
 * What is measured in a database before and after a run. Plain values that survive JSON, since the engine measures and
 * the supervisor, another process, judges.
 */
export interface Measurement {
  /** Damage that SQLite found, one finding each. Empty: the file is sound. */
  readonly integrity: readonly string[];
  readonly brokenConstraints: readonly BrokenConstraint[];
  readonly foreignKeys: ForeignKeyViolations;
  /** Number of rows by table name. Look names up with `Object.hasOwn`: a table may be called `constructor`. */
  readonly rows: Readonly<Record<string, number>>;
  readonly statistics: readonly StatisticValue[];
}

/** The rows that a revision left in each table that it wrote; null for a table that is gone. */
export type RowsLeft = Readonly<Record<string, number | null>>;

/** What a revision did to the tables, beside what can be seen after the last one. */
export interface StepLeft {
  /** Empty after the last revision, whose rows are measured with everything else. */
  readonly rows: RowsLeft;
  /** The tables that have another name now. */
  readonly renames: readonly TableRename[];
}

export interface TableRename {
  readonly from: string;
  readonly to: string;
}

/** How many values other than NULL a foreign-key column has in the snapshot and after the revisions. */
export interface ReferenceValues {
  readonly table: TableRename;
  readonly column: { readonly from: string; readonly to: string };
  readonly before: number;
  readonly after: number;
}

/** What is measured after the revisions of a run, in the tables that they could have written. */
export interface MeasuredAfter {
  readonly written: Written;
  /** Complete if every table was written. Otherwise the rest is what it was before, see `carryOver`. */
  readonly measurement: Measurement;
  /** The tables whose foreign keys were checked: those that were written, and those that refer to one. */
  readonly children: readonly string[];
}

/** What is seen of the result of a run. */
export interface SeenAfter extends MeasuredAfter {
  /** What does not compile; empty if the run did not change the schema. */
  readonly broken: readonly BrokenObject[];
}

/**
 * Rows that violate a NOT NULL, a CHECK or a column type of their table, or an FTS4 index that lags behind its content
 * table: wrong, but no damage to the file.
 */
export interface BrokenConstraint {
  /** In SQLite's words, such as `NULL value in people.name`. */
  readonly constraint: string;
  /** How many times SQLite reported it: once for an index, however much it lacks. */
  readonly rows: number;
}

export interface ForeignKeyViolations {
  /** Exact counts. Only pairs with at least one orphan row. */
  readonly pairs: readonly ForeignKeyPair[];
  /** `child table|rowid|parent table` of the first orphan rows. The rowid is empty in a WITHOUT ROWID table. */
  readonly keys: readonly string[];
  /** Whether `keys` lists every orphan row that `pairs` counts. */
  readonly complete: boolean;
  readonly unusable: readonly UnusableForeignKey[];
}

/** A foreign key that SQLite cannot check, since the parent columns are not a unique key. */
export interface UnusableForeignKey {
  readonly table: string;
  /** In SQLite's words. */
  readonly fault: string;
}

export interface ForeignKeyPair {
  readonly table: string;
  readonly parent: string;
  /** How many references from `table` lead to a missing row of `parent`. */
  readonly rows: number;
}

export interface StatisticValue {
  readonly name: string;
  /** An integer beyond 2^53 as a string of digits. Null: the query returned NULL or no row, or could not run. */
  readonly value: string | number | null;
  /**
   * Set if `value` alone does not tell it from others: `number` of a string that is one, and of text that is not UTF-8 its
   * bytes in hex.
   */
  readonly exact?: string;
  /** Why it could not run, such as `no such table: comments`: the schema does not have, or no longer has, what it measures. */
  readonly absent?: string;
}

/** One line of the report. */
export interface CheckResult {
  readonly check: 'integrity' | 'constraints' | 'foreign keys' | 'objects' | 'references' | 'rows' | 'statistic';
  /** The table, the pair of tables, the view or trigger, the column, the statistic, or `database`. */
  readonly subject: string;
  readonly ok: boolean;
  readonly before: string | number | null;
  readonly after: string | number | null;
  /**
   * Of rows: set if no statement of the run could have written the table. `same bytes`: SQLite's journal shows, too, that
   * none of its pages has changed.
   */
  readonly untouched?: 'not written' | 'same bytes' | undefined;
  /** One sentence for people, without a full stop. */
  readonly message: string;
}

/** All that reading a database shows. */
export interface WholeDatabase {
  readonly measurement: Measurement;
  /** Undefined if the file is damaged, as is `schema`. */
  readonly applied: Applied | undefined;
  readonly schema: StoredSchema | undefined;
}
