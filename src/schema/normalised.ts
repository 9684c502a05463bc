/**
 * A schema as plain values, read from the stored SQL: what the SQL says, without how it is laid out. Things that SQLite
 * takes for the same are the same here (`PRIMARY KEY` behind a column or of the table, NO ACTION or nothing), so that two
 * values differ where the schemas do.
 */

/** SQL of an expression, as it was written and as it is compared. */
export interface Expression {
  readonly sql: string;
  /** Its tokens in one spelling, without blanks, comments and outer parentheses: see `canonicalTokens`. */
  readonly tokens: readonly string[];
}

/** https://sqlite.org/lang_conflict.html. ABORT is what holds where nothing is said. */
export type ConflictAction = 'ABORT' | 'FAIL' | 'IGNORE' | 'REPLACE' | 'ROLLBACK';

/** https://sqlite.org/foreignkeys.html#fk_actions. NO ACTION is what holds where nothing is said. */
export type ForeignKeyAction = 'NO ACTION' | 'RESTRICT' | 'SET NULL' | 'SET DEFAULT' | 'CASCADE';

export interface Generated {
  readonly expression: Expression;
  readonly kind: 'stored' | 'virtual';
}

export interface Column {
  readonly name: string;
  /** As declared, with one spelling of blanks; empty where none is declared. */
  readonly type: string;
  /** What a NULL does; undefined where NULL may stand. Undefined too for a rowid's other name, which never holds NULL. */
  readonly notNull: ConflictAction | undefined;
  readonly default: Expression | undefined;
  /** In upper case, BINARY where nothing is said. https://sqlite.org/datatype3.html#collation */
  readonly collation: string;
  readonly generated: Generated | undefined;
  /** The whole column definition as it was written, constraints behind it included. */
  readonly definition: string;
}

/** A column of a PRIMARY KEY or UNIQUE constraint. */
export interface KeyColumn {
  readonly name: string;
  /** In upper case; undefined where the column's own holds. */
  readonly collation: string | undefined;
  readonly descending: boolean;
}

interface Constraint {
  readonly name: string | undefined;
  /**
   * The column that it stands behind; undefined where it stands among the table's constraints. No difference by itself, but
   * DROP COLUMN takes the first along and is refused for the second. https://sqlite.org/lang_altertable.html#altertabdropcol
   */
  readonly behind: string | undefined;
}

export interface PrimaryKey extends Constraint {
  readonly columns: readonly KeyColumn[];
  readonly onConflict: ConflictAction;
  readonly autoincrement: boolean;
  /** Whether it is another name of the rowid. https://sqlite.org/lang_createtable.html#rowid */
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
  /** Undefined where it points at the parent's primary key without naming it. */
  readonly parentColumns: readonly string[] | undefined;
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  /** DEFERRABLE INITIALLY DEFERRED; every other wording means immediate. https://sqlite.org/foreignkeys.html#fk_deferred */
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
  /** What follows the name. */
  readonly body: Expression;
}

export interface Trigger {
  readonly name: string;
  /** The table or view whose changes fire it. */
  readonly table: string;
  readonly sql: string;
  /** What follows the name. */
  readonly body: Expression;
}

export interface VirtualTable {
  readonly name: string;
  readonly sql: string;
  /** The module and its arguments. */
  readonly body: Expression;
}

/** Each list in the order of its names. */
export interface Schema {
  readonly tables: readonly Table[];
  readonly indexes: readonly Index[];
  readonly views: readonly View[];
  readonly triggers: readonly Trigger[];
  readonly virtualTables: readonly VirtualTable[];
}
