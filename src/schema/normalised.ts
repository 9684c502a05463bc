/**
 * A schema as plain values, read from the stored SQL: its meaning without its layout. What SQLite treats alike is equal here
 * (`PRIMARY KEY` on a column or on the table, NO ACTION or nothing), so two values differ exactly if the schemas do.
 */

/** SQL of an expression, as written and as compared. */
export interface Expression {
  readonly sql: string;
  /** Its tokens in canonical spelling, without whitespace, comments and outer parentheses: see `canonicalTokens`. */
  readonly tokens: readonly string[];
}

/** https://sqlite.org/lang_conflict.html. ABORT is the default. */
export type ConflictAction = 'ABORT' | 'FAIL' | 'IGNORE' | 'REPLACE' | 'ROLLBACK';

/** https://sqlite.org/foreignkeys.html#fk_actions. NO ACTION is the default. */
export type ForeignKeyAction = 'NO ACTION' | 'RESTRICT' | 'SET NULL' | 'SET DEFAULT' | 'CASCADE';

export interface Generated {
  readonly expression: Expression;
  readonly kind: 'stored' | 'virtual';
}

export interface Column {
  readonly name: string;
  /** As declared, with canonical whitespace; empty if there is none. */
  readonly type: string;
  /** The conflict action on NULL; undefined if NULL is allowed, or for an alias of the rowid, which never holds NULL. */
  readonly notNull: ConflictAction | undefined;
  readonly default: Expression | undefined;
  /** In upper case, BINARY by default. https://sqlite.org/datatype3.html#collation */
  readonly collation: string;
  readonly generated: Generated | undefined;
  /** The whole column definition as written, including its constraints. */
  readonly definition: string;
}

/** A column of a PRIMARY KEY or UNIQUE constraint. */
export interface KeyColumn {
  readonly name: string;
  /** In upper case; undefined if the column's own collation applies. */
  readonly collation: string | undefined;
  readonly descending: boolean;
}

interface Constraint {
  readonly name: string | undefined;
  /**
   * The column whose definition contains it; undefined for a table constraint. Not a difference by itself, but DROP COLUMN
   * removes the former and is refused for the latter. https://sqlite.org/lang_altertable.html#altertabdropcol
   */
  readonly behind: string | undefined;
}

export interface PrimaryKey extends Constraint {
  readonly columns: readonly KeyColumn[];
  readonly onConflict: ConflictAction;
  readonly autoincrement: boolean;
  /** Whether it is an alias of the rowid. https://sqlite.org/lang_createtable.html#rowid */
  readonly isRowid: boolean;
}

export interface Unique extends Constraint {
  readonly columns: readonly KeyColumn[];
  readonly onConflict: ConflictAction;
}

export interface Check extends Constraint {
  readonly expression: Expression;
}

export interface ForeignKey extends Constraint {
  readonly columns: readonly string[];
  readonly parent: string;
  /** Undefined if it refers to the parent's primary key without naming it. */
  readonly parentColumns: readonly string[] | undefined;
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  /** DEFERRABLE INITIALLY DEFERRED; any other wording means immediate. https://sqlite.org/foreignkeys.html#fk_deferred */
  readonly deferred: boolean;
}

export interface Table {
  readonly name: string;
  /** The stored CREATE TABLE. https://sqlite.org/schematab.html */
  readonly sql: string;
  readonly columns: readonly Column[];
  readonly primaryKey: PrimaryKey | undefined;
  readonly uniques: readonly Unique[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

export interface Index {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
  readonly unique: boolean;
  /** Columns or expressions, each with its COLLATE and DESC. */
  readonly terms: readonly Expression[];
  readonly where: Expression | undefined;
}

export interface View {
  readonly name: string;
  readonly sql: string;
  /** Everything after the name. */
  readonly body: Expression;
}

export interface Trigger {
  readonly name: string;
  /** The table or view whose changes fire it. */
  readonly table: string;
  readonly sql: string;
  /** Everything after the name. */
  readonly body: Expression;
}

export interface VirtualTable {
  readonly name: string;
  readonly sql: string;
  /** The module and its arguments. */
  readonly body: Expression;
}

/** Each list is sorted by name. */
export interface Schema {
  readonly tables: readonly Table[];
  readonly indexes: readonly Index[];
  readonly views: readonly View[];
  readonly triggers: readonly Trigger[];
  readonly virtualTables: readonly VirtualTable[];
}
